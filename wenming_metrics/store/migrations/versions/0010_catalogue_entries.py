"""Version 10: the items and point types that rows are numbered by, and the office's own."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, SmallInteger, text

from wenming_metrics.store.schema.columns import words

revision, down_revision = "0010", "0009"


def upgrade() -> None:
    """Add a table; what is stored stays as it is."""
    op.create_table(
        "catalogue_entry",
        Column("entry", Integer, primary_key=True, autoincrement=False),
        words("kind"),
        Column("number", Integer, nullable=False),
        *map(words, ("code", "name", "category")),
        Column("full_mark", BigInteger, nullable=False, server_default=text("0")),
        *map(words, ("point_types", "aliases", "indicator")),
        Column("own", SmallInteger, nullable=False),
        *map(words, ("who", "at")),
    )
    op.execute("UPDATE store SET version = 10")
