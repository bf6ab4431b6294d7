"""A 通报 that was edited: whatever figure or name was changed is found, other wording is not."""

import io
import re

import pytest
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

from tests.publishing.bulletin_city import signed_city
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.compare import ADDED, DIFFERS, GONE, SAME, compare
from wenming_metrics.publishing.bulletin.document import make_bulletin
from wenming_metrics.publishing.bulletin.layout import Layout, save_layout
from wenming_metrics.publishing.bulletin.material import material_of_issue
from wenming_metrics.publishing.bulletin.recheck import recheck
from wenming_metrics.publishing.bulletin.sections import names_in
from wenming_metrics.publishing.bulletin.tokens import NameFinder, tokens_of
from wenming_metrics.publishing.issues import issues
from wenming_metrics.reading.sandbox.documents import ROW, TextLine, read_text
from wenming_metrics.store.database import reading


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return signed_city(tmp_path_factory.mktemp("checked"))


@pytest.fixture(scope="module")
def issue(office):
    return issues(office)[0]


@pytest.fixture(scope="module")
def content(office, issue):
    return make_bulletin(office, issue).content


@pytest.fixture(scope="module")
def lines(content):
    return read_text(content).lines


@pytest.fixture(scope="module")
def names(office, issue):
    with reading(office.store) as connection:
        return NameFinder(*names_in(material_of_issue(connection, office, issue)))


def put(lines, number, cell, text):
    """Give the lines with another text in one cell."""
    line = lines[number]
    cells = [*line.cells[:cell], text, *line.cells[cell + 1 :]]
    return [*lines[:number], TextLine(line.kind, tuple(cells), line.beside), *lines[number + 1 :]]


def digits_of(lines):
    """Every digit of the document that is not the number of a paragraph: line, cell, position."""
    for number, line in enumerate(lines):
        for cell, text in enumerate(line.cells):
            start = re.match(r"\d+\.(?!\d)", text).end() if re.match(r"\d+\.(?!\d)", text) else 0
            for match in re.finditer(r"\d", text[start:]):
                yield number, cell, start + match.start()


