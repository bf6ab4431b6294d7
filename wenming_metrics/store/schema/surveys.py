"""Questionnaires: their answers, packed, and what a person decided of them."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, SmallInteger, Table

from wenming_metrics.store.schema.columns import CLUSTERED, key, metadata, required, words

answer_block = Table(
    "answer_block",
    metadata,
    key("batch"),
    key("n"),
    required("first_day"),
    required("last_day"),
    required("rows"),
    required("payload", LargeBinary),
    Index("answer_block_by_wave", "last_day", "batch"),
    **CLUSTERED,
)
"""Questionnaires of one wave (first_day to last_day, ordinals) in a file: one packed array a column."""
answer_choice = Table(
    "answer_choice",
    metadata,
    key("choice"),
    required("batch"),
    required("seq"),
    required("counts", SmallInteger),
    words("reason"),
    words("who"),
    words("at"),
    Index("answer_choice_by_batch", "batch", "seq"),
)
"""What a person decided of a flagged questionnaire: it counts (1) or not (0); the last one holds."""
