"""Version 2: whether a batch counts stands in its line; running sums take the place of months.

`running_sum` stays empty: it holds what the tallies of the days say, and is filled from those
when the store is next used.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, SmallInteger, Text, text

from wenming_metrics.store.schema.columns import words

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Change the tables and bring the data along."""
    _add_live()
    _let_originals_go()
    _split_months()
    op.create_index("batch_event_by_batch", "batch_event", ["batch", "event"])
    op.create_index("batch_day_by_day", "batch_day", ["day", "batch"])
    op.create_table(
        "basis", Column("basis", Text, primary_key=True), words("rules"), words("board")
    )
    op.create_table("note", Column("name", Text, primary_key=True), words("value"))
    op.execute("UPDATE store SET version = 2")


def _add_live() -> None:
    live = Column("live", SmallInteger, nullable=False, server_default=text("1"))
    op.add_column("batch", live)
    op.create_index("batch_by_sha256", "batch", ["sha256"])
    op.execute(
        "UPDATE batch SET live = 0 WHERE (SELECT act FROM batch_event WHERE event = "
        "(SELECT max(event) FROM batch_event WHERE batch_event.batch = batch.batch)) = '撤回'"
    )


def _let_originals_go() -> None:
    with op.batch_alter_table("original") as original:
        original.alter_column("content", existing_type=LargeBinary, nullable=True)
        original.add_column(words("dropped_at"))


def _split_months() -> None:
    op.create_table(
        "month_sites",
        Column("month", Integer, primary_key=True, autoincrement=False),
        Column("sites", LargeBinary, nullable=False),
    )
    op.execute("INSERT INTO month_sites (month, sites) SELECT month, sites FROM month_tally")
    op.drop_table("month_tally")
    op.create_table(
        "running_sum",
        Column("basis", Text, primary_key=True),
        Column("span", SmallInteger, primary_key=True, autoincrement=False),
        Column("at", Integer, primary_key=True, autoincrement=False),
        Column("leaves", LargeBinary, nullable=False),
        Column("settled", LargeBinary, nullable=False),
    )
