"""Sums as compressed arrays: tallies of days, running sums, what makes any window cheap to score.

A frame of integers becomes one blob: each column in the narrowest type that holds it. The frames
are those of `scoring.tally.tally` and `scoring.tree.settling`; nothing here knows what they mean.

Running sums are kept per basis (rules, board and tree of units): what each unit of the board lost
on each leaf, and what nodes that deduct settled, as two frames

    DAY             that day
    MONTH_TO_DATE   the first of the month through a day that has a tally
    YEAR_TO_DATE    January through a month, at its last day

so any window is a few sums added and taken away, and a late day rewrites at most the rest of its
month and of its year. They are made from the tallies of days and may be made anew at any time.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection, delete, or_, select

from wenming_metrics.store import schema
from wenming_metrics.store.days import among, month_end, month_of, month_start
from wenming_metrics.store.frames import add_rows

DAY, MONTH_TO_DATE, YEAR_TO_DATE = 0, 1, 2
PLANNED = "plan-2"
"""The basis of what plans ask for: it depends on nothing but the plans."""
Sums = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]
"""Columns of leaf sums and of settled lines."""
PackedSums = dict[tuple[int, int], tuple[bytes, bytes]]
"""Running sums as they are stored: (span, the day they end on) -> leaf sums, settled lines."""
_FRAMES, _SUMS = ("cells", "visits", "grain"), ("leaves", "settled")
_FAST = 1
_WIDTHS = tuple((width, -(1 << 8 * width - 1), (1 << 8 * width - 1) - 1) for width in (1, 2, 4, 8))
"""Bytes of a whole number, the least and the most that they hold."""
_AT_ONCE = 64
"""How many blobs are asked for in one query."""


def pack(columns: pd.DataFrame | Mapping[str, np.ndarray]) -> bytes:
    """Turn columns of integers into bytes; equal columns give equal bytes."""
    chunks, column_types, rows = [], [], 0
    if isinstance(columns, pd.DataFrame):  # at once: a frame gives its columns one by one slowly
        columns = dict(zip(columns, columns.to_numpy(np.int64).T, strict=True))
    for name, numbers in columns.items():
        values = np.asarray(numbers, np.int64)
        rows = len(values)
        low, high = (int(values.min()), int(values.max())) if rows else (0, 0)
        width = next(
            width for width, lowest, highest in _WIDTHS if lowest <= low and high <= highest
        )
        column_types.append([name, width])
        chunks.append(values.astype(f"<i{width}").tobytes())
    head = json.dumps([rows, column_types]).encode()
    return zlib.compress(struct.pack("<I", len(head)) + head + b"".join(chunks), _FAST)


def unpack_arrays(blob: bytes) -> dict[str, np.ndarray]:
    """Turn bytes of `pack` back into columns, each in the type it was stored in."""
    data = zlib.decompress(blob)
    (size,) = struct.unpack_from("<I", data)
    rows, column_types = json.loads(data[4 : 4 + size])
    offset, columns = 4 + size, {}
    for name, width in column_types:
        columns[name] = np.frombuffer(data, f"<i{width}", rows, offset)
        offset += rows * width
    return columns


def pack_sums(sums: Sums) -> tuple[bytes, bytes]:
    """Turn a running sum into its two blobs."""
    return pack(sums[0]), pack(sums[1])


def unpack_sums(blobs: Sequence[bytes]) -> Sums:
    """Turn the two blobs of a running sum back into its columns."""
    leaves, settled = (unpack_arrays(blob) for blob in blobs)
    return leaves, settled


def unpack(blob: bytes) -> pd.DataFrame:
    """Turn bytes of `pack` back into the frame, all columns int64."""
    arrays = unpack_arrays(blob)
    rows = len(next(iter(arrays.values()), ()))
    block = np.empty((len(arrays), rows), np.int64)  # at once: a frame of columns copies each again
    for line, values in zip(block, arrays.values(), strict=True):
        line[:] = values
    return pd.DataFrame(block.T, columns=pd.Index(list(arrays), dtype="str"), copy=False)


def read_days(
    connection: Connection, days: Iterable[int], frame_name: str
) -> dict[int, pd.DataFrame]:
    """Read one part ("cells", "visits" or "grain") of the tallies of some days that have one."""
    table, wanted = schema.day_tally, list(days)
    if not wanted:
        return {}
    query = select(table.c.day, table.c[frame_name]).where(among(table.c.day, wanted))
    return {day: unpack(blob) for day, blob in connection.execute(query.order_by(table.c.day))}


def read_day(
    connection: Connection, day: int, frame_names: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Read some parts of the tally of a day that has one."""
    table = schema.day_tally
    query = select(*(table.c[name] for name in frame_names)).where(table.c.day == day)
    blobs = connection.execute(query).one()
    return {name: unpack(blob) for name, blob in zip(frame_names, blobs, strict=True)}


def write_days(connection: Connection, tallies: Mapping[int, Mapping[str, bytes] | None]) -> None:
    """Replace the tallies of days, packed part by part; None removes one."""
    table = schema.day_tally
    connection.execute(delete(table).where(among(table.c.day, tallies)))
    _add_days(connection, {day: tallies[day] for day in sorted(tallies) if tallies[day]})


def _add_days(connection: Connection, tallies: Mapping[int, Mapping[str, bytes]]) -> None:
    columns = {name: [frames[name] for frames in tallies.values()] for name in _FRAMES}
    add_rows(connection, schema.day_tally, {"day": list(tallies), **columns})


