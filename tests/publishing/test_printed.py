"""PDF and pictures by typst: every figure read back, the measures of the standard, one page for a leader."""

import io
import re
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.publishing.bulletin_city import REMARK, signed_city
from tests.publishing.test_confirmed import jpeg
from wenming_metrics.export import typeset
from wenming_metrics.export.typeset import BULLETIN, LEADER, Print, print_pdf
from wenming_metrics.export.word.blocks import Grid, Paragraph, Pictures, body
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin import printed
from wenming_metrics.publishing.bulletin.layout import Layout, save_layout
from wenming_metrics.publishing.bulletin.material import material_of_issue
from wenming_metrics.publishing.bulletin.printed import (
    full_print,
    make_leader_page,
    make_pdf,
    make_phone_picture,
    make_preview,
    short_print,
)
from wenming_metrics.publishing.issues import issues
from wenming_metrics.store.database import reading

POINT = 25.4 / 72
"""Millimetres."""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return signed_city(tmp_path_factory.mktemp("printed"))


@pytest.fixture(scope="module")
def issue(office):
    return issues(office)[0]


@pytest.fixture(scope="module")
def material(office, issue):
    with reading(office.store) as connection:
        return material_of_issue(connection, office, issue)


def squeezed(text):
    return re.sub(r"[\s\u200b]", "", text)


