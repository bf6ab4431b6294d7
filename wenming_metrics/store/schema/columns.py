"""Where the tables are gathered, and the few kinds of columns that they are made of."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, Text, text

metadata = MetaData()
CLUSTERED = {"sqlite_with_rowid": False}
"""SQLite keeps such a table in the order of its key: a day's rows lie together on disk."""


def key(name: str, type_: type = Integer) -> Column:
    """Make a column of a table's key, which the program numbers."""
    return Column(name, type_, primary_key=True, autoincrement=False)


def required(name: str, type_: type = Integer, default: str | None = None) -> Column:
    """Make a column that always holds a number, or bytes."""
    default = None if default is None else text(default)
    return Column(name, type_, nullable=False, server_default=default)


def words(name: str) -> Column:
    """Make a column of text, "" where there is none."""
    return Column(name, Text, nullable=False, server_default=text("''"))
