"""Open the store; read from one state of it; write under one lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, select, update

from wenming_metrics.access.viewer import (
    EVERYBODY,
    Viewer,
    check_reading,
    check_writing,
    present_deed,
)
from wenming_metrics.domain.periods import now
from wenming_metrics.store import changes, migrate, schema
from wenming_metrics.store.access_log import add_deed
from wenming_metrics.store.engines import engine_of, one_look, one_state
from wenming_metrics.store.failures import NOT_SAVED, UNSURE, StoreError, as_store_errors

_snapshot: ContextVar[tuple[Engine, Connection] | None] = ContextVar("snapshot", default=None)
"""The state of a store that all readings of this thread share."""


@dataclass(frozen=True)
class Store:
    """One city's store. viewer - for whom it is read and written"""

    url: str = field(repr=False)  # it may hold a password
    engine: Engine
    viewer: Viewer = EVERYBODY


def open_store(url: str) -> Store:
    """Open the store at an address; make its tables when it is new, mend them when it is old.

    Raises StoreError when the place cannot be used, is no store, or was made by a newer version
    of the software.
    """
    engine = engine_of(url)
    with as_store_errors(url, opening=True):
        migrate.bring_up_to_date(engine)
    return Store(url, engine)


@contextmanager
def reading(store: Store) -> Iterator[Connection]:
    """Give a connection that sees one state of the store from first to last, and cannot write.

    Raises StoreError when the store fails meanwhile; AccessError for a viewer of some units, outside of
    a question that knows of scopes.
    """
    check_reading(store.viewer)
    snapshot = _snapshot.get()
    if snapshot and snapshot[0] is store.engine:
        with as_store_errors(store.url):
            yield snapshot[1]
        return
    with present_state(store) as connection:
        yield connection


@contextmanager
def present_state(store: Store) -> Iterator[Connection]:
    """Give a connection as `reading` does, of the state that the store has now, for whoever asks."""
    with as_store_errors(store.url), one_state(store.engine) as connection:
        yield connection


@contextmanager
def glancing(store: Store) -> Iterator[Connection]:
    """Give a connection as `reading` does, for a single question that every message of every page asks."""
    check_reading(store.viewer)
    with as_store_errors(store.url), one_look(store.engine) as connection:
        yield connection


@contextmanager
def holding(store: Store) -> Iterator[Connection]:
    """Let all that this thread reads meanwhile be of one state: what is made of several readings would
    else be half of what was there before a commit."""
    with present_state(store) as connection:
        token = _snapshot.set((store.engine, connection))
        try:
            yield connection
        finally:
            _snapshot.reset(token)


@contextmanager
def writing(store: Store) -> Iterator[Connection]:
    """Give a connection that holds the write lock from its first statement; all or nothing.

    An act that is being carried out is logged in the same transaction.

    Raises StoreError when the store fails meanwhile; nothing of the transaction is stored then.
    AccessError for somebody who signed in, outside of an act.
    """
    check_writing(store.viewer)
    with (
        as_store_errors(store.url, NOT_SAVED),
        store.engine.connect() as connection,
        connection.begin() as transaction,
    ):
        _claim(connection)
        with changes.recording(connection):
            yield connection
            if deed := present_deed():
                add_deed(connection, deed)
        with as_store_errors(store.url, UNSURE):
            transaction.commit()
    changes.count_commit()


@contextmanager
def writing_aside(store: Store) -> Iterator[Connection]:
    """Give a connection as `writing` does, for what no figure rests on: the number of changes stays."""
    with writing(store) as connection:
        connection.execute(update(schema.store).values(seq=schema.store.c.seq - 1))
        yield connection


def _claim(connection: Connection) -> None:
    """Take the write lock, in a store that still has the tables this program knows."""
    table = schema.store
    ours = update(table).where(table.c.version == schema.VERSION)
    if connection.execute(ours.values(seq=table.c.seq + 1)).rowcount != 1:
        raise _another_version(connection)


def _another_version(connection: Connection) -> StoreError:
    version = connection.execute(select(schema.store.c.version)).scalar()
    if version is not None and version > schema.VERSION:
        return StoreError("数据已由更新版本的软件升级，这个程序太旧了。请关闭它，重新启动新版本。")
    return StoreError("数据已换成旧版本的，可能刚还原了备份。请重新启动软件，它会自动升级数据。")


def revision(store: Store) -> int:
    """Give the number of the last change."""
    with reading(store) as connection:
        return state_of(connection)[1]


def state_of(connection: Connection) -> tuple[str, int]:
    """Say which store this is, by the moment it was made, and give the number of its last change."""
    table = schema.store
    query = select(table.c.made_at, table.c.seq).where(table.c.version == schema.VERSION)
    state = connection.execute(query).first()
    if state is None:
        raise _another_version(connection)
    return tuple(state)


def stamp() -> str:
    """Give the present moment as stored text, to the microsecond, in the city's zone."""
    return now().isoformat(timespec="microseconds")
