"""Draws with chances that are known: what weighs more is drawn more often, nothing is never drawn."""

from __future__ import annotations

import numpy as np


def share_chances(weights: np.ndarray, count: int, random_share: float) -> np.ndarray:
    """Share a count out as chances of at most 1.

    Takes:   weights - above 0, one per thing; count - how many are to be drawn, at most all;
             random_share - how much of the chance is the same for all, the rest goes by weight: what is
             never looked at cannot be told from what holds
    Returns: chances that sum to `count`
    """
    shares = random_share / len(weights) + (1 - random_share) * weights / weights.sum()
    chances = np.minimum(count * shares, 1.0)
    while chances.sum() < count - 1e-9:
        free = chances < 1
        lacking = count - chances.sum()
        chances[free] = np.minimum(chances[free] * (1 + lacking / chances[free].sum()), 1.0)
    return chances


def draw_by_chances(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pick by equal steps through the summed chances, in an order of their own: each with its chance.

    Returns: bool per thing; as many as the chances sum to
    """
    order = rng.permutation(len(chances))
    ends = np.cumsum(chances[order])
    steps = rng.random() + np.arange(round(ends[-1]))
    mask = np.zeros(len(chances), bool)
    mask[order[np.searchsorted(ends, steps, side="right").clip(max=len(order) - 1)]] = True
    return mask


def join_chances(*draws: np.ndarray) -> np.ndarray:
    """Give the chance of being in at least one of several draws that know nothing of each other."""
    return 1 - np.prod([1 - chances for chances in draws], axis=0)
