"""Version 3: rows of further kinds, pictures, and what people said of headers, names, held rows."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, SmallInteger, Text, text

revision, down_revision = "0003", "0002"
_CLUSTERED = {"sqlite_with_rowid": False}


def upgrade() -> None:
    """Add the tables; nothing that is stored changes."""
    _add_records()
    _add_pictures()
    _add_choices()
    op.execute("UPDATE store SET version = 3")


def _key(name: str, type_: type = Integer) -> Column:
    return Column(name, type_, primary_key=True, autoincrement=False)


def _required(name: str, type_: type = Integer) -> Column:
    return Column(name, type_, nullable=False)


def _words(name: str) -> Column:
    return Column(name, Text, nullable=False, server_default=text("''"))


def _add_records() -> None:
    op.create_table(
        "record",
        *(_key("batch"), _key("seq"), _words("kind"), _required("day"), _required("unit")),
        *(_required("sheet", SmallInteger), _required("source_row"), _words("told")),
        **_CLUSTERED,
    )
    op.create_index("record_by_kind", "record", ["kind", "day"])


def _add_pictures() -> None:
    op.create_table(
        "picture", _key("digest", Text), _words("type"), _required("content", LargeBinary)
    )
    keys = (_key(name) for name in ("batch", "sheet", "source_row", "position", "n"))
    op.create_table("picture_place", *keys, _words("digest"), **_CLUSTERED)


def _add_choices() -> None:
    op.create_table(
        "header_choice",
        *(_key("choice"), _words("fingerprint"), _words("header"), _words("name")),
        *(_words("who"), _words("at"), _words("forgotten_at")),
    )
    op.create_index("header_choice_by_fingerprint", "header_choice", ["fingerprint"])
    op.create_table(
        "name_choice",
        *(_key("choice"), _words("kind"), _words("written"), _required("target", BigInteger)),
        *(_required("valid_from"), _words("who"), _words("at"), _words("forgotten_at")),
    )
    op.create_table(
        "held_end",
        *(_key("batch"), _key("sheet"), _key("source_row"), _words("act")),
        *(Column("by_batch", Integer), _words("who"), _words("at"), _words("reason")),
        **_CLUSTERED,
    )
