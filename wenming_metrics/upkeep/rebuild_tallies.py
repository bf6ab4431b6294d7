"""Tally a whole store anew (重算): months on any executor, each stored in a transaction of its own.

A worker opens the store by its address, reads the rows of a month that count, day by day, and sends
back the sums as they are stored. They are written under the write lock, and only if the same
batches still count; else the month is summed once more, under that lock. So others may go on
working, every figure is right at every moment, and memory stays that of a few months.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from sqlalchemy import Connection

from wenming_metrics.queries.office import Office
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.runtime.executors import in_order
from wenming_metrics.scoring.tally.tally import SITE_KEYS, SITE_SUMS, add
from wenming_metrics.scoring.tree.basis import SumKey, Sums, bases_of
from wenming_metrics.store import batches, tallies
from wenming_metrics.store.database import Store, reading, writing
from wenming_metrics.store.days import by_month, month_end, month_of
from wenming_metrics.store.engines import engine_of
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.tallies import PackedSums
from wenming_metrics.tallies.prepared_day import prepare_day
from wenming_metrics.tallies.update import add_day, carry_year, fill_sums, put_plan, tally_rows

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class RebuildTask:
    """A month for whatever process: of what store, which days, on which bases."""

    url: str
    days: tuple[int, ...]
    bases: tuple[SumKey, ...]


@dataclass(frozen=True)
class Month:
    """All sums of a month as they are stored.

    days  - those asked for; live - the batches whose rows they are made of
    day_tallies - day with rows -> its packed tally by part; sites - None: no rows at all
    sums  - basis -> its running sums within the month
    """

    days: tuple[int, ...]
    live: tuple[int, ...]
    day_tallies: Mapping[int, Mapping[str, bytes]]
    sites: bytes | None
    sums: Mapping[str, PackedSums]


@dataclass(frozen=True)
class Retallied:
    """A month that has been stored: yyyymm, its days, and whether it was summed once more."""

    month: int
    days: int
    again: bool


def retally_store(office: Office, executor: Executor | None = None) -> Iterator[Retallied]:
    """Tally every day anew and store it, month by month.

    Takes: executor - reads and sums the months; None: this process
    Returns: one line per month, as soon as it is stored
    """
    for month in in_order(executor, run, _tasks(office)):
        with writing(office.store) as connection:
            retallied = _put(connection, month, office.rules)
        _log.info("重算 %d %d 天%s", retallied.month, retallied.days, " 又一次" * retallied.again)
        yield retallied


def months_of(connection: Connection) -> list[list[int]]:
    """List the days that ever had rows, or have a tally, month by month."""
    return by_month([*batches.all_days(connection), *tallies.days_with_rows(connection)])


def _tasks(office: Office) -> Iterator[RebuildTask]:
    with reading(office.store) as connection:
        months = months_of(connection)
        bases = bases_of(read_register(connection), office.rules)
    for days in months:
        yield RebuildTask(office.store.url, tuple(days), bases)


def run(task: RebuildTask) -> Month:
    """Sum a month; a task for an executor."""
    with reading(Store(task.url, engine_of(task.url))) as connection:
        return sum_month(connection, task.days, task.bases)


def sum_month(connection: Connection, days: Sequence[int], bases: Sequence[SumKey]) -> Month:
    """Make all sums of a month from its rows, with no more than a day of them in memory."""
    live = tuple(batches.live_on(connection, days).tolist())
    day_tallies, sites, sums = {}, None, {basis.key: {} for basis in bases}
    totals: dict[str, Sums] = {}
    for day in days:
        prepared = prepare_day(day, tally_rows(connection, [day])[day], bases)
        if prepared is None:
            continue
        day_tallies[day] = prepared.frames
        sites = (
            prepared.sites if sites is None else add(sites, prepared.sites, SITE_KEYS, SITE_SUMS)
        )
        for key, day_sums in prepared.sums.items():
            totals[key], ends = add_day(totals.get(key), day, day_sums)
            sums[key] |= ends
    return Month(
        tuple(days), live, day_tallies, None if sites is None else tallies.pack(sites), sums
    )


def _put(connection: Connection, month: Month, rules: RuleSet) -> Retallied:
    """Store a month under the write lock, and carry the sums of its year on."""
    bases = fill_sums(connection, rules)
    put_plan(connection, month.days)
    live = tuple(batches.live_on(connection, month.days).tolist())
    again = live != month.live or {basis.key for basis in bases} != set(month.sums)
    if again:
        month = sum_month(connection, month.days, bases)
    tallies.replace_month(connection, month.days, month.day_tallies, month.sites, month.sums)
    for basis in bases:
        month_sums = month.sums[basis.key]
        last = tallies.unpack_sums(month_sums[max(month_sums)]) if month_sums else None
        carry_year(connection, basis.key, {month_end(month.days[0]): last})
    return Retallied(month_of(month.days[0]), len(month.days), again)
