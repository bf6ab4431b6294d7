"""Blank 扣分 and 分值: what they mean is said by the rule set, else by the kind of table."""

from datetime import date

import pytest

from tests.builders import FINDINGS, read_sheets, xlsx
from tests.offices import make_office
from tests.uploads.case import finding
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import bulk
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.rules.load import reading_rules
from wenming_metrics.rules.model import ReadingRules
from wenming_metrics.rules.settings_table import RULES

ZERO = ReadingRules("zero", 10_000)
HEADER = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "分值", "失分"]
PLACE = ["2026-11-16", "城东街道", "集贸市场", "东风农贸(集贸)市场"]
ROWS = [
    [*PLACE, "地面无积水垃圾", None, 0.3],
    [*PLACE, "公厕干净无异味", None, None],
    [*PLACE, "公益广告完好", 2, None],
]


def points(reading) -> list[tuple]:
    names = ("result", "lost", "possible")
    return list(zip(*(reading.checks[name].tolist() for name in names), strict=True))


def checklist(rules: ReadingRules):
    return read_sheets({"检查表": [HEADER, *ROWS]}, rules=rules)


def test_blank_points_are_zero_and_blank_marks_one_where_the_rules_say_so():
    reading = checklist(ZERO)
    # 1 - 0.3, 1 - 0 and 2 - 0: what a third-party team earns by 分值 - 失分.
    assert points(reading) == [(1, 3_000, 10_000), (0, 0, 10_000), (0, 0, 20_000)]
    assert [one.code for one in reading.problems] == ["来源-01"]


def test_without_a_rule_blank_points_are_not_looked_at():
    reading = checklist(ReadingRules())
    assert points(reading) == [(1, 3_000, 50_000), (3, 0, 0), (3, 0, 0)]
    assert "结果-03" in [one.code for one in reading.problems]


@pytest.mark.parametrize(("rules", "lost"), [(ReadingRules(), 40_000), (ZERO, 0)])
def test_a_blank_deduction_of_a_problem(rules, lost):
    sheets = {"问题清单": [FINDINGS, finding(扣分=None)]}
    reading = read_sheets(sheets, confirm_visits=True, rules=rules)
    found = reading.checks[reading.checks["basis"] == 2]
    assert found[["lost", "possible"]].to_numpy().tolist() == [[lost, 40_000]]


def test_a_result_that_says_failed_loses_all_of_it_under_any_rule():
    header = [*HEADER[:5], "检查结果", "扣分"]
    rows = [[*PLACE, "地面无积水垃圾", "不符合", None], [*PLACE, "公厕干净无异味", None, None]]
    reading = read_sheets({"检查表": [header, *rows]}, rules=ZERO)
    assert points(reading) == [(1, 50_000, 50_000), (3, 0, 0)]


def test_the_section_is_read_and_its_faults_are_told():
    assert reading_rules({}) == ReadingRules("by_kind", None)
    told = {"reading": {"blank_deduction": "zero", "blank_full_mark": 1}}
    assert reading_rules(told) == ZERO
    assert reading_faults(told) == []
    wrong = {"reading": {"blank_deduction": "none", "blank_full_mark": 0, "blank": 1}}
    assert [text.split(" ")[0] for text in reading_faults(wrong)] == [
        "reading.blank_deduction",
        "reading.blank_full_mark",
        "不认识的设置",
    ]
    for mark in (True, "1", 1.00001):
        assert reading_faults({"reading": {"blank_full_mark": mark}})


def reading_faults(settings) -> list[str]:
    return [text for path, text in RULES.faults(settings) if path.startswith("reading")]


def test_an_office_reads_by_the_rules_in_force(tmp_path):
    told = '[reading]\nblank_deduction = "zero"\nblank_full_mark = 1\n'
    items = [["A", "环境", 5, "*"], ["B", "秩序", 5, "*"]]
    leaves = [{"code": "A", "weight": 50}, {"code": "B", "weight": 50}]
    office = make_office(tmp_path, items, leaves, extra=told, streets=[("甲街道", "主城区")])
    header = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "失分", "分值"]
    place = ["2026-11-16", "甲街道", "小区", "一号"]
    rows = [[*place, "环境", 0.25, None], [*place, "秩序", None, None]]
    (tmp_path / "一.xlsx").write_bytes(xlsx({"督查表": [header, *rows]}))
    (outcome,) = bulk.ingest_many(office, [tmp_path / "一.xlsx"], "测试")
    assert outcome.preview.reading.checks["possible"].tolist() == [10_000, 10_000]
    (line,) = ranking(office, window("day", date(2026, 11, 16))).to_dict("records")
    assert line["score"] == 87.5  # 50 x 0.75 + 50 x 1
