"""What nodes that settle took, period by period, in a form that sums over days.

A node of mode `deduct` takes what was lost below it within one visit, day, week, month or window,
but no more than its full mark (扣完为止); `grade` looks the period up in a table, `all_or_nothing`
takes everything for any loss, `mean` the share of its points that the period lost. Visits and days are over when the day is, so what they took is final
and only its sum is kept; of weeks, months and windows the points are kept, and settled when the
window is read. A node that deducts below another settles first, and hands on what it took.

What is taken is counted in the node's own full mark: points in 1e-4 for `deduct`, else 1e-9 of 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import POINT_SCALE, RATE_SCALE, rate
from wenming_metrics.rules.model import SETTLED, RuleSet
from wenming_metrics.rules.tables import lines_of
from wenming_metrics.scoring.tally.columns import reduce_columns, sum_by, sum_columns
from wenming_metrics.scoring.tally.leaves import counted_sources

LINE_KEYS = ["node", "unit", "period"]
LINE_SUMS = ["looked", "taken", "possible"]
"""Settled lines: where final, periods looked at and what they took; else checks, points lost,
points that could be earned."""
Columns = dict[str, np.ndarray]
"""Columns of integers of equal length."""
NOTHING_SETTLED = {name: np.zeros(0, np.int64) for name in (*LINE_KEYS, *LINE_SUMS)}
"""The columns of settled lines of a day on which no node settles."""
_TAKEN = ("lost", "possible", "single")
"""By what a node says what it takes of a period."""
DEDUCTIONS = ["node", "column", "periods", "taken"]
_FINAL = ("visit", "day")
_HOW = {"visit": np.minimum, "day": np.minimum, "lost": np.add, "possible": np.add} | {
    "single": np.maximum
}
"""What a check or a settled period brings to the node above, and how periods sum it up."""


class Grade(NamedTuple):
    """One line of a table of grades: its rate, and the limits that hold for it (NaN: none)."""

    rate: float
    min_rate: float
    max_lost: float
    max_single: float


@dataclass(frozen=True, eq=False)
class Plan:
    """How the nodes of a tree settle.

    nodes - those that settle, children before parents; owner - node -> the settling node at or
    above it, -1; above - settling node -> the next one above it, -1; full - node -> full mark in
    its own count; final - node -> whether its periods end within a day; mode, settlement - per
    node; grades - node of mode grade -> its table
    """

    nodes: tuple[int, ...]
    owner: np.ndarray
    above: dict[int, int]
    full: np.ndarray
    final: np.ndarray
    mode: tuple[str, ...]
    settlement: tuple[str, ...]
    grades: dict[int, tuple[Grade, ...]]


@lru_cache(maxsize=16)
def plan_of(rules: RuleSet) -> Plan:
    """Lay out how the nodes of some rules settle."""
    nodes = rules.nodes
    settles = nodes["mode"].isin(SETTLED).to_numpy()
    parents, owner, above = nodes["parent"].to_numpy(), np.full(len(nodes), -1), {}
    for node in range(len(nodes)):
        upper = owner[parents[node]] if node else -1
        owner[node] = node if settles[node] else upper
        if settles[node]:
            above[node] = int(upper)
    marks = pd.to_numeric(nodes["full_mark"]).to_numpy(np.int64)
    full = np.where(nodes["mode"] == "deduct", marks, RATE_SCALE)
    final = nodes["settlement"].isin(_FINAL).to_numpy()
    order = tuple(int(node) for node in np.flatnonzero(settles)[::-1])
    modes, settlements = tuple(nodes["mode"]), tuple(nodes["settlement"])
    graded = (node for node in order if modes[node] == "grade")
    grades = {node: _grades(rules, str(nodes.at[node, "table"])) for node in graded}
    return Plan(order, owner, above, full, final, modes, settlements, grades)


def _grades(rules: RuleSet, table: str) -> tuple[Grade, ...]:
    return tuple(
        Grade(line.rate, line.min_rate, line.max_lost, line.max_single)
        for line in lines_of(rules.tables, table).itertuples()
    )


def settling(rules: RuleSet) -> tuple[int, ...]:
    """List the nodes that settle, children before parents."""
    return plan_of(rules).nodes


def period_of(columns: Mapping[str, np.ndarray] | pd.DataFrame, settlement: str) -> np.ndarray:
    """Give the settlement period of lines with day (ordinal) and visit."""
    day = np.asarray(columns["day"], np.int64)
    if settlement == "window":
        return np.zeros(len(day), np.int64)
    if settlement == "visit":
        return np.asarray(columns["visit"], np.int64)
    if settlement == "day":
        return day
    if settlement == "week":
        return (day - 1) // 7  # ordinal 1 is a Monday
    since_1970 = (day - 719163).astype("datetime64[D]")  # 719163 is 1970-01-01
    return since_1970.astype("datetime64[M]").astype(np.int64)


def settle(placed: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Settle all checks of some columns for every node that settles.

    Takes:   placed - checks with node, column, lost, possible, day, visit
    Returns: one line per settling node, column and period: node, column, period, lost (D, 1e-4),
             counted (what it took, in the count of `full`), full (F)
    """
    plan = plan_of(rules)
    flow = _flow(placed, placed["node"].to_numpy(), placed["column"].to_numpy(), plan)
    names = ("key", "period", "lost", "counted")
    lines = [_no_periods()]
    flows = _flows(flow, plan)
    for node in plan.nodes:
        periods = _periods(_joined(flows[node]), plan, node)
        columns = {name: periods[name] for name in names}
        lines.append(pd.DataFrame({"node": node, **columns, "full": int(plan.full[node])}))
        _hand_on(flows, plan, node, periods)
    settled = pd.concat(lines, ignore_index=True).rename(columns={"key": "column"})
    return settled[["node", "column", "period", "lost", "counted", "full"]]


