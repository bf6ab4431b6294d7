"""Version 5: what rules price (severity, state, number, deadline), successors of merged units."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, SmallInteger, Text, text

revision, down_revision = "0005", "0004"
_CLUSTERED = {"sqlite_with_rowid": False}


def upgrade() -> None:
    """Add columns and tables; what is stored keeps its figures."""
    _add_pricing()
    _add_drafts()
    _add_issues()
    _add_rulings()
    op.execute("UPDATE store SET version = 5")


def _key(name: str, type_: type = Integer) -> Column:
    return Column(name, type_, primary_key=True, autoincrement=False)


def _required(name: str, type_: type = Integer, default: str | None = None) -> Column:
    default = None if default is None else text(default)
    return Column(name, type_, nullable=False, server_default=default)


def _words(name: str) -> Column:
    return Column(name, Text, nullable=False, server_default=text("''"))


def _add_pricing() -> None:
    for name, default in (("severity", "0"), ("state", "0"), ("given", "1")):
        op.add_column("row", _required(name, SmallInteger, default))
    op.create_table(
        "finding", *(_key("batch"), _key("seq"), _words("number"), _required("due")), **_CLUSTERED
    )
    op.create_index("finding_by_number", "finding", ["number"])
    _add_pieces()
    _add_replaced()
    op.add_column("register_unit", _required("successor", Integer, "-1"))


def _add_pieces() -> None:
    piece = _required("piece", SmallInteger)
    columns = (_key("batch"), _key("seq"), piece, _words("words"))
    op.create_table("finding_piece", *columns, **_CLUSTERED)


def _add_replaced() -> None:
    source = _key("source", SmallInteger)
    columns = (_key("batch"), _key("day"), _key("unit"), source)
    op.create_table("replaced_slice", *columns, **_CLUSTERED)
    op.execute(
        "INSERT INTO replaced_slice (batch, day, unit, source)"
        ' SELECT DISTINCT batch, day, unit, source FROM "row"'
        " WHERE day IN (SELECT day FROM replacement)"
    )


def _add_drafts() -> None:
    op.create_table(
        "rule_draft",
        *(_key("draft"), _words("name"), _words("who"), _words("at")),
        _required("content", LargeBinary),
    )
    op.create_table(
        "rule_event",
        *(_key("event"), _required("draft"), _words("act"), _words("rules"), _words("digest")),
        *(_words("at"), _words("who"), _words("document")),
    )


def _add_issues() -> None:
    op.create_table(
        "issue",
        *(_key("issue"), _required("year"), _required("number"), _words("name"), _words("kind")),
        *(
            _required("first_day"),
            _required("last_day"),
            _words("cutoff"),
            _words("who"),
            _words("at"),
        ),
    )
    op.create_table(
        "issue_event",
        *(_key("event"), _required("issue"), _words("act"), _words("at"), _words("who")),
        *(_words("reason"), _words("document")),
    )
    op.create_index("issue_event_by_issue", "issue_event", ["issue", "event"])
    op.create_table(
        "issue_content",
        *(_key("issue"), _words("known_at"), _words("rules"), _words("hash")),
        _required("content", LargeBinary),
    )
    op.create_table(
        "waiver",
        *(_key("issue"), _key("batch"), _key("sheet"), _key("source_row")),
        *(_words("reason"), _words("who"), _words("at")),
        **_CLUSTERED,
    )


def _add_rulings() -> None:
    op.create_table(
        "remark",
        *(_key("remark"), _required("issue"), _required("unit"), _required("batch", Integer, "-1")),
        *(_required("seq", Integer, "-1"), _words("figure"), _words("asks"), _words("who")),
        _words("at"),
    )
    op.create_index("remark_by_issue", "remark", ["issue", "remark"])
    op.create_table(
        "ruling",
        *(
            _key("ruling"),
            _required("remark"),
            _required("day"),
            _required("batch"),
            _required("seq"),
        ),
        *(_words("act"), _required("points", BigInteger), _words("reason"), _words("approver")),
        *(_words("who"), _words("at")),
    )
    op.create_index("ruling_by_day", "ruling", ["day"])
    op.create_table(
        "late_choice",
        *(_key("choice"), _required("batch"), _required("own", SmallInteger), _words("reason")),
        *(_words("who"), _words("at")),
    )
    op.create_index("late_choice_by_batch", "late_choice", ["batch", "choice"])
