"""Keep the sums of the store true to the rows that count.

A day is tallied anew from its live rows. Its month's sites exchange the day's old part for the new
one; running sums are carried on from the day before through the rest of the month and of the
year, so a late day costs no more than that, however many years are stored. All sums are integers:
the same rows give the same bytes, whatever came when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tally.columns import sum_columns
from wenming_metrics.scoring.tally.leaves import LEAF_KEYS, LEAF_SUMS
from wenming_metrics.scoring.tally.tally import (
    LOOKED,
    SITE_KEYS,
    SITE_SUMS,
    add,
    drop_repeats,
    site_sums,
    take_back,
    tally_days,
)
from wenming_metrics.scoring.tree.basis import SumKey, Sums, add_sums, bases_of, columns_of, sum_day
from wenming_metrics.scoring.tree.settling import no_lines
from wenming_metrics.store import batches, rows, tallies
from wenming_metrics.store.days import (
    by_month,
    month_end,
    month_of,
    month_start,
    year_end,
    year_start,
)
from wenming_metrics.store.registers import has_plan, planned_days, read_plan, read_register
from wenming_metrics.store.replacing import drop_covered
from wenming_metrics.store.rulings import apply_rulings, read_rulings
from wenming_metrics.store.tallies import (
    DAY,
    MONTH_TO_DATE,
    PLANNED,
    YEAR_TO_DATE,
    PackedSums,
    pack_sums,
)
from wenming_metrics.tallies.prepared_day import PreparedDay, Tallies, prepare_days

_AT_ONCE = 31
"""How many days are in memory when a whole store is gone through."""


def retally(connection: Connection, days: Iterable[int], rules: RuleSet) -> None:
    """Tally some days anew from their live rows and bring all sums along."""
    wanted = sorted({int(day) for day in days})
    for first in range(0, len(wanted), _AT_ONCE):
        chunk = wanted[first : first + _AT_ONCE]
        bases = fill_sums(connection, rules)
        put_days(connection, prepare_days(tally_rows(connection, chunk), bases), bases)
        put_plan(connection, chunk)


def tally_rows(connection: Connection, days: list[int]) -> Tallies:
    """Tally some days from their live rows."""
    live = batches.live_on(connection, days)
    stored = drop_covered(connection, rows.read_rows(connection, days, live))
    stored = apply_decisions(connection, stored)
    return tally_days(stored, rows.read_roles(connection, days, live), days)


def apply_decisions(
    connection: Connection, stored: pd.DataFrame, known_at: str = ""
) -> pd.DataFrame:
    """Change rows as was decided of them (复核); rows that nothing was decided of stay as they are.

    Takes: stored - rows that count, covered ones left out; known_at - see `store.rulings.read_rulings`
    """
    if stored.empty or (ruled := read_rulings(connection, stored["day"].unique(), known_at)).empty:
        return stored
    # What repeats a row that was decided of is not to count in its place.
    scored = stored["result"].isin(LOOKED).to_numpy()
    if "possible" in stored:  # what cannot lose points is left as it is
        scored = scored & (stored["possible"] > 0).to_numpy()
    counted = drop_repeats(stored[scored]).assign(repeated=0)
    return pd.concat([apply_rulings(counted, ruled), stored[~scored]]).sort_index()


def put_days(
    connection: Connection, days: Mapping[int, PreparedDay | None], bases: Sequence[SumKey]
) -> None:
    """Replace days (None: no rows any more), and bring the sums that hold them along.

    Takes: bases - those of `fill_sums`; days are made on all of them
    """
    _put_sites(connection, days)
    tallies.write_days(
        connection, {day: prepared and prepared.frames for day, prepared in days.items()}
    )
    for basis in bases:
        sums = {day: prepared and prepared.sums[basis.key] for day, prepared in days.items()}
        _put_sums(connection, basis.key, sums)


def put_plan(connection: Connection, days: Sequence[int]) -> None:
    """Bring along the sums of what the plans that count ask for on some days."""
    if PLANNED not in tallies.bases(connection):
        _fill_plan(connection)
        return
    planned = plan_sums(connection, days)
    stored_days = tallies.sum_ends(connection, PLANNED, DAY, [(min(days), max(days))])
    changed = {day: planned.get(day) for day in days if day in planned or day in stored_days}
    if changed:
        _put_sums(connection, PLANNED, changed)


def plan_sums(connection: Connection, days: Iterable[int]) -> dict[int, Sums]:
    """Count what plans ask for, day by day: a leaf line per street (unit) and point type (node)."""
    plan = read_plan(connection, days).rename(columns={"street": "unit", "point_type": "node"})
    lines = plan.assign(**dict.fromkeys(LEAF_SUMS, 0)).assign(checks=plan["lines"])
    return {
        int(day): (sum_columns(day_lines, LEAF_KEYS, LEAF_SUMS), columns_of(no_lines()))
        for day, day_lines in lines.groupby("day", sort=True)
    }


def add_day(total: Sums | None, day: int, day_sums: Sums) -> tuple[Sums, PackedSums]:
    """Add a day to the sum of its month so far; gives it, and what is stored of the two."""
    total = day_sums if total is None else add_sums(total, day_sums)
    packed = {(DAY, day): pack_sums(day_sums), (MONTH_TO_DATE, day): pack_sums(total)}
    return total, packed


def lacks_sums(connection: Connection, rules: RuleSet) -> bool:
    """Say whether running sums are to be made: rules or units changed, or the store is older."""
    register = read_register(connection)
    wanted = {basis.key for basis in bases_of(register, rules)}
    stored = set(tallies.bases(connection))
    if PLANNED not in stored and has_plan(connection):
        return True
    return tallies.has_days(connection) and not wanted <= stored


def fill_sums(connection: Connection, rules: RuleSet) -> tuple[SumKey, ...]:
    """Make the running sums that are missing from the tallies of all days.

    Those on any other basis are forgotten: the rows that come do not change them any more.

    Returns: the bases that sums are kept for from now on: those of the boards of the rules
    """
    register, stored = read_register(connection), tallies.bases(connection)
    wanted = bases_of(register, rules)
    for key in set(stored) - {basis.key for basis in wanted} - {PLANNED}:
        tallies.drop_basis(connection, key)
    for basis in wanted:
        if basis.key not in stored:
            tallies.add_basis(connection, basis.key, rules.digest, basis.board.kind)
            _fill(connection, basis)
    if PLANNED not in stored:
        _fill_plan(connection)
    return wanted


def _fill(connection: Connection, basis: SumKey) -> None:
    for month in by_month(tallies.days_with_rows(connection)):
        day_tallies = (
            (day, tallies.read_day(connection, day, basis.tally_frames)) for day in month
        )
        _put_sums(
            connection, basis.key, {day: sum_day(day, tally, basis) for day, tally in day_tallies}
        )


def _fill_plan(connection: Connection) -> None:
    if has_plan(connection):
        tallies.add_basis(connection, PLANNED, "", "")
        for month in by_month(planned_days(connection)):
            _put_sums(connection, PLANNED, plan_sums(connection, month))


def _put_sites(connection: Connection, days: Mapping[int, PreparedDay | None]) -> None:
    """Exchange the days' part in the sums by site of their months; before the days are written."""
    old = tallies.read_days(connection, days, "visits")
    sums = tallies.read_sites(connection, {month_of(day) for day in days})
    for day, prepared in days.items():
        month = month_of(day)
        if day in old:
            sums[month] = take_back(sums[month], site_sums(old[day]), SITE_KEYS, SITE_SUMS)
        if prepared:
            month_sites = sums.get(month)
            sums[month] = (
                prepared.sites
                if month_sites is None
                else add(month_sites, prepared.sites, SITE_KEYS, SITE_SUMS)
            )
    tallies.write_sites(connection, sums)


