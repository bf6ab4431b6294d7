"""The outlines that a map is drawn by, as a file brought them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from wenming_metrics.store import schema
from wenming_metrics.store.frames import append


@dataclass(frozen=True)
class OutlineVersion:
    """What was stored last. name - of the file; system - of its coordinates; shapes - kind, name, street, rings"""

    name: str
    system: str
    who: str
    shapes: tuple[dict, ...]


def stored_outlines(connection: Connection) -> OutlineVersion | None:
    """Read the outlines in force; None where there are none, or they were taken away."""
    table = schema.outline_version
    query = select(table).order_by(table.c.version.desc()).limit(1)
    line = connection.execute(query).mappings().first()
    shapes = tuple(json.loads(line["content"])) if line else ()
    if not shapes:
        return None
    return OutlineVersion(line["name"], line["system"], line["who"], shapes)


def save_outlines(
    connection: Connection, name: str, system: str, who: str, shapes: list[dict]
) -> int:
    """Store outlines as the next version; gives its number."""
    content = json.dumps(shapes, ensure_ascii=False, separators=(",", ":"))
    facts = {"name": name, "system": system, "who": who, "content": content}
    return append(connection, schema.outline_version.c.version, facts)
