"""Weights that bring a sample to the known make-up of the people (年龄, 性别): raking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from wenming_metrics.domain.numbers import exact_product, exact_sum, rounded

CLOSE = 1e-8
"""Raking has come to rest when no weight moves by more than this share of itself in a cycle."""
_CYCLES, _CUTS = 1000, 100
"""So many cycles over the margins, and so many cuts of weights, are tried."""
_LEAST, _MOST = 0.3, 3.0
"""Bounds of weights, times the weight given: a unit of many people keeps what it weighs."""


@dataclass(frozen=True, eq=False)
class Raked:
    """Weights after raking.

    weight - sums to what the weights given summed to, inside its bounds; converged - every margin
    has the shares wanted; if not, the bounds were kept and `off` is what it cost; rounds - cycles over
    all margins; n_eff - independent questionnaires that the weighted ones are worth (Kish); off -
    largest gap left between a share wanted and one reached, of groups that have questionnaires
    """

    weight: np.ndarray
    converged: bool
    rounds: int
    n_eff: float
    off: float


def rake(
    weight: ArrayLike,
    groups: Sequence[ArrayLike],
    targets: Sequence[ArrayLike],
) -> Raked:
    """Adjust weights until every margin has the shares wanted.

    Takes:   weight - one per questionnaire, above 0; groups - per margin the group (0, 1, ...) of each
             questionnaire, negative = not known: such ones keep their weight in that margin;
             targets - per margin the share of each group (any scale); groups without questionnaires
             leave their share to the others
    Raises:  ValueError - a weight that is not above 0, or a share that is missing or below 0
    """
    first = np.asarray(weight, float)
    codes = [np.asarray(group, np.int64) for group in groups]
    shares = [np.asarray(target, float) for target in targets]
    if not (first > 0).all() or any(not (share >= 0).all() for share in shares):
        raise ValueError("weights must be above 0, and no share missing or below 0")
    if not len(first):
        return Raked(first, True, 0, 0.0, 0.0)
    margins = [_margin(code, share) for code, share in zip(codes, shares, strict=True)]
    least, most = _LEAST * first, _MOST * first
    w, rounds, cut = first, 0, True
    for _ in range(_CUTS):
        w, cycles, still = _cycle(w, margins)
        rounds += cycles
        cut = bool(((w < least * (1 - CLOSE)) | (w > most * (1 + CLOSE))).any())
        if not cut:
            break
        w = _cut(w, least, most, first.sum())
    w = rounded(w)
    off = max((_off(w, *margin) for margin in margins), default=0.0)
    return Raked(w, bool(still and not cut), rounds, worth(w), off)


def worth(weight: ArrayLike) -> float:
    """Give how many equal questionnaires these weights are worth (Kish); 0 for none."""
    w = np.asarray(weight, float)
    return float(np.square(exact_sum(w)) / exact_product(w, w)) if len(w) else 0.0


Margin = tuple[np.ndarray, np.ndarray]


def _margin(code: np.ndarray, share: np.ndarray) -> Margin:
    """Give a margin's groups, the unknown ones last, and the shares of groups that are there."""
    slot = np.where(code < 0, len(share), code)
    present = np.bincount(slot, minlength=len(share) + 1)[: len(share)] > 0
    shares = np.where(present, share, 0.0)
    return slot, shares / shares.sum() if shares.sum() > 0 else shares


def _cycle(w: np.ndarray, margins: Sequence[Margin]) -> tuple[np.ndarray, int, bool]:
    """Rake without bounds; gives the weights, the cycles taken, whether they came to rest."""
    for number in range(1, _CYCLES + 1):
        before = w
        for slot, share in margins:
            sums = np.bincount(slot, w, minlength=len(share) + 1)
            known_sums = sums[:-1]
            factor = np.divide(
                share * known_sums.sum(), known_sums, out=np.ones(len(share)), where=known_sums > 0
            )
            w = w * np.append(factor, 1.0)[slot]
        if np.abs(w - before).max() <= CLOSE * before.max():
            return w, number, True
    return w, _CYCLES, False


def _cut(w: np.ndarray, least: np.ndarray, most: np.ndarray, total: float) -> np.ndarray:
    """Bring weights inside their bounds; those in between make up for what the sum lost or won."""
    for _ in range(_CUTS):
        w = np.clip(w * (total / w.sum()), least, most)
    return w


def _off(w: np.ndarray, slot: np.ndarray, share: np.ndarray) -> float:
    """Give the largest gap between a share wanted and the share reached, of those known."""
    known_sums = np.bincount(slot, w, minlength=len(share) + 1)[:-1]
    return (
        float(np.abs(known_sums / known_sums.sum() - share).max()) if known_sums.sum() > 0 else 0.0
    )
