"""Slides for a meeting: a heading, what it says, and one native chart, table or row of large figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from pptx import Presentation as new_presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.presentation import Presentation
from pptx.slide import Slide as Page
from pptx.text.text import TextFrame, _Paragraph
from pptx.util import Emu, Pt

from wenming_metrics.export.package import settle
from wenming_metrics.export.word.blocks import Grid, plain_text

_FONT = "微软雅黑"
_INK, _QUIET = RGBColor(0x1F, 0x29, 0x33), RGBColor(0x52, 0x60, 0x6D)
_BLUE, _PALE = RGBColor(0x1D, 0x4E, 0x89), RGBColor(0xE8, 0xED, 0xF3)
_INCH = 914_400
_POINT = 12_700
_HEAD_SIZE = 12
_MARGINS = _INCH // 5
"""What a cell keeps free at its sides."""
_FIELD = "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}"
_WIDTH, _HEIGHT = round(13.333 * _INCH), round(7.5 * _INCH)
_EDGE = round(0.6 * _INCH)
_INNER = _WIDTH - 2 * _EDGE
_TOP, _LINE = round(1.35 * _INCH), round(0.42 * _INCH)
_BOTTOM = _HEIGHT - round(0.65 * _INCH)
_GAP = round(0.25 * _INCH)
_SIGNS_A_LINE = 50
"""Signs of 18 pt that stand on one line of a slide."""


@dataclass(frozen=True)
class Bars:
    """A chart of lying bars from zero: title, names with their values from the top, number format."""

    title: str
    names: tuple[str, ...]
    values: tuple[float, ...]
    form: str


@dataclass(frozen=True)
class Slide:
    """One slide: heading, large figures (what, how much), sentences, notes in small type, what is shown."""

    heading: str
    sentences: tuple[str, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    drawings: tuple[Bars | Grid, ...] = ()


def make_slides(
    title: str,
    lines: Sequence[str],
    slides: Sequence[Slide],
    foot: str,
    properties: Mapping[str, str],
) -> bytes:
    """Make a presentation of 16:9 with a first slide of its title.

    Takes:   lines - below the title; foot - at the foot of every slide; properties - of the
             document's own, by name
    Returns: bytes of a .pptx, the same for the same input
    """
    presentation = new_presentation()
    presentation.slide_width, presentation.slide_height = Emu(_WIDTH), Emu(_HEIGHT)
    first = _add_page(presentation)
    words = _box(first, _EDGE, round(2.3 * _INCH), _INNER, round(1.8 * _INCH))
    words.vertical_anchor = MSO_ANCHOR.BOTTOM
    _write(words, title.split("\n"), 36, color=_BLUE, bold=True, align=PP_ALIGN.CENTER)
    below = _box(first, _EDGE, round(4.4 * _INCH), _INNER, round(1.6 * _INCH))
    _write(below, lines, 18, color=_QUIET, align=PP_ALIGN.CENTER)
    for number, slide in enumerate(slides, 2):
        _draw(_add_page(presentation), slide, foot, number)
    buffer = BytesIO()
    presentation.save(buffer)
    return settle(buffer.getvalue(), properties)


def _add_page(presentation: Presentation) -> Page:
    return presentation.slides.add_slide(presentation.slide_layouts[6])


def _box(page: Page, x: int, top: int, width: int, height: int) -> TextFrame:
    frame = page.shapes.add_textbox(Emu(x), Emu(top), Emu(width), Emu(height)).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    return frame


def _write(
    frame: TextFrame,
    lines: Iterable[str],
    size: float,
    *,
    color: RGBColor = _INK,
    bold: bool = False,
    align: PP_ALIGN | None = None,
) -> None:
    for number, line in enumerate(lines):
        paragraph = frame.add_paragraph() if number else frame.paragraphs[0]
        paragraph.alignment = align
        paragraph.space_after = Pt(size / 3)
        _run(paragraph, line, size, color, bold)


def _run(paragraph: _Paragraph, text: str, size: float, color: RGBColor, bold: bool) -> None:
    run = paragraph.add_run()
    run.text = plain_text(text)
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, _FONT
    run.font.color.rgb = color
    # The font of Chinese signs is another one than that of letters, and the library leaves it out.
    east = run.font._element.makeelement(qn("a:ea"), {"typeface": _FONT})
    run.font._element.find(qn("a:latin")).addnext(east)


def _number(paragraph: _Paragraph, number: int) -> None:
    """Add the number of the slide, as a field that follows when slides are moved."""
    field = parse_xml(
        f'<a:fld {nsdecls("a")} id="{_FIELD}" type="slidenum"><a:rPr lang="zh-CN" sz="1000"/>'
        f"<a:t>{number}</a:t></a:fld>"
    )
    paragraph.add_run().text = "    "
    paragraph._p.append(field)


def _draw(page: Page, slide: Slide, foot: str, number: int) -> None:
    heading = _box(page, _EDGE, round(0.45 * _INCH), _INNER, round(0.6 * _INCH))
    _write(heading, [slide.heading], 28, color=_BLUE, bold=True)
    top = _draw_figures(page, slide.figures, _TOP) if slide.figures else _TOP
    for texts, size, color in ((slide.sentences, 18, _INK), (slide.notes, 12, _QUIET)):
        if texts:
            signs = _SIGNS_A_LINE * 18 // size
            lines = sum(-(-len(text) // signs) for text in texts)
            height = lines * _LINE * size // 18
            _write(_box(page, _EDGE, top, _INNER, height), texts, size, color=color)
            top += height + _GAP
    count = len(slide.drawings)
    for number, drawing in enumerate(slide.drawings):
        width = (_INNER - (count - 1) * _GAP) // count
        x = _EDGE + number * (width + _GAP)
        draw = _draw_bars if isinstance(drawing, Bars) else _draw_grid
        draw(page, drawing, (x, top, width, _BOTTOM - top))
    at_foot = _box(page, _EDGE, _HEIGHT - round(0.5 * _INCH), _INNER, round(0.3 * _INCH))
    _write(at_foot, [foot], 10, color=_QUIET, align=PP_ALIGN.RIGHT)
    _number(at_foot.paragraphs[0], number)


def _draw_figures(page: Page, figures: Sequence[tuple[str, str]], top: int) -> int:
    width, height = _INNER // len(figures), round(1.25 * _INCH)
    for number, (what, how_much) in enumerate(figures):
        frame = _box(page, _EDGE + number * width, top, width - _GAP, height)
        _write(frame, [what], 16, color=_QUIET)
        _run(frame.add_paragraph(), how_much, 36, _INK, bold=True)
    return top + height + _GAP


def _draw_bars(page: Page, bars: Bars, area: tuple[int, int, int, int]) -> None:
    chart_data = CategoryChartData(number_format=bars.form)
    chart_data.categories = [plain_text(name) for name in bars.names]
    chart_data.add_series(bars.title, bars.values)
    frame = page.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *map(Emu, area), chart_data)
    chart = frame.chart
    chart.has_legend, chart.has_title = False, bool(bars.title)
    chart.font.name, chart.font.color.rgb = _FONT, _INK
    # Many units share the height: type as large as it allows, and never too small to read.
    chart.font.size = Pt(max(8, min(14, area[3] / _POINT / (len(bars.names) + 2) / 2)))
    if bars.title:
        title = chart.chart_title.text_frame
        _write(title, [bars.title], 14, color=_QUIET)
    names, values = chart.category_axis, chart.value_axis
    names.reverse_order = True
    # Each unit is named, however many there are.
    skip = OxmlElement("c:tickLblSkip")
    skip.set("val", "1")
    names._element.find(qn("c:noMultiLvlLbl")).addprevious(skip)
    names.format.line.color.rgb = _QUIET
    names.has_major_gridlines = values.has_major_gridlines = False
    values.visible, values.minimum_scale = False, 0
    plot = chart.plots[0]
    plot.gap_width, plot.has_data_labels = 40, True
    plot.series[0].format.fill.solid()
    plot.series[0].format.fill.fore_color.rgb = _BLUE
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = bars.form, False
    labels.position = XL_LABEL_POSITION.OUTSIDE_END


def _draw_grid(page: Page, grid: Grid, area: tuple[int, int, int, int]) -> None:
    x, top, width, height = area
    if grid.title:
        _write(_box(page, x, top, width, _LINE), [grid.title], 14, color=_QUIET)
        top, height = top + _LINE, height - _LINE
    n_rows = len(grid.rows) + 1
    row_height = min(round(0.42 * _INCH), height // n_rows)
    shape = page.shapes.add_table(
        n_rows, len(grid.heads), *map(Emu, (x, top, width, row_height * n_rows))
    )
    table = shape.table
    for column, share in zip(table.columns, grid.widths, strict=True):
        column.width = Emu(width * share // sum(grid.widths))
    sizes = [
        _fitting(texts, column.width, row_height)
        for texts, column in zip(
            zip(grid.heads, *grid.rows, strict=True), table.columns, strict=True
        )
    ]
    for number, cells in enumerate((grid.heads, *grid.rows)):
        table.rows[number].height = Emu(row_height)
        for column, text in enumerate(cells):
            cell = table.cell(number, column)
            cell.fill.solid()
            cell.fill.fore_color.rgb = RGBColor(255, 255, 255) if number else _PALE
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.margin_top = cell.margin_bottom = 0
            side = PP_ALIGN.LEFT if column in grid.wordy else PP_ALIGN.CENTER
            size = sizes[column] if number else _HEAD_SIZE
            _write(cell.text_frame, [text], size, bold=not number, align=side)
            cell.text_frame.paragraphs[0].space_after = Pt(0)


def _fitting(texts: Sequence[str], width: int, height: int) -> int:
    """Give the largest size of type in which no text of a column is higher than its row."""
    signs, inner = max(map(len, texts)), (width - _MARGINS) / _POINT
    sizes = (size for size in (12, 10, 8, 7) if _pitch(signs, size, inner) <= height / _POINT)
    return next(sizes, 6)


def _pitch(signs: int, size: int, width: float) -> float:
    """Give how high so many signs stand, in points, as fonts of Chinese signs are laid."""
    return -(-signs * size // width) * size * 1.4