def altered_digits(lines):
    places = list(digits_of(lines))
    for number, cell, position in places[:: max(1, len(places) // 60)]:
        text = lines[number].cells[cell]
        digit = str((int(text[position]) + 1) % 10)
        yield put(lines, number, cell, text[:position] + digit + text[position + 1 :])


WORDS = [
    ("86.80分", "86.80个百分点"),
    ("5个、到访", "5处、到访"),
    ("13处，涉及检查7项次", "7处，涉及检查13项次"),
    ("下降4.20分", "上升4.20分"),
    ("下降4.20分", "4.20分"),
    ("+10.00", "-10.00"),
    ("+2.00", "2.00"),
    ("-14.00", "14.00"),
    ("新", "↑1"),
    ("54.55%", "54.55分"),
    ("100.0%", "100.0"),
    ("（2/7）", "（7/2）"),
    ("3月12日", "12月3日"),
    ("第1名丙街道", "第1名乙街道"),
    ("第1名丙街道（94.00分），末位甲街道", "第1名甲街道（94.00分），末位丙街道"),
    ("本期未督查的1个：戊镇", "本期未督查的1个：丁镇"),
    ("本期未督查的1个：戊镇", "本期未督查的1个"),
    ("公共环境（占54.55%）、公共秩序（占45.45%）", "公共秩序（占54.55%）、公共环境（占45.45%）"),
    ("解放市场“停车秩序”", "和平小区“停车秩序”"),
    ("对甲街道、丁镇（2个）", "对乙街道、丁镇（2个）"),
    ("（2个）予以通报批评", "（2个）予以通报表扬"),
    ("对甲街道、丁镇（2个）", "对丁镇（1个）"),
    ("反馈已整改2条", "反馈已整改两处"),
    ("未到期的1条", "未到期的1万条"),
    ("3月23日前", "3月底前"),
    ("发现问题13处，涉及检查7项次。", "发现问题13处，涉及检查7项次，比去年减少30%。"),
    ("防止问题反弹。", "防止3类问题反弹。"),
    ("创建办〔2025〕11号", "创建办〔2025〕1号"),
    ("丁镇集市", "乙街道集市"),
    ("86.80分", "\u202e86.80分"),
]


def altered_words(lines):
    for old, new in WORDS:
        for number, line in enumerate(lines):
            cell = next((n for n, text in enumerate(line.cells) if old in text), None)
            if cell is not None:
                yield put(lines, number, cell, line.cells[cell].replace(old, new, 1))
                break
        else:
            raise AssertionError(old)


def altered_rows(lines):
    rows = [number for number, line in enumerate(lines) if line.kind == "r"]
    for first, second in zip(rows, rows[1:], strict=False):
        if second == first + 1:
            swapped = [lines[second], lines[first]]
            yield [*lines[:first], *swapped, *lines[second + 1 :]]
    for number in rows[::6]:
        yield [*lines[:number], *lines[number + 1 :]]
        yield [*lines[:number], lines[number], *lines[number:]]
        cells = lines[number].cells
        if cells[0] != cells[1]:
            yield put(put(lines, number, 0, cells[1]), number, 1, cells[0])
    heads = [number for number, line in enumerate(lines) if line.kind == "h"]
    for number in heads:
        cells = lines[number].cells
        yield put(put(lines, number, 1, cells[2]), number, 2, cells[1])


def test_a_hundred_alterations_are_found(lines, names):
    altered = [*altered_digits(lines), *altered_words(lines), *altered_rows(lines)]
    assert len(altered) >= 100
    missed = []
    for changed in altered:
        checks = compare(lines, changed, names)
        if all(check.state == SAME for check in checks):
            missed += [(a.cells, b.cells) for a, b in zip(lines, changed, strict=False) if a != b]
    assert not missed


def reworded(lines):
    """The same figures in other words, each a whole document."""
    yield list(lines)
    for old, new in (
        ("较上期下降4.20分", "和上期相比，减少4.2分"),
        ("共检查", "合计查看"),
        ("86.80分", "86.8 分"),
        ("未评分的1个", "没有评分的 1 家"),
        ("。", "；"),
        ("立行立改，举一反三", "坚持问题导向，切实提高认识，持续提升公共环境和市容市貌"),
        ("反馈已整改2条", "反馈已整改两条"),
        ("13处", "十三处"),
        ("占54.55%", "占百分之五十四点五五"),
        ("（一）", "1."),
        ("（三）到期", "（四）到期"),
        ("首末相差", "第一名与最后一名相差"),
    ):
        assert any(old in line.cells[0] for line in lines), old
        yield [
            line
            if line.kind != "p"
            else TextLine(line.kind, (line.cells[0].replace(old, new),), line.beside)
            for line in lines
        ]
    split = []
    for line in lines:
        texts = re.split("（？<=。）", line.cells[0]) if line.kind == "p" else []
        split += [TextLine("p", (text,), line.beside) for text in texts if text] or [line]
    yield split
    number = next(n for n, line in enumerate(lines) if "全市得分" in line.cells[0])
    joined = lines[number - 1].cells[0] + lines[number].cells[0]
    yield [*lines[: number - 1], TextLine("p", (joined,)), *lines[number + 1 :]]
    yield [*lines[:number], TextLine("p", ("各单位高度重视，工作有序推进。",)), *lines[number:]]
    number = next(n for n, line in enumerate(lines) if "举一反三" in line.cells[0])
    yield [*lines[:number], *lines[number + 1 :]]


def test_other_wording_is_no_difference(lines, names):
    for changed in reworded(lines):
        checks = compare(lines, changed, names)
        assert [check for check in checks if check.state != SAME] == []


def test_a_difference_says_what_was_and_what_is(lines, names):
    number = next(n for n, line in enumerate(lines) if "全市得分" in line.cells[0])
    text = "全市得分88.60分，较上期下降4.20分，排名全省第5位。"
    (differs, added) = [
        check for check in compare(lines, put(lines, number, 0, text), names) if check.state != SAME
    ]
    assert (differs.state, differs.expected, differs.actual) == (DIFFERS, "86.8分", "88.6分")
    assert (differs.line, differs.context) == (number + 1, text)
    assert (added.state, added.actual) == (ADDED, "5名")
    gone = compare(lines, put(lines, number, 0, "全市得分86.80分。"), names)
    (gone,) = [check for check in gone if check.state != SAME]
    assert (gone.state, gone.expected, gone.actual) == (GONE, "降4.2分", "")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("1,032处", ["1032处"]),
        ("１２．５０％", ["12.5%"]),
        ("100，200", ["100", "200"]),
        ("3月3日—9日", ["3月", "3日", "9日"]),
        ("2.94个百分点", ["2.94百分点"]),
        ("上升2.94分，问题3处", ["升2.94分", "3处"]),
        ("提高认识，3日内整改", ["3日"]),
        ("十分重视，三个不放过，两率一度", []),
        ("一百零五条、十二个", ["105条", "12个"]),
        ("校验码：3f9a0c71de。", ["3f9a0c71de"]),
        ("3.14分", ["3.14分"]),
        ("3.人民路", []),
    ],
)
def test_numbers_are_read_as_people_write_them(text, tokens):
    line = TextLine("p", (text,))
    assert [token.text for token in tokens_of(line, NameFinder([], []))] == tokens


