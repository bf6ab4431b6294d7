"""测评复盘 and 减负: what a third party found beside what we had seen, and what is asked of each unit."""

from datetime import date

import pytest

from tests.builders import xlsx
from tests.offices import checklist, ingest, make_office
from wenming_metrics.domain.periods import window
from wenming_metrics.publishing.dispatch.rectification_report import rectification_report
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.queries.progress.burden import burden
from wenming_metrics.queries.progress.third_party import review_test
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.reading.sandbox.documents import read_text

NOVEMBER = window("month", date(2026, 11, 1))


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = make_office(
        tmp_path_factory.mktemp("third"),
        [["A", "路面", 10, "*"], ["B", "摊位", 5, "*"]],
        [{"code": "A", "weight": 50}, {"code": "B", "weight": 50}],
        streets=[("河西街道", "主城区"), ("城东街道", "主城区")],
        sites=[["大市场", "市场", "河西街道"], ["一小区", "小区", "城东街道"]],
    )
    rows = [
        # We saw the road of the market, passed its stalls, and never looked at the stalls of 一小区.
        ["2026-10-28", "市", "河西街道", "市场", "大市场", "路面", "不符合", 4],
        ["2026-10-28", "市", "河西街道", "市场", "大市场", "摊位", "符合", 0],
        ["2026-11-10", "第三方", "河西街道", "市场", "大市场", "路面", "不符合", 3],
        ["2026-11-10", "第三方", "河西街道", "市场", "大市场", "摊位", "不符合", 2],
        ["2026-11-10", "第三方", "城东街道", "小区", "一小区", "摊位", "不符合", 5],
        ["2026-11-10", "第三方", "城东街道", "小区", "一小区", "路面", "符合", 0],
        # What we found afterwards was no foresight.
        ["2026-11-12", "市", "城东街道", "小区", "一小区", "摊位", "不符合", 5],
    ]
    ingest(office, checklist(rows), "督查.xlsx")
    sheet = [["台账材料进度"], ["材料要求", "责任单位", "截止日期"]]
    sheet += [["说明报告", "河西街道", "2026-11-20"], ["统计表", "河西街道", "2026-12-20"]]
    ingest(office, xlsx({"台账": sheet}), "台账.xlsx")
    return office


def test_what_we_passed_over_comes_first(office):
    lines = review_test(office, NOVEMBER)
    assert lines[["site_name", "item_name", "ours", "lost"]].values.tolist() == [
        ["大市场", "摊位", "督查查过没有查出", 2],
        ["一小区", "摊位", "督查没有查", 5],
        ["大市场", "路面", "督查也查出", 3],
    ]
    assert lines["looked_on"].tolist() == [date(2026, 10, 28), None, date(2026, 10, 28)]
    # Looks of longer ago than is asked for do not count.
    assert set(review_test(office, NOVEMBER, back=2)["ours"]) == {"督查没有查"}


def test_what_is_asked_of_a_unit_in_a_month(office):
    asked = burden(office, NOVEMBER).set_index("unit_name")
    assert asked.loc["河西街道", ["visits", "visit_days", "documents", "sheets"]].tolist() == [
        *(1, 1, 1, 1),
    ]
    assert asked.loc["城东街道", ["visits", "visit_days", "documents"]].tolist() == [2, 2, 0]
    assert asked["visits"].sum() == 3


def test_what_a_national_test_took_points_for_is_put_right_and_makes_no_score(office):
    """A list without visits: problems with that source, beside our own looks; no score, no visit of ours."""
    before = ranking(office, NOVEMBER, "street").set_index("unit_name")["score"]
    heading_row = [
        "日期",
        "来源",
        "街道",
        "点位类型",
        "点位名称",
        "测评项",
        "问题描述",
        "扣分",
        "责任单位",
    ]
    rows = [
        ["2026-11-20", "国测", "河西街道", "市场", "大市场", "摊位", "占道", 2, "河西街道"],
        ["2026-11-20", "国测", "城东街道", "小区", "一小区", "摊位", "无人管", 5, "城东街道"],
    ]
    data = xlsx({"失分": [["国家测评失分问题清单"], heading_row, *rows]})
    ingest(office, data, "国测失分.xlsx")
    lines = review_test(office, NOVEMBER, source="national")
    assert lines[["site_name", "item_name", "ours", "lost"]].values.tolist() == [
        ["大市场", "摊位", "督查查过没有查出", 2],
        ["一小区", "摊位", "督查也查出", 5],  # on 12 November, before the test
    ]
    after = ranking(office, NOVEMBER, "street").set_index("unit_name")["score"]
    assert after.equals(before)
    view = problem_view(office, 60, date(2026, 11, 30))
    of_test = view.lines[view.lines["source_name"] == "国测"]
    assert of_test["state"].tolist() == ["待交办"] * 2
    report = rectification_report(office, of_test, view)
    text = "\n".join(cell for line in read_text(report).lines for cell in line.cells)
    assert "关于国测查出问题\n整改情况的报告" in text
    assert "截至2026年11月30日，国测查出的问题2条，已交办0条" in text
    assert "没有交办2条" in text
    assert "占道" in text
