"""A store of the first version is brought up to date, whole or not at all, and loses nothing."""

import logging
import random
import sqlite3
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, update

from tests.offices import copy_store, make_office, new_store
from tests.store.first_version import WITHDRAWN, make_first_version, stored_lines
from tests.store.killing import KILLS, MOST, READY, kill_at_random
from tests.store.test_split import INDICATORS, ITEMS, MONTH
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.runtime.settings import store_url
from wenming_metrics.store import migrate, schema
from wenming_metrics.store.database import Store, StoreError, open_store, reading, writing
from wenming_metrics.store.engines import engine_of
from wenming_metrics.tallies.update import fill_sums
from wenming_metrics.upkeep.verify import verify

pytestmark = pytest.mark.store

GONE = {"month_tally"}
CHANGED = {"store", "batch", "original"}


@pytest.fixture
def old(tmp_path):
    url = new_store(tmp_path)
    make_first_version(url)
    return url


def test_every_line_is_kept(old):
    store = open_store(old)
    with reading(store) as connection:
        for name, lines in stored_lines():
            if name not in GONE | CHANGED:
                table = schema.metadata.tables[name]
                width = len(lines[0])  # columns that came later are behind the old ones
                kept = {tuple(line)[:width] for line in connection.execute(select(table))}
                assert kept == set(lines), name
        live = connection.execute(select(schema.batch.c.batch, schema.batch.c.live))
        assert {number for number, counts in live if not counts} == {WITHDRAWN}
        kept = connection.execute(select(schema.original)).all()
        (files,) = (lines for name, lines in stored_lines() if name == "original")
        assert {tuple(line) for line in kept} == {(*line, "") for line in files}
        months = set(map(tuple, connection.execute(select(schema.month_sites))))
        (before,) = (lines for name, lines in stored_lines() if name == "month_tally")
        assert months == {(month, sites) for month, _, sites in before}


def test_the_migrated_tables_are_those_of_a_new_store(old, tmp_path):
    stores = [open_store(old), open_store(new_store(tmp_path / "new"))]
    shapes = []
    for store in stores:
        with reading(store) as connection:
            told = {"compare_type": True, "compare_server_default": True}
            context = MigrationContext.configure(connection, opts=told)
            assert compare_metadata(context, schema.metadata) == []
            shapes.append(shape(connection))
    assert shapes[0] == shapes[1]


def shape(connection) -> dict:
    """Tell the tables with their columns, keys and indexes, and which SQLite clusters."""
    seen = inspect(connection)
    names = sorted(seen.get_table_names())
    found = {
        name: (
            [
                (c["name"], str(c["type"]), c["nullable"], c["default"])
                for c in seen.get_columns(name)
            ],
            seen.get_pk_constraint(name)["constrained_columns"],
            sorted((i["name"], i["column_names"]) for i in seen.get_indexes(name)),
        )
        for name in names
    }
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'"
        found["clustered"] = sorted(connection.exec_driver_sql(query).scalars())
    version = "SELECT version_num FROM alembic_version"
    return {**found, "version": connection.exec_driver_sql(version).scalars().all()}


def test_an_office_that_opens_an_old_store_has_the_same_figures_and_all_sums(tmp_path):
    make_first_version(new_store(tmp_path))
    office = make_office(tmp_path, ITEMS, INDICATORS)
    assert [one for one in verify(office).lines if one.wrong] == []
    found = ranking(office, MONTH).set_index("unit_name")
    assert found["checks"].sum() > 0
    assert found["score"].notna().any()


def test_a_migration_that_fails_leaves_the_store_as_it_was(old, monkeypatch):
    before = snapshot(old)

    real = migrate._alembic

    def half(connection, act, revision):
        real(connection, act, revision)
        if act == "upgrade":
            raise RuntimeError("the disk is full")

    monkeypatch.setattr(migrate, "_alembic", half)
    with pytest.raises(RuntimeError, match="full"):
        open_store(old)
    assert snapshot(old) == before
    monkeypatch.undo()
    open_store(old)


def snapshot(url: str) -> dict:
    engine = engine_of(url)
    with engine.connect() as connection:
        names = sorted(inspect(connection).get_table_names())
        return {
            name: sorted(map(str, connection.exec_driver_sql(f'SELECT * FROM "{name}"')))
            for name in names
        }


