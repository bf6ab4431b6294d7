"""Take out of stored pictures where and with what they were taken; each is then kept under another digest."""

from __future__ import annotations

import hashlib

from sqlalchemy import Column, Connection, delete, func, insert, select, update

from wenming_metrics.domain.photo_facts import without_facts
from wenming_metrics.store import schema
from wenming_metrics.store.database import Store, reading, writing


def clean_pictures(store: Store) -> int:
    """Clean the pictures of a store, each in a transaction with all that names it; gives how many."""
    with reading(store) as connection:
        digests = connection.execute(select(schema.picture.c.digest)).scalars().all()
    return sum(_clean_picture(store, digest) for digest in digests)


def _clean_picture(store: Store, digest: str) -> bool:
    picture = schema.picture
    mine = picture.c.digest == digest
    with reading(store) as connection:
        kind, content = connection.execute(
            select(picture.c.type, picture.c.content).where(mine)
        ).one()
    bare = without_facts(bytes(content))
    if bare == content:
        return False
    new_digest = hashlib.sha256(bare).hexdigest()
    with writing(store) as connection:
        connection.execute(delete(picture).where(mine))
        twin = select(picture.c.digest).where(picture.c.digest == new_digest)
        if connection.execute(twin).first() is None:
            columns = {"digest": new_digest, "type": kind, "content": bare}
            connection.execute(insert(picture), columns)
        _name_anew(connection, digest, new_digest)
    return True


def _name_anew(connection: Connection, digest: str, new_digest: str) -> None:
    """Let the cells it stands in, the moves it was sent with, and what was said of it, name the new digest."""
    note, placement, event = schema.note, schema.picture_place, schema.problem_event
    connection.execute(
        update(placement).where(placement.c.digest == digest).values(digest=new_digest)
    )
    note_name, new_name = f"picture-{digest}", f"picture-{new_digest}"
    if connection.execute(select(note.c.name).where(note.c.name == new_name)).first():
        connection.execute(delete(note).where(note.c.name == note_name))
    connection.execute(update(note).where(note.c.name == note_name).values(name=new_name))
    for text_column in (note.c.value, event.c.details):
        _replace_in(connection, text_column, digest, new_digest)


def _replace_in(connection: Connection, text_column: Column, digest: str, new_digest: str) -> None:
    replaced = func.replace(text_column, digest, new_digest)
    connection.execute(
        update(text_column.table)
        .where(text_column.contains(digest))
        .values({text_column.name: replaced})
    )
