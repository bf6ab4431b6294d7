"""Small samples under the steady rules: one check cannot overturn a unit, and errors shrink."""

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks.sampled_city import draw, make_city, measure, truth
from wenming_metrics.demo.city import demo_catalogue
from wenming_metrics.demo.findings import demo_rules
from wenming_metrics.rules.load import load_rules
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.scoring.losses.losses import node_losses

STEADY = load_rules(ROOT / "data" / "rules" / "demo-2026-steady", demo_catalogue())


@pytest.fixture(scope="module")
def week():
    city = make_city(1)
    return city, draw(city, 5, np.random.default_rng(3)).reset_index(drop=True)


def test_one_check_moves_a_unit_of_forty_by_three_points_at_most(week):
    city, checks = week
    rng = np.random.default_rng(5)
    scores, _ = measure(city, checks, STEADY)
    size = scores.sums.checks.sum(0)
    failed = rng.permutation(checks.index[checks["lost"] > 0])[:40]
    for row in failed:  # one check less, one unit after another: they do not touch each other
        unit = city.unit[checks["site"][row]]
        if size[unit] > 40:
            fewer = measure(city, checks.drop(index=row), STEADY)[0].scores[unit]
            assert abs(fewer - scores.scores[unit]) <= 3
    for site in rng.choice(len(city.unit), 40, replace=False):
        unit, items = city.unit[site], np.flatnonzero(city.applies[:, city.kind[site]])
        item = items[city.marks[items].argmax()]
        worst = {"site": site, "item": item, "lost": city.marks[item], "failed": True}
        more = pd.concat([checks, pd.DataFrame([worst])], ignore_index=True)
        if size[unit] >= 40:
            assert abs(measure(city, more, STEADY)[0].scores[unit] - scores.scores[unit]) <= 3


def test_losses_add_up_and_the_score_is_that_of_the_formula(week):
    city, checks = week
    scores, _ = measure(city, checks, STEADY)
    losses = node_losses(scores, STEADY).sum(0)
    assert losses == pytest.approx(100 - scores.scores, abs=1e-9)
    nodes, unit = STEADY.nodes, 7
    looked, possible, lost = (
        getattr(scores.sums, name)[:, unit] for name in ("checks", "possible", "lost")
    )
    branch = np.array([_branch(nodes, node) for node in STEADY.leaves])
    carried = points = voices = total = 0.0
    for top in np.unique(branch):
        below = STEADY.leaves[branch == top]
        seen, count = below[looked[below] > 0], looked[below].sum()
        if not count or nodes["mode"][top] == "deduct":  # the sample settles nothing
            continue
        weight = nodes["weight"][top] * nodes["weight"][nodes["parent"][top]]
        carried += weight * count / (count + 10)
        rate = 1 - lost[seen].sum() / possible[seen].sum()
        points += weight * count / (count + 10) * rate
        voices += (looked[seen] * (1 - lost[seen] / possible[seen])).sum()
        total += count
    overall = voices / total
    assert scores.scores[unit] == pytest.approx(100 * (points + (1 - carried) * overall), abs=1e-9)


def _branch(nodes, node):
    while nodes["level"][node] > 2 or nodes["mode"][nodes["parent"][node]] == "deduct":
        node = nodes["parent"][node]
    return node


def test_the_steady_rules_come_nearer_to_the_truth_than_the_old_ones():
    errors = {"old": [], "steady": []}
    for number in range(6):
        city = make_city(number)
        checks = draw(city, 5, np.random.default_rng([number, 8]))
        for name, rules in (("old", demo_rules()), ("steady", STEADY)):
            errors[name].append(measure(city, checks, rules)[0].scores - truth(city, rules))
    old, steady = (np.sqrt(np.mean(np.square(errors[name]))) for name in ("old", "steady"))
    assert steady < 0.85 * old
