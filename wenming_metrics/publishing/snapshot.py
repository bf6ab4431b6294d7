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
from wenming_metrics.publishing.bulletin.facts import BulletinFacts, read_facts, spell_facts
from wenming_metrics.publishing.issues import SIGNED, Issue, get_issue, list_issues
from wenming_metrics.publishing.lists import IssueLists, Signed
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.overview import CityOverview
from wenming_metrics.queries.scores.arrivals import Cutoff
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
    bulletin - what its 通报 says beside the lists; None: signed by a version that kept none of it
    """

    issue: Issue
    facts: Mapping[str, object]
    cut: Cutoff
    lists: IssueLists
    intact: bool
    bulletin: BulletinFacts | None = None


def freeze(
    issue: Issue,
    facts: Mapping[str, object],
    cut: Cutoff,
    lists: IssueLists,
    bulletin: BulletinFacts,
) -> bytes:
    """Write all that is signed as one text, always the same for the same figures."""
    document = {
        "issue": {"year": issue.year, "number": issue.number, "name": issue.name},
        "days": [issue.window.start.isoformat(), issue.window.end.isoformat()],
        "facts": dict(facts),
        "cut": {**asdict(cut), "earlier": [list(span) for span in cut.earlier]},
        "boards": {kind: _spell(frame) for kind, frame in lists.boards.items()},
        "named": {kind: _spell(frame) for kind, frame in lists.shortlists.items()},
        "leaves": {kind: _spell(frame) for kind, frame in lists.leaves.items()},
        "city": asdict(lists.city),
        **{name: _spell(getattr(lists, name)) for name in _PLAIN},
        "rows": lists.rows,
        "batches": list(lists.batches),
        "rules": list(lists.rules),
        "bulletin": spell_facts(bulletin, _spell),
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def digest_of(content: bytes) -> str:
    """Give the SHA-256 that a signed text is known by."""
    return hashlib.sha256(content).hexdigest()


def packed(content: bytes) -> bytes:
    """Pack a signed text to be stored."""
    return zlib.compress(content, 9)


def read_frozen(connection: Connection, issue: Issue) -> Frozen:
    """Read what was signed. Raises LookupError for an issue that never was."""
    stored = read_content(connection, issue.key)
    if stored is None:
        raise LookupError(issue.key)
    content = zlib.decompress(stored["content"])
    document = json.loads(content)
    cut = {**document["cut"], "earlier": tuple(tuple(span) for span in document["cut"]["earlier"])}
    lists = IssueLists(
        boards={kind: _frame(spelt) for kind, spelt in document["boards"].items()},
        shortlists={kind: _frame(spelt) for kind, spelt in document["named"].items()},
        leaves={kind: _frame(spelt) for kind, spelt in document["leaves"].items()},
        city=CityOverview(**document["city"]),
        **{name: _frame(document[name]) for name in _PLAIN},
        rows=document["rows"],
        batches=tuple(document["batches"]),
        rules=tuple(document["rules"]),
    )
    intact = digest_of(content) == stored["hash"]
    bulletin = read_facts(document["bulletin"], _frame) if "bulletin" in document else None
    cut = Cutoff(**{**cut, "rules": lists.rules})
    return Frozen(issue, document["facts"], cut, lists, intact, bulletin)


def frozen(office: Office, key: int) -> Frozen:
    """Read what was signed of an issue by its number in the store. Raises LookupError."""
    with reading(office.store) as connection:
        return read_frozen(connection, get_issue(connection, key))


def signed_before(connection: Connection, issue: Issue) -> Signed:
    """Give what was signed of the windows before an issue."""
    earlier = [
        read_frozen(connection, earlier_issue) for earlier_issue in issues_before(connection, issue)
    ]
    return Signed(
        {
            (_plain(past.issue.window), kind): frame
            for past in earlier
            for kind, frame in past.lists.boards.items()
        },
        {_plain(past.issue.window): past.lists.city.score for past in earlier},
    )


def issues_before(connection: Connection, issue: Issue, count: int = _MOST) -> list[Issue]:
    """List the issues of the same book whose days lie before those of one, the latest first.

    Of those that were signed: for a signed one as they stood at its signature, else as they stand now.
    """
    before = [
        earlier
        for earlier in list_issues(connection)
        if earlier.window.end < issue.window.start
        and (earlier.position[0], earlier.window.kind) == (issue.position[0], issue.window.kind)
        and _stood(earlier, issue.signed_at)
    ]
    return before[:count]


def _stood(earlier: Issue, moment: str) -> bool:
    """Say whether an issue was signed at a moment ("": now) and not withdrawn by then."""
    if not moment:
        return earlier.state == SIGNED
    ended = earlier.ended_at and earlier.ended_at <= moment
    return earlier.was_signed and earlier.signed_at <= moment and not ended


def _plain(window: Window) -> Window:
    return Window(window.kind, window.start, window.end)


def _spell(frame: pd.DataFrame) -> dict[str, object]:
    """Turn a frame into what JSON can hold, with the types of its columns."""
    dated = [bool(len(frame)) and isinstance(frame[name].iloc[0], date) for name in frame]
    types = [_DATE if day else str(kind) for day, kind in zip(dated, frame.dtypes, strict=True)]
    return {
        "columns": list(frame),
        "types": types,
        "values": [_values(frame[name]) for name in frame],
    }


def _values(column: pd.Series) -> list:
    """Give the cells of a column; only those of mixed kinds are each looked at."""
    cells = column.to_numpy(object).tolist()
    if column.dtype == object:
        return [_value(cell) for cell in cells]
    for position in np.flatnonzero(column.isna()):
        cells[position] = None
    return cells


def _value(cell: object) -> object:
    if type(cell) is str:
        return cell
    if isinstance(cell, list):
        return [_value(inner) for inner in cell]
    if cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
        return None
    return cell.isoformat() if isinstance(cell, date) else cell


def _frame(spelt: Mapping[str, list]) -> pd.DataFrame:
    lines = zip(spelt["columns"], spelt["types"], spelt["values"], strict=True)
    return pd.DataFrame({name: _column(values, kind) for name, kind, values in lines})


def _column(values: list, kind: str) -> pd.Series:
    if kind == _DATE:
        return pd.Series([date.fromisoformat(day) for day in values], dtype=object)
    return pd.Series(values, dtype=kind)
