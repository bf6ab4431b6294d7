"""Version 9: cells of held rows put right on the page, and what senders said of their files."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer

from wenming_metrics.store.schema.columns import CLUSTERED, key, required, words

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    """Add tables; what is stored stays as it is."""
    op.create_table(
        "correction",
        *(key("correction"), required("batch"), required("sheet"), required("source_row")),
        *(words("cells"), words("reason"), words("who"), words("at")),
    )
    op.create_table(
        "correction_end",
        *(key("correction"), words("act"), Column("by_batch", Integer)),
        *(words("reason"), words("who"), words("at")),
    )
    op.create_table("sender_answers", key("batch"), words("answers"), **CLUSTERED)
    op.execute("UPDATE store SET version = 9")
