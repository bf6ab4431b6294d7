"""The items and point types that rows are numbered by: shipped ones, and the office's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import pandas as pd
from sqlalchemy import Connection, delete, select

from wenming_metrics.rules.entries import Entry
from wenming_metrics.store import schema
from wenming_metrics.store.database import stamp
from wenming_metrics.store.frames import add_rows, append, next_number, read_frame

_LISTS = ("point_types", "aliases")


def read_entries(connection: Connection) -> list[Entry]:
    """Read all entries as they hold now, shipped ones and the office's own."""
    frame = read_frame(connection, select(schema.catalogue_entry).order_by(_KEY))
    frame = frame.drop_duplicates(["kind", "number"], keep="last")
    return [_entry(line) for line in frame.to_dict("records")]


def read_own_lines(connection: Connection) -> pd.DataFrame:
    """List when and by whom each own entry was added first: kind, number, who, at."""
    table = schema.catalogue_entry
    query = select(table.c.kind, table.c.number, table.c.who, table.c.at)
    lines = read_frame(connection, query.where(table.c.own == 1).order_by(_KEY))
    return lines.drop_duplicates(["kind", "number"], keep="first").reset_index(drop=True)


def add_entry(connection: Connection, entry: Entry, who: str) -> None:
    """Add an entry of the office's own, or how it is from now on."""
    append(connection, _KEY, {**_facts(entry), "who": who})


def record_shipped(connection: Connection, entries: Sequence[Entry]) -> None:
    """Record by which numbers of shipped entries the rows of this store are numbered."""
    lines = [_facts(entry) for entry in entries]
    first = next_number(connection, _KEY)
    columns = {name: [line[name] for line in lines] for name in lines[0]} if lines else {}
    numbers = range(first, first + len(lines))
    add_rows(connection, schema.catalogue_entry, {**columns, "entry": numbers, "at": stamp()})


def forget_shipped(connection: Connection) -> None:
    """Forget the numbering of a store in which nothing is numbered by it yet."""
    connection.execute(delete(schema.catalogue_entry).where(schema.catalogue_entry.c.own == 0))


_KEY = schema.catalogue_entry.c.entry


def _facts(entry: Entry) -> dict[str, object]:
    lists = {name: json.dumps(getattr(entry, name), ensure_ascii=False) for name in _LISTS}
    return {**asdict(entry), **lists, "own": int(entry.own)}


def _entry(line: dict[str, object]) -> Entry:
    lists = {name: tuple(json.loads(str(line[name]))) for name in _LISTS}
    texts = {name: str(line[name]) for name in ("kind", "code", "name", "category", "indicator")}
    numbers = {name: int(line[name]) for name in ("number", "full_mark")}
    return Entry(**texts, **numbers, **lists, own=bool(line["own"]))


def unrecorded(shipped: Iterable[Entry], recorded: Iterable[Entry]) -> list[Entry]:
    """Keep the shipped entries that a store does not know yet, as this program has them."""
    recorded_keys = {(entry.kind, entry.number, entry.name) for entry in recorded}
    return [
        entry for entry in shipped if (entry.kind, entry.number, entry.name) not in recorded_keys
    ]
