"""Why a score moved (得分变动原因): an exact identity, not a model.

A score is a mean: of its indicators by effective weight, plus what was added after the tree; that
of the city or of a group is a mean of its units. Between two such means the centred form of
Bennet's decomposition holds, for parts k with weight s (they add up to 1), points y and mean T:

    performance_k = mean s_k x change in y_k
    coverage_k    = change in s_k x (mean y_k - mean T)

A part that only one side has takes the other side's y, so that all of it is coverage; so does a
rate that was filled in (缺项) and not seen. Units are parts of the city in the same way: one that
is scored on one side only moves the city as coverage and mix, never as performance.

What is not due to the units is measured by scoring the same data twice. A change goes through
intermediate states, leg by leg, and each leg has its cause: as known at the signature -> as known
now (restatement), under one version of the rules -> under another (rules), from one window's data
to the other's (work). Between two versions there are two ways, the rules first or the data first;
the mean of both is taken (Shapley), so neither window is the one that matters:

    rules = 1/2 x ((A under new - A under old) + (B under new - B under old))

A way on which a score is missing (nothing of a window counts under the other version) is left out;
where neither way has one, all between the two is booked on the rules. Legs join end to end, hence
the sum of all parts is the change, to the last binary digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_product, exact_sum, quotient
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tree.missing import own_nodes
from wenming_metrics.scoring.tree.roll_up import Scores

PERFORMANCE, COVERAGE, RULES = "performance", "coverage", "rules"
ADJUSTED, RESTATED = "adjusted", "restated"
CAUSES = (PERFORMANCE, COVERAGE, RULES, ADJUSTED, RESTATED)
"""What a change is made of, in the order in which it is told."""
WORK = "work"
"""The cause of a leg from one window's data to another's under the same rules."""
LEAF_KEYS = ["code", "name"]


@dataclass(frozen=True, eq=False)
class State:
    """The scores of a row of units in one window, under some rules, as known at a moment.

    units  - unit numbers, one per column
    leaves - index of LEAF_KEYS, one per row: all that makes its own rate
    weight - (leaf, unit): effective weight; adds up to 1 for a unit with a score, else 0
    points - (leaf, unit): full mark x rate, NaN where it weighs nothing
    filled - (leaf, unit): bool, filled in and not looked at
    added  - (unit): adjustments after the tree
    among  - (whole, unit): what a unit weighs in the city and in each group; rows add up to 1, or
             are 0 where the whole has no score. A row for each unit itself is among them.
    """

    units: pd.Index
    leaves: pd.MultiIndex
    weight: np.ndarray
    points: np.ndarray
    filled: np.ndarray
    added: np.ndarray
    among: np.ndarray

    @property
    def scores(self) -> np.ndarray:
        """Score per unit; meaningless where it has none."""
        return exact_sum(self.weight * np.nan_to_num(self.points), 0) + self.added

    @property
    def totals(self) -> np.ndarray:
        """Score per whole, NaN where it has none."""
        return np.where(self.is_scored, exact_product(self.among, self.scores), np.nan)

    @property
    def is_scored(self) -> np.ndarray:
        """Say of each whole whether it has a score."""
        return self.among.sum(axis=1) > 0


@dataclass(frozen=True)
class Leg:
    """One step of a way from the first state to the last: WORK, RULES or RESTATED."""

    cause: str
    before: State
    after: State


Way = tuple[Leg, ...]


@dataclass(frozen=True, eq=False)
class Booked:
    """What moved each whole, by cause.

    by_leaf - cause -> (whole, leaf); by_unit - cause -> (whole, unit): the same points and, besides,
    adjustments and the coming and going of units, which stand on no leaf
    """

    by_leaf: dict[str, np.ndarray]
    by_unit: dict[str, np.ndarray]

    def total(self, cause: str) -> np.ndarray:
        """Give what a cause has moved each whole by, in points."""
        return exact_sum(self.by_unit[cause])


LeafParts = tuple[pd.MultiIndex, np.ndarray, np.ndarray, np.ndarray]
"""Keys, weight, points and filled of what makes its own rate, see `State`."""


def leaf_parts(scores: Scores, rules: RuleSet, columns: slice, shares: np.ndarray) -> LeafParts:
    """Take some columns of scores apart.

    Takes: columns - the columns; shares - what these scores weigh in each column's score, NaN = none
    """
    rated_nodes = own_nodes(rules)
    keys = pd.MultiIndex.from_frame(rules.nodes.loc[rated_nodes, LEAF_KEYS])
    weight = scores.weights[rated_nodes, columns] * np.nan_to_num(shares)
    return (
        keys,
        weight,
        rules.full_mark * scores.rates[rated_nodes, columns],
        scores.filled[rated_nodes, columns],
    )


def state_of(
    units: pd.Index,
    span_parts: Sequence[LeafParts],
    scored: np.ndarray,
    added: np.ndarray,
    wholes: np.ndarray,
) -> State:
    """Make a state of the stretches of a window.

    Takes: scored - per unit, whether it has a score: one that has none weighs nothing; added - per
           unit, adjustments; wholes - (whole, unit): what units weigh in the city and the groups
    """
    leaves = pd.MultiIndex.from_tuples([], names=LEAF_KEYS)
    for keys, *_ in span_parts:
        leaves = leaves.union(keys, sort=False)
    weight, earned = np.zeros((2, len(leaves), len(units)))
    is_filled = np.zeros(weight.shape, bool)
    for keys, span_weight, points, filled in span_parts:
        rows = leaves.get_indexer(keys)
        weight[rows] += span_weight * scored
        earned[rows] += span_weight * scored * np.nan_to_num(points)
        is_filled[rows] |= filled & (span_weight > 0)
    points = quotient(earned, weight)
    added = np.where(scored, added, 0.0)
    among = np.concatenate([wholes, np.diag(scored.astype(float))])
    return State(units, leaves, weight, points, is_filled, added, among)


def bennet(
    share: np.ndarray, y: np.ndarray, share_after: np.ndarray, y_after: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Split the change of a weighted mean over its parts (rows), per column.

    Takes:   share, share_after - add up to 1 on both sides; y, y_after - points, NaN = not there
    Returns: performance and coverage per part; all of them add up to the change of the mean
    """
    first, last = np.where(np.isnan(y), y_after, y), np.where(np.isnan(y_after), y, y_after)
    first, last = np.nan_to_num(first), np.nan_to_num(last)
    mean = (exact_sum(share * first, 0) + exact_sum(share_after * last, 0)) / 2
    performance = (share + share_after) / 2 * (last - first)
    return performance, (share_after - share) * ((first + last) / 2 - mean)


