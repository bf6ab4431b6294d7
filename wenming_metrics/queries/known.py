"""Figures as they were known at a moment, and what of late files counts where.

A day on which nothing came, went or was decided since takes the sums that the store keeps; any
other day is tallied anew from the rows that counted then. Files that came after an issue had
closed are late for it: their rows count in the next issue, unless a person (or the file itself,
where it replaces earlier rows) puts them into the issue of their days.

Registers and plans are read as they are in force now: they say who exists and what was to be
looked at, and have no moment of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from sqlalchemy import Connection, or_, select

from wenming_metrics.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.standings import Standings
from wenming_metrics.queries.sums import DaySums, day_summer
from wenming_metrics.queries.windows import no_lines, score_windows
from wenming_metrics.rules.load import load_files, unpack
from wenming_metrics.rules.model import Board, Catalogue, RuleSet
from wenming_metrics.scoring.basis import Basis, DayTally, Sums, sum_day
from wenming_metrics.scoring.leaves import place_cells
from wenming_metrics.scoring.tally import checks_of_day, drop_repeats, site_sums, tally_days
from wenming_metrics.store import schema
from wenming_metrics.store.batches import COMMIT, WITHDRAW
from wenming_metrics.store.database import no_rows, read_frame
from wenming_metrics.store.days import among
from wenming_metrics.store.issues import read_late_choices
from wenming_metrics.store.registers import archived_rules
from wenming_metrics.store.replacing import drop_covered, replacing_days
from wenming_metrics.store.rows import read_roles, read_rows
from wenming_metrics.store.rulings import ruled_days
from wenming_metrics.store.tallies import DAY, bases, days_with_rows, read_day, read_sums
from wenming_metrics.tallying import let_rulings_stand


@dataclass(frozen=True)
class Cut:
    """Which files count for a window, as known at which moment.

    at      - moment of what is known; "": now
    cutoff  - files that came later are late for the window; "": none is
    since   - moment at which the issue before closed; what came after it for `earlier` counts here
    earlier - spans of days (first, last) of the issues before
    rules   - digests of the versions that count, oldest first; empty: those in force
    """

    at: str = ""
    cutoff: str = ""
    since: str = ""
    earlier: tuple[tuple[int, int], ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Known:
    """The days of a window as known at a moment.

    plain   - days that are as the store keeps them; fresh - days, also of earlier issues, that are
              tallied anew, with what counts of them; altered - whether there are others than plain
              ones, be they empty now; parts - (batch, day) that count: batch, day,
              arrived, late (counted here though its day lies in an earlier issue), rows
    """

    window: Window
    cut: Cut
    plain: tuple[int, ...]
    fresh: tuple[tuple[int, DayTally], ...]
    altered: bool
    parts: pd.DataFrame

    def day_for(self, day: int) -> int:
        """Give the day of the window that a day counts with: those before it with its first."""
        return max(day, self.window.days.start)


def know(connection: Connection, window: Window, cut: Cut) -> Known:
    """Find out what was known of a window."""
    files = arrivals(connection, list(window.days), cut)
    there = files[files["counts"]]
    changed = set(files.loc[files["counts"] != (files["live"] == 1), "day"])
    changed |= {day for day in ruled_days(connection, window.days) if cut.at}
    late = _late(connection, cut)
    fresh = [*_tally(connection, changed, there, cut, late=False).items()]
    if late["late"].any():
        wanted = set(late.loc[late["late"], "day"])
        fresh += _tally(connection, wanted, late, cut, late=True).items()
    plain = [day for day in days_with_rows(connection, window.days) if day not in changed]
    names = ["batch", "day", "arrived", "late", "rows"]
    parts = pd.concat([there.assign(late=False), late[late["late"]]])[names]
    altered = bool(changed or late["late"].any())
    return Known(window, cut, tuple(plain), tuple(fresh), altered, parts.reset_index(drop=True))


def arrivals(connection: Connection, days: Sequence[int], cut: Cut) -> pd.DataFrame:
    """List what files say of some days.

    Returns: batch, day, rows, live (1: now), name, arrived, then (was live at the moment), own
             (counts in the issue of its days, however late), counts (for a window of these days)
    """
    found = _files(connection, days)
    acts = _acts(connection, found["batch"].unique().tolist(), cut.at)
    choices = read_late_choices(connection, cut.at)
    covers = replacing_days(connection, days)
    own = [
        choices.get(batch, (batch, day) in covers)
        for batch, day in zip(found["batch"], found["day"], strict=True)
    ]
    arrived = np.array([acts[0].get(batch, "") for batch in found["batch"]], object)
    then = [acts[1].get(batch, WITHDRAW) != WITHDRAW for batch in found["batch"]]
    found = found.assign(arrived=arrived, then=np.array(then, bool), own=np.array(own, bool))
    in_time = (found["arrived"] <= cut.cutoff) if cut.cutoff else pd.Series(True, found.index)
    return found.assign(counts=found["then"] & (in_time | found["own"]))


def _files(connection: Connection, days: Sequence[int]) -> pd.DataFrame:
    table, batch = schema.batch_day, schema.batch
    query = select(
        table.c.batch, table.c.day, table.c.good.label("rows"), batch.c.live, batch.c.name
    )
    query = query.join(batch, batch.c.batch == table.c.batch).where(among(table.c.day, days))
    return read_frame(connection, query.order_by(table.c.batch, table.c.day))


def _acts(
    connection: Connection, batches: list[int], at: str
) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Give the moment each batch came, and the last act on it that was known at a moment."""
    table = schema.batch_event
    query = select(table.c.batch, table.c.act, table.c.at).where(table.c.batch.in_(batches))
    came, last = {}, {}
    for batch, act, moment in connection.execute(query.order_by(table.c.event)):
        if act == COMMIT:
            came[batch] = moment
        if not at or moment <= at:
            last[batch] = act
    return came, last


