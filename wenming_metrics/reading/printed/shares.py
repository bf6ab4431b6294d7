"""Percentages against the counts that stand in the same row, and sums of counts in a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from wenming_metrics.reading.printed.figures import (
    Formula,
    PrintedColumn,
    agrees,
    amount_columns,
    choose,
    report_misprints,
    sum_of,
)
from wenming_metrics.reading.tables.table import Table
from wenming_metrics.vocabulary import normalise

PERCENT, PER_MILLE = 100, 1000
_SUM = re.compile("合计|小计|总计|共计")
_STEM = re.compile(r"\(.*?\)|率$|比例$|占比$|比重$|人数$|份数$|户数$|件数$|个数$|数量?$|%$")
_ROWS = 2
"""Rows that a pair of counts must explain before it is taken for what a rate is made of."""


def report_shares(table: Table, groups: Sequence[Sequence[int]] = ()) -> None:
    """Tell of percentages that the counts of their row do not give, and of sums in a row likewise.

    What a rate is made of is what explains most rows, or the counts that are named like it.

    Takes: groups - positions of counts that make up one whole (the options of a question, best first)
    """
    columns = amount_columns(table)
    counts = [column for column in columns if column.is_count]
    options = [[c for c in counts if c.position in group] for group in groups]
    for column in columns:
        if column.is_share:
            formula = share_formula(column, counts, options)
            if formula:
                report_misprints(table, column, [formula])
        elif column.is_count and _SUM.search(column.header):
            _report_sum(table, column, columns)


def share_formula(
    column: PrintedColumn,
    counts: Sequence[PrintedColumn],
    options: Sequence[Sequence[PrintedColumn]] = (),
) -> Formula | None:
    """Find what a column of rates is made of; None where the counts do not say."""
    formulas = [*_ratios(column, counts), *_cumulated(column, options)]
    return choose(column, formulas, _ROWS) or _named(column, counts)


def _factors(column: PrintedColumn) -> tuple[float, ...]:
    """Say what a ratio is multiplied by: a hundred, or nothing where all rates are 1 or less."""
    if "‰" in column.header:
        return (PER_MILLE,)
    return (PERCENT, 1) if np.nanmax(column.numbers) <= 1 else (PERCENT,)


def _ratios(column: PrintedColumn, counts: Sequence[PrintedColumn]) -> Iterator[Formula]:
    """Give each count as a share of each other one."""
    for factor in _factors(column):
        for top in counts:
            for base in counts:
                if top is not base:
                    words = f"“{top.header}” ÷ “{base.header}”"
                    yield Formula(words, ((top, factor),), (base,))


def _cumulated(
    column: PrintedColumn, options: Sequence[Sequence[PrintedColumn]]
) -> Iterator[Formula]:
    """Give the first option, the first two ... of a question as a share of all of them."""
    for factor in _factors(column):
        for group in options:
            for n in range(1, len(group)):
                first = "、".join(option.header for option in group[:n])
                terms = tuple((option, factor) for option in group[:n])
                yield Formula(f"“{first}”占各选项合计的比例", terms, tuple(group))


def _named(column: PrintedColumn, counts: Sequence[PrintedColumn]) -> Formula | None:
    """Take the only two counts of a table where the rate is named like the smaller (完成率, 完成数)."""
    if len(counts) != 2:
        return None
    top, base = sorted(counts, key=lambda count: float(np.nansum(count.numbers)))
    if _stem(top.header) != _stem(column.header) or not _stem(column.header):
        return None
    return next(f for f in _ratios(column, counts) if f.terms[0][0] is top)


def _stem(header: str) -> str:
    word = normalise(header)
    while (shorter := _STEM.sub("", word)) != word:
        word = shorter
    return word


def _report_sum(table: Table, checked: PrintedColumn, columns: Sequence[PrintedColumn]) -> None:
    """Hold a column of sums against the counts before it, back to the last column of sums."""
    previous = [column for column in columns if column.position < checked.position]
    last = [n for n, column in enumerate(previous) if _SUM.search(column.header)]
    summands = [c for c in previous[last[-1] + 1 if last else 0 :] if c.is_count]
    if len(summands) > 1:
        formula = choose(checked, [sum_of("前面各列相加", summands)])
        if formula:
            report_misprints(table, checked, [formula])


def explains(value: str, numerator: float, denominator: float, factor: float) -> bool:
    """Say whether a printed rate is that of its counts, times a factor, as far as rounding goes."""
    step = 10.0 ** -len(value.partition(".")[2])
    rate = np.array(factor * numerator / denominator)
    return bool(agrees(np.array(float(value)), np.array(step), rate, np.zeros(1))[0])
