"""What a signed issue keeps: every figure, word for word, under a digest that is printed with it."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.publishing.issues import SIGNED, Issue, get_issue, list_issues
from wenming_metrics.publishing.lists import Lists, Signed
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.overview import City
from wenming_metrics.queries.scores.arrivals import Cut
from wenming_metrics.store.database import reading
from wenming_metrics.store.issues import read_content

_PLAIN = ("losses", "shares")
_DATE = "date"
_MOST = 31
"""How many earlier issues are read: more than any course spans."""


@dataclass(frozen=True, eq=False)
class Frozen:
    """What was signed, as it was read back.

    facts - what the list says of itself: issue, document, signed_at, known_at, who, rules, rows, ...
    cut   - which files counted, as known at the signature; lists - the figures
    intact - whether the words that are kept still have the hash that was printed
    """

    issue: Issue
    facts: Mapping[str, object]
    cut: Cut
    lists: Lists
    intact: bool


def freeze(issue: Issue, facts: Mapping[str, object], cut: Cut, lists: Lists) -> bytes:
    """Write all that is signed as one text, always the same for the same figures."""
    told = {
        "issue": {"year": issue.year, "number": issue.number, "name": issue.name},
        "days": [issue.window.start.isoformat(), issue.window.end.isoformat()],
        "facts": dict(facts),
        "cut": {**asdict(cut), "earlier": [list(span) for span in cut.earlier]},
        "boards": {kind: _spell(frame) for kind, frame in lists.boards.items()},
        "named": {kind: _spell(frame) for kind, frame in lists.named.items()},
        "leaves": {kind: _spell(frame) for kind, frame in lists.leaves.items()},
        "city": asdict(lists.city),
        **{name: _spell(getattr(lists, name)) for name in _PLAIN},
        "rows": lists.rows,
        "batches": list(lists.batches),
        "rules": list(lists.rules),
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def digest_of(content: bytes) -> str:
    """Give the SHA-256 that a signed text is known by."""
    return hashlib.sha256(content).hexdigest()


def packed(content: bytes) -> bytes:
    """Pack a signed text to be stored."""
    return zlib.compress(content, 9)


def read_frozen(connection: Connection, issue: Issue) -> Frozen:
    """Read what was signed. Raises LookupError for an issue that never was."""
    kept = read_content(connection, issue.key)
    if kept is None:
        raise LookupError(issue.key)
    content = zlib.decompress(kept["content"])
    told = json.loads(content)
    cut = {**told["cut"], "earlier": tuple(tuple(span) for span in told["cut"]["earlier"])}
    lists = Lists(
        boards={kind: _frame(spelt) for kind, spelt in told["boards"].items()},
        named={kind: _frame(spelt) for kind, spelt in told["named"].items()},
        leaves={kind: _frame(spelt) for kind, spelt in told["leaves"].items()},
        city=City(**told["city"]),
        **{name: _frame(told[name]) for name in _PLAIN},
        rows=told["rows"],
        batches=tuple(told["batches"]),
        rules=tuple(told["rules"]),
    )
    intact = digest_of(content) == kept["hash"]
    return Frozen(issue, told["facts"], Cut(**{**cut, "rules": lists.rules}), lists, intact)


def frozen(office: Office, key: int) -> Frozen:
    """Read what was signed of an issue by its number in the store. Raises LookupError."""
    with reading(office.store) as connection:
        return read_frozen(connection, get_issue(connection, key))


def signed_before(connection: Connection, issue: Issue) -> Signed:
    """Give what was signed of the windows before an issue."""
    earlier = [
        read_frozen(connection, one) for one in _latest(list_issues(connection), issue.window)
    ]
    return Signed(
        {
            (_plain(one.issue.window), kind): frame
            for one in earlier
            for kind, frame in one.lists.boards.items()
        },
        {_plain(one.issue.window): one.lists.city.score for one in earlier},
    )


def _latest(known: list[Issue], window: Window) -> list[Issue]:
    before = [one for one in known if one.state == SIGNED and one.window.end < window.start]
    return before[:_MOST]


def _plain(window: Window) -> Window:
    return Window(window.kind, window.start, window.end)


def _spell(frame: pd.DataFrame) -> dict[str, object]:
    """Turn a frame into what JSON can hold, with the types of its columns."""
    dated = [bool(len(frame)) and isinstance(frame[name].iloc[0], date) for name in frame]
    types = [_DATE if day else str(kind) for day, kind in zip(dated, frame.dtypes, strict=True)]
    columns = [[_value(one) for one in frame[name].tolist()] for name in frame]
    return {"columns": list(frame), "types": types, "values": columns}


def _value(one: object) -> object:
    if isinstance(one, list):
        return [_value(part) for part in one]
    if one is None or one is pd.NA or (isinstance(one, float) and np.isnan(one)):
        return None
    return one.isoformat() if isinstance(one, date) else one


def _frame(spelt: Mapping[str, list]) -> pd.DataFrame:
    lines = zip(spelt["columns"], spelt["types"], spelt["values"], strict=True)
    return pd.DataFrame({name: _column(values, kind) for name, kind, values in lines})


def _column(values: list, kind: str) -> pd.Series:
    if kind == _DATE:
        return pd.Series([date.fromisoformat(day) for day in values], dtype=object)
    return pd.Series(values, dtype=kind)
