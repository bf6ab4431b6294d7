"""上级测评: the whole matrix as printed, bands and means apart, what was not drawn is not 0."""

import pytest

from tests.builders import read_sheets
from tests.monday.city import context
from tests.monday.city import register as city
from tests.monday.files import build
from wenming_metrics.queries.files.open_forms import role_proposed, roles_to_keep
from wenming_metrics.reading.model.reading import (
    COMPONENT,
    CONFIRM,
    KIND_CHOICE,
    RememberedChoices,
)
from wenming_metrics.reading.read import read

TITLE = ["2026年第三季度第三方测评得分"]
GRID = """
1	表3  2026年第三季度各街道文明程度指数得分及排名
2	测评时间:2026年9月8日—20日                                   单位:分
3	名次	街道	总得分	较上季度	实地考察(85%)							问卷调查(15%)			备注
4					原始得分	公共环境(30分)	公共秩序(25分)	公益宣传(15分)	公共设施(20分)	文明行为(10分)	加权得分	有效样本	满意度(%)	加权得分
5	一、主城区(18个)
6	1	河西街道	88.93	↑1.24	88.45	26.4	21.75	13.8	17.6	8.9	75.18	30	91.67	13.75
7	2	城东街道	86.95	-0.50	86.37分	25.80	21.17	13.20	17.50	8.70	73.41	30	90.29	13.54
8	—	龙潭街道	—	—	未抽中							20	95.00%	14.25	本季度未抽取实地点位
9	主城区平均分		87.94		87.41
10	注:1.龙潭街道本季度未抽取实地点位,不参与排名。2.因四舍五入,分项之和与总分可能略有出入。3.本结果仅供内部工作使用,不得对外公布。
"""
MERGED = "A1:O1 A2:O2 A3:A4 B3:B4 C3:C4 D3:D4 E3:K3 L3:N3 O3:O4 A5:O5 A9:B9 A10:O10"


def monday():
    content = build({"表3 街道得分": (GRID, MERGED)})
    return read(content, "演示市2026年第三季度文明程度指数测评结果(报创建办)0930.xls", context())


def scores(*rows, header=("街道", "总得分"), title=TITLE, **told):
    return read_sheets({"得分": [title, header, *rows]}, **told)


def told(reading, name):
    return [one[name] for one in reading.records["told"]]


def said_of(reading):
    return list(reading.problems)


def codes(reading):
    return [problem.code for problem in said_of(reading)]


def test_the_table_of_a_quarter():
    reading = monday()
    records, units = reading.records, city().units["name"]
    assert reading.kind == "external"
    assert [units[unit] for unit in records["unit"]] == ["河西街道", "城东街道", "龙潭街道"]
    assert records["source_row"].tolist() == [6, 7, 8]
    assert told(reading, "period") == ["2026年第三季度"] * 3
    assert told(reading, "first") == ["2026-07-01"] * 3
    assert told(reading, "test") == ["市季度测评"] * 3
    assert told(reading, "group") == ["主城区"] * 3
    assert told(reading, "total") == ["88.93", "86.95", ""]
    assert told(reading, "state") == ["", "", "未抽中"]
    assert told(reading, "printed_rank") == ["1", "2", ""]
    assert told(reading, "change") == ["1.24", "-0.50", ""]
    assert told(reading, "restricted") == [1, 1, 1]


def test_the_whole_matrix_is_kept_as_printed():
    parts = told(monday(), "parts")
    assert parts[1][1] == {
        **{"group": "实地考察", "share": "85", "name": "公共环境", "full": "30", "weight": ""},
        "printed": "25.80",
    }
    assert [one["printed"] for one in parts[1]] == [
        *("86.37", "25.80", "21.17", "13.20", "17.50", "8.70", "73.41", "30", "90.29", "13.54"),
    ]
    assert [(one["name"], one["printed"]) for one in parts[2]] == [
        *(("有效样本", "20"), ("满意度", "95.00"), ("加权得分", "14.25")),
    ]


