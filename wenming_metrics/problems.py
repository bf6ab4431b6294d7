"""Problems of a workbook as values: what, where, how grave, what to do.

A problem is never raised. Its wording stands in `data/messages.toml`, one entry per code, so that
the office can read and mend every sentence a user may meet.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pandas as pd

REJECT, HOLD, NOTE = "退回", "暂不计", "提醒"
"""The whole file is returned · this row is kept but not counted · to be known, nothing changes."""
SEVERITIES = (REJECT, HOLD, NOTE)
_MESSAGES = Path(__file__).resolve().parent.parent / "data" / "messages.toml"


@dataclass(frozen=True)
class Message:
    """One entry of the message catalogue: `text` and `remedy` are templates."""

    code: str
    severity: str
    text: str
    remedy: str


@dataclass(frozen=True)
class Problem:
    """One located problem. `row` is Excel's own number, `column` its letters."""

    code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    header: str = ""
    found: str = ""
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """退回, 暂不计 or 提醒, by the catalogue of messages."""
        return messages()[self.code].severity

    @property
    def place(self) -> str:
        """Where it is, in the user's own terms: 「督查表」第 17 行「扣分」(F17)."""
        parts = [f"「{self.sheet}」" if self.sheet else ""]
        if self.row is not None:
            parts.append(f"第 {self.row} 行")
        if self.header:
            parts.append(f"「{self.header}」")
        if self.column and self.row is not None:
            parts.append(f"({self.column}{self.row})")
        return "".join(parts)

    @property
    def text(self) -> str:
        """The whole sentence: where, what was found, what to do, code."""
        message = messages()[self.code]
        words = {"found": self.found, "header": self.header, **self.details}
        said = message.text.format_map(words) + message.remedy.format_map(words)
        return f"{self.place}:{said}[{self.code}]" if self.place else f"{said}[{self.code}]"


@lru_cache(maxsize=1)
def messages() -> Mapping[str, Message]:
    """Load the catalogue of messages by code."""
    with _MESSAGES.open("rb") as file:
        entries = tomllib.load(file)
    return {code: Message(code=code, **entry) for code, entry in entries.items()}


def rejected(problems: Iterable[Problem]) -> bool:
    """Say whether any problem returns the whole file; asks once per code, not per problem."""
    codes = {problem.code for problem in problems}
    return any(messages()[code].severity == REJECT for code in codes)


def problem_frame(problems: Iterable[Problem]) -> pd.DataFrame:
    """List problems as a table for pages and exports.

    Returns: one row per problem: severity, code, sheet, row (Int64), column, header, found, text;
             gravest first, then in the order of the sheet.
    """
    rows = [
        (p.severity, p.code, p.sheet, p.row, p.column, p.header, p.found, p.text) for p in problems
    ]
    names = ["severity", "code", "sheet", "row", "column", "header", "found", "text"]
    frame = pd.DataFrame(rows, columns=names).astype({"row": "Int64"})
    grave = frame["severity"].map({name: rank for rank, name in enumerate(SEVERITIES)})
    return frame.assign(_grave=grave).sort_values("_grave", kind="stable").drop(columns="_grave")
