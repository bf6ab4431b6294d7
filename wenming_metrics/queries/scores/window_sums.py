"""Sums of windows from the stored sums: few are read, whatever the windows.

A window from a to b is the sum through b less the sum through the day before a. Both are made of
sums that the store keeps: January through a month, the first of a month through a day, single
days. What two windows share is read and placed once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.scoring.tally.leaves import LEAF_SUMS, LeafSums, add_lines
from wenming_metrics.scoring.tree.basis import SumKey, columns_of, sum_day
from wenming_metrics.scoring.tree.settling import LINE_KEYS, LINE_SUMS, deduct_lines, no_lines
from wenming_metrics.store.days import month_end, month_start, year_start
from wenming_metrics.store.tallies import (
    DAY,
    MONTH_TO_DATE,
    PLANNED,
    YEAR_TO_DATE,
    Sums,
    bases,
    days_with_rows,
    read_day,
    read_sums,
    sum_ends,
)
from wenming_metrics.tallies.update import plan_sums

_SHORT = 2
"""Windows of so few days are read day by day."""
Piece = tuple[int, int]
"""A stored sum: its span and the day it ends on."""
Users = dict[Piece, list[tuple[int, int]]]
"""Which windows (by number) use a piece, each with its sign."""
DaySums = Callable[[Sequence[int]], Iterable[tuple[int, Sums]]]
"""Gives the sums of some days on a basis, as (day, sums)."""


def window_sums(
    connection: Connection,
    windows: Sequence[Window],
    basis: SumKey,
    position: np.ndarray,
    units: int,
    day_sums: DaySums | None = None,
) -> tuple[LeafSums, pd.DataFrame]:
    """Sum a row of windows: leaf sums per column, and `settling.DEDUCTIONS`.

    Takes: position - unit of the board -> its position or -1; units - how many positions;
           day_sums - where the sums of days come from; None: what the store keeps for the basis,
           else the tallies of the days
    """
    if day_sums is None and basis.key in bases(connection):
        piece_sums, users = _stored(connection, windows, basis.key)
    else:
        # Sums that come from elsewhere may be of days that have no rows any more.
        days = days_with_rows(connection, _span(windows)) if day_sums is None else _span(windows)
        piece_sums, users = _of_days(windows, days, day_sums or day_summer(connection, basis))
    return _add_up(piece_sums, users, basis, position, len(windows), units)


def planned_types(
    connection: Connection,
    windows: Sequence[Window],
    position: np.ndarray,
    types: int,
    units: int,
) -> np.ndarray:
    """Say what plans asked for in a row of windows: bool array (window, point type, position).

    Takes: position - unit -> its position or -1
    """
    if PLANNED in bases(connection):
        piece_sums, users = _stored(connection, windows, PLANNED)
    else:
        sums = plan_sums(connection, _span(windows))
        piece_sums, users = _of_days(
            windows, list(sums), lambda days: ((day, sums[day]) for day in days)
        )
    total = np.zeros((len(windows), types, units))
    for piece, (lines, _) in piece_sums:
        unit_position = position[lines["unit"]]
        piece_total = np.zeros((types, units))
        np.add.at(
            piece_total,
            (lines["node"][unit_position >= 0], unit_position[unit_position >= 0]),
            lines["checks"][unit_position >= 0],
        )
        for number, sign in users[piece]:
            total[number] += sign * piece_total
    return total > 0


def day_summer(connection: Connection, basis: SumKey) -> DaySums:
    """Sum the days that have tallies, on any basis."""

    def sums(days: Sequence[int]) -> Iterator[tuple[int, Sums]]:
        wanted = set(days)
        tallied_days = (
            days_with_rows(connection, range(min(wanted), max(wanted) + 1)) if wanted else []
        )
        for day in tallied_days:
            if day in wanted:
                yield day, sum_day(day, read_day(connection, day, basis.tally_frames), basis)

    return sums


def _stored(
    connection: Connection, windows: Sequence[Window], basis: str
) -> tuple[Iterator[tuple[Piece, Sums]], Users]:
    """Make windows of the running sums that are stored."""
    users = _users(plan_pieces(connection, windows, basis))
    return _read(connection, basis, users), users


def _of_days(
    windows: Sequence[Window], days: Iterable[int], day_sums: DaySums
) -> tuple[Iterator[tuple[Piece, Sums]], Users]:
    """Make windows of their single days."""
    users = _users([[(+1, (DAY, day)) for day in days if day in window.days] for window in windows])
    summed_days = day_sums([day for _, day in users])
    return (((DAY, day), sums) for day, sums in summed_days), users


def _add_up(
    piece_sums: Iterable[tuple[Piece, Sums]],
    users: Users,
    basis: SumKey,
    position: np.ndarray,
    windows: int,
    units: int,
) -> tuple[LeafSums, pd.DataFrame]:
    nodes = len(basis.rules.nodes)
    total = np.zeros((len(LEAF_SUMS), nodes, windows, units))
    none = columns_of(no_lines())
    lines = [{**none, "column": none["unit"]}]
    for piece, (leaves, settled) in piece_sums:
        for number, sign in users[piece]:
            add_lines(total, leaves, position, number, sign)
            lines.append(_settled_columns(settled, position, number * units, sign))
    joined = {name: np.concatenate([columns[name] for columns in lines]) for name in lines[0]}
    leaf_sums = LeafSums(*total.reshape(len(LEAF_SUMS), nodes, -1))
    return leaf_sums, deduct_lines(pd.DataFrame(joined), basis.rules)


def _settled_columns(
    lines: dict[str, np.ndarray], position: np.ndarray, first: int, sign: int
) -> dict[str, np.ndarray]:
    """Put settled lines into the columns of a window that begins at a column."""
    unit_position = position[lines["unit"]]
    keep = unit_position >= 0
    keys = {name: lines[name][keep].astype(np.int64) for name in LINE_KEYS}
    sums = {name: sign * lines[name][keep].astype(np.int64) for name in LINE_SUMS}
    return {**keys, **sums, "column": first + unit_position[keep]}


def plan_pieces(
    connection: Connection, windows: Sequence[Window], basis: str
) -> list[list[tuple[int, Piece]]]:
    """Say which stored sums make each window: lists of (+1 or -1, piece)."""
    long = [window for window in windows if len(window.days) > _SHORT]
    ends = sorted({day for window in long for day in (window.days.start - 1, window.days.stop - 1)})
    years = [(year_start(ends[0]), month_end(ends[-1]))] if ends else []
    months = sum_ends(connection, basis, YEAR_TO_DATE, years)
    within = [(month_start(day), day) for day in ends if day != month_end(day)]
    days = sum_ends(connection, basis, MONTH_TO_DATE, within)
    return [
        _sum_up(window, months, days)
        if len(window.days) > _SHORT
        else [(+1, (DAY, day)) for day in window.days]
        for window in windows
    ]


def _sum_up(of: Window, months: list[int], days: list[int]) -> list[tuple[int, Piece]]:
    """Make a window of running sums: through its end, less through the day before it."""
    first, last = of.days.start - 1, of.days.stop - 1
    signs: Counter[Piece] = Counter()
    for sign, end in ((+1, last), (-1, first)):
        for piece in _through(end, months, days):
            signs[piece] += sign
    end = year_start(last) - 1
    while end >= year_start(first):  # whole years between the two ends
        for piece in _through(end, months, days):
            signs[piece] += 1
        end = year_start(end) - 1
    return [(sign, piece) for piece, sign in signs.items() if sign]


def _through(day: int, months: list[int], days: list[int]) -> Iterator[Piece]:
    """Name the sums that make the first of January through a day; without data there are none."""
    full_month_end = day if day == month_end(day) else month_start(day) - 1
    month = _last(months, year_start(day), full_month_end)
    if month is not None:
        yield YEAR_TO_DATE, month
    if full_month_end != day:
        month_day = _last(days, month_start(day), day)
        if month_day is not None:
            yield MONTH_TO_DATE, month_day


def _last(ordered: list[int], first: int, last: int) -> int | None:
    index = bisect_right(ordered, last)
    return ordered[index - 1] if index and ordered[index - 1] >= first else None


def _users(plans: Sequence[Sequence[tuple[int, Piece]]]) -> Users:
    """Turn plans round."""
    users: Users = {}
    for number, plan in enumerate(plans):
        for sign, piece in plan:
            users.setdefault(piece, []).append((number, sign))
    return users


def _read(
    connection: Connection, basis: str, pieces: Iterable[Piece]
) -> Iterator[tuple[Piece, Sums]]:
    for span in (DAY, MONTH_TO_DATE, YEAR_TO_DATE):
        wanted = [day for kind, day in pieces if kind == span]
        for day, sums in read_sums(connection, basis, span, wanted):
            yield (span, day), sums


def _span(windows: Sequence[Window]) -> range:
    return range(min(w.days.start for w in windows), max(w.days.stop for w in windows))
