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
from wenming_metrics.scoring.tree.basis import Basis, Sums, add_sums, bases_of, columns_of, sum_day
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
from wenming_metrics.tallies.prepared_day import MadeDay, Tallies, make_days

_AT_ONCE = 31
"""How many days are in memory when a whole store is gone through."""


def retally(connection: Connection, days: Iterable[int], rules: RuleSet) -> None:
    """Tally some days anew from their live rows and bring all sums along."""
    wanted = sorted({int(day) for day in days})
    for first in range(0, len(wanted), _AT_ONCE):
        part = wanted[first : first + _AT_ONCE]
        bases = fill_sums(connection, rules)
        put_days(connection, make_days(tally_rows(connection, part), bases), bases)
        put_plan(connection, part)


def tally_rows(connection: Connection, days: list[int]) -> Tallies:
    """Tally some days from their live rows."""
    live = batches.live_on(connection, days)
    stored = drop_covered(connection, rows.read_rows(connection, days, live))
    stored = let_rulings_stand(connection, stored)
    return tally_days(stored, rows.read_roles(connection, days, live), days)


def let_rulings_stand(connection: Connection, stored: pd.DataFrame, at: str = "") -> pd.DataFrame:
    """Change rows as was decided of them (复核); rows that nothing was decided of stay as they are.

    Takes: stored - rows that count, covered ones left out; at - see `store.rulings.read_rulings`
    """
    if stored.empty or (ruled := read_rulings(connection, stored["day"].unique(), at)).empty:
        return stored
    # What repeats a row that was decided of is not to count in its place.
    scored = stored["result"].isin(LOOKED).to_numpy()
    if "possible" in stored:  # what cannot lose points is left as it is
        scored = scored & (stored["possible"] > 0).to_numpy()
    counted = drop_repeats(stored[scored]).assign(repeated=0)
    return pd.concat([apply_rulings(counted, ruled), stored[~scored]]).sort_index()


def put_days(
    connection: Connection, days: Mapping[int, MadeDay | None], bases: Sequence[Basis]
) -> None:
    """Replace days (None: no rows any more), and bring the sums that hold them along.

    Takes: bases - those of `fill_sums`; days are made on all of them
    """
    _put_sites(connection, days)
    tallies.write_days(connection, {day: made and made.parts for day, made in days.items()})
    for basis in bases:
        sums = {day: made and made.sums[basis.key] for day, made in days.items()}
        _put_sums(connection, basis.key, sums)


def put_plan(connection: Connection, days: Sequence[int]) -> None:
    """Bring along the sums of what the plans that count ask for on some days."""
    if PLANNED not in tallies.bases(connection):
        _fill_plan(connection)
        return
    asked = plan_sums(connection, days)
    there = tallies.sum_places(connection, PLANNED, DAY, [(min(days), max(days))])
    changed = {day: asked.get(day) for day in days if day in asked or day in there}
    if changed:
        _put_sums(connection, PLANNED, changed)


def plan_sums(connection: Connection, days: Iterable[int]) -> dict[int, Sums]:
    """Count what plans ask for, day by day: a leaf line per street (unit) and point type (node)."""
    plan = read_plan(connection, days).rename(columns={"street": "unit", "point_type": "node"})
    lines = plan.assign(**dict.fromkeys(LEAF_SUMS, 0)).assign(checks=plan["lines"])
    return {
        int(day): (sum_columns(part, LEAF_KEYS, LEAF_SUMS), columns_of(no_lines()))
        for day, part in lines.groupby("day", sort=True)
    }


def add_day(total: Sums | None, day: int, own: Sums) -> tuple[Sums, PackedSums]:
    """Add a day to the sum of its month so far; gives it, and what is stored of the two."""
    total = own if total is None else add_sums(total, own)
    packed = {(DAY, day): pack_sums(own), (MONTH_TO_DATE, day): pack_sums(total)}
    return total, packed


def lacks_sums(connection: Connection, rules: RuleSet) -> bool:
    """Say whether running sums are to be made: rules or units changed, or the store is older."""
    register = read_register(connection)
    wanted = {basis.key for basis in bases_of(register, rules)}
    there = set(tallies.bases(connection))
    if PLANNED not in there and has_plan(connection):
        return True
    return tallies.has_days(connection) and not wanted <= there


