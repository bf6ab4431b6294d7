"""Which batches are replaced by later ones, wholly or in part, as things stand now."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, func, select

from wenming_metrics.store import schema
from wenming_metrics.store.database import read_frame
from wenming_metrics.store.days import among

_SLICE = ["day", "unit", "source"]
_COLUMNS = ["batch", "by", "whole"]


def replaced_batches(connection: Connection) -> pd.DataFrame:
    """List the live batches of which later live batches replace rows.

    Returns: batch, by (tuple of the batches that replace it now), whole (no row of it counts)
    """
    covers = _covers(connection)
    if covers.empty:
        return pd.DataFrame(columns=_COLUMNS)
    days = covers["day"].unique()
    slices = _slices(connection, days).merge(covers, on=_SLICE, how="left")
    slices["covered"] = slices["by"].fillna(0) > slices["batch"]
    touched = slices[slices["covered"]]
    by = touched.groupby("batch")["by"].agg(lambda own: tuple(sorted(set(own.astype(int)))))
    whole = slices.groupby("batch")["covered"].all() & ~_has_other_days(connection, by.index, days)
    found = by.to_frame("by").join(whole.rename("whole")).rename_axis("batch")
    return found.reset_index()[_COLUMNS]


def _covers(connection: Connection) -> pd.DataFrame:
    """List what is replaced: day, unit, source, by (the last live batch)."""
    table, batch = schema.replacement, schema.batch
    query = (
        select(*(table.c[name] for name in _SLICE), func.max(table.c.batch).label("by"))
        .join(batch, batch.c.batch == table.c.batch)
        .where(batch.c.live == 1)
        .group_by(*(table.c[name] for name in _SLICE))
    )
    return read_frame(connection, query)


def _slices(connection: Connection, days: pd.Series) -> pd.DataFrame:
    """List the slices in which live batches have rows on some days: batch, day, unit, source."""
    table, batch = schema.row, schema.batch
    query = (
        select(table.c.batch, *(table.c[name] for name in _SLICE))
        .distinct()
        .join(batch, batch.c.batch == table.c.batch)
        .where(among(table.c.day, days), batch.c.live == 1)
    )
    return read_frame(connection, query)


def _has_other_days(connection: Connection, batches: pd.Index, days: pd.Series) -> pd.Series:
    """Say which batches have rows on days of which nothing is replaced."""
    table = schema.batch_day
    query = select(table.c.batch, table.c.day).where(
        table.c.batch.in_([int(batch) for batch in batches])
    )
    found = read_frame(connection, query)
    other = set(found.loc[~found["day"].isin(days), "batch"])
    return pd.Series([batch in other for batch in batches], batches, dtype=bool)
