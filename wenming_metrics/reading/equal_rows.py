"""Rows that stand in two sheets of one workbook: a hidden copy, a sheet 汇总 beside those per street.

Equal rows count twice without anybody having meant it. Where a whole sheet stands in another one and
every row bears a number of its own, they are the same rows and count once; else the sender is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import GridColumn, Value
from wenming_metrics.reading.model.sender_answers import COUNT_ALL, COUNT_ONCE
from wenming_metrics.reading.recognise.families import REQUIRED
from wenming_metrics.reading.recognise.sheets import IGNORED
from wenming_metrics.reading.records.kinds import BY_NAME
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, combine
from wenming_metrics.vocabulary import INPUT, RESULTS, normalise

_HARMLESS = {reading.VISITS, reading.PLAN, reading.UNITS, reading.SITES}
"""Kinds of which a row counts once however often it stands."""
_BESIDE = {"remark", "photo_before", "photo_after", "answer_serial"}
_BY_NUMBER = (("visit_no",), ("item", "item_code"), ("description", "deduction"))
_BY_MOMENT = (("submitted", "answer_start", "answer_id"),)
_MARK = "#"
"""Begins the name of a column that is known by its header only."""
_FAILED = RESULTS.index("不符合")
_MOST_ASKED = 20
"""Pairs of sheets with equal rows that are named to the sender, who is asked about the file."""


@dataclass(frozen=True)
class _Pair:
    """Two tables with equal rows: which rows of the second, and whether all of it are the same."""

    first: int
    second: int
    rows: np.ndarray
    is_sure: bool


def settle_equal_rows(
    sheet_tables: Sequence[Table], answer: str
) -> tuple[list[Table], list[Problem]]:
    """Settle the rows that stand in two sheets.

    Takes:   answer - COUNT_ONCE, COUNT_ALL or "": nobody has said
    Returns: the tables without the rows that count once already, and what is said of them
    """
    counted_tables, problems = list(sheet_tables), []
    columns = [_columns(table) for table in sheet_tables]
    for pair in _pairs(sheet_tables, columns):
        table, first_table = sheet_tables[pair.second], sheet_tables[pair.first]
        count_once = answer == COUNT_ONCE or (pair.is_sure and answer != COUNT_ALL)
        code = "重复-04" if count_once else "重复-05" if answer == COUNT_ALL else "重复-03"
        details = {
            **{"other": first_table.sheet.name, "count": len(pair.rows)},
            "row": int(table.excel[pair.rows[0]]),
        }
        problems.append(Problem(code, table.sheet.name, details=details))
        if [problem.code for problem in problems].count("重复-03") == _MOST_ASKED:
            break  # the file is returned, and a hundred like sheets are five thousand pairs
        if count_once:
            out = table.excel[pair.rows]
            counted_tables[pair.second] = _take(
                counted_tables[pair.second], ~np.isin(counted_tables[pair.second].excel, out)
            )
    return counted_tables, problems


def _pairs(
    sheet_tables: Sequence[Table], columns: Sequence[dict[str, GridColumn]]
) -> Iterator[_Pair]:
    for earlier, later in combinations(range(len(sheet_tables)), 2):
        if (
            sheet_tables[earlier].kind != sheet_tables[later].kind
            or sheet_tables[earlier].kind in _HARMLESS
        ):
            continue
        if sheet_tables[earlier].sheet.index == sheet_tables[later].sheet.index:
            continue
        pair = _equal(sheet_tables, columns, earlier, later)
        if pair is not None:
            yield pair


def _equal(
    sheet_tables: Sequence[Table],
    columns: Sequence[dict[str, GridColumn]],
    earlier: int,
    later: int,
) -> _Pair | None:
    """Compare two tables as multisets of rows; the smaller is the second of the pair."""
    names = [name for name in columns[earlier] if name in columns[later]]
    if not _are_enough(sheet_tables[earlier], names):
        return None
    # Records are told apart by columns of whatever header: those of one table must be all in both.
    if sheet_tables[earlier].kind in BY_NAME and len(names) < min(
        map(len, (columns[earlier], columns[later]))
    ):
        return None
    first, second = (
        (earlier, later)
        if sheet_tables[earlier].n_rows >= sheet_tables[later].n_rows
        else (later, earlier)
    )
    numbers = _number(columns[first], columns[second], names)
    if numbers is None:
        return None
    ahead, behind = numbers
    size = int(max(ahead.max(initial=0), behind.max(initial=0))) + 1
    available = np.bincount(ahead, minlength=size)
    is_equal = _nth(behind) < available[behind]
    rows = np.flatnonzero(is_equal)
    if not len(rows) or not _costs(sheet_tables[second])[rows].any():
        return None
    is_sure = bool(is_equal.all()) and _has_own_numbers(sheet_tables[second])
    return _Pair(first, second, rows, is_sure)


def _columns(table: Table) -> dict[str, GridColumn]:
    """Give all that rows say, by name of the column, else by its header."""
    columns = {name: alike[0] for name, alike in table.columns.items() if name not in _BESIDE}
    titled_positions = {position for ats in table.header.columns.values() for position in ats}
    rows = table.excel - table.sheet.first_row
    for position, text in enumerate(table.header.texts):
        title = normalise(text)
        if title and position not in titled_positions and title not in IGNORED:
            column = table.sheet.columns[position]
            columns[_MARK + title] = GridColumn(column.codes[rows], column.values)
    return columns


def _are_enough(table: Table, names: Sequence[str]) -> bool:
    """Say whether the columns that two tables share tell their rows apart."""
    groups = REQUIRED[table.kind]
    if table.kind == reading.SURVEY:
        groups = _BY_MOMENT
    elif table.header.joins and table.header.missing:
        groups = _BY_NUMBER
    told_apart = all(set(group) & set(names) for group in groups)
    return told_apart and len(names) > len(groups)


def _number(
    first: dict[str, GridColumn], second: dict[str, GridColumn], names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Number the distinct rows of two tables together; None where no row can be in both."""
    arrays = []
    for name in names:
        ids: dict[Value, int] = {}
        sheet_tables = [
            np.array([ids.setdefault(_key(name, v), len(ids)) for v in column.values], np.int64)[
                column.codes
            ]
            for column in (first[name], second[name])
        ]
        if not np.isin(sheet_tables[1], sheet_tables[0]).any():
            return None
        arrays.append(np.concatenate(sheet_tables))
    _, number = combine(arrays)
    cut = len(first[names[0]].codes)
    return number[:cut], number[cut:]


