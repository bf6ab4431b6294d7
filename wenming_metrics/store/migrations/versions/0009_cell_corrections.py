"""Version 9: cells of held rows put right on the page, and what senders said of their files."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, Text, text

revision, down_revision = "0009", "0008"
_CLUSTERED = {"sqlite_with_rowid": False}


def upgrade() -> None:
    """Add tables; what is stored stays as it is."""
    op.create_table(
        "correction",
        *(_key("correction"), _number("batch"), _number("sheet"), _number("source_row")),
        *(_words("cells"), _words("reason"), _words("who"), _words("at")),
    )
    op.create_table(
        "correction_end",
        *(_key("correction"), _words("act"), Column("by_batch", Integer)),
        *(_words("reason"), _words("who"), _words("at")),
    )
    op.create_table("sender_answers", _key("batch"), _words("answers"), **_CLUSTERED)
    op.execute("UPDATE store SET version = 9")


def _key(name: str) -> Column:
    return Column(name, Integer, primary_key=True, autoincrement=False)


def _number(name: str) -> Column:
    return Column(name, Integer, nullable=False)


def _words(name: str) -> Column:
    return Column(name, Text, nullable=False, server_default=text("''"))
