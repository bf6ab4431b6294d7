"""Which files came when, and which of them count for a window as known at a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection, or_, select

from wenming_metrics.reading.model.reading import PLAN
from wenming_metrics.store import schema
from wenming_metrics.store.batches import COMMIT, WITHDRAW
from wenming_metrics.store.days import among
from wenming_metrics.store.frames import read_frame
from wenming_metrics.store.issues import read_late_choices
from wenming_metrics.store.replacing import replacing_days


@dataclass(frozen=True)
class Cutoff:
    """Which files count for a window, as known at which moment.

    at      - moment of what is known; "": now
    cutoff  - files that came later are late for the window; "": none is
    since   - moment at which the issue before closed; what came after it for `earlier` counts here
    earlier - spans of days (first, last) of the issues before
    rules   - digests of the versions that count, oldest first; empty: those in force
    """

    at: str = ""
    cutoff: str = ""
    since: str = ""
    earlier: tuple[tuple[int, int], ...] = ()
    rules: tuple[str, ...] = ()


def arrivals(connection: Connection, days: Sequence[int], cut: Cutoff) -> pd.DataFrame:
    """List what files say of some days.

    Returns: batch, day, rows, live (1: now), name, arrived, then (was live at the moment), own
             (counts in the issue of its days, however late), counts (for a window of these days)
    """
    files = _files(connection, days)
    acts = _acts(connection, files["batch"].unique().tolist(), cut.at)
    choices = read_late_choices(connection, cut.at)
    covers = replacing_days(connection, days)
    in_own_issue = [
        choices.get(batch, (batch, day) in covers)
        for batch, day in zip(files["batch"], files["day"], strict=True)
    ]
    arrived = np.array([acts[0].get(batch, "") for batch in files["batch"]], object)
    then = [acts[1].get(batch, WITHDRAW) != WITHDRAW for batch in files["batch"]]
    files = files.assign(
        arrived=arrived, then=np.array(then, bool), own=np.array(in_own_issue, bool)
    )
    in_time = (files["arrived"] <= cut.cutoff) if cut.cutoff else pd.Series(True, files.index)
    return files.assign(counts=files["then"] & (in_time | files["own"]))


def _files(connection: Connection, days: Sequence[int]) -> pd.DataFrame:
    table, batch = schema.batch_day, schema.batch
    query = select(
        table.c.batch, table.c.day, table.c.good.label("rows"), batch.c.live, batch.c.name
    )
    query = query.join(batch, batch.c.batch == table.c.batch).where(among(table.c.day, days))
    query = query.where(batch.c.kind != PLAN)  # plans are read as they are in force
    return read_frame(connection, query.order_by(table.c.batch, table.c.day))


def _acts(
    connection: Connection, batches: list[int], known_at: str
) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Give the moment each batch came, and the last act on it that was known at a moment."""
    table = schema.batch_event
    query = select(table.c.batch, table.c.act, table.c.at).where(table.c.batch.in_(batches))
    came, last = {}, {}
    for batch, act, moment in connection.execute(query.order_by(table.c.event)):
        if act == COMMIT:
            came[batch] = moment
        if not known_at or moment <= known_at:
            last[batch] = act
    return came, last


def late_arrivals(connection: Connection, cut: Cutoff) -> pd.DataFrame:
    """List what counts of the days of earlier issues; `late`: it counts here, not there."""
    files = arrivals(connection, _late_days(connection, cut), Cutoff(cut.at))
    arrived = files["arrived"]
    counts = files["then"] & ((arrived <= cut.cutoff) | files["own"])
    return files.assign(counts=counts, late=counts & ~files["own"] & (arrived > cut.since))


def _late_days(connection: Connection, cut: Cutoff) -> list[int]:
    """List the days of earlier issues that files came for after these had closed."""
    if not cut.earlier:
        return []
    event, days = schema.batch_event, schema.batch_day
    query = select(days.c.day).distinct().join(event, event.c.batch == days.c.batch)
    query = query.where(event.c.act == COMMIT, event.c.at > cut.since, event.c.at <= cut.cutoff)
    query = query.where(or_(*(days.c.day.between(*span) for span in cut.earlier)))
    return sorted(connection.execute(query).scalars())
