"""Leaf rates up the tree to the score, and effective weights back down.

A node averages its children by weight; a child without a rate gives its weight to its siblings
(local renormalisation, 未查指标的权重分给同级), or, when the rules say so, to everything that was
looked at. A node that settles makes its own rate from what it took: r = 1 - taken / (F x periods).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import quotient
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tally.leaves import LeafSums, leaf_rates
from wenming_metrics.scoring.tree.coverage import gather_up, global_weights
from wenming_metrics.scoring.tree.missing import Peers, fill_missing, own_nodes
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
    """

    rules: RuleSet
    rates: np.ndarray
    scores: np.ndarray
    sums: LeafSums
    filled: np.ndarray
    shares: np.ndarray
    siblings: np.ndarray

    @cached_property
    def weights(self) -> np.ndarray:
        """Effective weight of a node in the whole, 0 where it has no rate or lies below a node
        that settles; made when it is asked for: places need none."""
        return _effective(self.rates, self.shares, self.siblings, self.rules)


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
    shares = _shares(rates, rules)
    siblings = _average(rates, shares, rules)
    return Scores(rules, rates, rates[0] * rules.full_mark, sums, filled, shares, siblings)


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


def _shares(rates: np.ndarray, rules: RuleSet) -> np.ndarray:
    """Give what each node weighs among those of its siblings that have a rate.

    Local: its own weight. Global: the weight in the whole of all below it that has a rate.
    """
    nodes, parents = rules.nodes, rules.nodes["parent"].to_numpy()
    if rules.missing != "renormalise_global":
        return np.broadcast_to(nodes["weight"].to_numpy()[:, None], rates.shape)
    weights, rated_nodes = global_weights(rules), own_nodes(rules)
    shares = np.zeros(rates.shape)
    shares[rated_nodes] = weights[rated_nodes, None] * ~np.isnan(rates[rated_nodes])
    shares = gather_up(shares, rules)
    inside = np.flatnonzero(plan_of(rules).owner[parents] >= 0)
    inside = inside[inside > 0]
    shares[inside] = weights[inside, None]  # shown only: a node above settles them
    return shares


def _average(rates: np.ndarray, shares: np.ndarray, rules: RuleSet) -> np.ndarray:
    """Average children into their parents, last nodes first, in place.

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
