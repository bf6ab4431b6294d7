"""What a row of scored windows is, and how the versions that a window lies in are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_bins, exact_sum
from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import Register
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.scoring.losses.losses import node_losses
from wenming_metrics.scoring.tree.roll_up import Scores


@dataclass(frozen=True, eq=False)
class Stretch:
    """The days of a window that lie in one version of the rules.

    number - of the window; share - of the window's days; first - its first column in `scores` and
    `coverage`, which hold all stretches of the version
    """

    number: int
    window: Window
    share: float
    rules: RuleSet
    first: int
    scores: Scores
    coverage: np.ndarray


@dataclass(frozen=True, eq=False)
class Standings:
    """Scores of all units of a board over a row of windows.

    units     - one line per unit, in the order of the register: unit, name, group, group_order
    windows   - oldest first
    column_of - unit number -> position in `units` of the unit it counts for, or -1
    total     - per column, the exact score; NaN = not looked at
    coverage  - per column, share of the applying weight that was looked at; NaN = nothing applies
    stretches - of all windows, in their order
    shares    - (stretch, unit position): what the stretch weighs in the unit's score of its
                window; they add up to 1 where the unit has a score
    sites     - lines of SITE_KEYS and SITE_SUMS with window and column, of the last two windows
    ledger    - what was added and taken after the tree, see `scoring.tree.adjusting.settle`; `total`
                holds it; None where no rules speak of it
    vetoes    - column -> numbers of the documents of a 一票否决 in force
    """

    board: Board
    units: pd.DataFrame
    windows: tuple[Window, ...]
    register: Register
    column_of: np.ndarray
    total: np.ndarray
    coverage: np.ndarray
    stretches: tuple[Stretch, ...]
    shares: np.ndarray
    sites: pd.DataFrame
    ledger: pd.DataFrame | None = None
    vetoes: Mapping[int, str] = field(default_factory=dict)

    def at(self, number: int) -> slice:
        """The columns of one window (-1: the last)."""
        first = (number % len(self.windows)) * len(self.units)
        return slice(first, first + len(self.units))

    def parts(self, number: int = -1) -> list[tuple[Stretch, slice, np.ndarray]]:
        """Give the stretches of one window: each with its columns and what it weighs per unit."""
        wanted, size = number % len(self.windows), len(self.units)
        return [
            (one, slice(one.first, one.first + size), self.shares[at])
            for at, one in enumerate(self.stretches)
            if one.number == wanted
        ]

    def counted(self, name: str, number: int = -1) -> np.ndarray:
        """Sum one field of `LeafSums` over the tree, per unit, in one window."""
        return sum(
            getattr(one.scores.sums, name)[:, at].sum(0) for one, at, _ in self.parts(number)
        )

    def losses(self, number: int = -1) -> list[tuple[RuleSet, np.ndarray]]:
        """Give points lost per node and unit in one window, version by version.

        Together they sum to full mark - score of the unit before adjustments.
        """
        return [
            (one.rules, node_losses(one.scores, one.rules)[:, at] * share)
            for one, at, share in self.parts(number)
        ]

    def rules(self, number: int = -1) -> RuleSet:
        """Give the version in force at the end of one window: its decimals, places and limits."""
        return self.parts(number)[-1][0].rules

    def filled(self, number: int = -1) -> np.ndarray:
        """Give the points that each unit got for leaves that were not looked at (缺项)."""
        found = np.zeros(len(self.units))
        for one, at, share in self.parts(number):
            scores = one.scores
            if not scores.filled[:, at].any():
                continue
            points = np.where(scores.filled, scores.weights * scores.rates, 0.0)[:, at]
            found += (
                np.nan_to_num(share) * one.rules.full_mark * exact_sum(np.nan_to_num(points), 0)
            )
        return found

    def adjusted(self, number: int = -1) -> np.ndarray:
        """Give what each unit's score in one window was adjusted by: points, with their sign."""
        at, size = self.at(number), len(self.units)
        if self.ledger is None:
            return np.zeros(size)
        own = self.ledger[self.ledger["column"].between(at.start, at.stop - 1)]
        return exact_bins(own["column"].to_numpy(np.int64) - at.start, own["counted"], size)

    @property
    def scores(self) -> Scores:
        """Scores of the newest version; of all windows, where there is but one version."""
        return self.stretches[-1].scores


def put_together(
    board: Board,
    units: pd.DataFrame,
    windows: Sequence[Window],
    register: Register,
    column_of: np.ndarray,
    stretches: Sequence[Stretch],
    sites: pd.DataFrame,
) -> Standings:
    """Make windows of their stretches: S = sum of share x S over the stretches with a score."""
    ordered = sorted(stretches, key=lambda one: (one.number, one.window.start))
    size = len(units)
    total = np.zeros((len(windows), size))
    weight, covered, seen = np.zeros_like(total), np.zeros_like(total), np.zeros_like(total)
    parts = [slice(one.first, one.first + size) for one in ordered]
    for one, at in zip(ordered, parts, strict=True):
        score, cover = one.scores.scores[at], one.coverage[at]
        total[one.number] += np.nan_to_num(score) * one.share
        weight[one.number] += ~np.isnan(score) * one.share
        covered[one.number] += np.nan_to_num(cover) * one.share
        seen[one.number] += ~np.isnan(cover) * one.share
    shares = [
        _over(~np.isnan(one.scores.scores[at]) * one.share, weight[one.number])
        for one, at in zip(ordered, parts, strict=True)
    ]
    alone = len(ordered) == len(windows)
    if alone:  # every window in one version: its scores, to the last bit
        total = np.stack([one.scores.scores[at] for one, at in zip(ordered, parts, strict=True)])
        covered = np.stack([one.coverage[at] for one, at in zip(ordered, parts, strict=True)])
    else:
        total, covered = _over(total, weight), _over(covered, seen)
    return Standings(
        board=board,
        units=units,
        windows=tuple(windows),
        register=register,
        column_of=column_of,
        total=total.reshape(-1),
        coverage=covered.reshape(-1),
        stretches=tuple(ordered),
        shares=np.stack(shares) if shares else np.zeros((0, size)),
        sites=sites,
    )


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return part / whole
