"""Leaf rates up the tree to the score, and effective weights back down.

A node averages its children by weight; a child that nobody looked at gives its weight to its
siblings (local renormalisation, 未查指标的权重分给同级). A node of mode `deduct` makes its own rate
from what was deducted below it: r = 1 - sum over periods of min(F, D) / (F x periods looked at).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.leaves import LeafSums, leaf_rates
from wenming_metrics.scoring.settling import deducting


@dataclass(frozen=True)
class Scores:
    """Everything scored, per node (row) and column (unit in a window).

    rates   - 0 to 1, NaN = not looked at
    weights - effective weight of a node in the whole, 0 where it was not looked at or lies below
              a node that deducts
    scores  - per column: rate of the root x full mark; NaN = not looked at at all
    sums    - the leaf sums they come from
    """

    rates: np.ndarray
    weights: np.ndarray
    scores: np.ndarray
    sums: LeafSums


def score(deductions: pd.DataFrame, sums: LeafSums, rules: RuleSet) -> Scores:
    """Score every column.

    Takes:   deductions - `settling.DEDUCTIONS`: what nodes that deduct took; sums - leaf sums
    Returns: Scores; a column nobody looked at has score NaN
    """
    rates = leaf_rates(sums, rules)
    _deduct(rates, deductions, rules)
    observed = _average(rates, rules)
    weights = _effective(rates, observed, rules)
    return Scores(rates, weights, rates[0] * rules.full_mark, sums)


def _deduct(rates: np.ndarray, deductions: pd.DataFrame, rules: RuleSet) -> None:
    """Put the rates of deducting nodes in place."""
    for node in deducting(rules):
        part = deductions[deductions["node"] == node]
        taken = np.bincount(part["column"], part["taken"].astype(float), rates.shape[1])
        periods = np.bincount(part["column"], part["periods"].astype(float), rates.shape[1])
        full = float(rules.nodes.at[node, "full_mark"])
        with np.errstate(invalid="ignore", divide="ignore"):
            rates[node] = np.where(periods > 0, 1.0 - taken / (full * periods), np.nan)


def _average(rates: np.ndarray, rules: RuleSet) -> np.ndarray:
    """Average children into their parents, last nodes first; gives the observed weight."""
    nodes = rules.nodes
    parents, weights = nodes["parent"].to_numpy(), nodes["weight"].to_numpy()
    own = (nodes["mode"] != "").to_numpy()
    total, observed = np.zeros_like(rates), np.zeros_like(rates)
    for node in range(len(nodes) - 1, -1, -1):
        if not own[node]:
            with np.errstate(invalid="ignore", divide="ignore"):
                rates[node] = np.where(observed[node] > 0, total[node] / observed[node], np.nan)
        if node:
            seen = ~np.isnan(rates[node])
            total[parents[node]] += np.where(seen, weights[node] * rates[node], 0.0)
            observed[parents[node]] += weights[node] * seen
    return observed


def _effective(rates: np.ndarray, observed: np.ndarray, rules: RuleSet) -> np.ndarray:
    nodes = rules.nodes
    parents, weights = nodes["parent"].to_numpy(), nodes["weight"].to_numpy()
    deducts = (nodes["mode"] == "deduct").to_numpy()
    found = np.zeros_like(rates)
    found[0] = ~np.isnan(rates[0])
    for node in range(1, len(nodes)):
        above = parents[node]
        if deducts[above]:
            continue  # its points are accounted for at the node that deducts
        seen = ~np.isnan(rates[node]) & (observed[above] > 0)
        share = np.divide(weights[node], observed[above], where=seen, out=np.zeros(len(seen)))
        found[node] = found[above] * share
    return found
