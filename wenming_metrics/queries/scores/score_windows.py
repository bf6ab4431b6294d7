"""Scores of a row of windows at once: sums of the asked windows, rules, one pass per version.

Columns of all arrays are window x units + position of the unit, as in `scoring.tally.leaves`. A window
that lies in two versions of the rules is scored by days: S = sum of (days of the version / days of
the window) x S of the version; a unit without score under one of them is scored by the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window, series, window
from wenming_metrics.domain.registers import Register, alive_units, successors
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.adjustments import ledger
from wenming_metrics.queries.scores.priced_nodes import moment_of, reprice
from wenming_metrics.queries.scores.rule_spans import WindowSpan, split_windows
from wenming_metrics.queries.scores.standings import RuleSpan, Standings, combine_spans
from wenming_metrics.queries.scores.stocks import stocks_of
from wenming_metrics.queries.scores.window_sums import DaySums, planned_types, window_sums
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.scoring.losses.ledger import passes_tell, that_tell
from wenming_metrics.scoring.ranking.ranking import RANKED, VETOED, status_of, without_few
from wenming_metrics.scoring.tally.columns import sum_by
from wenming_metrics.scoring.tally.leaves import place_cells
from wenming_metrics.scoring.tally.tally import (
    SITE_KEYS,
    SITE_SUMS,
    TERRITORY,
    checks_of_days,
)
from wenming_metrics.scoring.tree import coverage as cover
from wenming_metrics.scoring.tree.adjusting import adjust, in_use, vetoed
from wenming_metrics.scoring.tree.basis import DayTally, SumKey, basis_of
from wenming_metrics.scoring.tree.missing import Peers
from wenming_metrics.scoring.tree.roll_up import score
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.tallies import read_days, read_sites

COURSE = {"day": 30, "week": 12, "month": 12, "quarter": 8, "half": 6, "year": 5, "custom": 6}
"""How many windows the small line of the recent course (走势) spans."""
SumsOn = Callable[[SumKey], DaySums]
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
    request = _BoardRequest(connection, office, register, board, units, end, known_at)
    spans: list[RuleSpan] = []
    for rules, window_spans in split_windows(windows, office):
        spans += _score_version(request, rules, window_spans, sums_on)
    basis = basis_of(register, office.rules, board)
    position = _board_positions(basis, request)[basis.counts_for]
    sites = _read_sites(connection, windows, position, len(request.units))
    standings = combine_spans(board, request.units, windows, register, position, spans, sites)
    return _adjust(connection, standings)


def standings_now(office: Office, windows: Sequence[Window], board: str) -> Standings:
    """Score every unit of a board in each window, as the store stands now; see `score_windows`.

    Where the office remembers, windows that end a course (走势) are those of the whole course: a
    page asks for some of them in one way, for some in another, and they are scored once.
    """
    if office.recall is None:
        return _standings(office, tuple(windows), board)
    course = tuple(series(windows[-1], COURSE[windows[-1].kind]))
    if tuple(windows) != course[-len(windows) :]:
        return office.recall(office, _standings, tuple(windows), board)
    return office.recall(office, _standings, course, board).last(len(windows))


def _standings(office: Office, windows: tuple[Window, ...], board: str) -> Standings:
    with reading(office.store) as connection:
        return score_windows(connection, office, windows, office.rules.board(board))


def _adjust(connection: Connection, standings: Standings) -> Standings:
    """Put decisions and difficulty to the scores of windows whose rules speak of them."""
    size, lines, total = len(standings.units), [], standings.total.copy()
    for number, scored_window in enumerate(standings.windows):
        rules, columns = standings.rules(number), standings.window_columns(number)
        if not in_use(rules.adjustments):
            continue
        decisions = ledger(connection, [scored_window], standings.units, rules)
        groups = standings.units["group"].to_numpy(object)
        total[columns], counted = adjust(standings.total[columns], groups, decisions, rules)
        lines.append(counted.assign(column=counted["column"] + number * size))
    if not lines:
        return standings
    ledger_lines = pd.concat(lines, ignore_index=True)
    return replace(standings, total=total, ledger=ledger_lines, vetoes=vetoed(ledger_lines))


@dataclass(frozen=True, eq=False)
class _BoardRequest:
    """What is asked of every version: whose units, alive as of which day, known when."""

    connection: Connection
    office: Office
    register: Register
    board: Board
    units: pd.DataFrame
    end: date
    known_at: str


def _score_version(
    request: _BoardRequest,
    rules: RuleSet,
    window_spans: Sequence[WindowSpan],
    sums_on: SumsOn | None,
) -> list[RuleSpan]:
    """Score the spans of windows that lie in one version of the rules, all at once."""
    size = len(request.units)
    windows = [span_window for _, span_window, _ in window_spans]
    kind = request.board.kind
    has_board = any(candidate.kind == kind for candidate in rules.boards)
    basis = basis_of(request.register, rules, rules.board(kind) if has_board else request.board)
    board_position = _board_positions(basis, request)
    summed = sums_on(basis) if sums_on else None
    sums, deductions = window_sums(request.connection, windows, basis, board_position, size, summed)
    if len(rules.prices):
        position = board_position[basis.counts_for]
        moment = moment_of(windows, request.known_at)
        deductions = reprice(
            request.connection, rules, windows, deductions, (position, size), moment
        )
    stocks = stocks_of(request.connection, rules, windows, board_position, size)
    looked = sums.checks > 0 if stocks is None else (sums.checks > 0) | ~np.isnan(stocks)
    applies, covered, registered = _coverage(
        request, rules, windows, board_position[basis.counts_for], looked
    )
    peers = _peers(rules, windows, request.units, applies, covered, looked)
    scores = score(deductions, sums, rules, stocks, peers)
    return [
        RuleSpan(number, days, share, rules, index * size, scores, covered, registered)
        for index, (number, days, share) in enumerate(window_spans)
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
    limits = np.repeat([rules.limit(scored_window.kind) for scored_window in windows], size)
    enough = ~(np.nan_to_num(covered, nan=1.0) < limits)
    number = np.repeat(np.arange(len(windows)), size) * count + np.tile(groups, len(windows))
    return Peers(applies, number.astype(np.int64), looked.any(axis=0) & enough)


def board_units(register: Register, board: Board, on: date) -> pd.DataFrame:
    """List the units of a board on a day: unit, name, group, group_order (that of the rules)."""
    units = alive_units(register, board.kind, on.toordinal())[["unit", "name", "group"]]
    order = {group: number for number, group in enumerate(board.groups)}
    unlisted = len(order)
    group_ranks = [order.get(group, unlisted) for group in units["group"]]
    return units.assign(group_order=group_ranks).reset_index(drop=True)


def statuses(standings: Standings, number: int = -1) -> np.ndarray:
    """Say of each unit whether it has a place in one window."""
    columns = standings.window_columns(number)
    limit = standings.rules(number).limit(standings.windows[number].kind)
    states = status_of(standings.total[columns], standings.coverage[columns], limit)
    struck = [
        column - columns.start
        for column in standings.vetoes
        if columns.start <= column < columns.stop
    ]
    states[[position for position in struck if states[position] == RANKED]] = VETOED
    if standings.windows[number].kind == "day":
        groups = standings.units["group"].to_numpy(object)
        states = without_few(states, groups, standings.rules(number).day_share)
    return states


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
    visits, grain = (read_days(connection, window.days, table) for table in ("visits", "grain"))
    tallies = [(day, {"visits": visits[day], "grain": grain[day]}) for day in grain]
    return place_lines(tallies, rules, position, size, only_lost=only_lost)


def place_lines(
    tallies: Iterable[tuple[int, DayTally]],
    rules: RuleSet,
    position: np.ndarray,
    size: int,
    *,
    only_lost: bool,
) -> pd.DataFrame:
    """Place the single checks of some days; see `read_lines`."""
    if only_lost:
        tells = passes_tell(rules)
        tallies = ((day, that_tell(tally, rules, tells)) for day, tally in tallies)
    return place_cells(checks_of_days(tallies), rules, position, size, TERRITORY)


def _read_sites(
    connection: Connection, windows: Sequence[Window], position: np.ndarray, size: int
) -> pd.DataFrame:
    """Read the sums by site of the last two windows: whole months, and days at the edges."""
    last_windows = list(enumerate(windows))[-2:]
    pieces = {number: _split(scored_window) for number, scored_window in last_windows}
    months = read_sites(connection, {m for full_months, _ in pieces.values() for m in full_months})
    days = read_days(connection, {day for _, edge in pieces.values() for day in edge}, "visits")
    empty = pd.DataFrame(columns=[*SITE_KEYS, *SITE_SUMS, "window", "column"], dtype=np.int64)
    frames = [empty]
    for number, (full_months, edge) in pieces.items():
        site_frames = [months[m] for m in full_months if m in months]
        visits = [days[d].assign(day=d, visits=1) for d in edge if d in days]
        if visits:  # all days at once: each would cost as much as all of them
            by_day = sum_by(pd.concat(visits), ["day", *SITE_KEYS], SITE_SUMS)
            site_frames.append(by_day.drop(columns="day"))
        frames += [_place_sites(lines, number, position, size) for lines in site_frames]
    return pd.concat(frames, ignore_index=True)


def _place_sites(lines: pd.DataFrame, number: int, position: np.ndarray, size: int) -> pd.DataFrame:
    unit_position = position[lines["unit"].to_numpy()]
    return lines.assign(window=number, column=number * size + unit_position)[unit_position >= 0]


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


def _board_positions(basis: SumKey, request: _BoardRequest) -> np.ndarray:
    """Map the units of a board to their positions; -1 for all others and for no unit (-1).

    A unit that has been merged has the position of its successor.
    """
    positions = np.full(len(basis.counts_for) + 1, -1, np.int64)
    positions[request.units["unit"].to_numpy(np.int64)] = np.arange(len(request.units))
    for unit, heir in successors(request.register, request.end.toordinal()).items():
        positions[unit] = positions[heir]
    return positions


def _coverage(
    request: _BoardRequest,
    rules: RuleSet,
    windows: Sequence[Window],
    position: np.ndarray,
    looked: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Say what applies, and give coverage per column: by the plan where it asks for a unit, else
    by its sites; or by its sites at any rate, as the rules say.

    Returns: bool array (node, column); coverage (column); coverage by the register of sites (column)
    """
    size, catalogue = len(request.units), request.office.catalogue
    types = catalogue.applies.shape[1]
    leaves = cover.leaf_at(rules, catalogue)
    weights = np.where(rules.nodes["is_leaf"], cover.global_weights(rules), 0.0)
    registered = cover.types_by_unit(request.register.sites, position, size, types)
    applicable, shares, by_register = [], [], []
    planned = planned_types(request.connection, windows, position, types, size)
    on_register = cover.applicable(leaves, registered, np.zeros_like(registered))
    for number, wanted in enumerate(planned):
        by_plan = cover.applicable(leaves, registered, wanted)
        applies = on_register if rules.coverage_by == "register" else by_plan
        window_looked = looked[:, number * size : (number + 1) * size]
        applicable.append(applies)
        shares.append(cover.coverage(window_looked, applies, weights))
        by_register.append(cover.coverage(window_looked, on_register, weights))
    return np.concatenate(applicable, axis=1), np.concatenate(shares), np.concatenate(by_register)
