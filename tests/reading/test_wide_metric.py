"""量化指标 with one column per indicator: nothing of the matrix is lost, nothing is made up."""

import pytest

from tests.builders import read_sheets

HEADER = ("街道", "志愿者占比(%)", "公益广告(处)", "群众好评率", "备注")


def metrics(*rows, header=HEADER, title="2026年9月量化指标"):
    return read_sheets({"汇总": [[title], header, *rows]})


def told(reading, *names):
    return [tuple(one[name] for name in names) for one in reading.records["told"]]


def codes(reading):
    return [problem.code for problem in reading.problems]


def test_every_cell_is_a_record():
    reading = metrics(["城东街道", 12.5, 30, "95.00%", "已核"], ["河西街道", 8, 0, "88%", None])
    assert (reading.kind, codes(reading), reading.counts.good) == ("metric", [], 2)
    assert reading.records["unit"].tolist() == [2, 2, 2, 3, 3, 3]
    assert reading.records["source_row"].tolist() == [3, 3, 3, 4, 4, 4]
    assert told(reading, "indicator", "value", "scale")[:3] == [
        *(("志愿者占比", "12.5", "%"), ("公益广告", "30", "处"), ("群众好评率", "95.00", "%")),
    ]
    assert told(reading, "value")[4] == ("0",)
    assert set(told(reading, "period", "first")) == {("2026年9月", "2026-09-01")}
    assert told(reading, "remark")[0] == ("已核",)


def test_groups_of_headers_stay_with_their_indicators():
    rows = (["街道", "志愿服务", None], [None, "注册人数", "活跃人数"], ["城东街道", 300, 120])
    reading = read_sheets(
        {"汇总": [["2026年9月量化指标"], *rows]},
        lambda book: [book["汇总"].merge_cells(area) for area in ("A2:A3", "B2:C2")],
    )
    assert told(reading, "indicator", "value") == [
        *(("志愿服务:注册人数", "300"), ("志愿服务:活跃人数", "120")),
    ]


@pytest.mark.parametrize(
    ("row", "code", "held", "records"),
    [
        (["城东街道", "很多", 30, 95, None], "指标-01", 1, 0),
        (["城东街道", "0.1234567890123", 30, 95, None], "指标-04", 1, 0),
        (["城东街道", None, None, None, None], "指标-02", 1, 0),
        (["城东街道", 0.125, 30, 95, None], "指标-07", 0, 3),
        (["城东街道", 12.5, None, 95, None], "指标-09", 0, 2),
        ([None, 12.5, 30, 95, "漏填街道"], "记录-03", 1, 0),
    ],
)
def test_what_does_not_fit_is_said(row, code, held, records):
    reading = metrics(row, ["河西街道", 8, 12, 88, None])
    assert (codes(reading), reading.counts.held) == ([code], held)
    assert len(reading.records) == records + 3


def test_a_unit_stands_once_in_a_period():
    reading = metrics(["城东街道", 10, 2, 3, None], ["城东街道", 4, 5, 6, None])
    assert (codes(reading), len(reading.records)) == (["记录-02"], 3)


def test_other_words_for_a_part_or_a_value_are_indicators_here():
    reading = metrics(["城东街道", 40, 95], header=("街道", "完成数", "完成率"))
    assert told(reading, "indicator", "value") == [("完成数", "40"), ("完成率", "95")]
    assert metrics(
        ["城东街道", 95], header=("街道", "数值")
    ).is_rejected  # of what, it does not say


def test_a_table_without_any_indicator_is_returned():
    reading = metrics(["城东街道", "已核"], header=("街道", "备注"))
    assert (reading.is_rejected, codes(reading)) == (True, ["表头-04"])


def test_one_row_per_indicator_needs_its_value_and_has_no_further_numbers():
    header = ("单位", "指标", "数值", "去年同期")
    reading = metrics(["城东街道", "占比", 5, 4], header=header)
    assert (codes(reading), told(reading, "value")) == (["表头-08"], [("5",)])
    assert reading.problems[0].details == {"columns": "去年同期"}
    reading = metrics(["城东街道", "占比", "无"], header=("单位", "指标", "结论"))
    assert reading.is_rejected