def test_what_is_said_of_the_table_of_a_quarter():
    said = {problem.code: problem for problem in monday().problems}
    assert not [p for p in said.values() if p.severity != "提醒"]
    assert (said["上测-02"].row, said["上测-02"].found) == (5, "一、主城区(18个)")
    assert said["上测-04"].row == 7
    assert said["上测-04"].details == {"printed": "86.95", "exact": "86.96"}
    assert said["上测-05"].details == {"words": "不得对外公布"}
    assert said["上测-07"].details == {"state": "未抽中"}


def test_parts_that_do_not_add_up_are_told_with_both_figures():
    header = ("单位", "总得分", "实地加权得分", "问卷加权得分")
    reading = scores(["城东街道", 90, 70.5, 19], ["河西街道", 89.5, 70.5, 19], header=header)
    (problem,) = said_of(reading)
    assert (problem.code, problem.row) == ("核对-01", 3)
    words = {"printed": "90", "sum": "89.5", "formula": "各部分加权得分相加"}
    assert problem.details == words
    assert told(reading, "total") == ["90", "89.5"]


@pytest.mark.parametrize(
    ("title", "test", "period"),
    [
        ("2026年国测结果排名", "国测", "2026年"),
        ("2026年上半年全省文明城市测评成绩省测", "省测", "2026年上半年"),
        ("2026年9月第三方测评得分", "第三方", "2026年9月"),
        ("2026年三季度文明指数测评", "市季度测评", "2026年第三季度"),
    ],
)
def test_titles_tell_the_test_and_the_period(title, test, period):
    reading = scores(["城东街道", 90], title=[title])
    assert (told(reading, "test"), told(reading, "period")) == ([test], [period])
    assert codes(reading) == []


def test_a_test_or_a_period_that_nothing_tells():
    assert codes(scores(["城东街道", 90], title=["2026年9月测评得分"])) == ["上测-06"]
    reading = scores(["城东街道", 90], title=["第三方测评得分"])
    assert (codes(reading), reading.counts.held) == (["记录-04"], 1)


def test_a_unit_beside_a_street_that_it_is_not_waits():
    """单位 went before 街道 without a word: 90 counted for 城东街道."""
    rows = [["城东街道", "河西街道", 90], ["城管局", "河西街道", 80], ["河西街道", "河西街道", 70]]
    reading = scores(*rows, header=("单位", "街道", "总得分"))
    (problem,) = said_of(reading)
    assert (problem.code, problem.row, problem.found) == ("单位-11", 3, "河西街道")
    assert problem.details == {"unit": "城东街道"}
    assert told(reading, "total") == ["80", "70"]


@pytest.mark.parametrize("other", ["分数", "最终得分", "总得分", "加分后得分", "得分"])
def test_of_two_totals_a_person_says_once_which_one_counts(other):
    titles, rows = ("单位", "测评得分", other), [["城东街道", 80, 91], ["河西街道", 90, 88]]
    asked = scores(*rows, header=titles)
    assert (codes(asked), len(asked.records)) == ([CONFIRM], 0)
    table = asked.recognised[0]
    assert table.columns[2].is_doubtful
    proposed = {name: role_proposed(table, "external", at) for at, name in enumerate(titles)}
    for change, totals, parts in (
        ({}, ["80", "90"], ["91", "88"]),
        ({"测评得分": COMPONENT, other: "total"}, ["91", "88"], ["80", "90"]),
    ):
        roles = {KIND_CHOICE: "external", **roles_to_keep(proposed | change)}
        choices = RememberedChoices({table.fingerprint: roles})
        read_so = scores(*rows, header=titles, choices=choices)
        assert told(read_so, "total") == totals
        assert [part["printed"] for (part,) in told(read_so, "parts")] == parts
    both = {KIND_CHOICE: "external", "单位": "subject", "测评得分": "total", other: "total"}
    choices = RememberedChoices({table.fingerprint: both})
    assert codes(scores(*rows, header=titles, choices=choices)) == [CONFIRM]


def test_two_totals_of_one_header_are_returned():
    """An answer names a header: the left of the two counted without a word."""
    reading = scores(["城东街道", 80, 91], header=("单位", "得分", "得分"))
    assert (codes(reading), len(reading.records)) == (["表头-07"], 0)
    assert said_of(reading)[0].details["columns"] == "B、C"