def _late(connection: Connection, cut: Cut) -> pd.DataFrame:
    """List what counts of the days of earlier issues; `late`: it counts here, not there."""
    found = arrivals(connection, _late_days(connection, cut), Cut(cut.at))
    arrived = found["arrived"]
    counts = found["then"] & ((arrived <= cut.cutoff) | found["own"])
    return found.assign(counts=counts, late=counts & ~found["own"] & (arrived > cut.since))


def _late_days(connection: Connection, cut: Cut) -> list[int]:
    """List the days of earlier issues that files came for after these had closed."""
    if not cut.earlier:
        return []
    event, days = schema.batch_event, schema.batch_day
    query = select(days.c.day).distinct().join(event, event.c.batch == days.c.batch)
    query = query.where(event.c.act == COMMIT, event.c.at > cut.since, event.c.at <= cut.cutoff)
    query = query.where(or_(*(days.c.day.between(*span) for span in cut.earlier)))
    return sorted(connection.execute(query).scalars())


def _tally(
    connection: Connection, days: set[int], files: pd.DataFrame, cut: Cut, *, late: bool
) -> dict[int, DayTally]:
    """Tally days from the rows of files that count; with `late` only of those that are late."""
    found = {}
    for day in sorted(days):
        rows = rows_of_day(connection, day, files, cut, late=late)
        roles = read_roles(connection, [day], rows["batch"].unique())
        tally = tally_days(rows, roles, [day])[day]
        if any(len(frame) for frame in tally.values()):
            found[day] = tally
    return found


def rows_of_day(
    connection: Connection, day: int, files: pd.DataFrame, cut: Cut, *, late: bool
) -> pd.DataFrame:
    """Read the rows of a day that counted; the columns of the table `row`.

    Takes: files - of `arrivals`; late - only those of late files, among all that counted
    """
    there = files[(files["day"] == day) & files["counts"]]
    counting = there["batch"].to_numpy(np.int64)
    rows = read_rows(connection, [day], counting)
    rows = drop_covered(connection, rows, counting)
    rows = drop_repeats(let_rulings_stand(connection, rows, cut.at)).assign(repeated=0)
    return rows[rows["batch"].isin(there.loc[there["late"], "batch"])] if late else rows


