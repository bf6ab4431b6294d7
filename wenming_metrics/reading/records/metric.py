"""量化指标: one indicator of one unit in one period, as a value or as part of a whole.

Sheets with one column per indicator are read by `wide_metric`. Numbers are kept as exact decimal text of up to twelve places; a rate is not computed here.
"""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.printed.shares import PER_MILLE, PERCENT, explains
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.records.wide_metric import (
    NUMBERS,
    SHARE,
    further,
    read_wide,
    scale_above,
    scale_of,
    sign_of,
)
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    PLACES,
    decimal_text,
    is_too_fine,
    last_days,
    period_facts,
    report_again,
    require_unit,
    settle_periods,
    texts_of,
)
from wenming_metrics.reading.tables.table import Table, column, report_rows, report_sheet
from wenming_metrics.vocabulary import normalise

_OF_ROWS = {"site", "result", "deduction", "description"}
_TITLED = re.compile("(?:量化|监测)指标|指标(?:数据|完成|统计|情况|值|汇总)")


def _is_kind(names: frozenset[str], title: str) -> bool:
    """A table of indicators of units, with a value or a part and its whole, or by its title."""
    if names & _OF_ROWS or not names & {"subject", *PLACES}:
        return False
    measured = "value" in names or {"numerator", "denominator"} <= names
    return measured if "indicator" in names else bool(_TITLED.search(title))


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read a table of metrics: one row per unit and indicator, or one column per indicator."""
    if "indicator" not in table.columns:
        return read_wide(table, names, context)
    if not {"value", "numerator"} & set(table.columns):
        report_sheet(table, "表头-04", kind="量化指标", missing="数值或分子")
    _report_unread(table)
    periods = settle_periods(table)
    unit = require_unit(table, names, last_days(periods))
    indicators = texts_of(table, "indicator")
    unnamed = [row for row, text in enumerate(indicators) if not text]
    report_rows(table, unnamed, "指标-08", "indicator")
    numbers = {name: _numbers(table, name) for name in NUMBERS}
    scales = _scales(table)
    _report_numbers(table, numbers, scales)
    of = zip(
        unit.tolist(), [period and period.title for period in periods], indicators, strict=True
    )
    report_again(table, list(of), of_file=False)
    facts = {
        **{"indicator": indicators, **period_facts(periods), **numbers},
        **{"scale": scales, "remark": texts_of(table, "remark")},
    }
    return make_records(table, "metric", last_days(periods), unit, facts)


def _report_unread(table: Table) -> None:
    """Say which columns of numbers are not read: with one row per indicator they mean nothing."""
    unread = [table.header.texts[component.position] for component in further(table)]
    if unread:
        report_sheet(table, "表头-08", columns="、".join(unread))


def _numbers(table: Table, name: str) -> list[str]:
    """Read a column of numbers as text, "" where nothing is written; hold what is no number."""
    number_column = column(table, name)
    read = [decimal_text(value) for value in number_column.values]
    codes = number_column.codes.tolist()
    unread = [row for row, code in enumerate(codes) if read[code] is None]
    report_rows(table, unread, "指标-01", name)
    fine = [row for row, code in enumerate(codes) if is_too_fine(read[code] or "")]
    report_rows(table, fine, "指标-04", name)
    return [read[code] or "" for code in codes]


def _scales(table: Table) -> list[str]:
    """Give the unit of measure: its own column, else the % written behind the value or its target,
    else what the header or a line above it says of all."""
    signs = []
    for name in ("value", "target"):
        number_column = column(table, name)
        of_values = list(map(sign_of, number_column.values))
        signs.append([of_values[code] for code in number_column.codes.tolist()])
    written_scales = [normalise(text) for text in texts_of(table, "scale")]
    titles = [table.header.texts[p] for p in table.header.columns.get("value", ())]
    of_all = next(filter(None, map(scale_of, titles)), "") or scale_above(table)
    return [
        next(filter(None, scales), of_all) for scales in zip(written_scales, *signs, strict=True)
    ]


def _report_numbers(table: Table, numbers: dict[str, list[str]], scales: list[str]) -> None:
    """Hold rows that measure nothing; tell of figures that do not go together."""
    for row in np.flatnonzero(~table.held).tolist():
        value, numerator, denominator = (numbers[name][row] for name in NUMBERS[:3])
        code, name, figures = _fault(value, numerator, denominator, scales[row])
        if code:
            name = name if name in table.columns else "indicator"
            report_rows(table, [row], code, name, [figures])


def _fault(
    value: str, numerator: str, denominator: str, scale: str
) -> tuple[str, str, dict[str, str]]:
    """Say what is wrong with one row: message, column, details; "" for nothing."""
    if not value and not (numerator and denominator):
        return "指标-02", "value", {}
    if denominator and Decimal(denominator) == 0:
        return "指标-03", "denominator", {}
    below_zero = [
        name
        for name, text in (("numerator", numerator), ("denominator", denominator))
        if text and Decimal(text) < 0
    ]
    if below_zero:
        return "指标-11", below_zero[0], {}
    if numerator and denominator and Decimal(numerator) > Decimal(denominator):
        return "指标-05", "numerator", {"numerator": numerator, "denominator": denominator}
    factors = (PERCENT,) if scale == SHARE else (PER_MILLE,) if scale == "‰" else (1, PERCENT)
    counts = (float(numerator), float(denominator)) if numerator and denominator else None
    if value and counts and any(explains(value, *counts, factor) for factor in factors):
        return "", "", {}
    if value and scale == SHARE and not counts and Decimal(value) > PERCENT:
        return "指标-10", "value", {"value": value}
    if value and scale == SHARE and (not counts or explains(value, *counts, 1)):
        return ("指标-07", "value", {"value": value}) if 0 < Decimal(value) <= 1 else ("", "", {})
    if value and counts:
        rate = Decimal(numerator) / Decimal(denominator) * factors[-1]
        decimals = max(len(value.partition(".")[2]), 2)
        return "指标-06", "value", {"value": value, "rate": f"{rate:.{decimals}f}"}
    return "", "", {}


METRIC = RecordKind(
    name="metric",
    title="量化指标",
    columns=(
        *("subject", "district", "street", "community", "indicator", "period", "value"),
        *("numerator", "denominator", "scale", "target", "remark"),
        *("site", "result", "deduction", "description"),
    ),
    required=(("subject", *PLACES),),
    is_kind=_is_kind,
    read=_read,
    open=True,
)
