"""Scores of a row of windows at once: tallies of the asked days, rules, one pass.

Whole months are read from their anchors, other days one by one. Columns of all arrays are
window x units + position of the unit, as in `scoring.leaves`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.periods import Window, window
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.scoring import coverage as cover
from wenming_metrics.scoring.leaves import place_cells, sum_leaves
from wenming_metrics.scoring.ranking import status_of
from wenming_metrics.scoring.roll_up import Scores, below, deducting, score
from wenming_metrics.scoring.tally import (
    CELL_KEYS,
    CELL_SUMS,
    SITE_KEYS,
    SITE_SUMS,
    checks_of_day,
    site_sums,
)
from wenming_metrics.store.batches import live_batches
from wenming_metrics.store.registers import read_plan, read_register
from wenming_metrics.store.tallies import read_days, read_months
from wenming_metrics.units import Register, alive_units, ancestors
from wenming_metrics.vocabulary import ROLE_CODES


@dataclass(frozen=True)
class Standings:
    """Scores of all units of a board over a row of windows.

    units     - one line per unit, in the order of the register: unit, name, group, group_order
    windows   - oldest first
    column_of - unit number -> position in `units` of the unit it counts for, or -1
    scores    - see `scoring.roll_up.Scores`
    coverage  - per column, share of the applying weight that was looked at; NaN = nothing applies
    sites     - lines of SITE_KEYS and SITE_SUMS with window and column
    """

    board: Board
    units: pd.DataFrame
    windows: tuple[Window, ...]
    register: Register
    column_of: np.ndarray
    scores: Scores
    coverage: np.ndarray
    sites: pd.DataFrame

    def at(self, number: int) -> slice:
        """The columns of one window (-1: the last)."""
        first = (number % len(self.windows)) * len(self.units)
        return slice(first, first + len(self.units))


def score_windows(
    connection: Connection, office: Office, windows: Sequence[Window], board: Board
) -> Standings:
    """Score every unit of a board that is alive at the end of the last window, in each window."""
    register = read_register(connection)
    units = board_units(register, board, windows[-1].end)
    position = _positions(register, board, units)
    rules, size = office.rules, len(units)
    role = ROLE_CODES.index(board.role)
    cells = _gather(connection, windows, "cells", [*CELL_KEYS, *CELL_SUMS])
    placed = place_cells(cells, rules, position, size, role)
    sums = sum_leaves(placed, len(rules.nodes), size * len(windows))
    lines = read_lines(connection, windows, rules, position, size)
    covered = _coverage(connection, office, windows, register, position, sums.checks > 0)
    sites = _gather(connection, windows, "sites", [*SITE_KEYS, *SITE_SUMS])
    return Standings(
        board=board,
        units=units,
        windows=tuple(windows),
        register=register,
        column_of=position,
        scores=score(lines, sums, rules),
        coverage=covered,
        sites=_place_sites(sites, rules, position, size),
    )


def board_units(register: Register, board: Board, on: date) -> pd.DataFrame:
    """List the units of a board on a day: unit, name, group, group_order (that of the rules)."""
    units = alive_units(register, board.kind, on.toordinal())[["unit", "name", "group"]]
    order = {group: number for number, group in enumerate(board.groups)}
    unlisted = len(order)
    places = [order.get(group, unlisted) for group in units["group"]]
    return units.assign(group_order=places).reset_index(drop=True)


def statuses(standings: Standings, rules: RuleSet, number: int = -1) -> np.ndarray:
    """Say of each unit whether it has a place in one window."""
    at = standings.at(number)
    limit = rules.coverage[standings.windows[number].kind]
    return status_of(standings.scores.scores[at], standings.coverage[at], limit)


def read_lines(
    connection: Connection,
    windows: Sequence[Window],
    rules: RuleSet,
    position: np.ndarray,
    size: int,
    *,
    everything: bool = False,
) -> pd.DataFrame:
    """Read single checks, placed, with their window.

    Takes: everything - all leaves; else only those below nodes that deduct (none: no reading)
    """
    wanted = np.full(len(rules.nodes), everything)
    for node in deducting(rules):
        wanted |= below(rules, node)
    if not wanted.any():
        return pd.DataFrame()
    first, last = min(w.start for w in windows), max(w.end for w in windows)
    days = range(first.toordinal(), last.toordinal() + 1)
    visits, grain = (read_days(connection, days, part) for part in ("visits", "grain"))
    parts = []
    for number, one in enumerate(windows):
        for day in one.days:
            if day in grain:
                parts.append(checks_of_day(day, visits[day], grain[day]).assign(window=number))
    if not parts:
        return _no_lines()
    placed = place_cells(pd.concat(parts, ignore_index=True), rules, position, size, 0)
    return placed[wanted[placed["node"].to_numpy()]]


def _no_lines() -> pd.DataFrame:
    names = ["day", "role", "source", "visit", "site", "unit", "point_type", "item", "checks"]
    names += ["failed", "lost", "possible", "window", "node", "column"]
    return pd.DataFrame({name: pd.Series(dtype=np.int64) for name in names})


def _gather(
    connection: Connection, windows: Sequence[Window], part: str, names: list[str]
) -> pd.DataFrame:
    """Read one part of the tallies of every window: months by their anchors, edges by days."""
    pieces = [_split(one) for one in windows]
    months = read_months(connection, {m for whole, _ in pieces for m in whole}, part)
    days = {day for _, edge in pieces for day in edge}
    by_day = read_days(connection, days, "visits" if part == "sites" else part)
    if part == "sites":
        by_day = {day: site_sums(visits) for day, visits in by_day.items()}
    parts = []
    for number, (whole, edge) in enumerate(pieces):
        found = [months[m] for m in whole if m in months] + [by_day[d] for d in edge if d in by_day]
        parts += [frame.assign(window=number) for frame in found]
    empty = pd.DataFrame({name: pd.Series(dtype=np.int64) for name in [*names, "window"]})
    return pd.concat(parts, ignore_index=True) if parts else empty


def _split(of: Window) -> tuple[list[int], list[int]]:
    """Split a window into whole months (yyyymm) and the days at its edges."""
    months, days, day = [], [], of.start.toordinal()
    while day <= of.end.toordinal():
        month = window("month", date.fromordinal(day))
        if month.start.toordinal() == day and month.end <= of.end:
            months.append(month.start.year * 100 + month.start.month)
            day = month.end.toordinal() + 1
        else:
            days.append(day)
            day += 1
    return months, days


def _positions(register: Register, board: Board, units: pd.DataFrame) -> np.ndarray:
    """Map every unit to the position of the board's unit it counts for."""
    above = ancestors(register, board.kind) if len(register.units) else np.array([], np.int64)
    place = np.full(len(above) + 1, -1, np.int64)
    place[units["unit"].to_numpy(np.int64)] = np.arange(len(units))
    return place[above]


