"""Rows of totals and of means: every figure that they print, held against the rows they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import fsum

import numpy as np

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model.grid import column_letter
from wenming_metrics.reading.printed.figures import (
    PrintedColumn,
    agrees,
    amount_columns,
    cell_text,
    figure_text,
    read_column,
)
from wenming_metrics.reading.printed.shares import share_formula
from wenming_metrics.reading.resolve.periods_and_units import decimal_text
from wenming_metrics.reading.tables.table import Table
from wenming_metrics.reading.tables.totals import Total

_MEAN = re.compile("平均|均分|均值")
_GRAND = re.compile("总计|共计")
_SCORE = re.compile("分|指数|成绩")
_LISTED = 3
"""Figures that are named one by one in a row that agrees."""
_LOST = re.compile(r"^(?:扣减?|减|失)分?:?-?")
_POINT_PLACES = 4


def report_totals(
    table: Table, totals: Sequence[Total], lost: Mapping[int, np.ndarray] | None = None
) -> None:
    """Hold each printed row of totals against the rows since the last one, or all above it, or,
    where it stands first, all below it.

    Takes: lost - position of a column of deductions -> points (1e-4) that each data row loses, which
           stand for what is filled there
    """
    columns = [_of_points(table, at, points) for at, points in (lost or {}).items()]
    if totals:
        columns += [c for c in amount_columns(table) if c.position not in (lost or {})]
    excel, start = np.unique(table.excel), 0
    for total in totals:
        end = int(np.searchsorted(excel, total.excel))
        blocks = [slice(start, end), slice(0, end)] if end else [slice(0, len(excel))]
        blocks = blocks[::-1] if _GRAND.search(total.label) else blocks
        _report_row(table, total, columns, [b for b in blocks if b.start < b.stop])
        start = end


def _of_points(table: Table, position: int, lost: np.ndarray) -> PrintedColumn:
    """Give what the rows of Excel lose in place of what a column of deductions writes."""
    rows = np.unique(table.excel, return_inverse=True)[1]
    points = np.bincount(rows, weights=lost, minlength=0) / POINT_SCALE
    column = read_column(table, position)
    return replace(column, numbers=points, steps=0 * points, decimals=0, is_share=False)


def _report_row(
    table: Table, total: Total, columns: Sequence[PrintedColumn], blocks: Sequence[slice]
) -> None:
    is_mean, right, wrong, doubled = bool(_MEAN.search(total.label)), [], [], []
    for column in columns:
        filled = cell_text(table, total.excel, column.position)
        printed = decimal_text(filled) or decimal_text(_LOST.sub("", filled))
        results = list(_results(column, columns, blocks, is_mean, table.kind)) if printed else []
        if not results:
            continue
        result, slack = np.array(results).T
        number = float(printed)
        number = abs(number) if result[0] >= 0 else number
        if agrees(
            np.full(len(result), number), _step(column, printed, is_mean), result, slack
        ).any():
            right.append(f"{column.header} {printed}")
        else:
            wrong.append((column, printed, figure_text(float(result[0]), column.decimals)))
            doubled.append(abs(2 * number - result[0]) < 1e-6)
    if len(doubled) > 1 and all(doubled) and not is_mean:
        # Districts and their streets are rows of one table: everything stands there twice.
        right, wrong = [*right, *(f"{column.header} {text}" for column, text, _ in wrong)], []
    _report(table, total, is_mean, right, wrong)


def _step(column: PrintedColumn, printed: str, is_mean: bool) -> float:
    """Give the unit of the last place of a total: its own, or of its column, where 7 may be 7.00."""
    decimals = len(printed.partition(".")[2])
    if not is_mean:
        exact = _POINT_PLACES if not column.steps.any() else column.decimals
        decimals = max(decimals, exact)
    return 10.0 ** -min(decimals, 6)


def _results(
    column: PrintedColumn,
    columns: Sequence[PrintedColumn],
    blocks: Sequence[slice],
    is_mean: bool,
    kind: str,
) -> Iterator[tuple[float, float]]:
    """Give what the cell may be: sums, or means, of the rows it may speak of; a rate is never summed,
    it is the mean, plain or weighted with the counts beside it."""
    for block in blocks:
        numbers, slack = column.numbers[block], column.slack[block]
        filled = ~np.isnan(numbers)
        count = int(filled.sum())
        if not count:
            continue
        total = float(numbers[filled].sum()), float(slack[filled].sum())
        mean = total[0] / count, total[1] / count
        if not (is_mean or column.is_share):
            yield total
        if is_mean or column.is_share or (kind == "external" and _SCORE.search(column.header)):
            yield mean
        if column.is_share:
            yield from _pooled(column, columns, block)
            yield from _weighted(numbers, slack, filled, columns, block)


def _pooled(
    column: PrintedColumn, columns: Sequence[PrintedColumn], block: slice
) -> Iterator[tuple[float, float]]:
    """Divide the sums of the counts that a rate is made of."""
    formula = share_formula(column, [c for c in columns if c.is_count])
    if formula:
        ((numerator, factor),), (denominator,) = formula.terms, formula.divisors
        total = np.nansum(denominator.numbers[block])
        if total:
            yield float(factor * np.nansum(numerator.numbers[block]) / total), 0.0


def _weighted(
    numbers: np.ndarray,
    slack: np.ndarray,
    filled: np.ndarray,
    columns: Sequence[PrintedColumn],
    block: slice,
) -> Iterator[tuple[float, float]]:
    """Weigh a rate with each column of counts; without any, all that lies between its rows will do."""
    counts = [column.numbers[block] for column in columns if column.is_count]
    for weights in counts:
        both = filled & (weights > 0)
        if both.any():
            share = weights[both] / weights[both].sum()
            yield fsum(share * numbers[both]), fsum(share * slack[both])
    if not counts:
        low, high = float(numbers[filled].min()), float(numbers[filled].max())
        yield (low + high) / 2, (high - low) / 2 + float(slack[filled].max())


def _report(
    table: Table,
    total: Total,
    is_mean: bool,
    right: list[str],
    wrong: list[tuple[PrintedColumn, str, str]],
) -> None:
    """Say once of a row of totals whether it agrees, with both figures of each cell that does not."""
    where = [table.sheet.name, total.excel]
    if wrong:
        first = wrong[0][0]
        where += [column_letter(first.position), first.header]
        cells = (f"“{column.header}”写 {text}，按各行计算是 {ours}" for column, text, ours in wrong)
        problem = Problem("行-02", *where, found=total.label, details={"columns": "；".join(cells)})
    elif right:
        listed = f" {len(right)} 个数" if len(right) > _LISTED else "、".join(right) + " "
        side = "上面" if total.excel > table.excel.min(initial=total.excel) else "下面"
        how = side + ("各行的平均数" if is_mean else "各行之和")
        words = {"figures": listed, "how": how}
        problem = Problem("行-01", *where, found=total.label, details=words)
    else:
        problem = Problem("行-03", *where, found=total.label)
    table.problems.append(problem)