def test_two_programs_that_open_it_at_once_migrate_it_once(old, caplog):
    caplog.set_level(logging.INFO)
    failures = []

    def open_it():
        try:
            migrate.bring_up_to_date(engine_of(old))
        except Exception as error:  # noqa: BLE001 (told below)
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum("升级到版本" in record.getMessage() for record in caplog.records) == 1
    with reading(open_store(old)) as connection:
        assert connection.execute(select(schema.store.c.seq)).scalar() == 7


def test_an_old_store_whose_number_was_not_written_yet(old):
    with engine_of(old).begin() as connection:
        connection.exec_driver_sql("DELETE FROM store")
    with reading(open_store(old)) as connection:
        assert connection.execute(select(schema.store.c.version)).scalar() == schema.VERSION


def test_a_newer_store_is_left_alone(tmp_path):
    url = new_store(tmp_path)
    with open_store(url).engine.begin() as connection:
        connection.execute(update(schema.store).values(version=schema.VERSION + 1))
    before = snapshot(url)
    with pytest.raises(StoreError, match="请先升级软件"):
        open_store(url)
    assert snapshot(url) == before


def test_somebody_elses_database_is_left_alone(tmp_path):
    place = tmp_path / "shop.db"
    with closing(sqlite3.connect(place)) as file:
        file.execute("CREATE TABLE store (id INTEGER, goods TEXT)")
        file.commit()
    before = place.read_bytes()
    with pytest.raises(StoreError, match="不是本软件的数据文件"):
        open_store(store_url(place))
    assert place.read_bytes() == before
    assert list(tmp_path.iterdir()) == [place]


def test_a_store_without_its_number_is_not_used(tmp_path):
    url = new_store(tmp_path)
    with open_store(url).engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM store")
    with pytest.raises(StoreError, match="不完整"):
        open_store(url)


def test_an_up_to_date_store_opens_without_alembic(tmp_path):
    url = new_store(tmp_path)
    open_store(url)
    loaded = {name: sys.modules.pop(name) for name in list(sys.modules) if "alembic" in name}
    try:
        open_store(url)
        assert not any("alembic" in name for name in sys.modules)
    finally:
        sys.modules.update(loaded)


def test_migrating_prints_nothing(old, capfd):
    open_store(old)
    assert capfd.readouterr() == ("", "")


def migrate_once(url: str, tell) -> None:
    """Open an old store, tell when it is up to date, and wait to be killed."""
    tell(READY)
    open_store(url)
    tell(schema.VERSION)
    time.sleep(600)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_kills_of_a_migration(old, tmp_path):
    draw, seen = random.Random(20261123), set()
    model = Store(old, engine_of(old))
    office = make_office(tmp_path / "office", ITEMS, INDICATORS)
    first = copy_store(model, tmp_path / "first")
    begun = time.perf_counter()
    open_store(first)
    within = 2 * (time.perf_counter() - begun)
    for number in range(MOST):
        if number >= KILLS and len(seen) > 1:
            break
        url = copy_store(model, tmp_path / str(number))
        told = kill_at_random(migrate_once, (url,), within=within, draw=draw)
        found = migrate.version_of(engine_of(url))
        assert found in {1, schema.VERSION}
        assert found == schema.VERSION or not told  # what was told stays
        seen.add(found)
        within *= 1.4 if found == 1 else 0.8  # the moments stay about the end of the work
        store = open_store(url)
        with writing(store) as connection:
            fill_sums(connection, office.rules)
        assert [one for one in verify(replace(office, store=store)).lines if one.wrong] == []
        store.engine.dispose()
    assert seen == {1, schema.VERSION}


def test_another_file_in_the_place_of_a_store_that_is_known_is_looked_at_as_a_whole(tmp_path):
    place = tmp_path / "known.db"
    open_store(store_url(place)).engine.dispose()
    open_store(store_url(place)).engine.dispose()
    theirs = tmp_path / "theirs.db"
    with closing(sqlite3.connect(theirs)) as file:
        file.execute("CREATE TABLE goods (name TEXT)")
        file.commit()
    theirs.replace(place)
    with pytest.raises(StoreError, match="不是本软件的数据文件"):
        open_store(store_url(place))