def _put_sums(connection: Connection, basis: str, days: Mapping[int, Sums | None]) -> None:
    """Replace the sums of some days (None: no rows) and carry the running sums on from there."""
    tallies.write_sums(connection, basis, DAY, days)
    firsts = [month[0] for month in by_month(days)]
    months = {month_end(day): _carry_month(connection, basis, day) for day in firsts}
    for year in sorted({year_start(end) for end in months}):
        year_months = {end: total for end, total in months.items() if year_start(end) == year}
        carry_year(connection, basis, year_months)


def _carry_month(connection: Connection, basis: str, first: int) -> Sums | None:
    """Rewrite the month-to-date sums from a day on; gives the whole month's, None if empty."""
    start, end = month_start(first), month_end(first)
    stored_ends = tallies.sum_ends(connection, basis, MONTH_TO_DATE, [(start, end)])
    before = [day for day in stored_ends if day < first]
    total = _sum_at(connection, basis, MONTH_TO_DATE, before[-1]) if before else None
    sums: dict[int, Sums | None] = dict.fromkeys(day for day in stored_ends if day >= first)
    days = tallies.sum_ends(connection, basis, DAY, [(first, end)])
    for day, day_sums in tallies.read_sums(connection, basis, DAY, days):
        total = day_sums if total is None else add_sums(total, day_sums)
        sums[day] = total
    tallies.write_sums(connection, basis, MONTH_TO_DATE, sums)
    return total


def carry_year(connection: Connection, basis: str, months: Mapping[int, Sums | None]) -> None:
    """Rewrite the year-to-date sums from the first of some months (month's end -> its sum) on."""
    first = min(months)
    year = (year_start(first), year_end(first))
    stored_ends = tallies.sum_ends(connection, basis, YEAR_TO_DATE, [year])
    before = [end for end in stored_ends if end < first]
    total = _sum_at(connection, basis, YEAR_TO_DATE, before[-1]) if before else None
    sums: dict[int, Sums | None] = {}
    for end in sorted({end for end in stored_ends if end >= first} | set(months)):
        month_sums = months[end] if end in months else _month_sum(connection, basis, end)
        if month_sums is not None:
            total = month_sums if total is None else add_sums(total, month_sums)
        sums[end] = None if month_sums is None else total
    tallies.write_sums(connection, basis, YEAR_TO_DATE, sums)


def _month_sum(connection: Connection, basis: str, end: int) -> Sums:
    """Give the sum of a whole month: its last month-to-date sum."""
    ranges = [(month_start(end), end)]
    last = tallies.sum_ends(connection, basis, MONTH_TO_DATE, ranges)[-1]
    return _sum_at(connection, basis, MONTH_TO_DATE, last)


def _sum_at(connection: Connection, basis: str, span: int, end: int) -> Sums:
    ((_, sums),) = tallies.read_sums(connection, basis, span, [end])
    return sums
