"""Cells of held rows that a person put right, and what became of it: appended, never changed.

A correction waits for a second person, or is taken over as a batch of its own, or is refused. Taken
back with that batch, it counts no more, and its row waits again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, insert, select

from wenming_metrics.store import schema
from wenming_metrics.store.database import stamp
from wenming_metrics.store.frames import append, read_frame

TAKEN, REFUSED = "更正入库", "退回更正"
Cell = tuple[int, str, str, str, str]
"""Position, header as typed, name of the column ("": none), what stood there, what stands there now."""


def add_correction(
    connection: Connection, row: tuple[int, int, int], cells: Sequence[Cell], who: str, grounds: str
) -> int:
    """Append what a person wrote; gives its number. Takes: row - batch, sheet, Excel's row"""
    batch, sheet, source_row = map(int, row)
    facts = {"batch": batch, "sheet": sheet, "source_row": source_row, "who": who}
    cells_json = json.dumps(list(cells), ensure_ascii=False)
    number = schema.correction.c.correction
    return append(connection, number, {**facts, "cells": cells_json, "reason": grounds})


def end_correction(
    connection: Connection, correction: int, act: str, who: str, grounds: str, by_batch: int | None
) -> None:
    """Append what became of a correction: TAKEN as a batch, or REFUSED."""
    facts = {"correction": correction, "act": act, "by_batch": by_batch, "at": stamp()}
    connection.execute(insert(schema.correction_end), {**facts, "who": who, "reason": grounds})


def read_corrections(connection: Connection) -> pd.DataFrame:
    """Read all corrections, the first one first.

    Returns: correction, batch, sheet, source_row, cells (tuple of `Cell`), reason, who, at; act (""
             while it waits), by_batch (0: none), ended_by, ended_at, end_reason; counts (the batch
             that it was taken over as is live)
    """
    correction, end, batch = schema.correction, schema.correction_end, schema.batch
    ended = [end.c.who.label("ended_by"), end.c.at.label("ended_at")]
    ended += [end.c.reason.label("end_reason"), end.c.act, end.c.by_batch]
    query = (
        select(correction, *ended, batch.c.live)
        .join(end, end.c.correction == correction.c.correction, isouter=True)
        .join(batch, batch.c.batch == end.c.by_batch, isouter=True)
        .order_by(correction.c.correction)
    )
    lines = read_frame(connection, query)
    texts = ["ended_by", "ended_at", "end_reason", "act"]
    filled = lines.astype(dict.fromkeys(texts, object)).fillna(dict.fromkeys(texts, ""))
    numbers = filled[["by_batch", "live"]].astype("Float64").fillna(0).astype("int64")
    cells = [tuple(tuple(cell) for cell in json.loads(text)) for text in lines["cells"]]
    counts = numbers["live"].astype(bool)
    filled = filled.assign(cells=cells, by_batch=numbers["by_batch"], counts=counts)
    return filled.drop(columns="live")


def keep_answers(connection: Connection, batch: int, answers: str) -> None:
    """Keep what the sender of a file said of it, as JSON."""
    connection.execute(insert(schema.sender_answers), {"batch": batch, "answers": answers})


def answers_kept(connection: Connection, batch: int) -> str:
    """Give what the sender of a file said of it, as JSON; "" where nothing is kept."""
    table = schema.sender_answers
    query = select(table.c.answers).where(table.c.batch == batch)
    return connection.execute(query).scalar() or ""
