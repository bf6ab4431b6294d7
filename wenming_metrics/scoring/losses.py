"""Every lost point traced: from the score to leaves, to checks, to rows, adding up exactly.

A leaf loses full mark x effective weight x (1 - rate). What a node that deducts has lost is
shared among its checks by what each period counted and what each check lost in that period.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.roll_up import Scores
from wenming_metrics.scoring.settling import below, deducting, period_of, settle


def node_losses(scores: Scores, rules: RuleSet) -> np.ndarray:
    """Give points lost per node that makes its own rate, and column.

    Returns: float array (node, column): leaves and deducting nodes; others and leaves below a
             deducting node are 0. Columns sum to full mark - score.
    """
    own = (rules.nodes["mode"] != "").to_numpy()[:, None]
    lost = rules.full_mark * scores.weights * (1.0 - np.nan_to_num(scores.rates, nan=1.0))
    return np.where(own, lost, 0.0)


def trace(placed: pd.DataFrame, scores: Scores, rules: RuleSet) -> pd.Series:
    """Give the points each check lost of its column's score.

    Takes:   placed - all checks of some columns at the grain: node, column, lost, possible, day,
             visit
    Returns: points per line, same index; per column they sum to full mark - score
    """
    share, settled = _plain_share(placed, rules), settle(placed, rules)
    owner = placed["node"].to_numpy().copy()
    for node in deducting(rules):
        inside = below(rules, node)[owner]
        if inside.any():
            share[inside] = _deducted_share(placed[inside], settled, rules, node)
            owner[inside] = node
    return share * node_losses(scores, rules)[owner, placed["column"].to_numpy()]


def _plain_share(placed: pd.DataFrame, rules: RuleSet) -> pd.Series:
    """Share of the leaf's loss: by points lost, or by rate lost where visits are averaged."""
    by_visit = (rules.nodes["average"] == "visit").to_numpy()[placed["node"].to_numpy()]
    with np.errstate(invalid="ignore", divide="ignore"):
        rate_lost = np.nan_to_num(placed["lost"] / placed["possible"])
    lost = pd.Series(np.where(by_visit, rate_lost, placed["lost"]), placed.index, dtype=float)
    whole = lost.groupby([placed["node"], placed["column"]]).transform("sum")
    return (lost / whole.where(whole > 0)).fillna(0.0)


def _deducted_share(
    placed: pd.DataFrame, settled: pd.DataFrame, rules: RuleSet, node: int
) -> pd.Series:
    """Share of a deducting node's loss: (counted of the period / all counted) x (own / period)."""
    settled = settled[settled["node"] == node]
    counted = settled["counted"].groupby(settled["column"]).transform("sum")
    factor = (
        settled["counted"] / counted.where(counted > 0) / settled["lost"].where(settled["lost"] > 0)
    )
    factor.index = pd.MultiIndex.from_frame(settled[["column", "period"]])
    period = period_of(placed, rules.nodes.at[node, "settlement"])
    where = pd.MultiIndex.from_arrays([placed["column"], period])
    return pd.Series(
        factor.reindex(where).fillna(0.0).to_numpy() * placed["lost"].to_numpy(), placed.index
    )
