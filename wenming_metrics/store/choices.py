"""What people said of headers and names that were not known: remembered, listed, forgettable."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Connection, Table, select, update

from wenming_metrics.store import schema
from wenming_metrics.store.database import stamp
from wenming_metrics.store.frames import append, read_frame

HEADER, NAME = "header", "name"
_BARE = "#bare"
_TABLES = {HEADER: schema.header_choice, NAME: schema.name_choice}


def add_header(connection: Connection, fingerprint: str, header: str, name: str, who: str) -> None:
    """Remember what a header means in tables of one form; what was said of it before is forgotten.

    Takes: header - normalised; name - of the column, "" where it is not read
    """
    table = schema.header_choice
    same = (table.c.fingerprint == fingerprint) & (table.c.header == header)
    _forget(connection, table, same)
    facts = {"fingerprint": fingerprint, "header": header, "name": name}
    _add(connection, table, facts, who)


def add_name(connection: Connection, kind: str, written: str, target: int, who: str) -> None:
    """Remember what a written name stands for; what was said of it before is forgotten.

    Takes: kind - "unit", "item" or "point_type"; written - normalised; target - its number
    """
    table = schema.name_choice
    _forget(connection, table, (table.c.kind == kind) & (table.c.written == written))
    facts = {"kind": kind, "written": written, "target": target, "valid_from": 0}
    _add(connection, table, facts, who)


def forget_form(connection: Connection, fingerprint: str) -> None:
    """Forget all that was said of tables of one form, but not what bare numbers are in them."""
    table = schema.header_choice
    _forget(connection, table, (table.c.fingerprint == fingerprint) & (table.c.header != _BARE))


def forget(connection: Connection, what: str, choice: int) -> None:
    """Forget one choice: what = HEADER or NAME. What was stored by it stays as it is."""
    table = _TABLES[what]
    _forget(connection, table, table.c.choice == choice)


def read_headers(connection: Connection) -> pd.DataFrame:
    """Read the headers in force: choice, fingerprint, header, name, who, at, oldest first."""
    return _read(connection, schema.header_choice)


def read_names(connection: Connection) -> pd.DataFrame:
    """Read the names in force: choice, kind, written, target, valid_from, who, at, oldest first."""
    return _read(connection, schema.name_choice)


def _add(connection: Connection, table: Table, facts: Mapping[str, object], who: str) -> None:
    append(connection, table.c.choice, {**facts, "who": who})


def _forget(connection: Connection, table: Table, which: object) -> None:
    statement = update(table).where(which, table.c.forgotten_at == "")
    connection.execute(statement.values(forgotten_at=stamp()))


def _read(connection: Connection, table: Table) -> pd.DataFrame:
    query = select(table).where(table.c.forgotten_at == "").order_by(table.c.choice)
    return read_frame(connection, query).drop(columns="forgotten_at")
