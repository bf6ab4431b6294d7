"""Issues of a period, what was signed, what was decided of rows; versions of the rules and drafts of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, SmallInteger, Table, Text

from wenming_metrics.store.schema.columns import CLUSTERED, key, metadata, required, words

issue = Table(
    "issue",
    metadata,
    key("issue"),
    required("year"),
    required("number"),
    words("name"),
    words("kind"),
    required("first_day"),
    required("last_day"),
    words("cutoff"),
    words("who"),
    words("at"),
)
"""Issues of a period (期) that were drafted; a file that comes after `cutoff` is late for it."""
issue_event = Table(
    "issue_event",
    metadata,
    key("event"),
    required("issue"),
    words("act"),
    words("at"),
    words("who"),
    words("reason"),
    words("document"),
    Index("issue_event_by_issue", "issue", "event"),
)
issue_content = Table(
    "issue_content",
    metadata,
    key("issue"),
    words("known_at"),
    words("rules"),
    words("hash"),
    required("content", LargeBinary),
)
"""What was signed, word for word: packed JSON, its SHA-256, the digest of its rules."""
waiver = Table(
    "waiver",
    metadata,
    key("issue"),
    key("batch"),
    key("sheet"),
    key("source_row"),
    words("reason"),
    words("who"),
    words("at"),
    **CLUSTERED,
)
"""Held rows that an issue is signed without, each with the reason."""
remark = Table(
    "remark",
    metadata,
    key("remark"),
    required("issue"),
    required("unit"),
    required("batch", Integer, "-1"),
    required("seq", Integer, "-1"),
    words("figure"),
    words("asks"),
    words("who"),
    words("at"),
    Index("remark_by_issue", "issue", "remark"),
)
"""What a unit objects to (复核): a stored row, or a figure where batch and seq are -1."""
ruling = Table(
    "ruling",
    metadata,
    key("ruling"),
    required("remark"),
    required("day"),
    required("batch"),
    required("seq"),
    words("act"),
    required("points", BigInteger),
    words("reason"),
    words("approver"),
    words("who"),
    words("at"),
    Index("ruling_by_day", "day"),
)
"""What was decided of a remark; of a row the last one holds: points (1e-4) it loses after 改扣."""
late_choice = Table(
    "late_choice",
    metadata,
    key("choice"),
    required("batch"),
    required("own", SmallInteger),
    words("reason"),
    words("who"),
    words("at"),
    Index("late_choice_by_batch", "batch", "choice"),
)
"""Where a person counts the late rows of a file: in the issue of their days (1) or the next (0)."""
same_problem = Table(
    "same_problem",
    metadata,
    key("choice"),
    required("day"),
    required("batch"),
    required("seq"),
    required("other_day"),
    required("other_batch"),
    required("other_seq"),
    required("same", SmallInteger),
    words("who"),
    words("at"),
)
"""Whether a person says that two findings of a site are one problem (1) or not (0); the last holds."""
catalogue_entry = Table(
    "catalogue_entry",
    metadata,
    key("entry"),
    words("kind"),
    required("number"),
    words("code"),
    words("name"),
    words("category"),
    required("full_mark", BigInteger, "0"),
    words("point_types"),
    words("aliases"),
    words("indicator"),
    required("own", SmallInteger),
    words("who"),
    words("at"),
)
"""Items and point types that rows are numbered by: shipped ones (own 0), and the office's own (1).

Only added to; of the same kind and number the last line holds."""
rules_archive = Table(
    "rules_archive",
    metadata,
    key("digest", Text),
    words("id"),
    words("at"),
    required("content", LargeBinary),
)
rule_draft = Table(
    "rule_draft",
    metadata,
    key("draft"),
    words("name"),
    words("who"),
    words("at"),
    required("content", LargeBinary),
)
"""Rule sets (测评办法) in the making: the zip of their files, as `rules.load.pack` makes it."""
rule_event = Table(
    "rule_event",
    metadata,
    key("event"),
    required("draft"),
    words("act"),
    words("rules"),
    words("digest"),
    words("at"),
    words("who"),
    words("document"),
)
"""What became of drafts: only added to. Of a published one: its id, digest and document number."""
