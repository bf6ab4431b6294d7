"""Version 6: questionnaires, and problems that a person says are one and the same."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, SmallInteger, Text, text

revision, down_revision = "0006", "0005"
_CLUSTERED = {"sqlite_with_rowid": False}


def upgrade() -> None:
    """Add tables; what is stored stays as it is."""
    _add_answers()
    _add_same_problems()
    op.execute("UPDATE store SET version = 6")


def _key(name: str) -> Column:
    return Column(name, Integer, primary_key=True, autoincrement=False)


def _required(name: str, type_: type = Integer) -> Column:
    return Column(name, type_, nullable=False)


def _words(name: str) -> Column:
    return Column(name, Text, nullable=False, server_default=text("''"))


def _add_answers() -> None:
    op.create_table(
        "answer_block",
        *(
            _key("batch"),
            _key("n"),
            _required("first_day"),
            _required("last_day"),
            _required("rows"),
        ),
        _required("payload", LargeBinary),
        **_CLUSTERED,
    )
    op.create_index("answer_block_by_wave", "answer_block", ["last_day", "batch"])
    op.create_table(
        "answer_choice",
        *(_key("choice"), _required("batch"), _required("seq"), _required("counts", SmallInteger)),
        *(_words("reason"), _words("who"), _words("at")),
    )
    op.create_index("answer_choice_by_batch", "answer_choice", ["batch", "seq"])


def _add_same_problems() -> None:
    op.create_table(
        "same_problem",
        *(_key("choice"), _required("day"), _required("batch"), _required("seq")),
        *(_required("other_day"), _required("other_batch"), _required("other_seq")),
        *(_required("same", SmallInteger), _words("who"), _words("at")),
    )
