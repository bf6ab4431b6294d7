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
from wenming_metrics.reading.records.components import Component, cells_of, components
from wenming_metrics.reading.records.record_kind import make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    PLACES,
    decimal_text,
    is_too_fine,
    last_days,
    report_again,
    report_rows,
    settle_periods,
    settle_unit,
    texts_of,
)
from wenming_metrics.reading.tables.table import Table, hold, report, report_sheet
from wenming_metrics.reading.tables.values import Value, spell
from wenming_metrics.vocabulary import INPUT, normalise

SHARE = "%"
NUMBERS = ("value", "numerator", "denominator", "target")
_SCALE = re.compile(r"\(([^()\d]{1,4})\)$")


def further(table: Table, *named: str) -> list[Component]:
    """List the columns of numbers that bear no title we know, or another word for one of these."""
    texts, known = table.header.texts, table.header.columns.items()
    pairs = ((name, at) for name, ats in known for at in ats)
    own = [at for name, at in pairs if name not in named or texts[at] == INPUT[name].title]
    return components(table, own)


def read_wide(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read a table of metrics with one column per indicator; records as those of the long form."""
    # 活跃人数 is a part of a whole only where rows are indicators.
    kept = further(table, *NUMBERS)
    if not kept:
        said = {"kind": "量化指标", "missing": "指标"}
        report_sheet(table, "表头-04", **said)
    periods = settle_periods(table, np.zeros(table.n_rows, bool))
    days = last_days(periods)
    unit = settle_unit(table, names, days)
    place = next(name for name in ("subject", "street", *PLACES) if name in table.columns)
    report(table, (unit < 0) & ~table.held, "记录-03", place)
    titles = [one.title if one else "" for one in periods]
    report_again(table, list(zip(unit.tolist(), titles, strict=True)))
    scales = [_scale(table.header.texts[one.position]) for one in kept]
    columns = [_numbers(table, one, scale) for one, scale in zip(kept, scales, strict=True)]
    _report_blanks(table, columns)
    filled = [(row, at) for row in range(table.n_rows) for at in range(len(kept))]
    filled = [(row, at) for row, at in filled if columns[at][row][0]]
    rows = np.array([row for row, _ in filled], np.int64)
    firsts = [one.start.isoformat() if one else "" for one in periods]
    remarks = texts_of(table, "remark")
    told = {
        "indicator": [_title(kept[at]) for _, at in filled],
        **{"period": [titles[row] for row, _ in filled], "first": [firsts[r] for r, _ in filled]},
        "value": [columns[at][row][0] for row, at in filled],
        **{name: [""] * len(filled) for name in NUMBERS[1:]},
        "scale": [columns[at][row][1] for row, at in filled],
        "remark": [remarks[row] for row, _ in filled],
    }
    return make_records(table, "metric", days[rows], unit[rows], told, rows)


def _title(one: Component) -> str:
    name = _SCALE.sub("", one.name)
    return f"{one.group}:{name}" if one.group else name


def _scale(header: str) -> str:
    """Read the unit of measure behind an indicator: 好评率(%)."""
    found = _SCALE.search(normalise(header))
    return found[1] if found else ""


def _numbers(table: Table, one: Component, scale: str) -> list[tuple[str, str]]:
    """Read a column of an indicator: number as text ("" where there is none), unit of measure."""
    found = []
    for row, cell in enumerate(cells_of(table, one.position)):
        number = decimal_text(cell)
        own = scale or (SHARE if normalise(spell(cell)).endswith(SHARE) else "")
        code = _fault(number, own)
        if code and not table.held[row]:
            _report_cell(table, row, one.position, code, cell)
        found.append((number or "", own))
    return found


def _fault(number: str | None, scale: str) -> str:
    if number is None:
        return "指标-01"
    if is_too_fine(number):
        return "指标-04"
    return "指标-07" if number and scale == SHARE and 0 < Decimal(number) <= 1 else ""


def _report_cell(table: Table, row: int, position: int, code: str, cell: Value) -> None:
    place = (int(table.excel[row]), column_letter(position), table.header.texts[position])
    said = {"value": spell(cell)}
    table.problems.append(Problem(code, table.sheet.name, *place, spell(cell), said))
    if code != "指标-07":
        hold(table, code, np.array([row]))


def _report_blanks(table: Table, columns: list[list[tuple[str, str]]]) -> None:
    """Hold rows without any number; count the blank cells of the others."""
    counts = np.array([[not number for number, _ in one] for one in columns]).sum(axis=0)
    kept = ~table.held if columns else np.zeros(table.n_rows, bool)
    empty = np.flatnonzero(kept & (counts == len(columns))).tolist()
    report_rows(table, empty, "指标-02", "", [{}] * len(empty))
    blank = int(counts[kept & (counts < len(columns))].sum()) if columns else 0
    if blank:
        report_sheet(table, "指标-09", count=blank)
