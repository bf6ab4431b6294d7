"""Figures as they were known at a moment, and what of late files counts where.

A day on which nothing came, went or was decided since takes the sums that the store keeps; any
other day is tallied anew from the rows that counted then. Files that came after an issue had
closed are late for it: their rows count in the next issue, unless a person (or the file itself,
where it replaces earlier rows) puts them into the issue of their days.

Registers and plans are read as they are in force now: they say who exists and what was to be
looked at, and have no moment of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.arrivals import Cutoff, arrivals, late_arrivals
from wenming_metrics.queries.scores.score_windows import place_lines, score_windows
from wenming_metrics.queries.scores.standings import Standings
from wenming_metrics.queries.scores.window_sums import DaySums, day_summer
from wenming_metrics.rules.load import load_files, unpack
from wenming_metrics.rules.model import Board, Catalogue, RuleSet
from wenming_metrics.scoring.tally.tally import drop_repeats, site_sums, tally_days
from wenming_metrics.scoring.tree.basis import DayTally, SumKey, Sums, sum_day
from wenming_metrics.store import schema
from wenming_metrics.store.frames import no_rows
from wenming_metrics.store.registers import archived_rules
from wenming_metrics.store.replacing import drop_covered
from wenming_metrics.store.rows import read_roles, read_rows
from wenming_metrics.store.rulings import ruled_days
from wenming_metrics.store.tallies import DAY, bases, days_with_rows, read_day, read_sums
from wenming_metrics.tallies.update import apply_decisions


@dataclass(frozen=True, eq=False)
class KnownWindow:
    """The days of a window as known at a moment.

    plain   - days that are as the store keeps them; fresh - days, also of earlier issues, that are
              tallied anew, with what counts of them; altered - whether there are others than plain
              ones, be they empty now; batch_days - (batch, day) that count: batch, day,
              arrived, late (counted here though its day lies in an earlier issue), rows
    """

    window: Window
    cut: Cutoff
    plain: tuple[int, ...]
    fresh: tuple[tuple[int, DayTally], ...]
    altered: bool
    batch_days: pd.DataFrame

    def day_for(self, day: int) -> int:
        """Give the day of the window that a day counts with: those before it with its first."""
        return max(day, self.window.days.start)


def know(connection: Connection, window: Window, cut: Cutoff) -> KnownWindow:
    """Find out what was known of a window."""
    files = arrivals(connection, list(window.days), cut)
    counting = files[files["counts"]]
    changed = set(files.loc[files["counts"] != (files["live"] == 1), "day"])
    changed |= {day for day in ruled_days(connection, window.days) if cut.at}
    late = late_arrivals(connection, cut)
    fresh = [*_tally(connection, changed, counting, cut, late=False).items()]
    if late["late"].any():
        wanted = set(late.loc[late["late"], "day"])
        fresh += _tally(connection, wanted, late, cut, late=True).items()
    plain = [day for day in days_with_rows(connection, window.days) if day not in changed]
    names = ["batch", "day", "arrived", "late", "rows"]
    batch_days = pd.concat([counting.assign(late=False), late[late["late"]]])[names]
    altered = bool(changed or late["late"].any())
    return KnownWindow(
        window, cut, tuple(plain), tuple(fresh), altered, batch_days.reset_index(drop=True)
    )


def _tally(
    connection: Connection, days: set[int], files: pd.DataFrame, cut: Cutoff, *, late: bool
) -> dict[int, DayTally]:
    """Tally days from the rows of files that count; with `late` only of those that are late."""
    tallies = {}
    for day in sorted(days):
        rows = rows_of_day(connection, day, files, cut, late=late)
        roles = read_roles(connection, [day], rows["batch"].unique())
        tally = tally_days(rows, roles, [day])[day]
        if any(len(frame) for frame in tally.values()):
            tallies[day] = tally
    return tallies


def rows_of_day(
    connection: Connection, day: int, files: pd.DataFrame, cut: Cutoff, *, late: bool
) -> pd.DataFrame:
    """Read the rows of a day that counted; the columns of the table `row`.

    Takes: files - of `arrivals`; late - only those of late files, among all that counted
    """
    counted_files = files[(files["day"] == day) & files["counts"]]
    counting = counted_files["batch"].to_numpy(np.int64)
    rows = read_rows(connection, [day], counting)
    rows = drop_covered(connection, rows, counting)
    rows = drop_repeats(apply_decisions(connection, rows, cut.at)).assign(repeated=0)
    return (
        rows[rows["batch"].isin(counted_files.loc[counted_files["late"], "batch"])]
        if late
        else rows
    )


def known_rows(
    connection: Connection, window: Window, cut: Cutoff, units: np.ndarray | None = None
) -> pd.DataFrame:
    """Read the rows that count for a window, of some units or of all; columns of the table `row`."""
    files, late = arrivals(connection, list(window.days), cut), late_arrivals(connection, cut)
    frames = [no_rows(schema.row)]
    for arrived, counted, is_late in ((files, files["counts"], False), (late, late["late"], True)):
        for day in sorted(set(arrived.loc[counted, "day"])):
            rows = rows_of_day(connection, day, arrived, cut, late=is_late)
            frames.append(rows if units is None else rows[rows["unit"].isin(units)])
    return pd.concat(frames, ignore_index=True)


def known_sums(connection: Connection, basis: SumKey, known_window: KnownWindow) -> DaySums:
    """Give the sums of a window's days on a basis, for `queries.scores.score_windows.score_windows`."""
    is_stored = basis.key in bases(connection)

    def sums(days: Sequence[int]) -> Iterator[tuple[int, Sums]]:
        wanted = set(days)
        plain = [day for day in known_window.plain if day in wanted]
        if is_stored:
            yield from read_sums(connection, basis.key, DAY, plain)
        else:
            yield from day_summer(connection, basis)(plain)
        for day, tally in known_window.fresh:
            if known_window.day_for(day) in wanted:
                yield known_window.day_for(day), sum_day(day, tally, basis)

    return sums


