"""A marked workbook of a file that is no .xlsx: its values, written anew, with the same marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from wenming_metrics.domain.problems import HOLD, NOTE, REJECT
from wenming_metrics.reading.apart.file_tag import TAG
from wenming_metrics.reading.model.grid import CellError, Refusal, SheetGrid, Value, cells
from wenming_metrics.reading.model.marks import AUTHOR, REASON, RESULTS, SheetMarks
from wenming_metrics.reading.sandbox.process import SandboxLimits, decode

MOST_CELLS = 2_000_000
"""Cells beyond which a workbook is not written anew: it would take minutes."""
_GRAVE, _NOTE, _HEAD = (
    PatternFill("solid", fgColor=c) for c in ("FFF6CFCD", "FFFFF1C9", "FFE8EDF3")
)
_FILLS = {REJECT: _GRAVE, HOLD: _GRAVE, NOTE: _NOTE}
_LINE = Border(*[Side("thin", "C5CCD4")] * 4)
_FONT, _BOLD = Font("微软雅黑", 10), Font("微软雅黑", 10, bold=True)
_FORMULA = ("=", "+", "-", "@")
_TITLE = re.compile(r"[\[\]:*?/\\]")
_WIDTHS = (10, 34, 96)
_FORMATS = {
    datetime: "yyyy-mm-dd hh:mm",
    date: "yyyy-mm-dd",
    time: "hh:mm",
    timedelta: "[h]:mm:ss",
}


def mark_plain(
    content: bytes,
    sheets: Mapping[str, SheetMarks],
    summary: Sequence[Sequence[str]],
    tag: str,
    limits: SandboxLimits,
) -> bytes | Refusal:
    """Write a file anew with its marks. Takes: sheets - their marks by name; else as `marking.mark`."""
    workbook = decode(content, limits=limits)
    if workbook.refusal:
        return workbook.refusal
    if sum(sheet.n_rows * len(sheet.columns) for sheet in workbook.sheets) > MOST_CELLS:
        return Refusal("too_big", {})
    book = Workbook()
    book.remove(book.active)
    for sheet in workbook.sheets:
        page = book.create_sheet(_TITLE.sub("_", sheet.name)[:31] or None)
        page.sheet_state = "hidden" if sheet.hidden else "visible"
        _write_sheet(page, sheet)
        if sheet.name in sheets:
            _mark_sheet(page, sheet, sheets[sheet.name])
    _write_results(book.create_sheet(RESULTS), summary)
    book.custom_doc_props.append(StringProperty(name=TAG, value=tag))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write_sheet(page: Worksheet, sheet: SheetGrid) -> None:
    for column_number, column in enumerate(sheet.columns, 1):
        for row, value in enumerate(cells(column), sheet.first_row):
            if value is not None:
                _write(page.cell(row, column_number), value)
    for area in sheet.facts.merged:
        page.merge_cells(None, area.first_row, area.first_column + 1, area.last_row,
                         area.last_column + 1)  # fmt: skip


def _write(cell: Cell, value: Value) -> None:
    if isinstance(value, CellError):
        value = value.text
    if not isinstance(value, str):
        cell.value = value
        form = next((form for kind, form in _FORMATS.items() if isinstance(value, kind)), None)
        cell.number_format = form or cell.number_format
        return
    _write_text(cell, value)


def _write_text(cell: Cell, text: str) -> None:
    """Write a text that stays text, whatever it begins with and whoever opens it."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", text)[:32_767]
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_FORMULA)


def _mark_sheet(page: Worksheet, sheet: SheetGrid, marks: SheetMarks) -> None:
    right = [*(a.last_column + 1 for a in sheet.facts.merged), len(sheet.columns)]
    reason_column = max(right) + 1
    seen = {position: area for area in page.merged_cells.ranges for position in area.cells}
    for row, column, grave, text in marks.cells:
        area = seen.get((row, column + 1))
        cell = page.cell(*((area.min_row, area.min_col) if area else (row, column + 1)))
        cell.fill = _GRAVE if grave else cell.fill if cell.fill == _GRAVE else _NOTE
        _comment(cell, text if not area or cell.row == row else f"第 {row} 行：{text}")
    for row, grave, text in marks.reasons:
        if row != marks.header:
            _put(page.cell(row, reason_column), text, _GRAVE if grave else _NOTE, wrapped=False)
    _put(page.cell(marks.header, reason_column), REASON, _HEAD, bold=True)
    for row, _, text in marks.reasons:
        if row == marks.header:
            _comment(page.cell(row, reason_column), text)
    page.column_dimensions[get_column_letter(reason_column)].width = 72


def _comment(cell: Cell, text: str) -> None:
    if text:
        comment_text = f"{cell.comment.text if cell.comment else f'【{AUTHOR}】'}\n{text}"
        cell.comment = Comment(
            comment_text, AUTHOR, height=min(60 + len(comment_text), 320), width=280
        )


def _put(
    cell: Cell, text: str, fill: PatternFill | None, *, bold: bool = False, wrapped: bool = True
) -> None:
    _write_text(cell, text)
    cell.font, cell.border = _BOLD if bold else _FONT, _LINE
    cell.alignment = Alignment(vertical="center", wrap_text=wrapped)
    if fill:
        cell.fill = fill


def _write_results(page: Worksheet, summary: Sequence[Sequence[str]]) -> None:
    widest = max(map(len, summary))
    head = next(line_number for line_number, line in enumerate(summary, 1) if len(line) == widest)
    for row, column, text in _texts(summary):
        alone, is_head = len(summary[row - 1]) == 1, row == head and widest > 1
        fill = _HEAD if is_head else _FILLS.get(text) if column == 1 else None
        _put(page.cell(row, column), text, fill, bold=alone or is_head)
    for row, line in enumerate(summary, 1):
        if len(line) == 1:
            page.merge_cells(None, row, 1, row, len(_WIDTHS))
            page.row_dimensions[row].height = 18 * (len(line[0]) // 70 + 1)
    for column, width in enumerate(_WIDTHS, 1):
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = f"A{head + 1}"


def _texts(lines: Sequence[Sequence[str]]) -> Iterator[tuple[int, int, str]]:
    for row, line in enumerate(lines, 1):
        for column, text in enumerate(line, 1):
            yield row, column, text
