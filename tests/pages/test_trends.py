"""趋势 without a browser: its views, what they say, and that the address holds the state."""

import re

import pytest

from tests.offices import copy_store
from tests.pages.test_pages import WEEK, _serializable, drawn_alike, sound, stored, texts, visit
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import commit
from wenming_metrics.publishing import signing
from wenming_metrics.queries.files import batches
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.trend.change import CAUSES, score_change
from wenming_metrics.runtime import settings
from wenming_metrics.store.database import open_store

__all__ = ["_serializable", "stored"]  # fixtures
pytestmark = drawn_alike


@pytest.fixture
def filled(monkeypatch, stored):
    monkeypatch.setenv("WENMING_STORE", stored)
    return open_office(settings.load())


def day(number):
    return window("day", WEEK.start.replace(day=number))


def test_the_course_of_a_unit_opens_by_address(filled):
    placed = ranking(filled, WEEK).dropna(subset=["score"]).iloc[0]
    app = visit("trends", trend_whom=placed["unit_name"])
    said = texts(app)
    assert f"**{placed['unit_name']} {placed['score']:.2f} 分**" in said
    assert "只有 1 周有数，还看不出走势" in said
    assert [box.label for box in app.selectbox] == ["单位", "指标"]
    (chart,) = app.get("plotly_chart")
    assert "triangle" not in chart.proto.spec


def test_an_indicator_by_day_opens_by_address(filled):
    said = texts(visit("trends", trend_period="日", trend_leaf="公共环境"))
    assert "全市“公共环境”得分率" in said
    assert "没有督查的日子略去" in said


def test_why_a_score_moved_adds_up_and_a_unit_without_score_is_told(filled):
    two_days = {"trend_view": "得分变动原因", "trend_period": "日"}
    app = visit("trends", **two_days, trend_than="另选一期", trend_other="2026-11-18")
    said = texts(app)
    moved = score_change(filled, day(18), day(20))
    line = moved.wholes.iloc[0]
    assert "其中" in said
    assert f"{abs(round(line['score_after'], 2) - round(line['score_before'], 2)):.2f}**" in said
    units = next(table.value for table in app.dataframe if "score_after" in table.value)
    assert units["moved"].sum() == pytest.approx(line[list(CAUSES)].sum(), abs=1e-9)
    said = texts(visit("trends", **two_days))
    assert "没有得分（未督查或检查项不足），比不出变动的原因" in said


def test_all_units_are_drawn_on_one_scale(filled):
    app = visit("trends", trend_view="各单位")
    assert "两期都有得分的单位一个也没有" in texts(app)
    bodies = [drawn.proto.body for drawn in app.get("html")]
    html = "".join(body for body in bodies if "class='smalls'" in body)
    assert html.count("class='small'") == len(ranking(filled, WEEK))
    assert "trend_whom=" in html


def test_the_calendar_names_the_worst_day(filled):
    said = texts(visit("trends", trend_view="日历"))
    assert "有 2 天督查，全市在其中 2 天有得分" in said
    scores = {number: city(filled, day(number)).score for number in (18, 20)}
    worst = min(scores, key=scores.get)
    assert f"**11月{worst}日**（{100 - scores[worst]:.2f} 分）" in said


def test_what_is_chosen_is_kept_when_the_view_changes(filled):
    app = visit("trends", trend_period="月")
    app.segmented_control(key="trend_view").set_value("得分变动原因").run()
    assert app.segmented_control(key="trend_period").value == "month"
    assert "比不出变动的原因" in texts(sound(app))


def test_a_signed_week_is_compared_as_it_was_signed(tmp_path, monkeypatch, stored):
    monkeypatch.setenv("WENMING_STORE", copy_store(open_store(stored), tmp_path))
    office = open_office(settings.load())
    draft = signing.draft(office, WEEK.start, "张三", until_now=True)
    signing.sign(office, draft.key, "王五", "演字47号")
    score = city(office, WEEK).score
    commit.withdraw(office, int(batches.batches(office)["batch"].max()), "测试", "发错了")
    assert city(office, WEEK).score != score
    told = {"trend_view": "得分变动原因", "trend_than": "另选一期", "trend_other": "2026-11-18"}
    said = texts(visit("trends", **told))
    assert "**0**。" in said
    assert "按签发时（演字47号）的数" in said
    assert "没有一条测评标准使得分变动。" in said


def test_units_stand_side_by_side_with_what_each_lost(filled):
    app = visit("trends", trend_view="并排比较")
    names = app.multiselect[0].value
    assert len(names) == 2
    lines = ranking(filled, WEEK).set_index("unit_name")
    html = next(
        block.proto.body
        for block in app.get("html")
        if "<div class='side-by-side'" in block.proto.body
    )
    losses = []
    for position, name in enumerate(names):
        assert f"<td>{lines.loc[name, 'score']:.2f}</td>" in html
        cells = re.findall(r"失分</th>((?:<td>[^<]*</td>)+)", html)
        losses.append(sum(float(re.findall(r"<td>([^<]*)</td>", row)[position]) for row in cells))
    assert losses == pytest.approx([100 - lines.loc[name, "score"] for name in names])
    app.multiselect[0].set_value(names[:1]).run()
    assert "请选2至5个单位。" in texts(sound(app))


def test_any_days_are_compared_with_any_others(filled):
    app = visit(
        "trends",
        trend_view="得分变动原因",
        trend_than="任选起止日期",
        trend_than_from="2026-11-18",
        trend_than_to="2026-11-20",
    )
    assert [control.label for control in app.date_input] == ["日期", "比较开始日期", "比较结束日期"]
    # Three days hold too few checks for a score: the page says so of just these days.
    assert "在2026年11月18日—20日没有得分" in texts(app)