def known_standings(
    connection: Connection, office: Office, board: Board, known_window: KnownWindow
) -> Standings:
    """Score a window as it was known."""

    def sums(basis: SumKey) -> DaySums:
        return known_sums(connection, basis, known_window)

    office = _under(connection, office, known_window.cut.rules)
    standings = score_windows(
        connection, office, [known_window.window], board, sums, known_window.cut.at
    )
    return (
        replace(standings, sites=_sites(connection, known_window, standings))
        if known_window.altered
        else standings
    )


def _under(connection: Connection, office: Office, digests: tuple[str, ...]) -> Office:
    """Give the office under versions of its rules that are kept in the store.

    Raises LookupError when one of them is not.
    """
    if not digests or digests == tuple(version.digest for version in office.rule_sets):
        return office
    versions = []
    for digest in digests:
        packed = archived_rules(connection, digest)
        if packed is None:
            raise LookupError(digest)
        versions.append(_unpacked(packed, office.catalogue))
    return replace(office, rules=versions[-1], rule_sets=tuple(versions))


@lru_cache(maxsize=8)
def _unpacked(packed: bytes, catalogue: Catalogue) -> RuleSet:
    return load_files(unpack(packed), catalogue)


def _sites(connection: Connection, known_window: KnownWindow, standings: Standings) -> pd.DataFrame:
    """Sum the visits by site; see `queries.scores.standings.Standings`."""
    frames = [standings.sites.iloc[:0]]
    for _, tally in _tallies(connection, known_window, ("visits",)):
        lines = site_sums(tally["visits"])
        position = standings.column_of[lines["unit"].to_numpy()]
        frames.append(lines.assign(window=0, column=position)[position >= 0])
    return pd.concat(frames, ignore_index=True)


def known_lines(
    connection: Connection,
    known_window: KnownWindow,
    within: Window,
    rules: RuleSet,
    position: np.ndarray,
    size: int,
    *,
    only_lost: bool = False,
) -> pd.DataFrame:
    """Read the single checks of some days of a window as it was known, placed.

    Takes: within - those days; the others - see `queries.scores.score_windows.read_lines`
    """
    tallies = known_tallies(connection, known_window, within)
    return place_lines(tallies, rules, position, size, only_lost=only_lost)


def known_tallies(
    connection: Connection, known_window: KnownWindow, within: Window
) -> Iterator[tuple[int, DayTally]]:
    """Give visits and grain of some days of a window as it was known, day by day."""
    for day, tally in _tallies(connection, known_window, ("visits", "grain")):
        if known_window.day_for(day) in within.days:
            yield day, tally


def _tallies(
    connection: Connection, known_window: KnownWindow, tables: tuple[str, ...]
) -> Iterator[tuple[int, DayTally]]:
    for day in known_window.plain:
        yield day, read_day(connection, day, tables)
    yield from known_window.fresh
