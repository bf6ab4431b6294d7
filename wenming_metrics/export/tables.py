"""Lists as Excel workbooks: ready to print on A4, headings frozen, text that stays text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from wenming_metrics.domain.numbers import share_text
from wenming_metrics.vocabulary import movement, on_time_note

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""What a browser must be told about these files."""
_FONT = "微软雅黑"
_HEAD = PatternFill("solid", fgColor="E8EDF3")
_LINE = Border(*[Side("thin", "C5CCD4")] * 4)


@dataclass(frozen=True)
class Field:
    """One column of a sheet: its name in the frame, its heading, width, number format, place."""

    name: str
    heading: str
    width: int
    format: str = ""
    align: str = "general"


@dataclass(frozen=True)
class ExportSheet:
    """One sheet: its name, its title, its lines with their columns, notes below them."""

    name: str
    title: str
    lines: pd.DataFrame
    fields: Sequence[Field]
    notes: Sequence[str] = ()


_RANKING = (
    Field("group", "分组", 13),
    Field("rank", "名次", 7, "0"),
    Field("moved", "升降", 8, align="center"),
    Field("unit_name", "单位", 20),
    Field("score", "得分", 10, "0.00"),
    Field("score_change", "较上期", 10, "+0.00;-0.00;0.00"),
    Field("sites", "点位", 8, "#,##0"),
    Field("checks", "检查项", 10, "#,##0"),
    Field("failed", "问题项", 9, "#,##0"),
    Field("places", "问题处数", 10, "#,##0"),
    Field("coverage", "覆盖", 9, "0.0%"),
    Field("remark", "说明", 14),
)
_SHORTLISTS = (
    Field("group", "分组", 13),
    Field("title", "名单", 13),
    Field("rank", "名次", 7, "0"),
    Field("unit_name", "单位", 20),
    Field("score", "得分", 10, "0.00"),
    Field("running", "连续期数", 10, "0"),
    Field("remark", "说明", 36),
)
_LISTING = (
    Field("unit_name", "单位", 28),
    Field("failed", "问题项", 10, "#,##0"),
    Field("change", "较上期", 10, "+#,##0;-#,##0;0"),
    Field("places", "问题处数", 11, "#,##0"),
    Field("lost", "扣分", 11, "#,##0.00"),
    Field("kept", "按期整改率", 16, align="right"),
    Field("not_due", "未到期", 9, "#,##0"),
    Field("recurred", "反复", 9, "#,##0"),
)
_PROBLEMS = (
    Field("severity", "处理", 9),
    Field("sheet", "工作表", 16),
    Field("row", "行号", 8, "0"),
    Field("column", "列", 6),
    Field("header", "列名", 14),
    Field("found", "填写的内容", 24),
    Field("text", "说明和改法", 80),
    Field("code", "编号", 11),
)


def ranking_workbook(
    ranked: pd.DataFrame, title: str, notes: Sequence[str], shortlists: pd.DataFrame
) -> bytes:
    """Make the workbook of a ranked list, with the units named at both ends on a second sheet.

    Takes:   ranked - as `queries.ranking.ranking.ranking` gives it; title - first line of the sheet;
             notes - lines below the list (rule set, period, what was left out);
             shortlists - as `queries.ranking.shortlists.named_units` gives it
    Returns: bytes of an xlsx file; units without a place stand last with the reason
    """
    return write_book(*_ranking_sheets(ranked, title, notes, shortlists))


def _ranking_sheets(
    ranked: pd.DataFrame,
    title: str,
    notes: Sequence[str],
    shortlists: pd.DataFrame,
    prefix: str = "",
) -> tuple[ExportSheet, ExportSheet]:
    lines = ranked.assign(
        moved=[
            movement(line.rank_change, is_new=bool(line.is_new)) for line in ranked.itertuples()
        ],
        remark=[_remark(line) for line in ranked.itertuples()],
    )
    lists = "、".join(dict.fromkeys(shortlists["title"]))
    return (
        ExportSheet(f"{prefix}排名", title, lines, _RANKING, notes),
        ExportSheet(f"{prefix}名单", lists, shortlists, _SHORTLISTS, notes),
    )


def listing_workbook(listed: pd.DataFrame, title: str, notes: Sequence[str]) -> bytes:
    """Make the workbook of a list without places, as `queries.ranking.ranking.listing` gives it."""
    return write_book(_listing_sheet(listed, title, notes))


def issued_workbook(
    boards: Mapping[str, tuple[pd.DataFrame, pd.DataFrame | None]],
    title: str,
    notes: Sequence[str],
) -> bytes:
    """Make the workbook of a signed issue.

    Takes: boards - title of a board -> its list, and who is named (None: it is not ranked); title -
           of the issue; notes - number, document, moment, hash: below every list
    """
    sheets: list[ExportSheet] = []
    for board, (lines, shortlists) in boards.items():
        if shortlists is None:
            sheets.append(_listing_sheet(lines, f"{title} {board}", notes, board))
        else:
            sheets += _ranking_sheets(lines, f"{title} {board}排名", notes, shortlists, board)
    return write_book(*sheets)


