"""Problems that name only the number of their visit (督查编号): the visit says when and where.

The cells of the visit are laid beside the row as if they were written there. A row whose number
does not lead to one visit that counts is held, and nothing else is said of what it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from wenming_metrics.reading.model.grid import Column
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, column, combine, report_each
from wenming_metrics.vocabulary import SOURCES

_WHERE = ("district", "street", "community")
_TAKEN = ("day", "source", "point_type", "site", *_WHERE)
_NUMBER = "visit_no"


@dataclass(frozen=True)
class _Numbered:
    """Visits by their numbers: word -> a row of all sheets of visits laid one below the other.

    different - words that stand for different visits, with how many
    """

    row: Mapping[str, int]
    different: Mapping[str, int]


def join_visits(table: Table, visits: Sequence[Table]) -> Table:
    """Lay the cells of visits beside the problems that name their numbers.

    Takes:   table - of problems; visits - sheets of visits, read already
    Returns: the table with the columns that it lacks; it shares what is held and reported
    """
    numbered = [one for one in visits if _NUMBER in one.columns]
    names = _lacking(table)
    stacked = {name: _stack(numbered, name) for name in (_NUMBER, *names)}
    known = _by_number(stacked)
    given = column(table, _NUMBER)
    words = [values.word(value) for value in given.values]
    held = np.concatenate([one.held for one in numbered])
    at = np.array([known.row.get(word, -1) for word in words], np.int64)[given.codes]
    bad = _report(table, [words[code] for code in given.codes.tolist()], at, known, held, numbered)
    columns = dict(table.columns)
    for name in names:
        codes = np.append(stacked[name].codes, len(stacked[name].values))
        # Of a row that is held nobody is told that it lacks a source.
        filler = SOURCES["city"] if name == "source" else None
        columns[name] = (Column(codes[np.where(bad, -1, at)], (*stacked[name].values, filler)),)
    return replace(table, columns=columns, broken={**table.broken, **{(n, 0): bad for n in names}})


def _lacking(table: Table) -> tuple[str, ...]:
    """Name the columns that come from the visit; where a row says its place, it says all of it."""
    own = set(table.header.columns)
    told = own | (set(_WHERE) if own & set(_WHERE) else set())
    return tuple(name for name in _TAKEN if name not in told)


def _stack(tables: Sequence[Table], name: str) -> Column:
    """Lay the columns of one name one below the other; days become days by their own titles."""
    found = [column(table, name) for table in tables]
    starts = np.cumsum([0, *(len(one.values) for one in found)])[:-1]
    cells = [
        _dated(value, table.header.titles.year) if name == "day" else value
        for table, one in zip(tables, found, strict=True)
        for value in one.values
    ]
    codes = [one.codes + start for one, start in zip(found, starts, strict=True)]
    return Column(np.concatenate(codes), tuple(cells))


def _dated(value: values.Value, year: int | None) -> values.Value:
    day = values.day(value, year)
    return date.fromordinal(day) if day > 0 else value


def _by_number(stacked: Mapping[str, Column]) -> _Numbered:
    given = stacked[_NUMBER]
    words = [values.word(value) for value in given.values]
    first, _ = combine([one.codes for one in stacked.values()])
    row: dict[str, int] = {}
    count: dict[str, int] = {}
    for at in np.sort(first).tolist():
        word = words[given.codes[at]]
        if word:
            row.setdefault(word, at)
            count[word] = count.get(word, 0) + 1
    return _Numbered(row, {word: many for word, many in count.items() if many > 1})


def _report(
    table: Table,
    words: Sequence[str],
    at: np.ndarray,
    known: _Numbered,
    held: np.ndarray,
    visits: Sequence[Table],
) -> np.ndarray:
    """Hold the rows whose number leads to no visit, to several, or to one that is held itself.

    Returns: which rows these are
    """
    blank = np.array([not word for word in words], bool)
    several = np.array([known.different.get(word, 0) for word in words], np.int64)
    waits = (at >= 0) & np.append(held, False)[at] & (several == 0)
    places = [(one.sheet.name, int(row)) for one in visits for row in one.excel]
    for mask, code in ((blank, "到访-06"), (~blank & (at < 0), "到访-07")):
        rows = np.flatnonzero(mask)
        report_each(table, rows, code, _NUMBER, [{}] * len(rows))
    rows = np.flatnonzero(several)
    report_each(table, rows, "到访-08", _NUMBER, [{"count": int(several[row])} for row in rows])
    rows = np.flatnonzero(waits)
    said = [dict(zip(("sheet", "row"), places[at[row]], strict=True)) for row in rows]
    report_each(table, rows, "到访-09", _NUMBER, said)
    return (at < 0) | (several > 0) | waits
