"""Trial: the places under other rules are those that an office with these rules has."""

from datetime import date, timedelta

import pandas as pd
import pytest

from tests.offices import checklist, ingest, make_office, register_units
from tests.store.test_split import INDICATORS, ITEMS, STREETS, rows, tallies
from wenming_metrics.domain import periods
from wenming_metrics.intake import commit
from wenming_metrics.queries.ranking import trial
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.ranking.trial import try_rules
from wenming_metrics.runtime.executors import in_order, open_executor

OTHER = [
    {"code": "A", "weight": 20},
    {"code": "D", "weight": 80, "mode": "deduct", "settlement": "week", "full_mark": 9},
    {"code": "B", "parent": "D", "weight": 50},
    {"code": "C", "parent": "D", "weight": 50},
]
OVER = periods.custom(date(2026, 8, 1), date(2026, 11, 15))
MONTHS = [
    *(periods.window("month", date(2026, month, 1)) for month in (8, 9, 10)),
    periods.custom(date(2026, 11, 1), date(2026, 11, 15)),
]


def fill(office) -> None:
    register_units(office, [(name, "主城区") for name, _ in STREETS])
    for number in range(3):
        shifted = [[day - timedelta(days=31 * number), *rest] for day, *rest in rows(number, 60)]
        ingest(office, checklist(shifted), f"{number}.xlsx", count_again=True)


@pytest.fixture(scope="module")
def offices(tmp_path_factory):
    """Open two offices with the same rows and different rules."""
    trees = {"现行": INDICATORS, "试算": OTHER}
    found = [make_office(tmp_path_factory.mktemp(n), ITEMS, tree) for n, tree in trees.items()]
    for office in found:
        fill(office)
    return found


def assert_same(found: trial.Trial, other: trial.Trial) -> None:
    pd.testing.assert_frame_equal(found.units, other.units)
    pd.testing.assert_frame_equal(found.months, other.months)


def test_places_are_those_of_an_office_with_these_rules(offices):
    here, there = offices
    before = tallies(here)
    found = try_rules(here, there.rules, OVER)
    assert tallies(here) == before
    units = found.units.set_index("unit")
    for office, side in ((here, "before"), (there, "after")):
        ranked = ranking(office, OVER).set_index("unit").loc[units.index]
        for name in ("score", "rank", "status"):
            expected = ranked[name].rename(None)
            pd.testing.assert_series_equal(units[f"{name}_{side}"].rename(None), expected)
    changed = []
    for month in MONTHS:
        was, now = (ranking(office, month).set_index("unit")["rank"] for office in offices)
        changed.append(int((was.fillna(0) != now.fillna(0).loc[was.index]).sum()))
    assert found.months["changed"].tolist() == changed
    assert found.months["month"].tolist() == [month.title for month in MONTHS]
    assert found.units["changed"].any()


def test_the_rules_in_force_change_nothing(offices):
    office = offices[0]
    found = try_rules(office, office.rules, OVER)
    assert not found.units["changed"].any()
    assert found.months["changed"].tolist() == [0] * 4
    pd.testing.assert_series_equal(
        found.units["score_before"], found.units["score_after"], check_names=False
    )


def test_a_pool_gives_the_same(offices):
    here, there = offices
    with open_executor(2, None) as executor:
        found = try_rules(here, there.rules, OVER, executor=executor)
    assert_same(found, try_rules(here, there.rules, OVER))


def test_what_changes_meanwhile_is_left_out(offices, monkeypatch):
    here, there = offices
    alone = try_rules(here, there.rules, OVER)

    def late(executor, function, items):
        commit.withdraw(here, 2, "测试", "发错了")
        yield from in_order(executor, function, items)

    monkeypatch.setattr(trial, "in_order", late)
    assert_same(try_rules(here, there.rules, OVER), alone)
    commit.reinstate(here, 2, "测试")


def test_a_window_without_rows(offices):
    found = try_rules(offices[0], offices[1].rules, periods.window("month", date(2020, 2, 1)))
    assert found.units["rank_after"].isna().all()
    assert found.months["units"].tolist() == [0]
