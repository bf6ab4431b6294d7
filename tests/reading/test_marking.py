"""Marked workbooks: what is marked, what stays byte for byte, and that programs still open them."""

import base64
import io
import random
import re
import zipfile

import openpyxl
import pytest
import python_calamine

from tests.reading import hostile
from wenming_metrics.domain.problems import HOLD, NOTE
from wenming_metrics.reading.feedback.marking import mark
from wenming_metrics.reading.model import marks as marks_module
from wenming_metrics.reading.model.grid import cell
from wenming_metrics.reading.model.marks import Mark, gather_marks
from wenming_metrics.reading.sandbox.process import SandboxLimits, decode

TAG = "0123456789abcdef" * 4
RED, YELLOW = "FFF6CFCD", "FFFFF1C9"
SUMMARY = [
    ["共 3 行，2 行可入库，1 条待核，暂不计分。"],
    ["处理", "位置", "说明和改法"],
    ["待核", "“督查表”第 3 行", "=cmd|' /C calc'!A0"],
    ["提醒", "“督查表”第 4 行", "请看一眼"],
]
MARKS = [
    Mark("督查表", 3, "B", HOLD, "“钱街道”不在名册里。"),
    Mark("督查表", 3, "B", NOTE, "还有 <一点> & “别的”。"),
    Mark("督查表", 4, "C", NOTE, "=1+1 不是数"),
    Mark("督查表", 5, "", HOLD, "整行都不对"),
]
HEADS = {"督查表": 2}
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
_DISPIMG = '=DISPIMG("ID_0A1B2C3D4E5F60718293A4B5C6D7E8F9",1)'


def sent(*, notes: bool = True) -> bytes:
    """A workbook as an office sends it: title, picture, formats, comments, filter, several sheets."""

    def fill(book):
        page = book.add_worksheet("督查表")
        red = book.add_format({"bg_color": "#FF0000", "bold": True, "num_format": "0.00"})
        page.set_column("A:XFD", 12, book.add_format({"font_size": 9}))
        page.merge_range("A1:D1", "演示市督查表")
        page.write_row("A2", ["日期", "街道", "扣分", "照片"])
        for row in range(3, 8):
            page.write_row(row - 1, 0, [f"11.{row}", "钱街道", row / 2, "见图"])
        page.write_number("C4", 2, red)
        page.write_formula("C6", "=SUM(C3:C5)", None, 5.5)
        page.merge_range("A6:A7", "两行一起")
        page.insert_image("D3", "图.png", {"image_data": io.BytesIO(PICTURE)})
        page.autofilter("A2:D7")
        page.freeze_panes(2, 0)
        page.conditional_format(
            "C3:C7", {"type": "cell", "criteria": ">", "value": 3, "format": red}
        )
        page.data_validation("B3:B7", {"validate": "list", "source": ["甲", "乙"]})
        if notes:
            page.write_comment("B3", "原来的批注", {"author": "张某"})
            page.write_comment("D7", "另一条", {"author": "张某"})
        other = book.add_worksheet("说明")
        other.write("A1", "<保留>")

    return hostile.written(fill)


def with_cell_pictures(data: bytes) -> bytes:
    """Add what WPS keeps pictures in cells in."""
    parts = contents(data)
    parts["xl/cellimages.xml"] = (
        b'<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"/>'
    )
    parts["xl/media/image9.jpeg"] = random.Random(1).randbytes(30_000)
    link = b'<Relationship Id="rId99" Type="http://www.wps.cn/officeDocument/2020/cellImage" Target="cellimages.xml"/>'
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = parts[name].replace(b"</Relationships>", link + b"</Relationships>")
    name = "xl/worksheets/sheet1.xml"
    cell_ = re.search(rb'<c r="D5"[^>]*>.*?</c>', parts[name])[0]
    formula = f'<c r="D5" t="str"><f>{_DISPIMG[1:]}</f><v>{_DISPIMG}</v></c>'.replace(
        '"ID', "&quot;ID"
    )
    formula = formula.replace('F9",', "F9&quot;,")
    parts[name] = parts[name].replace(cell_, formula.encode())
    return hostile.zipped(parts)


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def values(data: bytes, sheet: str) -> list[list]:
    return python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_name(sheet).to_python()


