"""Version 4: a file may replace what earlier files said of its days, streets and sources."""

from __future__ import annotations

from alembic import op
from sqlalchemy import SmallInteger

from wenming_metrics.store.schema.columns import key

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Add the table; nothing that is stored is replaced yet."""
    op.create_table(
        "replacement",
        *(key("day"), key("unit"), key("source", SmallInteger), key("batch")),
        sqlite_with_rowid=False,
    )
    op.execute("UPDATE store SET version = 4")
