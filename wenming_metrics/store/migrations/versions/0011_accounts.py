"""Version 11: accounts, sessions, the log of what was done, and the rights of roles."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, SmallInteger, Text, text

from wenming_metrics.store.schema.columns import key, words

revision, down_revision = "0011", "0010"


def upgrade() -> None:
    """Add tables; what is stored stays as it is, and without accounts nothing changes."""
    op.create_table(
        "account",
        key("account", Integer),
        *map(words, ("login", "name", "role", "password")),
        Column("unit", Integer, nullable=False, server_default=text("-1")),
        Column("disabled", SmallInteger, nullable=False, server_default=text("0")),
        Column("failures", Integer, nullable=False, server_default=text("0")),
        *map(words, ("failed_at", "who", "at")),
    )
    op.create_index("account_by_login", "account", ["login"], unique=True)
    op.create_index("account_by_name", "account", ["name"], unique=True)
    op.create_table(
        "session",
        key("digest", Text),
        Column("account", Integer, nullable=False),
        *map(words, ("begun", "expires")),
    )
    op.create_table(
        "access_log",
        key("line", Integer),
        *map(words, ("at", "login", "who", "act", "subject", "digest")),
    )
    op.create_table("access_log_end", key("line", Integer), words("digest"))
    op.create_table(
        "rights_version", key("version", Integer), *map(words, ("who", "at", "content"))
    )
    op.execute("UPDATE store SET version = 11")
