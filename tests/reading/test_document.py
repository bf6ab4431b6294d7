"""台账材料: one document of one unit, in rounds; a state that is only a colour is said aloud."""

import pytest

from tests.builders import read_sheets
from tests.monday.city import context
from tests.monday.city import register as city
from tests.monday.files import build
from wenming_metrics.reading.read import read

HEADER = ("材料要求", "责任单位", "截止日期", "报送时间", "审核意见", "状态")
GRID = """
1	演示市2026年度网上申报材料责任分解及进度表
2	说明:绿色为通过,黄色为已报待审或退回修改,红色为未报
3	测评项目	测评指标	测评内容	测评标准	材料要求	牵头单位	责任单位	联络员	联系电话	应报时间	第一轮		第二轮		状态	备注
4											报送时间	审核意见	报送时间	审核意见
5	Ⅰ—3⏎公⏎共⏎文⏎化	Ⅱ-8公共文化设施	Ⅲ-21图书馆、文化馆免费开放	1)免费开放并公示时间	说明报告1份(≤500字);图片3张(jpg,每张≤2M)	文旅局	文旅局、各街道	赵某	8000001	10月31日前	10.29	图片无时间地点,退回	11.5	通过
6				2)有无障碍设施	同上	文旅局	各街道(龙潭除外)			2026-10-31
7		Ⅱ－9未成年人	Ⅲ-22 心理健康辅导站	有场所、有人员、有记录	文件1份(2025年1月1日后印发,有文号);实景图2张	教育局	教育局/团市委	钱某⏎孙某	8000002/8000003	11月中旬	11.12					文件无文号
8	截至11月16日:应报3项,已报2项,报送率66.7%;通过1项,通过率33.3%
"""
MERGED = (
    "A1:P1 A2:P2 A3:A4 B3:B4 C3:C4 D3:D4 E3:E4 F3:F4 G3:G4 H3:H4 I3:I4 J3:J4 K3:L3 M3:N3 "
    "O3:O4 P3:P4 A5:A7 B5:B6 C5:C6 A8:P8"
)


def monday():
    content = build({"责任分解及进度": (GRID, MERGED)})
    return read(content, "网上申报材料责任分解及进度(11.16更新).xlsx", context())


def documents(*rows, header=HEADER):
    return read_sheets({"台账": [["演示市2026年申报材料责任分解表"], header, *rows]})


def row(**changes):
    usual = {
        **{"材料要求": "说明报告1份", "责任单位": "城管局", "截止日期": "10月31日前"},
        **{"报送时间": "10.29", "审核意见": "通过", "状态": "通过"},
    }
    return [{**usual, **changes}[name] for name in HEADER]


def told(reading, name):
    return [one[name] for one in reading.records["told"]]


def codes(reading):
    return [problem.code for problem in reading.problems]


def test_the_table_of_a_monday():
    reading = monday()
    records, units = reading.records, city().units["name"]
    assert reading.kind == "document"
    assert reading.counts.held == 0
    named = [units[unit] for unit in records["unit"]]
    streets = ["城东街道", "河西街道", "云山街道", "龙潭街道"]
    assert named == ["文旅局", *streets, *streets[:3], "教育局", "团市委"]
    assert records["source_row"].tolist() == [5] * 5 + [6] * 3 + [7] * 2
    assert told(reading, "due") == ["2026-10-31"] * 8 + [""] * 2
    assert told(reading, "due_text")[-1] == "11月中旬"
    assert told(reading, "state") == ["通过"] * 5 + [""] * 3 + ["待审"] * 2
    assert told(reading, "rounds")[0] == [
        {"round": "第一轮", "handed_in": "2026-10-29", "review": "图片无时间地点,退回"},
        {"round": "第二轮", "handed_in": "2026-11-05", "review": "通过"},
    ]
    assert told(reading, "requirement")[5] == told(reading, "requirement")[0]
    assert told(reading, "indicator")[5] == "Ⅱ-8公共文化设施"
    assert told(reading, "contact")[0] == "责任人：赵某；联系电话：8000001"
    assert [units[unit] for unit in told(reading, "lead")[-1]] == ["教育局"]


