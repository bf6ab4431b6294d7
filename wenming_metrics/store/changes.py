"""What was read and what was changed: tables, by the month or the batch of their lines.

Every statement of a connection passes here before it is sent. While somebody reads with `noting`, the
parts of the store that the statements rest on are gathered; what a transaction wrote is kept in the
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
from sqlalchemy.sql.selectable import CompoundSelect, Join

from wenming_metrics.store import schema
from wenming_metrics.store.days import month_of

Part = tuple[str, str]
"""A table and the span of its lines: a month (yyyymm), a batch, a kind; "" is the whole table."""
EVERYTHING: Part = ("", "")
RESTS_ON = "rests_on"
"""Execution option of a statement whose author knows better than its clauses say: its parts."""
KEPT = 1_000
"""So many changes are remembered: a program that has seen none of them begins anew."""
_SPLIT_BY = {"running_sum": "at", "month_sites": "month", "record": "kind"}
_UNTRACKED = {"store", "note", "changed_part"}
"""No figure rests on them."""
_read: ContextVar[set[Part] | None] = ContextVar("read", default=None)
_written: ContextVar[set[Part] | None] = ContextVar("written", default=None)
_own = {"commits": 0}
Limits = dict[Column, set]
"""Columns that a clause holds to certain values; ranges of days are given as their days."""


def watch(engine: Engine) -> None:
    """Look at every statement that an engine is given."""
    event.listen(engine, "before_execute", _look)


@contextmanager
def noting() -> Iterator[set[Part]]:
    """Gather the parts that are read meanwhile, in this thread."""
    parts: set[Part] = set()
    token = _read.set(parts)
    try:
        yield parts
    finally:
        _read.reset(token)


def note_read(parts: Iterable[Part]) -> None:
    """Say that what is being made rests on some parts, though no statement reads them now."""
    gathered = _read.get()
    if gathered is not None:
        gathered.update(parts)


@contextmanager
def recording(connection: Connection) -> Iterator[None]:
    """Keep with a transaction which parts it changed. To be left before the commit."""
    parts: set[Part] = set()
    token = _written.set(parts)
    try:
        yield
    finally:
        _written.reset(token)
    table, number = schema.changed_part, schema.store.c.seq
    seq = connection.execute(select(number)).scalar_one()
    lines = [{"seq": seq, "part": part, "span": span} for part, span in sorted(parts)]
    if lines:
        connection.execute(insert(table), lines)
        connection.execute(delete(table).where(table.c.seq < seq - KEPT))


def changes_after(connection: Connection, seq: int, last: int) -> list[tuple[int, str, str]] | None:
    """List what the changes after one touched, as (number, table, span); None: too many to be known.

    Takes: last - number of the last change
    """
    if last - seq > KEPT:
        return None
    table = schema.changed_part
    return [tuple(line) for line in connection.execute(select(table).where(table.c.seq > seq))]


def count_commit() -> None:
    """Note that this process has changed a store: whoever has looked at it looks again."""
    _own["commits"] += 1


def commits() -> int:
    """Say how often this process has changed a store."""
    return _own["commits"]


def note_lines(table: Table, columns: Mapping[str, object] | None) -> None:
    """Say that lines are added to a table. Takes: columns - of the lines; None: any"""
    written = _written.get()
    if written is None or table.name in _UNTRACKED:
        return
    column = split_by(table)
    if columns is None or column is None or column not in columns:
        written.add((table.name, ""))
        return
    written |= {(table.name, span) for span in spans_of(table, _distinct(columns[column]))}


def note_turned(connection: Connection, batch: int) -> None:
    """Say that a batch counts no more, or counts again: whatever holds lines of it has changed."""
    written = _written.get()
    if written is None:
        return
    days = schema.batch_day
    on_days = connection.scalars(select(days.c.day).where(days.c.batch == batch)).all()
    for table in schema.metadata.sorted_tables:
        column = split_by(table)
        if "batch" not in table.columns or table is schema.batch:
            continue
        if column is None:
            written.add((table.name, ""))
        elif column == "day":
            written |= {(table.name, span) for span in spans_of(table, on_days)}
        else:
            values = select(table.c[column]).where(table.c.batch == batch).distinct()
            written |= {(table.name, span) for span in spans_of(table, connection.scalars(values))}


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
        return {str(month_of(int(day))) for day in values}
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
    read, written = _read.get(), _written.get()
    if isinstance(statement, Insert | Update | Delete):
        if written is not None:
            _note_write(statement, [*many, *([single] if single else [])])
    elif read is not None:
        given = statement.get_execution_options().get(RESTS_ON) or options.get(RESTS_ON)
        read |= given if given is not None else parts_read(statement)


def _note_write(statement: Insert | Update | Delete, lines: Sequence[Mapping]) -> None:
    table = statement.table
    column = split_by(table)
    if isinstance(statement, Insert):
        told = bool(lines) and column is not None and all(column in line for line in lines)
        note_lines(table, {column: [line[column] for line in lines]} if told else None)
        return
    values = _held_to(statement.whereclause).get(table.c[column]) if column else None
    note_lines(table, None if values is None else {column: list(values)})


def parts_read(statement: ClauseElement) -> set[Part]:
    """Give the parts of the store that a statement rests on."""
    if isinstance(statement, CompoundSelect):
        return set().union(*map(parts_read, statement.selects))
    if not isinstance(statement, Select):
        return {EVERYTHING}
    tables, limits = [], _held_to(statement.whereclause)
    parts: set[Part] = set()
    joins = list(statement.get_final_froms())
    clauses = [statement.whereclause]
    while joins:
        source = joins.pop()
        if isinstance(source, Join):
            joins += [source.left, source.right]
            if not (source.isouter or source.full):
                limits = _both(limits, _held_to(source.onclause))
            clauses.append(source.onclause)
        elif isinstance(source, Table):
            tables.append(source)
    known_tables = {id(table) for table in tables}
    for element in visitors.iterate(statement):
        if isinstance(element, Select | CompoundSelect) and element is not statement:
            parts |= parts_read(element)
        elif isinstance(element, Table) and id(element) not in known_tables:
            if not any(part == element.name for part, _ in parts):
                parts.add((element.name, ""))
    equal = [pair for clause in clauses for pair in _equal_columns(clause)]
    for one, other in [*equal, *((b, a) for a, b in equal)]:
        if one in limits:
            limits = _both(limits, {other: limits[one]})
    for table in tables:
        if table.name in _UNTRACKED or (table is schema.batch and _only_counts(statement, equal)):
            continue
        column = split_by(table)
        values = limits.get(table.c[column]) if column else None
        spans = {""} if values is None else spans_of(table, values)
        parts |= {(table.name, span) for span in spans}
    return parts


def _only_counts(statement: Select, equal: Sequence[tuple[Column, Column]]) -> bool:
    """Say whether batches are asked only whether lines of other tables count.

    Then a batch that begins or ceases to count is noted with those lines, see `note_turned`.
    """
    batch = schema.batch.c
    joined = any(batch.batch in pair for pair in equal)
    return joined and not any(
        element is batch.live
        for column in statement.selected_columns
        for element in visitors.iterate(column)
    )


def _equal_columns(clause: ClauseElement | None) -> Iterator[tuple[Column, Column]]:
    if isinstance(clause, Grouping):
        yield from _equal_columns(clause.element)
    elif isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for part in clause.clauses:
            yield from _equal_columns(part)
    elif isinstance(clause, BinaryExpression) and clause.operator is operators.eq:
        if isinstance(clause.left, Column) and isinstance(clause.right, Column):
            yield clause.left, clause.right


def _held_to(clause: ClauseElement | None) -> Limits:
    """Say which columns a clause holds to which values."""
    if isinstance(clause, Grouping):
        return _held_to(clause.element)
    if isinstance(clause, BooleanClauseList):
        each = [_held_to(part) for part in clause.clauses]
        if clause.operator is operators.and_:
            limits: Limits = {}
            for more in each:
                limits = _both(limits, more)
            return limits
        if clause.operator is operators.or_ and each:
            names = set(each[0]).intersection(*each[1:])
            return {name: set().union(*(limits[name] for limits in each)) for name in names}
    if isinstance(clause, BinaryExpression) and isinstance(clause.left, Column):
        values = _values(clause)
        return {} if values is None else {clause.left: values}
    return {}


def _both(one: Limits, other: Limits) -> Limits:
    shared = {name: one[name] & other[name] for name in one if name in other}
    return {**one, **other, **shared}


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
