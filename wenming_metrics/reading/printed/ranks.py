"""Printed ranks against those that the printed totals give, and printed changes against the totals
of the period before."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from wenming_metrics.domain.periods import Window
from wenming_metrics.reading.printed.figures import (
    Formula,
    PrintedColumn,
    agrees,
    cell_text,
    figure_text,
    read_column,
    report_cell,
    report_misprints,
)
from wenming_metrics.reading.tables.table import Table
from wenming_metrics.vocabulary import normalise

_RANK = re.compile(r"(?:并列)?第?(?:并列)?(\d+)(?:名|位)?(?:\(?并列\)?)?")
_YEAR_BEFORE = re.compile("上年|去年|同比")
_EARLIER_TOTAL = re.compile(
    r"[上前]一?(?:期|季度?|个?月|年度?|次|轮)(?:总?得?分|成绩|指数)(?:\(.*\))?"
)
_FEWEST = 3
"""Rows from which a table may be told to be an excerpt of a longer one, if its ranks begin at 1."""


@dataclass(frozen=True)
class _Placing:
    """What ranks may stand in some rows: row -> lowest, highest."""

    bounds: dict[int, tuple[int, int]]

    def wrong(self, ranks: dict[int, int]) -> list[int]:
        return [row for row, (low, high) in self.bounds.items() if not low <= ranks[row] <= high]


def report_ranks(
    table: Table, totals: Sequence[str], scope: Sequence[tuple], groups: Sequence[str]
) -> None:
    """Tell of ranks that the totals beside them do not give.

    Ties may be told 1-1-3 or 1-1-2, or parted by decimals that are not printed. Ranks may run through
    a table or start anew in each group. Where most ranks are not those of the rows (an excerpt of a
    longer list), only their order is compared.

    Takes: totals - per data row, "" = none; scope - what ranks together (period, test); groups - group
           of each row
    """
    positions = table.header.columns.get("printed_rank")
    texts = [cell_text(table, int(row), positions[0]) for row in table.excel] if positions else []
    matches = [_RANK.fullmatch(normalise(text)) for text in texts]
    ranks = {
        row: int(match[1])
        for row, match in enumerate(matches)
        if match and totals[row] and not table.held[row]
    }
    lists = defaultdict(list)
    for row in ranks:
        lists[scope[row]].append(row)
    for rows in lists.values():
        placing = _best_placing(rows, ranks, [float(t or "nan") for t in totals], groups)
        for row in placing.wrong(ranks):
            low, high = placing.bounds[row]
            words = {
                "printed": texts[row],
                "rank": f"{low}" if low == high else f"{low} 至 {high}",
            }
            report_cell(table, int(table.excel[row]), positions[0], "核对-02", words)


def _best_placing(
    rows: Sequence[int], ranks: dict[int, int], totals: Sequence[float], groups: Sequence[str]
) -> _Placing:
    """Choose the way to rank that explains most of what is printed."""
    by_group = defaultdict(list)
    for row in rows:
        by_group[groups[row]].append(row)
    ways = [list(by_group.values()), [list(rows)]] if len(by_group) > 1 else [[list(rows)]]
    placings = [
        _Placing(
            {
                row: bounds
                for rows_of_group in way
                for row, bounds in place(rows_of_group, totals).items()
            }
        )
        for way in ways
        for place in (_with_gaps, _without_gaps)
    ]
    best = min(placings, key=lambda placing: len(placing.wrong(ranks)))
    may_be_excerpt = len(rows) >= _FEWEST or min(ranks[row] for row in rows) > 1
    if may_be_excerpt and 2 * len(best.wrong(ranks)) > len(rows):
        orders = [_in_order(way, ranks, totals) for way in ways]
        best = min([best, *orders], key=lambda placing: len(placing.wrong(ranks)))
    return best


def _with_gaps(rows: Sequence[int], totals: Sequence[float]) -> dict[int, tuple[int, int]]:
    """Rank 1-1-3; equal totals may differ in decimals that are not printed."""
    descending = sorted(-totals[row] for row in rows)
    bounds = {}
    for row in rows:
        better = bisect_left(descending, -totals[row])
        bounds[row] = (better + 1, bisect_right(descending, -totals[row]))
    return bounds


def _without_gaps(rows: Sequence[int], totals: Sequence[float]) -> dict[int, tuple[int, int]]:
    """Rank 1-1-2."""
    distinct = sorted({-totals[row] for row in rows})
    ranks = {total: rank for rank, total in enumerate(distinct, 1)}
    return {row: (ranks[-totals[row]],) * 2 for row in rows}


def _in_order(
    lists: Iterable[Sequence[int]], ranks: dict[int, int], totals: Sequence[float]
) -> _Placing:
    """Take the longest run of ranks that do not fall as totals fall; others lie between its ranks."""
    bounds = {}
    for rows in lists:
        order = sorted(rows, key=lambda row: (-totals[row], ranks[row]))
        run = _longest_run([ranks[row] for row in order])
        for index, row in enumerate(order):
            better = [ranks[order[n]] for n in run if n <= index]
            worse = [ranks[order[n]] for n in run if n >= index]
            bounds[row] = (better[-1] if better else 1, worse[0] if worse else 10**6)
    return _Placing(bounds)


def _longest_run(numbers: Sequence[int]) -> list[int]:
    """Give the places of a longest run of numbers that never fall."""
    ends, tops, previous = [], [], [-1] * len(numbers)
    for index, number in enumerate(numbers):
        length = bisect_right(tops, number)
        previous[index] = ends[length - 1] if length else -1
        ends[length:] = [index, *ends[length + 1 :]]
        tops[length:] = [number, *tops[length + 1 :]]
    run, index = [], ends[-1] if ends else -1
    while index >= 0:
        run.append(index)
        index = previous[index]
    return run[::-1]


def report_changes(
    table: Table,
    totals: Sequence[str],
    periods: Sequence[Window | None],
    keys: Sequence[tuple],
    total_position: int,
) -> None:
    """Tell of changes that are not the difference to the total of the period before, where the table
    has that too. Takes: keys - per data row what is compared (unit, test, indicator)"""
    positions = table.header.columns.get("printed_change")
    if not positions:
        return
    change, total = read_column(table, positions[0]), read_column(table, total_position)
    for position, header in enumerate(table.header.texts):
        if _EARLIER_TOTAL.fullmatch(normalise(header)):
            words = f"总得分减去“{header}”"
            difference = ((total, 1.0), (read_column(table, position), -1.0))
            report_misprints(table, change, [Formula(words, difference)])
            return
    is_year = bool(_YEAR_BEFORE.search(change.header))
    by_key = defaultdict(list)
    for row, (key, period) in enumerate(zip(keys, periods, strict=True)):
        if period and totals[row] and not table.held[row]:
            by_key[key].append((row, (period.start, period.end)))
    for lines in by_key.values():
        for row, later in lines:
            earlier = [other for other, days in lines if _is_before(days, later, is_year)]
            if earlier and not np.isnan(change.numbers[row]):
                _report_change(table, change, total, row, earlier[0])


def _is_before(earlier: tuple, later: tuple, is_year: bool) -> bool:
    """Say whether one period is the one before another, or that of the year before."""
    (first, last), (start, end) = earlier, later
    if is_year:
        return (first.year + 1, first.month, last.month) == (start.year, start.month, end.month)
    months = [12 * (b.year - a.year) + b.month - a.month for a, b in (earlier, later)]
    return last + timedelta(days=1) == start and months[0] == months[1]


def _report_change(
    table: Table, change: PrintedColumn, total: PrintedColumn, row: int, earlier: int
) -> None:
    result = total.numbers[row] - total.numbers[earlier]
    slack = total.slack[row] + total.slack[earlier]
    # Each total may have been cut or rounded: the difference moves either way.
    low = agrees(change.numbers[row], change.steps[row], result - slack, 1.5 * slack)
    if not low:
        excel = int(table.excel[row])
        last = cell_text(table, int(table.excel[earlier]), total.position)
        now = cell_text(table, excel, total.position)
        words = {
            "printed": cell_text(table, excel, change.position),
            "formula": f"上一期总得分 {last}、这一期 {now}，相差",
            "sum": figure_text(float(result), max(change.decimals, total.decimals)),
        }
        report_cell(table, excel, change.position, "核对-01", words)
