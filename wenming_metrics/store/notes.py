"""Notes of the store on itself: its last backup, its last check. Not part of what is counted."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from wenming_metrics.store import schema
from wenming_metrics.store.database import Store, writing_aside

BACKUP, RESTORED, VERIFIED, CLEANED = "backup", "restored", "verified", "cleaned"


def write_note(store: Store, name: str, facts: Mapping[str, object]) -> None:
    """Replace a note. No figure rests on it, so the number of the last change stays as it was."""
    table, content = schema.note, json.dumps(dict(facts), ensure_ascii=False)
    with writing_aside(store) as connection:
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
