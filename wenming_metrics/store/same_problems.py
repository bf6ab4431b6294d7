"""What people said of two findings of a site: one problem or not; the last word on a pair holds."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.store import schema
from wenming_metrics.store.frames import append, read_frame

PAIR = ["batch", "seq", "other_batch", "other_seq"]
"""What names a pair, the earlier finding first."""


def add_same(connection: Connection, facts: Mapping[str, int], who: str, *, same: bool) -> None:
    """Append what was said of a pair. Takes: facts - PAIR, day and other_day (ordinals)"""
    append(connection, schema.same_problem.c.choice, {**facts, "same": int(same), "who": who})


def read_same(connection: Connection) -> pd.DataFrame:
    """Read what holds of each pair: the columns of the table, same as 1 or 0, the latest first."""
    table = schema.same_problem
    choices = read_frame(connection, select(table).order_by(table.c.choice.desc()))
    return choices.drop_duplicates(PAIR).reset_index(drop=True)
