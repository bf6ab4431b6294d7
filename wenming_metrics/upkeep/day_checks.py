"""Checks of a month: its rows against the counts of their batches and against every sum of them.

A month is read in one short transaction, so that rows and sums are of one state of the store;
its days are tallied one after the other, so that no more than a day is in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table, func, select

from wenming_metrics.reading.model.reading import INSPECTION, PLAN
from wenming_metrics.reading.tables.totals import number_text
from wenming_metrics.scoring.tally.tally import FAILED, SITE_KEYS, SITE_SUMS, add, site_sums
from wenming_metrics.scoring.tree.basis import DayTally, SumKey, sum_day
from wenming_metrics.store import schema
from wenming_metrics.store.batches import all_days
from wenming_metrics.store.days import among, by_month, month_of
from wenming_metrics.store.frames import read_frame
from wenming_metrics.store.tallies import PLANNED, PackedSums, pack
from wenming_metrics.store.tallies import bases as stored_bases
from wenming_metrics.tallies.update import add_day, plan_sums, tally_rows
from wenming_metrics.upkeep.report import Line, line
from wenming_metrics.upkeep.sum_checks import check_month_sums, same

PARTS = ("cells", "visits", "grain")
_STATE = ["batch", "seq", "day"]


def months_of(connection: Connection) -> list[list[int]]:
    """List the days that anything is stored of, month by month."""
    tallied = select(schema.day_tally.c.day)
    days = {*all_days(connection), *connection.execute(tallied).scalars(), *_row_days(connection)}
    return by_month(days)


def _row_days(connection: Connection) -> list[int]:
    """List the days of rows, from one to the next: reading all rows would take long."""
    column, days, day = schema.row.c.day, [], 0
    while day is not None:
        day = connection.execute(select(func.min(column)).where(column > day)).scalar()
        days += [] if day is None else [day]
    return days


def check_references(connection: Connection, days: list[int]) -> list[Line]:
    """Check rows of some days against the counts of their batches, and what refers to rows."""
    return [
        _per_day(connection, schema.row, INSPECTION, "每批每日的督查行", days),
        _per_day(connection, schema.plan_row, PLAN, "每批每日的计划行", days),
        _points(connection, days),
        _row_units(connection, days),
        _first_states(connection, days),
    ]


def _per_day(connection: Connection, table: Table, kind: str, what: str, days: list[int]) -> Line:
    """Check how many rows of each batch lie on each day."""
    counted = select(table.c.batch, table.c.day, func.count()).where(among(table.c.day, days))
    grouped = connection.execute(counted.group_by(table.c.batch, table.c.day))
    stored = {(batch, day): count for batch, day, count in grouped}
    noted, batch = schema.batch_day, schema.batch
    query = select(noted.c.batch, noted.c.day, noted.c.good).join(
        batch, batch.c.batch == noted.c.batch
    )
    query = query.where(among(noted.c.day, days), batch.c.kind == kind)
    expected = {(batch, day): good for batch, day, good in connection.execute(query)}
    wrong = [
        f"批次 {batch} 在 {_spell(day)} 应有 {expected.get((batch, day), 0)} 行，"
        f"实有 {stored.get((batch, day), 0)} 行"
        for batch, day in sorted(set(expected) | set(stored))
        if expected.get((batch, day), 0) != stored.get((batch, day), 0)
    ]
    return line(what, len(expected), wrong)


def _points(connection: Connection, days: list[int]) -> Line:
    """Check that no row loses more than its full mark, or loses without a problem.

    The sums of a day stop at the full mark: they are the same whatever lies above it.
    """
    row, within = schema.row, among(schema.row.c.day, days)
    exceeded = (row.c.possible > 0) & (row.c.lost > row.c.possible)
    wrong_points = exceeded | (row.c.lost < 0) | ((row.c.lost != 0) & (row.c.result != FAILED))
    query = select(row.c.day, row.c.batch, row.c.seq, row.c.lost, row.c.possible)
    rows = connection.execute(query.where(within, wrong_points)).all()
    wrong = [
        f"{_spell(day)} 批次 {batch} 第 {seq} 行扣 {number_text(lost)} 分，满分 {number_text(mark)} 分"
        for day, batch, seq, lost, mark in rows
    ]
    count = select(func.count()).select_from(row).where(within)
    return line("每行的扣分", connection.execute(count).scalar_one(), wrong)


def _row_units(connection: Connection, days: list[int]) -> Line:
    """Check that every further unit is one of a stored row."""
    link, row = schema.row_unit, schema.row
    same = (
        (row.c.day == link.c.day)
        & (row.c.unit == link.c.territory)
        & (row.c.item == link.c.item)
        & (row.c.batch == link.c.batch)
        & (row.c.seq == link.c.seq)
    )
    within = among(link.c.day, days)
    count = select(func.count()).select_from(link).where(within)
    strays = select(link.c.day, link.c.batch, link.c.seq).join(row, same, isouter=True)
    orphans = connection.execute(strays.where(within, row.c.day.is_(None)))
    wrong = [f"{_spell(day)} 批次 {batch} 第 {seq} 行不存在" for day, batch, seq in orphans]
    return line("责任单位的行", connection.execute(count).scalar_one(), wrong)


def _first_states(connection: Connection, days: list[int]) -> Line:
    """Check that every problem has its first state, and every first state its problem."""
    row, state = schema.row, schema.finding_state
    failed = select(row.c.batch, row.c.seq, row.c.day)
    failed = failed.where(among(row.c.day, days), row.c.result == FAILED)
    batches = select(schema.batch_day.c.batch).where(among(schema.batch_day.c.day, days))
    states = select(state.c.batch, state.c.seq, state.c.happened_on.label("day"))
    states = states.where(state.c.batch.in_(batches), state.c.n == 0)
    failed_rows = read_frame(connection, failed)
    first_states = read_frame(connection, states.where(among(state.c.happened_on, days)))
    compared = failed_rows.merge(first_states, on=_STATE, how="outer", indicator="side")
    fault_texts = {"left_only": "没有状态", "right_only": "有状态而没有这个问题"}
    wrong = [
        f"{_spell(pair.day)} 批次 {pair.batch} 第 {pair.seq} 行{fault_texts[pair.side]}"
        for pair in compared[compared["side"] != "both"].itertuples()
    ]
    return line("问题的最初状态", len(compared), wrong)


def check_tallies(
    connection: Connection, days: list[int], bases: Iterable[SumKey] = ()
) -> list[Line]:
    """Check the sums of a month's days, bit for bit, against its rows.

    Takes: days - all of one month; bases - those whose running sums are checked too
    """
    wrong, sites, totals = [], None, {}
    stored_keys = stored_bases(connection)
    checked_bases = [basis for basis in bases if basis.key in stored_keys]
    sums: dict[str, PackedSums] = {basis.key: {} for basis in checked_bases}
    for day in days:
        fresh = tally_rows(connection, [day])[day]
        wrong += [
            f"{_spell(day)} 的汇总（{part_name}）"
            for part_name in differing(connection, day, fresh)
        ]
        day_sums = site_sums(fresh["visits"])
        sites = day_sums if sites is None else add(sites, day_sums, SITE_KEYS, SITE_SUMS)
        if any(len(frame) for frame in fresh.values()):
            for basis in checked_bases:
                day_sums = sum_day(day, fresh, basis)
                totals[basis.key], ends = add_day(totals.get(basis.key), day, day_sums)
                sums[basis.key] |= ends
    if PLANNED in stored_keys:
        sums[PLANNED] = _plan_ends(connection, days)
    tallied = line("每日汇总", len(days), wrong)
    running = check_month_sums(connection, sums, days)
    return [tallied, _check_sites(connection, days[0], sites), *running]


def _plan_ends(connection: Connection, days: list[int]) -> PackedSums:
    all_ends, total = {}, None
    for day, day_sums in plan_sums(connection, days).items():
        total, ends = add_day(total, day, day_sums)
        all_ends |= ends
    return all_ends


def differing(connection: Connection, day: int, fresh: DayTally) -> list[str]:
    """List the parts of a day's stored tally that are not what its rows give."""
    table = schema.day_tally
    stored = connection.execute(select(table).where(table.c.day == day)).mappings().first()
    if stored is None:
        return [part_name for part_name in PARTS if len(fresh[part_name])]
    return [part_name for part_name in PARTS if not same(stored[part_name], pack(fresh[part_name]))]


def _check_sites(connection: Connection, day: int, fresh: pd.DataFrame) -> Line:
    table = schema.month_sites
    query = select(table.c.sites).where(table.c.month == month_of(day))
    stored = connection.execute(query).scalar()
    right = same(stored, pack(fresh) if len(fresh) else None)
    on = date.fromordinal(day)
    return line("每月点位汇总", 1, [] if right else [f"{on:%Y-%m} 的点位汇总"])


def _spell(day: int | np.integer) -> str:
    return date.fromordinal(int(day)).isoformat()
