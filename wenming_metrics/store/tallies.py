"""Sums per day and month, as compressed arrays: what makes any window cheap to score.

A frame of integers becomes one blob: each column in the narrowest type that holds it. The frames
are those of `scoring.tally`; nothing here knows what they mean beyond `add` (sums that may be
taken back) on their key columns.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection, delete, select

from wenming_metrics.store import schema
from wenming_metrics.store.database import add_rows

_FAST = 1
_TYPES = (np.int8, np.int16, np.int32, np.int64)


def pack(frame: pd.DataFrame) -> bytes:
    """Turn a frame of integers into bytes; equal frames give equal bytes."""
    parts, told = [], []
    for name in frame.columns:
        values = frame[name].to_numpy(np.int64)
        low, high = (values.min(), values.max()) if len(values) else (0, 0)
        kind = next(t for t in _TYPES if np.iinfo(t).min <= low and high <= np.iinfo(t).max)
        told.append([name, np.dtype(kind).itemsize])
        parts.append(values.astype(f"<i{np.dtype(kind).itemsize}").tobytes())
    head = json.dumps([len(frame), told]).encode()
    return zlib.compress(struct.pack("<I", len(head)) + head + b"".join(parts), _FAST)


def unpack(blob: bytes) -> pd.DataFrame:
    """Turn bytes of `pack` back into the frame, all columns int64."""
    data = zlib.decompress(blob)
    (size,) = struct.unpack_from("<I", data)
    rows, told = json.loads(data[4 : 4 + size])
    place, columns = 4 + size, {}
    for name, width in told:
        columns[name] = np.frombuffer(data, f"<i{width}", rows, place).astype(np.int64)
        place += rows * width
    return pd.DataFrame(columns)


def month_of(day: int) -> int:
    """Give the month of a day as yyyymm."""
    on = date.fromordinal(day)
    return on.year * 100 + on.month


def read_days(connection: Connection, days: Iterable[int], part: str) -> dict[int, pd.DataFrame]:
    """Read one part ("cells", "visits" or "grain") of the tallies of some days that have one."""
    wanted = sorted(int(day) for day in days)
    if not wanted:
        return {}
    table = schema.day_tally
    query = select(table.c.day, table.c[part]).where(table.c.day.between(wanted[0], wanted[-1]))
    chosen = set(wanted)
    return {day: unpack(blob) for day, blob in connection.execute(query) if day in chosen}


def read_months(
    connection: Connection, months: Iterable[int], part: str
) -> dict[int, pd.DataFrame]:
    """Read one part ("cells" or "sites") of the sums of some months that have one."""
    table = schema.month_tally
    query = select(table.c.month, table.c[part]).where(table.c.month.in_(sorted(months)))
    return {month: unpack(blob) for month, blob in connection.execute(query)}


def write_days(connection: Connection, tallies: Mapping[int, Mapping[str, pd.DataFrame]]) -> None:
    """Replace the tallies of days; a day whose parts are all empty is removed."""
    table = schema.day_tally
    connection.execute(delete(table).where(table.c.day.in_(list(tallies))))
    kept = [day for day in sorted(tallies) if any(len(f) for f in tallies[day].values())]
    columns = {
        part: [pack(tallies[day][part]) for day in kept] for part in ("cells", "visits", "grain")
    }
    add_rows(connection, table, {"day": kept, **columns})


def write_months(connection: Connection, sums: Mapping[int, Mapping[str, pd.DataFrame]]) -> None:
    """Replace the sums of months; a month without any cell is removed."""
    table = schema.month_tally
    connection.execute(delete(table).where(table.c.month.in_(list(sums))))
    kept = [month for month in sorted(sums) if len(sums[month]["cells"])]
    columns = {part: [pack(sums[month][part]) for month in kept] for part in ("cells", "sites")}
    add_rows(connection, table, {"month": kept, **columns})


def days_with_rows(connection: Connection) -> list[int]:
    """List the days that have a tally, in order."""
    return list(
        connection.execute(
            select(schema.day_tally.c.day).order_by(schema.day_tally.c.day)
        ).scalars()
    )
