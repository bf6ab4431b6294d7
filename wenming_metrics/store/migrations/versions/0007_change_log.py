"""Version 7: what each change touched, so that answers it does not concern stay known."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, Text

revision, down_revision = "0007", "0006"


def upgrade() -> None:
    """Add a table; what is stored stays as it is."""
    op.create_table(
        "change_log",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("table_name", Text, primary_key=True, autoincrement=False),
        Column("span", Text, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.execute("UPDATE store SET version = 7")