def words_of(pdf):
    """The text of all pages, without what is between the lines."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return squeezed("".join(re.sub(r"—\s*\d+\s*—", "", page) for page in pages))


def pieces(content):
    for block in [*content.marks, *content.body, *content.annexes]:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Grid):
            yield from (cell for cells in block.rows for cell in cells)


@pytest.mark.parametrize("form", [BULLETIN, LEADER])
def test_every_figure_of_the_pdf_is_read_back(office, issue, material, form):
    make = {BULLETIN: make_pdf, LEADER: make_leader_page}[form]
    pdf = make(office, issue).content
    assert pdf == make(office, issue).content
    content = (full_print if form == BULLETIN else short_print)(material, Layout(), form)
    words, wanted = words_of(pdf), [squeezed(piece) for piece in pieces(content)]
    assert [piece for piece in wanted if piece not in words and piece != REMARK] == []
    # 5,000 signs run over pages, whose heads stand between them.
    assert words.count("墙面破损") >= (1_240 if form == BULLETIN else 0)
    # Nothing that is printed is of anywhere else: the digits are those of the snapshot, as often.
    head = squeezed(content.red_head + content.number + content.title + "".join(content.signature))
    heads = "".join(
        b.title + "".join(b.heads) for b in (*content.body, *content.annexes) if isinstance(b, Grid)
    )
    digits = Counter(re.findall(r"\d", "".join(wanted) + head + heads))
    seen = Counter(re.findall(r"\d", words))
    if form == LEADER:
        assert seen == digits
    else:
        # Heads of tables are repeated on every page.
        assert not digits - seen


def lines_of(pdf, number):
    """Lines of a page from above: distance of the base line from the top (mm), and its texts."""
    page = PdfReader(io.BytesIO(pdf)).pages[number]
    height, found = float(page.mediabox.height), {}

    def visit(text, transform, matrix, *_):
        if text.strip():
            found.setdefault(round((height - transform[5] - matrix[5]) * POINT, 1), []).append(text)

    page.extract_text(visitor_text=visit)
    return sorted(found.items())


def test_a_page_has_22_lines_of_28_signs_within_the_margins_of_the_standard():
    text = "督查情况通报如下" * 400
    pdf = print_pdf(Print(BULLETIN, "标题", [body(text), body("以上"), body("特此通报")]))
    page = PdfReader(io.BytesIO(pdf)).pages[1]
    lines = [line for line in page.extract_text().splitlines() if len(line) > 10]
    assert len(lines) == 22
    assert {len(line.strip()) for line in lines} == {28}
    measured = [y for y, found in lines_of(pdf, 1) if len("".join(found)) > 10]
    steps = [second - first for first, second in zip(measured, measured[1:], strict=False)]
    # 28.95 points; the base line of the first stands its type below 37 mm, the last above 297 - 35.
    assert steps == pytest.approx([28.95 * POINT] * 21, abs=0.15)
    assert 37 < measured[0] < 37 + 16 * POINT
    assert measured[-1] < 297 - 35
    assert (
        float(page.mediabox.width) * POINT,
        float(page.mediabox.height) * POINT,
    ) == pytest.approx((210, 297), abs=0.1)


LONG = "高新技术产业开发区临江新城街道"


def crowded(material):
    """The same 通报 of 43 streets in three groups and 27 departments, all with names of 14 signs."""
    (kind,) = material.lists.shortlists
    street = material.lists.boards[kind]
    line = street[street["rank"].notna()].iloc[:1]
    groups = [
        name
        for name, size in (("主城区", 18), ("城乡结合部", 14), ("其他", 11))
        for _ in range(size)
    ]
    lines = pd.concat([line] * 43, ignore_index=True).assign(
        group=groups,
        rank=[*range(1, 19), *range(1, 15), *range(1, 12)],
        unit=range(43),
        unit_name=LONG[:14],
    )
    department = pd.concat([material.lists.boards["department"]] * 27, ignore_index=True).head(27)
    boards = {kind: lines, "department": department.assign(unit_name=LONG[:14])}
    return replace(material, lists=replace(material.lists, boards=boards))


def test_a_leader_gets_one_page_however_many_units_there_are(material):
    page = short_print(crowded(material), Layout(), LEADER)
    pdf = print_pdf(page)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert words_of(pdf).count(LONG[:14]) >= 18
    # Black and white: no operator of colour but grey ones.
    data = PdfReader(io.BytesIO(pdf)).pages[0].get_contents().get_data().decode("latin-1")
    for red, green, blue in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG|scn|SCN)\b", data):
        assert red == green == blue


def test_sixty_pictures_stand_whole_in_the_pages(material):
    picture = (jpeg((1_200, 200)), 1_200, 200, f"{LONG} 2号小区：环境卫生")
    tall = (jpeg((200, 1_200)), 200, 1_200, "丁镇 集市：停车秩序")
    content = full_print(crowded(material), Layout())
    content = replace(content, annexes=[*content.annexes, Pictures((picture, tall) * 30)])
    pages = PdfReader(io.BytesIO(print_pdf(content))).pages
    # Each stands once per use; the fifteen rows of two need four pages at the least.
    drawn = [len(re.findall(rb"/\S+ Do\b", page.get_contents().get_data())) for page in pages]
    assert sum(drawn) == 60
    assert max(drawn) <= 6


def test_a_phone_gets_one_long_picture_and_the_page_its_preview(office, issue):
    picture = Image.open(io.BytesIO(make_phone_picture(office, issue).content))
    assert picture.width == 840
    assert picture.height > picture.width
    pages = [Image.open(io.BytesIO(page)) for page in make_preview(office, issue)]
    assert {page.size for page in pages} == {(595, 842)}


def test_what_is_for_the_house_gives_no_picture_and_what_lacks_typst_says_so(
    office, issue, monkeypatch
):
    save_layout(office.store, Layout(internal=True))
    with pytest.raises(IntakeError, match="标为内部资料，不出便于转发的图片"):
        make_phone_picture(office, issue)
    save_layout(office.store, Layout())
    monkeypatch.setattr(printed, "is_installed", lambda: False)
    with pytest.raises(IntakeError, match="没有安装排版组件"):
        make_pdf(office, issue)
    assert printed.font_notes() == ()


def test_fonts_that_the_machine_lacks_are_told(monkeypatch):
    class Fonts:
        def families(self):
            return ["SimHei", "SimSun", "FangSong"]

    monkeypatch.setattr(typeset, "_fonts", Fonts)
    assert typeset.missing_fonts() == ["楷体", "小标宋"]


def test_a_title_that_looks_like_a_program_is_printed_as_it_is():
    text = '#import "@preview/x" $a_b$ *粗* <b> {{正文}} ' + "A" * 200
    pdf = print_pdf(Print(BULLETIN, text, [body(text), Grid("表", ("头",), ((text * 20,),), (1,))]))
    assert squeezed('#import "@preview/x" $a_b$ *粗* <b> {{正文}}') in words_of(pdf)
