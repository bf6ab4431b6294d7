"""Number formats: what the sender sees in a cell is what is read, or the row waits.

`number_formats` holds one table of formats and numbers, written by LibreOffice as .xlsx and .xls, and the
texts that LibreOffice itself shows for them (its export to CSV, as shown).
"""

import csv
import io
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter
from openpyxl import Workbook

from tests.builders import CHECKLIST, check_row, context
from tests.questionnaires import HEADERS, in_text, rows, survey
from tests.reading import hostile
from tests.reading.test_quota import SURVEY
from wenming_metrics.reading.apart.shown_numbers import shown_as
from wenming_metrics.reading.model.grid import cell
from wenming_metrics.reading.read import read
from wenming_metrics.reading.sandbox.process import decode

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


def by_openpyxl(sheets, forms):
    book = Workbook()
    book.remove(book.active)
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append(list(row))
        for (row, column), form in forms[name].items():
            sheet.cell(row + 1, column + 1).number_format = form
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def by_xlsxwriter(sheets, forms):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, table in sheets.items():
        sheet = book.add_worksheet(name)
        for row, line in enumerate(table):
            for column, value in enumerate(line):
                form = forms[name].get((row, column))
                shown = [book.add_format({"num_format": form})] if form else []
                if value is not None:
                    sheet.write(row, column, value, *shown)
    book.close()
    return file.getvalue()


def by_old_excel(sheets, forms):
    ((name, table),) = sheets.items()
    filled = {
        (row, column): float(value) if isinstance(value, int) else value
        for row, line in enumerate(table)
        for column, value in enumerate(line)
        if value is not None
    }
    return hostile.xls(filled, forms[name])


WRITERS = [by_openpyxl, by_xlsxwriter, by_old_excel]


def read_table(write, table, form, cells, **changes):
    data = write({"表": table}, {"表": dict.fromkeys(cells, form)})
    return read(data, "测试.xlsx", context(**changes))


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
def test_a_total_is_what_the_cell_shows(write):
    title, header = scores(0)[:2]
    rows = [
        [n, f"{month(n)}", "城东街道", held, held] for n, (_, held, _) in enumerate(SEEN.values())
    ]
    table = [title, [header[0], "期间", *header[1:]], *rows]
    forms = {
        (n, column): form for n, (form, *_) in enumerate(SEEN.values(), 2) for column in (3, 4)
    }
    reading = read(write({"表": table}, {"表": forms}), "测试.xlsx", context())
    texts = [text.removesuffix("%") for _, _, text in SEEN.values()]
    assert (told(reading, "total"), reading.counts.held) == (texts, 0)
    assert [parts[0]["printed"] for parts in told(reading, "parts")] == texts


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


KINDS = ("points", "places", "total", "value", "target", "share", "population", "problem_no")
SHOWN = [
    # number format, what the cell holds; then, kind by kind of KINDS, what is stored of it:
    # the text of a number, "" for none (progress is kept in words besides), None for a row that waits
    ("0.0", 0.25, "0.3", None, "0.3", "0.3", "0.3", "30", None, "0.3"),
    ("General", 0.5, "0.5", None, "0.5", "0.5", "0.5", "50", None, "0.5"),
    # As many digits as the column is wide are seen; what is stored are all of them, up to twelve.
    ("General", 0.123456789012345, None, None, "0.123456789012345", None, None, "12.3456789012345", None, "0.123456789012345"),
    ("General", 0, "0", "0", "0", "0", "0", "0", None, "0"),
    ("@", 1, "1", "1", "1", "1", "1", "100", None, "1"),
    ("yyyy-mm-dd", 3, None, None, None, None, None, "", None, "1900-01-03"),
    ("0.00", 0.5, "0.5", None, "0.5", "0.5", "0.5", "50", None, "0.5"),
    ("0", 0.5, "1", "1", "1", "1", "1", "", None, "1"),
    ("0.0%", 0.953, None, None, "95.3", "95.3", "95.3", "95.3", None, "95.3%"),
    ('0.0"分"', 0.5, "0.5", None, "0.5", "0.5", "0.5", "", None, "0.5分"),
    ('0"处"', 3, None, "3", "3", "3", "3", "", None, "3处"),
    ('0"人"', 2000, None, None, "2000", "2000", "2000", "", "2000", "2000人"),
    (";;;", 5, None, None, None, None, None, "", None, None),
    ("0.0;-0.0;", 0, None, None, None, None, None, "", None, None),
    ("# ?/?", 0.333333, None, None, None, None, None, "", None, "1/3"),
    ('"WT"0000', 7, None, None, None, None, None, "", None, "WT0007"),
    ('0!.0000"万"', 12345, None, None, None, None, None, "", "12345", "1.2345万"),
    ("0.0,", 1230, "1.2", None, "1.2", "1.2", "1.2", "", None, "1.2"),
    ("0.00E+00", 123456, None, None, None, None, None, "", None, None),
    ("#,##0.00_ ", 3.456, "3.46", None, "3.46", "3.46", "3.46", "", None, "3.46"),
    ('_ * #,##0.0_ ;_ * -#,##0.0_ ;_ * "-"_ ;_ @_ ', 3.46, "3.5", None, "3.5", "3.5", "3.5", "", None, "3.5"),
]  # fmt: skip