def known_rows(
    connection: Connection, window: Window, cut: Cut, units: np.ndarray | None = None
) -> pd.DataFrame:
    """Read the rows that count for a window, of some units or of all; columns of the table `row`."""
    files, late = arrivals(connection, list(window.days), cut), _late(connection, cut)
    parts = [no_rows(schema.row)]
    for found, counted, is_late in ((files, files["counts"], False), (late, late["late"], True)):
        for day in sorted(set(found.loc[counted, "day"])):
            rows = rows_of_day(connection, day, found, cut, late=is_late)
            parts.append(rows if units is None else rows[rows["unit"].isin(units)])
    return pd.concat(parts, ignore_index=True)


def known_sums(connection: Connection, basis: Basis, known: Known) -> DaySums:
    """Give the sums of a window's days on a basis, for `queries.windows.score_windows`."""
    kept = basis.key in bases(connection)

    def sums(days: Sequence[int]) -> Iterator[tuple[int, Sums]]:
        wanted = set(days)
        plain = [day for day in known.plain if day in wanted]
        if kept:
            yield from read_sums(connection, basis.key, DAY, plain)
        else:
            yield from day_summer(connection, basis)(plain)
        for day, tally in known.fresh:
            if known.day_for(day) in wanted:
                yield known.day_for(day), sum_day(day, tally, basis)

    return sums


def known_standings(
    connection: Connection, office: Office, board: Board, known: Known
) -> Standings:
    """Score a window as it was known."""

    def sums(basis: Basis) -> DaySums:
        return known_sums(connection, basis, known)

    office = _under(connection, office, known.cut.rules)
    found = score_windows(connection, office, [known.window], board, sums)
    return replace(found, sites=_sites(connection, known, found)) if known.altered else found


def _under(connection: Connection, office: Office, digests: tuple[str, ...]) -> Office:
    """Give the office under versions of its rules that are kept in the store.

    Raises LookupError when one of them is not.
    """
    if not digests or digests == tuple(one.digest for one in office.rule_sets):
        return office
    found = []
    for digest in digests:
        packed = archived_rules(connection, digest)
        if packed is None:
            raise LookupError(digest)
        found.append(_unpacked(packed, office.catalogue))
    return replace(office, rules=found[-1], rule_sets=tuple(found))


@lru_cache(maxsize=8)
def _unpacked(packed: bytes, catalogue: Catalogue) -> RuleSet:
    return load_files(unpack(packed), catalogue)


def _sites(connection: Connection, known: Known, standings: Standings) -> pd.DataFrame:
    """Sum the visits by site; see `queries.windows.Standings`."""
    parts = [standings.sites.iloc[:0]]
    for _, tally in _tallies(connection, known, ("visits",)):
        lines = site_sums(tally["visits"])
        place = standings.column_of[lines["unit"].to_numpy()]
        parts.append(lines.assign(window=0, column=place)[place >= 0])
    return pd.concat(parts, ignore_index=True)


def known_lines(
    connection: Connection,
    known: Known,
    within: Window,
    rules: RuleSet,
    position: np.ndarray,
    size: int,
) -> pd.DataFrame:
    """Read the single checks of some days of a window as it was known, placed.

    Takes: within - those days; the others - see `queries.windows.read_lines`
    """
    found = _tallies(connection, known, ("visits", "grain"))
    checks = [
        checks_of_day(day, tally["visits"], tally["grain"])
        for day, tally in found
        if known.day_for(day) in within.days
    ]
    if not checks:
        return no_lines()
    return place_cells(pd.concat(checks, ignore_index=True), rules, position, size, 0)


def _tallies(
    connection: Connection, known: Known, parts: tuple[str, ...]
) -> Iterator[tuple[int, DayTally]]:
    for day in known.plain:
        yield day, read_day(connection, day, parts)
    yield from known.fresh
