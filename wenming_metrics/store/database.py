"""Open the store; read from one snapshot; write under one lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    Select,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from wenming_metrics.periods import now
from wenming_metrics.store import schema

_BUSY_MS = 30_000


class StoreError(RuntimeError):
    """The store cannot be used; the message says why and what to do, in Chinese."""


@dataclass(frozen=True)
class Store:
    """One city's store."""

    url: str
    engine: Engine


def open_store(url: str) -> Store:
    """Open the store at a URL and make its tables when it is new.

    Raises StoreError when the place cannot be used, is no store, or was made by a newer version
    of the software.
    """
    try:
        store = Store(url, _engine(url))
        schema.metadata.create_all(store.engine)
        with store.engine.begin() as connection:
            found = connection.execute(select(schema.store.c.version)).scalar()
            if found is None:
                made = {"id": 1, "seq": 0, "version": schema.VERSION, "made_at": stamp()}
                add = insert(schema.store).prefix_with("OR IGNORE", dialect="sqlite")
                connection.execute(add, made)
    except (DBAPIError, OSError) as error:
        place = make_url(url).render_as_string(hide_password=True)
        raise StoreError(f"打不开数据文件 {place}:{_reason(error)}") from error
    if found is not None and found > schema.VERSION:
        raise StoreError("数据文件由更新版本的软件建立,请先升级软件再打开。")
    return store


def _reason(error: Exception) -> str:
    """Say in Chinese why the store cannot be used, as far as the driver tells."""
    said = str(getattr(error, "orig", error))
    known = {
        "not a database": "它不是本软件的数据文件,请检查 WENMING_STORE。",
        "unable to open": "没有这个文件夹,或者没有读写的权限。",
        "readonly": "只能读,不能写,请检查文件权限。",
        "locked": "另一个程序正占用着它,请稍后再试。",
        "full": "磁盘满了,请腾出空间再试。",
        "malformed": "文件已损坏,请用备份恢复。",
    }
    return next((told for word, told in known.items() if word in said), said)


@lru_cache(maxsize=32)
def _engine(url: str) -> Engine:
    place = make_url(url)
    if place.get_backend_name() == "sqlite" and place.database:
        Path(place.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: object, _record: object) -> None:
    # The driver must not begin transactions by itself: reads need one snapshot too.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # an acknowledged upload survives a power cut
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


@contextmanager
def reading(store: Store) -> Iterator[Connection]:
    """Give a connection that sees one state of the store from first to last."""
    with store.engine.begin() as connection:
        yield connection


@contextmanager
def writing(store: Store) -> Iterator[Connection]:
    """Give a connection that holds the write lock from its first statement; all or nothing."""
    with store.engine.begin() as connection:
        connection.execute(update(schema.store).values(seq=schema.store.c.seq + 1))
        yield connection


def revision(store: Store) -> int:
    """Give the number of the last change: the key of every cache."""
    with reading(store) as connection:
        return connection.execute(select(schema.store.c.seq)).scalar_one()


def stamp() -> str:
    """Give the present moment as stored text, to the microsecond, in the city's zone."""
    return now().isoformat(timespec="microseconds")


def add_rows(connection: Connection, table: Table, columns: Mapping[str, object]) -> None:
    """Insert whole columns at once, the fastest way that needs no dialect.

    Takes: columns - name -> array, list, or one value for all rows; missing ones take the default
    """
    sizes = {len(column) for column in columns.values() if _is_column(column)}
    (size,) = sizes or {0}
    if not size:
        return
    ready = [
        (column.tolist() if isinstance(column, np.ndarray | pd.Series) else list(column))
        if _is_column(column)
        else [column] * size
        for column in columns.values()
    ]
    sql = _insert_sql(table, tuple(columns), connection.dialect.name)
    connection.exec_driver_sql(sql, list(zip(*ready, strict=True)))


def read_frame(connection: Connection, query: Select) -> pd.DataFrame:
    """Run a query; returns its rows as a frame with the query's column names."""
    found = connection.execute(query)
    names = list(found.keys())
    columns = list(zip(*found.fetchall(), strict=True))
    if columns:
        return pd.DataFrame(dict(zip(names, columns, strict=True)), columns=names)
    return no_rows(query)


def no_rows(of: Select | Table) -> pd.DataFrame:
    """Give a frame without rows for a query or a table.

    The types must still hold: a float column would round the keys that are joined to it.
    """
    columns = of.selected_columns if isinstance(of, Select) else of.columns
    types = {c.name: "int64" if isinstance(c.type, Integer) else "object" for c in columns}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


def next_number(connection: Connection, column: object) -> int:
    """Give one more than the largest number of a key; safe under the write lock."""
    return (connection.execute(select(func.max(column))).scalar() or 0) + 1


def _is_column(value: object) -> bool:
    return isinstance(value, np.ndarray | pd.Series | list | tuple | range)


@lru_cache(maxsize=128)
def _insert_sql(table: Table, names: tuple[str, ...], dialect: str) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table.name}" ({quoted}) VALUES ({", ".join([mark] * len(names))})'