def table_of(kind, make):
    """One row of a kind for each format; what else the row has."""
    header, row, column = make
    top = len(header)
    table = [*header, *(row(n, held) for n, (_, held, *_) in enumerate(SHOWN))]
    return top, table, {(top + n, column): form for n, (form, *_) in enumerate(SHOWN)}


def month(number):
    return f"{2025 + number // 12}年{number % 12 + 1}月"


def failed(number, lost, places):
    return [
        *check_row(督查日期="2026-11-16", 点位名称=f"市场{number}", 检查结果="不符合", 扣分=lost),
        places,
    ]


METRIC = ["单位", "指标", "期间", "数值", "目标值"]
MAKE = {
    "points": ([[*CHECKLIST, "处数"]], lambda n, held: failed(n, held, 1), 8),
    "places": ([[*CHECKLIST, "处数"]], lambda n, held: failed(n, 1, held), 9),
    "total": ([["第三方测评得分"], ["单位", "期间", "测评机构", "总得分"]], lambda n, held: ["城东街道", month(n), "某公司", held], 3),
    "value": ([METRIC], lambda n, held: ["城东街道", "开放率", month(n), held, 1], 3),
    "target": ([METRIC], lambda n, held: ["城东街道", "开放率", month(n), 1, held], 4),
    "share": ([["2026年专项行动任务表"], ["任务", "责任单位", "进展"]], lambda n, held: [f"任务{n}", "城管局", held], 2),
    "population": ([["单位名称", "单位类别", "上级单位", "常住人口"]], lambda n, held: [f"第{n}街道", "街道", "东湖区", held], 3),
    "problem_no": ([["问题编号", "责任单位", "整改情况"]], lambda n, held: [held, "城管局", "已整改"], 0),
}  # fmt: skip


def stored(kind, reading):
    """What is kept of each row, by Excel's number of it."""
    if kind in ("points", "places"):
        name, unit = ("lost", 10_000) if kind == "points" else ("places", 1)
        return {
            row: f"{Decimal(number) / unit:f}"
            for row, number in zip(reading.checks["source_row"], reading.checks[name], strict=True)
        }
    if kind == "population":
        units = reading.units
        return dict(
            zip(units["source_row"], units["population"].astype("string").fillna(""), strict=True)
        )
    return {
        row: facts[kind]
        for row, facts in zip(reading.records["source_row"], reading.records["told"], strict=True)
    }


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_seen_of_each_kind_of_number_is_stored_or_the_row_waits(kind, write):
    top, table, forms = table_of(kind, MAKE[kind])
    reading = read(write({"表": table}, {"表": forms}), "测试.xlsx", context())
    kept, column = stored(kind, reading), 2 + KINDS.index(kind)
    for row, line in enumerate(SHOWN, top + 1):
        assert kept.get(row) == line[column], (row, line[:2])