def _key(name: str, value: Value) -> object:
    """Give what a cell says, however it is written."""
    if name in INPUT and INPUT[name].type == "日期":
        day = values.day(value)
        return day if day > 0 else values.word(value)
    return values.word(value)


def _nth(numbers: np.ndarray) -> np.ndarray:
    """Say of each row how many equal rows stand before it."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    starts = np.searchsorted(ordered, ordered)
    nth = np.empty(len(numbers), np.int64)
    nth[order] = np.arange(len(numbers)) - starts
    return nth


def _costs(table: Table) -> np.ndarray:
    """Say which rows count again where they stand again: of a checklist, those that lose points."""
    if table.kind != reading.CHECKLIST:
        return np.ones(table.n_rows, bool)
    costs = np.zeros(table.n_rows, bool)
    cost_tests = {"result": lambda v: _FAILED in (values.result(v), values.fault(v))}
    cost_tests["deduction"] = lambda v: values.points(v) > 0
    for name, is_cost in cost_tests.items():
        for column in table.columns.get(name, ()):
            costs |= np.array([is_cost(value) for value in column.values], bool)[column.codes]
    return costs


def _has_own_numbers(table: Table) -> bool:
    """Say whether every row bears a number that no other row of the table has."""
    column = table.columns.get("problem_no", (None,))[0]
    if column is None:
        return False
    words = [values.word(column.values[code]) for code in column.codes.tolist()]
    return all(words) and len(set(words)) == len(words)


def _take(table: Table, rows: np.ndarray) -> Table:
    """Keep some rows of a table."""
    columns = {
        name: tuple(GridColumn(column.codes[rows], column.values) for column in alike)
        for name, alike in table.columns.items()
    }
    return replace(
        table,
        columns=columns,
        excel=table.excel[rows],
        held=table.held[rows],
        holders={code: mask[rows] for code, mask in table.holders.items()},
        broken={cell: mask[rows] for cell, mask in table.broken.items()},
    )
