"""What spreadsheet programs make of days and of long numbers, put right before cells are read.

A workbook may count its days from 1904; a number keeps 15 digits at most, so that what names a
problem may have lost its last ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import numpy as np

from wenming_metrics.reading.model.grid import GridColumn, Value
from wenming_metrics.reading.tables.table import Table, report_each, report_sheet
from wenming_metrics.reading.tables.values import SERIALS, spell
from wenming_metrics.vocabulary import INPUT, normalise

_DAY_0 = datetime(1904, 1, 1)
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
KEYS = ("problem_no", "visit_no", "item_code", "unit_code", "document_no", "answer_id")
"""Columns in which a number is a name: another digit is another thing."""
_NEEDED = ("site",)
"""Columns of such names without which a row is nothing: it waits."""
_LONG, _EXACT = 10**15, 2**53
_SHORTENED = re.compile(r"\d(\.\d+)?e\+?\d{2}")


def put_right(table: Table) -> Table:
    """Give days that are counted from 1904 their date, and drop numbers that lost digits, telling so."""
    columns = dict(table.columns)
    for name in columns:
        if table.sheet.facts.is_from_1904 and name in INPUT and INPUT[name].type == "日期":
            columns[name] = tuple(_changed(column, _from_1904) for column in columns[name])
    right = replace(table, columns=columns)
    for name in filter(columns.__contains__, (*KEYS, *_NEEDED)):
        columns[name] = tuple(
            _with_all_digits(right, name, nth) for nth in range(len(columns[name]))
        )
    return right


def _changed(column: GridColumn, change: Callable[[Value], Value]) -> GridColumn:
    return GridColumn(column.codes, tuple(map(change, column.values)))


def _from_1904(value: Value) -> Value:
    """Give the date of a number that lost its format; a date that kept it was decoded right."""
    number = float(value) if isinstance(value, str) and _SERIAL.fullmatch(value) else value
    if not isinstance(number, float) or not SERIALS[0] <= number + 1462 < SERIALS[1]:
        return value
    moment = _DAY_0 + timedelta(days=number)
    return moment.date() if moment.time() == time() else moment


def _with_all_digits(table: Table, name: str, nth: int) -> GridColumn:
    """Tell of the numbers of a column that lost digits; what is left of them names nothing."""
    column = table.columns[name][nth]
    lost = np.array(_lost_digits(column.values), bool)
    rows = np.flatnonzero(lost[column.codes])
    if not len(rows):
        return column
    if name in _NEEDED:
        report_each(table, rows, "编号-03", name, nth=nth)
        return column
    if table.kind == "rectification":
        report_each(table, rows, "编号-02", name, nth=nth)
    else:
        first_text = spell(column.values[column.codes[rows[0]]])
        report_sheet(table, "编号-01", name, count=len(rows), shown=first_text)
    values = (None if out else value for value, out in zip(column.values, lost, strict=True))
    return GridColumn(column.codes, tuple(values))


def _lost_digits(values: Sequence[Value]) -> list[bool]:
    """Say of each value whether it is a number that lost digits.

    Spreadsheets put 0 for the digits beyond the fifteenth; where a column has another sixteenth
    digit, a program wrote it whole.
    """
    long = [value for value in values if isinstance(value, float) and abs(value) >= _LONG]
    is_whole = any(value < _EXACT and value % 10 for value in long)
    return [
        (abs(value) >= _EXACT or (abs(value) >= _LONG and not is_whole))
        if isinstance(value, float)
        else isinstance(value, str) and bool(_SHORTENED.fullmatch(normalise(value)))
        for value in values
    ]
