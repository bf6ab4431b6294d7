"""Scores of a row of windows at once: sums of the asked windows, rules, one pass per version.

Columns of all arrays are window x units + position of the unit, as in `scoring.tally.leaves`. A window
that lies in two versions of the rules is scored by days: S = sum of (days of the version / days of
the window) x S of the version; a unit without score under one of them is scored by the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window, window
from wenming_metrics.domain.registers import Register, alive_units, heirs
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.adjustments import ledger
from wenming_metrics.queries.scores.priced_nodes import moment_of, reprice
from wenming_metrics.queries.scores.rule_spans import Part, split_windows
from wenming_metrics.queries.scores.standings import Standings, Stretch, put_together
from wenming_metrics.queries.scores.stocks import stocks_of
from wenming_metrics.queries.scores.window_sums import DaySums, planned_types, window_sums
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.scoring.losses.ledger import passes_tell, that_tell
from wenming_metrics.scoring.ranking.ranking import RANKED, VETOED, status_of
from wenming_metrics.scoring.tally.leaves import place_cells
from wenming_metrics.scoring.tally.tally import SITE_KEYS, SITE_SUMS, checks_of_day, site_sums
from wenming_metrics.scoring.tree import coverage as cover
from wenming_metrics.scoring.tree.adjusting import adjust, in_use, vetoed
from wenming_metrics.scoring.tree.basis import Basis, basis_of
from wenming_metrics.scoring.tree.missing import Peers
from wenming_metrics.scoring.tree.roll_up import score
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.tallies import read_days, read_sites

SumsOn = Callable[[Basis], DaySums]
"""Gives, for a basis, where the sums of days come from."""


def score_windows(
    connection: Connection,
    office: Office,
    windows: Sequence[Window],
    board: Board,
    sums_on: SumsOn | None = None,
    known_at: str = "",
) -> Standings:
    """Score every unit of a board that is alive at the end of the last window, in each window.

    What was counted for a unit that has been merged counts for its successor.

    Takes: sums_on - see `queries.scores.window_sums.window_sums`, None: what the store keeps; known_at - when
           what became of problems was known, for rules that price it, "": now
    """
    register, end = read_register(connection), windows[-1].end
    units = board_units(register, board, end)
    asked = _Asked(connection, office, register, board, units, end, known_at)
    stretches: list[Stretch] = []
    for rules, parts in split_windows(windows, office):
        stretches += _score_version(asked, rules, parts, sums_on)
    basis = basis_of(register, office.rules, board)
    position = _places(basis, asked)[basis.counts_for]
    sites = _read_sites(connection, windows, position, len(asked.units))
    found = put_together(board, asked.units, windows, register, position, stretches, sites)
    return _adjust(connection, found)


def _adjust(connection: Connection, standings: Standings) -> Standings:
    """Put decisions and difficulty to the scores of windows whose rules speak of them."""
    size, lines, total = len(standings.units), [], standings.total.copy()
    for number, one in enumerate(standings.windows):
        rules, at = standings.rules(number), standings.at(number)
        if not in_use(rules.adjustments):
            continue
        told = ledger(connection, [one], standings.units, rules)
        groups = standings.units["group"].to_numpy(object)
        total[at], counted = adjust(standings.total[at], groups, told, rules)
        lines.append(counted.assign(column=counted["column"] + number * size))
    if not lines:
        return standings
    found = pd.concat(lines, ignore_index=True)
    return replace(standings, total=total, ledger=found, vetoes=vetoed(found))


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is asked of every version: whose units, alive as of which day, known when."""

    connection: Connection
    office: Office
    register: Register
    board: Board
    units: pd.DataFrame
    end: date
    known_at: str


def _score_version(
    asked: _Asked, rules: RuleSet, parts: Sequence[Part], sums_on: SumsOn | None
) -> list[Stretch]:
    """Score the stretches of windows that lie in one version of the rules, all at once."""
    size = len(asked.units)
    windows = [one for _, one, _ in parts]
    kind = asked.board.kind
    has_board = any(one.kind == kind for one in rules.boards)
    basis = basis_of(asked.register, rules, rules.board(kind) if has_board else asked.board)
    place = _places(basis, asked)
    summed = sums_on(basis) if sums_on else None
    sums, taken = window_sums(asked.connection, windows, basis, place, size, summed)
    if len(rules.prices):
        position = place[basis.counts_for]
        at = moment_of(windows, asked.known_at)
        taken = reprice(asked.connection, rules, windows, taken, (position, size), at)
    stocks = stocks_of(asked.connection, rules, windows, place, size)
    looked = sums.checks > 0 if stocks is None else (sums.checks > 0) | ~np.isnan(stocks)
    applies, covered = _coverage(asked, rules, windows, place[basis.counts_for], looked)
    peers = _peers(rules, windows, asked.units, applies, covered, looked)
    found = score(taken, sums, rules, stocks, peers)
    return [
        Stretch(number, days, share, rules, at * size, found, covered)
        for at, (number, days, share) in enumerate(parts)
    ]


