"""Problems that name only the number of their visit (督查编号): the visit says when and where.

The cells of the visit are laid beside the row as if they were written there. A row whose number
does not lead to one visit that counts is held, and nothing else is said of what it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from wenming_metrics.reading.model.grid import GridColumn
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, column, combine, report_each
from wenming_metrics.vocabulary import SOURCES

_WHERE = ("district", "street", "community")
_FROM_VISIT = ("day", "source", "point_type", "site", *_WHERE)
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
    numbered = [sheet for sheet in visits if _NUMBER in sheet.columns]
    names = _lacking(table)
    stacked = {name: _stack(numbered, name) for name in (_NUMBER, *names)}
    by_number = _by_number(stacked)
    number_column = column(table, _NUMBER)
    words = [values.word(value) for value in number_column.values]
    visit_held = np.concatenate([sheet.held for sheet in numbered])
    visit_rows = np.array([by_number.row.get(word, -1) for word in words], np.int64)[
        number_column.codes
    ]
    bad = _report(
        table,
        [words[code] for code in number_column.codes.tolist()],
        visit_rows,
        by_number,
        visit_held,
        numbered,
    )
    columns = dict(table.columns)
    for name in names:
        codes = np.append(stacked[name].codes, len(stacked[name].values))
        # Of a row that is held nobody is told that it lacks a source.
        filler = SOURCES["city"] if name == "source" else None
        columns[name] = (
            GridColumn(codes[np.where(bad, -1, visit_rows)], (*stacked[name].values, filler)),
        )
    return replace(table, columns=columns, broken={**table.broken, **{(n, 0): bad for n in names}})


def _lacking(table: Table) -> tuple[str, ...]:
    """Name the columns that come from the visit; where a row says its place, it says all of it."""
    written = set(table.header.columns)
    covered = written | (set(_WHERE) if written & set(_WHERE) else set())
    return tuple(name for name in _FROM_VISIT if name not in covered)


def _stack(tables: Sequence[Table], name: str) -> GridColumn:
    """Lay the columns of one name one below the other; days become days by their own titles."""
    columns = [column(table, name) for table in tables]
    starts = np.cumsum([0, *(len(sheet_column.values) for sheet_column in columns)])[:-1]
    cells = [
        _dated(value, table.header.titles.year) if name == "day" else value
        for table, sheet_column in zip(tables, columns, strict=True)
        for value in sheet_column.values
    ]
    codes = [
        sheet_column.codes + start for sheet_column, start in zip(columns, starts, strict=True)
    ]
    return GridColumn(np.concatenate(codes), tuple(cells))


def _dated(value: values.Value, year: int | None) -> values.Value:
    day = values.day(value, year)
    return date.fromordinal(day) if day > 0 else value


def _by_number(stacked: Mapping[str, GridColumn]) -> _Numbered:
    number_column = stacked[_NUMBER]
    words = [values.word(value) for value in number_column.values]
    first, _ = combine([stacked_column.codes for stacked_column in stacked.values()])
    row: dict[str, int] = {}
    count: dict[str, int] = {}
    for visit_row in np.sort(first).tolist():
        word = words[number_column.codes[visit_row]]
        if word:
            row.setdefault(word, visit_row)
            count[word] = count.get(word, 0) + 1
    return _Numbered(row, {word: many for word, many in count.items() if many > 1})


def _report(
    table: Table,
    words: Sequence[str],
    visit_rows: np.ndarray,
    by_number: _Numbered,
    visit_held: np.ndarray,
    visits: Sequence[Table],
) -> np.ndarray:
    """Hold the rows whose number leads to no visit, to several, or to one that is held itself.

    Returns: which rows these are
    """
    blank = np.array([not word for word in words], bool)
    several = np.array([by_number.different.get(word, 0) for word in words], np.int64)
    waits = (visit_rows >= 0) & np.append(visit_held, False)[visit_rows] & (several == 0)
    locations = [(sheet.sheet.name, int(row)) for sheet in visits for row in sheet.excel]
    for mask, code in ((blank, "到访-06"), (~blank & (visit_rows < 0), "到访-07")):
        rows = np.flatnonzero(mask)
        report_each(table, rows, code, _NUMBER)
    rows = np.flatnonzero(several)
    report_each(table, rows, "到访-08", _NUMBER, [{"count": int(several[row])} for row in rows])
    rows = np.flatnonzero(waits)
    visit_locations = [
        dict(zip(("sheet", "row"), locations[visit_rows[row]], strict=True)) for row in rows
    ]
    report_each(table, rows, "到访-09", _NUMBER, visit_locations)
    return (visit_rows < 0) | (several > 0) | waits
