"""Rule sets in the making (草案), and what became of them: kept, dropped or published."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.store import schema
from wenming_metrics.store.frames import append, read_frame

KEEP, DROP, PUBLISH = "存为草案", "废弃草案", "发布办法"
"""Acts on a draft. The last two end it."""


def add_draft(connection: Connection, name: str, who: str, content: bytes, rules: str) -> int:
    """Keep the packed files of a draft; gives its number. Takes: rules - id of the rule set."""
    facts = {"name": name, "who": who, "content": content}
    number = append(connection, schema.rule_draft.c.draft, facts)
    add_event(connection, number, KEEP, who, rules)
    return number


def add_event(
    connection: Connection,
    draft: int,
    act: str,
    who: str,
    rules: str,
    digest: str = "",
    document: str = "",
) -> None:
    """Add what was done to a draft. Takes: digest, document - of a published one"""
    facts = {"draft": draft, "act": act, "rules": rules, "digest": digest, "document": document}
    append(connection, schema.rule_event.c.event, {**facts, "who": who})


def read_draft(connection: Connection, draft: int) -> bytes | None:
    """Read the packed files of an open draft; None when it has ended or never was."""
    table, event = schema.rule_draft, schema.rule_event
    ended = select(event.c.event).where(event.c.draft == draft, event.c.act.in_([DROP, PUBLISH]))
    if connection.execute(ended).first():
        return None
    return connection.execute(select(table.c.content).where(table.c.draft == draft)).scalar()


def read_drafts(connection: Connection) -> pd.DataFrame:
    """List the open drafts, the newest first: draft, name, who, at."""
    table, event = schema.rule_draft, schema.rule_event
    ended = select(event.c.draft).where(event.c.act.in_([DROP, PUBLISH]))
    columns = (table.c.draft, table.c.name, table.c.who, table.c.at)
    query = select(*columns).where(table.c.draft.not_in(ended)).order_by(table.c.draft.desc())
    return read_frame(connection, query)


def read_events(connection: Connection) -> pd.DataFrame:
    """List all acts on drafts: event, draft, act, rules, digest, at, who, document."""
    table = schema.rule_event
    return read_frame(connection, select(table).order_by(table.c.event))


def published(connection: Connection) -> dict[str, str]:
    """Give the digest under which each rule set was published: id -> digest."""
    table = schema.rule_event
    query = select(table.c.rules, table.c.digest).where(table.c.act == PUBLISH)
    return dict(connection.execute(query).all())
