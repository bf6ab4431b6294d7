"""Which batches are replaced by later ones, wholly or in part, as things stand now.

Where the rows of a batch lie does not change; it is noted when a batch replaces something of its
days, so that nobody has to go through the rows to know it.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.store import schema
from wenming_metrics.store.days import among
from wenming_metrics.store.frames import add_rows, read_frame, that_count
from wenming_metrics.store.replacing import replaced_slices

_SLICE = ["day", "unit", "source"]
_COLUMNS = ["batch", "by", "whole"]


def note_slices(connection: Connection, days: Iterable[int]) -> None:
    """Note where batches have rows on some days; to be done when a batch replaces rows there."""
    table, noted = schema.row, schema.replaced_slice
    query = select(table.c.batch, *(table.c[name] for name in _SLICE)).distinct()
    slices = read_frame(connection, query.where(among(table.c.day, days)))
    before = select(noted.c.batch, noted.c.day).distinct().where(among(noted.c.day, days))
    noted_days = pd.MultiIndex.from_frame(read_frame(connection, before))
    new = slices[~pd.MultiIndex.from_frame(slices[["batch", "day"]]).isin(noted_days)]
    add_rows(connection, noted, {name: new[name].to_numpy() for name in ("batch", *_SLICE)})


def replaced_batches(connection: Connection) -> pd.DataFrame:
    """List the live batches of which later live batches replace rows.

    Returns: batch, by (tuple of the batches that replace it now), whole (no row of it counts)
    """
    covers = replaced_slices(connection)
    if covers.empty:
        return pd.DataFrame(columns=_COLUMNS)
    slices = _slices(connection).merge(covers, on=_SLICE, how="left")
    slices["covered"] = slices["by"].fillna(0) > slices["batch"]
    touched = slices[slices["covered"]]
    by = touched.groupby("batch")["by"].agg(lambda batches: tuple(sorted(set(batches.astype(int)))))
    partly = set(slices.loc[~slices["covered"], "batch"]) | _with_other_days(connection, slices)
    listed = by.to_frame("by").rename_axis("batch").assign(whole=~by.index.isin(list(partly)))
    return listed.reset_index()[_COLUMNS]


def _slices(connection: Connection) -> pd.DataFrame:
    """List the noted slices in which live batches have rows: batch, day, unit, source."""
    table = schema.replaced_slice
    return read_frame(connection, that_count(select(table), table))


def _with_other_days(connection: Connection, slices: pd.DataFrame) -> set[int]:
    """List the batches with rows on days of which nothing was replaced since they came."""
    table = schema.batch_day
    wanted = [int(batch) for batch in slices["batch"].unique()]
    query = select(table.c.batch, table.c.day).where(table.c.batch.in_(wanted))
    batch_days = read_frame(connection, query)
    noted = pd.MultiIndex.from_frame(slices[["batch", "day"]])
    return set(batch_days.loc[~pd.MultiIndex.from_frame(batch_days).isin(noted), "batch"])
