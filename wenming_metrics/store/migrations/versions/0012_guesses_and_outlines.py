"""Version 12: wrong passwords by where they came from, and outlines of the map."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, Text, text

revision, down_revision = "0012", "0011"


def upgrade() -> None:
    """Add tables; what is stored stays as it is."""
    op.create_table(
        "guess",
        _key("address", Text),
        _key("login", Text),
        Column("failures", Integer, nullable=False, server_default=text("0")),
        _words("failed_at"),
    )
    op.create_table(
        "outline_version",
        _key("version", Integer),
        *map(_words, ("who", "at", "name", "system", "content")),
    )
    op.execute("UPDATE store SET version = 12")


def _key(name: str, type_: type) -> Column:
    return Column(name, type_, primary_key=True, autoincrement=False)


def _words(name: str) -> Column:
    return Column(name, Text, nullable=False, server_default=text("''"))
