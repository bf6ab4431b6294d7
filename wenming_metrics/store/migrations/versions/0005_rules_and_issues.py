"""Version 5: what rules price (severity, state, number, deadline), successors of merged units."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, SmallInteger, Text, text

revision, down_revision = "0005", "0004"
_CLUSTERED = {"sqlite_with_rowid": False}


def upgrade() -> None:
    """Add columns and tables; what is stored keeps its figures."""
    _add_pricing()
    op.execute("UPDATE store SET version = 5")


def _key(name: str, type_: type = Integer) -> Column:
    return Column(name, type_, primary_key=True, autoincrement=False)


def _whole(name: str, type_: type = Integer, default: str | None = None) -> Column:
    default = None if default is None else text(default)
    return Column(name, type_, nullable=False, server_default=default)


def _words(name: str) -> Column:
    return Column(name, Text, nullable=False, server_default=text("''"))


def _add_pricing() -> None:
    for name, default in (("severity", "0"), ("state", "0"), ("given", "1")):
        op.add_column("row", _whole(name, SmallInteger, default))
    op.create_table(
        "finding", *(_key("batch"), _key("seq"), _words("number"), _whole("due")), **_CLUSTERED
    )
    op.create_index("finding_by_number", "finding", ["number"])
    op.add_column("register_unit", _whole("successor", Integer, "-1"))
