"""Version 3: rows of further kinds, pictures, and what people said of headers, names, held rows."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, SmallInteger, Text

from wenming_metrics.store.schema.columns import CLUSTERED, key, required, words

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Add the tables; nothing that is stored changes."""
    _add_records()
    _add_pictures()
    _add_choices()
    op.execute("UPDATE store SET version = 3")


def _add_records() -> None:
    op.create_table(
        "record",
        *(key("batch"), key("seq"), words("kind"), required("day"), required("unit")),
        *(required("sheet", SmallInteger), required("source_row"), words("told")),
        **CLUSTERED,
    )
    op.create_index("record_by_kind", "record", ["kind", "day"])


def _add_pictures() -> None:
    op.create_table("picture", key("digest", Text), words("type"), required("content", LargeBinary))
    keys = (key(name) for name in ("batch", "sheet", "source_row", "position", "n"))
    op.create_table("picture_place", *keys, words("digest"), **CLUSTERED)


def _add_choices() -> None:
    op.create_table(
        "header_choice",
        *(key("choice"), words("fingerprint"), words("header"), words("name")),
        *(words("who"), words("at"), words("forgotten_at")),
    )
    op.create_index("header_choice_by_fingerprint", "header_choice", ["fingerprint"])
    op.create_table(
        "name_choice",
        *(key("choice"), words("kind"), words("written"), required("target", BigInteger)),
        *(required("valid_from"), words("who"), words("at"), words("forgotten_at")),
    )
    op.create_table(
        "held_end",
        *(key("batch"), key("sheet"), key("source_row"), words("act")),
        *(Column("by_batch", Integer), words("who"), words("at"), words("reason")),
        **CLUSTERED,
    )
