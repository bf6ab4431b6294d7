"""What moving weights does to places, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from wenming_metrics.demo.findings import demo_rules
from wenming_metrics.scoring.ranking.weight_noise import place_stability, weight_effects
from wenming_metrics.scoring.tally.leaves import LEAF_SUMS, LeafSums
from wenming_metrics.scoring.tree.roll_up import score
from wenming_metrics.scoring.tree.settling import no_lines

UNITS = np.array(["甲组", "甲组"], object)


@pytest.fixture(scope="module")
def scores():
    # 甲 A 1.00, B 0.00: 50; 乙 A 0.40, B 0.55: 47.5
    base = demo_rules()
    nodes = base.nodes.iloc[:3].copy()
    nodes["parent"], nodes["weight"], nodes["level"] = [-1, 0, 0], [1.0, 0.5, 0.5], [0, 1, 1]
    nodes["mode"], nodes["is_leaf"], nodes["pooled"] = (
        ["", "rate", "rate"],
        [False, True, True],
        False,
    )
    nodes["average"], nodes["code"] = "pooled", ["", "A", "B"]
    rules = replace(base, nodes=nodes)
    sums = {name: np.zeros((3, 2)) for name in LEAF_SUMS}
    sums["checks"][1:], sums["possible"][1:] = 1, 100
    sums["lost"][1], sums["lost"][2] = [0, 60], [100, 45]
    deductions = no_lines().assign(column=[], periods=[])
    return score(deductions, LeafSums(**sums), rules)


def test_a_weight_that_decides_between_two_units(scores):
    # A less a quarter: 0.375/0.875: 甲 42.86, 乙 48.57; B more a quarter: 甲 44.44, 乙 48.33
    effects = weight_effects(scores, scores.rules, UNITS).set_index("code")
    assert effects.loc["A", ["up", "down"]].tolist() == [0, 2]
    assert effects.loc["B", ["up", "down"]].tolist() == [2, 0]


def test_places_that_hang_on_weights_are_kept_in_some_draws_only(scores):
    # 甲 leads while A outweighs 0.4783 of both: B/A below 1.0909, about 7 of 10 draws
    kept = place_stability(scores, scores.rules, UNITS)
    assert 0.55 < kept["kept"].iloc[0] < 0.85
    assert kept["kept"].iloc[0] == pytest.approx(kept["kept"].iloc[1], abs=0.01)
    assert kept["place_low"].tolist() == [1, 1]
    assert kept["place_high"].tolist() == [2, 2]
