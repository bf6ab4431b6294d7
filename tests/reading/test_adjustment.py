"""加减分表: what is added, taken and vetoed, by whom it is decided, and what holds a row."""

from datetime import date

import pytest

from tests.builders import read_sheets, register

HEADER = ("单位", "加减分日期", "加减分类型", "加减分值", "事由", "文号", "备注")


def adjustments(*rows, header=HEADER, title="演示市文明创建加减分表"):
    return read_sheets({"Sheet1": [[title], header, *rows]})


def row(**changes):
    usual = {
        **{"单位": "城东街道", "加减分日期": "2026-11-03", "加减分类型": "加分"},
        **{"加减分值": "0.5", "事由": "承办现场会", "文号": None, "备注": None},
    }
    return [{**usual, **changes}[name] for name in HEADER]


def codes(reading):
    return [problem.code for problem in reading.problems]


def test_a_decision_is_a_record():
    reading = adjustments(row(), row(单位="城管局", 加减分类型="减分", 加减分值="1.25分"))
    units = register().units["name"]
    assert (reading.kind, codes(reading)) == ("adjustment", [])
    assert [units[unit] for unit in reading.records["unit"]] == ["城东街道", "城管局"]
    assert reading.records["day"].tolist() == [date(2026, 11, 3).toordinal()] * 2
    told = reading.records["told"].tolist()
    assert [(one["type"], one["points"]) for one in told] == [("加分", "0.5"), ("减分", "1.25")]
    assert (told[0]["reason"], told[0]["document_no"]) == ("承办现场会", "")


@pytest.mark.parametrize(
    ("type_", "points", "read"),
    [
        (None, "+2", ("加分", "2")),
        (None, -3, ("减分", "3")),
        (None, "扣0.5分", ("减分", "0.5")),
        ("奖励加分", 1, ("加分", "1")),
        ("扣分", "-1", ("减分", "1")),
    ],
)
def test_type_from_words_or_sign(type_, points, read):
    (told,) = adjustments(row(加减分类型=type_, 加减分值=points)).records["told"]
    assert (told["type"], told["points"]) == read


def test_a_veto_needs_its_document():
    veto = {"加减分类型": "一票否决", "加减分值": None}
    reading = adjustments(row(**veto, 文号="演文明办〔2026〕9号"), row(**veto))
    assert codes(reading) == ["加减-03"]
    (told,) = reading.records["told"]
    assert (told["type"], told["points"]) == ("一票否决", "")
    assert told["document_no"] == "演文明办〔2026〕9号"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"加减分类型": None}, ["加减-01"]),
        ({"加减分类型": "其他"}, ["加减-01"]),
        ({"加减分值": "若干"}, ["加减-02"]),
        ({"加减分值": 0}, ["加减-02"]),
        ({"加减分值": None}, ["加减-02"]),
        ({"加减分值": "0.12345"}, ["数值-02"]),
        ({"加减分值": "-2"}, ["加减-04"]),
        ({"加减分日期": None}, ["加减-05"]),
        ({"加减分日期": "上月"}, ["日期-01"]),
        ({"加减分日期": "2027-01-01"}, ["日期-02"]),
        ({"单位": None}, ["记录-03"]),
    ],
)
def test_what_holds_a_row(changes, said):
    reading = adjustments(row(**changes), row(单位="河西街道"))
    assert codes(reading) == said
    assert len(reading.records) == 1


def test_a_reason_is_asked_for_and_a_double_is_held():
    reading = adjustments(row(事由=None), row(), row())
    assert codes(reading) == ["加减-06", "记录-02"]
    assert len(reading.records) == 2


def test_a_table_without_type_is_known_by_its_title():
    header = ("单位", "日期", "分值", "事由")
    reading = adjustments(["城东街道", "2026-11-03", "+1", "市级表彰"], header=header)
    assert (reading.kind, codes(reading)) == ("adjustment", [])
