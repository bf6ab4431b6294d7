"""Who may come in, who is in, what was done by whom, and what each role may."""

from __future__ import annotations

from sqlalchemy import Index, SmallInteger, Table, Text

from wenming_metrics.store.schema.columns import key, metadata, required, words

account = Table(
    "account",
    metadata,
    key("account"),
    words("login"),
    words("name"),
    words("role"),
    words("password"),
    required("unit", default="-1"),
    required("disabled", SmallInteger, "0"),
    required("failures", default="0"),
    words("failed_at"),
    words("who"),
    words("at"),
    Index("account_by_login", "login", unique=True),
    Index("account_by_name", "name", unique=True),
)
"""Accounts: argon2 hash of the password, the unit that it is bound to (-1: none), wrong passwords in a row."""
session = Table(
    "session",
    metadata,
    key("digest", Text),
    required("account"),
    words("begun"),
    words("expires"),
)
"""Who is signed in: SHA-256 of what the browser holds. A line goes when its session ends."""
guess = Table(
    "guess",
    metadata,
    key("address", Text),
    key("login", Text),
    required("failures", default="0"),
    words("failed_at"),
)
"""Wrong passwords of a day: address they came from and login that was typed ("" = of all), how many, the last."""
access_log = Table(
    "access_log",
    metadata,
    key("line"),
    words("at"),
    words("login"),
    words("who"),
    words("act"),
    words("subject"),
    words("digest"),
)
"""Who did what: only added to. A digest is made of its line and of the digest before it."""
access_log_end = Table("access_log_end", metadata, key("line"), words("digest"))
"""Number and digest of the last line of the log: one line, so that a cut end is noticed."""
rights_version = Table(
    "rights_version",
    metadata,
    key("version"),
    words("who"),
    words("at"),
    words("content"),
)
"""The table of rights (CSV) as an administrator brought it in: the last one holds, none: the shipped one."""
