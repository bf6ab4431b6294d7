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


@dataclass(frozen=True)
class Scores:
    """Everything scored, per node (row) and column (unit in a window).

    rates   - 0 to 1, NaN = not looked at
    weights - effective weight of a node in the whole, 0 where it was not looked at or lies below
              a node that deducts
    scores  - per column: rate of the root x full mark; NaN = not looked at at all
    sums    - the leaf sums they come from
    settled - lines of `settle`, for tracing losses under nodes that deduct
    """

    rates: np.ndarray
    weights: np.ndarray
    scores: np.ndarray
    sums: LeafSums
    settled: pd.DataFrame


def below(rules: RuleSet, node: int) -> np.ndarray:
    """Give a bool array over nodes: the node itself and everything under it."""
    parents = rules.nodes["parent"].to_numpy()
    found = np.zeros(len(parents), bool)
    found[node] = True
    for child in range(node + 1, len(parents)):
        found[child] = found[parents[child]]
    return found


def deducting(rules: RuleSet) -> list[int]:
    """List the nodes of mode `deduct`."""
    return [int(n) for n in rules.nodes.index[rules.nodes["mode"] == "deduct"]]


def settle(placed: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Settle the deductions of every node that deducts, period by period (扣完为止).

    Takes:   placed - checks or cells with node, column, lost, day, and visit where a node settles
             per visit
    Returns: one line per deducting node, column and period: node, column, period, lost (D, 1e-4),
             counted (min(F, D)), full (F)
    """
    lines = []
    for node in deducting(rules):
        facts = rules.nodes.loc[node]
        part = placed[below(rules, node)[placed["node"].to_numpy()]]
        period = period_of(part, facts["settlement"])
        summed = part["lost"].groupby([part["column"], period]).sum()
        found = summed.rename_axis(["column", "period"]).reset_index()
        full = int(facts["full_mark"])
        lines.append(found.assign(node=node, counted=found["lost"].clip(upper=full), full=full))
    columns = ["node", "column", "period", "lost", "counted", "full"]
    return pd.concat(lines)[columns] if lines else pd.DataFrame(columns=columns, dtype=np.int64)


def period_of(placed: pd.DataFrame, settlement: str) -> pd.Series:
    """Give the settlement period of each line as a number."""
    if settlement == "window":
        return pd.Series(0, placed.index)
    if settlement == "visit":
        return placed["visit"]
    day = placed["day"]
    if settlement == "day":
        return day
    if settlement == "week":
        return (day - 1) // 7  # ordinal 1 is a Monday
    on = pd.to_datetime(day - 719163, unit="D")  # 719163 is 1970-01-01
    return on.dt.year * 12 + on.dt.month


def score(placed: pd.DataFrame, sums: LeafSums, rules: RuleSet) -> Scores:
    """Score every column.

    Takes:   placed - lines for `settle` (only read when a node deducts); sums - leaf sums
    Returns: Scores; a column nobody looked at has score NaN
    """
    rates = leaf_rates(sums, rules)
    settled = settle(placed, rules)
    _deduct(rates, settled, rules)
    observed = _average(rates, rules)
    weights = _effective(rates, observed, rules)
    return Scores(rates, weights, rates[0] * rules.full_mark, sums, settled)


def _deduct(rates: np.ndarray, settled: pd.DataFrame, rules: RuleSet) -> None:
    """Put the rates of deducting nodes in place."""
    for node in deducting(rules):
        part = settled[settled["node"] == node]
        taken = np.bincount(part["column"], part["counted"].astype(float), rates.shape[1])
        periods = np.bincount(part["column"], minlength=rates.shape[1])
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
