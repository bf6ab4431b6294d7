"""Version 11: accounts, sessions, the log of what was done, and the rights of roles."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, SmallInteger, Text, text

revision, down_revision = "0011", "0010"


def upgrade() -> None:
    """Add tables; what is stored stays as it is, and without accounts nothing changes."""
    op.create_table(
        "account",
        _key("account", Integer),
        *map(_words, ("login", "name", "role", "password")),
        Column("unit", Integer, nullable=False, server_default=text("-1")),
        Column("disabled", SmallInteger, nullable=False, server_default=text("0")),
        Column("failures", Integer, nullable=False, server_default=text("0")),
        *map(_words, ("failed_at", "who", "at")),
    )
    op.create_index("account_by_login", "account", ["login"], unique=True)
    op.create_index("account_by_name", "account", ["name"], unique=True)
    op.create_table(
        "session",
        _key("digest", Text),
        Column("account", Integer, nullable=False),
        *map(_words, ("begun", "expires")),
    )
    op.create_table(
        "access_log",
        _key("line", Integer),
        *map(_words, ("at", "login", "who", "act", "subject", "digest")),
    )
    op.create_table("access_log_end", _key("line", Integer), _words("digest"))
    op.create_table(
        "rights_version", _key("version", Integer), *map(_words, ("who", "at", "content"))
    )
    op.execute("UPDATE store SET version = 11")


def _key(name: str, type_: type) -> Column:
    return Column(name, type_, primary_key=True, autoincrement=False)


def _words(name: str) -> Column:
    return Column(name, Text, nullable=False, server_default=text("''"))