FORMATS = Path(__file__).parent / "number_formats"
OTHER_FORM = '0!.0000"万"'
"""LibreOffice has no such sign as 「!」 and writes another format into its files."""


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_number_in_files_of_libreoffice(kind, ending):
    """The same tables, saved by LibreOffice; its small .xls lie among the small streams of the file."""
    top, _, _ = table_of(kind, MAKE[kind])
    with ZipFile(FORMATS / "kinds.zip") as files:
        data = files.read(f"{kind}.{ending}")
    kept, column = stored(kind, read(data, f"测试.{ending}", context())), 2 + KINDS.index(kind)
    seen = {row: line[column] for row, line in enumerate(SHOWN, top + 1) if line[0] != OTHER_FORM}
    assert {row: kept.get(row) for row in seen} == seen


OTHER_SIGN = ('[=1]"是";[=0]"否";0.0', 0.0)
"""Of a number below 0 in the third part by condition LibreOffice leaves out the minus; Excel does not."""


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_what_libreoffice_shows_of_its_own_files_is_what_is_read(ending):
    (sheet,) = decode((FORMATS / f"shown.{ending}").read_bytes()).sheets
    with (FORMATS / "shown.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    compared = 0
    for row, (form, *texts) in enumerate(lines[1:], 2):
        for column, (text, held) in enumerate(zip(texts, lines[0][1:], strict=True), 1):
            if (form, float(held) < 0) == (OTHER_SIGN[0], True):
                continue
            assert as_read(cell(sheet, row, column)) == as_seen(text), (form, held)
            compared += 1
    assert compared == 32 * 14 - 2


def as_read(value):
    """A number, or the text that stands for it; signs that mean nothing for a number left out."""
    text = "" if value is None else str(value)
    try:
        return Decimal(text).normalize() + 0
    except ArithmeticError:
        return text.replace(" ", "")


def as_seen(text):
    bare = text.strip().replace(",", "").replace("¥", "").removeprefix("+")
    if bare.startswith("(") or bare.startswith("- "):
        bare = "-" + bare.strip("()").removeprefix("- ")
    if "/" in bare:
        whole, _, part = bare.removeprefix("-").strip().rpartition(" ")
        top, bottom = map(int, part.split("/"))
        exact = Decimal(whole or 0) + Decimal(top) / bottom
        is_exact = bottom in (2, 4)
        return (
            (exact.normalize() * (-1 if bare[0] == "-" else 1))
            if is_exact
            else bare.replace(" ", "")
        )
    return Decimal(0) if bare == "-" else as_read(bare or None)


def test_what_is_shown_of_more_digits_is_read_and_told():
    table = scores(0.95337)
    reading = read_table(by_openpyxl, table, "0%", [(2, 2)])
    assert told(reading, "total")[0] == "95"
    (note,) = [problem for problem in reading.problems if problem.code == "格式-01"]
    assert note.details == {"count": 1, "cell": "C3", "shown": "95%"}


def test_a_number_that_nobody_sees_waits_unless_the_check_passed():
    header, hidden = [*CHECKLIST], CHECKLIST.index("扣分")
    lines = [
        check_row(督查日期="2026-11-16", 检查结果=result, 扣分=0) for result in ("符合", "不符合")
    ]
    reading = read_table(by_openpyxl, [header, *lines], "0.0;-0.0;", [(1, hidden), (2, hidden)])
    assert reading.checks["source_row"].tolist() == [2]
    (note,) = [problem for problem in reading.problems if problem.code == "格式-02"]
    assert note.text == (
        "“表”第 3 行“扣分”（I3）：这一格填了数，但设成了不显示，不知道该不该算。"
        "要算的，请把单元格格式改成“常规”；不算的，请把这一格清空。改好后再上传。[格式-02]"
    )


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
        (0.5, "0", "1"),
        (1234.5, "#,##0;-#,##0", "1235"),
        (2.4999, "0_);(0)", "2"),
        (1e300, "0", None),
        (1e300, "0.00%", None),
        (45000.5, "yyyy-mm-dd;@", None),
        (0.25, "General", None),
        (0.25, "@", None),
    ],
)
def test_formats_one_by_one(value, form, shown):
    assert shown_as(value, form)[0] == shown
