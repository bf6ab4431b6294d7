"""Checks of running sums: those of days and months from fresh tallies, those of years from months."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from sqlalchemy import Connection, select

from wenming_metrics.keeping.report import Line, line
from wenming_metrics.scoring.basis import Basis, DayTally, Sums, add_sums, sum_day
from wenming_metrics.store import schema
from wenming_metrics.store.days import month_end, month_start
from wenming_metrics.store.tallies import DAY, MONTH_TO_DATE, YEAR_TO_DATE, pack, unpack_arrays

Packed = dict[tuple[int, int], tuple[bytes, bytes]]
"""Sums as they are stored: (span, the day they end on) -> leaves, settled."""
_WHAT = "累计"
_SPANS = {DAY: "当日", MONTH_TO_DATE: "本月累计", YEAR_TO_DATE: "本年累计"}


def add_up(totals: dict[str, Sums], day: int, tally: DayTally, basis: Basis) -> Packed:
    """Add a day to the total of its month; gives the sums that end on the day.

    Takes: totals - basis -> sum of the month so far; the day is added in place
    """
    own = sum_day(day, tally, basis)
    totals[basis.key] = add_sums(totals[basis.key], own) if basis.key in totals else own
    return {(DAY, day): _packed(own), (MONTH_TO_DATE, day): _packed(totals[basis.key])}


def add_up_all(days: Mapping[int, Sums]) -> Packed:
    """Give the sums that end on some days of a month, from the sums of all its days."""
    found, total = {}, None
    for day, own in sorted(days.items()):
        total = own if total is None else add_sums(total, own)
        found |= {(DAY, day): _packed(own), (MONTH_TO_DATE, day): _packed(total)}
    return found


def check_month_sums(
    connection: Connection, fresh: Mapping[str, Packed], days: list[int]
) -> Iterator[Line]:
    """Check the stored sums of a month against those made anew.

    Takes: fresh - basis -> what `add_up` gave for the days of the month, all of it
    """
    place = (month_start(days[0]), month_end(days[0]))
    for basis, expected in fresh.items():
        yield _compare(expected, _stored(connection, basis, (DAY, MONTH_TO_DATE), place))


def check_year_sums(connection: Connection, bases: Iterable[str], year: int) -> Iterator[Line]:
    """Check the sums of a year's months against the sums of each month."""
    place = (date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())
    for basis in bases:
        last: dict[int, tuple[bytes, bytes]] = {}
        for (_, at), sums in sorted(_stored(connection, basis, (MONTH_TO_DATE,), place).items()):
            last[month_end(at)] = sums
        expected, total = {}, None
        for end, (leaves, settled) in last.items():
            own = unpack_arrays(leaves), unpack_arrays(settled)
            total = own if total is None else add_sums(total, own)
            expected[(YEAR_TO_DATE, end)] = _packed(total)
        yield _compare(expected, _stored(connection, basis, (YEAR_TO_DATE,), place))


def years_of(days: Iterable[int]) -> list[int]:
    """List the years that some days lie in."""
    return sorted({date.fromordinal(day).year for day in days})


def _compare(expected: Packed, stored: Packed) -> Line:
    wrong = [
        f"{date.fromordinal(at)} 的{_SPANS[span]}"
        for span, at in sorted(set(expected) | set(stored))
        if not _same_pair(stored.get((span, at)), expected.get((span, at)))
    ]
    return line(_WHAT, len(expected), wrong)


def _same_pair(stored: tuple | None, expected: tuple | None) -> bool:
    return all(map(same, stored or (None, None), expected or (None, None)))


def _stored(
    connection: Connection, basis: str, spans: tuple[int, ...], place: tuple[int, int]
) -> Packed:
    table = schema.running_sum
    query = select(table.c.span, table.c.at, table.c.leaves, table.c.settled)
    query = query.where(table.c.basis == basis, table.c.span.in_(spans), table.c.at.between(*place))
    return {
        (span, at): (leaves, settled) for span, at, leaves, settled in connection.execute(query)
    }


def _packed(sums: Sums) -> tuple[bytes, bytes]:
    return pack(sums[0]), pack(sums[1])


def same(stored: bytes | None, fresh: bytes | None) -> bool:
    """Say whether two packed sums hold the same; how they are compressed is each machine's own."""
    if stored is None or fresh is None:
        return stored is fresh
    try:
        return zlib.decompress(stored) == zlib.decompress(fresh)
    except zlib.error:
        return False
