"""Cells in a percent format: what the sender sees is what is read, or the row waits."""

import io

import pytest
import xlsxwriter
from openpyxl import Workbook

from tests.builders import CHECKLIST, check_row, context
from tests.questionnaires import HEADERS, in_text, rows, survey
from tests.reading import hostile
from tests.reading.test_quota import SURVEY
from wenming_metrics.reading.apart.shown_percents import shown_as
from wenming_metrics.reading.read import read

SEEN = {
    # format, what the cell holds, what Excel shows of it
    "two digits": ("0.00%", 0.9534, "95.34%"),
    "built in": ("0%", 0.95, "95%"),
    "grouped": ("#,##0.0#%", 0.9534, "95.34%"),
    "red below zero": ("0.00%;[Red]-0.00%", 0.9534, "95.34%"),
    "by condition": ("[<=1]0.00%;0.00", 0.9534, "95.34%"),
    "only written": ('0.00"%"', 95.34, "95.34%"),
    "escaped": ("0.00\\%", 95.34, "95.34%"),
    "padded": ("_ * 0.00%_ ", 0.9534, "95.34%"),
}


def by_openpyxl(table, form, cells):
    book = Workbook()
    sheet = book.active
    sheet.title = "表"
    for row in table:
        sheet.append(list(row))
    for row, column in cells:
        sheet.cell(row + 1, column + 1).number_format = form
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def by_xlsxwriter(table, form, cells):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet, shown = book.add_worksheet("表"), book.add_format({"num_format": form})
    for row, line in enumerate(table):
        for column, value in enumerate(line):
            if value is not None:
                sheet.write(row, column, value, *([shown] if (row, column) in cells else []))
    book.close()
    return file.getvalue()


def by_old_excel(table, form, cells):
    filled = {
        (row, column): float(value) if isinstance(value, int) else value
        for row, line in enumerate(table)
        for column, value in enumerate(line)
        if value is not None
    }
    return hostile.xls(filled, dict.fromkeys(cells, form))


WRITERS = [by_openpyxl, by_xlsxwriter, by_old_excel]


def read_table(write, table, form, cells, **changes):
    return read(write(table, form, set(cells)), "测试.xlsx", context(**changes))


def scores(value):
    return [
        ["演示市2026年10月第三方测评得分"], ["名次", "街道", "总得分", "实地考察"],
        [1, "城东街道", value, value], [2, "河西街道", "94.10%", "94.5"],
    ]  # fmt: skip


def told(reading, name):
    return [record[name] for record in reading.records["told"]]


def codes(reading):
    return [problem.code for problem in reading.problems]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("case", SEEN)
def test_a_total_is_what_the_cell_shows(write, case):
    form, value, shown = SEEN[case]
    reading = read_table(write, scores(value), form, [(2, 2), (2, 3)])
    assert (codes(reading), reading.counts.held) == ([], 0)
    assert told(reading, "total") == [shown.removesuffix("%"), "94.10"]
    assert told(reading, "parts")[0][0]["printed"] == shown.removesuffix("%")


@pytest.mark.parametrize("write", WRITERS)
def test_values_and_targets_of_metrics_are_percents(write):
    table = [
        ["单位", "指标", "期间", "数值", "目标值"],
        ["城东街道", "开放率", "2026年第三季度", 0.953, 0.95],
        ["河西街道", "开放率", "2026年第三季度", "94.1%", "95%"],
    ]
    reading = read_table(write, table, "0.0%", [(1, 3), (1, 4)])
    assert codes(reading) == []
    assert (told(reading, "value"), told(reading, "scale")) == (["95.3", "94.1"], ["%", "%"])
    assert told(reading, "target") == ["95.0", "95"]
    wide = [
        ["2026年量化指标"],
        ["街道", "期间", "开放率", "好评率"],
        ["城东街道", "2026年9月", 0.953, 0.9],
    ]
    reading = read_table(write, wide, "0.0%", [(2, 2), (2, 3)])
    assert (told(reading, "value"), told(reading, "scale")) == (["95.3", "90.0"], ["%", "%"])


@pytest.mark.parametrize("write", WRITERS)
def test_progress_is_a_percent_also_below_one(write):
    table = [
        ["2026年背街小巷整治专项行动任务表"], ["任务", "责任单位", "进展"],
        ["清理小巷", "城管局", 0.008], ["清理楼道", "城管局", 1],
    ]  # fmt: skip
    reading = read_table(write, table, "0.0%", [(2, 2), (3, 2)])
    assert told(reading, "share") == ["0.8", "100.0"]
    assert told(reading, "state") == ["", "已完成"]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("扣分", 0.5, "数值-01"), ("分值", 1, "数值-04"), ("处数", 1, "数值-05")],
)
def test_points_and_places_that_show_a_percent_wait(write, name, value, code):
    header = [*CHECKLIST, "分值", "处数"]
    row = [*check_row(督查日期="2026-11-16", 检查结果="不符合", 扣分=1), 5, 1]
    position = header.index(name)
    row[position] = value
    reading = read_table(write, [header, row], "0%", [(1, position)])
    assert (codes(reading), reading.counts.held, len(reading.checks)) == ([code], 1, 0)


