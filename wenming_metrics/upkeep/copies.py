"""Copies of a store: one SQLite file, whatever database the store is in."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Table, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool, StaticPool

from wenming_metrics.reading.model.reading import INSPECTION
from wenming_metrics.store import schema
from wenming_metrics.store.database import Store
from wenming_metrics.store.engines import begin_sqlite
from wenming_metrics.store.failures import StoreError, explain
from wenming_metrics.store.frames import add_lines, add_rows, count_lines

_log = logging.getLogger(__name__)
_APART = {"store", "note", "change_log", "session", "guess"}
"""Tables of which a copy has its own lines: nobody is signed in by what is put back."""
_AT_ONCE = 20_000
_BLOBS = 32
"""Lines with blobs that are in memory together; files as they were sent and pictures are taken one by one."""
_REASONS = {
    errno.ENOSPC: "磁盘满了。请腾出磁盘空间再试。",
    errno.EDQUOT: "磁盘满了。请腾出磁盘空间再试。",
    errno.ENOENT: "没有这个文件或文件夹。",
    errno.EACCES: "没有读写的权限。",
    errno.EPERM: "没有读写的权限。",
    errno.EROFS: "这个磁盘不能写。",
    errno.EFBIG: "文件太大，这个磁盘放不下（可能是 FAT 格式的 U 盘）。",
}
_SQLITE_REASONS = {
    sqlite3.SQLITE_CANTOPEN: "没有这个文件夹，或者没有读写的权限。",
    sqlite3.SQLITE_READONLY: "只能读，不能写。",
    sqlite3.SQLITE_NOTADB: "它不是本软件的数据文件。",
}
"""Where the general words speak of the store's own place."""


class DamagedError(StoreError):
    """Pages of a file are broken, or rows are missing in it."""


@contextmanager
def in_words(act: str, path: Path) -> Iterator[None]:
    """Turn whatever a file or a database refuses into StoreError, in Chinese."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno, f"{error.strerror or error}。")
        raise StoreError(f"{act}没有完成（{path}）：{reason}") from error
    except (sqlite3.Error, DBAPIError) as error:
        cause = OperationalError(None, None, error) if isinstance(error, sqlite3.Error) else error
        failure = explain(cause, str(URL.create("sqlite", database=str(path))))
        if failure is None:
            raise
        kind = DamagedError if is_damage(cause) else StoreError
        text = _SQLITE_REASONS.get(_code(cause), failure.text)
        raise kind(f"{act}没有完成（{path}）：{text}") from error


def is_damage(error: BaseException | None) -> bool:
    """Say whether an error, or what it came from, tells of a broken file."""
    if error is None or isinstance(error, DamagedError):
        return error is not None
    broken = _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return broken or is_damage(error.__cause__)


def _code(error: BaseException) -> int:
    """Give SQLite's primary code of an error, 0 when it has none."""
    return getattr(getattr(error, "orig", None), "sqlite_errorcode", 0) & 0xFF


@contextmanager
def plain_file(path: Path) -> Iterator[Connection]:
    """Give a connection to a file that nobody else may touch, without a journal beside it.

    For files that are thrown away when anything goes wrong; nothing is safe before `sync`.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"isolation_level": None},
    )
    with engine.connect() as connection:
        for statement in (
            "PRAGMA locking_mode=EXCLUSIVE",
            "PRAGMA journal_mode=OFF",
            "PRAGMA synchronous=OFF",
            "PRAGMA cache_size=-65536",
            "BEGIN EXCLUSIVE",  # from here on another program finds it taken
            "COMMIT",
        ):
            connection.exec_driver_sql(statement)
        yield connection


@contextmanager
def unnamed_store() -> Iterator[Store]:
    """Give an empty store that no folder shows and nobody else can open.

    SQLite takes its name away as soon as it is open: however this process ends, nothing is left.
    """
    only = sqlite3.connect("", isolation_level=None)
    only.execute("PRAGMA cache_size=-65536")
    engine = create_engine("sqlite://", creator=lambda: only, poolclass=StaticPool)
    event.listen(engine, "begin", begin_sqlite)
    try:
        yield Store("sqlite://", engine)
    finally:
        engine.dispose()


def copied() -> list[Table]:
    """List the tables whose lines make up a copy."""
    return [table for table in schema.metadata.sorted_tables if table.name not in _APART]


def copy_tables(source: Connection, target: Connection) -> dict[str, int]:
    """Copy all lines of one store into the empty tables of another; memory stays flat.

    Returns: lines per table
    """
    return {table.name: _copy_table(source, target, table) for table in copied()}


def _copy_table(source: Connection, target: Connection, table: Table) -> int:
    names, count = tuple(column.name for column in table.columns), 0
    for lines in _read(source, table):
        if target.dialect.name == "postgresql":
            # An older store may hold text that this database cannot.
            columns = map(list, zip(*lines, strict=True))
            add_rows(target, table, dict(zip(names, columns, strict=True)))
        else:
            add_lines(target, table, names, lines)
        count += len(lines)
    return count


def _read(source: Connection, table: Table) -> Iterator[list[tuple]]:
    """Read the lines of a table, some at a time, in the order of the key: each store keeps them so."""
    query, size = select(table).order_by(*table.primary_key.columns), _lines_at_once(table)
    if source.dialect.name != "sqlite":
        fetched = source.execute(query, execution_options={"yield_per": size})
        yield from ([tuple(line) for line in lines] for lines in fetched.partitions())
        return
    # The driver's own tuples: half the time of a copy would go into making rows of them.
    cursor = source.exec_driver_sql(str(query.compile(source))).cursor
    while lines := cursor.fetchmany(size):
        yield lines


def _lines_at_once(table: Table) -> int:
    if table in (schema.original, schema.picture):
        return 1
    has_blobs = any(column.type.python_type is bytes for column in table.columns)
    return _BLOBS if has_blobs else _AT_ONCE


def check_copy(connection: Connection) -> int:
    """Check a copy in an SQLite file; gives the number of its rows.

    Raises DamagedError when its pages are broken or rows are missing.
    """
    verdict = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if verdict != "ok":
        _log.error("数据文件的页：%s", " ".join(verdict.split()))
        raise DamagedError("文件已损坏。")
    days, batch = schema.batch_day, schema.batch
    query = (
        select(func.coalesce(func.sum(days.c.good), 0))
        .join(batch, batch.c.batch == days.c.batch)
        .where(batch.c.kind == INSPECTION)
    )
    noted = connection.execute(query).scalar_one()
    rows = count_lines(connection, schema.row)
    if rows != noted:
        raise DamagedError(f"文件不完整：应有 {noted} 行督查记录，实有 {rows} 行。")
    return rows
