"""Leaf rates up the tree to the score, and effective weights back down.

A node averages its children by weight; a child without a rate gives its weight to its siblings
(local renormalisation, 未查指标的权重分给同级), or, when the rules say so, to everything that was
looked at. A node that settles makes its own rate from what it took: r = 1 - taken / (F x periods).
A pooled node (合并计算) counts all checks below it together: those below it weigh by the points that
could be earned.

A branch of few checks says little. Where the rules name k, it weighs with n / (n + k) of its weight, n
its checks; and where missing weight goes to the whole, what branches do not weigh is weighed by all
checks of the unit: score = sum of W n/(n+k) r + (1 - sum of W n/(n+k)) R, R the mean of the leaves'
rates by their checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_sum, quotient
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tally.leaves import LeafSums, leaf_rates
from wenming_metrics.scoring.tree.coverage import gather_up, global_weights
from wenming_metrics.scoring.tree.missing import Peers, below_pools, fill_missing, own_nodes
from wenming_metrics.scoring.tree.settling import plan_of


@dataclass(frozen=True, eq=False)
class Scores:
    """Everything scored, per node (row) and column (unit in a window).

    rates    - 0 to 1, NaN = not looked at
    scores   - per column: rate of the root x full mark; NaN = not looked at at all
    sums     - the leaf sums they come from
    filled   - bool: the rate was filled in by the rule for missing leaves
    shares   - what a node weighs among its siblings
    siblings - what the children of a node that have a rate weigh together
    rest     - per column, the weight that all checks together carry; 0 where the rules know none
    """

    rules: RuleSet
    rates: np.ndarray
    scores: np.ndarray
    sums: LeafSums
    filled: np.ndarray
    shares: np.ndarray
    siblings: np.ndarray
    rest: np.ndarray

    @cached_property
    def weights(self) -> np.ndarray:
        """Effective weight of a node in the whole, 0 where it has no rate or lies below a node
        that settles; made when it is asked for: places need none."""
        weights = _effective(self.rates, self.shares, self.siblings, self.rules)
        if not self.rest.any():
            return weights
        return _with_rest(weights, self.rates, self.sums, self.rest, self.rules)


def score(
    deductions: pd.DataFrame,
    sums: LeafSums,
    rules: RuleSet,
    stocks: np.ndarray | None = None,
    peers: Peers | None = None,
) -> Scores:
    """Score every column.

    Takes:   deductions - `settling.DEDUCTIONS`: what nodes that settle took; sums - leaf sums;
             stocks - `stocks.stock_rates`; peers - what missing leaves are filled in from, None:
             nothing is filled in
    Returns: Scores; a column nobody looked at has score NaN
    """
    rates = leaf_rates(sums, rules)
    if stocks is not None:
        rates = np.where(np.isnan(stocks), rates, stocks)
    _settle(rates, deductions, rules)
    filled = np.zeros(rates.shape, bool) if peers is None else fill_missing(rates, rules, peers)
    shares = _shares(rates, sums, rules)
    siblings = average(rates, shares, rules)
    rest = np.zeros(rates.shape[1])
    if rules.missing == "whole":
        rest = np.where((sums.checks > 0).any(axis=0), 1.0 - np.minimum(siblings[0], 1.0), 0.0)
        _give_rest(rates, (shares, siblings), sums, rest, rules)
    return Scores(rules, rates, rates[0] * rules.full_mark, sums, filled, shares, siblings, rest)


def _settle(rates: np.ndarray, deductions: pd.DataFrame, rules: RuleSet) -> None:
    """Put the rates of settling nodes in place."""
    plan = plan_of(rules)
    for node in plan.nodes:
        node_lines = deductions[deductions["node"] == node]
        deducted = np.bincount(
            node_lines["column"], node_lines["taken"].astype(float), rates.shape[1]
        )
        periods = np.bincount(
            node_lines["column"], node_lines["periods"].astype(float), rates.shape[1]
        )
        # What falls due in a period without a visit takes no more than there is.
        rates[node] = np.maximum(1.0 - quotient(deducted, float(plan.full[node]) * periods), 0.0)


def _give_rest(
    rates: np.ndarray,
    averaged: tuple[np.ndarray, np.ndarray],
    sums: LeafSums,
    rest: np.ndarray,
    rules: RuleSet,
) -> None:
    """Bring the rest of the weight into the rates of all nodes that average, in place.

    Takes: averaged - shares and siblings; rest - the weight that all checks together carry
    """
    weights = _effective(rates, *averaged, rules)
    weights = _with_rest(weights, rates, sums, rest, rules)
    rated_nodes = own_nodes(rules)
    points = np.zeros(rates.shape)
    points[rated_nodes] = weights[rated_nodes] * np.nan_to_num(rates[rated_nodes])
    mean = quotient(gather_up(points, rules), weights)
    makes_rate = (rules.nodes["mode"] != "").to_numpy()
    averaging = ~makes_rate & (plan_of(rules).owner < 0)
    rates[averaging] = np.where(rest > 0, mean[averaging], rates[averaging])


def _with_rest(
    weights: np.ndarray, rates: np.ndarray, sums: LeafSums, rest: np.ndarray, rules: RuleSet
) -> np.ndarray:
    """Give effective weights when all checks together carry a rest of the weight.

    What a node that makes its own rate has of the rest is its part of all checks: each check alike, be
    its mark large or small.
    """
    rated_nodes, looked = own_nodes(rules), gather_up(sums.checks, rules)
    voices = np.zeros(weights.shape)
    voices[rated_nodes] = looked[rated_nodes] * ~np.isnan(rates[rated_nodes])
    fraction = quotient(voices, exact_sum(voices, 0), 0.0)
    seen_weights = np.zeros(weights.shape)
    seen_weights[rated_nodes] = weights[rated_nodes]
    return gather_up(seen_weights * (1.0 - rest) + fraction * rest, rules)


def _carried(sums: LeafSums, rules: RuleSet) -> np.ndarray:
    """Give the part of its weight that each node carries by the checks below it: n / (n + k).

    A node that is not looked at on sites (a fact feeds it, or it was filled in) carries all of it.
    """
    looked = gather_up(sums.checks, rules)
    return np.where(looked > 0, quotient(looked, looked + rules.half_weight_checks), 1.0)


def _shares(rates: np.ndarray, sums: LeafSums, rules: RuleSet) -> np.ndarray:
    """Give what each node weighs among those of its siblings that have a rate.

    Local: its own weight. Global, and to the whole: the weight in the whole of all below it that has a
    rate. Both as far as its checks carry it. Below a pooled node: the points that could be earned.
    """
    nodes, parents = rules.nodes, rules.nodes["parent"].to_numpy()
    pools = below_pools(rules)
    if rules.missing not in ("renormalise_global", "whole"):
        shares = np.broadcast_to(nodes["weight"].to_numpy()[:, None], rates.shape)
        if rules.half_weight_checks:
            shares = shares * _carried(sums, rules)
        return (
            np.where(pools[:, None], gather_up(sums.possible, rules), shares)
            if pools.any()
            else shares
        )
    weights, rated_nodes = global_weights(rules), own_nodes(rules)
    pooled_nodes = np.flatnonzero(nodes["pooled"].to_numpy(bool) & ~pools)
    branches = np.union1d(rated_nodes[~pools[rated_nodes]], pooled_nodes)
    has_rate = gather_up(np.where(np.isnan(rates), 0.0, 1.0), rules) > 0
    shares = np.zeros(rates.shape)
    shares[branches] = (weights[:, None] * has_rate * _carried(sums, rules))[branches]
    shares = gather_up(shares, rules)
    shares = np.where(pools[:, None], gather_up(sums.possible, rules), shares)
    inside = np.flatnonzero(plan_of(rules).owner[parents] >= 0)
    inside = inside[inside > 0]
    shares[inside] = weights[inside, None]  # shown only: a node above settles them
    return shares


def average(rates: np.ndarray, shares: np.ndarray, rules: RuleSet) -> np.ndarray:
    """Average children into their parents, last nodes first, in place; nodes that make their own rate stay.

    Returns: float array (node, column): what the children of a node that have a rate weigh together
    """
    nodes = rules.nodes
    parents, makes_rate = nodes["parent"].to_numpy(), (nodes["mode"] != "").to_numpy()
    total, weight = np.zeros(rates.shape), np.zeros(rates.shape)
    for node in range(len(nodes) - 1, -1, -1):
        if not makes_rate[node]:
            rates[node] = quotient(total[node], weight[node])
        if node:
            seen = ~np.isnan(rates[node])
            total[parents[node]] += np.where(seen, shares[node] * rates[node], 0.0)
            weight[parents[node]] += shares[node] * seen
    return weight


def _effective(
    rates: np.ndarray, shares: np.ndarray, siblings: np.ndarray, rules: RuleSet
) -> np.ndarray:
    """Carry the weight of the whole down to what counts.

    Takes: siblings - `_average`
    """
    parents, owner = rules.nodes["parent"].to_numpy(), plan_of(rules).owner
    seen = ~np.isnan(rates)
    weights = np.zeros(rates.shape)
    weights[0] = seen[0]
    for node in range(1, len(parents)):
        above = parents[node]
        if owner[above] >= 0:
            continue  # its points are accounted for at the node that settles
        share = np.divide(
            shares[node], siblings[above], where=seen[node] & (siblings[above] > 0),
            out=np.zeros(rates.shape[1]),
        )  # fmt: skip
        weights[node] = weights[above] * share
    return weights
