"""What came in, and whether it counts: batches and the append-only list of their events."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, insert, select

from wenming_metrics.problems import Problem
from wenming_metrics.store import schema
from wenming_metrics.store.database import add_rows, next_number, read_frame, stamp

COMMIT, WITHDRAW, RESTORE = "入库", "撤回", "恢复"
"""Acts in the history of a batch; the last one says whether it counts."""


def add_batch(connection: Connection, facts: dict[str, object], content: bytes) -> int:
    """Record a batch with its original bytes and its first event.

    Takes:   facts - sha256, name, kind, who, good, held, skipped
    Returns: the number of the batch
    """
    number = next_number(connection, schema.batch.c.batch)
    known = select(schema.original.c.sha256).where(schema.original.c.sha256 == facts["sha256"])
    if connection.execute(known).first() is None:
        kept = {"sha256": facts["sha256"], "size": len(content), "content": content}
        connection.execute(insert(schema.original), kept)
    connection.execute(insert(schema.batch), {**facts, "batch": number, "at": stamp()})
    add_event(connection, number, COMMIT, str(facts["who"]))
    return number


def add_event(connection: Connection, batch: int, act: str, who: str, reason: str = "") -> None:
    """Append one act to the history of a batch."""
    event = {"event": next_number(connection, schema.batch_event.c.event), "batch": batch}
    told = {"act": act, "at": stamp(), "who": who, "reason": reason}
    connection.execute(insert(schema.batch_event), {**event, **told})


def add_problems(connection: Connection, batch: int, problems: Sequence[Problem]) -> None:
    """Keep the problems that a batch was committed with."""
    columns = {
        "batch": batch,
        "n": range(len(problems)),
        "code": [p.code for p in problems],
        "sheet": [p.sheet for p in problems],
        "row": [p.row for p in problems],
        "column": [p.column for p in problems],
        "header": [p.header for p in problems],
        "found": [p.found for p in problems],
        "details": [json.dumps(dict(p.details), ensure_ascii=False) for p in problems],
    }
    add_rows(connection, schema.batch_problem, columns)


def add_days(connection: Connection, batch: int, days: np.ndarray) -> None:
    """Note how many rows of a batch lie on which day."""
    found, counts = np.unique(days, return_counts=True)
    add_rows(connection, schema.batch_day, {"batch": batch, "day": found, "good": counts})


def batch_days(connection: Connection, batch: int) -> list[int]:
    """List the days that rows of a batch lie on."""
    table = schema.batch_day
    query = select(table.c.day).where(table.c.batch == batch).order_by(table.c.day)
    return list(connection.execute(query).scalars())


def all_days(connection: Connection) -> list[int]:
    """List every day that any batch has rows on, withdrawn ones too."""
    query = select(schema.batch_day.c.day).distinct().order_by(schema.batch_day.c.day)
    return list(connection.execute(query).scalars())


def last_acts(connection: Connection, known_at: str | None = None) -> dict[int, str]:
    """Give the last act of every batch, as known at a moment (None: now)."""
    table = schema.batch_event
    newest = select(func.max(table.c.event)).group_by(table.c.batch)
    if known_at is not None:
        newest = newest.where(table.c.at <= known_at)
    query = select(table.c.batch, table.c.act).where(table.c.event.in_(newest))
    return {number: act for number, act in connection.execute(query)}


def live_batches(connection: Connection, known_at: str | None = None) -> np.ndarray:
    """List the batches that count: committed or restored and not withdrawn since."""
    acts = last_acts(connection, known_at)
    return np.array(sorted(n for n, act in acts.items() if act != WITHDRAW), np.int64)


def live_on(connection: Connection, days: Sequence[int]) -> np.ndarray:
    """List the batches that count and have rows on some days."""
    table = schema.batch_day
    query = select(table.c.batch).distinct().where(table.c.day.in_(days))
    acts = last_acts(connection)
    there = connection.execute(query).scalars()
    return np.array(sorted(n for n in there if acts[n] != WITHDRAW), np.int64)


def same_bytes(connection: Connection, sha256: str) -> pd.DataFrame:
    """List earlier batches of the same bytes: batch, name, at, act (the last one)."""
    table = schema.batch
    query = select(table.c.batch, table.c.name, table.c.at).where(table.c.sha256 == sha256)
    found = read_frame(connection, query.order_by(table.c.batch))
    return found.assign(act=found["batch"].map(last_acts(connection)))


def list_batches(connection: Connection) -> pd.DataFrame:
    """List all batches, newest first.

    Returns: batch, name, kind, who, at, good, held, skipped, act (last), act_at, act_who,
             first_day, last_day (ordinals, <NA> without rows)
    """
    batches = read_frame(connection, select(schema.batch).order_by(schema.batch.c.batch.desc()))
    events = read_frame(connection, select(schema.batch_event).order_by(schema.batch_event.c.event))
    last = events.groupby("batch").last()
    days = schema.batch_day
    spans = read_frame(
        connection,
        select(
            days.c.batch,
            func.min(days.c.day).label("first_day"),
            func.max(days.c.day).label("last_day"),
        ).group_by(days.c.batch),
    ).set_index("batch")
    told = last[["act", "at", "who"]].add_prefix("act_").rename(columns={"act_act": "act"})
    found = batches.join(told, on="batch").join(spans.astype("Int64"), on="batch")
    return found.drop(columns="sha256")


def batch_facts(connection: Connection, batch: int) -> dict[str, object] | None:
    """Give one batch's own line, or None when there is no such batch."""
    query = select(schema.batch).where(schema.batch.c.batch == batch)
    found = connection.execute(query).mappings().first()
    return dict(found) if found else None


def original_bytes(connection: Connection, batch: int) -> bytes:
    """Give the bytes of the file as it was sent."""
    query = select(schema.original.c.content).where(
        schema.original.c.sha256 == schema.batch.c.sha256, schema.batch.c.batch == batch
    )
    return connection.execute(query).scalar_one()
