"""Stores as the first version of the software made them, on any engine, with three small files.

`first_version.sql` holds a register and three inspections of tests.store.test_split, of which the
second is withdrawn.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

import wenming_metrics.store
from wenming_metrics.store.engines import alone, engine_of

SQL = Path(__file__).with_name("first_version.sql").read_text(encoding="utf-8")
WITHDRAWN = 3
SCRIPTS = Path(wenming_metrics.store.__file__).with_name("migrations")


def make_first_version(url: str) -> None:
    """Make such a store at the address of an empty one, as if nobody had opened it since."""
    engine = engine_of(url)
    if engine.dialect.name == "sqlite":
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(engine.url.database)) as file:
            file.executescript(SQL)
            file.execute("PRAGMA journal_mode=WAL")
        return
    _by_migration(engine)
    engine.dispose()


def _by_migration(engine: Engine) -> None:
    with alone(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("DROP TABLE alembic_version")
        for table, lines in stored_lines():
            marks = ", ".join(["%s"] * len(lines[0]))
            connection.exec_driver_sql(f'INSERT INTO "{table}" VALUES ({marks})', lines)


def stored_lines() -> Iterator[tuple[str, list[tuple]]]:
    """Give the lines of the tables that have any, as the file of SQL has them."""
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.executescript(SQL)
        tables = memory.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            lines = memory.execute(f'SELECT * FROM "{table}"').fetchall()
            if lines:
                yield table, lines
