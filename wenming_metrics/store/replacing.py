"""Slices (day, street, source) that a file replaces: what counts of the rows of earlier files.

Nothing is deleted. A row is covered while a later batch that counts replaces its slice; when that
batch is withdrawn, the row counts again. A slice is stored unit by unit, with the units that its
street had when it was replaced, so that a later register covers and uncovers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

from wenming_metrics.domain.registers import Register, ancestors
from wenming_metrics.store import schema
from wenming_metrics.store.days import among
from wenming_metrics.store.frames import add_rows, read_frame, that_count

_KEYS = ["day", "unit", "source"]


def save_slices(connection: Connection, batch: int, slices: pd.DataFrame) -> None:
    """Note what a batch replaces. Takes: slices - of `slices_of`"""
    add_rows(connection, schema.replacement, {**slices[_KEYS], "batch": batch})


def slices_of(register: Register, rows: pd.DataFrame) -> pd.DataFrame:
    """Spread the slices that rows lie in over the units of their streets.

    Takes:   register - the one in force; rows - day, unit, source
    Returns: day, source, street, unit: each unit of the street, itself too; a unit that lies in no
             street stands for itself
    """
    street_of = ancestors(register, "street")
    units = np.arange(len(street_of))
    streets = np.where(street_of >= 0, street_of, units)
    slices = rows[_KEYS].drop_duplicates()
    slices = slices.assign(street=streets[slices["unit"].to_numpy(np.int64)]).drop(columns="unit")
    return slices.drop_duplicates().merge(pd.DataFrame({"street": streets, "unit": units}))


def drop_covered(
    connection: Connection, rows: pd.DataFrame, live: np.ndarray | None = None
) -> pd.DataFrame:
    """Leave out the rows of live batches whose slice a later live batch replaces.

    To be done before `scoring.tally.tally.drop_repeats`: what is covered is repeated by nothing.

    Takes: rows - day, unit, source, batch; live - the batches that count, None: those that do now
    """
    if rows.empty:
        return rows
    replacements = replaced_slices(connection, rows["day"].unique(), live)
    if replacements.empty:
        return rows
    by = replacements.set_index(_KEYS)["by"].reindex(pd.MultiIndex.from_frame(rows[_KEYS]))
    return rows[rows["batch"].to_numpy() >= by.fillna(0).to_numpy()]


def drop_slices(rows: pd.DataFrame, slices: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows that lie in slices, as if these were replaced. Takes: slices - of `slices_of`"""
    covered = pd.MultiIndex.from_frame(slices[_KEYS])
    return rows[~pd.MultiIndex.from_frame(rows[_KEYS]).isin(covered)]


def replacing_days(connection: Connection, days: Iterable[int]) -> set[tuple[int, int]]:
    """List the batches that replace anything on some days, as (batch, day)."""
    table = schema.replacement
    query = select(table.c.batch, table.c.day).distinct().where(among(table.c.day, days))
    return {(batch, day) for batch, day in connection.execute(query)}


def replaced_slices(
    connection: Connection, days: Iterable[int] | None = None, live: np.ndarray | None = None
) -> pd.DataFrame:
    """List what is replaced: day, unit, source, by (the last live batch).

    Takes: days - None: all; live - the batches that count, None: those that do now
    """
    table = schema.replacement
    keys = [table.c[name] for name in _KEYS]
    query = select(*keys, func.max(table.c.batch).label("by")).group_by(*keys)
    query = that_count(query, table, live)
    return read_frame(connection, query if days is None else query.where(among(table.c.day, days)))
