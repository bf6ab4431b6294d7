"""Do the weights decide? Every weight moved a quarter up or down, and what that does to the places."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tree.missing import below_pools
from wenming_metrics.scoring.tree.roll_up import Scores, average
from wenming_metrics.scoring.tree.settling import plan_of

MOVED_BY = 0.25
"""Weights are moved by at most this share of themselves."""
_DRAWS, _AT_ONCE, _SEED = 1000, 50, 20260101


def place_stability(tree: Scores, rules: RuleSet, groups: np.ndarray) -> pd.DataFrame:
    """Say how often each unit keeps its place when all weights are moved at random, each by itself.

    Weights move among siblings, evenly within a quarter of themselves; what is pooled has none.

    Takes:   groups - group of every column
    Returns: per column kept (share of draws in which it keeps its place), place_low and place_high (5 and
             95 of 100 draws); NaN without a score
    """
    rng = np.random.default_rng(_SEED)
    draws = rng.uniform(1 - MOVED_BY, 1 + MOVED_BY, (_DRAWS, len(rules.nodes)))
    usual = next(_places(tree, rules, groups, np.ones((1, draws.shape[1]))))[0]
    ranks = np.concatenate(list(_places(tree, rules, groups, draws)))
    steady = np.where(np.isnan(usual), np.nan, (ranks == usual).mean(axis=0))
    low, high = np.quantile(ranks, [0.05, 0.95], axis=0, method="nearest")
    return pd.DataFrame({"kept": steady, "place_low": low, "place_high": high})


def weight_effects(tree: Scores, rules: RuleSet, groups: np.ndarray) -> pd.DataFrame:
    """Say of each weight alone how many places change when it moves a quarter up or down.

    Returns: node, code, name, up and down (how many units change place), most first; nodes without
             siblings, below a pooled node or below one that settles weigh nothing and are left out
    """
    nodes = rules.nodes
    parents = nodes["parent"].to_numpy()
    siblings = np.bincount(parents[1:], minlength=len(nodes))
    weighed = ~below_pools(rules) & (plan_of(rules).owner[parents] < 0)
    free = 1 + np.flatnonzero((weighed & (siblings[parents] > 1))[1:])
    factors = np.ones((2 * len(free), len(nodes)))
    factors[np.arange(len(free)), free] += MOVED_BY
    factors[len(free) + np.arange(len(free)), free] -= MOVED_BY
    usual = next(_places(tree, rules, groups, np.ones((1, len(nodes)))))[0]
    frames = list(_places(tree, rules, groups, factors))
    ranks = np.concatenate(frames) if frames else np.zeros((0, len(usual)))
    changed = ((ranks != usual) & ~np.isnan(usual)).sum(axis=1)
    effects = nodes.loc[free, ["code", "name"]].reset_index(drop=True)
    effects = effects.assign(node=free, up=changed[: len(free)], down=changed[len(free) :])
    order = -(effects["up"] + effects["down"]).to_numpy()
    return effects.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def _places(
    tree: Scores, rules: RuleSet, groups: np.ndarray, factors: np.ndarray
) -> Iterator[np.ndarray]:
    """Give the places (draw, column) under moved weights, some draws at a time."""
    size = tree.rates.shape[1]
    moved = np.where(below_pools(rules), 1.0, factors)
    unmoved = tree.rates.copy()
    average(unmoved, tree.shares, rules)
    # What all checks together carry has no weight of its own to move.
    carried = np.where(tree.rest > 0, tree.rates[0] - (1 - tree.rest) * unmoved[0], 0.0)
    for first in range(0, len(moved), _AT_ONCE):
        some = moved[first : first + _AT_ONCE]
        rates = np.tile(tree.rates, len(some))
        shares = np.tile(tree.shares, len(some)) * np.repeat(some, size, axis=0).T
        average(rates, shares, rules)
        roots = rates[0].reshape(len(some), size) * (1 - tree.rest) + carried
        yield np.stack(
            [_rank(row, groups) for row in half_up(roots * rules.full_mark, rules.decimals)]
        )


def _rank(points: np.ndarray, groups: np.ndarray) -> np.ndarray:
    ranks = pd.Series(points).groupby(groups).rank(method="min", ascending=False)
    return ranks.to_numpy(float)