def settle_day(checks: pd.DataFrame, rules: RuleSet, counts_for: np.ndarray) -> Columns:
    """Settle one day's checks into lines that sum over days: LINE_KEYS and LINE_SUMS, sorted.

    Takes: checks - `tally.checks_of_days`; counts_for - as in `leaves.leaf_lines`
    """
    plan = plan_of(rules)
    node = rules.leaf_of[checks["item"].to_numpy(), checks["point_type"].to_numpy()]
    unit = counts_for[checks["unit"].to_numpy()]
    keep = (node >= 0) & (unit >= 0) & (plan.owner[node] >= 0)
    keep &= counted_sources(rules)[checks["source"].to_numpy()]
    flows = _flows(_flow(checks, node, unit, plan, keep), plan)
    lines = [NOTHING_SETTLED]
    for number in plan.nodes:
        flow = _joined(flows[number])
        if not len(flow["key"]):
            continue
        if plan.final[number]:
            periods = _periods(flow, plan, number)
            columns = {
                "unit": periods["key"],
                "period": 0,
                "taken": periods["counted"],
                "possible": 0,
            }
            _hand_on(flows, plan, number, periods)
        else:
            period = period_of(flow, plan.settlement[number])
            columns = {"unit": flow["key"], "period": period, "taken": flow["lost"]}
            columns |= {"possible": flow["possible"]}
        size = len(columns["unit"])
        columns = {name: np.broadcast_to(values, size) for name, values in columns.items()}
        line_columns = {**columns, "node": np.full(size, number), "looked": np.ones(size, np.int64)}
        lines.append(sum_columns(line_columns, LINE_KEYS, LINE_SUMS))
    return {name: np.concatenate([settled[name] for settled in lines]) for name in NOTHING_SETTLED}


def no_lines() -> pd.DataFrame:
    """Give settled lines of a day on which no node settles."""
    return pd.DataFrame(NOTHING_SETTLED)


