"""Tallies to leaf sums: what each unit lost on each leaf of the rules in each window.

A column is one unit in one window: column = window x number of units + position of the unit.
Leaves are rows, so that every step is one vector operation over all units and windows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import RATE_SCALE
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tally.columns import sum_columns
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
    node = rules.leaf_of[cells["item"].to_numpy(), cells["point_type"].to_numpy()]
    position = column_of[cells["unit"].to_numpy()]
    keep = (node >= 0) & (position >= 0) & (cells["role"].to_numpy() == role)
    keep &= counted_sources(rules)[cells["source"].to_numpy()]
    window = cells["window"].to_numpy() if "window" in cells else 0
    placed = cells.assign(node=node, column=window * units + position)
    return placed if keep.all() else placed[keep]


def leaf_lines(
    cells: pd.DataFrame, rules: RuleSet, counts_for: np.ndarray, role: int
) -> dict[str, np.ndarray]:
    """Sum tallied cells per unit and leaf: columns of LEAF_KEYS and LEAF_SUMS, sorted.

    `rates` is kept only for leaves that average visits: nothing else asks for it.

    Takes: cells - as tallied; counts_for - unit -> unit of the board that it counts for, or -1;
           role - number of the role that counts. Items without a leaf (不计分) fall out.
    """
    columns = {name: cells[name].to_numpy() for name in cells}
    node = rules.leaf_of[columns["item"], columns["point_type"]]
    unit = counts_for[columns["unit"]]
    keep = (node >= 0) & (unit >= 0) & (columns["role"] == role)
    keep &= counted_sources(rules)[columns["source"]]
    columns["rates"] = np.where(visit_averages(rules)[node], columns["rates"], 0)
    columns |= {"node": node, "unit": unit}
    counted_columns = {name: columns[name][keep] for name in (*LEAF_KEYS, *LEAF_SUMS)}
    return sum_columns(counted_columns, LEAF_KEYS, LEAF_SUMS)


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
    positions = position[lines["unit"]]
    keep = positions >= 0
    where = (lines["node"][keep].astype(np.int64) * windows + window) * units + positions[keep]
    merged = np.bincount(position[position >= 0]).max(initial=0) > 1
    for field, name in zip(total, LEAF_SUMS, strict=True):
        values = lines[name][keep] if sign > 0 else -lines[name][keep]
        if merged:
            np.add.at(field.reshape(-1), where, values)
        else:  # lines are unique, so adding through an index adds each of them
            field.reshape(-1)[where] += values


@lru_cache(maxsize=16)
def counted_sources(rules: RuleSet) -> np.ndarray:
    """Say of each source, by its number, whether it counts under the rules."""
    return np.array([source in rules.sources for source in SOURCE_CODES])


@lru_cache(maxsize=16)
def visit_averages(rules: RuleSet) -> np.ndarray:
    """Say of each node whether it is the mean of its visits."""
    return (rules.nodes["average"] == "visit").to_numpy(bool)


def leaf_rates(sums: LeafSums, rules: RuleSet) -> np.ndarray:
    """Give the rate of each leaf: pooled, or the mean of its visits; NaN where not looked at.

    Returns: float array (node, column); rows of inner nodes are NaN
    """
    rates = np.full(sums.lost.shape, np.nan)
    leaf, by_visit = rules.nodes["is_leaf"].to_numpy(bool), visit_averages(rules)
    pooled, visits = np.flatnonzero(leaf & ~by_visit), np.flatnonzero(leaf & by_visit)
    with np.errstate(invalid="ignore", divide="ignore"):  # 0 / 0: not looked at
        rates[pooled] = 1.0 - sums.lost[pooled] / sums.possible[pooled]
        rates[visits] = sums.rates[visits] / (sums.checks[visits] * RATE_SCALE)
    return rates
