"""Nothing of what is planted in a file stays: not in the copy, the rows, the messages; contacts do."""

import dataclasses
import io
import time
import zipfile
import zlib

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from tests.builders import FINDINGS, context, xlsx
from tests.reading import planted
from tests.uploads.case import finding
from wenming_metrics.domain.privacy import mask
from wenming_metrics.reading.feedback.marking import mark
from wenming_metrics.reading.model.marks import Mark
from wenming_metrics.reading.read import read
from wenming_metrics.reading.sandbox.process import decode
from wenming_metrics.runtime.settings import ROOT

FILES = {
    "列名.xlsx": planted.findings_with_headers,
    "句子.xlsx": planted.findings_with_sentences,
    "各处.xlsx": planted.findings_with_parts,
    "文本.csv": planted.findings_as_text,
}


def everything(reading) -> str:
    """Spell out all that is kept, shown or told of a reading."""
    texts = [reading.filename, *(problem.text for problem in reading.problems)]
    for field in dataclasses.fields(reading):
        value = getattr(reading, field.name)
        if isinstance(value, pd.DataFrame):
            texts.append(value.to_csv())
        elif field.name not in ("blocks", "stored_copy"):
            texts.append(repr(value))
    texts += [
        zlib.decompress(block.packed).decode("utf-8", "replace") for _, block in reading.blocks
    ]
    return "\n".join(texts)


@pytest.mark.parametrize("name", FILES)
def test_nothing_that_was_planted_stays(name):
    content, marks = FILES[name]()
    reading = read(content, name, context())
    assert not reading.is_rejected, [problem.text for problem in reading.problems]
    kept = everything(reading) + planted.stored_text(reading.stored_copy)
    assert [mark for mark in marks if mark in kept] == []
    assert any(problem.code.startswith("隐私") for problem in reading.problems)


@pytest.mark.parametrize("place", planted.old_workbooks())
def test_what_stands_beside_the_cells_of_an_old_workbook_is_not_kept(place):
    content, mark = planted.old_workbooks()[place]
    reading = read(content, "旧.xls", context())
    codes = [problem.code for problem in reading.problems]
    assert ("隐私-04" in codes) == bool(mark), codes
    if not mark:
        assert reading.stored_copy is None
        return
    kept = planted.stored_text(reading.stored_copy)
    assert mark not in kept
    assert planted.mobile(999) in kept  # of somebody at work, in a cell


def test_objects_in_a_workbook_are_looked_through_and_others_stay_byte_for_byte():
    content, objects = planted.contacts()[0], planted.objects()
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        for name, (embedded, _) in objects.items():
            archive.writestr(name, embedded)
    reading = read(file.getvalue(), "问题.xlsx", context())
    told = {problem.code: problem.text for problem in reading.problems}
    assert "嵌入的文件" in told["隐私-04"]
    with zipfile.ZipFile(io.BytesIO(reading.stored_copy)) as kept:
        parts = {name: kept.read(name) for name in objects}
    expected = {name: raw if stays else b"" for name, (raw, stays) in objects.items()}
    assert parts == expected
    openpyxl.load_workbook(io.BytesIO(reading.stored_copy))


def test_a_file_that_is_returned_is_given_back_without_them():
    rows = [["随便", "来电人手机"], ["甲", planted.mobile(620)], [f"打{planted.mobile(621)}", ""]]
    content = planted.book(rows, {"登记": [["姓名", "手机"], ["某来电人乙", planted.mobile(622)]]})
    reading = read(content, "不是督查表.xlsx", context())
    assert reading.is_rejected
    marked = mark(reading.stored_copy, [Mark("问题", 1, None, "退回", "看不出")], [["退回"]], "0")
    told = "".join(problem.text for problem in reading.problems)
    kept = planted.stored_text(marked) + everything(reading)
    assert [number for number in (620, 621, 622) if planted.mobile(number) in kept] == []
    assert "某来电人乙" not in kept
    assert "来电人手机" in told


def test_enough_is_planted():
    count = sum(len(set(make()[1])) for make in (*FILES.values(), planted.archive))
    assert count >= 145


def test_contacts_of_offices_stay():
    content, marks = planted.contacts()
    reading = read(content, "问题.xlsx", context())
    kept = planted.stored_text(reading.stored_copy or content)
    assert [mark for mark in marks if mark not in kept] == []
    assert not any(problem.code.startswith("隐私") for problem in reading.problems)


def test_what_is_hidden_is_told_with_its_place():
    content, _ = planted.findings_with_parts()
    problems = read(content, f"来电{planted.mobile(1)}.xlsx", context()).problems
    told = {problem.code: problem.text for problem in problems}
    assert "“筛选”：1格里的" in told["隐私-03"]
    assert "批注" in told["隐私-04"]
    assert "文件名" in told["隐私-06"]