def deduct_lines(lines: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Turn settled lines of windows into DEDUCTIONS, settling what is not final yet.

    Takes: lines - node, period, looked, taken, possible and column; some may take away what
           others add
    """
    plan = plan_of(rules)
    summed = sum_by(lines, ["node", "column", "period"], LINE_SUMS)
    summed = summed[summed["looked"] > 0]
    flows: dict[int, list[pd.DataFrame]] = {}
    deductions = [pd.DataFrame(columns=DEDUCTIONS, dtype=np.int64)]
    for node in plan.nodes:
        node_lines = pd.concat([summed[summed["node"] == node], *flows.pop(node, [])])
        if node_lines.empty:
            continue
        if plan.final[node]:
            deductions.append(node_lines.assign(periods=node_lines["looked"])[DEDUCTIONS])
            continue
        node_lines = sum_by(node_lines, ["column", "period"], LINE_SUMS)
        lost, possible = node_lines["taken"].to_numpy(), node_lines["possible"].to_numpy()
        deducted = _take(lost, possible, lost, plan, node)
        deductions.append(node_lines.assign(node=node, periods=1, taken=deducted)[DEDUCTIONS])
        upper = plan.above[node]
        if upper >= 0:
            same = plan.settlement[upper] == plan.settlement[node]
            period = node_lines["period"] if same else 0
            flows.setdefault(upper, []).append(node_lines.assign(taken=deducted, period=period))
    return sum_by(pd.concat(deductions), ["node", "column"], ["periods", "taken"])


def _no_periods() -> pd.DataFrame:
    names = ("node", "key", "period", "lost", "counted", "full")
    return pd.DataFrame(columns=names, dtype=np.int64)


def _flows(flow: Columns, plan: Plan) -> dict[int, list[Columns]]:
    """Part what checks bring by the node that settles them; nodes below add what they hand on."""
    order = np.argsort(flow["owner"], kind="stable")
    ends = np.searchsorted(flow["owner"][order], [(node, node + 1) for node in plan.nodes])
    return {
        node: [{name: flow[name][order[first:last]] for name in (*_HOW, "key")}]
        for node, (first, last) in zip(plan.nodes, ends, strict=True)
    }


def _joined(flows: list[Columns]) -> Columns:
    if len(flows) == 1:
        return flows[0]
    return {name: np.concatenate([flow[name] for flow in flows]) for name in flows[0]}


def _hand_on(flows: dict[int, list[Columns]], plan: Plan, node: int, periods: Columns) -> None:
    """Bring what a node took to the node above it."""
    upper = plan.above[node]
    if upper >= 0:
        columns = {name: periods[name] for name in (*_HOW, "key")}
        flows[upper].append(columns | {"lost": periods["counted"]})


def _flow(
    checks: pd.DataFrame,
    node: np.ndarray,
    key: np.ndarray,
    plan: Plan,
    keep: np.ndarray | slice = slice(None),
) -> Columns:
    """Give what checks bring to the node that settles them: owner, key and what _HOW names."""
    names = ("visit", "day", "lost", "possible")
    columns = {name: checks[name].to_numpy(np.int64)[keep] for name in names}
    return {**columns, "single": columns["lost"], "owner": plan.owner[node][keep], "key": key[keep]}


def _periods(flow: Columns, plan: Plan, node: int) -> Columns:
    """Settle the periods of one node: key, period, what _HOW names, counted.

    day and visit are the first of the period, which tells in which period of a node above it lies.
    """
    lines = {**flow, "period": period_of(flow, plan.settlement[node])}
    reduced = reduce_columns(lines, ["key", "period"], _HOW)
    return {**reduced, "counted": _take(*(reduced[name] for name in _TAKEN), plan, node)}


def _take(
    lost: np.ndarray, possible: np.ndarray, single: np.ndarray, plan: Plan, node: int
) -> np.ndarray:
    """Say what a node takes in each period, in the count of its full mark.

    Takes: lost, possible - sums of the period in 1e-4; single - the largest loss of one check
    """
    if plan.mode[node] == "deduct":
        return np.minimum(lost, int(plan.full[node]))
    if plan.mode[node] == "all_or_nothing":
        return np.where(lost > 0, RATE_SCALE, 0)
    if plan.mode[node] == "mean":
        return RATE_SCALE - rate(np.maximum(possible - lost, 0), np.maximum(possible, 1))
    return _grade(lost, possible, single, plan.grades[node])


def _grade(
    lost: np.ndarray, possible: np.ndarray, single: np.ndarray, grades: tuple[Grade, ...]
) -> np.ndarray:
    """Look periods up in a table of grades: the first line of which every limit holds decides."""
    deducted = np.zeros(len(lost), np.int64)
    open_ = np.ones(len(lost), bool)
    for line in grades:
        holds = open_.copy()
        if not np.isnan(line.min_rate):
            # 1e-12 of the points that could be earned is less than any point that is kept.
            holds &= possible - lost >= line.min_rate * possible * (1 - 1e-12)
        for limit, value in ((line.max_lost, lost), (line.max_single, single)):
            if not np.isnan(limit):
                holds &= value <= round(limit * POINT_SCALE)
        deducted[holds] = RATE_SCALE - round(line.rate * RATE_SCALE)
        open_ &= ~holds
    return deducted
