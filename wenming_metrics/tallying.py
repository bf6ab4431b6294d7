"""Keep the tallies of days and the sums of months true to the rows that count.

A day is tallied anew from its live rows; its month exchanges the day's old part for the new one,
which is exact, for the sums are integers, and costs the same however long the month is.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.scoring.tally import (
    CELL_KEYS,
    CELL_SUMS,
    SITE_KEYS,
    SITE_SUMS,
    add,
    site_sums,
    take_back,
    tally_days,
)
from wenming_metrics.store import batches, rows, tallies


def retally(connection: Connection, days: Iterable[int]) -> None:
    """Tally some days anew from their live rows and bring the sums of their months along."""
    wanted = sorted({int(day) for day in days})
    live = batches.live_on(connection, wanted)
    stored = rows.read_rows(connection, wanted, live)
    put_tallies(connection, tally_days(stored, rows.read_roles(connection, wanted, live), wanted))


def rebuild(connection: Connection) -> None:
    """Tally every day that ever had rows anew."""
    retally(connection, batches.all_days(connection))


def put_tallies(connection: Connection, new: dict[int, dict[str, pd.DataFrame]]) -> None:
    """Replace the tallies of days, and exchange their part in the sums of their months.

    Takes: new - per day the frames of `scoring.tally.tally_days`
    """
    old = {part: tallies.read_days(connection, new, part) for part in ("cells", "visits")}
    tallies.write_days(connection, new)
    months = {tallies.month_of(day) for day in new}
    cells_of = tallies.read_months(connection, months, "cells")
    sites_of = tallies.read_months(connection, months, "sites")
    for day, parts in new.items():
        month = tallies.month_of(day)
        cells_of[month] = _swap(
            cells_of.get(month), old["cells"].get(day), parts["cells"], CELL_KEYS, CELL_SUMS
        )
        before = old["visits"].get(day)
        sites_of[month] = _swap(
            sites_of.get(month),
            None if before is None else site_sums(before),
            site_sums(parts["visits"]),
            SITE_KEYS,
            SITE_SUMS,
        )
    sums = {month: {"cells": cells_of[month], "sites": sites_of[month]} for month in months}
    tallies.write_months(connection, sums)


def _swap(
    total: pd.DataFrame | None,
    old: pd.DataFrame | None,
    new: pd.DataFrame,
    keys: list[str],
    sums: list[str],
) -> pd.DataFrame:
    """Exchange one day's part of a month's sum."""
    kept = new.iloc[:0] if total is None else total
    kept = kept if old is None else take_back(kept, old, keys, sums)
    return add(kept, new, keys, sums)
