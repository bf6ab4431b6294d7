"""What was read and what was changed: tables, by the month or the batch of their lines.

Every statement of a connection passes here before it is sent. While somebody reads with `noting`, the
extents of the store that the statements rest on are gathered; what a transaction wrote is kept in the
store with it, under the number of the change. So an answer holds as long as no later change names a
part that it rests on, whichever program made the change. A clause that is not understood stands
for the whole table: an answer is then made anew too often, never too seldom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

import numpy as np
import pandas as pd
from sqlalchemy import Column, Connection, Engine, Table, delete, event, insert, select
from sqlalchemy.sql import Delete, Insert, Select, Update, operators, visitors
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ClauseElement,
    ExpressionClauseList,
    Grouping,
)
from sqlalchemy.sql.selectable import AliasedReturnsRows, CompoundSelect, Join

from wenming_metrics.store import schema
from wenming_metrics.store.days import month_of

Extent = tuple[str, str]
"""A table and the span of its lines: a month (yyyymm), a batch, a kind; "" is the whole table."""
EVERYTHING: Extent = ("", "")
RESTS_ON = "rests_on"
"""Execution option of a statement whose author knows better than its clauses say: its extents."""
KEPT = 1_000
"""So many changes are remembered: a program that has seen none of them begins anew."""
_SPLIT_BY = {"running_sum": "at", "month_sites": "month", "record": "kind"}
_UNTRACKED = {
    *("store", "note", "change_log"),
    *("account", "session", "guess", "access_log", "access_log_end", "rights_version"),
}
"""No figure rests on them."""
_read: ContextVar[set[Extent] | None] = ContextVar("read", default=None)
_writes: ContextVar[set[Extent] | None] = ContextVar("writes", default=None)
_own = {"commits": 0}
Limits = dict[Column, set]
"""Columns that a clause holds to certain values; ranges of days are given as their days."""


def watch(engine: Engine) -> None:
    """Look at every statement that an engine is given."""
    event.listen(engine, "before_execute", _look)


@contextmanager
def noting() -> Iterator[set[Extent]]:
    """Gather the extents that are read meanwhile, in this thread."""
    extents: set[Extent] = set()
    token = _read.set(extents)
    try:
        yield extents
    finally:
        _read.reset(token)


def note_read(extents: Iterable[Extent]) -> None:
    """Say that what is being made rests on some extents, though no statement reads them now."""
    gathered = _read.get()
    if gathered is not None:
        gathered.update(extents)


@contextmanager
def recording(connection: Connection) -> Iterator[None]:
    """Keep with a transaction which extents it changed. To be left before the commit."""
    extents: set[Extent] = set()
    token = _writes.set(extents)
    try:
        yield
    finally:
        _writes.reset(token)
    table, number = schema.change_log, schema.store.c.seq
    seq = connection.execute(select(number)).scalar_one()
    lines = [{"seq": seq, "table_name": name, "span": span} for name, span in sorted(extents)]
    if lines:
        connection.execute(insert(table), lines)
        connection.execute(delete(table).where(table.c.seq < seq - KEPT))


def changes_after(connection: Connection, seq: int, last: int) -> list[tuple[int, str, str]] | None:
    """List what the changes after one touched, as (number, table, span); None: too many to be known.

    Takes: last - number of the last change
    """
    if last - seq > KEPT:
        return None
    table = schema.change_log
    return [tuple(line) for line in connection.execute(select(table).where(table.c.seq > seq))]


def count_commit() -> None:
    """Note that this process has changed a store: whoever has looked at it looks again."""
    _own["commits"] += 1


def commits() -> int:
    """Say how often this process has changed a store."""
    return _own["commits"]


def note_lines(table: Table, columns: Mapping[str, object] | None) -> None:
    """Say that lines are added to a table. Takes: columns - of the lines; None: any"""
    writes = _writes.get()
    if writes is None or table.name in _UNTRACKED:
        return
    column = split_by(table)
    if columns is None or column is None or column not in columns:
        writes.add((table.name, ""))
        return
    writes |= {(table.name, span) for span in spans_of(table, _distinct(columns[column]))}


def note_turned(connection: Connection, batch: int) -> None:
    """Say that a batch counts no more, or counts again: whatever holds lines of it has changed."""
    writes = _writes.get()
    if writes is None:
        return
    days = schema.batch_day
    on_days = connection.scalars(select(days.c.day).where(days.c.batch == batch)).all()
    for table in schema.metadata.sorted_tables:
        column = split_by(table)
        if "batch" not in table.columns or table is schema.batch:
            continue
        if column is None:
            writes.add((table.name, ""))
        elif column == "day":
            writes |= {(table.name, span) for span in spans_of(table, on_days)}
        else:
            values = select(table.c[column]).where(table.c.batch == batch).distinct()
            writes |= {(table.name, span) for span in spans_of(table, connection.scalars(values))}


@lru_cache(maxsize=128)
def split_by(table: Table) -> str | None:
    """Name the column by which the lines of a table are told apart, None: it is one part."""
    if table.name in _SPLIT_BY:
        return _SPLIT_BY[table.name]
    keys = table.primary_key.columns
    return next((name for name in ("day", "batch") if name in keys), None)


def spans_of(table: Table, values: Iterable) -> set[str]:
    """Give the spans that values of the column lie in by which a table is split."""
    if split_by(table) in ("day", "at"):
        return {str(month_of(int(day))) if day and day > 0 else "" for day in values}
    return {str(cell) for cell in values}


def _distinct(cells: object) -> Sequence:
    if isinstance(cells, pd.Series):
        return cells.unique().tolist()
    if isinstance(cells, np.ndarray):
        return np.unique(cells).tolist()
    return list(set(cells)) if isinstance(cells, list | tuple | range) else [cells]


def _look(
    _connection: Connection,
    statement: ClauseElement,
    many: Sequence[Mapping],
    single: Mapping,
    options: Mapping,
) -> None:
    read, writes = _read.get(), _writes.get()
    if isinstance(statement, Insert | Update | Delete):
        if writes is not None:
            _note_write(statement, [*many, *([single] if single else [])])
    elif read is not None:
        stated = statement.get_execution_options().get(RESTS_ON) or options.get(RESTS_ON)
        read |= stated or extents_read(statement)


def _note_write(statement: Insert | Update | Delete, lines: Sequence[Mapping]) -> None:
    table = statement.table
    column = split_by(table)
    if isinstance(statement, Insert):
        is_split = bool(lines) and column is not None and all(column in line for line in lines)
        note_lines(table, {column: [line[column] for line in lines]} if is_split else None)
        return
    values = _limits_of(statement.whereclause).get(table.c[column]) if column else None
    note_lines(table, None if values is None else {column: list(values)})


def extents_read(statement: ClauseElement) -> set[Extent]:
    """Give the extents of the store that a statement rests on."""
    if isinstance(statement, CompoundSelect):
        return set().union(*map(extents_read, statement.selects))
    if not isinstance(statement, Select):
        return {EVERYTHING}
    from_tables, clauses = _sources(statement)
    extents: set[Extent] = set()
    nested_ids: set[int] = set()
    for element in visitors.iterate(statement):
        if id(element) in nested_ids:
            continue
        if isinstance(element, Select | CompoundSelect) and element is not statement:
            extents |= extents_read(element)
            nested_ids |= set(map(id, visitors.iterate(element)))
        elif isinstance(element, AliasedReturnsRows) and isinstance(element.element, Table):
            extents.add((element.element.name, ""))
        elif isinstance(element, Table) and element not in from_tables:
            extents.add((element.name, ""))
    held_values: Limits = {}
    for clause, always in clauses:
        held_values = _merge(held_values, _limits_of(clause)) if always else held_values
    equal = [twins for clause, _ in clauses for twins in _equal_columns(clause)]
    for column, twin in [*equal, *(twins[::-1] for twins in equal)]:
        if column in held_values:
            held_values = _merge(held_values, {twin: held_values[column]})
    for table in from_tables:
        if table.name in _UNTRACKED or (table is schema.batch and _only_counts(statement, equal)):
            continue
        column = split_by(table)
        values = held_values.get(table.c[column]) if column else None
        spans = {""} if values is None else spans_of(table, values)
        extents |= {(table.name, span) for span in spans}
    return extents


def _sources(statement: Select) -> tuple[list[Table], list[tuple[ClauseElement | None, bool]]]:
    """Give the tables that a statement reads itself, and its clauses: each with whether it always holds."""
    from_tables, clauses = [], [(statement.whereclause, True)]
    origins = list(statement.get_final_froms())
    while origins:
        origin = origins.pop()
        if isinstance(origin, Join):
            origins += [origin.left, origin.right]
            clauses.append((origin.onclause, not (origin.isouter or origin.full)))
        elif isinstance(origin, Table):
            from_tables.append(origin)
    return from_tables, clauses


def _only_counts(statement: Select, equal: Sequence[tuple[Column, Column]]) -> bool:
    """Say whether batches are asked only whether lines of other tables count.

    Then a batch that begins or ceases to count is noted with those lines, see `note_turned`.
    """
    batch = schema.batch.c
    joined = any(batch.batch in twins for twins in equal)
    return joined and not any(
        element is batch.live
        for column in statement.selected_columns
        for element in visitors.iterate(column)
    )


def _equal_columns(clause: ClauseElement | None) -> Iterator[tuple[Column, Column]]:
    if isinstance(clause, Grouping):
        yield from _equal_columns(clause.element)
    elif isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for term in clause.clauses:
            yield from _equal_columns(term)
    elif isinstance(clause, BinaryExpression) and clause.operator is operators.eq:
        if isinstance(clause.left, Column) and isinstance(clause.right, Column):
            yield clause.left, clause.right


def _limits_of(clause: ClauseElement | None) -> Limits:
    """Say which columns a clause holds to which values."""
    if isinstance(clause, Grouping):
        return _limits_of(clause.element)
    if isinstance(clause, BooleanClauseList):
        terms = [_limits_of(term) for term in clause.clauses]
        if clause.operator is operators.and_:
            held_values: Limits = {}
            for more in terms:
                held_values = _merge(held_values, more)
            return held_values
        if clause.operator is operators.or_ and terms:
            columns = set(terms[0]).intersection(*terms[1:])
            return {column: set().union(*(term[column] for term in terms)) for column in columns}
    if isinstance(clause, BinaryExpression) and isinstance(clause.left, Column):
        values = _values(clause)
        return {} if values is None else {clause.left: values}
    return {}


def _merge(held_values: Limits, more: Limits) -> Limits:
    shared = {
        column: held_values[column] & more[column] for column in held_values if column in more
    }
    return {**held_values, **more, **shared}


def _values(clause: BinaryExpression) -> set | None:
    right = clause.right
    if clause.operator is operators.between_op and isinstance(right, ExpressionClauseList):
        ends = [
            bound.effective_value for bound in right.clauses if isinstance(bound, BindParameter)
        ]
        return set(range(ends[0], ends[1] + 1)) if len(ends) == 2 else None
    if not isinstance(right, BindParameter) or right.callable is not None:
        return None
    if clause.operator is operators.eq:
        return {right.value} if right.value is not None else None
    if clause.operator is operators.in_op and isinstance(right.value, list | tuple | set):
        return set(right.value)
    return None
