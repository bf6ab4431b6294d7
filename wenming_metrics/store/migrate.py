"""Bring the tables of a store to the version that this software works with."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from wenming_metrics.domain.periods import now
from wenming_metrics.store import schema
from wenming_metrics.store.engines import alone, file_of, one_state
from wenming_metrics.store.failures import StoreError

_log = logging.getLogger(__name__)
_SCRIPTS = Path(__file__).resolve().parent / "migrations"
_FIRST = "month_tally"
"""A table that only the first version has."""
_PATIENCE = 30
"""Seconds to wait for another program that holds the file."""
_one_at_a_time = threading.Lock()
"""Alembic keeps what it is working on in its module."""
_known: dict[Engine, tuple[int, int]] = {}
"""Stores that had our tables when they were last looked at: by engine, in which file."""


def bring_up_to_date(engine: Engine) -> None:
    """Make the tables of a new store, migrate an older one; leave everything else as it is.

    All in one transaction: a store is of one version or of the other, never between.
    Raises StoreError for a newer store and for what is no store; DBAPIError for what the
    database itself refuses.
    """
    if _is_known(engine):
        return
    file_id = file_of(engine)
    if version_of(engine) == schema.VERSION:
        if file_id is not None:
            _known[engine] = file_id
        return
    with alone(engine) as connection:
        version = _version(connection)
        if version is None:
            make_tables(connection)
        elif version < schema.VERSION:  # else another program has just done it
            _migrate(connection, version)


def _is_known(engine: Engine) -> bool:
    """Say whether this process knows the tables of a file and it still says that they are ours.

    Every rerun of a page opens the store, and to list its tables takes ten times as long as to ask.
    """
    if _known.get(engine) is None or _known[engine] != file_of(engine):
        return False
    try:
        with one_state(engine) as connection:
            return connection.execute(select(schema.store.c.version)).scalar() == schema.VERSION
    except DBAPIError:
        return False  # whatever is wrong with it is told by the whole look


def version_of(engine: Engine) -> int | None:
    """Say which version the tables have, without writing a byte; None for no tables at all.

    Raises StoreError for a version that is newer than this software, and when there are tables
    that are not its own.
    """
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path:
        with engine.connect() as connection:
            return _version(connection)
    if not Path(path).is_file() or not Path(path).stat().st_size:
        return None
    # The store's own connections set the journal of whatever file they open.
    uri = Path(path).absolute().as_uri()
    only = URL.create("sqlite", database=uri, query={"mode": "ro", "uri": "true"})
    looking = create_engine(only, poolclass=NullPool, connect_args={"timeout": _PATIENCE})
    with looking.connect() as connection:
        return _version(connection)


def _version(connection: Connection) -> int | None:
    ours, present = set(schema.metadata.tables), set(inspect(connection).get_table_names())
    if not {"store", "batch", "row"} <= present:
        # A server's database may hold tables of its extensions beside ours; a file is ours alone.
        if present if connection.dialect.name == "sqlite" else present & ours:
            raise StoreError(
                "它不是本软件的数据文件（里面是别的表），没有改动它。请检查 WENMING_STORE。"
            )
        return None
    version = connection.execute(select(schema.store.c.version)).scalar()
    if version is None and _FIRST not in present:
        raise StoreError("数据文件不完整（没有版本号），请用备份还原。")
    if version is not None and version > schema.VERSION:
        raise StoreError("数据文件由更新版本的软件建立，请先升级软件再打开。")
    return version or 1  # the first version wrote its number in a transaction of its own


def make_tables(connection: Connection) -> None:
    """Make the tables of a store, of this version, where there are none."""
    schema.metadata.create_all(connection, checkfirst=False)
    _number(connection, schema.VERSION)
    _alembic(connection, "stamp", "head")


def _number(connection: Connection, version: int) -> None:
    columns = {"id": 1, "seq": 0, "version": version}
    made_at = now().isoformat(timespec="microseconds")
    connection.execute(insert(schema.store), {**columns, "made_at": made_at})


def _migrate(connection: Connection, version: int) -> None:
    _log.info("数据文件由版本 %s 升级到版本 %s", version, schema.VERSION)
    # As every change does: it keeps other programs from writing, and tells caches that it was.
    counted = connection.execute(update(schema.store).values(seq=schema.store.c.seq + 1))
    if not counted.rowcount:
        _number(connection, version)
    if "alembic_version" not in inspect(connection).get_table_names():
        _alembic(connection, "stamp", f"{version:04}")
    _alembic(connection, "upgrade", "head")


def _alembic(connection: Connection, act: str, revision: str) -> None:
    # Only here: importing Alembic takes longer than opening a store.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _one_at_a_time:
        getattr(command, act)(config, revision)
