"""What came in, and whether it counts: batches and the append-only list of their events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import attrgetter

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, insert, select, update

from wenming_metrics.domain.problems import Problem
from wenming_metrics.store import schema
from wenming_metrics.store.changes import note_turned
from wenming_metrics.store.days import among
from wenming_metrics.store.frames import add_rows, append, read_frame, that_count
from wenming_metrics.store.notes import CLEANED, read_note

_PLAIN = ("code", "sheet", "row", "column", "header", "found")
COMMIT, WITHDRAW, REINSTATE = "入库", "撤回", "恢复"
"""Acts in the history of a batch; the last one says whether it counts."""


def add_batch(connection: Connection, facts: dict[str, object], content: bytes) -> int:
    """Record a batch with its original bytes and its first event.

    Takes:   facts - sha256, name, kind, who, good, held, skipped
    Returns: the number of the batch
    """
    _keep_original(connection, str(facts["sha256"]), content)
    number = append(connection, schema.batch.c.batch, facts)
    add_event(connection, number, COMMIT, str(facts["who"]))
    return number


def _keep_original(connection: Connection, sha256: str, content: bytes) -> None:
    """Keep the bytes of a file under their digest, once; those dropped before are kept again."""
    table = schema.original
    mine = table.c.sha256 == sha256
    dropped = connection.execute(select(table.c.dropped_at).where(mine)).scalar()
    if dropped is None:
        columns = {"sha256": sha256, "size": len(content), "content": content}
        connection.execute(insert(table), columns)
    elif dropped:
        connection.execute(update(table).where(mine).values(content=content, dropped_at=""))


def add_event(connection: Connection, batch: int, act: str, who: str, reason: str = "") -> None:
    """Append one act to the history of a batch; the last one says whether it counts."""
    facts = {"batch": batch, "act": act, "who": who, "reason": reason}
    append(connection, schema.batch_event.c.event, facts)
    counts = update(schema.batch).where(schema.batch.c.batch == batch)
    connection.execute(counts.values(live=int(act != WITHDRAW)))
    if act != COMMIT:
        note_turned(connection, batch)


def add_problems(connection: Connection, batch: int, problems: Sequence[Problem]) -> None:
    """Keep the problems that a batch was committed with."""
    columns = {
        "batch": batch,
        "n": range(len(problems)),
        **{name: list(map(attrgetter(name), problems)) for name in _PLAIN},
        "details": _details(problems),
    }
    add_rows(connection, schema.batch_problem, columns)


def _details(problems: Sequence[Problem]) -> list[str]:
    """Write the details as JSON, those that many problems share once."""
    problem_details = [problem.details for problem in problems]
    keys = list(map(id, problem_details))  # alive in `problem_details`, so no two have the same
    encode = json.JSONEncoder(ensure_ascii=False).encode
    written = {
        key: encode(dict(mapping))
        for key, mapping in dict(zip(keys, problem_details, strict=True)).items()
    }
    return list(map(written.__getitem__, keys))


def add_days(connection: Connection, batch: int, days: np.ndarray) -> None:
    """Note how many rows of a batch lie on which day."""
    distinct_days, counts = np.unique(days, return_counts=True)
    add_rows(connection, schema.batch_day, {"batch": batch, "day": distinct_days, "good": counts})


def batch_days(connection: Connection, batch: int) -> list[int]:
    """List the days that rows of a batch lie on."""
    table = schema.batch_day
    query = select(table.c.day).where(table.c.batch == batch).order_by(table.c.day)
    return list(connection.execute(query).scalars())


def days_of(connection: Connection, batches: Sequence[int]) -> dict[int, set[int]]:
    """Give the days that rows of some batches lie on, by batch."""
    table = schema.batch_day
    query = select(table.c.batch, table.c.day).where(table.c.batch.in_([int(b) for b in batches]))
    by_batch: dict[int, set[int]] = {}
    for batch, day in connection.execute(query):
        by_batch.setdefault(batch, set()).add(day)
    return by_batch


def all_days(connection: Connection) -> list[int]:
    """List every day that any batch has rows on, withdrawn ones too."""
    query = select(schema.batch_day.c.day).distinct().order_by(schema.batch_day.c.day)
    return list(connection.execute(query).scalars())


def is_live(connection: Connection, batch: int) -> bool:
    """Say whether a batch counts: committed or reinstated and not withdrawn since."""
    query = select(schema.batch.c.live).where(schema.batch.c.batch == batch)
    return bool(connection.execute(query).scalar())


def live_on(connection: Connection, days: Sequence[int] | range, known_at: str = "") -> np.ndarray:
    """List the batches that count, or counted at a moment, and have rows on some days."""
    table = schema.batch_day
    if known_at:
        on_days = select(table.c.batch).distinct().where(among(table.c.day, days))
        counted = live_at(connection, known_at).index
        return np.array(sorted(set(connection.execute(on_days).scalars()) & set(counted)), np.int64)
    query = that_count(select(table.c.batch).distinct().where(among(table.c.day, days)), table)
    return np.array(sorted(connection.execute(query).scalars()), np.int64)


def live_at(connection: Connection, known_at: str = "") -> pd.Series:
    """List the batches that count, or counted at a moment: when each was committed, by batch.

    Takes: known_at - a `stamp`; "": now
    """
    batch, event = schema.batch, schema.batch_event
    if not known_at:
        query = select(batch.c.batch, batch.c.at).where(batch.c.live == 1)
    else:
        last = select(func.max(event.c.event)).where(event.c.at <= known_at).group_by(event.c.batch)
        query = select(batch.c.batch, batch.c.at).join(event, event.c.batch == batch.c.batch)
        query = query.where(event.c.event.in_(last), event.c.act != WITHDRAW)
    return read_frame(connection, query.order_by(batch.c.batch)).set_index("batch")["at"]


def counted_at(connection: Connection, known_at: str) -> np.ndarray | None:
    """List the batches that counted at a moment; "": None, which stands for those that count now."""
    return live_at(connection, known_at).index.to_numpy(np.int64) if known_at else None


def commit_moments(connection: Connection, batches: Sequence[int]) -> pd.Series:
    """Say when some batches were committed, by batch."""
    table, numbers = schema.batch, sorted({int(batch) for batch in batches})
    query = select(table.c.batch, table.c.at).where(table.c.batch.in_(numbers))
    return read_frame(connection, query).set_index("batch")["at"]


def same_bytes(connection: Connection, sha256: str) -> pd.DataFrame:
    """List earlier batches of the same bytes: batch, name, at, live (1 or 0).

    Also of those from which personal data was taken since: their file has another digest now.
    """
    table = schema.batch
    cleaned = (read_note(connection, CLEANED) or {}).get("digests", {})
    sha256 = cleaned.get(sha256, sha256)
    query = select(table.c.batch, table.c.name, table.c.at, table.c.live)
    return read_frame(connection, query.where(table.c.sha256 == sha256).order_by(table.c.batch))


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
    last_acts = last[["act", "at", "who"]].add_prefix("act_").rename(columns={"act_act": "act"})
    listed = batches.join(last_acts, on="batch").join(spans.astype("Int64"), on="batch")
    return listed.drop(columns=["sha256", "live"])


def batch_facts(connection: Connection, batch: int) -> dict[str, object] | None:
    """Give one batch's own line, or None when there is no such batch."""
    query = select(schema.batch).where(schema.batch.c.batch == batch)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def original_bytes(connection: Connection, batch: int) -> tuple[bytes | None, str]:
    """Give the bytes of the file as it was sent, or None and the moment they were dropped."""
    query = select(schema.original.c.content, schema.original.c.dropped_at).where(
        schema.original.c.sha256 == schema.batch.c.sha256, schema.batch.c.batch == batch
    )
    content, dropped_at = connection.execute(query).one()
    return content, dropped_at
