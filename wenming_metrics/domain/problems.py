"""Problems of a workbook as values: what, where, how grave, what to do.

A problem is never raised. Its wording stands in `data/messages.toml`, one entry per code, so that
the office can read and mend every sentence a user may meet.
"""

from __future__ import annotations

import tomllib
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from itertools import repeat
from operator import attrgetter
from pathlib import Path

import numpy as np
import pandas as pd

REJECT, HOLD, NOTE = "退回", "暂不计", "提醒"
"""The whole file is returned · this row is kept but not counted · to be known, nothing changes."""
SEVERITIES = (REJECT, HOLD, NOTE)
_MESSAGES = Path(__file__).resolve().parents[2] / "data" / "messages.toml"


@dataclass(frozen=True)
class Message:
    """One entry of the message catalogue: `text` and `remedy` are templates."""

    code: str
    severity: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
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
    def said(self) -> str:
        """What was found, what to do, code: the sentence without the place."""
        message = messages()[self.code]
        words = {"found": self.found, "header": self.header, **self.details}
        said = message.text.format_map(words) + message.remedy.format_map(words)
        return f"{said}[{self.code}]"

    @property
    def text(self) -> str:
        """The whole sentence: where, what was found, what to do, code."""
        return _sentence(self.place, self.said)


_REMEMBERED = 10_000
"""Sentences kept while a list is written: many where they repeat, few where none does."""
_SLOTS = tuple(getattr(Problem, one.name).__set__ for one in fields(Problem))
_COLUMNS = ("code", "sheet", "row", "column", "header", "found")


def many(count: int, *columns: Iterable[object]) -> list[Problem]:
    """Make problems from columns, one for each field of `Problem` in its order.

    A file without one right row has half a million: calling the class for each costs four times
    as much.
    """
    made = list(map(object.__new__, repeat(Problem, count)))
    for put, values in zip(_SLOTS, columns, strict=True):
        deque(map(put, made, values), maxlen=0)
    return made


def _sentence(place: str, said: str) -> str:
    return f"{place}:{said}" if place else said


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
    listed = list(problems)
    told = {name: list(map(attrgetter(name), listed)) for name in _COLUMNS}
    severity = {code: messages()[code].severity for code in set(told["code"])}
    grave = {code: SEVERITIES.index(one) for code, one in severity.items()}
    rank = np.fromiter(map(grave.get, told["code"]), np.int8)
    columns = {"severity": list(map(severity.get, told["code"])), **told, "text": _texts(listed)}
    frame = pd.DataFrame(columns, dtype=None if listed else object).astype({"row": "Int64"})
    return frame if (np.diff(rank) >= 0).all() else frame.take(np.argsort(rank, kind="stable"))


def _texts(problems: Iterable[Problem]) -> list[str]:
    """Write the sentences; what is the same but for the place is put together once."""
    said: dict[tuple[str, str, str, int], str] = {}
    texts = []
    for one in problems:
        key = (one.code, one.header, one.found, id(one.details))
        if key not in said:
            if len(said) == _REMEMBERED:
                said.clear()
            said[key] = one.said
        texts.append(_sentence(one.place, said[key]))
    return texts
