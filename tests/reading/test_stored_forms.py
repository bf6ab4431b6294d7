"""Days counted from 1904, and numbers too long for a number."""

import io
from datetime import date

import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.builders import CHECKLIST, FINDINGS, VISITS, check_row, context, read_sheets
from tests.questionnaires import HEADERS, in_text, rows, survey
from tests.reading import hostile
from tests.uploads.case import finding, visit
from wenming_metrics.reading.read import read

DAY = date(2026, 11, 16)
FROM_1904 = (DAY - date(1904, 1, 1)).days


def codes(reading):
    return [problem.code for problem in reading.problems]


def told(reading, name):
    return [record[name] for record in reading.records["told"]]


def from_1904(rows, name="检查表"):
    def count_from_1904(book: Workbook):
        book.epoch = CALENDAR_MAC_1904

    return read_sheets({name: rows}, count_from_1904)


@pytest.mark.parametrize("written", [FROM_1904, float(FROM_1904), str(FROM_1904), "2026-11-16"])
def test_days_counted_from_1904_without_a_date_format(written):
    reading = from_1904([CHECKLIST, check_row(督查日期=written)])
    assert (codes(reading), reading.checks["day"].tolist()) == ([], [DAY.toordinal()])


def test_days_counted_from_1904_with_a_date_format_are_right_as_they_are():
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "date_1904": True})
    sheet, day = book.add_worksheet("检查表"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, CHECKLIST)
    for row, form in ((1, day), (2, None)):
        sheet.write_row(row, 1, check_row(点位名称=f"市场{row}")[1:])
        sheet.write_number(row, 0, FROM_1904, form)
    book.close()
    reading = read(file.getvalue(), "测试.xlsx", context())
    assert reading.checks["day"].tolist() == [DAY.toordinal()] * 2


def test_days_of_a_legacy_workbook_counted_from_1904():
    rows = {(0, n): title for n, title in enumerate(CHECKLIST)}
    rows |= {(1, n): cell for n, cell in enumerate(check_row()) if isinstance(cell, str)}
    rows[1, 0] = float(FROM_1904)
    data = hostile.xls(rows, from_1904=True)
    assert read(data, "旧.xls", context()).checks["day"].tolist() == [DAY.toordinal()]
    data = hostile.xls({**rows, (1, 0): 46342.0})
    assert read(data, "旧.xls", context()).checks["day"].tolist() == [DAY.toordinal()]


def test_other_numbers_of_a_workbook_from_1904_are_no_days():
    table = [["单位", "加减分日期", "加减分类型", "加减分值"], ["城东街道", FROM_1904, "加分", 2]]
    reading = from_1904(table, "加减分")
    assert reading.records["day"].tolist() == [DAY.toordinal()]
    assert told(reading, "points") == ["2"]
    reading = from_1904([CHECKLIST, check_row(督查日期=20261116)])
    assert reading.checks["day"].tolist() == [DAY.toordinal()]


@pytest.mark.parametrize("number", [12345678901234567, 123456789012345678, 1234567890123456789])
def test_sites_named_by_numbers_that_lost_digits_wait(number):
    reading = read_sheets({"检查表": [CHECKLIST, check_row(点位名称=number), check_row()]})
    (waiting,) = [problem for problem in reading.problems if problem.severity == "待核"]
    assert (waiting.code, waiting.row, len(reading.checks)) == ("编号-03", 2, 1)
    assert "太长，表格软件按数字存，末尾几位已经不准，看不出写的是哪一个。" in waiting.text


def test_days_of_years_ago_are_told():
    reading = read_sheets({"检查表": [CHECKLIST, check_row(督查日期="2022-11-15"), check_row()]})
    (problem,) = [p for p in reading.problems if p.code == "日期-08"]
    assert (problem.details["count"], problem.details["day"]) == (1, "2022-11-15")
    assert reading.counts.held == 0


def findings(*numbers):
    lines = [[*finding(测评项=item), number] for item, number in zip(
        ("垃圾桶不满溢", "地面无积水垃圾", "公益广告完好"), numbers, strict=False)]  # fmt: skip
    return read_sheets(
        {"问题清单": [[*FINDINGS, "问题编号"], *lines], "检查点位": [VISITS, visit()]}
    )


WHOLE = (2026112400000001, 2026112400000002, 2026112400000010)


def test_numbers_of_sixteen_digits_that_a_program_wrote_are_three_names():
    reading = findings(*WHOLE)
    assert (codes(reading), len(reading.checks[reading.checks["result"] == 1])) == ([], 3)
    assert reading.findings["number"].tolist() == [str(number) for number in WHOLE]


@pytest.mark.parametrize("written", [*WHOLE[:2], str(WHOLE[0])])
def test_an_answer_finds_its_number_of_sixteen_digits(written):
    reading = read_sheets(
        {"反馈": [["问题编号", "责任单位", "整改情况"], [written, "城管局", "已整改"]]}
    )
    assert told(reading, "problem_no") == [str(written)]


@pytest.mark.parametrize(
    "number", [2026112400000000, 20261124000000012, 202611240000000123, "2.02611E+15", 1e18]
)
def test_numbers_that_lost_digits_name_nothing(number):
    reading = findings(number, number)
    assert codes(reading) == ["编号-01"]
    assert (len(reading.findings), int((reading.checks["result"] == 1).sum())) == (0, 2)
    assert reading.counts.held == 0
    reading = read_sheets(
        {"反馈": [["问题编号", "责任单位", "整改情况"], [number, "城管局", "已整改"]]}
    )
    assert (codes(reading), reading.counts.held, len(reading.records)) == (["编号-02"], 1, 0)


def test_numbers_written_as_text_keep_every_digit():
    reading = findings("202611240000000123", "202611240000000124")
    assert codes(reading) == []
    assert reading.findings["number"].tolist() == ["202611240000000123", "202611240000000124"]


def test_visits_and_questionnaires_are_not_made_one_by_a_number_that_lost_digits():
    number = 2026112400000000
    lines = [[*check_row(点位名称=place), number] for place in ("一号市场", "二号市场")]
    reading = read_sheets({"检查表": [[*CHECKLIST, "督查编号"], *lines]})
    assert "编号-01" in codes(reading)
    assert reading.checks["visit"].nunique() == 2
    lines = [[*row, number] for row in rows(in_text)]
    reading = read_sheets({"2026年三季度": [[*HEADERS, "答卷编号"], *lines]}, survey=survey())
    assert "编号-01" in codes(reading)
    assert reading.answers.frame["key"].nunique() == len(lines)