def _coverage(
    connection: Connection,
    office: Office,
    windows: Sequence[Window],
    register: Register,
    position: np.ndarray,
    looked: np.ndarray,
) -> np.ndarray:
    """Give coverage per column: by the plan where it asks for a unit, else by its sites."""
    rules, size = office.rules, looked.shape[1] // len(windows)
    types = office.catalogue.applies.shape[1]
    at = cover.leaf_at(rules, office.catalogue)
    weights = np.where(rules.nodes["is_leaf"], cover.global_weights(rules), 0.0)
    registered = cover.types_by_unit(register.sites, position, size, types)
    first, last = min(w.start for w in windows), max(w.end for w in windows)
    span = range(first.toordinal(), last.toordinal() + 1)
    plan = read_plan(connection, span, live_batches(connection))
    found = []
    for number, one in enumerate(windows):
        asked = plan[plan["day"].between(one.days.start, one.days.stop - 1)]
        planned = cover.types_by_unit(asked, position, size, types)
        applies = cover.applicable(at, registered, planned)
        part = looked[:, number * size : (number + 1) * size]
        found.append(cover.coverage(part, applies, weights))
    return np.concatenate(found)


def _place_sites(
    sites: pd.DataFrame, rules: RuleSet, position: np.ndarray, size: int
) -> pd.DataFrame:
    place = position[sites["unit"].to_numpy(np.int64)] if len(position) else sites["unit"]
    placed = sites.assign(column=sites["window"] * size + place)
    return placed[np.asarray(place) >= 0]
