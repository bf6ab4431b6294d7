"""What we wrote ourselves into a workbook that was given back: it is no part of what was sent."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from wenming_metrics.reading.model.grid import GridColumn, SheetGrid, Workbook, rows_head
from wenming_metrics.reading.model.marks import REASON, RESULT_HEADINGS, RESULTS

_SEARCHED = 8
_NAME = re.compile(rf"{RESULTS}\d*")


def without_marks(workbook: Workbook) -> Workbook:
    """Leave out the sheet of results and the columns of reasons, if we have written any."""
    sheets = [sheet for sheet in workbook.sheets if not _is_results(sheet)]
    if not workbook.tag and len(sheets) == len(workbook.sheets):
        return workbook
    return replace(workbook, sheets=tuple(map(_without_reasons, sheets)))


def _is_results(sheet: SheetGrid) -> bool:
    if not _NAME.fullmatch(sheet.name):
        return False
    return list(RESULT_HEADINGS) in (row[:3] for row in rows_head(sheet, _SEARCHED))


def _without_reasons(sheet: SheetGrid) -> SheetGrid:
    ours = [position for position, column in enumerate(sheet.columns) if _holds_reasons(column)]
    if not ours:
        return sheet
    columns = list(sheet.columns)
    for position in ours:
        columns[position] = GridColumn(np.zeros(sheet.n_rows, np.int16), (None,))
    if ours[-1] == len(columns) - 1:
        columns.pop()
    return replace(sheet, columns=tuple(columns))


def _holds_reasons(column: GridColumn) -> bool:
    """Say whether the topmost text of a column is our heading."""
    if REASON not in column.values:
        return False
    blank = column.values.index(None) if None in column.values else -1
    return column.values[column.codes[np.argmax(column.codes != blank)]] == REASON
