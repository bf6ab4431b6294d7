"""What the files say: checks and findings, records, sites, plans and registers."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, Table

from wenming_metrics.store.schema.columns import CLUSTERED, key, metadata, whole, words

row = Table(
    "row",
    metadata,
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
    whole("severity", SmallInteger, "0"),
    whole("state", SmallInteger, "0"),
    whole("given", SmallInteger, "1"),
    **CLUSTERED,
)
"""severity, state - as the row says them (0: nothing); given - 1 where the row writes its deduction."""
row_unit = Table(
    "row_unit",
    metadata,
    key("day"),
    key("role", SmallInteger),
    key("unit"),
    key("item"),
    key("batch"),
    key("seq"),
    whole("territory"),
    **CLUSTERED,
)
finding = Table(
    "finding",
    metadata,
    key("batch"),
    key("seq"),
    words("number"),
    whole("due"),
    Index("finding_by_number", "number"),
    **CLUSTERED,
)
"""Number (交办编号) and deadline (ordinal, 0: none) of the findings that have them."""
finding_piece = Table(
    "finding_piece",
    metadata,
    key("batch"),
    key("seq"),
    whole("piece", SmallInteger),
    words("words"),
    **CLUSTERED,
)
"""Which problem of a cell that lists several a finding is, from 1, and its words."""
finding_state = Table(
    "finding_state",
    metadata,
    key("batch"),
    key("seq"),
    key("n"),
    words("state"),
    whole("happened_on"),
    words("known_at"),
    **CLUSTERED,
)
record = Table(
    "record",
    metadata,
    key("batch"),
    key("seq"),
    words("kind"),
    whole("day"),
    whole("unit"),
    whole("sheet", SmallInteger),
    whole("source_row"),
    words("told"),
    Index("record_by_kind", "kind", "day"),
    **CLUSTERED,
)
"""Rows of 整改, 台账, 指标, 上级测评, 专项行动, 加减分: day 0 and unit -1: none; told is JSON."""
site = Table(
    "site",
    metadata,
    key("site", BigInteger),
    whole("unit"),
    whole("street"),
    whole("point_type", SmallInteger),
    words("name"),
)
plan_row = Table(
    "plan_row",
    metadata,
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
register_unit = Table(
    "register_unit",
    metadata,
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
    whole("successor", Integer, "-1"),
)
register_site = Table(
    "register_site",
    metadata,
    key("batch"),
    key("site", BigInteger),
    whole("unit"),
    whole("street"),
    whole("point_type", SmallInteger),
    words("name"),
    words("aliases"),
)
