"""One unit against its group and over time, and its open problems: figures worked by hand."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.offices import checklist, ingest, make_office
from tests.queries.test_on_time import office as named_office
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.losses.ledger import ledger
from wenming_metrics.queries.unit.open_problems import unsolved
from wenming_metrics.queries.unit.portrait import (
    ASIDE,
    SEEN,
    UNSEEN,
    against_group,
    ranks_over_time,
)
from wenming_metrics.scoring.ranking.ranking import UNVISITED
from wenming_metrics.ui.portrait.facts import fix_first, loss_lines

__all__ = ["named_office"]  # a fixture
FIRST, SECOND = date(2026, 11, 9), date(2026, 11, 16)
WEEK = window("week", SECOND)


def look(day, street, kind, item, lost):
    return [
        day,
        "市督查组",
        street,
        kind,
        f"{street}{kind}",
        item,
        "不符合" if lost else "符合",
        lost,
    ]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A weighs 60, B 40 (only at markets); 丙 has no market; nobody looked at B of 丁."""
    streets = ["甲街道", "乙街道", "丙街道", "丁街道"]
    sites = [[f"{one}小区", "小区", one] for one in streets]
    sites += [[f"{one}市场", "市场", one] for one in streets if one != "丙街道"]
    made = make_office(
        tmp_path_factory.mktemp("portrait"),
        [["A", "环境", 10, "*"], ["B", "秩序", 10, "T2"]],
        [{"code": "A", "name": "环境", "weight": 60}, {"code": "B", "name": "秩序", "weight": 40}],
        streets=[(one, "其他" if one == "丁街道" else "主城区") for one in streets],
        sites=sites,
    )
    rows = [
        look(FIRST, "甲街道", "小区", "环境", 2),
        look(FIRST, "甲街道", "市场", "秩序", None),
        look(FIRST, "乙街道", "小区", "环境", None),
        look(FIRST, "乙街道", "市场", "秩序", None),
        look(SECOND, "甲街道", "小区", "环境", 5),
        look(SECOND, "甲街道", "市场", "秩序", 1),
        look(SECOND, "乙街道", "小区", "环境", 1),
        look(SECOND, "乙街道", "市场", "秩序", None),
        look(SECOND, "丙街道", "小区", "环境", 10),
        look(SECOND, "丁街道", "小区", "环境", None),
    ]
    ingest(made, checklist(rows), "督查.xlsx")
    return made


def number(office, name):
    units = ledger(office, WEEK).units
    return int(units.loc[units["name"] == name, "unit"].iloc[0])


def test_places_over_time_begin_with_the_first_inspection(office):
    found = ranks_over_time(office, WEEK, "street", number(office, "甲街道"))
    assert found["score"].tolist() == [88.0, 66.0]  # .6 x .8 + .4, .6 x .5 + .4 x .9
    assert found["rank"].tolist() == [2, 2]
    assert found["ranked"].tolist() == [2, 3]
    assert found["failed"].tolist() == [1, 2]


def test_a_period_without_inspection_is_a_gap(office):
    found = ranks_over_time(office, WEEK, "street", number(office, "丙街道"))
    assert np.isnan(found["score"].iloc[0])
    assert found["status"].iloc[0] == UNVISITED
    assert found["rank"].isna().tolist() == [True, False]


def test_a_unit_is_set_beside_the_scored_units_of_its_group(office):
    found = against_group(office, WEEK, "street", number(office, "甲街道")).set_index("code")
    names = ["rate", "units", "low", "high", "middle", "better", "gap", "checks", "failed"]
    assert found.loc["A", names].tolist() == pytest.approx(
        [50, 3, 0, 90, 140 / 3, 1, 60 * (50 - 140 / 3) / 100, 1, 1]
    )
    assert found.loc["B", names].tolist() == pytest.approx([90, 2, 90, 100, 95, 1, -2, 1, 1])


def test_not_looked_at_is_not_the_same_as_nothing_to_look_at(office):
    third = against_group(office, WEEK, "street", number(office, "丙街道")).set_index("code")
    fourth = against_group(office, WEEK, "street", number(office, "丁街道")).set_index("code")
    assert third["state"].tolist() == [SEEN, ASIDE]
    assert fourth["state"].tolist() == [SEEN, UNSEEN]
    assert np.isnan(fourth.loc["B", "rate"])
    assert np.isnan(fourth.loc["B", "gap"])


def test_a_period_that_nobody_was_looked_at_in_stands_beside_nobody(office):
    later = window("day", SECOND + timedelta(days=9))
    found = against_group(office, later, "street", number(office, "甲街道"))
    assert found["units"].tolist() == [0, 0]
    assert found[["rate", "low", "high", "middle", "gap"]].isna().all(axis=None)


def test_losses_add_up_and_the_first_to_fix_gives_back_most(office):
    found = ledger(office, WEEK)
    own = found.lines[found.lines["unit_name"] == "甲街道"]
    lines = loss_lines(own, 34.0)
    assert [(path[-1], loss) for path, loss in zip(lines["path"], lines["loss"], strict=True)] == [
        ("环境", 30.0),
        ("秩序", 4.0),
    ]
    fixes, (after, gain) = fix_first(found, "甲街道")
    assert fixes["name"].tolist() == ["环境（小区）", "秩序（市场）"]
    assert fixes["gain"].tolist() == pytest.approx([30, 4])
    assert (after, gain) == (100.0, 34.0)


def test_what_is_not_answered_is_open_by_how_near_its_deadline_is(named_office):
    week, units = window("week", FIRST), {"department": 1, "street": 2}  # 城管局, 甲街道
    for board, day, counts in (
        ("department", 14, (1, 0, 1, 1)),
        ("department", 17, (1, 1, 0, 1)),
        ("department", 21, (2, 0, 0, 1)),
        ("street", 14, (1, 0, 1, 2)),
    ):
        found = unsolved(named_office, week, board, units[board], date(2026, 11, day))
        assert (found.late, found.near, found.later, found.undated) == counts
        assert found.lines["number"].tolist() == ["3", "4"]
        assert found.lines["left"].tolist() == [13 - day, 20 - day]
        assert set(found.lines["description"]) == {"堆物"}
