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

REJECT, HOLD, NOTE = "退回", "待核", "提醒"
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
    def location(self) -> str:
        """Where it is, in the user's own terms: 「督查表」第 17 行「扣分」(F17)."""
        words = [f"“{self.sheet}”" if self.sheet else ""]
        if self.row is not None:
            words.append(f"第 {self.row} 行")
        if self.header:
            words.append(f"“{self.header}”")
        if self.column and self.row is not None:
            words.append(f"（{self.column}{self.row}）")
        return "".join(words)

    @property
    def sentence(self) -> str:
        """What was found, what to do, code: the sentence without the place."""
        message = messages()[self.code]
        words = {"found": self.found, "header": self.header, **self.details}
        sentence = message.text.format_map(words) + message.remedy.format_map(words)
        return f"{sentence}[{self.code}]"

    @property
    def text(self) -> str:
        """The whole sentence: where, what was found, what to do, code."""
        return _sentence(self.location, self.sentence)


_REMEMBERED = 10_000
"""Sentences kept while a list is written: many where they repeat, few where none does."""
_SLOTS = tuple(getattr(Problem, slot.name).__set__ for slot in fields(Problem))
_COLUMNS = ("code", "sheet", "row", "column", "header", "found")


def many(count: int, *columns: Iterable[object]) -> list[Problem]:
    """Make problems from columns, one for each field of `Problem` in its order.

    A file without one right row has half a million: calling the class for each costs four times
    as much.
    """
    problems = list(map(object.__new__, repeat(Problem, count)))
    for set_slot, values in zip(_SLOTS, columns, strict=True):
        deque(map(set_slot, problems, values), maxlen=0)
    return problems


def _sentence(location: str, sentence: str) -> str:
    return f"{location}：{sentence}" if location else sentence


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
    facts = {name: list(map(attrgetter(name), listed)) for name in _COLUMNS}
    severity = {code: messages()[code].severity for code in set(facts["code"])}
    grave = {code: SEVERITIES.index(level) for code, level in severity.items()}
    rank = np.fromiter(map(grave.get, facts["code"]), np.int8)
    columns = {"severity": list(map(severity.get, facts["code"])), **facts, "text": _texts(listed)}
    frame = pd.DataFrame(columns, dtype=None if listed else object).astype({"row": "Int64"})
    return frame if (np.diff(rank) >= 0).all() else frame.take(np.argsort(rank, kind="stable"))


def _texts(problems: Iterable[Problem]) -> list[str]:
    """Write the sentences; what is the same but for the place is put together once."""
    sentences: dict[tuple[str, str, str, int], str] = {}
    texts = []
    for problem in problems:
        key = (problem.code, problem.header, problem.found, id(problem.details))
        if key not in sentences:
            if len(sentences) == _REMEMBERED:
                sentences.clear()
            sentences[key] = problem.sentence
        texts.append(_sentence(problem.location, sentences[key]))
    return texts
