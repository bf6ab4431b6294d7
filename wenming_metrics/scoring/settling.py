"""What nodes that deduct took, period by period (扣完为止), in a form that sums over days.

Within one visit, day, week, month or window a node of mode `deduct` takes no more than its full
mark. Visits and days are over when the day is, so what they took is final and only its sum is
kept; of weeks, months and windows the points lost are kept, and capped when the window is read.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.leaves import source_numbers
from wenming_metrics.scoring.tally import sum_by

LINE_KEYS = ["node", "unit", "period"]
LINE_SUMS = ["looked", "taken"]
"""Settled lines: periods looked at and points taken where final; else checks and points lost."""
_FINAL = ("visit", "day")
DEDUCTIONS = ["node", "column", "periods", "taken"]


def deducting(rules: RuleSet) -> list[int]:
    """List the nodes of mode `deduct`."""
    return [int(n) for n in rules.nodes.index[rules.nodes["mode"] == "deduct"]]


def below(rules: RuleSet, node: int) -> np.ndarray:
    """Give a bool array over nodes: the node itself and everything under it."""
    parents = rules.nodes["parent"].to_numpy()
    found = np.zeros(len(parents), bool)
    found[node] = True
    for child in range(node + 1, len(parents)):
        found[child] = found[parents[child]]
    return found


def period_of(placed: pd.DataFrame, settlement: str) -> pd.Series:
    """Give the settlement period of each line (day, and visit where it settles per visit)."""
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


def settle(placed: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Settle single checks for every node that deducts.

    Takes:   placed - checks with node, column, lost, day, and visit where a node settles per visit
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


def settle_day(checks: pd.DataFrame, rules: RuleSet, counts_for: np.ndarray) -> pd.DataFrame:
    """Settle one day's checks into lines that sum over days: LINE_KEYS and LINE_SUMS, sorted.

    Takes: checks - `tally.checks_of_day`; counts_for - as in `leaves.leaf_lines`
    """
    node = rules.leaf_of[checks["item"].to_numpy(), checks["point_type"].to_numpy()]
    unit = counts_for[checks["unit"].to_numpy()]
    keep = (node >= 0) & (unit >= 0)
    keep &= checks["source"].isin(source_numbers(rules)).to_numpy()
    placed = checks.assign(unit=unit)[keep]
    lines = [_settle(placed[below(rules, n)[node[keep]]], rules, n) for n in deducting(rules)]
    return pd.concat([no_lines(), *lines], ignore_index=True)


def no_lines() -> pd.DataFrame:
    """Give settled lines of a day on which no node deducts."""
    return pd.DataFrame({name: pd.Series(dtype=np.int64) for name in [*LINE_KEYS, *LINE_SUMS]})


def _settle(checks: pd.DataFrame, rules: RuleSet, node: int) -> pd.DataFrame:
    """Settle one node: final within the day for visits and days, else what is still to be capped."""
    settlement, full = rules.nodes.at[node, "settlement"], int(rules.nodes.at[node, "full_mark"])
    lines = checks.assign(node=node, looked=1, taken=checks["lost"])
    if settlement not in _FINAL:
        return sum_by(lines.assign(period=period_of(checks, settlement)), LINE_KEYS, LINE_SUMS)
    lines = lines.assign(period=period_of(checks, settlement))
    periods = sum_by(lines, LINE_KEYS, ["taken"])
    taken = periods["taken"].clip(upper=full)
    return sum_by(periods.assign(period=0, looked=1, taken=taken), LINE_KEYS, LINE_SUMS)


def deduct_lines(lines: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Turn settled lines of windows into DEDUCTIONS, capping what is not final yet.

    Takes: lines - node, period, looked, taken and column; some may take away what others add
    """
    summed = sum_by(lines, ["node", "column", "period"], LINE_SUMS)
    summed = summed[summed["looked"] > 0]
    node = summed["node"].to_numpy()
    final = rules.nodes["settlement"].isin(_FINAL).to_numpy()[node]
    full = pd.to_numeric(rules.nodes["full_mark"]).to_numpy(np.int64)[node]
    taken = np.where(final, summed["taken"], np.minimum(summed["taken"], full))
    counted = summed.assign(periods=np.where(final, summed["looked"], 1), taken=taken)
    return sum_by(counted, ["node", "column"], ["periods", "taken"])
