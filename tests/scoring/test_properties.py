"""What must hold for any rules and any rows; trees and rows are made by hypothesis."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import sum_settled
from wenming_metrics.rules.model import TABLE_COLUMNS, RuleSet
from wenming_metrics.scoring.losses.losses import node_losses, trace
from wenming_metrics.scoring.ranking.ranking import RANKED, rank_units
from wenming_metrics.scoring.tally.columns import sum_by
from wenming_metrics.scoring.tally.leaves import (
    LEAF_SUMS,
    LeafSums,
    add_lines,
    leaf_lines,
    place_cells,
)
from wenming_metrics.scoring.tally.tally import add, checks_of_days, take_back, tally_days
from wenming_metrics.scoring.tree.missing import Peers
from wenming_metrics.scoring.tree.roll_up import score
from wenming_metrics.scoring.tree.settling import deduct_lines, settle, settle_day

DAY = date(2026, 11, 16).toordinal()
UNITS, ITEMS, TYPES = 3, 4, 2


def searched(few: int) -> settings:
    """Say how many examples a property is tried on: few that are always the same, or many at random."""
    return settings(max_examples=few if settings().derandomize else 200)


WITHIN = {"visit": ["visit"], "day": ["visit", "day"], "week": ["visit", "day", "week"]}
WITHIN |= {
    "month": ["visit", "day", "month"],
    "window": ["visit", "day", "week", "month", "window"],
}
TABLES = pd.DataFrame(
    [
        {"table": "t", "rate": 1.0, "min_rate": 0.9},
        {"table": "t", "rate": 0.7, "max_lost": 2.0},
        {"table": "t", "rate": 0.3, "min_rate": 0.5},
        {"table": "t", "rate": 0.0},
    ],
    columns=TABLE_COLUMNS,
)
PLAIN = {"mode": "", "settlement": "", "full_mark": 0, "table": "", "fact": "", "missing": ""}
RULES = st.sampled_from(["renormalise_local", "renormalise_global", "peer_mean", "full", "zero"])


@st.composite
def rule_sets(draw, missing=RULES):
    """A tree of two or three levels over four items; inner nodes may settle, also below others,
    leaves may average visits, and may have their own rule for being missing."""
    rows = [{**PLAIN, "parent": -1, "weight": 1.0}]
    inner = draw(st.integers(1, 3))
    for _ in range(inner):
        rows.append({**PLAIN, **draw(settled_modes()), "parent": 0, "weight": draw(weights())})
    parents = draw(st.permutations(list(range(1, inner + 1)) * ITEMS))[:ITEMS]
    for parent in [*range(1, inner + 1), *parents]:
        row = {**PLAIN, "mode": "rate", "parent": parent, "weight": draw(weights())}
        above = rows[parent]
        if above["mode"] and draw(st.booleans()):
            settlement = draw(st.sampled_from(WITHIN[above["settlement"]]))
            mark = draw(st.integers(1, 6)) * 5_000
            row |= {"mode": "deduct", "settlement": settlement, "full_mark": mark}
        elif not above["mode"] and draw(st.booleans()):
            row["missing"] = draw(missing)
        rows.append(row)
    nodes = pd.DataFrame(rows)
    nodes["average"] = ["visit" if draw(st.booleans()) else "pooled" for _ in rows]
    nodes["pooled"] = False
    nodes["is_leaf"] = ~nodes.index.isin(nodes["parent"])
    leaves = list(nodes.index[nodes["is_leaf"]])
    leaf_of = np.array(
        [[draw(st.sampled_from([*leaves, -1])) for _ in range(TYPES)] for _ in range(ITEMS)]
    )
    rules = RuleSet(
        *("x", "x", "x", "1", "x", date(2026, 1, 1), None, "x", 100.0, 2, None, nodes, leaf_of),
        {}, "published", "competition", ("city",), (),
    )  # fmt: skip
    return replace(rules, missing=draw(missing), tables=TABLES)


def weights() -> st.SearchStrategy[float]:
    return st.integers(1, 9).map(lambda tenths: tenths / 10)


@st.composite
def settled_modes(draw) -> dict:
    mode = draw(st.sampled_from(["", "deduct", "grade", "all_or_nothing"]))
    if not mode:
        return {}
    found = {"mode": mode, "settlement": draw(st.sampled_from(list(WITHIN)))}
    if mode == "deduct":
        found["full_mark"] = draw(st.integers(1, 12)) * 10_000
    return found | ({"table": "t"} if mode == "grade" else {})


def row_frames(min_size: int = 1) -> st.SearchStrategy[pd.DataFrame]:
    one = st.tuples(
        st.integers(0, 9),  # day
        st.integers(0, UNITS - 1),
        st.integers(0, 2),  # site of the unit
        st.integers(0, ITEMS - 1),
        st.integers(0, 4),  # lost, in halves
    )
    return st.lists(one, min_size=min_size, max_size=40).map(_frame)


def _frame(drawn) -> pd.DataFrame:
    rows = pd.DataFrame(drawn, columns=["day", "unit", "site", "item", "lost"], dtype=np.int64)
    rows["point_type"] = rows["site"] % TYPES
    rows["site"] += rows["unit"] * 10
    rows["visit"] = (rows["day"] * 1000 + rows["site"]).astype(np.int64)
    rows["possible"] = 20_000
    rows["result"] = (rows["lost"] > 0).astype(np.int64)
    rows["lost"] = (rows["lost"] * 5_000).clip(upper=20_000)
    return rows.assign(
        day=rows["day"] + DAY,
        source=0,
        batch=1,
        seq=np.arange(len(rows)),
        places=rows["result"],
        repeated=0,
    )


NO_ROLES = pd.DataFrame(
    {n: pd.Series(dtype=np.int64) for n in ("day", "role", "unit", "item", "batch", "seq")}
)


def scored(rows: pd.DataFrame, rules: RuleSet):
    days = sorted(rows["day"].unique())
    tallies = tally_days(rows, NO_ROLES, days)
    lines = checks_of_days(tallies.items())
    cells = pd.concat([t["cells"] for t in tallies.values()], ignore_index=True)
    column_of = np.arange(UNITS)
    leaves = leaf_lines(cells, rules, column_of, 0)
    sums = np.zeros((len(LEAF_SUMS), len(rules.nodes), 1, UNITS))
    add_lines(sums, leaves, column_of, 0)
    fine = place_cells(lines, rules, column_of, UNITS, 0)
    leaf_sums = LeafSums(*sums[:, :, 0])
    looked = leaf_sums.checks.any(axis=0)
    applies = np.broadcast_to(rules.nodes["is_leaf"].to_numpy()[:, None], leaf_sums.checks.shape)
    peers = Peers(applies, np.array([0, 0, 1]), looked)
    taken = sum_settled(settle(fine, rules))
    return score(taken, leaf_sums, rules, peers=peers), fine


@searched(15)
@given(rule_sets(), row_frames())
def test_rates_lie_between_0_and_1_and_losses_add_up(rules, rows):
    found, fine = scored(rows, rules)
    seen = ~np.isnan(found.rates)
    assert ((found.rates[seen] >= -1e-12) & (found.rates[seen] <= 1 + 1e-12)).all()
    lost = node_losses(found, rules).sum(axis=0)
    has = ~np.isnan(found.scores)
    assert lost[has] == pytest.approx(100 - found.scores[has], abs=1e-9)
    owner, points = trace(fine, found, rules)
    traced = np.zeros(found.rates.shape)
    np.add.at(traced, (owner, fine["column"].to_numpy()), points)
    own = node_losses(found, rules)
    graded = rules.nodes["mode"].isin(["grade"]).to_numpy()[:, None]
    on_rows = ~found.filled & ~graded
    assert traced[on_rows] == pytest.approx(own[on_rows], abs=1e-9)
    # The best grade may be less than 1: then points are lost without a row.
    assert (traced[np.broadcast_to(graded, own.shape)] <= own[graded[:, 0]].ravel() + 1e-9).all()


@searched(10)
@given(rule_sets(), row_frames())
def test_days_settled_one_by_one_add_up_to_the_whole(rules, rows):
    days, units = sorted(rows["day"].unique()), np.arange(UNITS)
    tallies = tally_days(rows, NO_ROLES, days)
    checks = {day: checks_of_days([(day, tally)]) for day, tally in tallies.items()}
    by_day = [pd.DataFrame(settle_day(checks[day], rules, units)) for day in days]
    summed = deduct_lines(pd.concat(by_day).rename(columns={"unit": "column"}), rules)
    whole = place_cells(pd.concat(checks.values(), ignore_index=True), rules, units, UNITS, 0)
    taken = sum_settled(settle(whole, rules)).astype(np.int64)
    keys = ["node", "column"]
    pd.testing.assert_frame_equal(
        taken.sort_values(keys, ignore_index=True)[summed.columns],
        summed.sort_values(keys, ignore_index=True),
    )


@searched(10)
@given(rule_sets(), row_frames(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rules, rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    one, other = scored(rows, rules)[0], scored(rows.iloc[order], rules)[0]
    assert np.array_equal(one.scores, other.scores, equal_nan=True)


@searched(10)
@given(rule_sets(), row_frames(), st.data())
def test_a_larger_deduction_never_raises_a_score(rules, rows, data):
    before = scored(rows, rules)[0].scores
    worse = rows.copy()
    index = data.draw(st.integers(0, len(rows) - 1))
    worse.loc[index, ["lost", "result"]] = [20_000, 1]
    after = scored(worse, rules)[0].scores
    assert (np.nan_to_num(after) <= np.nan_to_num(before) + 1e-9).all()


@searched(10)
@given(
    rule_sets(st.sampled_from(["renormalise_local", "renormalise_global", "full", "zero"])),
    row_frames(),
    row_frames(),
)
def test_rows_of_one_unit_never_move_another(rules, rows, more):
    before = scored(rows, rules)[0].scores
    more = more[more["unit"] == 0].assign(batch=2)
    after = scored(pd.concat([rows, more], ignore_index=True), rules)[0].scores
    assert np.array_equal(before[1:], after[1:], equal_nan=True)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=20),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=20),
)
def test_what_was_added_can_be_taken_back(one, other):
    frames = [
        sum_by(pd.DataFrame(part, columns=["k", "v"], dtype=np.int64), ["k"], ["v"])
        for part in (one, other)
    ]
    total = add(frames[0], frames[1], ["k"], ["v"])
    back = take_back(total, frames[1], ["k"], ["v"])
    kept = frames[0][frames[0]["v"] != 0].reset_index(drop=True)
    assert back.to_dict("list") == kept.to_dict("list")


@given(st.lists(st.sampled_from([90.0, 90.004, 90.006, 85.5, 70.0, None]), min_size=1, max_size=12))
def test_places_are_one_plus_the_number_of_better_units(values):
    scores = [np.nan if value is None else value for value in values]
    frame = pd.DataFrame({"score": scores, "group": "甲"})
    frame["status"] = np.where(frame["score"].isna(), "未督查", RANKED)
    found = rank_units(frame, 2, "published", "competition")
    shown = [
        None if value is None else {90.004: 90.0, 90.006: 90.01}.get(value, value)
        for value in values
    ]
    for own, rank in zip(shown, found["rank"], strict=True):
        if own is None:
            assert pd.isna(rank)
        else:
            assert rank == 1 + sum(other is not None and other > own for other in shown)