def _listing_sheet(
    listed: pd.DataFrame, title: str, notes: Sequence[str], prefix: str = ""
) -> ExportSheet:
    lines = listed.assign(
        change=listed["failed"] - listed["failed_before"],
        kept=list(map(share_text, listed["in_time"], listed["fell_due"])),
    )
    notes = [*notes, *map(on_time_note, listed["as_of"].head(1))]
    return ExportSheet(f"{prefix}清单", title, lines, _LISTING, notes)


def composite_workbook(
    lines: pd.DataFrame, components: Sequence[str], title: str, notes: Sequence[str]
) -> bytes:
    """Make the workbook of composite scores.

    Takes:   lines - as `queries.ranking.composite.composite_lines` gives them; components - their names
    """
    fields = [
        *(Field("group", "分组", 13), Field("rank", "名次", 7, "0")),
        *(Field("unit_name", "单位", 20), Field("score", "综合分", 10, "0.00")),
    ]
    for number, name in enumerate(components):
        fields += [
            Field(f"value_{number}", name, 12, "0.00##"),
            Field(f"weight_{number}", "权重", 8, "0.##"),
            Field(f"points_{number}", "计分", 10, "0.00##"),
        ]
    fields += [Field("missing", "缺项", 30), Field("remark", "说明", 18)]
    remarked = lines.assign(remark=[_remark(line) for line in lines.itertuples()])
    return write_book(ExportSheet("综合考核", title, remarked, fields, notes))


def problem_workbook(problems: pd.DataFrame, title: str) -> bytes:
    """Make the workbook of all problems of a file, as `problems.problem_frame` gives them."""
    return write_book(ExportSheet("问题", title, problems, _PROBLEMS))


def _remark(line: tuple) -> str:
    if pd.isna(line.rank):
        return str(line.status)
    return "并列" if line.tied else ""


def write_book(*sheets: ExportSheet) -> bytes:
    """Make the workbook of some sheets."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Worksheet, sheet: ExportSheet) -> None:
    """Write row by row, each written when it is made: a list of all problems may be half a million."""
    fields = sheet.fields
    _set_up_print(page, fields)
    head = _text_cell(page, sheet.title, Font(_FONT, 14, bold=True))
    head.alignment = Alignment(horizontal="center", vertical="center")
    page.append([head])
    page.append([_heading(page, field) for field in fields])
    columns = [_column(page, sheet.lines[field.name], field) for field in fields]
    for row in zip(*columns, strict=True):
        page.append(row)
    page.append([])
    for note in sheet.notes:
        page.append([_text_cell(page, note, Font(_FONT, 9, color="52606D"))])


def _heading(page: Worksheet, field: Field) -> Cell:
    cell = _text_cell(page, field.heading, Font(_FONT, 10, bold=True))
    cell.fill, cell.border = _HEAD, _LINE
    cell.alignment = Alignment(horizontal="center", vertical="center")
    return cell


def _column(page: Worksheet, values: pd.Series, field: Field) -> Iterator[Cell]:
    """Give the cells of a column; they share one style, for one each takes minutes on long lists."""
    pattern = WriteOnlyCell(page)
    _set_style(pattern, field)
    style = pattern._style
    for value in values.tolist():
        cell = WriteOnlyCell(page)
        cell._style = style
        if field.format:
            cell.value = None if pd.isna(value) else value
        else:
            _set_text(cell, "" if pd.isna(value) else str(value))
        yield cell


def _set_style(cell: Cell, field: Field) -> None:
    cell.border, cell.font = _LINE, Font(_FONT, 10)
    if field.format:
        cell.number_format, cell.alignment = field.format, Alignment(vertical="center")
    else:
        cell.alignment = Alignment(field.align, "center", wrap_text=True)


def _text_cell(page: Worksheet, text: str, font: Font) -> Cell:
    cell = WriteOnlyCell(page)
    _set_text(cell, text)
    cell.font = font
    return cell


def _set_text(cell: Cell, text: str) -> None:
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    # A text that begins with "=" would become a formula: uploads must not run on someone's PC.
    cell.data_type = "s"


def _set_up_print(page: Worksheet, fields: Sequence[Field]) -> None:
    for column, field in enumerate(fields, 1):
        page.column_dimensions[get_column_letter(column)].width = field.width
    page.merged_cells.add(f"A1:{get_column_letter(len(fields))}1")
    page.row_dimensions[1].height = 30
    page.freeze_panes = "A3"
    page.print_title_rows = "1:2"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.5
    page.print_options.horizontalCentered = True
    page.oddFooter.center.text = "第 &P 页,共 &N 页"
