"""A rule set as an Excel workbook to be edited: headings frozen, lists to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from wenming_metrics.export.tables import fit_a4
from wenming_metrics.rules.workbook.pages import Page

_FONT, _GREY = "微软雅黑", "7B8794"
_HEAD = PatternFill("solid", fgColor="E8EDF3")
_EDIT = PatternFill("solid", fgColor="FBFCFE")
_LINE = Border(*[Side("thin", "C5CCD4")] * 4)
_FIRST = 4
"""Row of the first line; a title, what to know and the headings stand above it."""
_SPARE = 200
"""Empty rows below the last line that lists and totals reach over."""


def rules_workbook(pages: Sequence[Page], title: str) -> bytes:
    """Make the workbook of a rule set.

    Takes:   pages - `rules.workbook.pages.pages_of`; title - of the rule set
    Returns: bytes of an xlsx file
    """
    book = Workbook()
    book.remove(book.active)
    for page in pages:
        sheet = book.create_sheet(page.title)
        _write_head(sheet, page, title)
        _write_rows(sheet, page)
        _offer(sheet, page)
        if any(heading.name == "weight" for heading in page.headings):
            _add_totals(sheet, page)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _write_head(sheet: Worksheet, page: Page, title: str) -> None:
    _put(sheet, 1, 1, f"{page.title} · {title}").font = Font(_FONT, 13, bold=True)
    _put(sheet, 2, 1, page.hint).font = Font(_FONT, 9, color=_GREY)
    sheet.row_dimensions[1].height = 24
    for column, heading in enumerate(page.headings, 1):
        cell = _put(sheet, 3, column, heading.title)
        cell.font, cell.fill, cell.border = Font(_FONT, 10, bold=True), _HEAD, _LINE
        sheet.column_dimensions[get_column_letter(column)].width = heading.width
    fixed = 2 if any(heading.title == "名称" for heading in page.headings) else 1
    sheet.freeze_panes = sheet.cell(_FIRST, fixed + 1)
    fit_a4(sheet)
    sheet.print_title_rows = "3:3"


def _write_rows(sheet: Worksheet, page: Page) -> None:
    for number, row in enumerate(page.rows):
        level = page.levels[number] if page.levels else 0
        for column, (value, heading) in enumerate(zip(row, page.headings, strict=True), 1):
            cell = _put(sheet, _FIRST + number, column, value)
            # What is only to be looked at is grey.
            editable = bool(heading.name) and heading.name != "path"
            bold = level == 0 and bool(page.levels)
            cell.font = Font(_FONT, 10, bold=bold) if editable else Font(_FONT, 9, color=_GREY)
            cell.fill, cell.border = (_EDIT if editable else PatternFill()), _LINE
            indent = level if heading.name == "name" else 0
            cell.alignment = Alignment(indent=indent, vertical="center", wrap_text=not editable)


def _put(sheet: Worksheet, row: int, column: int, value: object) -> Cell:
    text = isinstance(value, str)
    cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("", value) if text else value)
    if text:
        cell.data_type, cell.number_format = "s", "@"  # "=..." and codes like 1.10 stay as they are
    return cell


def _offer(sheet: Worksheet, page: Page) -> None:
    """Let people choose; codes are taken too, so what is not listed is only asked about."""
    last = _FIRST + len(page.rows) + _SPARE
    for column, heading in enumerate(page.headings, 1):
        if heading.words:
            letter = get_column_letter(column)
            _add_list(sheet, list(heading.words.values()), f"{letter}{_FIRST}:{letter}{last}")
    values = [n for n, heading in enumerate(page.headings, 1) if heading.name == "value"]
    for number, words in page.offers.items():
        _add_list(sheet, words, f"{get_column_letter(values[0])}{_FIRST + number}")


def _add_list(sheet: Worksheet, words: Sequence[str], where: str) -> None:
    offer = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    offer.showErrorMessage, offer.errorStyle = True, "warning"
    offer.errorTitle, offer.error = "不在列表里", "没有这个写法，确定要这样写吗？"
    offer.add(where)
    sheet.add_data_validation(offer)


def _add_totals(sheet: Worksheet, page: Page) -> None:
    """Add beside each line what the weights under the same parent come to."""
    names = [heading.name for heading in page.headings]
    parent, weight = (get_column_letter(names.index(n) + 1) for n in ("parent", "weight"))
    last, column = _FIRST + len(page.rows) + _SPARE, len(names) + 1
    cell = _put(sheet, 3, column, "同级权重合计")
    cell.font, cell.fill, cell.border = Font(_FONT, 10, bold=True), _HEAD, _LINE
    sheet.column_dimensions[get_column_letter(column)].width = 14
    ranges = [f"${letter}${_FIRST}:${letter}${last}" for letter in (parent, weight)]
    for row in range(_FIRST, _FIRST + len(page.rows)):
        formula = f"=SUMPRODUCT(--({ranges[0]}={parent}{row}),{ranges[1]})"
        sheet.cell(row, column, formula).font = Font(_FONT, 9, color=_GREY)
