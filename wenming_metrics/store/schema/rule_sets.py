"""Versions of the rules as they are kept, drafted and published."""

from __future__ import annotations

from sqlalchemy import LargeBinary, Table, Text

from wenming_metrics.store.schema.columns import key, metadata, required, words

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
