"""What was decided of single rows (复核): nothing is overwritten, the last decision on a row holds.

A row that is 剔除 does not count at all; one that is 改扣 loses so many points instead of its own,
with 0 it counts as 符合. Every decision has its moment, so that earlier figures can be made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.store import schema
from wenming_metrics.store.days import among
from wenming_metrics.store.frames import append, read_frame
from wenming_metrics.vocabulary import DECIDED

KEEP, LOWER, REMOVE = "维持", "改扣", "剔除"
"""Acts: the row stays as it was sent; it loses other points; it does not count."""
_PASSED = 0
_ROW = ["batch", "seq"]


def add_ruling(connection: Connection, facts: Mapping[str, object]) -> int:
    """Append a decision, known from now on; gives its number.

    Takes: facts - remark, day, batch, seq (0, -1, -1 where no row is meant), act, points (1e-4),
           reason, approver, who
    """
    return append(connection, schema.ruling.c.ruling, facts)


def read_rulings(connection: Connection, days: Iterable[int], known_at: str = "") -> pd.DataFrame:
    """Read what holds of the rows of some days: day, batch, seq, act, points.

    Takes: known_at - the moment up to which decisions are known; "": now
    """
    table = schema.ruling
    query = select(*(table.c[name] for name in ("day", *_ROW, "act", "points")))
    query = query.where(among(table.c.day, days), table.c.batch >= 0)
    if known_at:
        query = query.where(table.c.at <= known_at)
    decisions = read_frame(connection, query.order_by(table.c.ruling))
    last = decisions.drop_duplicates(_ROW, keep="last")
    return last[last["act"] != KEEP].reset_index(drop=True)


def ruled_days(connection: Connection, days: Iterable[int]) -> list[int]:
    """List those of some days that any decision was made on."""
    column = schema.ruling.c.day
    return sorted(
        connection.execute(select(column).distinct().where(among(column, days))).scalars()
    )


def apply_rulings(rows: pd.DataFrame, ruled: pd.DataFrame) -> pd.DataFrame:
    """Let decisions stand in rows: some are left out, some lose other points.

    Takes: rows - of the table `row`, each of which counts; ruled - as `read_rulings` gives it
    """
    decision = ruled.set_index(_ROW).reindex(pd.MultiIndex.from_frame(rows[_ROW]))
    lowered = (decision["act"] == LOWER).to_numpy()
    points = decision["points"].fillna(0).to_numpy(np.int64)
    passed = lowered & (points == 0)
    changed = rows.assign(
        lost=np.where(lowered, points, rows["lost"]),
        result=np.where(passed, _PASSED, rows["result"]),
        places=np.where(passed, 0, rows["places"]),
        given=np.where(lowered, DECIDED, rows["given"]),
    )
    return changed[(decision["act"] != REMOVE).to_numpy()]
