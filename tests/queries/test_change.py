"""Why scores of real workbooks moved, in figures that can be worked out on paper; and their course."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.offices import checklist, copy_office, ingest, make_office
from wenming_metrics.domain import periods
from wenming_metrics.intake import commit
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.trend.change import CAUSES, leaf_lines, score_change, unit_lines
from wenming_metrics.queries.trend.trend import course, days_scored, indicators, year_before
from wenming_metrics.store.database import stamp

MONDAY = date(2025, 3, 3)
FIRST, SECOND = (periods.window("week", MONDAY + timedelta(days=7 * n)) for n in range(2))
ITEMS = [["A", "环境", 10, "*"], ["B", "秩序", 10, "*"]]


def tree(a, b):
    return [{"code": "A", "weight": a, "name": "环境"}, {"code": "B", "weight": b, "name": "秩序"}]


def rows(week, lost):
    """Checks of one week: street -> what was lost of ten points on 环境 and 秩序; None = no check."""
    return [
        [week.start, "市督查组", street, "小区", "一号点", item, "不符合" if n else "符合", n]
        for street, both in lost.items()
        for item, n in zip(("环境", "秩序"), both, strict=True)
        if n is not None
    ]


def put(office, name, week, **lost):
    return ingest(office, checklist(rows(week, lost)), f"{name}.xlsx")


def open_city(folder, **told):
    return copy_office(folder, ("change", repr(told)), lambda place: _filled(place, **told))


def _filled(folder, *, later=(), extra=""):
    streets = [("甲街道", "主城区"), ("乙街道", "主城区"), ("丙街道", "其他")]
    made = make_office(folder, ITEMS, tree(50, 50), streets=streets, later=later, extra=extra)
    put(made, "一", FIRST, 甲街道=(2, 0), 乙街道=(4, None))
    put(made, "二", SECOND, 甲街道=(1, 5), 乙街道=(0, 0), 丙街道=(5, 5))
    return made


def line_of(change, name):
    return change.wholes.set_index("name").loc[name]


def assert_adds_up(change):
    told = change.wholes[change.wholes["change"].notna()]
    assert len(told)
    assert told[list(CAUSES)].sum(axis=1).to_numpy() == pytest.approx(
        told["change"].to_numpy(), abs=1e-9
    )
    for whole in told.index:
        moved = unit_lines(change, whole)["moved"].sum()
        assert moved == pytest.approx(told.at[whole, "change"], abs=1e-9)
        by_leaf = leaf_lines(change, whole)["performance"].sum()
        assert by_leaf == pytest.approx(told.at[whole, "performance"], abs=1e-9)


def test_what_was_not_looked_at_before_is_coverage(tmp_path):
    office = open_city(tmp_path)
    found = score_change(office, FIRST, SECOND)
    assert_adds_up(found)
    one = line_of(found, "甲街道")  # 90 -> 70, both items looked at
    assert one[list(CAUSES)].tolist() == pytest.approx([-20, 0, 0, 0, 0], abs=1e-9)
    # 60 -> 100: 环境 goes from 60 to 100 at a mean weight of 3/4, the rest is coverage.
    other = line_of(found, "乙街道")
    assert other[list(CAUSES)].tolist() == pytest.approx([30, 10, 0, 0, 0], abs=1e-9)
    assert np.isnan(line_of(found, "丙街道")["change"])
    whole = line_of(found, "全市")
    assert whole["change"] == pytest.approx(city(office, SECOND).score_change, abs=0.005)
    assert whole["score_before"] == pytest.approx(75)
    assert line_of(found, "主城区")["change"] == pytest.approx(10)
    leaves = leaf_lines(found, int(found.wholes.index[found.wholes["name"] == "甲街道"][0]))
    leaves = leaves.set_index("name")
    assert leaves["performance"].to_dict() == pytest.approx({"环境": 5, "秩序": -25})
    assert leaves["rate_after"].to_dict() == pytest.approx({"环境": 0.9, "秩序": 0.5})


def test_new_rules_are_measured_on_both_weeks(tmp_path):
    later = [{"effective_from": SECOND.start.isoformat(), "indicators": tree(80, 20)}]
    found = score_change(office := open_city(tmp_path, later=later), FIRST, SECOND)
    assert_adds_up(found)
    one = line_of(found, "甲街道")
    # Old rules: 90, 70. New rules: 84, 82. Rules: ((84 - 90) + (82 - 70)) / 2.
    assert (one["score_before"], one["score_after"]) == pytest.approx((90, 82))
    assert one[list(CAUSES)].tolist() == pytest.approx([-11, 0, 3, 0, 0], abs=1e-9)
    told = course(office, [FIRST, SECOND])
    assert {at: on for at, (on, _) in told.changes.items()} == {1: SECOND.start}
    over = periods.custom(SECOND.start - timedelta(days=3), SECOND.start + timedelta(days=3))
    assert_adds_up(score_change(office, FIRST, periods.custom(FIRST.start, over.end)))
    back = line_of(score_change(office, SECOND, FIRST), "甲街道")
    assert back[list(CAUSES)].tolist() == pytest.approx([11, 0, -3, 0, 0], abs=1e-9)


def test_nothing_new_gives_zeros(tmp_path):
    office = open_city(tmp_path)
    put(office, "三", periods.window("week", MONDAY + timedelta(days=14)), 甲街道=(1, 5),
        乙街道=(0, 0), 丙街道=(5, 5))  # fmt: skip
    third = periods.window("week", MONDAY + timedelta(days=14))
    for before, after in ((SECOND, SECOND), (SECOND, third)):
        found = score_change(office, before, after, cuts=(Cutoff(stamp()), Cutoff(stamp())))
        assert not found.wholes[["change", *CAUSES]].to_numpy().any()


def test_what_came_after_the_signature_is_restatement(tmp_path):
    office = open_city(tmp_path)
    signed = Cutoff(stamp())
    batch = put(office, "补", FIRST, 乙街道=(None, 10))
    found = score_change(office, FIRST, SECOND, cuts=(signed, None))
    assert_adds_up(found)
    one = line_of(found, "乙街道")  # signed 60, now (60 + 0) / 2 = 30, then 100
    assert (one["score_before"], one["score_after"]) == pytest.approx((60, 100))
    assert one[list(CAUSES)].tolist() == pytest.approx([70, 0, 0, 0, -30], abs=1e-9)
    assert line_of(found, "甲街道")["restated"] == 0
    assert line_of(found, "全市")["restated"] == pytest.approx(-15)
    same = score_change(office, FIRST, FIRST, cuts=(signed, None))
    assert line_of(same, "乙街道")[list(CAUSES)].tolist() == pytest.approx([0, 0, 0, 0, -30])
    commit.withdraw(office, batch, "测试", "发错了")
    again = score_change(office, FIRST, SECOND, cuts=(signed, None))
    assert not again.wholes["restated"].any()


def test_a_signed_week_of_which_nothing_is_left_is_restated_as_a_whole(tmp_path):
    office = open_city(tmp_path)
    third = periods.window("week", MONDAY + timedelta(days=14))
    batch = put(office, "三", third, 甲街道=(0, 0))
    signed = Cutoff(stamp())
    commit.withdraw(office, batch, "测试", "发错了")
    found = score_change(office, third, SECOND, cuts=(signed, None))
    assert_adds_up(found)
    one = line_of(found, "甲街道")
    assert one[list(CAUSES)].tolist() == pytest.approx([0, 0, 0, 0, -30], abs=1e-9)


def test_a_coefficient_of_the_group_is_an_adjustment(tmp_path):
    extra = '[adjustments.difficulty]\n"主城区" = 1.1\n'
    found = score_change(open_city(tmp_path, extra=extra), FIRST, SECOND)
    assert_adds_up(found)
    one = line_of(found, "甲街道")  # 90 x 1.1 -> 70 x 1.1
    assert one[list(CAUSES)].tolist() == pytest.approx([-20, 0, 0, -2, 0], abs=1e-9)


def test_a_course_shows_what_the_other_pages_show(tmp_path):
    office = open_city(tmp_path)
    found = course(office, [FIRST, SECOND])
    values = dict(zip(found.wholes["name"], found.values.tolist(), strict=True))
    ranked = ranking(office, SECOND).set_index("unit_name")["score"]
    assert {name: values[name][1] for name in ranked.index} == ranked.to_dict()
    assert values["全市"][1] == city(office, SECOND).score
    assert values["甲街道"] == [90, 70]
    assert np.isnan(values["丙街道"][0])
    assert values["主城区"] == [75, 85]
    assert np.isnan(found.before).all()
    (code, name) = next(one for one in indicators(office) if one[1] == "秩序")
    rates = course(office, [FIRST, SECOND], code=code)
    told = dict(zip(rates.wholes["name"], rates.values.tolist(), strict=True))
    assert told["甲街道"] == [100, 50]
    assert np.isnan(told["乙街道"][0])
    assert told["全市"] == [100, pytest.approx(200 / 3, abs=0.005)]
    days = days_scored(office, [FIRST.start, SECOND.start])
    assert days[days["name"] == "甲街道"]["value"].tolist() == [90, 70]


def test_the_same_week_of_the_year_before(tmp_path):
    office = open_city(tmp_path)
    next_year = periods.window("week", FIRST.start + timedelta(days=364))
    assert year_before(next_year) == FIRST
    put(office, "明年", next_year, 甲街道=(0, 0))
    found = course(office, [next_year])
    place = found.wholes["name"].tolist().index("甲街道")
    assert (found.before[place, 0], found.values[place, 0]) == (90, 100)
    month = periods.window("month", date(2026, 2, 1))
    assert year_before(month) == periods.window("month", date(2025, 2, 28))
