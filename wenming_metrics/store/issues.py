"""Issues of a period (期) as they are stored: drafted, sent out, signed, withdrawn; nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Connection, insert, select

from wenming_metrics.store import schema
from wenming_metrics.store.database import stamp
from wenming_metrics.store.frames import add_rows, append, read_frame

DRAFTED, SENT, SIGNED, WITHDRAWN = "建草稿", "出核对稿", "签发", "作废"
"""Acts in the life of an issue; the last one says how it stands."""
REVIEWED, COUNTERSIGNED, PRINTED = "核稿", "会签", "印发"
"""Further steps of its document, which change nothing of how it stands."""


def add_issue(connection: Connection, facts: Mapping[str, object]) -> int:
    """Record the draft of an issue; gives its number in the store.

    Takes: facts - year, number, name, kind, first_day, last_day (ordinals), cutoff, who
    """
    key = append(connection, schema.issue.c.issue, facts)
    add_event(connection, key, DRAFTED, str(facts["who"]))
    return key


def add_event(
    connection: Connection, issue: int, act: str, who: str, reason: str = "", document: str = ""
) -> None:
    """Append one act to the life of an issue."""
    facts = {"issue": issue, "act": act, "who": who, "reason": reason, "document": document}
    append(connection, schema.issue_event.c.event, facts)


def read_issues(connection: Connection) -> pd.DataFrame:
    """List all issues in the order of their drafts: the columns of the table `issue`."""
    return read_frame(connection, select(schema.issue).order_by(schema.issue.c.issue))


def read_events(connection: Connection) -> pd.DataFrame:
    """List what was done to issues, in order: event, issue, act, at, who, reason, document."""
    table = schema.issue_event
    return read_frame(connection, select(table).order_by(table.c.event))


def save_content(
    connection: Connection, issue: int, facts: Mapping[str, str], content: bytes
) -> None:
    """Keep what was signed. Takes: facts - known_at, rules (digest), hash (SHA-256)"""
    connection.execute(insert(schema.issue_content), {**facts, "issue": issue, "content": content})


def read_content(connection: Connection, issue: int) -> Mapping[str, object] | None:
    """Give what was signed: issue, known_at, rules, hash, content (packed); None before it was."""
    table = schema.issue_content
    return connection.execute(select(table).where(table.c.issue == issue)).mappings().first()


def read_hashes(connection: Connection) -> dict[int, str]:
    """Give the hash of every issue that was ever signed."""
    table = schema.issue_content
    rows = connection.execute(select(table.c.issue, table.c.hash))
    return {issue: digest for issue, digest in rows}


def add_waivers(
    connection: Connection, issue: int, rows: pd.DataFrame, who: str, reason: str
) -> None:
    """Note held rows that an issue is signed without. Takes: rows - batch, sheet, source_row"""
    names = ("batch", "sheet", "source_row")
    facts = {"issue": issue, "who": who, "reason": reason, "at": stamp()}
    add_rows(connection, schema.waiver, {**{name: rows[name] for name in names}, **facts})


def read_waivers(connection: Connection, issue: int) -> pd.DataFrame:
    """List the held rows that an issue is signed without: the columns of the table `waiver`."""
    table = schema.waiver
    return read_frame(connection, select(table).where(table.c.issue == issue))


def add_remark(connection: Connection, facts: Mapping[str, object]) -> int:
    """Record what a unit objects to; gives its number. Takes: facts - issue, unit, asks, who, ..."""
    return append(connection, schema.remark.c.remark, facts)


def read_remarks(connection: Connection, issue: int) -> pd.DataFrame:
    """List the remarks on an issue: the columns of the table `remark`."""
    table = schema.remark
    query = select(table).where(table.c.issue == issue).order_by(table.c.remark)
    return read_frame(connection, query)


def read_decisions(connection: Connection) -> pd.DataFrame:
    """List every decision in order: the columns of the table `ruling`."""
    return read_frame(connection, select(schema.ruling).order_by(schema.ruling.c.ruling))


def add_late_choice(
    connection: Connection, batch: int, *, in_own_issue: bool, who: str, reason: str
) -> None:
    """Note in which issue a person counts the late rows of a file: that of their days, or the next."""
    facts = {"batch": batch, "own": int(in_own_issue), "who": who, "reason": reason}
    append(connection, schema.late_choice.c.choice, facts)


def read_late_choices(connection: Connection, known_at: str = "") -> dict[int, bool]:
    """Give what holds of late files: batch -> whether it counts in the issue of its days.

    Takes: known_at - the moment up to which choices are known; "": now
    """
    table = schema.late_choice
    query = select(table.c.batch, table.c.own).order_by(table.c.choice)
    if known_at:
        query = query.where(table.c.at <= known_at)
    return {batch: bool(in_own_issue) for batch, in_own_issue in connection.execute(query)}
