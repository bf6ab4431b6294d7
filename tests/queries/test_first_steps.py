"""The five steps from an empty store to the first ranking: what is done, and what is missing in words."""

from datetime import date

from tests.offices import checklist, ingest, make_office, register_units
from wenming_metrics.queries.first_steps import first_steps

ITEMS = [["A1", "甲", 1, "T1"], ["B1", "乙", 1, "T2"]]
LEAF = [{"code": "A1", "weight": 100}]


def test_each_step_says_how_far_it_is_and_what_is_missing(tmp_path):
    office = make_office(tmp_path, ITEMS, LEAF, mapping=[["A1", "T1", "A1"]])
    steps = first_steps(office)
    assert [step.is_done for step in steps] == [False, False, True, False, False]
    assert [step.title for step in steps] == [
        *("单位名册", "点位名册", "测评办法", "第一份督查表", "看排名"),
    ]
    streets = [("甲街道", "主城区"), ("乙镇", "乡镇组")]
    register_units(office, streets, [["北市", "市场", "甲街道"]])
    units, sites, *_ = first_steps(office)
    assert (units.is_done, units.state) == (True, "街道 2 个、区 1 个、部门 1 个")
    assert units.missing == "“乙镇”的分组不在办法写的主城区、其他里，另排在后面。"
    assert (sites.is_done, sites.state) == (True, "1 个点位")
    assert sites.missing == "“乙镇”还没有点位。“市场”在办法里没有计分的测评项。"
    row = [date(2026, 11, 19), "市督查组", "甲街道", "小区", "桂苑", "甲", "符合", 0]
    ingest(office, checklist([row]), "一.xlsx")
    steps = first_steps(office)
    assert [step.is_done for step in steps] == [True] * 5
    assert steps[3].state == "已有 1 天的督查，最近一天 2026-11-19"