def comments(page) -> dict[str, str]:
    return {c.coordinate: c.comment.text for row in page.iter_rows() for c in row if c.comment}


def fills(page) -> dict[str, str]:
    cells = (c for row in page.iter_rows() for c in row)
    found = {c.coordinate: c.fill.fgColor.rgb for c in cells if c.fill.patternType == "solid"}
    return {place: colour for place, colour in found.items() if colour in (RED, YELLOW)}


@pytest.mark.parametrize("notes", [True, False])
def test_marks_an_office_workbook_and_leaves_the_rest_alone(notes):
    data = with_cell_pictures(sent(notes=notes))
    marked = mark(data, MARKS, SUMMARY, TAG, header_rows=HEADS)
    before, after = contents(data), contents(marked)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {
        *("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"),
        *("xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"),
        *("xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"),
    }
    assert {"xl/cellimages.xml", "xl/media/image9.jpeg", "xl/sharedStrings.xml"} & changed == set()
    book = openpyxl.load_workbook(io.BytesIO(marked))
    page = book["督查表"]
    assert fills(page) == {"B3": RED, "C4": YELLOW, "E3": RED, "E4": YELLOW, "E5": RED}
    assert page["E2"].value == "核对意见"
    assert page["E4"].value == "提醒：=1+1 不是数"
    assert page["E4"].data_type == "s"
    assert page["E3"].value == "待核：“钱街道”不在名册里。 提醒：还有 <一点> & “别的”。"
    assert (page["C4"].number_format, page["C4"].font.bold) == ("0.00", True)
    said = comments(page)
    assert set(said) == ({"B3", "C4", "D7"} if notes else {"B3", "C4"})
    assert said["B3"].startswith("原来的批注" if notes else "【核对】\n待核：")
    assert "还有 <一点> & “别的”。" in said["B3"]
    assert page.auto_filter.ref == "A2:D7"
    assert len(page._images) == len(openpyxl.load_workbook(io.BytesIO(data))["督查表"]._images)


def test_values_stay_and_our_own_marks_are_not_read():
    data = with_cell_pictures(sent())
    marked = mark(data, MARKS, SUMMARY, TAG, header_rows=HEADS)
    assert [row[:4] for row in values(marked, "督查表")] == [
        row[:4] for row in values(data, "督查表")
    ]
    assert values(marked, "说明") == values(data, "说明")
    before, after = decode(data), decode(marked)
    assert (before.tag, after.tag) == ("", TAG)
    assert [sheet.name for sheet in after.sheets] == ["督查表", "说明"]
    for old, new in zip(before.sheets, after.sheets, strict=True):
        assert (len(new.columns), new.n_rows) == (len(old.columns), old.n_rows)
        assert new.facts == old.facts
        for row in range(1, old.n_rows + 1):
            for column in range(len(old.columns)):
                assert cell(new, row, column) == cell(old, row, column)


def test_the_sheet_of_results_is_last_and_holds_no_formula():
    book = openpyxl.load_workbook(io.BytesIO(mark(sent(), MARKS, SUMMARY, TAG, header_rows=HEADS)))
    assert book.sheetnames == ["督查表", "说明", "核对结果"]
    page = book["核对结果"]
    assert [[c.value for c in row if c.value] for row in page.iter_rows()] == SUMMARY
    assert {c.data_type for row in page.iter_rows() for c in row} <= {"s", "n"}
    assert page["A3"].fill.fgColor.rgb == RED
    assert [(p.name, p.value) for p in book.custom_doc_props.props] == [("wenming-file", TAG)]


