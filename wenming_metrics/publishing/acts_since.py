"""What was done, since an issue was signed, to the days that it speaks of."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, select

from wenming_metrics.domain.registers import ancestors
from wenming_metrics.publishing.issues import Issue
from wenming_metrics.queries.files.batches import KINDS
from wenming_metrics.queries.scores.arrivals import Cutoff, arrivals
from wenming_metrics.reading.model.reading import PLAN, REGISTER_KINDS
from wenming_metrics.store import schema
from wenming_metrics.store.batches import COMMIT
from wenming_metrics.store.days import among
from wenming_metrics.store.frames import read_frame
from wenming_metrics.store.issues import read_decisions
from wenming_metrics.store.registers import read_register

HERE, LATER, IN_FORCE = "更正本期", "迟到，计入以后的一期", "按现在的"
"""What an act does to the issue's own figures."""
_FACTS = ("metric", "external", "document", "adjustment")
_COLUMNS = ["at", "who", "act", "what", "reason", "effect", "batch"]


def acts_since(
    connection: Connection, issue: Issue, known_at: str, cut: Cutoff, *, facts: bool
) -> pd.DataFrame:
    """List what was done to an issue's days since a moment, in order.

    Takes:   cut - which files count in it now; facts - whether metrics, external scores, documents
             and adjustments make part of the score
    Returns: at, who, act, what (the file, the row), reason, effect (HERE, LATER or IN_FORCE),
             batch (-1: no single one)
    """
    spans = [(issue.window.days.start, issue.window.days.stop - 1), *cut.earlier]
    days = sorted({day for first, last in spans for day in range(first, last + 1)})
    frames = [
        _of_files(connection, issue, days, known_at, cut),
        _of_rows(connection, days, known_at),
        _of_choices(connection, issue, known_at),
        _of_others(connection, issue, known_at, facts=facts),
    ]
    acts = pd.concat([frame for frame in frames if len(frame)] or [pd.DataFrame(columns=_COLUMNS)])
    return acts[_COLUMNS].sort_values("at", kind="stable", ignore_index=True)


def _of_files(
    connection: Connection, issue: Issue, days: list[int], known_at: str, cut: Cutoff
) -> pd.DataFrame:
    """List what came, was withdrawn or reinstated; of other days only what has rows on them."""
    batch, on = schema.batch, schema.batch_day
    with_rows = select(on.c.batch).where(among(on.c.day, days))
    acts = _events(connection, known_at, batch.c.batch.in_(with_rows) & (batch.c.kind != PLAN))
    arrived = arrivals(connection, list(issue.window.days), cut)
    in_time = set(arrived.loc[(arrived["arrived"] <= issue.cutoff) | arrived["own"], "batch"])
    late = set(arrived["batch"]) - in_time
    outside = set(acts["batch"]) - set(arrived["batch"])
    outside &= set(acts.loc[acts["act"] == COMMIT, "batch"])  # late for an earlier issue
    acts = acts[~acts["batch"].isin(outside)]
    effect = [LATER if number in late else HERE for number in acts["batch"]]
    what = [f"第 {line.batch} 批 {line.name}" for line in acts.itertuples()]
    return acts.assign(what=what, effect=effect)


def _events(connection: Connection, known_at: str, which: ColumnElement[bool]) -> pd.DataFrame:
    """List what was done to some files since a moment: at, who, act, reason, batch, kind, name."""
    event, batch = schema.batch_event, schema.batch
    names = (event.c.at, event.c.who, event.c.act, event.c.reason)
    query = select(*names, batch.c.batch, batch.c.kind, batch.c.name)
    query = query.join(batch, batch.c.batch == event.c.batch).where(event.c.at > known_at, which)
    return read_frame(connection, query.order_by(event.c.event))


def _of_rows(connection: Connection, days: list[int], known_at: str) -> pd.DataFrame:
    """List what was decided of single rows (复核)."""
    decisions = read_decisions(connection)
    decisions = decisions[(decisions["at"] > known_at) & decisions["day"].isin(days)]
    batches = connection.execute(select(schema.batch.c.batch, schema.batch.c.name))
    names = {batch: name for batch, name in batches}
    what = [f"第 {line.batch} 批 {names[line.batch]} 的一行" for line in decisions.itertuples()]
    reasons = [f"{line.reason}（{line.approver}批准）" for line in decisions.itertuples()]
    act = [f"复核{line.act}" for line in decisions.itertuples()]
    return decisions.assign(what=what, reason=reasons, act=act, effect=HERE)


def _of_choices(connection: Connection, issue: Issue, known_at: str) -> pd.DataFrame:
    """List which late files people placed in the issue, or in the next."""
    table, batch, on = schema.late_choice, schema.batch, schema.batch_day
    with_rows = select(on.c.batch).where(among(on.c.day, issue.window.days))
    query = (
        select(table.c.at, table.c.who, table.c.own, table.c.reason, batch.c.batch, batch.c.name)
        .join(batch, batch.c.batch == table.c.batch)
        .where(table.c.at > known_at, table.c.batch.in_(with_rows))
    )
    choices = read_frame(connection, query)
    act = np.where(choices["own"] == 1, "迟到计入本期", "迟到计入下一期")
    what = [f"第 {line.batch} 批 {line.name}" for line in choices.itertuples()]
    return choices.assign(act=act, what=what, effect=HERE)


def _of_others(connection: Connection, issue: Issue, known_at: str, *, facts: bool) -> pd.DataFrame:
    """List what was done to files that are read as they are in force: registers, plans, facts."""
    batch, on = schema.batch, schema.batch_day
    kinds = sorted({*REGISTER_KINDS, *(_FACTS if facts else ())})
    planned = select(on.c.batch).where(among(on.c.day, issue.window.days), batch.c.kind == PLAN)
    of_others = batch.c.kind.in_(kinds) | batch.c.batch.in_(planned)
    acts = _events(connection, known_at, of_others)
    what = [f"{KINDS[line.kind]} {line.name}" for line in acts.itertuples()]
    return acts.assign(what=what, effect=IN_FORCE, batch=-1)


def touched(connection: Connection, acts: pd.DataFrame, board: str) -> dict[int, list[str]]:
    """Say which units of a board each act has to do with: unit -> acts in words, in order."""
    numbers = [int(batch) for batch in acts["batch"].unique() if batch >= 0]
    units = _units(connection, numbers)
    above = ancestors(read_register(connection), board)
    acts_by_unit: dict[int, list[str]] = {}
    for line in acts[acts["batch"] >= 0].itertuples():
        sentence = f"{line.act} {line.what}（{line.who}，{line.at[5:16].replace('T', ' ')}）"
        for unit in sorted({int(above[row_unit]) for row_unit in units[line.batch]} - {-1}):
            acts_by_unit.setdefault(unit, []).append(sentence)
    return acts_by_unit


def _units(connection: Connection, batches: list[int]) -> dict[int, set[int]]:
    """Give the units that rows of some batches name in any role."""
    units: dict[int, set[int]] = {batch: set() for batch in batches}
    days = select(schema.batch_day.c.day).where(schema.batch_day.c.batch.in_(batches))
    for table in (schema.row, schema.row_unit):
        query = select(table.c.batch, table.c.unit).distinct()
        query = query.where(table.c.day.in_(days), table.c.batch.in_(batches))
        for batch, unit in connection.execute(query):
            units[batch].add(unit)
    return units