def test_a_list_of_people_that_was_confirmed_is_not_asked_about_again():
    titles, row = ("单位", "姓名", "测评得分"), ["城东街道", "张三", 80]
    table = scores(row, header=titles).recognised[0]
    assert table.is_open
    roles = {KIND_CHOICE: "external", "单位": "subject", "姓名": "", "测评得分": "total"}
    choices = RememberedChoices({table.fingerprint: roles})
    assert told(scores(row, header=titles, choices=choices), "total") == ["80"]


def test_columns_may_tell_period_test_and_group():
    header = ("单位", "期间", "测评种类", "分组", "得分")
    rows = [
        ["城东街道", "2026年8月", "第三方测评", "甲组", "88.10"],
        ["城东街道", "9月", "第三方测评", "甲组", 87],
    ]
    reading = scores(*rows, header=header, title=["2026年测评得分"])
    assert codes(reading) == []
    assert told(reading, "period") == ["2026年8月", "2026年9月"]
    assert told(reading, "group") == ["甲组", "甲组"]
    assert told(reading, "total") == ["88.10", "87"]


def test_the_long_form_has_one_indicator_per_row():
    header = ("街道", "指标", "分值", "得分")
    rows = [["城东街道", "公共环境", 30, 25.8], ["城东街道", "总分", 100, 86.95]]
    reading = scores(*rows, header=header)
    assert codes(reading) == []
    assert told(reading, "total") == ["", "86.95"]
    assert told(reading, "state") == ["", ""]
    (part,) = told(reading, "parts")[0]
    assert (part["name"], part["full"], part["printed"]) == ("公共环境", "30", "25.8")
    assert told(reading, "parts")[1] == []


def test_rows_that_cannot_be_taken_are_held():
    rows = [["城东街道", "优"], [None, 80], ["河西街道", 81], ["河西街道", 82], ["城西街道", 3]]
    reading = scores(*rows)
    found = {(problem.code, problem.row) for problem in reading.problems}
    expected = {("上测-01", 3), ("单位-01", 7), ("记录-02", 6)}
    assert expected <= found
    assert reading.counts.held == 4
    assert told(reading, "total") == ["81"]


def test_a_row_without_unit():
    reading = scores(["城东街道", 80], [None, 81], header=("单位", "总得分"))
    assert codes(reading) == ["记录-03"]


def test_a_component_that_is_no_number_is_told_and_the_rest_kept():
    header = ("街道", "总得分", "公共环境(30分)")
    reading = scores(["城东街道", 80, 25], ["河西街道", 81, "约26"], header=header)
    (problem,) = said_of(reading)
    assert (problem.code, problem.row, problem.column) == ("上测-08", 4, "C")
    assert told(reading, "total") == ["80", "81"]


def test_a_unit_that_was_not_tested_has_no_rank():
    header = ("名次", "街道", "总得分")
    reading = scores([1, "城东街道", 80], [2, "河西街道", "未参评"], header=header)
    assert told(reading, "state") == ["", "未测"]
    assert told(reading, "printed_rank") == ["1", ""]
    assert codes(reading) == ["上测-07"]


def test_every_group_may_have_its_own_score():
    content = build(
        {
            "得分": (
                "1\t2026年9月第三方测评得分\n2\t街道\t实地考察(85%)\t\t问卷调查(15%)\t\t得分\n"
                "3\t\t得分\t加权得分\t得分\t加权得分\n4\t城东街道\t80\t68\t90\t13.5\t81.5\n",
                "A1:F1 A2:A3 B2:C2 D2:E2 F2:F3",
            )
        }
    )
    reading = read(content, "得分.xlsx", context())
    assert codes(reading) == []
    assert told(reading, "total") == ["81.5"]
    assert [(one["group"], one["printed"]) for one in told(reading, "parts")[0]] == [
        *(("实地考察", "80"), ("实地考察", "68"), ("问卷调查", "90"), ("问卷调查", "13.5")),
    ]