def test_a_second_round_takes_the_marks_of_the_first_away():
    first = mark(with_cell_pictures(sent()), MARKS, SUMMARY, TAG, header_rows=HEADS)
    # Excel gives its styles and strings other numbers; so does openpyxl.
    book = openpyxl.load_workbook(io.BytesIO(first))
    book["督查表"]["B3"] = "甲街道"
    out = io.BytesIO()
    book.save(out)
    for again in (first, out.getvalue()):
        left = [Mark("督查表", 4, "C", NOTE, "还是不对")]
        marked = mark(again, left, [["还有 1 行。"], *SUMMARY[1:2]], "f" * 64, header_rows=HEADS)
        book = openpyxl.load_workbook(io.BytesIO(marked))
        page = book["督查表"]
        assert book.sheetnames == ["督查表", "说明", "核对结果"]
        assert fills(page) == {"C4": YELLOW, "E4": YELLOW}
        assert [page[f"E{row}"].value for row in range(2, 6)] == [
            *("核对意见", None, "提醒：还是不对", None)
        ]
        assert comments(page) == {
            "B3": "原来的批注",
            "C4": "【核对】\n提醒：还是不对",
            "D7": "另一条",
        }
        assert decode(marked).tag == "f" * 64
        assert book["核对结果"]["A1"].value == "还有 1 行。"


def test_someone_elses_sheet_of_our_name_stays():
    data = bare("核对结果", hostile.sheet('<row r="1"><c r="A1"><v>1</v></c></row>'))
    marked = mark(data, [Mark("核对结果", 1, "A", NOTE, "看")], SUMMARY, TAG)
    assert openpyxl.load_workbook(io.BytesIO(marked)).sheetnames == ["核对结果", "核对结果2"]
    assert [sheet.name for sheet in decode(marked).sheets] == ["核对结果"]