def days_with_rows(connection: Connection, days: range | None = None) -> list[int]:
    """List the days that have a tally, in order; within a run of days when one is given."""
    column = schema.day_tally.c.day
    query = select(column).order_by(column)
    if days is not None:
        query = query.where(among(column, days))
    return list(connection.execute(query).scalars())


def has_days(connection: Connection) -> bool:
    """Say whether any day has a tally."""
    return connection.execute(select(schema.day_tally.c.day).limit(1)).first() is not None


def read_sites(connection: Connection, months: Iterable[int]) -> dict[int, pd.DataFrame]:
    """Read the sums by site of some months (yyyymm) that have them."""
    table = schema.month_sites
    query = select(table.c.month, table.c.sites).where(table.c.month.in_(sorted(months)))
    return {month: unpack(blob) for month, blob in connection.execute(query)}


def write_sites(connection: Connection, sums: Mapping[int, pd.DataFrame]) -> None:
    """Replace the sums by site of some months; a month without any is removed."""
    table = schema.month_sites
    connection.execute(delete(table).where(table.c.month.in_(list(sums))))
    months = [month for month in sorted(sums) if len(sums[month])]
    add_rows(connection, table, {"month": months, "sites": [pack(sums[month]) for month in months]})


def bases(connection: Connection) -> dict[str, str]:
    """Give the bases that running sums are kept for: basis -> digest of its rules."""
    table = schema.basis
    return {key: rules for key, rules in connection.execute(select(table.c.basis, table.c.rules))}


def add_basis(connection: Connection, basis: str, rules: str, board: str) -> None:
    """Say that running sums are kept for a basis from now on."""
    add_rows(connection, schema.basis, {"basis": [basis], "rules": rules, "board": board})


def drop_basis(connection: Connection, basis: str) -> None:
    """Forget the running sums of a basis."""
    for table in (schema.running_sum, schema.basis):
        connection.execute(delete(table).where(table.c.basis == basis))


def sum_ends(
    connection: Connection, basis: str, span: int, ranges: Sequence[tuple[int, int]]
) -> list[int]:
    """List where running sums end, within any of some ranges of days (both ends), in order."""
    table, ends = schema.running_sum, set()
    for first in range(0, len(ranges), _AT_ONCE):
        within = or_(
            *(table.c.at.between(*day_range) for day_range in ranges[first : first + _AT_ONCE])
        )
        query = select(table.c.at).where(table.c.basis == basis, table.c.span == span, within)
        ends |= set(connection.execute(query).scalars())
    return sorted(ends)


def read_sums(
    connection: Connection, basis: str, span: int, ends: Iterable[int]
) -> Iterator[tuple[int, Sums]]:
    """Read running sums that end on some days, in order; those that are not there are left out."""
    table, wanted = schema.running_sum, sorted(ends)
    for first in range(0, len(wanted), _AT_ONCE):
        query = (
            select(table.c.at, table.c.leaves, table.c.settled)
            .where(table.c.basis == basis, table.c.span == span)
            .where(among(table.c.at, wanted[first : first + _AT_ONCE]))
            .order_by(table.c.at)
        )
        for end, *blobs in connection.execute(query).fetchall():
            yield end, unpack_sums(blobs)


def write_sums(
    connection: Connection,
    basis: str,
    span: int,
    sums: Mapping[int, Sums | None],
) -> None:
    """Replace running sums (leaf sums, settled lines); None removes one."""
    table = schema.running_sum
    old = delete(table).where(table.c.basis == basis, table.c.span == span)
    connection.execute(old.where(among(table.c.at, sums)))
    ends = sorted(end for end, lines in sums.items() if lines is not None)
    columns = {"basis": basis, "span": span, "at": ends}
    packed = [pack_sums(sums[end]) for end in ends]
    blobs = {name: [pair[n] for pair in packed] for n, name in enumerate(_SUMS)}
    add_rows(connection, table, {**columns, **blobs})


def replace_month(
    connection: Connection,
    days: Sequence[int],
    frames: Mapping[int, Mapping[str, bytes]],
    sites: bytes | None,
    sums: Mapping[str, PackedSums],
) -> None:
    """Replace all that is stored of a month by sums that are packed already.

    Takes: days - any of the month; frames - day -> packed frames of its tally; sites - None: none;
           sums - basis -> (DAY or MONTH_TO_DATE, day it ends on) -> packed leaf sums and lines
    """
    day, site, running = schema.day_tally, schema.month_sites, schema.running_sum
    bounds, month = (month_start(days[0]), month_end(days[0])), month_of(days[0])
    connection.execute(delete(day).where(day.c.day.between(*bounds)))
    connection.execute(delete(site).where(site.c.month == month))
    _add_days(connection, frames)
    add_rows(connection, site, {"month": [month] if sites else [], "sites": [sites] * bool(sites)})
    for basis, packed in sums.items():
        old = delete(running).where(running.c.basis == basis, running.c.at.between(*bounds))
        connection.execute(old.where(running.c.span.in_((DAY, MONTH_TO_DATE))))
        keys = {"span": [span for span, _ in packed], "at": [end for _, end in packed]}
        blobs = {name: [pair[n] for pair in packed.values()] for n, name in enumerate(_SUMS)}
        add_rows(connection, running, {"basis": basis, **keys, **blobs})
