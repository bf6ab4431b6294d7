"""Version 1: the tables as the first version of the software made them.

Never run on an office's own store, which had its tables before it had migrations: it is taken to
stand here. Tests build the first version with it on any engine.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, SmallInteger, Text, text

revision, down_revision = "0001", None
CLUSTERED = {"sqlite_with_rowid": False}


def key(name: str, type_: type = Integer) -> Column:
    """Give a column of a primary key."""
    return Column(name, type_, primary_key=True, autoincrement=False)


def whole(name: str, type_: type = Integer) -> Column:
    """Give a column that is never empty."""
    return Column(name, type_, nullable=False)


def words(name: str) -> Column:
    """Give a column of text."""
    return Column(name, Text, nullable=False, server_default=text("''"))


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "store",
        key("id"),
        whole("seq"),
        whole("version"),
        words("made_at"),
    )
    op.create_table(
        "original",
        key("sha256", Text),
        whole("size"),
        whole("content", LargeBinary),
    )
    op.create_table(
        "batch",
        key("batch"),
        words("sha256"),
        words("name"),
        words("kind"),
        words("who"),
        words("at"),
        whole("good"),
        whole("held"),
        whole("skipped"),
    )
    op.create_table(
        "batch_event",
        key("event"),
        whole("batch"),
        words("act"),
        words("at"),
        words("who"),
        words("reason"),
    )
    op.create_table(
        "batch_day",
        key("batch"),
        key("day"),
        whole("good"),
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
        whole("header_row"),
        words("headers"),
        **CLUSTERED,
    )
    op.create_table(
        "block",
        key("batch"),
        key("sheet"),
        key("first_row"),
        whole("rows"),
        whole("payload", LargeBinary),
    )
    op.create_table(
        "row",
        key("day"),
        key("unit"),
        key("item"),
        key("batch"),
        key("seq"),
        whole("source", SmallInteger),
        whole("visit", BigInteger),
        whole("site", BigInteger),
        whole("point_type", SmallInteger),
        whole("basis", SmallInteger),
        whole("result", SmallInteger),
        whole("lost", BigInteger),
        whole("possible", BigInteger),
        whole("places"),
        whole("repeated", SmallInteger),
        whole("sheet", SmallInteger),
        whole("source_row"),
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
        whole("territory"),
        **CLUSTERED,
    )
    op.create_table(
        "finding_state",
        key("batch"),
        key("seq"),
        key("n"),
        words("state"),
        whole("happened_on"),
        words("known_at"),
        **CLUSTERED,
    )
    op.create_table(
        "site",
        key("site", BigInteger),
        whole("unit"),
        whole("street"),
        whole("point_type", SmallInteger),
        words("name"),
    )
    op.create_table(
        "plan_row",
        key("day"),
        key("batch"),
        key("n"),
        words("team"),
        whole("street"),
        whole("point_type", SmallInteger),
        whole("site", BigInteger),
        words("site_name"),
        words("round"),
        whole("source_row"),
        **CLUSTERED,
    )
    op.create_table(
        "register_unit",
        key("batch"),
        key("unit"),
        words("code"),
        words("name"),
        words("kind"),
        whole("parent"),
        words("group"),
        words("aliases"),
        Column("population", Integer),
        whole("valid_from"),
        whole("valid_to"),
    )
    op.create_table(
        "register_site",
        key("batch"),
        key("site", BigInteger),
        whole("unit"),
        whole("street"),
        whole("point_type", SmallInteger),
        words("name"),
        words("aliases"),
    )
    op.create_table(
        "day_tally",
        key("day"),
        whole("cells", LargeBinary),
        whole("visits", LargeBinary),
        whole("grain", LargeBinary),
    )
    op.create_table(
        "month_tally",
        key("month"),
        whole("cells", LargeBinary),
        whole("sites", LargeBinary),
    )
    op.create_table(
        "rules_archive",
        key("digest", Text),
        words("id"),
        words("at"),
        whole("content", LargeBinary),
    )