def bare(name: str, xml: str) -> bytes:
    """A workbook of one sheet and nothing that a workbook need not have, not even styles."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    told = f'<Override PartName="/xl/workbook.xml" ContentType="{kind}"/>'
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    return hostile.xlsx(
        {name: xml}, {"[Content_Types].xml": f"<Types xmlns='{types}'>{told}</Types>"}
    )


def test_a_column_of_our_name_in_a_file_of_someone_else_is_read():
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>核对意见</t></is></c></row>'
    (sheet,) = decode(bare("表", hostile.sheet(row))).sheets
    assert cell(sheet, 1, 0) == "核对意见"


ODD = {
    "a prefix": ("", "x:", '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="C1"><x:v>3</x:v></x:c></x:row>'),
    "no numbers": ("", "", "<row><c><v>1</v></c><c/><c><v>3</v></c></row>"),
    "single quotes": ("", "", "<row r='1' spans='1:3'><c r='A1'><v>1</v></c><c r='C1'><v>3</v></c></row>"),
    "an empty row": ("", "", '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c></row><row r="2"/>'),
    "columns": (
        '<cols><col min="2" max="16384" width="9" hidden="1"/></cols>',
        "",
        '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c></row>',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_xml_is_marked(name):
    head, prefix, rows = ODD[name]
    data = bare("表", hostile.sheet(rows, head, prefix=prefix))
    said = [
        Mark("表", 1, "B", HOLD, "空着"),
        Mark("表", 1, "C", NOTE, "看"),
        Mark("表", 3, "A", HOLD, "没有"),
    ]
    marked = mark(data, said, SUMMARY, TAG, header_rows={"表": 2})
    page = openpyxl.load_workbook(io.BytesIO(marked))["表"]
    assert fills(page) == {"B1": RED, "C1": YELLOW, "A3": RED, "D1": RED, "D3": RED}
    assert [page["A1"].value, page["B1"].value, page["C1"].value] == [1, None, 3]
    assert page["D2"].value == "核对意见"
    assert set(comments(page)) == {"B1", "C1", "A3"}
    assert not page.column_dimensions["D"].hidden
    assert values(marked, "表")[0][:3] == [1, "", 3]


def test_a_picture_in_the_header_of_the_page_keeps_its_drawing():
    def fill(book):
        page = book.add_worksheet("表")
        page.write_row("A1", ["甲", "乙"])
        page.set_header(
            "&C&G", {"image_center": "图.png", "image_data_center": io.BytesIO(PICTURE)}
        )

    data = hostile.written(fill)
    marked = mark(data, [Mark("表", 1, "B", NOTE, "看")], SUMMARY, TAG)
    before, after = contents(data), contents(marked)
    (own,) = (name for name in before if name.endswith(".vml"))
    assert before[own] == after[own]
    assert len([name for name in after if name.endswith(".vml")]) == 2
    assert set(comments(openpyxl.load_workbook(io.BytesIO(marked))["表"])) == {"B1", "C1"}


def test_marks_of_merged_cells_stand_where_they_are_seen():
    said = [Mark("督查表", 7, "A", HOLD, "下面一行")]
    page = openpyxl.load_workbook(io.BytesIO(mark(sent(), said, SUMMARY, TAG, header_rows=HEADS)))[
        "督查表"
    ]
    assert comments(page)["A6"] == "【核对】\n第 7 行：待核：下面一行"
    assert fills(page) == {"A6": RED, "E7": RED}


def test_a_mark_of_the_heading_row_goes_to_a_comment():
    page = openpyxl.load_workbook(
        io.BytesIO(
            mark(sent(), [Mark("督查表", 2, "", HOLD, "缺一列")], SUMMARY, TAG, header_rows=HEADS)
        )
    )["督查表"]
    assert page["E2"].value == "核对意见"
    assert comments(page)["E2"] == "【核对】\n待核：缺一列"


def test_beyond_the_most_comments_cells_are_only_filled(monkeypatch):
    monkeypatch.setattr(marks_module, "MOST_COMMENTS", 2)
    said = [Mark("督查表", row, "B", NOTE if row < 5 else HOLD, "看") for row in range(3, 8)]
    (sheet,) = gather_marks(said, HEADS).values()
    assert [row for row, _, _, text in sheet.cells if text] == [5, 6]
    assert len(sheet.cells) == len(sheet.reasons) == 5


def test_many_marks_say_that_not_all_have_comments():
    data = hostile.table(6_000)
    said = [Mark("数据", row, "B", NOTE, f"第 {row} 行") for row in range(2, 6_001)]
    marked = mark(data, said, SUMMARY, TAG, header_rows={"数据": 1})
    book = openpyxl.load_workbook(io.BytesIO(marked))
    assert len(comments(book["数据"])) == 5_000
    assert "5,000" in book["核对结果"]["A2"].value
    assert book["数据"]["E6000"].value == "提醒：第 6000 行"


def test_a_hostile_file_is_refused_and_not_marked():
    for data, code in (
        (hostile.zipped({"word/document.xml": "<a/>"}), "document"),
        (hostile.one_cell({"xl/styles.xml": b"<!DOCTYPE x><styleSheet/>"}), "entities"),
        (hostile.one_cell({"xl/vbaProject.bin": b"x"}), "macro"),
        (hostile.xlsx({"表": "<worksheet><sheetData><row r='1'><c"}), "unreadable"),
        (sent()[:-40], "truncated"),
    ):
        said = [Mark("表", 1, "A", NOTE, "看")]
        assert mark(data, said, SUMMARY, TAG).code == code
    small = SandboxLimits(output_bytes=500)
    assert mark(sent(), MARKS, SUMMARY, TAG, limits=small).code == "too_big"


def test_a_plain_text_is_written_anew_and_texts_stay_texts():
    data = "日期,街道,扣分\n11.3,钱街道,=1+1\n11.4,甲街道,-2\n".encode("gb18030")
    name = decode(data).sheets[0].name
    said = [Mark(name, 2, "B", HOLD, "“钱街道”不在名册里。"), Mark(name, 3, "", NOTE, "看")]
    marked = mark(data, said, SUMMARY, TAG, header_rows={name: 1})
    book = openpyxl.load_workbook(io.BytesIO(marked))
    page = book.worksheets[0]
    assert fills(page) == {"B2": RED, "D2": RED, "D3": YELLOW}
    assert (page["C2"].value, page["C2"].data_type, page["C2"].quotePrefix) == ("=1+1", "s", True)
    assert comments(page) == {"B2": "【核对】\n待核：“钱街道”不在名册里。"}
    again = decode(marked)
    assert again.tag == TAG
    assert [sheet.name for sheet in again.sheets] == [name]
    assert len(again.sheets[0].columns) == 3
