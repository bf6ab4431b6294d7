"""Why a score moved: the worked figures of textbooks, and what must hold for any tree and rows."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scoring.test_properties import UNITS, row_frames, rule_sets, scored
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tally.leaves import LEAF_SUMS, LeafSums
from wenming_metrics.scoring.tree.roll_up import score
from wenming_metrics.scoring.tree.settling import DEDUCTIONS
from wenming_metrics.scoring.trend.change import (
    ADJUSTED,
    CAUSES,
    COVERAGE,
    LEAF_KEYS,
    PERFORMANCE,
    RESTATED,
    RULES,
    WORK,
    Leg,
    aligned,
    explain,
    leaf_parts,
    mixed,
    state_of,
)


def state(shares, points, *, given_=None, added=0.0, names=None):
    """One unit, which is the city, with leaves a, b, c, ..."""
    names = names or "abcdef"[: len(shares)]
    keys = pd.MultiIndex.from_tuples([(name, name) for name in names], names=LEAF_KEYS)
    weight = np.array(shares, float)[:, None]
    filled = np.zeros(weight.shape, bool) if given_ is None else np.array(given_)[:, None]
    part = (keys, weight, np.array(points, float)[:, None], filled)
    return state_of(pd.Index([7]), [part], np.array([True]), np.array([added]), np.ones((1, 1)))


def work(one, other):
    one, other = aligned([one, other])
    return explain(one, other, [[(Leg(WORK, one, other),)]])


def test_a_total_that_rises_while_every_part_falls():
    found = work(state([0.2, 0.5, 0.3], [95, 85, 70]), state([0.4, 0.4, 0.2], [94, 84, 68]))
    assert found.total(PERFORMANCE) == pytest.approx([-1.25] * 2, abs=1e-12)
    assert found.total(COVERAGE) == pytest.approx([3.55] * 2, abs=1e-12)
    assert found.by_leaf[COVERAGE][0] == pytest.approx([2.17, -0.085, 1.465], abs=1e-12)
    assert found.by_leaf[PERFORMANCE][0] == pytest.approx([-0.3, -0.45, -0.5], abs=1e-12)


def test_both_windows_under_both_rules():
    old, new = state([1], [75]), state([1], [87.6])
    first, second = state([1], [84]), state([1], [81])
    ways = [
        (Leg(RULES, old, first), Leg(WORK, first, new)),
        (Leg(WORK, old, second), Leg(RULES, second, new)),
    ]
    found = explain(old, new, [ways])
    assert found.total(RULES) == pytest.approx([7.8] * 2, abs=1e-12)
    assert found.total(PERFORMANCE) == pytest.approx([4.8] * 2, abs=1e-12)


def test_leaving_out_a_weak_item_is_no_progress():
    all_of = state([0.5, 0.3, 0.2], [90, 80, 40])
    some = state([0.625, 0.375], [90, 80])
    assert (all_of.totals[0], some.totals[0]) == pytest.approx((77, 86.25))
    found = work(all_of, some)
    assert found.total(PERFORMANCE)[0] == 0
    assert found.total(COVERAGE)[0] == pytest.approx(9.25, abs=1e-12)


def test_what_was_filled_in_is_no_performance():
    one = state([0.5, 0.5], [80, 100], given_=[False, True])
    found = work(one, state([0.5, 0.5], [84, 60]))
    assert found.total(PERFORMANCE)[0] == pytest.approx(2, abs=1e-12)
    assert found.total(COVERAGE)[0] == pytest.approx(-20, abs=1e-12)


def test_decisions_stand_on_no_leaf():
    found = work(state([1], [80], added=1.5), state([1], [80], added=-2))
    assert found.total(ADJUSTED)[0] == pytest.approx(-3.5)
    assert not any(found.by_leaf[cause].any() for cause in CAUSES)


TREE = {"A": 0.5, "a1": 0.6, "a2": 0.4, "B": 0.3, "b1": 1, "C": 0.2, "c1": 0.5, "c2": 0.5}
RATES = {"a1": 0.9, "a2": 0.8, "b1": 0.7, "c1": 1.0, "c2": 0.6}


def tree_state(missing_rule, without=()):
    """The score of the tree of 80 points, some of its leaves missing."""
    names = ["", *TREE]
    parents = [-1, *(0 if len(n) == 1 else names.index(n[0].upper()) for n in TREE)]
    empty = dict.fromkeys(("settlement", "table", "fact", "missing", "average"), "")
    nodes = pd.DataFrame({"code": names, "name": names, "parent": parents, **empty})
    nodes = nodes.assign(weight=[1.0, *TREE.values()], full_mark=0)
    nodes["is_leaf"] = nodes["name"].isin(list(RATES))
    nodes["mode"] = np.where(nodes["is_leaf"], "rate", "")
    nodes["pooled"] = False
    rules = RuleSet(
        *("x", "x", "x", "1", "x", date(2026, 1, 1), None, missing_rule, 100.0, 2, None, nodes),
        *(np.zeros((0, 0), np.int64), {}, "published", "competition", ("city",), ()),
        missing=missing_rule,
    )
    rates = [[np.nan if n in without else RATES.get(n, np.nan)] for n in names]
    nothing = LeafSums(*np.zeros((len(LEAF_SUMS), len(nodes), 1)))
    found = score(pd.DataFrame(columns=DEDUCTIONS), nothing, rules, np.array(rates))
    part = leaf_parts(found, rules, slice(0, 1), np.ones(1))
    return state_of(pd.Index([7]), [part], np.array([True]), np.zeros(1), np.ones((1, 1)))


@pytest.mark.parametrize(
    ("rule", "without", "score_"),
    [
        ("renormalise_local", (), 80),
        ("renormalise_local", ("c1",), 76),
        ("renormalise_global", ("c1",), 700 / 9),
        ("renormalise_local", ("b1",), 590 / 7),
        ("renormalise_global", ("b1",), 590 / 7),
    ],
)
def test_a_leaf_that_is_not_looked_at_is_coverage(rule, without, score_):
    whole, part = tree_state(rule), tree_state(rule, without)
    assert part.totals[0] == pytest.approx(score_, abs=1e-9)
    found = work(whole, part)
    assert found.total(PERFORMANCE)[0] == pytest.approx(0, abs=1e-12)
    assert found.total(COVERAGE)[0] == pytest.approx(score_ - 80, abs=1e-9)


def test_a_unit_that_comes_moves_the_city_as_coverage_only():
    def city(points):
        keys = pd.MultiIndex.from_tuples([("a", "a")], names=LEAF_KEYS)
        has = ~np.isnan(np.array(points, float))
        part = (keys, np.ones((1, 2)), np.array([points], float), np.zeros((1, 2), bool))
        among = (has / has.sum())[None, :]
        return state_of(pd.Index([1, 2]), [part], has, np.zeros(2), among)

    found = work(city([90, np.nan]), city([92, 70]))  # 90 -> 81
    assert found.total(PERFORMANCE)[0] == pytest.approx(1.5)  # 2 x (1 + 1/2) / 2
    assert found.total(COVERAGE)[0] == pytest.approx(-10.5)
    assert found.total(PERFORMANCE)[1:] == pytest.approx([2, 0])
    assert city([90, np.nan]).totals[1:] == pytest.approx([90, np.nan], nan_ok=True)


def drawn_state(rules, rows, *, scored_units, added, shares=(1.0,), more=()):
    """The state of drawn rows under drawn rules, or of several such stretches."""
    parts, seen = [], []
    for (own_rules, own_rows), share in zip([(rules, rows), *more], shares, strict=True):
        names = [f"{own_rules.missing}{node}" for node in own_rules.nodes.index % 5]
        named = own_rules.nodes.assign(code=names, name=own_rules.nodes.index.astype(str))
        found = scored(own_rows, own_rules)[0]
        seen.append(~np.isnan(found.scores))
        own_rules = replace(own_rules, nodes=named)
        parts.append((found, own_rules, share))
    weight = sum(ok * share for ok, (_, _, share) in zip(seen, parts, strict=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        told = [
            leaf_parts(found, own, slice(0, UNITS), np.where(ok, share / weight, np.nan))
            for ok, (found, own, share) in zip(seen, parts, strict=True)
        ]
    has = (weight > 0) & scored_units
    city = has / max(has.sum(), 1)
    group = has * [1, 1, 0] / max((has * [1, 1, 0]).sum(), 1)
    return state_of(pd.Index(range(UNITS)), told, has, added, np.stack([city, group]))


masks = st.lists(st.booleans(), min_size=UNITS, max_size=UNITS).map(np.array)
decisions = st.lists(st.integers(-40, 40), min_size=UNITS, max_size=UNITS).map(
    lambda drawn: np.array(drawn) / 8
)


def any_state(random, leaves="abcde", units=4):
    """A state of units and leaves that are partly missing, with any figures."""
    keys = pd.MultiIndex.from_tuples(
        [(n, n) for n in leaves if random.random() < 0.8] or [("a",) * 2]
    )
    keys = keys.set_names(LEAF_KEYS)
    own = pd.Index([n for n in range(units) if random.random() < 0.8] or [0])
    size = (len(keys), len(own))
    weight = random.random(size) * (random.random(size) < 0.7)
    scored_ = (weight.sum(axis=0) > 0) & (random.random(len(own)) < 0.8)
    weight = np.divide(weight, weight.sum(axis=0), out=weight, where=weight.sum(axis=0) > 0)
    points = np.where(weight > 0, 100 * random.random(size), np.nan)
    wholes = random.random((2, len(own))) * scored_ * (random.random((2, len(own))) < 0.8)
    rows = wholes.sum(axis=1, keepdims=True)
    wholes = np.divide(wholes, rows, out=wholes, where=rows > 0)
    part = (keys, weight, points, random.random(size) < 0.2)
    return state_of(own, [part], scored_, random.normal(size=len(own)), wholes)


def booked(then, was, is_, first, second, shown):
    """Book the change from a signature over both ways to what is shown."""
    begin, finish = Leg(RESTATED, then, was), Leg(RESTATED, is_, shown)
    tiers = [
        [
            (begin, Leg(RULES, was, first), Leg(WORK, first, is_), finish),
            (begin, Leg(WORK, was, second), Leg(RULES, second, is_), finish),
        ],
        [(begin, Leg(RULES, was, is_), finish)],
        [(Leg(RESTATED, then, shown),)],
    ]
    return explain(then, shown, tiers)


def assert_adds_up(found, start, end):
    change = end.totals - start.totals
    told = ~np.isnan(change)
    total = sum(found.total(cause) for cause in CAUSES)
    assert total[told] == pytest.approx(change[told], abs=1e-9)
    assert not total[~told].any()
    performed = found.by_leaf[PERFORMANCE].sum(axis=1)  # performance stands on leaves wholly
    assert performed == pytest.approx(found.total(PERFORMANCE), abs=1e-9)
    assert not found.by_leaf[ADJUSTED].any()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_parts_sum_to_the_change_whatever_is_missing(seed):
    random = np.random.default_rng(seed)
    states = aligned([any_state(random) for _ in range(7)])
    first = mixed(states[4:6], [0.25, 0.75])
    then, was, is_, second, shown = states[0], states[1], states[2], states[3], states[6]
    assert_adds_up(booked(then, was, is_, first, second, shown), then, shown)


@settings(max_examples=4, deadline=None)
@given(rule_sets(), rule_sets(), row_frames(), row_frames(), masks, decisions)
def test_the_parts_sum_to_the_change_of_scores(old, new, rows, later, mask, added):
    told = {"scored_units": mask, "added": added}
    two = {"shares": (3 / 7, 4 / 7), "more": [(old, rows)]}
    was, is_ = drawn_state(old, rows, **told), drawn_state(new, later, **told, **two)
    first, second = drawn_state(new, rows, **told), drawn_state(old, later, **told)
    was, is_, first, second = aligned([was, is_, first, second])
    assert_adds_up(booked(was, was, is_, first, second, is_), was, is_)


@settings(max_examples=5, deadline=None)
@given(rule_sets(), row_frames(), masks, decisions)
def test_the_same_data_under_the_same_rules_gives_nothing_but_zeros(rules, rows, mask, added):
    one, other = (drawn_state(rules, rows, scored_units=mask, added=added) for _ in range(2))
    found = explain(one, other, [[(Leg(RESTATED, one, one), Leg(WORK, one, other))]])
    for cause in CAUSES:
        assert not found.by_unit[cause].any()
        assert not found.by_leaf[cause].any()
