"""Notes of the store on itself: its last backup, its last check; remarks on days. Nothing that counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, delete, insert, select

from wenming_metrics.store import schema
from wenming_metrics.store.database import Store, writing_aside

BACKUP, RESTORED, VERIFIED, CLEANED = "backup", "restored", "verified", "cleaned"
REMARKS = "remarks"
"""What people wrote of days: `lines`, in the order in which they were written."""


def write_note(store: Store, name: str, facts: Mapping[str, object]) -> None:
    """Replace a note. No figure rests on it, so the number of the last change stays as it was."""
    change_note(store, name, lambda _: facts)


def change_note(store: Store, name: str, make: Callable[[dict], Mapping[str, object]]) -> None:
    """Replace a note by what is made of it. Takes: make - of its facts, {} where there is none"""
    table = schema.note
    with writing_aside(store) as connection:
        content = json.dumps(dict(make(read_note(connection, name) or {})), ensure_ascii=False)
        connection.execute(delete(table).where(table.c.name == name))
        connection.execute(insert(table), {"name": name, "value": content})


def read_notes(connection: Connection) -> dict[str, dict]:
    """Read all notes: name -> facts."""
    query = select(schema.note.c.name, schema.note.c.value)
    return {name: json.loads(value) for name, value in connection.execute(query)}


def read_note(connection: Connection, name: str) -> dict | None:
    """Read one note; None where there is none."""
    value = connection.execute(select(schema.note.c.value).where(schema.note.c.name == name))
    text = value.scalar()
    return None if text is None else json.loads(text)