def test_what_is_said_of_the_table_of_a_monday():
    said = {problem.code: problem for problem in monday().problems}
    assert not [code for code, problem in said.items() if problem.severity != "提醒"]
    assert "“状态”列没有读到文字，可能用颜色表示" in said["台账-02"].text
    assert (said["台账-03"].row, said["台账-03"].found) == (7, "11月中旬")
    assert said["台账-05"].row == 8
    assert said["台账-05"].details == {"count": 10, "handed": 7}
    assert said["统称-02"].details["part"] in ("文旅局、各街道", "各街道(龙潭除外)")


@pytest.mark.parametrize(
    ("state", "review", "handed", "expected"),
    [
        ("通过", "通过", "10.29", "通过"),
        ("已退回修改", "请补充文号", "10.29", "退回"),
        ("已报待审", None, "10.29", "待审"),
        ("未报", None, None, "未报"),
        ("已上传", "通过", "10.29", "已上传"),
        ("省级退回修改", "通过", "10.29", "上级退回"),
    ],
)
def test_states_in_words(state, review, handed, expected):
    reading = documents(row(状态=state, 审核意见=review, 报送时间=handed))
    assert (told(reading, "state"), codes(reading)) == ([expected], [])


def test_one_review_after_another():
    """初审 is passed, 复审 comes next; only what the last review passed is 通过."""
    heads = [
        ["演示市2026年申报材料责任分解表"],
        ["材料要求", "责任单位", "截止日期", "初审", None, "复审", None],
        [None, None, None, "报送时间", "审核意见", "报送时间", "审核意见"],
    ]
    rows = [
        ["报告一", "城管局", "10月31日前", "10.29", "通过", None, None],
        ["报告二", "城管局", "10月31日前", "10.29", "通过", "11.2", "通过"],
        ["报告三", "城管局", "10月31日前", "10.29", "通过", "11.2", "缺文号，退回"],
    ]
    reading = read_sheets({"台账": [*heads, *rows]})
    assert told(reading, "state") == ["待审", "通过", "退回"]
    assert told(reading, "rounds")[0][-1]["next"] == "复审"


def test_a_state_that_says_nothing_known_and_one_that_differs():
    reading = documents(row(状态="见群"), row(状态="未报"))
    assert codes(reading) == ["台账-04", "台账-06"]
    assert told(reading, "state") == ["通过", "未报"]


def test_an_empty_column_of_states_is_never_read_as_not_handed_in():
    reading = documents(row(状态=None, 报送时间=None, 审核意见=None), row(状态=None))
    assert codes(reading) == ["台账-02"]
    assert told(reading, "state") == ["", "通过"]


def test_without_a_column_of_states_nothing_handed_in_is_missing():
    reading = documents(["说明", "城管局", "年底前", None], header=HEADER[:4])
    assert told(reading, "state") == ["未报"]
    assert told(reading, "due") == ["2026-12-31"]


@pytest.mark.parametrize(
    ("due", "told_"),
    [
        ("10月底前", "2026-10-31"),
        ("2027年2月底前", "2027-02-28"),
        ("11.15", "2026-11-15"),
        ("2026/11/15前", "2026-11-15"),
        ("—", ""),
        (None, ""),
    ],
)
def test_deadlines_are_inclusive_days(due, told_):
    reading = documents(row(截止日期=due))
    assert (told(reading, "due"), codes(reading)) == ([told_], [])


@pytest.mark.parametrize("due", ["11月中旬", "下周", 11.1])
def test_a_deadline_that_is_no_day_is_asked_for(due):
    reading = documents(row(截止日期=due))
    assert (told(reading, "due"), codes(reading)) == ([""], ["台账-03"])


@pytest.mark.parametrize("handed", ["上周", 11.1])
def test_a_day_of_handing_in_that_is_no_day_stays_words(handed):
    reading = documents(row(报送时间=handed))
    assert codes(reading) == ["台账-07"]
    assert told(reading, "rounds")[0][0]["handed_in"] == str(handed)


def test_units_that_no_register_tells_hold_the_row():
    reading = documents(row(责任单位="相关单位"), row(责任单位="不存在局"), row(责任单位=None))
    assert codes(reading) == ["统称-01", "单位-06", "台账-01"]
    assert reading.counts.held == 3
    assert reading.records.empty
