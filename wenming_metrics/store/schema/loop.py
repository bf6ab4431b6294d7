"""Problems that are followed until 销号: their numbers, events, and to whom they were handed out."""

from __future__ import annotations

from sqlalchemy import Index, SmallInteger, Table, Text

from wenming_metrics.store.schema.columns import CLUSTERED, key, metadata, required, words

problem = Table(
    "problem",
    metadata,
    key("number", Text),
    required("day"),
    required("batch"),
    required("seq"),
    words("source"),
    words("content"),
    words("who"),
    words("at"),
    Index("problem_by_row", "batch", "seq", unique=True),
    Index("problem_by_day", "day"),
    **CLUSTERED,
)
"""Numbers that the office gave: to findings (batch, seq) without one of their own, and to what comes from
elsewhere (batch 0, seq counts; source, content: 领导批示, 会议定事项)."""
problem_event = Table(
    "problem_event",
    metadata,
    key("event"),
    words("number"),
    words("act"),
    required("unit", default="-1"),
    required("day"),
    required("minute", SmallInteger, "1440"),
    required("due", default="0"),
    required("due_minute", SmallInteger, "1440"),
    words("time_unit"),
    required("until", default="0"),
    words("who"),
    words("approver"),
    words("way"),
    words("outcome"),
    words("reason"),
    words("document_no"),
    words("details"),
    required("batch", default="0"),
    required("sheet", SmallInteger, "0"),
    required("source_row", default="0"),
    words("at"),
    Index("problem_event_by_number", "number", "event"),
    Index("problem_event_by_batch", "batch"),
)
"""What was done about a problem, in the order in which it became known; nothing of it is changed.

unit -1: none; day, due, until - ordinals, 0: none; minute 1440: the hour is not known; batch 0: entered
on a page or a command, else of that file; details - JSON: answer, measure, description, pictures, frozen.
"""
hand_out = Table(
    "hand_out",
    metadata,
    key("number", Text),
    key("round", SmallInteger),
    key("unit"),
    words("role"),
    words("dispatch"),
    required("event"),
    words("at"),
    Index("hand_out_by_unit", "unit", "number"),
    **CLUSTERED,
)
"""To whom a problem was handed out in a round, once each; role 主办 or 协办; dispatch - 文号 or 批次."""
