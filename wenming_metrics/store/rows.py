"""Checked items: kept for ever, in the order of day, unit and item."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.store import schema
from wenming_metrics.store.database import stamp
from wenming_metrics.store.days import among
from wenming_metrics.store.frames import add_rows, no_rows, read_frame, that_count
from wenming_metrics.vocabulary import WRITTEN

FOUND = "已发现"
"""First state of every finding; what comes later is appended to the log."""
ROW_COLUMNS = [column.name for column in schema.row.columns]
_FAILED = 1
_USUAL = {"severity": 0, "state": 0, "given": WRITTEN}
_MANY = 5_000
"""So many texts are asked for at once."""
FAILED_COLUMNS = [
    *("day", "unit", "item", "batch", "seq", "source", "visit", "site", "point_type", "lost"),
    *("places", "repeated", "sheet", "source_row", "severity", "state", "given"),
]
"""What is read of failed rows where there may be many."""


def insert_rows(
    connection: Connection, batch: int, checks: pd.DataFrame, roles: pd.DataFrame
) -> None:
    """Store the rows of a batch, the further units they name, and the first state of findings.

    Takes: checks - as `reading.Reading` gives them, with repeated (0 or 1); roles - day, role,
           unit, item, seq, territory, in the order of the table
    """
    order = np.lexsort([checks[name].to_numpy() for name in ("seq", "item", "unit", "day")])
    names = [name for name in ROW_COLUMNS if name in checks]
    # What no row tells is what the table fills in by itself.
    usual_names = [name for name in _USUAL if name in checks]
    silent = {name for name in usual_names if (checks[name] == _USUAL[name]).all()}
    columns = {name: checks[name].to_numpy()[order] for name in names if name not in silent}
    add_rows(connection, schema.row, {**columns, "batch": batch})
    add_rows(connection, schema.row_unit, {**roles, "batch": batch})
    failed = checks[checks["result"] == _FAILED]
    states = {"batch": batch, "seq": failed["seq"], "n": 0, "state": FOUND}
    moments = {"happened_on": failed["day"], "known_at": stamp()}
    add_rows(connection, schema.finding_state, {**states, **moments})


def insert_findings(connection: Connection, batch: int, findings: pd.DataFrame) -> None:
    """Store numbers and deadlines of a batch. Takes: findings - as `reading.Reading` gives them"""
    columns = {name: findings[name] for name in ("seq", "number", "due")}
    add_rows(connection, schema.finding, {**columns, "batch": batch})


def insert_pieces(connection: Connection, batch: int, pieces: pd.DataFrame) -> None:
    """Store which findings of a batch shared a cell. Takes: pieces - as `reading.Reading` gives them"""
    columns = {name: pieces[name] for name in ("seq", "piece", "words")}
    add_rows(connection, schema.finding_piece, {**columns, "batch": batch})


def read_pieces(connection: Connection, batches: Iterable[int]) -> pd.DataFrame:
    """Read which findings of some batches shared a cell: batch, seq, piece (from 1), words."""
    table = schema.finding_piece
    wanted = [int(batch) for batch in batches]
    return read_frame(connection, select(table).where(table.c.batch.in_(wanted)))


def read_rows(
    connection: Connection,
    days: Iterable[int],
    batches: np.ndarray,
    units: Iterable[int] = (),
    items: Iterable[int] = (),
) -> pd.DataFrame:
    """Read stored rows of some days and batches.

    Takes:   days - ordinals; batches - those that count; units - only these territories (empty:
             all); items - only these (empty: all)
    Returns: the columns of the table `row`, in its order
    """
    if not len(batches):
        return no_rows(schema.row)
    table = schema.row
    query = select(table).where(among(table.c.day, days))
    for column, wanted in ((table.c.unit, list(units)), (table.c.item, list(items))):
        if wanted:
            query = query.where(column.in_([int(number) for number in wanted]))
    query = query.where(table.c.batch.in_(batches.tolist()))
    query = query.order_by(table.c.day, table.c.unit, table.c.item, table.c.batch, table.c.seq)
    return read_frame(connection, query)


def read_failed(
    connection: Connection,
    days: Iterable[int],
    batches: np.ndarray,
    sites: Iterable[int] | None = None,
) -> pd.DataFrame:
    """Read the failed rows of some days and batches, and of some sites only where they are given.

    Returns: FAILED_COLUMNS of the table `row`, and result
    """
    columns = [schema.row.c[name] for name in FAILED_COLUMNS]
    query = select(*columns).where(among(schema.row.c.day, days), schema.row.c.result == _FAILED)
    query = query.where(schema.row.c.batch.in_(batches.tolist()))
    if sites is not None:
        query = query.where(schema.row.c.site.in_([int(site) for site in sites]))
    return read_frame(connection, query).assign(result=_FAILED)


def sites_failed(
    connection: Connection,
    days: Iterable[int],
    batches: Iterable[int],
    units: Iterable[int] = (),
    seqs: Iterable[int] = (),
) -> set[int]:
    """List the sites with a failed row on some days, in some batches.

    Takes: units - only rows in these territories (empty: anywhere); seqs - only rows of these numbers
    """
    table = schema.row
    # Day by day, for the key leads to a territory only by way of its day.
    query = select(table.c.site).distinct().where(table.c.day.in_(sorted({int(d) for d in days})))
    query = query.where(table.c.result == _FAILED)
    query = query.where(table.c.batch.in_([int(batch) for batch in batches]))
    for column, wanted in ((table.c.unit, list(units)), (table.c.seq, list(seqs))):
        if wanted:
            query = query.where(column.in_([int(number) for number in wanted]))
    return set(connection.scalars(query))


def read_numbers(
    connection: Connection, batches: np.ndarray | None, due: range | None = None
) -> pd.DataFrame:
    """Read numbers and deadlines that batches give: batch, seq, number, due.

    Takes: batches - None: those that count now; due - only those with a deadline on one of these days
    """
    table = schema.finding
    query = that_count(select(table), table, batches)
    if due is not None:
        query = query.where(table.c.due.between(due.start, due.stop - 1))
    return read_frame(connection, query)


def has_numbers(connection: Connection, batches: np.ndarray) -> bool:
    """Say whether any row of some batches has a number or a deadline."""
    table = schema.finding
    query = select(table.c.batch).where(table.c.batch.in_(batches.tolist())).limit(1)
    return connection.execute(query).first() is not None


def read_due_spans(connection: Connection, crossing: Iterable[int]) -> pd.DataFrame:
    """List the problems that count whose time runs over certain days: after their own, up to the last.

    Takes:   crossing - ordinals
    Returns: batch, seq, day (on which it was found), due
    """
    finding, state, batch = schema.finding, schema.finding_state, schema.batch
    columns = (finding.c.batch, finding.c.seq, state.c.happened_on.label("day"), finding.c.due)
    first_state = (state.c.batch == finding.c.batch) & (state.c.seq == finding.c.seq)
    query = (
        select(*columns)
        .join(state, first_state & (state.c.n == 0))
        .join(batch, batch.c.batch == finding.c.batch)
        .where(finding.c.due > 0, batch.c.live == 1)
    )
    spans, days = read_frame(connection, query), np.array(sorted(crossing), np.int64)
    passed = [np.searchsorted(days, spans[name], side="right") for name in ("due", "day")]
    return spans[passed[0] > passed[1]].reset_index(drop=True)


def same_numbers(
    connection: Connection, batches: np.ndarray | None, numbers: Iterable[str]
) -> pd.DataFrame:
    """List the findings of some batches that bear one of some numbers: batch, seq, number.

    Takes: batches - None: those that count now
    """
    table, wanted = schema.finding, sorted(set(numbers))
    query = that_count(select(table.c.batch, table.c.seq, table.c.number), table, batches)
    frames = [
        read_frame(connection, query.where(table.c.number.in_(wanted[first : first + _MANY])))
        for first in range(0, len(wanted), _MANY)
    ]
    return pd.concat(frames, ignore_index=True) if frames else no_rows(query)


def read_roles(connection: Connection, days: Iterable[int], batches: np.ndarray) -> pd.DataFrame:
    """Read the further units of stored rows: day, role, unit, item, batch, seq, territory."""
    if not len(batches):
        return no_rows(schema.row_unit)
    table = schema.row_unit
    query = select(table).where(among(table.c.day, days))
    return read_frame(connection, query.where(table.c.batch.in_(batches.tolist())))


def read_role(
    connection: Connection,
    days: Iterable[int],
    batches: Iterable[int],
    role: int,
    territories: Iterable[int] = (),
    seqs: Iterable[int] = (),
) -> pd.DataFrame:
    """Read the units that stored rows name in a role; the columns of `read_roles`.

    Takes: territories - where the rows lie (empty: anywhere); seqs - numbers of the rows that are
           asked for (empty: all); others may come too
    """
    table, wanted = schema.row_unit, [int(batch) for batch in batches]
    query = select(table).where(among(table.c.day, days), table.c.role == role)
    units = [int(unit) for unit in territories]
    if units:
        query = query.where(table.c.territory.in_(units))
    numbers = [int(seq) for seq in seqs]
    if 0 < len(numbers) <= _MANY:
        query = query.where(table.c.seq.in_(numbers))
    return read_frame(connection, query.where(table.c.batch.in_(wanted)))


def read_role_rows(
    connection: Connection, days: Iterable[int], batches: np.ndarray, role: int, units: list[int]
) -> pd.DataFrame:
    """Read the rows that name some units in a role, by seeks; the columns of `row`."""
    link, table = schema.row_unit, schema.row
    query = (
        select(table)
        .join(
            link,
            (link.c.day == table.c.day)
            & (link.c.territory == table.c.unit)
            & (link.c.item == table.c.item)
            & (link.c.batch == table.c.batch)
            & (link.c.seq == table.c.seq),
        )
        .where(among(link.c.day, days), link.c.role == role)
        .where(link.c.unit.in_(units), link.c.batch.in_(batches.tolist()))
        .distinct()
    )
    return read_frame(connection, query)
