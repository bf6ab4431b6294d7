"""Nodes that deduct by the prices of a table (扣分标准) rather than by what the rows lost.

Prices depend on what became of a problem, so they are in no sum that the store keeps: the failed
rows of the asked days are read and priced, and settled anew. How many periods were looked at stays
as the sums tell it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window, today
from wenming_metrics.queries.scores.deductions import priced_lines
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tally.leaves import counted_sources
from wenming_metrics.scoring.tree.settling import plan_of, settle

_KEYS = ["node", "column"]
NO_ROW = -1
"""Batch of a check that is not the price of one row."""


def moment_of(windows: Sequence[Window], known_at: str = "") -> Moment:
    """Say as of which day the states of problems hold: the end of the last window, at most today.

    So that what was late after a window changes nothing in it.
    """
    return Moment(min(windows[-1].end, today()).toordinal(), known_at)


def priced(rules: RuleSet) -> np.ndarray:
    """Say of each node whether what is lost at it is a price: it deducts, or lies below a node that
    does, and whatever settles it deducts too."""
    plan, is_priced = plan_of(rules), np.zeros(len(rules.nodes), bool)
    if rules.prices.empty:
        return is_priced
    for node, owner in enumerate(plan.owner):
        is_priced[node] = owner >= 0
        while owner >= 0:
            is_priced[node] &= plan.mode[owner] == "deduct"
            owner = plan.above[owner]
    return is_priced


def reprice(
    connection: Connection,
    rules: RuleSet,
    windows: Sequence[Window],
    deductions: pd.DataFrame,
    units: tuple[np.ndarray, int],
    moment: Moment,
) -> pd.DataFrame:
    """Put the prices of problems in the place of what their rows lost.

    Takes:   deductions - `settling.DEDUCTIONS` of the windows; units - the position of each unit or
             -1, and how many positions there are
    Returns: DEDUCTIONS, `taken` of nodes that are priced by the table
    """
    ours = priced(rules)
    if not ours.any():
        return deductions
    lines = _placed(connection, rules, windows, units, moment)
    settled = settle(lines, rules)
    priced_sums = settled[ours[settled["node"].to_numpy()]].groupby(_KEYS)["counted"].sum()
    keys = pd.MultiIndex.from_frame(deductions[_KEYS])
    repriced = priced_sums.reindex(keys).fillna(0).to_numpy(np.int64)
    by_table = ours[deductions["node"].to_numpy()]
    return deductions.assign(taken=np.where(by_table, repriced, deductions["taken"]))


def priced_checks(
    connection: Connection,
    rules: RuleSet,
    window: Window,
    checks: pd.DataFrame,
    units: tuple[np.ndarray, int],
    known_at: str = "",
) -> pd.DataFrame:
    """Put a line for each price beside the checks of priced nodes, which lose nothing themselves.

    Takes:   checks - as `score_windows.read_lines`
    Returns: the same columns, and batch, seq, found_on of the row that a price is of (batch NO_ROW:
             a check)
    """
    ours = priced(rules)
    if not ours.any():
        return checks.assign(batch=NO_ROW, seq=NO_ROW, found_on=checks["day"])
    lost = np.where(ours[checks["node"].to_numpy()], 0, checks["lost"])
    unpriced = checks.assign(lost=lost, batch=NO_ROW, seq=NO_ROW, found_on=checks["day"])
    lines = _placed(connection, rules, [window], units, moment_of([window], known_at))
    price_lines = lines.assign(role=0, checks=0, failed=0)
    return pd.concat([unpriced, price_lines[list(unpriced)]], ignore_index=True)


def _placed(
    connection: Connection,
    rules: RuleSet,
    windows: Sequence[Window],
    units: tuple[np.ndarray, int],
    moment: Moment,
) -> pd.DataFrame:
    """Place the prices of problems at priced nodes into windows: as checks, with batch and seq."""
    position, size = units
    lines = priced_lines(connection, rules, windows, moment).rename(columns={"points": "lost"})
    node = rules.leaf_of[lines["item"].to_numpy(), lines["point_type"].to_numpy()]
    column = position[lines["unit"].to_numpy()]
    keep = (node >= 0) & (column >= 0) & priced(rules)[node]
    keep &= counted_sources(rules)[lines["source"].to_numpy()]
    lines = lines.assign(node=node, column=column, possible=0)[keep]
    day = lines["day"].to_numpy()
    frames = [
        lines.assign(column=lines["column"] + number * size)[
            (day >= window.days.start) & (day < window.days.stop)
        ]
        for number, window in enumerate(windows)
    ]
    return pd.concat(frames, ignore_index=True)