def fill_sums(connection: Connection, rules: RuleSet) -> tuple[Basis, ...]:
    """Make the running sums that are missing from the tallies of all days.

    Those on any other basis are forgotten: the rows that come do not change them any more.

    Returns: the bases that sums are kept for from now on: those of the boards of the rules
    """
    register, there = read_register(connection), tallies.bases(connection)
    wanted = bases_of(register, rules)
    for key in set(there) - {basis.key for basis in wanted} - {PLANNED}:
        tallies.drop_basis(connection, key)
    for basis in wanted:
        if basis.key not in there:
            tallies.add_basis(connection, basis.key, rules.digest, basis.board.kind)
            _fill(connection, basis)
    if PLANNED not in there:
        _fill_plan(connection)
    return wanted


def _fill(connection: Connection, basis: Basis) -> None:
    for month in by_month(tallies.days_with_rows(connection)):
        told = ((day, tallies.read_day(connection, day, basis.parts)) for day in month)
        _put_sums(connection, basis.key, {day: sum_day(day, tally, basis) for day, tally in told})


def _fill_plan(connection: Connection) -> None:
    if has_plan(connection):
        tallies.add_basis(connection, PLANNED, "", "")
        for month in by_month(planned_days(connection)):
            _put_sums(connection, PLANNED, plan_sums(connection, month))


def _put_sites(connection: Connection, days: Mapping[int, MadeDay | None]) -> None:
    """Exchange the days' part in the sums by site of their months; before the days are written."""
    old = tallies.read_days(connection, days, "visits")
    sums = tallies.read_sites(connection, {month_of(day) for day in days})
    for day, made in days.items():
        month = month_of(day)
        if day in old:
            sums[month] = take_back(sums[month], site_sums(old[day]), SITE_KEYS, SITE_SUMS)
        if made:
            kept = sums.get(month)
            sums[month] = (
                made.sites if kept is None else add(kept, made.sites, SITE_KEYS, SITE_SUMS)
            )
    tallies.write_sites(connection, sums)


def _put_sums(connection: Connection, basis: str, days: Mapping[int, Sums | None]) -> None:
    """Replace the sums of some days (None: no rows) and carry the running sums on from there."""
    tallies.write_sums(connection, basis, DAY, days)
    firsts = [month[0] for month in by_month(days)]
    months = {month_end(day): _carry_month(connection, basis, day) for day in firsts}
    for year in sorted({year_start(end) for end in months}):
        own = {end: total for end, total in months.items() if year_start(end) == year}
        carry_year(connection, basis, own)


def _carry_month(connection: Connection, basis: str, first: int) -> Sums | None:
    """Rewrite the month-to-date sums from a day on; gives the whole month's, None if empty."""
    start, end = month_start(first), month_end(first)
    there = tallies.sum_places(connection, basis, MONTH_TO_DATE, [(start, end)])
    before = [at for at in there if at < first]
    total = _sum_at(connection, basis, MONTH_TO_DATE, before[-1]) if before else None
    sums: dict[int, Sums | None] = dict.fromkeys(at for at in there if at >= first)
    days = tallies.sum_places(connection, basis, DAY, [(first, end)])
    for day, own in tallies.read_sums(connection, basis, DAY, days):
        total = own if total is None else add_sums(total, own)
        sums[day] = total
    tallies.write_sums(connection, basis, MONTH_TO_DATE, sums)
    return total


def carry_year(connection: Connection, basis: str, months: Mapping[int, Sums | None]) -> None:
    """Rewrite the year-to-date sums from the first of some months (month's end -> its sum) on."""
    first = min(months)
    year = (year_start(first), year_end(first))
    there = tallies.sum_places(connection, basis, YEAR_TO_DATE, [year])
    before = [at for at in there if at < first]
    total = _sum_at(connection, basis, YEAR_TO_DATE, before[-1]) if before else None
    sums: dict[int, Sums | None] = {}
    for at in sorted({at for at in there if at >= first} | set(months)):
        own = months[at] if at in months else _month_sum(connection, basis, at)
        if own is not None:
            total = own if total is None else add_sums(total, own)
        sums[at] = None if own is None else total
    tallies.write_sums(connection, basis, YEAR_TO_DATE, sums)


def _month_sum(connection: Connection, basis: str, end: int) -> Sums:
    """Give the sum of a whole month: its last month-to-date sum."""
    places = [(month_start(end), end)]
    last = tallies.sum_places(connection, basis, MONTH_TO_DATE, places)[-1]
    return _sum_at(connection, basis, MONTH_TO_DATE, last)


def _sum_at(connection: Connection, basis: str, span: int, at: int) -> Sums:
    ((_, sums),) = tallies.read_sums(connection, basis, span, [at])
    return sums
