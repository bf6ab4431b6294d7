"""Tallies to leaf sums: what each unit lost on each leaf of the rules in each window.

A column is one unit in one window: column = window x number of units + position of the unit.
Leaves are rows, so that every step is one vector operation over all units and windows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.rounding import RATE_SCALE
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tally import sum_by
from wenming_metrics.vocabulary import SOURCE_CODES

LEAF_KEYS = ["unit", "node"]
LEAF_SUMS = ["checks", "failed", "places", "lost", "possible", "rates"]


@dataclass(frozen=True)
class LeafSums:
    """Sums per node (row; only leaves filled) and column, all float64 holding integers < 2**53.

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
    counted = source_numbers(rules)
    node = rules.leaf_of[cells["item"].to_numpy(), cells["point_type"].to_numpy()]
    position = column_of[cells["unit"].to_numpy()]
    keep = (node >= 0) & (position >= 0) & cells["source"].isin(counted) & (cells["role"] == role)
    window = cells["window"].to_numpy() if "window" in cells else 0
    placed = cells.assign(node=node, column=window * units + position)
    return placed[keep.to_numpy()]


def leaf_lines(
    cells: pd.DataFrame, rules: RuleSet, counts_for: np.ndarray, role: int
) -> pd.DataFrame:
    """Sum tallied cells per unit and leaf: LEAF_KEYS and LEAF_SUMS, sorted.

    `rates` is kept only for leaves that average visits: nothing else asks for it.

    Takes: cells - as tallied; counts_for - unit -> unit of the board that it counts for, or -1;
           role - number of the role that counts. Items without a leaf (不计分) fall out.
    """
    node = rules.leaf_of[cells["item"].to_numpy(), cells["point_type"].to_numpy()]
    unit = counts_for[cells["unit"].to_numpy()]
    keep = (node >= 0) & (unit >= 0) & (cells["role"] == role).to_numpy()
    keep &= cells["source"].isin(source_numbers(rules)).to_numpy()
    by_visit = (rules.nodes["average"] == "visit").to_numpy()[node]
    lines = cells.assign(node=node, unit=unit, rates=np.where(by_visit, cells["rates"], 0))
    return sum_by(lines[keep], LEAF_KEYS, LEAF_SUMS)


def add_lines(
    total: np.ndarray,
    lines: Mapping[str, np.ndarray],
    position: np.ndarray,
    window: int,
    sign: int = 1,
) -> None:
    """Add leaf lines to one window of a total, or take them away (sign -1), in place.

    Takes: total - float64 (field of LEAF_SUMS, node, window, unit position); lines - columns of
           LEAF_KEYS and LEAF_SUMS, each unit and node once; position - unit -> position or -1, the same for
           units of which one goes on for the others
    """
    _, _, windows, units = total.shape
    at = position[lines["unit"]]
    keep = at >= 0
    where = (lines["node"][keep].astype(np.int64) * windows + window) * units + at[keep]
    merged = np.bincount(position[position >= 0]).max(initial=0) > 1
    for field, name in zip(total, LEAF_SUMS, strict=True):
        values = lines[name][keep] if sign > 0 else -lines[name][keep]
        if merged:
            np.add.at(field.reshape(-1), where, values)
        else:  # lines are unique, so adding through an index adds each of them
            field.reshape(-1)[where] += values


def source_numbers(rules: RuleSet) -> list[int]:
    """List the numbers of the sources that count under the rules."""
    return [SOURCE_CODES.index(source) for source in rules.sources]


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