def aligned(states: Sequence[State]) -> list[State]:
    """Give states the same units and leaves; a unit or leaf that one lacks weighs nothing in it."""
    units, leaves = states[0].units, states[0].leaves
    for state in states[1:]:
        units, leaves = units.union(state.units), leaves.union(state.leaves, sort=False)
    return [_spread(state, units, leaves) for state in states]


def _spread(state: State, units: pd.Index, leaves: pd.MultiIndex) -> State:
    column, row = units.get_indexer(state.units), leaves.get_indexer(state.leaves)
    cells = np.ix_(row, column)
    wholes = len(state.among) - len(state.units)
    weight, points = np.zeros((len(leaves), len(units))), np.full((len(leaves), len(units)), np.nan)
    filled, added = np.zeros(weight.shape, bool), np.zeros(len(units))
    among = np.zeros((wholes + len(units), len(units)))
    weight[cells], points[cells], filled[cells] = state.weight, state.points, state.filled
    added[column] = state.added
    among[np.ix_(np.r_[:wholes, wholes + column], column)] = state.among
    return replace(
        state,
        **{"units": units, "leaves": leaves, "weight": weight, "points": points},
        **{"filled": filled, "added": added, "among": among},
    )


def mixed(states: Sequence[State], shares: Sequence[float]) -> State:
    """Put aligned states together by shares, as the versions that a window lies in are.

    A unit that lacks a score in one is scored by the others. The city is made of the units as in
    the last state.
    """
    last = states[-1]
    scored_shares = [
        share * (state.weight.sum(axis=0) > 0) for state, share in zip(states, shares, strict=True)
    ]
    share_totals = np.sum(scored_shares, axis=0)
    relative_shares = [quotient(scored_share, share_totals, 0.0) for scored_share in scored_shares]
    weight = np.sum(
        [a * state.weight for a, state in zip(relative_shares, states, strict=True)], axis=0
    )
    earned = np.sum(
        [
            a * state.weight * np.nan_to_num(state.points)
            for a, state in zip(relative_shares, states, strict=True)
        ],
        axis=0,
    )
    points = quotient(earned, weight)
    filled = np.any([state.filled & (state.weight > 0) for state in states], axis=0)
    added = np.sum(
        [a * state.added for a, state in zip(relative_shares, states, strict=True)], axis=0
    )
    return replace(last, weight=weight, points=points, filled=filled, added=added)


