"""Every lost point traced: from the score to leaves, to checks, to rows, adding up exactly.

A leaf loses full mark x effective weight x (1 - rate). What a node that settles has lost is
shared among its checks by what each period counted and what each check lost in that period.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import quotient
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tally.columns import sums_within
from wenming_metrics.scoring.tally.leaves import visit_averages
from wenming_metrics.scoring.tree.coverage import global_weights
from wenming_metrics.scoring.tree.missing import below_pools
from wenming_metrics.scoring.tree.roll_up import Scores
from wenming_metrics.scoring.tree.settling import period_of, plan_of, settle

MULTIPLE = 2.0
"""A loss is marked from so many times the weight that the rules give its node on: the weight of what
was not looked at came to it."""


def weight_multiples(scores: Scores, rules: RuleSet) -> np.ndarray:
    """Give what each node weighs over what the rules give it when everything is looked at.

    Returns: float array (node, column); NaN below `MULTIPLE`, where a node has no weight, and below a
             pooled node, whose checks weigh by the points that could be earned
    """
    nominal = np.where(below_pools(rules), np.nan, global_weights(rules))[:, None]
    multiples = quotient(scores.weights, nominal)
    return np.where(multiples >= MULTIPLE - 1e-9, multiples, np.nan)


def node_losses(scores: Scores, rules: RuleSet) -> np.ndarray:
    """Give points lost per node that makes its own rate, and column.

    Returns: float array (node, column): leaves and settling nodes; others and what lies below a
             settling node are 0. Columns sum to full mark - score.
    """
    makes_rate = (rules.nodes["mode"] != "").to_numpy()[:, None]
    lost = rules.full_mark * scores.weights * (1.0 - np.nan_to_num(scores.rates, nan=1.0))
    return np.where(makes_rate, lost, 0.0)


def trace(placed: pd.DataFrame, scores: Scores, rules: RuleSet) -> tuple[np.ndarray, pd.Series]:
    """Give the points each check lost of its column's score.

    Takes:   placed - all checks of some columns at the grain: node, column, lost, possible, day,
             visit
    Returns: per line the node that makes the rate it counts in, and its points (same index); per
             column they sum to full mark - score, less what stands on no row: leaves that were
             filled in or are fed by a fact
    """
    node, column = placed["node"].to_numpy(), placed["column"].to_numpy()
    holder, amount = _settled_shares(placed, rules)
    share = np.where(holder >= 0, amount, _plain_share(placed, rules))
    owner = np.where(holder >= 0, holder, node)
    traced = share * np.where(scores.filled, 0.0, node_losses(scores, rules))[owner, column]
    return owner, pd.Series(traced, placed.index)


def _plain_share(placed: pd.DataFrame, rules: RuleSet) -> np.ndarray:
    """Share of the leaf's loss: by points lost, or by rate lost where visits are averaged."""
    by_visit = visit_averages(rules)[placed["node"].to_numpy()]
    with np.errstate(invalid="ignore", divide="ignore"):
        rate_lost = np.nan_to_num(placed["lost"] / placed["possible"])
    lost = np.where(by_visit, rate_lost, placed["lost"].to_numpy(float))
    column = placed["column"].to_numpy(np.int64)
    keys = placed["node"].to_numpy(np.int64) * (column.max(initial=0) + 1) + column
    leaf_total = sums_within(lost, keys)
    return quotient(lost, leaf_total, 0.0)


def _settled_shares(placed: pd.DataFrame, rules: RuleSet) -> tuple[np.ndarray, np.ndarray]:
    """Share what the topmost settling nodes took among the checks below them.

    A check has the part of its period that it lost of it; what a node took of a period is handed
    to the node above in the same parts.

    Returns: per check the topmost settling node above it (-1: none), and its share of what that
             node took in the whole column
    """
    plan = plan_of(rules)
    holder = plan.owner[placed["node"].to_numpy()]
    amount = placed["lost"].to_numpy(float).copy()
    if not plan.nodes or not (holder >= 0).any():
        return holder, amount
    settled = settle(placed, rules)
    for node in plan.nodes:
        inside = np.flatnonzero(holder == node)
        if not len(inside):
            continue
        checks = placed.iloc[inside]
        periods = settled[settled["node"] == node]
        counted, lost = _period_sums(periods, checks, rules.nodes.at[node, "settlement"])
        upper = plan.above[node]
        if upper < 0:
            column_totals = periods["counted"].groupby(periods["column"]).sum()
            counted = counted / column_totals.where(column_totals > 0).reindex(
                checks["column"]
            ).to_numpy(float)
        amount[inside] *= np.nan_to_num(quotient(counted, lost, 0.0))
        holder[inside] = upper if upper >= 0 else node
    return holder, amount


def _period_sums(
    periods: pd.DataFrame, checks: pd.DataFrame, settlement: str
) -> tuple[np.ndarray, np.ndarray]:
    """Look up what was counted and lost in the period of each check."""
    keys = pd.MultiIndex.from_frame(periods[["column", "period"]])
    where = pd.MultiIndex.from_arrays([checks["column"], period_of(checks, settlement)])
    positions = keys.get_indexer(where)
    return (periods[name].to_numpy(float)[positions] for name in ("counted", "lost"))
