"""How long files are kept as they were sent; their rows and cells are kept for ever."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, func, select, update

from wenming_metrics.domain.periods import now
from wenming_metrics.store import schema
from wenming_metrics.store.database import Store, reading, stamp, writing

_log = logging.getLogger(__name__)
_AT_ONCE = 500
"""Files per statement."""


@dataclass(frozen=True)
class Pruned:
    """How many files were dropped and their bytes together; `before` is the moment they are older than."""

    files: int
    size: int
    before: str


def prune(store: Store, keep_days: int) -> Pruned:
    """Drop the bytes of files whose newest batch is older than so many days.

    Digest, size, rows and original cells stay: every figure still opens to what it rests on. The
    store's file does not become smaller; the room is used for what comes next.
    """
    before = (now() - timedelta(days=keep_days)).isoformat(timespec="microseconds")
    with reading(store) as connection:
        nothing = not _old(connection, before)
    if nothing:  # most starts: nothing is written, so the caches stay
        return Pruned(0, 0, before)
    table = schema.original
    with writing(store) as connection:
        sizes = _old(connection, before)
        digests = list(sizes)
        for first in range(0, len(digests), _AT_ONCE):
            some = table.c.sha256.in_(digests[first : first + _AT_ONCE])
            dropped = update(table).where(some).values(content=None, dropped_at=stamp())
            connection.execute(dropped)
    pruned = Pruned(len(sizes), sum(sizes.values()), before)
    _log.info("清除 %s 以前的原文件 %s 个，%s 字节", before, pruned.files, pruned.size)
    return pruned


def _old(connection: Connection, before: str) -> dict[str, int]:
    """List files that only batches before a moment came from: digest -> size."""
    table, batch = schema.original, schema.batch
    query = (
        select(table.c.sha256, table.c.size)
        .join(batch, batch.c.sha256 == table.c.sha256)
        .where(table.c.dropped_at == "")
        .group_by(table.c.sha256, table.c.size)
        .having(func.max(batch.c.at) < before)
    )
    return dict(connection.execute(query).all())