@pytest.mark.parametrize("write", WRITERS)
def test_numbers_of_people_and_of_forms_that_show_a_percent_wait(write):
    units = [["单位名称", "单位类别", "上级单位", "常住人口"], ["北门街道", "街道", "东湖区", 0.5]]
    assert codes(read_table(write, units, "0%", [(1, 3)])) == ["名册-19", "名册-06"]
    quota = [["街道", "期间", "计划份数"], ["城东街道", "2026年第三季度", 0.8]]
    assert codes(read_table(write, quota, "0%", [(1, 2)], survey=SURVEY)) == ["配额-01"]
    points = [["单位", "加减分日期", "加减分类型", "加减分值", "事由"]]
    points += [["城东街道", "2026-11-03", "加分", 0.5, "获表彰"]]
    assert codes(read_table(write, points, "0%", [(1, 3)])) == ["加减-02"]


@pytest.mark.parametrize("write", WRITERS)
def test_weights_and_counts_of_questionnaires_that_show_a_percent_wait(write):
    lines = [[*HEADERS, "权重"], *([*row, 0.5] for row in rows(in_text))]
    cells = [(row + 1, len(HEADERS)) for row in range(1, len(lines))]
    reading = read_table(write, [["2026年三季度"], *lines], "0%", cells, survey=survey())
    assert "问卷-12" in codes(reading)
    assert reading.counts.good == 0


@pytest.mark.parametrize("write", WRITERS)
def test_numbers_of_problems_read_as_they_are_shown(write):
    header = ["问题编号", "责任单位", "整改情况"]
    reading = read_table(write, [header, [7, "城东街道", "已整改"]], "0%", [(1, 0)])
    assert told(reading, "problem_no") == ["700%"]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("form", ["0", "#,##0", "0_ ;[Red]-0 "])
def test_points_that_show_as_a_whole_number_are_read_so_and_told(write, form):
    header = [*CHECKLIST, "处数"]
    row = [*check_row(督查日期="2026-11-16", 检查结果="不符合", 扣分=0.5), 2.0]
    position = header.index("扣分")
    whole = [*row]
    whole[position] = 3
    table = [header, row, whole]
    reading = read_table(write, table, form, [(1, position), (2, position), (1, 8), (2, 8)])
    assert codes(reading)[:1] == ["格式-01"]
    assert reading.checks["lost"].tolist() == [10_000, 30_000]  # the cell shows 1, not 0.5
    assert "显示 1" in reading.problems[0].text
    plain = read_table(write, table, "0.0", [(1, position), (2, position)])
    assert plain.checks["lost"].tolist() == [5_000, 30_000]
    assert "格式-01" not in codes(plain)


def test_what_is_shown_of_more_digits_is_read_and_told():
    table = scores(0.95337)
    reading = read_table(by_openpyxl, table, "0%", [(2, 2)])
    assert told(reading, "total")[0] == "95"
    (note,) = [problem for problem in reading.problems if problem.code == "格式-01"]
    assert note.details == {"count": 1, "cell": "C3", "shown": "95%"}


def test_a_column_of_many_rows_and_a_zero_that_shows_no_sign():
    table = [["2026年9月量化指标"], ["单位", "指标", "数值"]]
    table += [["城东街道", f"指标{number}", number / 1000] for number in range(600)]
    cells = [(row, 2) for row in range(2, 602)]
    reading = read_table(by_xlsxwriter, table, "0.0%;-0.0%;0", cells)
    assert told(reading, "value") == ["0", *(f"{n / 10:.1f}" for n in range(1, 600))]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0.9534, "General%", "95.34%"),
        (0.5, "# ?/?%", "50%"),
        (-0.05, "0.0%;(0.0%)", "-5.0%"),
        (0.285, "0%", "29%"),
        (0.57, "0.00%", "57.00%"),
        (0.9534, '"占"0.00%', "95.34%"),
        (5.0, '0"人"', ""),
        (0.5, "0", "1"),
        (1234.5, "#,##0;-#,##0", "1235"),
        (2.4999, "0_);(0)", "2"),
        (2.9999999999999, "0", ""),
        (0.25, "0.0", ""),
        (0.5, "# ?/?", ""),
        (1500.5, "0,", ""),
        (45000.5, "yyyy-mm-dd", ""),
        (1e300, "0", ""),
        (1e300, "0.00%", ""),
    ],
)
def test_formats_one_by_one(value, form, shown):
    assert shown_as(value, form)[0] == shown
