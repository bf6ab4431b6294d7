"""Pictures that came in workbooks: each kept once, under its digest, with the cells it stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import pandas as pd
from sqlalchemy import Connection, and_, select

from wenming_metrics.store import schema
from wenming_metrics.store.frames import add_rows

_AT_ONCE = 500
"""Digests per question."""


@dataclass(frozen=True)
class StoredPicture:
    """One picture of a row: position of its column (0 = A), type; content None: only its place."""

    position: int
    type: str
    content: bytes | None


def save_pictures(
    connection: Connection,
    batch: int,
    placements: pd.DataFrame,
    contents: Mapping[str, tuple],
) -> set[str]:
    """Store the pictures of a batch, each once; gives the digests that were there already.

    Takes: placements, contents - as `reading.Reading.pictures` and `picture_bytes`
    """
    doubles = keep_pictures(connection, contents)
    columns = {name: placements[name] for name in placements.columns}
    add_rows(connection, schema.picture_place, {**columns, "batch": batch})
    return doubles


def keep_pictures(connection: Connection, contents: Mapping[str, tuple]) -> set[str]:
    """Store pictures under their digests, each once; gives the digests that were there already.

    Takes: contents - digest -> type, bytes and maybe the digest that earlier versions kept it under
    """
    sent_digests = {digest: sent for digest, (_, _, *sent) in contents.items()}
    stored_digests = _stored_digests(
        connection, [*contents, *chain.from_iterable(sent_digests.values())]
    )
    stored = {
        digest
        for digest, sent in sent_digests.items()
        if not stored_digests.isdisjoint((digest, *sent))
    }
    for digest, (kind, content, *_) in contents.items():
        if digest not in stored_digests:  # one at a time: some are as large as a file
            line = {"digest": [digest], "type": [kind], "content": [content]}
            add_rows(connection, schema.picture, line)
    return stored


def _stored_digests(connection: Connection, digests: Sequence[str]) -> set[str]:
    column, stored = schema.picture.c.digest, set()
    for first in range(0, len(digests), _AT_ONCE):
        some = column.in_(digests[first : first + _AT_ONCE])
        stored |= set(connection.execute(select(column).where(some)).scalars())
    return stored


def read_pictures(connection: Connection, batch: int, sheet: int, row: int) -> list[StoredPicture]:
    """Read the pictures of one row of a file, from left to right. Takes: row - Excel's."""
    placement, picture = schema.picture_place, schema.picture
    wanted = and_(
        placement.c.batch == batch, placement.c.sheet == sheet, placement.c.source_row == row
    )
    query = (
        select(placement.c.position, picture.c.type, picture.c.content)
        .join_from(placement, picture, picture.c.digest == placement.c.digest, isouter=True)
        .where(wanted)
        .order_by(placement.c.position, placement.c.n)
    )
    return [
        StoredPicture(position, kind or "", None if content is None else bytes(content))
        for position, kind, content in connection.execute(query)
    ]


def pictures_of(connection: Connection, digests: Sequence[str]) -> list[StoredPicture]:
    """Read pictures by their digests, in their order; those that are not there are left out."""
    table = schema.picture
    rows = connection.execute(select(table).where(table.c.digest.in_(list(digests)))).all()
    by_digest = {row.digest: StoredPicture(0, row.type, bytes(row.content)) for row in rows}
    return [by_digest[digest] for digest in digests if digest in by_digest]
