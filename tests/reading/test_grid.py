"""Good workbooks come out of the sandbox cell by cell, with the facts of their sheets."""

import datetime as dt
import io
import zipfile
import zlib

import numpy as np
import pytest
import python_calamine

from tests.reading import hostile
from tests.reading.hostile import table, written
from wenming_metrics.reading.model.grid import (
    Area,
    CellError,
    cell,
    cells,
    column_letter,
    decode_block,
    rows_head,
)
from wenming_metrics.reading.sandbox.process import decode


def test_types_come_through():
    def fill(book):
        sheet = book.add_worksheet()
        formats = {name: book.add_format({"num_format": name}) for name in KINDS}
        for column, (name, value) in enumerate(KINDS.items()):
            sheet.write_datetime(0, column, value, formats[name])
        sheet.write_row(1, 0, [1, 1.5, "1", "  前后 \n空格 "])
        sheet.write_boolean(1, 4, True)

    (sheet,) = decode(written(fill)).sheets
    assert rows_head(sheet, 2) == [
        [*KINDS.values(), None],
        [1.0, 1.5, "1", "  前后 \n空格 ", True],
    ]


KINDS = {
    "yyyy-mm-dd": dt.date(2026, 11, 20),
    "yyyy-mm-dd hh:mm": dt.datetime(2026, 11, 20, 8, 30),
    "hh:mm:ss": dt.time(6, 0, 7),
    "[h]:mm:ss": dt.timedelta(days=1, seconds=43_200),
}


@pytest.mark.parametrize(
    "values",
    [[True, 1.0, "1", False, 0.0, "0"], [1.0, True], [True, 1.0], [True], [0.0, False, True]],
)
def test_truth_is_not_one(values):
    (sheet,) = decode(written(lambda book: book.add_worksheet().write_column(0, 0, values))).sheets
    found = cells(sheet.columns[0])
    assert [(type(value), value) for value in found] == [(type(value), value) for value in values]
    assert len(sheet.columns[0].values) == len(set(map(repr, values)))


def test_truth_appears_late_in_a_long_column():
    values = [float(i % 3) for i in range(9_000)]
    values[700], values[8_500], values[8_501] = True, False, "1"
    (sheet,) = decode(written(lambda book: book.add_worksheet().write_column(0, 0, values))).sheets
    assert list(map(repr, cells(sheet.columns[0]))) == list(map(repr, values))


def test_rows_and_columns_are_those_of_excel():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write("C4", "x")
        sheet.write("F5", 2)
        sheet.write("D7", "z")

    (sheet,) = decode(written(fill)).sheets
    assert (sheet.first_row, sheet.n_rows, len(sheet.columns)) == (4, 4, 6)
    assert (cell(sheet, 4, 2), cell(sheet, 5, 5), cell(sheet, 7, 3)) == ("x", 2.0, "z")
    assert cell(sheet, 1, 0) is None
    assert cell(sheet, 6, 2) is None
    assert cell(sheet, 99, 99) is None
    assert rows_head(sheet, 1) == [[None, None, "x", None, None, None]]
    assert [column_letter(i) for i in (0, 25, 26, 701, 702, 16_383)] == "A Z AA ZZ AAA XFD".split()


def test_facts_of_a_sheet_are_told():
    def fill(book):
        sheet = book.add_worksheet("甲")
        sheet.write_column(0, 0, list(range(12)))
        sheet.write_formula("B1", "=A1", None, "")
        sheet.write_formula("B2", "=A1", None, 5)
        sheet.write_formula("C3", "=NA()", None, "#N/A")
        sheet.write_string("D3", 't="e" <v>#N/A</v> #REF!')
        sheet.merge_range("A20:D21", "合并")
        for row in (2, 3, 7):
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.set_column("E:F", None, None, {"hidden": True})
        book.add_worksheet("乙").hide()

    first, second = decode(written(fill)).sheets
    facts = first.facts
    assert (facts.unsaved_formulas, facts.unsaved_formula_count) == (("B1",), 1)
    assert (facts.errors, facts.error_count) == ((("C3", "#N/A"),), 1)
    assert facts.hidden_rows == ((3, 4), (8, 8))
    assert facts.hidden_columns == ((4, 5),)
    assert facts.merged == (Area(20, 0, 21, 3),)
    assert cell(first, 3, 2) == CellError("#N/A")
    assert (first.hidden, second.hidden, second.n_rows, second.columns) == (False, True, 0, ())


FORMULAS = {
    '<c r="A1"><f>B1</f></c>': ("A1",),
    '<c r="A1"><f>B1</f><v/></c>': ("A1",),
    '<c r="A1" s="1"><f t="shared" si="0"/><v></v></c>': ("A1",),
    '<c r="A1" t="str"><f>B1</f><v></v></c>': (),
    '<c r="A1"><f t="shared" si="0"/><v>3</v></c>': (),
    "<c r='A1'>\n<f>B1</f>\n<v />\n</c>": ("A1",),
}


