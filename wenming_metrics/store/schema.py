"""The tables. Plain integer, text and blob columns only, so that any SQL server can hold them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

VERSION = 5
"""Counts the changes of these tables; each has its step in `migrations`."""
metadata = MetaData()
_CLUSTERED = {"sqlite_with_rowid": False}
"""SQLite keeps such a table in the order of its key: a day's rows lie together on disk."""


def _key(name: str, type_: type = Integer) -> Column:
    return Column(name, type_, primary_key=True, autoincrement=False)


def _whole(name: str, type_: type = Integer, default: str | None = None) -> Column:
    default = None if default is None else text(default)
    return Column(name, type_, nullable=False, server_default=default)


def _words(name: str) -> Column:
    return Column(name, Text, nullable=False, server_default=text("''"))


store = Table("store", metadata, _key("id"), _whole("seq"), _whole("version"), _words("made_at"))

original = Table(
    "original",
    metadata,
    _key("sha256", Text),
    _whole("size"),
    Column("content", LargeBinary),  # NULL once the file was kept as long as the office wanted
    _words("dropped_at"),
)
batch = Table(
    "batch",
    metadata,
    _key("batch"),
    _words("sha256"),
    _words("name"),
    _words("kind"),
    _words("who"),
    _words("at"),
    _whole("good"),
    _whole("held"),
    _whole("skipped"),
    Column("live", SmallInteger, nullable=False, server_default=text("1")),
    Index("batch_by_sha256", "sha256"),
)
batch_event = Table(
    "batch_event",
    metadata,
    _key("event"),
    _whole("batch"),
    _words("act"),
    _words("at"),
    _words("who"),
    _words("reason"),
    Index("batch_event_by_batch", "batch", "event"),
)
batch_day = Table(
    "batch_day",
    metadata,
    _key("batch"),
    _key("day"),
    _whole("good"),
    Index("batch_day_by_day", "day", "batch"),
    **_CLUSTERED,
)
batch_problem = Table(
    "batch_problem",
    metadata,
    _key("batch"),
    _key("n"),
    _words("code"),
    _words("sheet"),
    Column("row", Integer),
    _words("column"),
    _words("header"),
    _words("found"),
    _words("details"),
    **_CLUSTERED,
)
held_row = Table(
    "held_row",
    metadata,
    _key("batch"),
    _key("sheet"),
    _key("source_row"),
    _words("codes"),
    **_CLUSTERED,
)
sheet = Table(
    "sheet",
    metadata,
    _key("batch"),
    _key("sheet"),
    _words("name"),
    _words("kind"),
    _whole("header_row"),
    _words("headers"),
    **_CLUSTERED,
)
block = Table(
    "block",
    metadata,
    _key("batch"),
    _key("sheet"),
    _key("first_row"),
    _whole("rows"),
    _whole("payload", LargeBinary),
)
row = Table(
    "row",
    metadata,
    _key("day"),
    _key("unit"),
    _key("item"),
    _key("batch"),
    _key("seq"),
    _whole("source", SmallInteger),
    _whole("visit", BigInteger),
    _whole("site", BigInteger),
    _whole("point_type", SmallInteger),
    _whole("basis", SmallInteger),
    _whole("result", SmallInteger),
    _whole("lost", BigInteger),
    _whole("possible", BigInteger),
    _whole("places"),
    _whole("repeated", SmallInteger),
    _whole("sheet", SmallInteger),
    _whole("source_row"),
    _whole("severity", SmallInteger, "0"),
    _whole("state", SmallInteger, "0"),
    _whole("given", SmallInteger, "1"),
    **_CLUSTERED,
)
"""severity, state - as the row says them (0: nothing); given - 1 where the row writes its deduction."""
finding = Table(
    "finding",
    metadata,
    _key("batch"),
    _key("seq"),
    _words("number"),
    _whole("due"),
    Index("finding_by_number", "number"),
    **_CLUSTERED,
)
"""Number (交办编号) and deadline (ordinal, 0: none) of the findings that have them."""
finding_piece = Table(
    "finding_piece",
    metadata,
    _key("batch"),
    _key("seq"),
    _whole("piece", SmallInteger),
    _words("words"),
    **_CLUSTERED,
)
"""Which problem of a cell that lists several a finding is, from 1, and its words."""
row_unit = Table(
    "row_unit",
    metadata,
    _key("day"),
    _key("role", SmallInteger),
    _key("unit"),
    _key("item"),
    _key("batch"),
    _key("seq"),
    _whole("territory"),
    **_CLUSTERED,
)
record = Table(
    "record",
    metadata,
    _key("batch"),
    _key("seq"),
    _words("kind"),
    _whole("day"),
    _whole("unit"),
    _whole("sheet", SmallInteger),
    _whole("source_row"),
    _words("told"),
    Index("record_by_kind", "kind", "day"),
    **_CLUSTERED,
)
"""Rows of 整改, 台账, 指标, 上级测评, 专项行动, 加减分: day 0 and unit -1: none; told is JSON."""
picture = Table(
    "picture", metadata, _key("digest", Text), _words("type"), _whole("content", LargeBinary)
)
picture_place = Table(
    "picture_place",
    metadata,
    _key("batch"),
    _key("sheet"),
    _key("source_row"),
    _key("position"),
    _key("n"),
    _words("digest"),
    **_CLUSTERED,
)
"""Which pictures stand in, or float over, which cell of a file; position 0 is column A."""
header_choice = Table(
    "header_choice",
    metadata,
    _key("choice"),
    _words("fingerprint"),
    _words("header"),
    _words("name"),
    _words("who"),
    _words("at"),
    _words("forgotten_at"),
    Index("header_choice_by_fingerprint", "fingerprint"),
)
"""What a person said that a header means in tables of one form; name "": it means nothing."""
name_choice = Table(
    "name_choice",
    metadata,
    _key("choice"),
    _words("kind"),
    _words("written"),
    _whole("target", BigInteger),
    _whole("valid_from"),
    _words("who"),
    _words("at"),
    _words("forgotten_at"),
)
"""What a person said that a written name stands for: kind "unit" or "item", number of it."""
held_end = Table(
    "held_end",
    metadata,
    _key("batch"),
    _key("sheet"),
    _key("source_row"),
    _words("act"),
    Column("by_batch", Integer),
    _words("who"),
    _words("at"),
    _words("reason"),
    **_CLUSTERED,
)
"""Held rows that wait no longer: corrected by a later batch, or discarded by a person."""
replacement = Table(
    "replacement",
    metadata,
    _key("day"),
    _key("unit"),
    _key("source", SmallInteger),
    _key("batch"),
    **_CLUSTERED,
)
"""Whose rows of earlier batches a batch replaces: every unit of its streets, as they were then."""
replaced_slice = Table(
    "replaced_slice",
    metadata,
    _key("batch"),
    _key("day"),
    _key("unit"),
    _key("source", SmallInteger),
    **_CLUSTERED,
)
"""Where the batches have rows that were there when some of their days were replaced."""
finding_state = Table(
    "finding_state",
    metadata,
    _key("batch"),
    _key("seq"),
    _key("n"),
    _words("state"),
    _whole("happened_on"),
    _words("known_at"),
    **_CLUSTERED,
)
site = Table(
    "site",
    metadata,
    _key("site", BigInteger),
    _whole("unit"),
    _whole("street"),
    _whole("point_type", SmallInteger),
    _words("name"),
)
plan_row = Table(
    "plan_row",
    metadata,
    _key("day"),
    _key("batch"),
    _key("n"),
    _words("team"),
    _whole("street"),
    _whole("point_type", SmallInteger),
    _whole("site", BigInteger),
    _words("site_name"),
    _words("round"),
    _whole("source_row"),
    **_CLUSTERED,
)
register_unit = Table(
    "register_unit",
    metadata,
    _key("batch"),
    _key("unit"),
    _words("code"),
    _words("name"),
    _words("kind"),
    _whole("parent"),
    _words("group"),
    _words("aliases"),
    Column("population", Integer),
    _whole("valid_from"),
    _whole("valid_to"),
    _whole("successor", Integer, "-1"),
)
register_site = Table(
    "register_site",
    metadata,
    _key("batch"),
    _key("site", BigInteger),
    _whole("unit"),
    _whole("street"),
    _whole("point_type", SmallInteger),
    _words("name"),
    _words("aliases"),
)
day_tally = Table(
    "day_tally",
    metadata,
    _key("day"),
    _whole("cells", LargeBinary),
    _whole("visits", LargeBinary),
    _whole("grain", LargeBinary),
)
month_sites = Table("month_sites", metadata, _key("month"), _whole("sites", LargeBinary))
basis = Table("basis", metadata, _key("basis", Text), _words("rules"), _words("board"))
running_sum = Table(
    "running_sum",
    metadata,
    _key("basis", Text),
    _key("span", SmallInteger),
    _key("at"),
    _whole("leaves", LargeBinary),
    _whole("settled", LargeBinary),
)
rules_archive = Table(
    "rules_archive",
    metadata,
    _key("digest", Text),
    _words("id"),
    _words("at"),
    _whole("content", LargeBinary),
)
rule_draft = Table(
    "rule_draft",
    metadata,
    _key("draft"),
    _words("name"),
    _words("who"),
    _words("at"),
    _whole("content", LargeBinary),
)
"""Rule sets (测评办法) in the making: the zip of their files, as `rules.load.pack` makes it."""
rule_event = Table(
    "rule_event",
    metadata,
    _key("event"),
    _whole("draft"),
    _words("act"),
    _words("rules"),
    _words("digest"),
    _words("at"),
    _words("who"),
    _words("document"),
)
"""What became of drafts: only added to. Of a published one: its id, digest and document number."""
issue = Table(
    "issue",
    metadata,
    _key("issue"),
    _whole("year"),
    _whole("number"),
    _words("name"),
    _words("kind"),
    _whole("first_day"),
    _whole("last_day"),
    _words("cutoff"),
    _words("who"),
    _words("at"),
)
"""Issues of a period (期) that were drafted; a file that comes after `cutoff` is late for it."""
issue_event = Table(
    "issue_event",
    metadata,
    _key("event"),
    _whole("issue"),
    _words("act"),
    _words("at"),
    _words("who"),
    _words("reason"),
    _words("document"),
    Index("issue_event_by_issue", "issue", "event"),
)
issue_content = Table(
    "issue_content",
    metadata,
    _key("issue"),
    _words("known_at"),
    _words("rules"),
    _words("hash"),
    _whole("content", LargeBinary),
)
"""What was signed, word for word: packed JSON, its SHA-256, the digest of its rules."""
waiver = Table(
    "waiver",
    metadata,
    _key("issue"),
    _key("batch"),
    _key("sheet"),
    _key("source_row"),
    _words("reason"),
    _words("who"),
    _words("at"),
    **_CLUSTERED,
)
"""Held rows that an issue is signed without, each with the reason."""
remark = Table(
    "remark",
    metadata,
    _key("remark"),
    _whole("issue"),
    _whole("unit"),
    _whole("batch", Integer, "-1"),
    _whole("seq", Integer, "-1"),
    _words("figure"),
    _words("asks"),
    _words("who"),
    _words("at"),
    Index("remark_by_issue", "issue", "remark"),
)
"""What a unit objects to (复核): a stored row, or a figure where batch and seq are -1."""
ruling = Table(
    "ruling",
    metadata,
    _key("ruling"),
    _whole("remark"),
    _whole("day"),
    _whole("batch"),
    _whole("seq"),
    _words("act"),
    _whole("points", BigInteger),
    _words("reason"),
    _words("approver"),
    _words("who"),
    _words("at"),
    Index("ruling_by_day", "day"),
)
"""What was decided of a remark; of a row the last one holds: points (1e-4) it loses after 改扣."""
late_choice = Table(
    "late_choice",
    metadata,
    _key("choice"),
    _whole("batch"),
    _whole("own", SmallInteger),
    _words("reason"),
    _words("who"),
    _words("at"),
    Index("late_choice_by_batch", "batch", "choice"),
)
"""Where a person counts the late rows of a file: in the issue of their days (1) or the next (0)."""
note = Table("note", metadata, _key("name", Text), _words("value"))
"""What is worth telling of the store itself: its last backup, its last check."""
