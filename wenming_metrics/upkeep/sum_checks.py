"""Checks of running sums: those of days and months from fresh tallies, those of years from months."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from sqlalchemy import Connection, select

from wenming_metrics.scoring.tree.basis import add_sums
from wenming_metrics.store import schema
from wenming_metrics.store.days import month_end, month_start
from wenming_metrics.store.tallies import (
    DAY,
    MONTH_TO_DATE,
    YEAR_TO_DATE,
    PackedSums,
    pack_sums,
    unpack_sums,
)
from wenming_metrics.upkeep.report import Line, line

_WHAT = "累计"
_SPANS = {DAY: "当日", MONTH_TO_DATE: "本月累计", YEAR_TO_DATE: "本年累计"}


def check_month_sums(
    connection: Connection, fresh: Mapping[str, PackedSums], days: list[int]
) -> Iterator[Line]:
    """Check the stored sums of a month against those made anew.

    Takes: fresh - basis -> the sums that end on the days of the month, all of them
    """
    day_range = (month_start(days[0]), month_end(days[0]))
    for basis, expected in fresh.items():
        yield _compare(expected, _stored(connection, basis, (DAY, MONTH_TO_DATE), day_range))


def check_year_sums(connection: Connection, bases: Iterable[str], year: int) -> Iterator[Line]:
    """Check the sums of a year's months against the sums of each month."""
    day_range = (date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())
    for basis in bases:
        last: dict[int, tuple[bytes, bytes]] = {}
        for (_, day), sums in sorted(
            _stored(connection, basis, (MONTH_TO_DATE,), day_range).items()
        ):
            last[month_end(day)] = sums
        expected, total = {}, None
        for end, (leaves, settled) in last.items():
            month_sums = unpack_sums((leaves, settled))
            total = month_sums if total is None else add_sums(total, month_sums)
            expected[(YEAR_TO_DATE, end)] = pack_sums(total)
        yield _compare(expected, _stored(connection, basis, (YEAR_TO_DATE,), day_range))


def years_of(days: Iterable[int]) -> list[int]:
    """List the years that some days lie in."""
    return sorted({date.fromordinal(day).year for day in days})


def _compare(expected: PackedSums, stored: PackedSums) -> Line:
    wrong = [
        f"{date.fromordinal(day)} 的{_SPANS[span]}"
        for span, day in sorted(set(expected) | set(stored))
        if not _same_pair(stored.get((span, day)), expected.get((span, day)))
    ]
    return line(_WHAT, len(expected), wrong)


def _same_pair(stored: tuple | None, expected: tuple | None) -> bool:
    return all(map(same, stored or (None, None), expected or (None, None)))


def _stored(
    connection: Connection, basis: str, spans: tuple[int, ...], day_range: tuple[int, int]
) -> PackedSums:
    table = schema.running_sum
    query = select(table.c.span, table.c.at, table.c.leaves, table.c.settled)
    query = query.where(
        table.c.basis == basis, table.c.span.in_(spans), table.c.at.between(*day_range)
    )
    return {
        (span, day): (leaves, settled) for span, day, leaves, settled in connection.execute(query)
    }


def same(stored: bytes | None, fresh: bytes | None) -> bool:
    """Say whether two packed sums hold the same; how they are compressed is each machine's own."""
    if stored is None or fresh is None:
        return stored is fresh
    try:
        return zlib.decompress(stored) == zlib.decompress(fresh)
    except zlib.error:
        return False
