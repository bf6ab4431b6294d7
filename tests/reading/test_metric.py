"""量化指标: exact numbers of units and periods."""

import pytest

from tests.builders import read_sheets

HEADER = ("单位", "指标", "期间", "数值", "分子", "分母", "计量单位", "目标值")


def metrics(*rows, header=HEADER, title="2026年量化指标"):
    return read_sheets({"指标": [[title], header, *rows]})


def row(**changes):
    usual = {
        **{"单位": "城东街道", "指标": "注册志愿者占比", "期间": "2026年第三季度"},
        **{"数值": "12.5%", "分子": 250, "分母": 2000, "计量单位": None, "目标值": 8},
    }
    return [{**usual, **changes}[name] for name in HEADER]


def told(reading, name):
    return [one[name] for one in reading.records["told"]]


def codes(reading):
    return [problem.code for problem in reading.problems]


def test_a_metric_is_unit_indicator_period_and_exact_numbers():
    reading = metrics(row(), row(单位="河西街道", 数值="0.123456789012", 分子=None, 分母=None))
    assert (reading.kind, codes(reading)) == ("metric", [])
    assert reading.records["unit"].tolist() == [2, 3]
    assert told(reading, "value") == ["12.5", "0.123456789012"]
    assert told(reading, "scale") == ["%", ""]
    assert (told(reading, "numerator")[0], told(reading, "denominator")[0]) == ("250", "2000")
    assert told(reading, "period") == ["2026年第三季度"] * 2
    assert told(reading, "target") == ["8", "8"]


@pytest.mark.parametrize("period", ["2026年9月", "2026-09", "9月", "202609"])
def test_periods_as_people_write_them(period):
    assert told(metrics(row(期间=period)), "period") == ["2026年9月"]


def test_the_title_may_tell_the_period():
    reading = metrics(row()[:2] + [95], header=("单位", "指标", "数值"), title="2026年9月指标")
    assert told(reading, "period") == ["2026年9月"]


@pytest.mark.parametrize(
    ("changes", "code", "held"),
    [
        ({"数值": "很多"}, "指标-01", 1),
        ({"数值": None, "分母": None}, "指标-02", 1),
        ({"分母": 0}, "指标-03", 1),
        ({"数值": "0.1234567890123"}, "指标-04", 1),
        ({"分子": 3000}, "指标-05", 0),
        ({"分子": -250}, "指标-11", 1),
        ({"数值": "14%"}, "指标-06", 0),
        ({"数值": 0.125, "计量单位": "%"}, "指标-07", 0),
        ({"数值": 150, "计量单位": "%", "分子": None, "分母": None}, "指标-10", 1),
        ({"指标": None}, "指标-08", 1),
        ({"单位": None}, "记录-03", 1),
        ({"期间": "上个季度初"}, "记录-04", 1),
    ],
)
def test_what_does_not_fit_is_said(changes, code, held):
    reading = metrics(row(**changes))
    assert (codes(reading), reading.counts.held) == ([code], held)


def test_a_rounded_rate_is_the_rate():
    assert codes(metrics(row(数值="13%"), row(指标="活跃率", 数值="33.3%", 分子=1, 分母=3))) == []


def test_one_figure_per_unit_indicator_and_period():
    reading = metrics(row(), row(), row(期间="2026年9月"))
    assert codes(reading) == ["记录-02"]
    assert len(reading.records) == 2


@pytest.mark.parametrize("digits", [400, 5000])
@pytest.mark.parametrize(("name", "code"), [("数值", "指标-01"), ("分子", "指标-01"), ("指标", "")])
def test_a_number_of_hundreds_of_digits_holds_up_no_other_row(digits, name, code):
    reading = metrics(row(), row(单位="河西街道", **{name: "9" * digits}))
    assert (reading.kind, codes(reading)) == ("metric", [code] if code else [])
