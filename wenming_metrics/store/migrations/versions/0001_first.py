"""Version 1: the tables as the first version of the software made them.

Never run on an office's own store, which had its tables before it had migrations: it is taken to
stand here. Tests build the first version with it on any engine.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, SmallInteger, Text

from wenming_metrics.store.schema.columns import CLUSTERED, key, required, words

revision, down_revision = "0001", None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "store",
        key("id"),
        required("seq"),
        required("version"),
        words("made_at"),
    )
    op.create_table(
        "original",
        key("sha256", Text),
        required("size"),
        required("content", LargeBinary),
    )
    op.create_table(
        "batch",
        key("batch"),
        words("sha256"),
        words("name"),
        words("kind"),
        words("who"),
        words("at"),
        required("good"),
        required("held"),
        required("skipped"),
    )
    op.create_table(
        "batch_event",
        key("event"),
        required("batch"),
        words("act"),
        words("at"),
        words("who"),
        words("reason"),
    )
    op.create_table(
        "batch_day",
        key("batch"),
        key("day"),
        required("good"),
        **CLUSTERED,
    )
    op.create_table(
        "batch_problem",
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
    op.create_table(
        "held_row",
        key("batch"),
        key("sheet"),
        key("source_row"),
        words("codes"),
        **CLUSTERED,
    )
    op.create_table(
        "sheet",
        key("batch"),
        key("sheet"),
        words("name"),
        words("kind"),
        required("header_row"),
        words("headers"),
        **CLUSTERED,
    )
    op.create_table(
        "block",
        key("batch"),
        key("sheet"),
        key("first_row"),
        required("rows"),
        required("payload", LargeBinary),
    )
    op.create_table(
        "row",
        key("day"),
        key("unit"),
        key("item"),
        key("batch"),
        key("seq"),
        required("source", SmallInteger),
        required("visit", BigInteger),
        required("site", BigInteger),
        required("point_type", SmallInteger),
        required("basis", SmallInteger),
        required("result", SmallInteger),
        required("lost", BigInteger),
        required("possible", BigInteger),
        required("places"),
        required("repeated", SmallInteger),
        required("sheet", SmallInteger),
        required("source_row"),
        **CLUSTERED,
    )
    op.create_table(
        "row_unit",
        key("day"),
        key("role", SmallInteger),
        key("unit"),
        key("item"),
        key("batch"),
        key("seq"),
        required("territory"),
        **CLUSTERED,
    )
    op.create_table(
        "finding_state",
        key("batch"),
        key("seq"),
        key("n"),
        words("state"),
        required("happened_on"),
        words("known_at"),
        **CLUSTERED,
    )
    op.create_table(
        "site",
        key("site", BigInteger),
        required("unit"),
        required("street"),
        required("point_type", SmallInteger),
        words("name"),
    )
    op.create_table(
        "plan_row",
        key("day"),
        key("batch"),
        key("n"),
        words("team"),
        required("street"),
        required("point_type", SmallInteger),
        required("site", BigInteger),
        words("site_name"),
        words("round"),
        required("source_row"),
        **CLUSTERED,
    )
    op.create_table(
        "register_unit",
        key("batch"),
        key("unit"),
        words("code"),
        words("name"),
        words("kind"),
        required("parent"),
        words("group"),
        words("aliases"),
        Column("population", Integer),
        required("valid_from"),
        required("valid_to"),
    )
    op.create_table(
        "register_site",
        key("batch"),
        key("site", BigInteger),
        required("unit"),
        required("street"),
        required("point_type", SmallInteger),
        words("name"),
        words("aliases"),
    )
    op.create_table(
        "day_tally",
        key("day"),
        required("cells", LargeBinary),
        required("visits", LargeBinary),
        required("grain", LargeBinary),
    )
    op.create_table(
        "month_tally",
        key("month"),
        required("cells", LargeBinary),
        required("sites", LargeBinary),
    )
    op.create_table(
        "rules_archive",
        key("digest", Text),
        words("id"),
        words("at"),
        required("content", LargeBinary),
    )
