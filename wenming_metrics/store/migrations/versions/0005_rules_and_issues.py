"""Version 5: what rules price (severity, state, number, deadline), successors of merged units."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Integer, LargeBinary, SmallInteger

from wenming_metrics.store.schema.columns import CLUSTERED, key, required, words

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Add columns and tables; what is stored keeps its figures."""
    _add_pricing()
    _add_drafts()
    _add_issues()
    _add_rulings()
    op.execute("UPDATE store SET version = 5")


def _add_pricing() -> None:
    for name, default in (("severity", "0"), ("state", "0"), ("given", "1")):
        op.add_column("row", required(name, SmallInteger, default))
    op.create_table(
        "finding", *(key("batch"), key("seq"), words("number"), required("due")), **CLUSTERED
    )
    op.create_index("finding_by_number", "finding", ["number"])
    _add_pieces()
    _add_replaced()
    op.add_column("register_unit", required("successor", Integer, "-1"))


def _add_pieces() -> None:
    piece = required("piece", SmallInteger)
    columns = (key("batch"), key("seq"), piece, words("words"))
    op.create_table("finding_piece", *columns, **CLUSTERED)


def _add_replaced() -> None:
    source = key("source", SmallInteger)
    columns = (key("batch"), key("day"), key("unit"), source)
    op.create_table("replaced_slice", *columns, **CLUSTERED)
    op.execute(
        "INSERT INTO replaced_slice (batch, day, unit, source)"
        ' SELECT DISTINCT batch, day, unit, source FROM "row"'
        " WHERE day IN (SELECT day FROM replacement)"
    )


def _add_drafts() -> None:
    op.create_table(
        "rule_draft",
        *(key("draft"), words("name"), words("who"), words("at")),
        required("content", LargeBinary),
    )
    op.create_table(
        "rule_event",
        *(key("event"), required("draft"), words("act"), words("rules"), words("digest")),
        *(words("at"), words("who"), words("document")),
    )


def _add_issues() -> None:
    op.create_table(
        "issue",
        *(key("issue"), required("year"), required("number"), words("name"), words("kind")),
        *(
            required("first_day"),
            required("last_day"),
            words("cutoff"),
            words("who"),
            words("at"),
        ),
    )
    op.create_table(
        "issue_event",
        *(key("event"), required("issue"), words("act"), words("at"), words("who")),
        *(words("reason"), words("document")),
    )
    op.create_index("issue_event_by_issue", "issue_event", ["issue", "event"])
    op.create_table(
        "issue_content",
        *(key("issue"), words("known_at"), words("rules"), words("hash")),
        required("content", LargeBinary),
    )
    op.create_table(
        "waiver",
        *(key("issue"), key("batch"), key("sheet"), key("source_row")),
        *(words("reason"), words("who"), words("at")),
        **CLUSTERED,
    )


def _add_rulings() -> None:
    op.create_table(
        "remark",
        *(key("remark"), required("issue"), required("unit"), required("batch", Integer, "-1")),
        *(required("seq", Integer, "-1"), words("figure"), words("asks"), words("who")),
        words("at"),
    )
    op.create_index("remark_by_issue", "remark", ["issue", "remark"])
    op.create_table(
        "ruling",
        *(
            key("ruling"),
            required("remark"),
            required("day"),
            required("batch"),
            required("seq"),
        ),
        *(words("act"), required("points", BigInteger), words("reason"), words("approver")),
        *(words("who"), words("at")),
    )
    op.create_index("ruling_by_day", "ruling", ["day"])
    op.create_table(
        "late_choice",
        *(key("choice"), required("batch"), required("own", SmallInteger), words("reason")),
        *(words("who"), words("at")),
    )
    op.create_index("late_choice_by_batch", "late_choice", ["batch", "choice"])
