"""Checks with the points that each lost, and the stored rows behind them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.scores.as_known import know, known_lines, known_standings
from wenming_metrics.queries.scores.priced_nodes import NO_ROW, priced_checks
from wenming_metrics.queries.scores.score_windows import read_lines, score_windows
from wenming_metrics.queries.scores.standings import Standings
from wenming_metrics.scoring.losses.losses import trace
from wenming_metrics.scoring.tally.columns import as_names
from wenming_metrics.scoring.tally.tally import drop_repeats
from wenming_metrics.store import schema
from wenming_metrics.store.batches import live_on
from wenming_metrics.store.frames import no_rows
from wenming_metrics.store.replacing import drop_covered
from wenming_metrics.store.rows import read_rows
from wenming_metrics.tallies.update import apply_decisions

GRAIN = ["visit", "unit", "item", "point_type"]
"""What tells checks of a day apart."""


def position_of(standings: Standings, unit: int) -> int:
    """Give the position of the unit that a unit counts for. Raises KeyError without one."""
    position = standings.column_of[unit]
    if position < 0:
        raise KeyError(unit)
    return int(position)


def traced_lines(
    connection: Connection,
    office: Office,
    window: Window,
    unit: int | None,
    board: str,
    cut: Cutoff | None = None,
    *,
    only_lost: bool = False,
) -> tuple[Standings, pd.DataFrame]:
    """Read the checks of one unit (None: of all) with the points each lost.

    Takes:   only_lost - leave out checks that lost nothing and on which no loss rests
    Returns: the standings; checks with node, code and leaf_name, owner (the node that makes its own
             rate), stretch (position in `spans_in`) and loss
    """
    chosen = office.rules.board(board)
    if cut is None:
        standings = score_windows(connection, office, [window], chosen)
        read = partial(read_lines, connection, only_lost=only_lost)
    else:
        known_window = know(connection, window, cut)
        standings = known_standings(connection, office, chosen, known_window)
        read = partial(known_lines, connection, known_window, only_lost=only_lost)
    size = len(standings.units)
    frames = []
    for number, (span, columns, shares) in enumerate(standings.spans_in()):
        rules = span.rules
        lines = read(span.window, rules, standings.column_of, size)
        units = (standings.column_of, size)
        known_at = cut.at if cut else ""
        lines = priced_checks(connection, rules, span.window, lines, units, known_at)
        if unit is not None:
            lines = lines[lines["column"] == position_of(standings, unit)]
        position = lines["column"].to_numpy(np.int64)
        lines = lines.assign(column=columns.start + position)
        owner, points = trace(lines, span.scores, rules)
        losses = {"owner": owner, "loss": points * np.nan_to_num(shares)[position]}
        node = lines["node"].to_numpy(np.int64)
        losses |= {"code": as_names(node, rules.nodes["code"].tolist().__getitem__)}
        losses |= {"leaf_name": as_names(node, rules.nodes["name"].tolist().__getitem__)}
        frames.append(lines.assign(**losses, stretch=number, place=position))
    return standings, pd.concat(frames, ignore_index=True)


def live_rows(
    connection: Connection, window: Window, days: np.ndarray, units: np.ndarray
) -> pd.DataFrame:
    """Read the rows of some units that count on some days of a window."""
    rows = read_rows(connection, days, live_on(connection, window.days), units)
    return _that_count(connection, rows)


def rows_of_checks(connection: Connection, window: Window, checks: pd.DataFrame) -> pd.DataFrame:
    """Read the rows of a window that count and that checks may rest on.

    Takes: checks - day, unit, item; not too many: what they ask for is looked up day by day, for
           few units lost much on the same day
    """
    live = live_on(connection, window.days)
    frames = [
        read_rows(connection, [day], live, day_checks["unit"].unique(), day_checks["item"].unique())
        for day, day_checks in checks.groupby("day")
    ]
    return _that_count(connection, pd.concat([no_rows(schema.row), *frames], ignore_index=True))


def _that_count(connection: Connection, rows: pd.DataFrame) -> pd.DataFrame:
    return drop_repeats(apply_decisions(connection, drop_covered(connection, rows)))


def rows_behind(
    connection: Connection, window: Window, rows: pd.DataFrame, lines: pd.DataFrame
) -> pd.DataFrame:
    """Find the rows behind checks; a check's points go to its rows by what each lost.

    A price is of one row, which may lie on a day before the window: it fell due later.
    """
    is_check = lines["batch"] == NO_ROW
    lost_rows = _shared(rows, lines[is_check])
    prices = lines[~is_check]
    if len(prices):
        days = range(int(prices["found_on"].min()), window.days.stop)
        of = read_rows(connection, prices["found_on"].unique(), live_on(connection, days))
        keys = ["batch", "seq"]
        priced = of.merge(prices[[*keys, "loss", "leaf_name"]], on=keys)
        lost_rows = pd.concat([lost_rows, priced], ignore_index=True)
    return lost_rows.sort_values("loss", ascending=False, kind="stable")


def _shared(rows: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    checks = lines[[*GRAIN, "loss", "leaf_name"]]
    lost_rows = rows[rows["lost"] > 0].merge(checks, on=GRAIN, validate="many_to_one")
    lost_of_check = lost_rows.groupby(GRAIN)["lost"].transform("sum")
    return lost_rows.assign(loss=lost_rows["loss"] * lost_rows["lost"] / lost_of_check)
