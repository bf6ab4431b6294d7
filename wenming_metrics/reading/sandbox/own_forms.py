"""What our own forms carry beside the rows to fill in: the sheet of what may be chosen."""

from __future__ import annotations

from dataclasses import replace

from wenming_metrics.reading.model.grid import SheetGrid, Workbook
from wenming_metrics.vocabulary import FORM_MARK, OPTIONS_SHEET


def without_options(workbook: Workbook) -> Workbook:
    """Leave out the sheet of choices of a form; another sheet of that name is kept."""
    sheets = tuple(sheet for sheet in workbook.sheets if not _is_ours(sheet))
    return replace(workbook, sheets=sheets)


def _is_ours(sheet: SheetGrid) -> bool:
    if sheet.name != OPTIONS_SHEET or not sheet.columns:
        return False
    first = sheet.columns[0].values[sheet.columns[0].codes[0]]
    return isinstance(first, str) and first.startswith(FORM_MARK)
