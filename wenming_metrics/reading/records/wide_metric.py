"""量化指标 with one column per indicator: a row per unit and period, a record per cell that is filled.

Every further column that holds numbers is an indicator, named by its header; a unit of measure may
stand behind it in brackets. A row counts whole or not: one cell that is no number holds it.
"""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pandas as pd

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model.grid import column_letter
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.printed.shares import report_shares
from wenming_metrics.reading.records.components import ScoreComponent, cells_of, components
from wenming_metrics.reading.records.record_kind import make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    decimal_text,
    is_too_fine,
    last_days,
    period_facts,
    report_again,
    require_unit,
    settle_periods,
    texts_of,
)
from wenming_metrics.reading.tables.table import Table, hold, report_rows, report_sheet
from wenming_metrics.reading.tables.values import Value, spell
from wenming_metrics.vocabulary import INPUT, normalise

SHARE = "%"
SHARES = (SHARE, "‰")
NUMBERS = ("value", "numerator", "denominator", "target")
_SCALE = re.compile(r"\(([^()\d]{1,4})\)$")
_ABOVE = re.compile(r"单位:([^\s:()\d]{1,4})\)?$")


def further(table: Table, *number_names: str) -> list[ScoreComponent]:
    """List the columns of numbers that bear no title we know, or another word for one of these."""
    texts, named_columns = table.header.texts, table.header.columns.items()
    pairs = ((name, position) for name, ats in named_columns for position in ats)
    excluded = [
        position
        for name, position in pairs
        if name not in number_names or texts[position] == INPUT[name].title
    ]
    return components(table, excluded)


def read_wide(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read a table of metrics with one column per indicator; records as those of the long form."""
    # 活跃人数 is a part of a whole only where rows are indicators.
    indicator_columns = further(table, *NUMBERS)
    if not indicator_columns:
        missing_indicator = {"kind": "量化指标", "missing": "指标"}
        report_sheet(table, "表头-04", **missing_indicator)
    periods = settle_periods(table)
    days = last_days(periods)
    unit = require_unit(table, names, days)
    period_texts = period_facts(periods)
    report_again(
        table, list(zip(unit.tolist(), period_texts["period"], strict=True)), of_file=False
    )
    of_all = scale_above(table)
    scales = [
        scale_of(table.header.texts[component.position]) or of_all
        for component in indicator_columns
    ]
    columns = [
        _numbers(table, component, scale)
        for component, scale in zip(indicator_columns, scales, strict=True)
    ]
    _report_blanks(table, columns)
    report_shares(table)
    filled = [
        (row, index) for row in range(table.n_rows) for index in range(len(indicator_columns))
    ]
    filled = [(row, index) for row, index in filled if columns[index][row][0]]
    rows = np.array([row for row, _ in filled], np.int64)
    remarks = texts_of(table, "remark")
    facts = {
        "indicator": [_title(indicator_columns[index]) for _, index in filled],
        **{name: [texts[row] for row, _ in filled] for name, texts in period_texts.items()},
        "value": [columns[index][row][0] for row, index in filled],
        **{name: [""] * len(filled) for name in NUMBERS[1:]},
        "scale": [columns[index][row][1] for row, index in filled],
        "remark": [remarks[row] for row, _ in filled],
    }
    return make_records(table, "metric", days[rows], unit[rows], facts, rows)


def _title(component: ScoreComponent) -> str:
    name = _SCALE.sub("", component.name)
    return f"{component.group}:{name}" if component.group else name


def scale_of(header: str) -> str:
    """Read the unit of measure behind an indicator: 好评率(%)."""
    match = _SCALE.search(normalise(header))
    return match[1].rpartition(":")[2] if match else ""


def scale_above(table: Table) -> str:
    """Read the unit of measure that a line over the header gives all numbers: 单位:%."""
    matches = map(_ABOVE.search, map(normalise, table.header.above.splitlines()))
    return next((match[1] for match in matches if match), "")


def sign_of(value: Value) -> str:
    """Give the sign of a share that stands behind a number, "" without one."""
    text = normalise(spell(value))
    return text[-1] if text.endswith(SHARES) else ""


def _numbers(table: Table, component: ScoreComponent, scale: str) -> list[tuple[str, str]]:
    """Read a column of an indicator: number as text ("" where there is none), unit of measure."""
    numbers = []
    for row, cell in enumerate(cells_of(table, component.position)):
        number = decimal_text(cell)
        cell_scale = scale or sign_of(cell)
        code = _fault(number, cell_scale)
        if code and not table.held[row]:
            _report_cell(table, row, component.position, code, cell)
        numbers.append((number or "", cell_scale))
    return numbers


def _fault(number: str | None, scale: str) -> str:
    if number is None:
        return "指标-01"
    if is_too_fine(number):
        return "指标-04"
    return "指标-07" if number and scale == SHARE and 0 < Decimal(number) <= 1 else ""


def _report_cell(table: Table, row: int, position: int, code: str, cell: Value) -> None:
    location = (int(table.excel[row]), column_letter(position), table.header.texts[position])
    cell_value = {"value": spell(cell)}
    table.problems.append(Problem(code, table.sheet.name, *location, spell(cell), cell_value))
    if code != "指标-07":
        hold(table, code, np.array([row]))


def _report_blanks(table: Table, columns: list[list[tuple[str, str]]]) -> None:
    """Hold rows without any number; count the blank cells of the others."""
    counts = np.array([[not number for number, _ in column] for column in columns]).sum(axis=0)
    free_rows = ~table.held if columns else np.zeros(table.n_rows, bool)
    empty = np.flatnonzero(free_rows & (counts == len(columns))).tolist()
    report_rows(table, empty, "指标-02", "")
    blank = int(counts[free_rows & (counts < len(columns))].sum()) if columns else 0
    if blank:
        report_sheet(table, "指标-09", count=blank)
