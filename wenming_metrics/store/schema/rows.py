"""What the files say: checks, findings, records, questionnaires, registers; and what is summed of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text

from wenming_metrics.store.schema.columns import CLUSTERED, key, metadata, required, words

row = Table(
    "row",
    metadata,
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
    required("severity", SmallInteger, "0"),
    required("state", SmallInteger, "0"),
    required("given", SmallInteger, "1"),
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
    required("territory"),
    **CLUSTERED,
)
finding = Table(
    "finding",
    metadata,
    key("batch"),
    key("seq"),
    words("number"),
    required("due"),
    Index("finding_by_number", "number"),
    **CLUSTERED,
)
"""Number (交办编号) and deadline (ordinal, 0: none) of the findings that have them."""
finding_piece = Table(
    "finding_piece",
    metadata,
    key("batch"),
    key("seq"),
    required("piece", SmallInteger),
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
    required("happened_on"),
    words("known_at"),
    **CLUSTERED,
)
record = Table(
    "record",
    metadata,
    key("batch"),
    key("seq"),
    words("kind"),
    required("day"),
    required("unit"),
    required("sheet", SmallInteger),
    required("source_row"),
    words("told"),
    Index("record_by_kind", "kind", "day"),
    **CLUSTERED,
)
"""Rows of 整改, 台账, 指标, 上级测评, 专项行动, 加减分: day 0 and unit -1: none; told is JSON."""
site = Table(
    "site",
    metadata,
    key("site", BigInteger),
    required("unit"),
    required("street"),
    required("point_type", SmallInteger),
    words("name"),
)
plan_row = Table(
    "plan_row",
    metadata,
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
register_unit = Table(
    "register_unit",
    metadata,
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
    required("successor", Integer, "-1"),
)
register_site = Table(
    "register_site",
    metadata,
    key("batch"),
    key("site", BigInteger),
    required("unit"),
    required("street"),
    required("point_type", SmallInteger),
    words("name"),
    words("aliases"),
)
outline_version = Table(
    "outline_version",
    metadata,
    key("version"),
    words("who"),
    words("at"),
    words("name"),
    words("system"),
    words("content"),
)
"""Outlines of units and points of sites (JSON) as a file brought them, in one system of coordinates: the last one holds."""
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
day_tally = Table(
    "day_tally",
    metadata,
    key("day"),
    required("cells", LargeBinary),
    required("visits", LargeBinary),
    required("grain", LargeBinary),
)
month_sites = Table("month_sites", metadata, key("month"), required("sites", LargeBinary))
basis = Table("basis", metadata, key("basis", Text), words("rules"), words("board"))
running_sum = Table(
    "running_sum",
    metadata,
    key("basis", Text),
    key("span", SmallInteger),
    key("at"),
    required("leaves", LargeBinary),
    required("settled", LargeBinary),
)
