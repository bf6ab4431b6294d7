"""What was known at a moment is what the pages showed at that moment, to the last bit."""

import random
from datetime import date, timedelta

import pandas as pd
import pytest

from tests.offices import checklist, ingest, make_office
from tests.store.test_split import INDICATORS, ITEMS, STREETS, rows
from wenming_metrics.domain import periods
from wenming_metrics.intake import commit
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.corrections import verify_issue
from wenming_metrics.publishing.lists import Signed, make_lists
from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.queries.ranking.bands import bands, join_bands, named_clearly
from wenming_metrics.queries.ranking.overview import category_shares, city, top_losses
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.scores.details import every_leaf, every_row, leaf_rows, unit_leaves
from wenming_metrics.store.database import reading, stamp, writing
from wenming_metrics.store.rulings import KEEP, LOWER, REMOVE, add_ruling
from wenming_metrics.tallies.update import retally

WINDOW = periods.window("week", date(2026, 10, 30))
MONTH = periods.window("month", date(2026, 11, 1))
NOTHING = Signed({}, {})


def lists_at(office, window, at):
    with reading(office.store) as connection:
        return make_lists(connection, office, window, Cutoff(at), NOTHING)


def shown(office, window):
    """What the pages show now."""
    return join_bands(ranking(office, window), bands(office, window)), top_losses(office, window)


def assert_same(lists, told):
    pd.testing.assert_frame_equal(lists.boards["street"], told[0])
    pd.testing.assert_frame_equal(lists.losses, told[1])


def act(office, draw, batches, live, number):
    """Do one thing to the store, whatever it is."""
    kind = draw.choice(["put", "put", "replace", "withdraw", "reinstate", "rule"])
    stay = sorted(live)
    if kind in ("put", "replace") or len(stay) < 2:
        sent = rows(number, 40)
        how = {"replaces": True} if kind == "replace" else {"count_again": draw.random() < 0.5}
        batches.append(ingest(office, checklist(sent), f"{number}.xlsx", **how))
        live.add(batches[-1])
    elif kind == "withdraw":
        live.remove(chosen := draw.choice(stay))
        commit.withdraw(office, chosen, "测试", "发错了")
    elif gone := sorted(set(batches) - live) if kind == "reinstate" else []:
        live.add(chosen := draw.choice(gone))
        commit.reinstate(office, chosen, "测试")
    else:
        rule_one(office, draw, draw.choice(stay))


def rule_one(office, draw, batch):
    """Decide something of one row that lost points."""
    everything = every_row(office, WINDOW)
    own = everything[everything["batch"] == batch]
    if own.empty:
        return
    one = own.iloc[draw.randrange(len(own))]
    told = {"remark": 1, "reason": "测试", "approver": "测试", "who": "测试"}
    place = {"day": one["day"].toordinal(), "batch": batch, "seq": int(one["seq"])}
    how = {"act": draw.choice([KEEP, LOWER, REMOVE]), "points": draw.choice([0, 2_500])}
    with writing(office.store) as connection:
        add_ruling(connection, {**told, **place, **how})
        retally(connection, [place["day"]], office.rules)


@pytest.mark.parametrize("seed", [1, 2])
def test_any_moment_can_be_shown_again(tmp_path, seed):
    office = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)
    draw, batches, live, kept = random.Random(seed), [], set(), []
    for number in range(6):
        act(office, draw, batches, live, seed * 100 + number)
        kept.append((stamp(), shown(office, WINDOW)))
    for at, told in kept:
        assert_same(lists_at(office, WINDOW, at), told)
    assert_same(lists_at(office, WINDOW, ""), kept[-1][1])


def test_without_late_files_an_issue_is_the_plain_list(tmp_path):
    office = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)
    for number in range(3):
        ingest(office, checklist(rows(number, 60)), f"{number}.xlsx", count_again=True)
    cut = Cutoff("", stamp(), "2000", ((1, WINDOW.days.start - 1),))
    for window in (WINDOW, MONTH):
        with reading(office.store) as connection:
            lists = make_lists(connection, office, window, cut, NOTHING)
        assert_same(lists, shown(office, window))
        assert lists.city == city(office, window)
        pd.testing.assert_frame_equal(lists.shortlists["street"], named_clearly(office, window))
        pd.testing.assert_frame_equal(lists.shares, category_shares(office, window))


def test_lost_points_as_known_then_add_up_to_the_score_of_then(tmp_path):
    office = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)
    ingest(office, checklist(rows(1, 80)), "先.xlsx")
    cut = Cutoff(stamp())
    before = every_leaf(office, WINDOW), every_row(office, WINDOW).drop(columns="cells")
    ingest(office, checklist(rows(2, 80)), "后.xlsx", count_again=True)
    leaves, found = every_leaf(office, WINDOW, cut=cut), every_row(office, WINDOW, cut=cut)
    keys = ["unit", "code", "name"]
    pd.testing.assert_frame_equal(
        leaves.sort_values(keys, ignore_index=True), before[0].sort_values(keys, ignore_index=True)
    )
    order = ["batch", "seq"]
    pd.testing.assert_frame_equal(
        found.drop(columns="cells").sort_values(order, ignore_index=True),
        before[1].sort_values(order, ignore_index=True),
    )
    for line in lists_at(office, WINDOW, cut.at).boards["street"].itertuples():
        own = unit_leaves(office, WINDOW, line.unit, cut=cut)
        rows_of = leaf_rows(office, WINDOW, line.unit, cut=cut)
        assert own["loss"].sum() == pytest.approx(100 - line.score, abs=0.005)
        assert rows_of["loss"].sum() == pytest.approx(own["loss"].sum(), abs=1e-9)


def test_days_that_nobody_touched_take_the_stored_sums(tmp_path, monkeypatch):
    office = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)
    ingest(office, checklist(rows(1, 80)), "先.xlsx")
    at, told = stamp(), shown(office, WINDOW)
    other = [[day + timedelta(days=14), *rest] for day, *rest in rows(2, 20)]
    ingest(office, checklist(other), "别的日子.xlsx")
    monkeypatch.setattr("wenming_metrics.queries.scores.as_known.read_rows", lambda *_: 1 / 0)
    assert_same(lists_at(office, WINDOW, at), told)


def test_a_window_over_two_versions_of_the_rules_can_be_signed_and_made_again(tmp_path):
    other = [{"code": "A", "weight": 80}, {"code": "B", "weight": 20}]
    later = [{"effective_from": "2026-10-31", "indicators": other, "mapping": [["A", "", "A"]]}]
    office = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS, later=later)
    ingest(office, checklist(rows(1, 80)), "先.xlsx")
    told = shown(office, WINDOW)
    issue = signing.draft(office, WINDOW.start, "张三")
    signed = signing.sign(office, issue.key, "王五", "演字44号")
    ingest(office, checklist(rows(2, 40)), "后.xlsx", count_again=True)
    kept = frozen(office, signed.key).lists
    assert_same(kept, told)
    assert kept.rules == tuple(one.digest for one in office.rule_sets)
    assert verify_issue(office, signed).same
