"""Which rows of a sheet are data, and what the others are: totals, notes, repeated headers.

Also lays the values of vertically merged cells over all rows of the merge, as people read them.
"""

from __future__ import annotations

import re

import numpy as np

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model.grid import Area, GridColumn, SheetGrid, column_letter
from wenming_metrics.reading.recognise.families import wanted
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.table import Table, hold
from wenming_metrics.reading.tables.titles import columns_of_titles
from wenming_metrics.reading.tables.totals import Total, is_total
from wenming_metrics.reading.tables.values import spell
from wenming_metrics.vocabulary import EXAMPLE, normalise

DATA, BLANK_ROW, TOTAL, REMARK, REPEATED, IDLE = range(6)
"""What a row is: data, blank, a total, a remark, a repeated header, nothing in known columns."""
SHARES = ("deduction", "full_mark", "places", "total", "value", "numerator", "denominator")
SHARES += ("population", "planned_answers", "adjusted_points")
"""Columns whose merged value cannot be given to every row: it would be counted several times."""
_REMARK = re.compile(
    r"^(注|备注|说明|填表说明|注意)[:\d]|签字|签名|盖章|^(填表人|审核人|制表人?|联系人|检查人|督查人):"
)
_FEW = 3


def build_table(sheet: SheetGrid, header: Header) -> tuple[Table, np.ndarray, list[Total]]:
    """Take the data rows of a sheet; report merged cells and every row that is left out.

    Returns: the table, what each row below the header is (DATA ...), and the rows of totals
    """
    below = [GridColumn(column.codes[header.first :], column.values) for column in sheet.columns]
    first, last = sheet.first_row + header.first, sheet.first_row + sheet.n_rows - 1
    excel = np.arange(first, last + 1, dtype=np.int32)
    states, labels = _states(below, header, len(excel))
    data = _positions(states == DATA)
    problems: list[Problem] = []
    filled = {
        name: tuple(_fill(sheet, below[position], position, excel, name) for position in positions)
        for name, positions in header.columns.items()
    }
    columns = {
        name: tuple(GridColumn(column.codes[data], column.values) for column in several)
        for name, several in filled.items()
    }
    numbers = excel[data]
    columns |= {
        name: (GridColumn(np.zeros(len(numbers), np.int32), (value,)),)
        for name, value in columns_of_titles(header.titles).items()
        if name not in columns and name in wanted(header.kind)
    }
    held = np.zeros(len(numbers), bool)
    table = Table(sheet, header, columns, numbers, held, {}, problems, {})
    _report_merged(table)
    _report_left_out(table, states, labels, excel)
    totals = [
        Total(int(excel[row]), labels[row]) for row in np.flatnonzero(states == TOTAL).tolist()
    ]
    return table, states, totals


def _positions(mask: np.ndarray) -> np.ndarray | slice:
    """Give where a mask is set: a slice if that is in one piece, for a slice copies nothing."""
    rows = np.flatnonzero(mask).astype(np.int32)
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _states(
    below: list[GridColumn], header: Header, count: int
) -> tuple[np.ndarray, dict[int, str]]:
    """Say what each row is, and give the leftmost text of the rows that are totals or remarks."""
    filled, cells, same = (np.zeros(count, np.int16) for _ in range(3))
    kind, open_ = np.zeros(count, np.int8), np.ones(count, bool)
    known_positions = {known_position for ats in header.columns.values() for known_position in ats}
    labels: dict[int, str] = {}
    for position, column in enumerate(below):
        blank = [
            not value or value.isspace() if isinstance(value, str) else value is None
            for value in column.values
        ]
        written = ~np.array(blank, bool)[column.codes]
        cells += written
        if position in known_positions:
            filled += written
            same += column.codes == column.values.index(header.typed[position])
        if not open_.any():
            continue
        label = [_label(value) if isinstance(value, str) else BLANK_ROW for value in column.values]
        label = np.array(label, np.int8)[column.codes]
        speaks = open_ & (label != BLANK_ROW)
        kind[speaks] = label[speaks]
        for row in np.flatnonzero(speaks & (label != DATA)).tolist():
            labels[row] = spell(column.values[column.codes[row]])
        open_ &= ~speaks
    states = np.where(filled > 0, DATA, IDLE).astype(np.int8)
    states[(kind == REMARK) & (cells <= _FEW)] = REMARK
    states[kind == TOTAL] = TOTAL
    for remark_position in header.columns.get("remark", ()):
        is_example = np.array([value == EXAMPLE for value in below[remark_position].values])[
            below[remark_position].codes
        ]
        states[is_example] = REMARK
        labels |= dict.fromkeys(np.flatnonzero(is_example).tolist(), EXAMPLE)
    states[same >= max(2, (len(known_positions) + 1) // 2)] = REPEATED
    states[cells == 0] = BLANK_ROW
    return states, labels


def _label(value: str) -> int:
    """Say what a row is whose leftmost text is this; BLANK_ROW: no text, look further right."""
    text = normalise(value)
    if not text or text.replace(".", "").isdecimal():
        return BLANK_ROW
    if is_total(text):
        return TOTAL
    return REMARK if _REMARK.search(text) else DATA


def _stretched(sheet: SheetGrid, position: int) -> list[Area]:
    return [
        area
        for area in sheet.facts.merged
        if area.first_column == position and area.last_row > area.first_row
    ]


def _fill(
    sheet: SheetGrid, column: GridColumn, position: int, excel: np.ndarray, name: str
) -> GridColumn:
    """Give every row of a vertically merged cell the value that its first row shows."""
    areas = [] if name in SHARES or not len(excel) else _stretched(sheet, position)
    codes = column.codes.copy() if areas else column.codes
    for area in areas:
        start, end = area.first_row - int(excel[0]), area.last_row - int(excel[0]) + 1
        if 0 <= start < len(codes):  # a merge may lie above the rows, or below the last one
            codes[start:end] = codes[start]
    return GridColumn(codes, column.values)


def _report_merged(table: Table) -> None:
    """Tell of merged cells that were laid over their rows; hold rows that share one number."""
    for name, positions in table.header.columns.items():
        areas = [
            area
            for area in _stretched(table.sheet, positions[0])
            if len(table.excel) and area.last_row >= table.excel[0]
        ]
        if not areas:
            continue
        letter, text = column_letter(positions[0]), table.header.texts[positions[0]]
        if name not in SHARES:
            merge_extent = {"count": len(areas)}
            table.problems.append(
                Problem("合并-01", table.sheet.name, None, letter, text, "", merge_extent)
            )
            continue
        for area in areas:
            within = (table.excel >= area.first_row) & (table.excel <= area.last_row)
            rows, cell_text = np.flatnonzero(within), ""
            merge_extent = {"first": area.first_row, "last": area.last_row}
            table.problems.extend(
                Problem(
                    "合并-02", table.sheet.name, int(row), letter, text, cell_text, merge_extent
                )
                for row in table.excel[rows]
            )
            hold(table, "合并-02", rows)


def _report_left_out(
    table: Table, states: np.ndarray, labels: dict[int, str], excel: np.ndarray
) -> None:
    """Tell of remarks, repeated headers, and rows without anything in a known column."""
    name = table.sheet.name
    for code, state in (("行-04", REMARK), ("行-05", REPEATED), ("行-06", IDLE)):
        for row in np.flatnonzero(states == state).tolist():
            label = labels.get(row, "") if state == REMARK else ""
            table.problems.append(Problem(code, name, int(excel[row]), found=label))
