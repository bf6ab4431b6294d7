"""Scores of a row of windows at once: sums of the asked windows, rules, one pass.

Columns of all arrays are window x units + position of the unit, as in `scoring.leaves`.
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
from wenming_metrics.queries.sums import DaySums, planned_types, window_sums
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.scoring import coverage as cover
from wenming_metrics.scoring.basis import Basis, basis_of
from wenming_metrics.scoring.leaves import place_cells
from wenming_metrics.scoring.ranking import status_of
from wenming_metrics.scoring.roll_up import Scores, score
from wenming_metrics.scoring.tally import SITE_KEYS, SITE_SUMS, checks_of_day, site_sums
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.tallies import read_days, read_sites
from wenming_metrics.units import Register, alive_units


@dataclass(frozen=True)
class Standings:
    """Scores of all units of a board over a row of windows.

    units     - one line per unit, in the order of the register: unit, name, group, group_order
    windows   - oldest first
    column_of - unit number -> position in `units` of the unit it counts for, or -1
    scores    - see `scoring.roll_up.Scores`
    coverage  - per column, share of the applying weight that was looked at; NaN = nothing applies
    sites     - lines of SITE_KEYS and SITE_SUMS with window and column, of the last two windows
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
    connection: Connection,
    office: Office,
    windows: Sequence[Window],
    board: Board,
    day_sums: DaySums | None = None,
) -> Standings:
    """Score every unit of a board that is alive at the end of the last window, in each window.

    Takes: day_sums - see `queries.sums.window_sums`
    """
    register = read_register(connection)
    units = board_units(register, board, windows[-1].end)
    rules, size = office.rules, len(units)
    basis = basis_of(register, rules, board)
    place = _places(basis, units)
    sums, taken = window_sums(connection, windows, basis, place, size, day_sums)
    position = place[basis.counts_for]
    covered = _coverage(connection, office, windows, register, position, sums.checks > 0)
    return Standings(
        board=board,
        units=units,
        windows=tuple(windows),
        register=register,
        column_of=position,
        scores=score(taken, sums, rules),
        coverage=covered,
        sites=_read_sites(connection, windows, position, size),
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
    connection: Connection, window: Window, rules: RuleSet, position: np.ndarray, size: int
) -> pd.DataFrame:
    """Read the single checks of a window, placed: every check with its node and column."""
    visits, grain = (read_days(connection, window.days, part) for part in ("visits", "grain"))
    parts = [checks_of_day(day, visits[day], grain[day]) for day in grain]
    if not parts:
        return _no_lines()
    return place_cells(pd.concat(parts, ignore_index=True), rules, position, size, 0)


def _no_lines() -> pd.DataFrame:
    names = ["day", "role", "source", "visit", "site", "unit", "point_type", "item", "checks"]
    names += ["failed", "lost", "possible", "node", "column"]
    return pd.DataFrame({name: pd.Series(dtype=np.int64) for name in names})


def _read_sites(
    connection: Connection, windows: Sequence[Window], position: np.ndarray, size: int
) -> pd.DataFrame:
    """Read the sums by site of the last two windows: whole months, and days at the edges."""
    shown = list(enumerate(windows))[-2:]
    pieces = {number: _split(one) for number, one in shown}
    months = read_sites(connection, {m for whole, _ in pieces.values() for m in whole})
    days = read_days(connection, {day for _, edge in pieces.values() for day in edge}, "visits")
    by_day = {day: site_sums(visits) for day, visits in days.items()}
    empty = pd.DataFrame(
        {n: pd.Series(dtype=np.int64) for n in [*SITE_KEYS, *SITE_SUMS, "window", "column"]}
    )
    parts = [empty]
    for number, (whole, edge) in pieces.items():
        found = [months[m] for m in whole if m in months] + [by_day[d] for d in edge if d in by_day]
        parts += [_place_sites(lines, number, position, size) for lines in found]
    return pd.concat(parts, ignore_index=True)


def _place_sites(lines: pd.DataFrame, number: int, position: np.ndarray, size: int) -> pd.DataFrame:
    place = position[lines["unit"].to_numpy()]
    return lines.assign(window=number, column=number * size + place)[place >= 0]


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


def _places(basis: Basis, units: pd.DataFrame) -> np.ndarray:
    """Map the units of a board to their positions; -1 for all others and for no unit (-1)."""
    place = np.full(len(basis.counts_for) + 1, -1, np.int64)
    place[units["unit"].to_numpy(np.int64)] = np.arange(len(units))
    return place


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
    found = []
    for number, asked in enumerate(planned_types(connection, windows, position, types, size)):
        applies = cover.applicable(at, registered, asked)
        part = looked[:, number * size : (number + 1) * size]
        found.append(cover.coverage(part, applies, weights))
    return np.concatenate(found)
