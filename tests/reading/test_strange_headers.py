"""Tables that no reading can be sure of: asked about or refused in words that help, never guessed.

All are decoded once, and read one by one as files of their own.
"""

from dataclasses import replace
from datetime import date
from functools import lru_cache

import pytest

from tests.builders import xlsx
from tests.uploads.own_words.corpus import TODAY, context
from wenming_metrics.reading.model.grid import Workbook
from wenming_metrics.reading.model.reading import ASKED, Reading
from wenming_metrics.reading.model.sender_answers import NOTHING_SAID, SenderAnswers
from wenming_metrics.reading.read import read_workbook
from wenming_metrics.reading.sandbox.process import decode
from wenming_metrics.reading.tables.titles import read_titles

SITES = [
    ["柳浪街道", "小区", "枫林新村", "楼道内无堆放杂物"],
    ["文笔街道", "主次干道", "云溪路", "人行道无烟头纸屑"],
    ["听泉街道", "小区", "云荫花园", "飞线充电"],
]
ROWS = [[TODAY, *site, "不符合", 0.5] for site in SITES]
ABROAD = [[TODAY, "Liulang", "Fenglin", "garbage on the stairs", 0.5]] * 3
TABLES = {
    "no header": ROWS,
    "English": [["Date", "Sub-district", "Type", "Site", "Item", "Result", "Points lost"], *ROWS],
    "Uyghur": [["ۋاقىت", "كوچا", "تۈرى", "ئورنى", "تەكشۈرۈش", "نەتىجە", "نومۇر"], *ROWS],
    "English alone": [["Date", "District", "Place", "Problem", "Points"], *ABROAD],
    "200 columns": [[f"字段{n}" for n in range(200)], *([f"v{n}" for n in range(200)],) * 3],
    "equal weight": [["日期", "单位", "情况", "分值"]]
    + [[TODAY, street, "有垃圾", 0.5] for street, *_ in SITES],
    "two columns of points": [["日期", "街道", "点位类型", "点位名称", "测评项", "分1", "分2"]]
    + [[TODAY, *site, 0.5, 1] for site in SITES],
    "all merged": [
        ["督查情况登记:柳浪街道枫林新村楼道有杂物,扣0.5分", *[None] * 6],
        *[[None] * 7] * 9,
    ],
}

KNOWN = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "检查结果", "扣分"]
MANY = [[*KNOWN, *(f"附加{n}" for n in range(200))], *([*row, *[1] * 200] for row in ROWS)]
"""A checklist with columns beside it that nobody reads."""

ITEMS = ("校园内环境整洁（2分）", "门前车辆停放有序（2分）")
SCHOOLS = [
    ["学校周边检查打分表（2026年11月19日）"],
    ["序", "镇街", "学校", *ITEMS],
    [1, "柳浪街道", "兰川小学", "√", "-1"],
    [2, "文笔街道", "松溪中学", "√", "√"],
]
"""Items in columns of their own, under headers that a person said are items."""


def merge(book) -> None:
    book["all merged"].merge_cells("A1:G10")


@lru_cache(maxsize=1)
def sheets() -> dict[str, Workbook]:
    decoded = decode(xlsx({**TABLES, "中小学校": SCHOOLS, "200 more columns": MANY}, merge))
    return {sheet.name: Workbook((replace(sheet, index=0),)) for sheet in decoded.sheets}


def read_table(name: str, answers: SenderAnswers = NOTHING_SAID) -> Reading:
    return read_workbook(sheets()[name], "表.xlsx", "", replace(context(), answers=answers))


@pytest.mark.parametrize("name", TABLES)
def test_nothing_of_it_counts_before_a_person_has_spoken(name):
    reading = read_table(name)
    assert reading.is_rejected
    assert reading.checks.empty
    assert reading.records.empty


@pytest.mark.parametrize("name", ["English", "Uyghur"])
def test_a_foreign_header_over_known_names_is_filled_in_by_them(name):
    (table,) = read_table(name).recognised
    roles = table.roles[table.proposed]
    assert (table.proposed, table.certainty) == ("checklist", ASKED)
    assert roles == ("day", "street", "point_type", "site", "item", "result", "")
    # The points are the one thing that neither names nor words tell: they are asked about.
    assert [column.is_doubtful for column in table.columns] == [False] * 6 + [True]


def test_a_header_and_names_that_nobody_knows_are_shown_as_they_are():
    (problem,) = read_table("English alone").problems
    assert (problem.code, problem.row) == ("表头-19", 1)
    assert "Date、District、Place、Problem、Points" in problem.text
    assert "指明是哪种表" in problem.text
    (wide,) = read_table("200 columns").problems
    assert "字段0、字段1、字段2、字段3、字段4、字段5等200列" in wide.text


@pytest.mark.parametrize("name", ["no header", "all merged"])
def test_no_header_is_told_as_such(name):
    assert [problem.code for problem in read_table(name).problems] == ["表头-01"]


def test_many_columns_that_are_not_read_are_counted_and_the_first_named():
    reading = read_table("200 more columns")
    assert len(reading.checks) == 3
    (problem,) = [each for each in reading.problems if each.code == "表头-08"]
    assert "附加0、附加1、" in problem.text
    assert "、附加29等200列。" in problem.text


def test_two_readings_of_equal_weight_are_both_named():
    reading = read_table("equal weight")
    (table,) = reading.recognised
    assert table.certainty == ASKED
    (problem,) = [problem for problem in reading.problems if problem.code == "表头-10"]
    assert "看作加减分表" in problem.text
    assert "也可能是问题清单" in problem.text


def test_two_columns_that_may_be_the_points_are_both_asked_about():
    reading = read_table("two columns of points")
    (table,) = reading.recognised
    assert (table.proposed, table.certainty) == ("checklist", ASKED)
    assert [column.header for column in table.columns if column.is_doubtful] == ["分1", "分2"]
    (problem,) = [problem for problem in reading.problems if problem.code == "表头-10"]
    assert "要特别看一看：分1、分2" in problem.text


def test_headers_that_a_person_said_are_items_are_items_each_on_the_day_of_the_title():
    columns = (
        ("镇街", "street"),
        ("学校", "site"),
        ("序", ""),
        *((each, "item") for each in ITEMS),
    )
    reading = read_table("中小学校", SenderAnswers(kinds=(("中小学校", "wide"),), columns=columns))
    assert reading.counts.good == 2
    assert set(reading.checks["day"]) == {date(2026, 11, 19).toordinal()}
    assert reading.checks["lost"].tolist() == [0, 10_000, 0, 0]


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("学校周边检查打分表(2026年11月19日)", date(2026, 11, 19)),
        ("2026年11月19日起一周现场打分", None),
        ("请于2026年11月19日前完成检查", None),
        ("督查问题交办清单 2026年11月19日", None),
        ("检查评分表 填表日期:2026-11-19", None),
        ("检查评分表 2026-11-19 2026-11-20", None),
    ],
)
def test_a_day_in_a_title_is_taken_where_it_can_be_nothing_else(title, day):
    assert read_titles([title], [], []).day == day
