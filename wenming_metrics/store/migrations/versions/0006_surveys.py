"""Version 6: questionnaires, and problems that a person says are one and the same."""

from __future__ import annotations

from alembic import op
from sqlalchemy import LargeBinary, SmallInteger

from wenming_metrics.store.schema.columns import CLUSTERED, key, required, words

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    """Add tables; what is stored stays as it is."""
    _add_answers()
    _add_same_problems()
    op.execute("UPDATE store SET version = 6")


def _add_answers() -> None:
    op.create_table(
        "answer_block",
        *(
            key("batch"),
            key("n"),
            required("first_day"),
            required("last_day"),
            required("rows"),
        ),
        required("payload", LargeBinary),
        **CLUSTERED,
    )
    op.create_index("answer_block_by_wave", "answer_block", ["last_day", "batch"])
    op.create_table(
        "answer_choice",
        *(key("choice"), required("batch"), required("seq"), required("counts", SmallInteger)),
        *(words("reason"), words("who"), words("at")),
    )
    op.create_index("answer_choice_by_batch", "answer_choice", ["batch", "seq"])


def _add_same_problems() -> None:
    op.create_table(
        "same_problem",
        *(key("choice"), required("day"), required("batch"), required("seq")),
        *(required("other_day"), required("other_batch"), required("other_seq")),
        *(required("same", SmallInteger), words("who"), words("at")),
    )
