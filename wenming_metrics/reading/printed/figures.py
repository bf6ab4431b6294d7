"""Columns of printed numbers, formulas over them, and whether a printed figure agrees.

A figure printed with d decimals agrees with a formula if rounding half up, cutting off, or the
rounding of any figure that it is made of, at its own printed decimals, explains it. Whole numbers
are counts or points as they were given: they are taken as exact where others are made of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model.grid import column_letter
from wenming_metrics.reading.resolve.periods_and_units import decimal_text
from wenming_metrics.reading.tables.table import Table
from wenming_metrics.reading.tables.values import spell
from wenming_metrics.vocabulary import INPUT, normalise

_FINEST = 6
"""Decimals beyond which a figure comes from a program, and is not compared any finer."""
_TYPED = 4
"""Most decimals that people type: in a column with more, as in one of rates, each cell has its own."""
_NOISE = 1e-9
_RATE = re.compile(
    r"率|比例|占比|比重|百分比|%|‰|满意度|幸福度|信任度|进度|percent|pct|(?<![a-z])rate"
)
_NO_AMOUNT = re.compile(
    r"^(?:序号?|编号|代码|行号|no\.?|id)$|编码|电话|手机|年份|月份|日期|时间|期间|名次|排名|位次|排序"
    r"|目标|标准值|上限|下限|单价|较上|同比|环比|增减|升降|增幅"
)
_NUMBER_TYPES = ("小数", "整数")


@dataclass(frozen=True)
class PrintedColumn:
    """The numbers of one column of a sheet.

    position - in the sheet; header - as it is written
    numbers  - per row, NaN where no number stands
    steps    - per row the unit of the last printed place: 0.01 for 86.9 in a column with 86.95
    decimals - most places that the column prints
    is_share - its header or its cells speak of a rate
    """

    position: int
    header: str
    numbers: np.ndarray
    steps: np.ndarray
    decimals: int
    is_share: bool

    @property
    def slack(self) -> np.ndarray:
        """How far rounding half up may have moved each figure."""
        return self.steps / 2 if self.decimals else np.zeros(len(self.steps))

    @property
    def is_count(self) -> bool:
        """Say whether it holds nothing but whole numbers."""
        return not self.decimals and not self.is_share


@dataclass(frozen=True)
class Formula:
    """What a figure should be: Σ factor · column, divided by the sum of other columns if there are."""

    words: str
    terms: tuple[tuple[PrintedColumn, float], ...]
    divisors: tuple[PrintedColumn, ...] = ()

    def results(self) -> tuple[np.ndarray, np.ndarray]:
        """Give per row the result, NaN where a figure is missing, and how far rounding may reach."""
        result = sum(factor * term.numbers for term, factor in self.terms)
        slack = sum(abs(factor) * term.slack for term, factor in self.terms)
        if self.divisors:
            base = sum(divisor.numbers for divisor in self.divisors)
            base = np.where(base == 0, np.nan, base)
            result, slack = result / base, slack / np.abs(base)
        return result, slack


def read_column(table: Table, position: int) -> PrintedColumn:
    """Read the numbers of a column, one per row of Excel that holds data, as they are written."""
    sheet_column, header = table.sheet.columns[position], table.header.texts[position]
    codes = sheet_column.codes[np.unique(table.excel) - table.sheet.first_row]
    used = np.unique(codes).tolist()
    texts = dict.fromkeys(range(len(sheet_column.values)), "")
    texts |= {code: decimal_text(sheet_column.values[code]) or "" for code in used}
    decimals_of = {code: len(text.partition(".")[2]) for code, text in texts.items()}
    most = max(decimals_of.values(), default=0)
    numbers = np.array([float(text) if text else np.nan for text in texts.values()])
    shares = any("%" in spell(sheet_column.values[code]) for code in used if texts[code])
    is_share = shares or bool(_RATE.search(normalise(header)))
    is_alone = is_share or most > _TYPED
    steps = [10.0 ** -min(n if n and is_alone else most, _FINEST) for n in decimals_of.values()]
    decimals = min(most, _FINEST)
    return PrintedColumn(
        position, header, numbers[codes], np.array(steps)[codes], decimals, is_share
    )


def amount_columns(table: Table) -> list[PrintedColumn]:
    """Read all columns that hold amounts: mostly numbers, and neither numbering, days nor ranks."""
    names = {position: name for name, ats in table.header.columns.items() for position in ats}
    columns = []
    for position, text in enumerate(table.header.texts):
        name, word = names.get(position, ""), normalise(text)
        is_text = name in INPUT and INPUT[name].type not in _NUMBER_TYPES
        is_left_out = is_text or position in table.header.items or _NO_AMOUNT.search(word)
        if not word or is_left_out or name == "target":
            continue
        printed_column = read_column(table, position)
        n_numbers = int((~np.isnan(printed_column.numbers)).sum())
        if n_numbers and 2 * n_numbers >= _n_written(table, position):
            columns.append(printed_column)
    return columns


def _n_written(table: Table, position: int) -> int:
    """Count the cells of a column in which something is written that is no sign of absence."""
    sheet_column = table.sheet.columns[position]
    filled = [bool(spell(value).strip("-—/ ")) for value in sheet_column.values]
    rows = np.unique(table.excel) - table.sheet.first_row
    return int(np.array(filled, bool)[sheet_column.codes[rows]].sum())


def agrees(
    printed: np.ndarray, steps: np.ndarray, result: np.ndarray, slack: np.ndarray
) -> np.ndarray:
    """Say per figure whether rounding explains it, NaN agreeing with nothing.

    Takes: printed, steps - numbers and the unit of their last place; result, slack - of the formula,
           whose numbers rounding half up moved by slack at most, and cutting off by twice as much
    """
    sign = np.where(printed < 0, -1.0, 1.0)
    printed, result = sign * printed, sign * result
    low, high = result - slack, result + 2 * slack
    below = np.where(printed == 0, steps, steps / 2)
    margin = np.maximum(_NOISE, 1e-12 * np.abs(printed))
    return (low < printed + steps - margin) & (high >= printed - below - margin)


def fits(checked: PrintedColumn, formula: Formula) -> tuple[np.ndarray, np.ndarray]:
    """Compare a column with a formula. Returns: rows that can be compared, rows that agree."""
    result, slack = formula.results()
    comparable = ~np.isnan(result) & ~np.isnan(checked.numbers)
    return comparable, comparable & agrees(checked.numbers, checked.steps, result, slack)


def choose(checked: PrintedColumn, formulas: Iterable[Formula], least: int = 1) -> Formula | None:
    """Find the formula that explains most rows of a column, and at least half of them.

    One misprint, or several, do not hide how a column is made. Takes: least - rows it must explain
    """
    best, most = None, least - 1
    for formula in formulas:
        comparable, fitting = fits(checked, formula)
        count = int(fitting.sum())
        if count > most and 2 * count >= int(comparable.sum()):
            best, most = formula, count
    return best


def report_misprints(table: Table, checked: PrintedColumn, formulas: Sequence[Formula]) -> None:
    """Tell of each figure of a column that none of its formulas gives, held rows passed over.

    Takes: formulas - the first that can be worked out in a row is told
    """
    excel, agreed = np.unique(table.excel), np.isin(np.unique(table.excel), table.excel[table.held])
    pairs = [fits(checked, formula) for formula in formulas]
    for _, fitting in pairs:
        agreed = agreed | fitting
    wrong = ~agreed & np.logical_or.reduce([comparable for comparable, _ in pairs])
    for row in np.flatnonzero(wrong).tolist():
        first = next(n for n, (comparable, _) in enumerate(pairs) if comparable[row])
        result = float(formulas[first].results()[0][row])
        row_words = {
            "printed": cell_text(table, int(excel[row]), checked.position),
            "formula": formulas[first].words,
            "sum": figure_text(result, checked.decimals),
        }
        report_cell(table, int(excel[row]), checked.position, "核对-01", row_words)


def report_cell(
    table: Table, excel_row: int, position: int, code: str, words: dict[str, object]
) -> None:
    """Report one problem at one cell of the sheet."""
    letter, header = column_letter(position), table.header.texts[position]
    cell = cell_text(table, excel_row, position)
    table.problems.append(Problem(code, table.sheet.name, excel_row, letter, header, cell, words))


def cell_text(table: Table, excel_row: int, position: int) -> str:
    """Spell a cell of the sheet as its sender sees it."""
    sheet_column = table.sheet.columns[position]
    return spell(sheet_column.values[sheet_column.codes[excel_row - table.sheet.first_row]])


def figure_text(number: float, decimals: int) -> str:
    """Write our own figure with the decimals of the printed one, and up to two where it needs them."""
    most = max(decimals, 2)
    digits, _, tail = f"{half_up(number, most):.{most}f}".partition(".")
    tail = tail[:decimals] + tail[decimals:].rstrip("0")
    return f"{digits}.{tail}" if tail else digits


def sum_of(words: str, columns: Sequence[PrintedColumn]) -> Formula:
    """Make the formula of a plain sum."""
    return Formula(words, tuple((term, 1.0) for term in columns))
