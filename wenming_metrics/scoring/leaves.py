"""Tallies to leaf sums: what each unit lost on each leaf of the rules in each window.

A column is one unit in one window: column = window x number of units + position of the unit.
Leaves are rows, so that every step is one vector operation over all units and windows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.rounding import RATE_SCALE
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.vocabulary import SOURCE_CODES


@dataclass(frozen=True)
class LeafSums:
    """Sums per node (row; only leaves filled) and column, all float64 holding integers.

    checks, failed, places - counts; lost, possible - 1e-4 points; rates - sum of rates in 1e-9
    """

    checks: np.ndarray
    failed: np.ndarray
    places: np.ndarray
    lost: np.ndarray
    possible: np.ndarray
    rates: np.ndarray


def place_cells(
    cells: pd.DataFrame, rules: RuleSet, column_of: np.ndarray, units: int, role: int
) -> pd.DataFrame:
    """Keep the cells that count under the rules, with the leaf and column they fall into.

    Takes:   cells - tallied cells, with `window` (0, 1, ...) when there are several windows;
             column_of - unit number -> position of the unit it counts for, -1 for none;
             units - how many positions; role - number of the role that counts
    Returns: the kept cells, plus node and column. Items without a leaf (不计分) fall out.
    """
    counted = [SOURCE_CODES.index(source) for source in rules.sources]
    node = rules.leaf_of[cells["item"].to_numpy(), cells["point_type"].to_numpy()]
    position = column_of[cells["unit"].to_numpy()]
    keep = (node >= 0) & (position >= 0) & cells["source"].isin(counted) & (cells["role"] == role)
    window = cells["window"].to_numpy() if "window" in cells else 0
    placed = cells.assign(node=node, column=window * units + position)
    return placed[keep.to_numpy()]


def sum_leaves(placed: pd.DataFrame, nodes: int, columns: int) -> LeafSums:
    """Sum placed cells per node and column."""
    where = placed["node"].to_numpy() * columns + placed["column"].to_numpy()

    def total(name: str) -> np.ndarray:
        # Weights are int64 below 2**53, so float64 sums of them are exact.
        summed = np.bincount(where, placed[name].to_numpy(float), minlength=nodes * columns)
        return summed.reshape(nodes, columns)

    return LeafSums(*(total(name) for name in LeafSums.__dataclass_fields__))


def leaf_rates(sums: LeafSums, rules: RuleSet) -> np.ndarray:
    """Give the rate of each leaf: pooled, or the mean of its visits; NaN where not looked at.

    Returns: float array (node, column); rows of inner nodes are NaN
    """
    nodes = rules.nodes
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = 1.0 - sums.lost / sums.possible
        by_visit = sums.rates / (sums.checks * RATE_SCALE)
    rates = np.where((nodes["average"] == "visit").to_numpy()[:, None], by_visit, pooled)
    missing = (sums.possible == 0) | ~nodes["is_leaf"].to_numpy()[:, None]
    return np.where(missing, np.nan, rates)