def explain(start: State, end: State, tiers: Sequence[Sequence[Way]]) -> Booked:
    """Book the change of every whole from a start to an end, all of them aligned.

    Takes:   tiers - ways from start to end; of a whole the first tier counts that has a way on
             which it is scored throughout, and in it the mean of these ways
    Returns: Booked; nothing is booked for a whole that lacks a score at either end
    """
    wanted = start.is_scored & end.is_scored
    by_leaf = {cause: np.zeros((len(wanted), len(start.leaves))) for cause in CAUSES}
    by_unit = {cause: np.zeros((len(wanted), len(start.units))) for cause in CAUSES}
    for ways in tiers:
        open_ = [
            wanted & np.all([leg.after.is_scored & leg.before.is_scored for leg in way], axis=0)
            for way in ways
        ]
        count = np.sum(open_, axis=0)
        for way, can in zip(ways, open_, strict=True):
            portion = quotient(can, count, 0.0)
            if portion.any():
                for leg in way:
                    _book(leg, portion[:, None], by_leaf, by_unit)
        wanted = wanted & (count == 0)
    return Booked(by_leaf, by_unit)


def _book(
    leg: Leg, portion: np.ndarray, by_leaf: dict[str, np.ndarray], by_unit: dict[str, np.ndarray]
) -> None:
    """Add one leg to what is booked. Takes: portion - (whole, 1), how much of it counts."""
    before, after = leg.before, leg.after
    work = leg.cause == WORK
    performed, moved = _by_leaf(before, after)
    mean = portion * (before.among + after.among) / 2
    causes = (PERFORMANCE, COVERAGE, ADJUSTED) if work else (leg.cause,) * 3
    for cause, points in zip(causes, (performed, moved), strict=False):
        by_leaf[cause] += exact_product(mean, points.T)
        by_unit[cause] += mean * exact_sum(points, 0)
    in_both = (before.weight.sum(axis=0) > 0) & (after.weight.sum(axis=0) > 0)
    by_unit[causes[2]] += mean * np.where(in_both, after.added - before.added, 0.0)
    by_unit[causes[1]] += portion * _entry(before, after)


def _by_leaf(before: State, after: State) -> tuple[np.ndarray, np.ndarray]:
    """Split each unit's own change over its leaves; 0 for a unit that only one side has."""
    performed, moved = bennet(before.weight, before.points, after.weight, after.points)
    filled = before.filled | after.filled
    performed, moved = np.where(filled, 0.0, performed), np.where(filled, performed, 0.0) + moved
    in_both = (before.weight.sum(axis=0) > 0) & (after.weight.sum(axis=0) > 0)
    return np.where(in_both, performed, 0.0), np.where(in_both, moved, 0.0)


def _entry(before: State, after: State) -> np.ndarray:
    """Give what units that weigh more or less than before move a whole by: (whole, unit)."""
    scores = [
        np.where(state.weight.sum(axis=0) > 0, state.scores, np.nan) for state in (before, after)
    ]
    _, moved = bennet(
        before.among.T, *(scores[0][:, None], after.among.T, scores[1][:, None])
    )  # fmt: skip
    return moved.T
