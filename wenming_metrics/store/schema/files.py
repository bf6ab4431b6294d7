"""What came in: files, batches, their sheets, cells and problems; and notes of the store itself."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from wenming_metrics.store.schema.columns import CLUSTERED, key, metadata, required, words

store = Table("store", metadata, key("id"), required("seq"), required("version"), words("made_at"))
change_log = Table(
    "change_log",
    metadata,
    key("seq"),
    key("table_name", Text),
    key("span", Text),
    **CLUSTERED,
)
"""Which parts of which tables the last changes touched, see `store.changes`."""
original = Table(
    "original",
    metadata,
    key("sha256", Text),
    required("size"),
    Column("content", LargeBinary),  # NULL once the file was kept as long as the office wanted
    words("dropped_at"),
)
batch = Table(
    "batch",
    metadata,
    key("batch"),
    words("sha256"),
    words("name"),
    words("kind"),
    words("who"),
    words("at"),
    required("good"),
    required("held"),
    required("skipped"),
    Column("live", SmallInteger, nullable=False, server_default=text("1")),
    Index("batch_by_sha256", "sha256"),
)
batch_event = Table(
    "batch_event",
    metadata,
    key("event"),
    required("batch"),
    words("act"),
    words("at"),
    words("who"),
    words("reason"),
    Index("batch_event_by_batch", "batch", "event"),
)
batch_day = Table(
    "batch_day",
    metadata,
    key("batch"),
    key("day"),
    required("good"),
    Index("batch_day_by_day", "day", "batch"),
    **CLUSTERED,
)
batch_problem = Table(
    "batch_problem",
    metadata,
    key("batch"),
    key("n"),
    words("code"),
    words("sheet"),
    Column("row", Integer),
    words("column"),
    words("header"),
    words("found"),
    words("details"),
    **CLUSTERED,
)
held_row = Table(
    "held_row",
    metadata,
    key("batch"),
    key("sheet"),
    key("source_row"),
    words("codes"),
    **CLUSTERED,
)
held_end = Table(
    "held_end",
    metadata,
    key("batch"),
    key("sheet"),
    key("source_row"),
    words("act"),
    Column("by_batch", Integer),
    words("who"),
    words("at"),
    words("reason"),
    **CLUSTERED,
)
"""Held rows that wait no longer: corrected by a later batch, or discarded by a person."""
correction = Table(
    "correction",
    metadata,
    key("correction"),
    required("batch"),
    required("sheet"),
    required("source_row"),
    words("cells"),
    words("reason"),
    words("who"),
    words("at"),
)
"""What a person wrote in place of cells of a held row: (position, header, name, old, new) as JSON."""
correction_end = Table(
    "correction_end",
    metadata,
    key("correction"),
    words("act"),
    Column("by_batch", Integer),
    words("reason"),
    words("who"),
    words("at"),
)
"""Corrections that were taken over, as a batch of their own, or refused; the others wait."""
sender_answers = Table("sender_answers", metadata, key("batch"), words("answers"), **CLUSTERED)
"""What the sender said of the file of a batch, as JSON; a file of which nothing was said has none."""
sheet = Table(
    "sheet",
    metadata,
    key("batch"),
    key("sheet"),
    words("name"),
    words("kind"),
    required("header_row"),
    words("headers"),
    **CLUSTERED,
)
block = Table(
    "block",
    metadata,
    key("batch"),
    key("sheet"),
    key("first_row"),
    required("rows"),
    required("payload", LargeBinary),
)
picture = Table(
    "picture", metadata, key("digest", Text), words("type"), required("content", LargeBinary)
)
picture_place = Table(
    "picture_place",
    metadata,
    key("batch"),
    key("sheet"),
    key("source_row"),
    key("position"),
    key("n"),
    words("digest"),
    **CLUSTERED,
)
"""Which pictures stand in, or float over, which cell of a file; position 0 is column A."""
header_choice = Table(
    "header_choice",
    metadata,
    key("choice"),
    words("fingerprint"),
    words("header"),
    words("name"),
    words("who"),
    words("at"),
    words("forgotten_at"),
    Index("header_choice_by_fingerprint", "fingerprint"),
)
"""What a person said that a header means in tables of one form; name "": it means nothing."""
name_choice = Table(
    "name_choice",
    metadata,
    key("choice"),
    words("kind"),
    words("written"),
    required("target", BigInteger),
    required("valid_from"),
    words("who"),
    words("at"),
    words("forgotten_at"),
)
"""What a person said that a written name stands for: kind "unit" or "item", number of it."""
replacement = Table(
    "replacement",
    metadata,
    key("day"),
    key("unit"),
    key("source", SmallInteger),
    key("batch"),
    **CLUSTERED,
)
"""Whose rows of earlier batches a batch replaces: every unit of its streets, as they were then."""
replaced_slice = Table(
    "replaced_slice",
    metadata,
    key("batch"),
    key("day"),
    key("unit"),
    key("source", SmallInteger),
    **CLUSTERED,
)
"""Where the batches have rows that were there when some of their days were replaced."""
note = Table("note", metadata, key("name", Text), words("value"))
"""What is worth telling of the store itself: its last backup, its last check."""