def edited(content, change):
    document = Document(io.BytesIO(content))
    change(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def paragraph_with(document, text):
    return next(one for one in document.paragraphs if text in one.text)


def test_a_document_that_nobody_touched_is_the_same(office, content):
    result = recheck(office, content, "通报.docx")
    assert result.is_same
    assert set(result.counts) == {SAME}
    assert result.counts[SAME] > 150


def hide(document):
    """Hide the right figure and write another one beside it."""
    (run,) = paragraph_with(document, "全市得分").runs
    run.font.hidden = True
    paragraph_with(document, "全市得分").add_run("全市得分96.80分，较上期下降4.20分。")


def strike(document):
    """Delete the sentence as Word does while it follows changes."""
    (run,) = paragraph_with(document, "全市得分").runs
    gone = OxmlElement("w:del")
    run._r.addprevious(gone)
    gone.append(run._r)


def box(document):
    """Write a number into a text box."""
    text = f"<w:p {nsdecls('w')}><w:r><w:t>共查出99处</w:t></w:r></w:p>"
    content = OxmlElement("w:txbxContent")
    content.append(parse_xml(text))
    picture = OxmlElement("w:pict")
    picture.append(content)
    paragraph_with(document, "全市得分").runs[0]._r.append(picture)


def cell(document):
    document.tables[0].rows[1].cells[2].paragraphs[0].runs[0].text = "95.00"


def foot(document):
    document.sections[0].footer.paragraphs[0].add_run("共120处")


@pytest.mark.parametrize(
    ("change", "state"),
    [(hide, DIFFERS), (strike, GONE), (box, ADDED), (cell, DIFFERS), (foot, ADDED)],
)
def test_what_is_hidden_struck_or_beside_is_seen(office, content, change, state):
    result = recheck(office, edited(content, change), "通报.docx")
    assert not result.is_same
    assert state in set(result.differences["state"])


def test_the_layout_of_its_day_is_what_a_document_is_compared_with(office, content):
    save_layout(office.store, Layout(sections=("summary",), demands="3日内反馈。"))
    assert recheck(office, content, "通报.docx").is_same
    save_layout(office.store, Layout())


def test_a_document_of_somebody_else_is_told_so(office):
    buffer = io.BytesIO()
    Document().save(buffer)
    with pytest.raises(IntakeError, match="没有本软件的校验码"):
        recheck(office, buffer.getvalue(), "通报.docx")


def altered_often(lines):
    """A hundred figures more, each changed as people do: a digit typed twice, or a wrong one."""
    places = list(digits_of(lines))
    for order, (number, cell, position) in enumerate(places[3 :: max(1, len(places) // 110)]):
        text = lines[number].cells[cell]
        digit = text[position]
        if order % 2 and digit != "0":  # 0.0 and 0.00 are the same figure
            yield put(lines, number, cell, f"{text[:position]}{digit}{text[position:]}")
        else:
            yield put(
                lines,
                number,
                cell,
                f"{text[:position]}{(int(digit) + 5) % 10}{text[position + 1 :]}",
            )


def test_a_hundred_more_alterations_are_found(lines, names):
    altered = list(altered_often(lines))
    assert len(altered) >= 100
    for changed in altered:
        assert any(check.state != SAME for check in compare(lines, changed, names)), [
            b.cells for a, b in zip(lines, changed, strict=False) if a != b
        ]


SAYINGS = (
    "各单位高度重视。",
    "下一步要持续用力。",
    "总体向好。",
    "请认真对照整改。",
    "以上情况望周知。",
)


def reworded_often(lines):
    """A hundred edits of pure wording: a sentence more in, before or after one of the paragraphs."""
    numbers = [number for number, line in enumerate(lines) if line.kind == "p" and not line.beside]
    for order in range(100):
        number, saying = numbers[order % len(numbers)], SAYINGS[order % len(SAYINGS)]
        text = lines[number].cells[0]
        if order % 3 == 0:
            yield [*lines[:number], TextLine("p", (saying,)), *lines[number:]]
        elif order % 3 == 1:
            yield put(lines, number, 0, text + saying)
        else:
            yield put(lines, number, 0, text.replace("，", "、").replace("。", "！"))


def test_a_hundred_edits_of_wording_are_no_difference(lines, names):
    edits = list(reworded_often(lines))
    assert len(edits) == 100
    for changed in edits:
        checks = compare(lines, changed, names)
        assert [check for check in checks if check.state != SAME] == []


def test_a_cell_put_in_place_of_its_heading_is_seen():
    """The cells of both rows follow each other as before; other rows and wording are not."""
    names = NameFinder(["甲街道", "乙街道"], [])
    rows = [["单位", "得分"], ["甲街道", "95"], ["乙街道", "90"]]
    swapped = [["甲街道", "得分"], ["单位", "95"], ["乙街道", "90"]]
    reworded = [["街道", "分数"], ["甲街道（主城区）", "95"], ["乙街道", "90"]]
    was, heading, words = (
        [TextLine(ROW, tuple(cells)) for cells in table] for table in (rows, swapped, reworded)
    )
    (seen,) = [check for check in compare(was, heading, names) if check.state != SAME]
    assert (seen.state, seen.line, seen.note) == (DIFFERS, 2, "移到了另一行")
    (back,) = [check for check in compare(heading, was, names) if check.state != SAME]
    assert (back.state, back.note) == (DIFFERS, "移到了另一行")
    assert {check.state for check in compare(was, words, names)} == {SAME}
