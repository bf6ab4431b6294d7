"""Leaves that are fed by a dated fact: a metric held against thresholds, a printed score.

A fact is a stock: the latest not after the window's end counts, and how often it was sent does not.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.rules.model import STOCKS, RuleSet
from wenming_metrics.rules.tables import is_linear, lines_of

_SLACK = 1e-12
"""Of a value that decimals cannot hold exactly, such as 0.9 of 1."""


def stock_nodes(rules: RuleSet) -> list[int]:
    """List the leaves that facts feed."""
    return [int(node) for node in rules.nodes.index[rules.nodes["mode"].isin(STOCKS)]]


def stock_rates(values: pd.DataFrame, rules: RuleSet, columns: int) -> np.ndarray:
    """Turn facts into rates.

    `value`: value / full mark. `threshold`: the first band of its table that the value reaches;
    or 1 - (points per step below the target) / full mark, parts of a step in proportion.

    Takes:   values - node, column, value (float), at most one line per node and column
    Returns: float array (node, column), NaN where there is no fact; between 0 and 1
    """
    rates = np.full((len(rules.nodes), columns), np.nan)
    for node in stock_nodes(rules):
        node_values = values[(values["node"] == node).to_numpy()]
        fact_values = node_values["value"].to_numpy(float)
        rates[node, node_values["column"].to_numpy(np.int64)] = _rate(
            fact_values, rules.nodes.loc[node], rules
        )
    return np.clip(rates, 0.0, 1.0)


def _rate(values: np.ndarray, facts: pd.Series, rules: RuleSet) -> np.ndarray:
    full = facts["full_mark"] / POINT_SCALE
    if facts["mode"] == "value":
        return values / full
    lines = lines_of(rules.tables, facts["table"])
    if is_linear(lines):
        line = lines.iloc[0]
        short = np.maximum(0.0, line["target"] - values)
        return 1.0 - short / line["per"] * line["loss"] / full
    limits = lines["min_value"].fillna(-np.inf).to_numpy()
    reached = values[:, None] >= limits - _SLACK
    return lines["rate"].to_numpy()[np.argmax(reached, axis=1)]
