"""How each kind of database is connected to; what differs between them stands here.

An address may end in ?timeout=SECONDS: how long to wait for another program that is writing.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from wenming_metrics.store.changes import watch
from wenming_metrics.store.failures import StoreError, spell_address

_PATIENCE = 30.0
_TURN = 0.02
_ONE_STATE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
"""Said in the transaction: said of the connection, its end would open a database that may only be read."""
_QUIET = {"hide_parameters": True}
"""What offices sent does not belong into logs."""
_MORE = 35
"""Connections beyond the five that are kept: whoever makes an answer holds one meanwhile."""
_TABLES_KEY = 20201010
"""Any number, but the same in all programs: who holds it may make and change tables."""
_NETWORK = {
    "client_encoding": "utf8",
    "connect_timeout": "10",
    # A server that has gone without a word is noticed within a minute.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}


@lru_cache(maxsize=32)
def engine_of(url: str) -> Engine:
    """Give the engine of an address, one per address and process.

    Raises StoreError when the address is mistyped, or its driver is not installed.
    """
    try:
        address = make_url(url)
        patience = float(str(address.query.get("timeout", _PATIENCE)))
        address = address.difference_update_query(["timeout"])
        make = {"sqlite": _sqlite, "postgresql": _postgres}.get(address.get_backend_name())
        engine = make(address, patience) if make else create_engine(address, **_QUIET)
        watch(engine)
        return engine
    except (ArgumentError, ValueError):
        # Without the original: it may spell the address, with its password.
        message = "应当是文件的路径，或 postgresql://用户名：密码@服务器/数据库。"
        raise StoreError(f"WENMING_STORE 写得不对：{message}") from None
    except ModuleNotFoundError as error:
        message = f"缺少连接这种数据库的程序库 {error.name}，请先安装，见 requirements.txt。"
        raise StoreError(f"打不开{spell_address(url)}：{message}") from error
    except OSError as error:
        message = f"没有这个文件夹，或者没有读写的权限（{error.strerror}）。"
        raise StoreError(f"打不开{spell_address(url)}：{message}") from error


def file_of(engine: Engine) -> tuple[int, int] | None:
    """Tell the file of a store from another one in its place; None on a server, or without a file.

    Connections that are open go on with the file they were opened on, though its name is another's.
    """
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or not Path(path).exists():
        return None
    stat = Path(path).stat()
    return stat.st_dev, stat.st_ino


def _sqlite(address: URL, patience: float) -> Engine:
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)

    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        # The driver must not begin transactions by itself: reads need one snapshot too.
        connection.isolation_level = None
        _keep_wal(connection, patience)
        connection.execute("PRAGMA synchronous=FULL")  # an acknowledged upload survives a power cut
        connection.execute("PRAGMA cache_size=-65536")

    engine = create_engine(
        address, connect_args={"timeout": patience}, max_overflow=_MORE, **_QUIET
    )
    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", begin_sqlite)
    return engine


def _keep_wal(connection: sqlite3.Connection, patience: float) -> None:
    """Let readers and a writer work at once; two programs that open a new store take turns."""
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            # Here SQLite does not always wait by itself.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(_TURN)


def begin_sqlite(connection: Connection) -> None:
    """Begin a transaction, which the driver is told not to do by itself; the lock at once if alone."""
    alone = connection.get_execution_options().get("alone")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if alone else "BEGIN")


def _postgres(address: URL, patience: float) -> Engine:
    def set_up(connection: object, _record: object) -> None:
        if connection.info.parameter_status("server_encoding") != "UTF8":
            message = "的编码不是 UTF8，有些字存不进去。请新建编码为 UTF8 的数据库。"
            raise StoreError(spell_address(str(address)) + message)
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = {int(patience * 1000)}")
        connection.execute("SET synchronous_commit = on")  # as above
        connection.autocommit = False

    engine = create_engine(
        address.update_query_dict({**_NETWORK, **address.query}),
        **_QUIET,
        isolation_level="READ COMMITTED",
        max_overflow=_MORE,
        pool_pre_ping=True,  # work goes on after the server was away
    )
    event.listen(engine, "connect", set_up)
    return engine


@contextmanager
def one_state(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the store from first to last, and cannot write."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(_ONE_STATE)
        yield connection


@contextmanager
def one_look(engine: Engine) -> Iterator[Connection]:
    """Give a connection for a single question, which is of one state anyway: a server is asked nothing besides."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """Give a connection for making and changing tables; others that want the same wait for it."""
    with engine.connect() as connection:
        connection = connection.execution_options(alone=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_TABLES_KEY)))
            yield connection