def _peers(
    rules: RuleSet,
    windows: Sequence[Window],
    units: pd.DataFrame,
    applies: np.ndarray,
    covered: np.ndarray,
    looked: np.ndarray,
) -> Peers:
    """Say who is compared with whom where leaves are missing: the units of a group in a window."""
    size = len(units)
    groups = pd.factorize(units["group"])[0]
    count = int(groups.max()) + 1 if size else 0
    limits = np.repeat([rules.limit(one.kind) for one in windows], size)
    enough = ~(np.nan_to_num(covered, nan=1.0) < limits)
    number = np.repeat(np.arange(len(windows)), size) * count + np.tile(groups, len(windows))
    return Peers(applies, number.astype(np.int64), looked.any(axis=0) & enough)


def board_units(register: Register, board: Board, on: date) -> pd.DataFrame:
    """List the units of a board on a day: unit, name, group, group_order (that of the rules)."""
    units = alive_units(register, board.kind, on.toordinal())[["unit", "name", "group"]]
    order = {group: number for number, group in enumerate(board.groups)}
    unlisted = len(order)
    places = [order.get(group, unlisted) for group in units["group"]]
    return units.assign(group_order=places).reset_index(drop=True)


def statuses(standings: Standings, number: int = -1) -> np.ndarray:
    """Say of each unit whether it has a place in one window."""
    at = standings.at(number)
    limit = standings.rules(number).limit(standings.windows[number].kind)
    found = status_of(standings.total[at], standings.coverage[at], limit)
    struck = [column - at.start for column in standings.vetoes if at.start <= column < at.stop]
    found[[place for place in struck if found[place] == RANKED]] = VETOED
    return found


def read_lines(
    connection: Connection,
    window: Window,
    rules: RuleSet,
    position: np.ndarray,
    size: int,
    *,
    only_lost: bool = False,
) -> pd.DataFrame:
    """Read the single checks of a window, placed: every check with its node and column.

    Takes: only_lost - leave out those that lost nothing, as `scoring.losses.ledger.that_tell` does
    """
    visits, grain = (read_days(connection, window.days, part) for part in ("visits", "grain"))
    if only_lost:
        tells = passes_tell(rules)
        grain = {day: that_tell(visits[day], grain[day], rules, tells) for day in grain}
    parts = [checks_of_day(day, visits[day], grain[day]) for day in grain]
    if not parts:
        return no_lines()
    return place_cells(pd.concat(parts, ignore_index=True), rules, position, size, 0)


def no_lines() -> pd.DataFrame:
    """Give the columns of `read_lines` without a line."""
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


def _places(basis: Basis, asked: _Asked) -> np.ndarray:
    """Map the units of a board to their positions; -1 for all others and for no unit (-1).

    A unit that has been merged has the position of its successor.
    """
    place = np.full(len(basis.counts_for) + 1, -1, np.int64)
    place[asked.units["unit"].to_numpy(np.int64)] = np.arange(len(asked.units))
    for unit, heir in heirs(asked.register, asked.end.toordinal()).items():
        place[unit] = place[heir]
    return place


def _coverage(
    asked: _Asked,
    rules: RuleSet,
    windows: Sequence[Window],
    position: np.ndarray,
    looked: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Say what applies, and give coverage per column: by the plan where it asks for a unit, else
    by its sites.

    Returns: bool array (node, column); float array (column)
    """
    size, catalogue = len(asked.units), asked.office.catalogue
    types = catalogue.applies.shape[1]
    at = cover.leaf_at(rules, catalogue)
    weights = np.where(rules.nodes["is_leaf"], cover.global_weights(rules), 0.0)
    registered = cover.types_by_unit(asked.register.sites, position, size, types)
    found, shares = [], []
    planned = planned_types(asked.connection, windows, position, types, size)
    for number, wanted in enumerate(planned):
        applies = cover.applicable(at, registered, wanted)
        part = looked[:, number * size : (number + 1) * size]
        found.append(applies)
        shares.append(cover.coverage(part, applies, weights))
    return np.concatenate(found, axis=1), np.concatenate(shares)