@pytest.mark.parametrize("xml", FORMULAS)
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_formula_without_saved_value(xml, prefix):
    rows = f'<row r="1">{xml}<c r="B1"><v>1</v></c></row>'
    if prefix:
        rows = rows.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")
    (sheet,) = decode(hostile.xlsx({"甲": hostile.sheet(rows, prefix=prefix)})).sheets
    assert sheet.facts.unsaved_formulas == FORMULAS[xml]
    assert cell(sheet, 1, 1) == 1.0


def test_lists_of_facts_are_cut_and_counts_are_not():
    rows = "".join(
        f'<row r="{i}"><c r="A{i}"><f>B1</f></c><c r="B{i}" t="e"><v>#REF!</v></c></row>'
        for i in range(1, 2_502)
    )
    merged = "".join(f'<mergeCell ref="D{i}:E{i}"/>' for i in range(1, 2_501))
    data = hostile.xlsx({"甲": hostile.sheet(rows, tail=f"<mergeCells>{merged}</mergeCells>")})
    (sheet,) = decode(data).sheets
    facts = sheet.facts
    assert (len(facts.unsaved_formulas), facts.unsaved_formula_count) == (1_000, 2_501)
    assert (len(facts.errors), facts.error_count) == (1_000, 2_501)
    assert (len(facts.merged), facts.merged_count) == (2_000, 2_500)
    assert sheet.columns[1].values == (CellError("#REF!"),)


def test_error_the_decoder_does_not_know_is_named():
    rows = '<row r="3"><c r="B3" t="e"><v>#SPILL!</v></c></row>'
    refusal = decode(hostile.xlsx({"甲": hostile.sheet(rows)})).refusal
    assert refusal.code == "unreadable"
    assert refusal.details == {"sheet": "甲", "cell": "B3", "found": "#SPILL!"}


def test_numbers_that_are_none_become_errors():
    rows = '<row r="1"><c r="A1"><v>NaN</v></c><c r="B1"><v>1e999</v></c></row>'
    (sheet,) = decode(hostile.xlsx({"甲": hostile.sheet(rows)})).sheets
    assert rows_head(sheet, 1) == [[CellError("#NUM!"), CellError("#NUM!")]]


def test_hidden_sheets_of_both_kinds():
    sheets = {"甲": hostile.sheet(""), "乙": hostile.sheet("")}
    for state in ("hidden", "veryHidden"):
        found = decode(hostile.xlsx(sheets, state=state)).sheets
        assert [(sheet.name, sheet.hidden) for sheet in found] == [("甲", False), ("乙", True)]


def test_legacy_workbook_is_read():
    (sheet,) = decode(hostile.xls({(2, 1): "街道", (3, 1): 96.5, (3, 2): True})).sheets
    assert (sheet.name, sheet.first_row, sheet.facts.scanned) == ("旧表", 3, False)
    assert rows_head(sheet, 9) == [[None, "街道", None], [None, 96.5, True]]


def test_sizes_in_64_bits_are_understood():
    target = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(hostile.one_cell()))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(source.read(name))
    assert cell(decode(target.getvalue()).sheets[0], 1, 0) == 1.0


def test_long_sheets_equal_what_the_decoder_gives_bare():
    def fill(book):
        for name, n_rows in (("一", 20_000), ("二", 3)):
            sheet = book.add_worksheet(name)
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            for row in range(n_rows):
                sheet.write_row(row, 0, [row, f"街道{row % 80}", row % 3 / 2, f"问题{row}"])
                sheet.write_datetime(row, 5, dt.datetime(2026, 1, 1 + row % 28), day)
                sheet.write_boolean(row, 6, row % 2)

    data = written(fill)
    bare = python_calamine.load_workbook(io.BytesIO(data))
    sheets = decode(data).sheets
    assert [sheet.name for sheet in sheets] == ["一", "二"]
    for sheet in sheets:
        expected = bare.get_sheet_by_name(sheet.name).to_python()
        found = rows_head(sheet, sheet.n_rows)
        blank = [["" if value is None else value for value in row] for row in found]
        assert blank == expected
        assert all(column.codes.dtype in (np.int16, np.int32) for column in sheet.columns)
    assert [block.first_row for block in sheets[0].blocks] == [1, 8_193, 16_385]


def test_stored_block_gives_its_rows_back():
    (sheet,) = decode(table(9_000, 4)).sheets
    block = sheet.blocks[1]
    columns = decode_block(zlib.decompress(block.packed))
    rows = list(zip(*map(cells, columns), strict=True))
    assert (block.first_row, block.n_rows, len(rows)) == (8_193, 808, 808)
    assert rows[0] == (8_192.0, "街道32", 0.0, "问题8192")