SAMPLES = sorted((ROOT / "data" / "samples").glob("*.xlsx"))


def test_hardly_a_cell_is_hidden_that_holds_nobodys_data(request):
    """At most one in 10,000 cells: all samples by --explore, the largest and the smallest in each run."""
    by_size = sorted(SAMPLES, key=lambda path: path.stat().st_size)
    chosen = by_size if request.config.getoption("explore") else [by_size[0], by_size[-1]]
    alarms = cells = 0
    for path in chosen:
        workbook = decode(path.read_bytes())
        cells += sum(sheet.n_rows * len(sheet.columns) for sheet in workbook.sheets)
        problems = read(path.read_bytes(), path.name, context(), workbook).problems
        found = [problem for problem in problems if problem.code in ("隐私-03", "隐私-05")]
        alarms += sum(int(problem.details["count"]) for problem in found)
    assert cells > 3_000
    assert 10_000 * alarms <= cells, (alarms, cells)


def test_a_column_of_numbers_or_identifiers_is_asked_about_and_never_changed():
    numbers = [planted.mobile(5), "13100000006", "DC-3"]
    rows = [finding(来源="12345", 点位名称=f"{n}号点") for n in range(3)]
    header = [*FINDINGS, "交办编号", "工单编号", "资金"]
    amounts = [15912345678, 200, 3000000]
    lines = [
        [*row, *pair] for row, *pair in zip(rows, numbers, numbers[::-1], amounts, strict=True)
    ]
    content = xlsx({"问题": [header, *lines]})
    reading = read(content, "问题.xlsx", context())
    assert reading.stored_copy is None
    asked = {problem.column: problem for problem in reading.problems if problem.code == "隐私-05"}
    assert {letter: problem.details["count"] for letter, problem in asked.items()} == {
        "J": 2,
        "K": 2,
        "L": 1,
    }
    assert [asked[letter].row for letter in "JKL"] == [2, 3, 2]
    assert numbers[0] in set(reading.findings["number"])


def test_a_number_that_is_hidden_here_and_an_identifier_there_keeps_both():
    number = planted.mobile(8)
    rows = [finding(来源="12345", 问题描述=f"打{number}"), finding(来源="12345", 问题描述=number)]
    book = planted.book([[*FINDINGS, "交办编号"], *([*row, number] for row in rows)])
    kept = openpyxl.load_workbook(io.BytesIO(read(book, "问题.xlsx", context()).stored_copy)).active
    masked = f"{number[:3]}****{number[-4:]}"
    assert [kept["G2"].value, kept["G3"].value] == [f"打{masked}", masked]
    assert [kept["J2"].value, kept["J3"].value] == [number, number]


@pytest.mark.parametrize(
    "text",
    [
        "编号202611150001",
        "DC13800138000",
        "工单号370102202611150001",
        "经费13800138000元",
        "第13800138000.5项",
        "2026-11-15至2026-12-15",
        "0531-2026",
        "监督电话：0531-88812345",
        "责任人张某13800138000",
        "网格员李某 13800138000",
        "服务热线12345",
        "办公电话：88812345",
        "统一代码91370102MA3C000001",
        "高新A12345地块",
        "坐标117.0000138001",
        "1号楼2单元301、1380013号",
        "联系wmb@city.gov.cn",
    ],
)
def test_what_is_nobodys_stays(text):
    assert mask(text) == text


@pytest.mark.parametrize("number", range(60))
def test_an_identity_number_needs_its_check_digit_where_it_might_be_a_day(number):
    right = planted.identity(number, born="20261115", region="370102")
    assert mask(right) != right
    wrong = right[:-1] + ("1" if right[-1] == "0" else "0")
    assert mask(wrong) == wrong
    older = planted.identity(number, born="19630228")[:-1] + "0"
    assert mask(older) != older


def test_the_name_of_a_sheet_stays_one_that_excel_opens_and_references_follow():
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(f"{planted.mobile(1)}表")
    sheet.write_row(0, 0, FINDINGS)
    sheet.write_row(1, 0, finding(来源="12345"))
    book.define_name("区域", f"='{planted.mobile(1)}表'!$A$1")
    book.close()
    reading = read(file.getvalue(), "表.xlsx", context())
    kept = openpyxl.load_workbook(io.BytesIO(reading.stored_copy))
    assert kept.sheetnames == ["139＊＊＊＊0001表"] == [sheet.name for sheet in reading.sheets]
    assert kept.defined_names["区域"].attr_text == "'139＊＊＊＊0001表'!$A$1"


def test_a_cell_of_many_numbers_takes_no_longer_than_its_length():
    text = f"打{planted.mobile(3)}，" * 20_000
    begun = time.process_time()
    assert planted.mobile(3) not in mask(text)
    assert time.process_time() - begun < 5
