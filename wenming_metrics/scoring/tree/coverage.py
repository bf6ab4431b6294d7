"""What should have been looked at, and how much of it was.

Each leaf is 不适用 for a unit (no such site, or not asked by the plan), 适用未查, or 已查. Coverage is
the weight looked at over the weight that applies; not looked at is never 0 and never full marks.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_product, quotient, rounded
from wenming_metrics.rules.model import STOCKS, Catalogue, RuleSet


def leaf_at(rules: RuleSet, catalogue: Catalogue) -> np.ndarray:
    """Give a bool array (node, point type): whether a leaf is looked at on sites of the type.

    A leaf that a fact feeds is not looked at on sites: it applies to every unit.
    """
    is_looked_at = np.zeros((len(rules.nodes), rules.leaf_of.shape[1]), bool)
    is_looked_at[rules.nodes["mode"].isin(STOCKS)] = True
    item, point_type = np.nonzero(catalogue.applies & (rules.leaf_of >= 0))
    is_looked_at[rules.leaf_of[item, point_type], point_type] = True
    return is_looked_at


def global_weights(rules: RuleSet) -> np.ndarray:
    """Give each node's weight in the whole when everything is looked at; the root has 1."""
    parents, weights = rules.nodes["parent"].to_numpy(), rules.nodes["weight"].to_numpy()
    node_weights = np.ones(len(parents))
    for node in range(1, len(parents)):
        node_weights[node] = node_weights[parents[node]] * weights[node]
    return node_weights


def gather_up(values: np.ndarray, rules: RuleSet, merge: np.ufunc = np.add) -> np.ndarray:
    """Give each node what it and all nodes below it hold: their sum, or another merger."""
    gathered, parents = values.copy(), rules.nodes["parent"].to_numpy()
    for node in range(len(parents) - 1, 0, -1):
        gathered[parents[node]] = merge(gathered[parents[node]], gathered[node])
    return gathered


def types_by_unit(sites: pd.DataFrame, column_of: np.ndarray, size: int, types: int) -> np.ndarray:
    """Give a bool array (point type, unit position): whether a unit has sites of a type.

    Takes: sites - lines with street and point_type: registered sites, or lines of a plan
    """
    has_type = np.zeros((types, size), bool)
    position = column_of[sites["street"].to_numpy(np.int64)]
    is_placed = position >= 0
    has_type[sites["point_type"].to_numpy(np.int64)[is_placed], position[is_placed]] = True
    return has_type


def applicable(leaf_types: np.ndarray, registered: np.ndarray, planned: np.ndarray) -> np.ndarray:
    """Say which leaves apply to which unit.

    A unit that the plan asks for is held to the plan; another to its registered sites; one with
    neither to every leaf.

    Takes:   leaf_types - `leaf_at`; registered, planned - `types_by_unit`
    Returns: bool array (node, unit position)
    """
    expected = np.where(planned.any(axis=0), planned, registered)
    expected = np.where(expected.any(axis=0), expected, True)
    return (leaf_types.astype(float) @ expected.astype(float)) > 0  # small whole numbers: exact


def coverage(looked: np.ndarray, applies: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give the share of applying weight that was looked at, per column; NaN where none applies."""
    applying = exact_product(weights, applies)
    return rounded(quotient(exact_product(weights, looked & applies), applying))
