"""Slides and workbooks of a 通报: what they say, and that each altered figure of them is found."""

import io
import re

import pytest
from openpyxl import Workbook, load_workbook
from pptx import Presentation
from pptx.chart.data import CategoryChartData

from tests.publishing.bulletin_city import signed_city
from wenming_metrics.export import slides
from wenming_metrics.export.word.blocks import Grid
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.compare import DIFFERS, SAME
from wenming_metrics.publishing.bulletin.document import make_slides
from wenming_metrics.publishing.bulletin.recheck import recheck
from wenming_metrics.publishing.issues import issues
from wenming_metrics.publishing.signed_workbook import period_file
from wenming_metrics.reading.sandbox.documents import ROW, TextLine, read_text

DECK, BOOK = "通报.pptx", "名单.xlsx"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return signed_city(tmp_path_factory.mktemp("slides"))


@pytest.fixture(scope="module")
def issue(office):
    return issues(office)[0]


@pytest.fixture(scope="module")
def deck(office, issue):
    return make_slides(office, issue).content


def saved(document):
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def runs_of(presentation):
    for slide in presentation.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                for paragraph in shape.text_frame.paragraphs:
                    yield from paragraph.runs
            if shape.has_table:
                for cell in shape.table.iter_cells():
                    for paragraph in cell.text_frame.paragraphs:
                        yield from paragraph.runs


def test_the_slides_say_what_was_worked_out_by_hand(deck):
    lines = read_text(deck).lines
    cells = [line.cells for line in lines]
    texts = [line[0] for line in cells]
    # The scores are worked out in the test of the document: 甲 80, 乙 92, 丙 94; the city 86.8 after 91.
    for label, figure in (("全市得分", "86.80"), ("较上期", "-4.20"), ("检查（项次）", "12")):
        assert texts[texts.index(label) + 1] == figure
    for bar in (("1 丙街道", "94.0"), ("2 乙街道", "92.0"), ("3 甲街道", "80.0")):
        assert TextLine(ROW, bar) in lines
    assert "主城区：第1名丙街道（94.00分），末位甲街道（80.00分）。" in texts
    assert ("各类失分占比",) in cells


def test_the_same_figures_give_the_same_bytes(office, issue, deck):
    assert make_slides(office, issue).content == deck


def test_slides_that_nobody_touched_are_the_same(office, deck):
    checked = recheck(office, deck, DECK)
    assert checked.is_same
    assert checked.counts[SAME] > 60


def test_every_altered_number_of_the_slides_is_found(office, deck):
    n_runs = sum(
        bool(re.search(r"\d", run.text)) for run in runs_of(Presentation(io.BytesIO(deck)))
    )
    assert n_runs > 25
    missed = []
    for place in range(0, n_runs, 3):
        presentation = Presentation(io.BytesIO(deck))
        run = [run for run in runs_of(presentation) if re.search(r"\d", run.text)][place]
        before = run.text
        # A number that begins a paragraph in brackets or with a point counts what stands in it.
        run.text = re.sub(r"\d(?=\D*$)", lambda match: str((int(match[0]) + 1) % 10), before)
        if recheck(office, saved(presentation), DECK).is_same:
            missed.append((before, run.text))
    assert missed == []


def test_a_bar_that_was_drawn_longer_is_found(office, deck):
    presentation = Presentation(io.BytesIO(deck))
    charts = [
        shape.chart for slide in presentation.slides for shape in slide.shapes if shape.has_chart
    ]
    chart = next(one for one in charts if "3 甲街道" in list(one.plots[0].categories))
    longer = CategoryChartData()
    longer.categories = list(chart.plots[0].categories)
    longer.add_series("得分", [94.0, 92.0, 89.0])
    chart.replace_data(longer)
    checked = recheck(office, saved(presentation), DECK)
    line = checked.differences.iloc[0]
    assert (line["state"], line["expected"], line["actual"]) == (DIFFERS, "80", "89")


def test_other_words_on_a_slide_are_no_difference(office, deck):
    presentation = Presentation(io.BytesIO(deck))
    run = next(run for run in runs_of(presentation) if run.text.startswith("参加测评"))
    run.text = run.text.replace("参加测评", "参与本次测评")
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    slide.shapes.add_textbox(0, 0, 9_000_000, 900_000).text_frame.text = "请各单位发言"
    assert recheck(office, saved(presentation), DECK).is_same


def test_a_hidden_slide_is_missed(office, deck):
    presentation = Presentation(io.BytesIO(deck))
    presentation.slides[1]._element.set("show", "0")
    assert not recheck(office, saved(presentation), DECK).is_same


def test_each_figure_of_a_signed_workbook_is_checked(office, issue):
    content = period_file(office, issue)[1]
    checked = recheck(office, content, BOOK)
    assert checked.is_same
    assert checked.counts[SAME] > 40
    book = load_workbook(io.BytesIO(content))
    cell = next(cell for page in book for row in page for cell in row if cell.value == 80)
    cell.value = 89.0
    line = recheck(office, saved(book), BOOK).differences.iloc[0]
    assert (line["state"], line["expected"], line["actual"]) == (DIFFERS, "80", "89")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (saved(Workbook()), "没有校验码"),
        (b"PK\x03\x04", "不是 Excel 工作簿"),
    ],
)
def test_a_workbook_of_somebody_else_is_told_so(office, content, message):
    with pytest.raises(IntakeError, match=message):
        recheck(office, content, BOOK)


def test_a_workbook_of_two_issues_is_not_compared(office, issue):
    book = load_workbook(io.BytesIO(period_file(office, issue)[1]))
    book.create_sheet("又一张")["A1"] = "校验码：0123456789"
    with pytest.raises(IntakeError, match="2个不同的校验码"):
        recheck(office, saved(book), BOOK)


def test_slides_of_somebody_else_are_told_so(office):
    with pytest.raises(IntakeError, match="没有本软件的校验码"):
        recheck(office, saved(Presentation()), DECK)


def test_a_long_text_of_a_table_stays_in_its_row():
    rows = tuple((f"{n}号点", "路面平整无坑洼、" * 5) for n in range(9))
    grid = Grid("", ("点位", "测评项"), rows, (75, 25), frozenset([1]))
    content = slides.make_slides("标题", [], [slides.Slide("反复问题", drawings=(grid,))], "", {})
    pages = Presentation(io.BytesIO(content)).slides
    (table,) = (shape.table for shape in pages[1].shapes if shape.has_table)
    width = table.columns[1].width.pt - 14.4  # a tenth of an inch is free on either side
    sizes = [row.cells[1].text_frame.paragraphs[0].runs[0].font.size.pt for row in table.rows]
    for row, size in list(zip(table.rows, sizes, strict=True))[1:]:
        signs = width // size
        assert -(-40 // signs) * size * 1.2 <= row.height.pt
    assert sizes[0] == 12, "the heading stays as large as it was"
