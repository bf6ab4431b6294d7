"""Version 4: a file may replace what earlier files said of its days, streets and sources."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, SmallInteger

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Add the table; nothing that is stored is replaced yet."""
    op.create_table(
        "replacement",
        *(_key("day"), _key("unit"), _key("source", SmallInteger), _key("batch")),
        sqlite_with_rowid=False,
    )
    op.execute("UPDATE store SET version = 4")


def _key(name: str, type_: type = Integer) -> Column:
    return Column(name, type_, primary_key=True, autoincrement=False)
