"""Lists as Excel workbooks: ready to print on A4, headings frozen, text that stays text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import DataBarRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from wenming_metrics.domain.numbers import share_text
from wenming_metrics.scoring.ranking.bands import spell_bands
from wenming_metrics.vocabulary import Column, columns, moved_place, on_time_note

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""What a browser must be told about these files."""
_FONT = "微软雅黑"
_HEAD = PatternFill("solid", fgColor="E8EDF3")
_LINE = Border(*[Side("thin", "C5CCD4")] * 4)


@dataclass(frozen=True)
class ExportSheet:
    """One sheet: its name, its title, its lines with their columns, notes below them.

    bars - names of columns whose cells hold a bar as long as their figure; chart - (name of the column
    of labels, of the figures) of a bar chart on a sheet of its own, () = none
    """

    name: str
    title: str
    lines: pd.DataFrame
    columns: Sequence[Column]
    notes: Sequence[str] = ()
    bars: tuple[str, ...] = ()
    chart: tuple[str, ...] = ()


_RANKING = columns(
    *("group", "rank", "place_band", "moved", "unit_name", "score", "score_band", "tier"),
    *("score_change", "sites", "checks", "failed", "places", "coverage", "remark"),
    failed="问题项",
    places="问题处数",
)
SHORTLISTS = columns(
    *("group", "title=shortlist", "rank", "unit_name", "score", "running=times_running"),
    "remark=long_remark",
)
_PLACES_KEPT = columns(
    *("group", "rank", "unit_name", "score", "kept=place_kept", "place_range"),
)
_WEIGHT_EFFECTS = columns("code", "name=indicator", "up=weight_up", "down=weight_down")
_LISTING = columns(
    *("unit_name=responsible", "failed", "change=problems_more", "places", "lost=lost_sum"),
    *("kept", "not_due", "recurred"),
    unit_name="单位",
    failed="问题项",
    places="问题处数",
)
_PROBLEMS = columns(
    *("severity", "sheet", "row=source_row", "column", "header", "found=cell", "text", "code"),
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
    # Where nobody had a place before, 新 on every line would say nothing; the page leaves it out too.
    compared = bool(ranked["rank_change"].notna().any())
    lines = ranked.assign(
        moved=[moved_place(line, compared=compared) for line in ranked.itertuples()],
        remark=[_remark(line) for line in ranked.itertuples()],
        **spell_bands(ranked),
    )
    sheet_columns = tuple(column for column in _RANKING if column.name in lines)
    lists = "、".join(dict.fromkeys(shortlists["title"]))
    return (
        ExportSheet(
            f"{prefix}排名",
            title,
            lines,
            sheet_columns,
            notes,
            bars=("score",),
            chart=("unit_name", "score"),
        ),
        ExportSheet(f"{prefix}名单", lists, shortlists, SHORTLISTS, notes),
    )


def listing_workbook(listed: pd.DataFrame, title: str, notes: Sequence[str]) -> bytes:
    """Make the workbook of a list without places, as `queries.ranking.ranking.listing` gives it."""
    return write_book(_listing_sheet(listed, title, notes))


def issued_sheets(
    boards: Mapping[str, tuple[pd.DataFrame, pd.DataFrame | None]],
    title: str,
    notes: Sequence[str],
) -> list[ExportSheet]:
    """Make the sheets of the lists of an issue.

    Takes: boards - title of a board -> its list, and who is named (None: it is not ranked); title -
           of the issue; notes - number, document, moment, hash: below every list
    """
    sheets: list[ExportSheet] = []
    for board, (lines, shortlists) in boards.items():
        if shortlists is None:
            sheets.append(_listing_sheet(lines, f"{title} {board}", notes, board))
        else:
            sheets += _ranking_sheets(lines, f"{title} {board}排名", notes, shortlists, board)
    return sheets


def _listing_sheet(
    listed: pd.DataFrame, title: str, notes: Sequence[str], prefix: str = ""
) -> ExportSheet:
    lines = listed.assign(
        change=listed["failed"] - listed["failed_before"],
        kept=list(map(share_text, listed["in_time"], listed["fell_due"])),
    )
    notes = [*notes, *map(on_time_note, listed["as_of"].head(1))]
    return ExportSheet(f"{prefix}清单", title, lines, _LISTING, notes, bars=("failed",))


def composite_workbook(
    lines: pd.DataFrame, components: Sequence[str], title: str, notes: Sequence[str]
) -> bytes:
    """Make the workbook of composite scores.

    Takes:   lines - as `queries.ranking.composite.composite_lines` gives them; components - their names
    """
    names = ["group", "rank", "unit_name", "score=composite_score"]
    for number in range(len(components)):
        names += [f"{name}_{number}=component_{name}" for name in ("value", "weight", "points")]
    titles = {f"value_{number}": name for number, name in enumerate(components)}
    prize = ["prize"] if (lines["prize"] != "").any() else []
    prize += ["award", "award_why"] if (lines["award"] > 0).any() else []
    table_columns = columns(*names, *prize, "missing", "remark", **titles)
    remarked = lines.assign(remark=[_remark(line) for line in lines.itertuples()])
    return write_book(ExportSheet("综合考核", title, remarked, table_columns, notes))


def influence_workbook(
    units: pd.DataFrame, weights: pd.DataFrame, title: str, notes: Sequence[str]
) -> bytes:
    """Make the sheets for the meeting that sets the rules, as `queries.ranking.weights` gives the lines."""
    return write_book(
        ExportSheet("名次", title, units, _PLACES_KEPT, notes),
        ExportSheet("权重", title, weights, _WEIGHT_EFFECTS, notes),
    )


def problem_workbook(problems: pd.DataFrame, title: str) -> bytes:
    """Make the workbook of all problems of a file, as `problems.problem_frame` gives them."""
    return write_book(ExportSheet("问题", title, problems, _PROBLEMS))


def _remark(line: tuple) -> str:
    standing = str(line.status) if pd.isna(line.rank) else "并列" if line.tied else ""
    waiting_rows = int(getattr(line, "held", 0))  # signed lists, and composites, have none
    return "，".join(filter(None, [standing, f"{waiting_rows}条待核" if waiting_rows else ""]))


def write_book(*sheets: ExportSheet) -> bytes:
    """Make the workbook of some sheets."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        _fill(page, sheet)
        if sheet.chart and len(sheet.lines):
            _draw_chart(book.create_sheet(f"{sheet.name}图"), page, sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Worksheet, sheet: ExportSheet) -> None:
    """Write row by row, each written when it is made: a list of all problems may be half a million."""
    _set_up_print(page, sheet.columns)
    head = _text_cell(page, sheet.title, Font(_FONT, 14, bold=True))
    head.alignment = Alignment(horizontal="center", vertical="center")
    page.append([head])
    page.append([_heading(page, column) for column in sheet.columns])
    cells = [_cells(page, sheet.lines[column.name], column) for column in sheet.columns]
    for row in zip(*cells, strict=True):
        page.append(row)
    _set_bars(page, sheet)
    page.append([])
    for note in sheet.notes:
        page.append([_text_cell(page, note, Font(_FONT, 9, color="52606D"))])


def _set_bars(page: Worksheet, sheet: ExportSheet) -> None:
    """Draw a bar in each cell of some columns; zero has none, the largest figure fills its cell."""
    page.conditional_formatting = ConditionalFormattingList()
    for letter in (_letter(sheet, name) for name in sheet.bars):
        rule = DataBarRule("num", 0, "max", color="9DB7D5", showValue=True)
        page.conditional_formatting.add(f"{letter}3:{letter}{2 + max(len(sheet.lines), 1)}", rule)


def _letter(sheet: ExportSheet, name: str) -> str:
    return get_column_letter(1 + [column.name for column in sheet.columns].index(name))


def _draw_chart(page: Worksheet, source: Worksheet, sheet: ExportSheet) -> None:
    """Draw a native bar chart of the figures of another sheet, the first line on top."""
    chart, last = BarChart(), 2 + len(sheet.lines)
    labels, figures = (1 + [c.name for c in sheet.columns].index(name) for name in sheet.chart)
    chart.type, chart.style, chart.title, chart.legend = "bar", 10, sheet.title, None
    chart.add_data(Reference(source, figures, 2, figures, last), titles_from_data=True)
    chart.set_categories(Reference(source, labels, 3, labels, last))
    chart.y_axis.scaling.min, chart.x_axis.scaling.orientation = 0, "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines, chart.gapWidth = None, 40
    chart.dataLabels = DataLabelList()
    chart.dataLabels.showVal = True
    chart.dataLabels.showSerName = chart.dataLabels.showCatName = False
    chart.dataLabels.showLegendKey = False
    chart.width, chart.height = 25, max(8.0, 2 + 0.6 * len(sheet.lines))
    page.add_chart(chart, "A1")
    fit_a4(page, "portrait", 1)


def _heading(page: Worksheet, column: Column) -> Cell:
    cell = _text_cell(page, column.title, Font(_FONT, 10, bold=True))
    cell.fill, cell.border = _HEAD, _LINE
    cell.alignment = Alignment(horizontal="center", vertical="center")
    return cell


def _cells(page: Worksheet, values: pd.Series, column: Column) -> Iterator[Cell]:
    """Give the cells of a column; they share one style, for one each takes minutes on long lists."""
    pattern = WriteOnlyCell(page)
    _set_style(pattern, column)
    style = pattern._style
    for value in values.tolist():
        cell = WriteOnlyCell(page)
        cell._style = style
        if column.sheet_form:
            cell.value = None if pd.isna(value) else value
        else:
            _set_text(cell, "" if pd.isna(value) else str(value))
        yield cell


def _set_style(cell: Cell, column: Column) -> None:
    cell.border, cell.font = _LINE, Font(_FONT, 10)
    if column.sheet_form:
        cell.number_format, cell.alignment = column.sheet_form, Alignment(vertical="center")
    else:
        cell.alignment = Alignment(column.sheet_align, "center", wrap_text=True)


def _text_cell(page: Worksheet, text: str, font: Font) -> Cell:
    cell = WriteOnlyCell(page)
    _set_text(cell, text)
    cell.font = font
    return cell


def _set_text(cell: Cell, text: str) -> None:
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    # A text that begins with "=" would become a formula: uploads must not run on someone's PC.
    cell.data_type = "s"


def fit_a4(page: Worksheet, orientation: str = "landscape", pages_high: int = 0) -> None:
    """Print a sheet one A4 page wide. Takes: pages_high - 0 for as many as it takes"""
    page.page_setup.orientation, page.page_setup.paperSize = orientation, Worksheet.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, pages_high
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _set_up_print(page: Worksheet, columns: Sequence[Column]) -> None:
    for number, column in enumerate(columns, 1):
        page.column_dimensions[get_column_letter(number)].width = column.sheet_width
    page.merged_cells.add(f"A1:{get_column_letter(len(columns))}1")
    page.row_dimensions[1].height = 30
    page.freeze_panes = "A3"
    page.print_title_rows = "1:2"
    fit_a4(page)
    page.page_margins.left = page.page_margins.right = 0.5
    page.print_options.horizontalCentered = True
    page.oddFooter.center.text = "第 &P 页，共 &N 页"
