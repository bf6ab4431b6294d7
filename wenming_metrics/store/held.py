"""Held rows (暂不计): which of them still wait, and why the others do not.

A row waits no longer when a later file brings it corrected, or again, when later files replace
all that its file brought, or when a person says that it is not to be dealt with. What a later file
ended waits again when that file is withdrawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pandas as pd
from sqlalchemy import Connection, and_, delete, select

from wenming_metrics.store import schema
from wenming_metrics.store.database import stamp
from wenming_metrics.store.frames import add_rows, read_frame
from wenming_metrics.store.replaced import replaced_batches

CORRECTED, SENT_AGAIN, DISCARDED, REPLACED = "已更正", "已重报", "不再处理", "已替换"
"""Acts: a later file has the row right; it has the row, still wrong; a person has ended it; later
files replace the whole file."""
KEYS = ["batch", "sheet", "source_row"]


def waiting(connection: Connection) -> pd.DataFrame:
    """List the held rows of live batches that still wait: batch, sheet, source_row, codes."""
    rows = _unended(connection)
    gone = _replaced(connection) if len(rows) else {}
    return rows[~rows["batch"].isin(list(gone))].reset_index(drop=True)


def replaced(connection: Connection) -> pd.DataFrame:
    """List the held rows that would wait if their files were not replaced.

    Returns: batch, sheet, source_row, by_batch (the last file that replaces theirs)
    """
    rows = _unended(connection)
    gone = _replaced(connection) if len(rows) else {}
    rows = rows[rows["batch"].isin(list(gone))].reset_index(drop=True)
    return rows[KEYS].assign(by_batch=rows["batch"].map(gone))


def _replaced(connection: Connection) -> dict[int, int]:
    batches = replaced_batches(connection)
    return {
        int(line.batch): line.by[-1] for line in batches[batches["whole"].astype(bool)].itertuples()
    }


def _unended(connection: Connection) -> pd.DataFrame:
    """List the held rows of live batches that nothing has ended: batch, sheet, source_row, codes."""
    held_row, end, batch = schema.held_row, schema.held_end, schema.batch
    same = and_(*(held_row.c[name] == end.c[name] for name in KEYS))
    query = (
        select(held_row, end.c.act, end.c.by_batch)
        .join(batch, batch.c.batch == held_row.c.batch)
        .join(end, same, isouter=True)
        .where(batch.c.live == 1)
        .order_by(*(held_row.c[name] for name in KEYS))
    )
    rows = read_frame(connection, query)
    live = _live_through(connection)
    ended = [
        pd.notna(act) and (pd.isna(by) or int(by) in live)
        for act, by in zip(rows["act"], rows["by_batch"], strict=True)
    ]
    unended = rows[~pd.Series(ended, rows.index, dtype=bool)]
    return unended[[*KEYS, "codes"]].reset_index(drop=True)


def successors(connection: Connection, batches: Iterable[int]) -> set[int]:
    """Give batches with all that corrected them, and what corrected those, whether live or not."""
    edges = _edges(connection)
    reached: set[int] = set()
    left = {int(batch) for batch in batches}
    while left:
        reached |= left
        left = {after for batch in left for after in edges[batch]} - reached
    return reached


def _live_through(connection: Connection) -> set[int]:
    """List the batches that are live, or whose rows came again in a batch that is."""
    query = select(schema.batch.c.batch).where(schema.batch.c.live == 1)
    live = set(connection.execute(query).scalars())
    edges = _edges(connection)
    return live | {batch for batch in list(edges) if successors(connection, [batch]) & live}


def _edges(connection: Connection) -> defaultdict[int, set[int]]:
    """Give for each batch those that ended rows of it."""
    end = schema.held_end
    query = select(end.c.batch, end.c.by_batch).distinct().where(end.c.by_batch.is_not(None))
    edges: defaultdict[int, set[int]] = defaultdict(set)
    for batch, after in connection.execute(query):
        edges[batch].add(after)
    return edges


def end_rows(connection: Connection, rows: pd.DataFrame, by_batch: int, who: str) -> None:
    """End held rows because a batch brings them again. Takes: rows - batch, sheet, source_row, act"""
    _note_ends(connection, rows.assign(by_batch=by_batch, who=who, reason=""))


def discard(connection: Connection, rows: pd.DataFrame, who: str, reason: str) -> None:
    """End held rows because a person says so. Takes: rows - batch, sheet, source_row"""
    _note_ends(connection, rows.assign(act=DISCARDED, by_batch=None, who=who, reason=reason))


def _note_ends(connection: Connection, rows: pd.DataFrame) -> None:
    """Note the end of rows, in place of an earlier one that holds no longer."""
    end = schema.held_end
    for batch, sheet, row in rows[KEYS].itertuples(index=False):
        same_row = (
            end.c.batch == int(batch),
            end.c.sheet == int(sheet),
            end.c.source_row == int(row),
        )
        connection.execute(delete(end).where(*same_row))
    columns = {name: rows[name].tolist() for name in (*KEYS, "act", "by_batch", "who", "reason")}
    add_rows(connection, end, {**columns, "at": stamp()})
