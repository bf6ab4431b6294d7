"""What a monitor is told of the store, whatever state it is in."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.offices import new_store
from tests.store.first_version import make_first_version
from tests.store.test_split import filled_office
from wenming_metrics import __version__
from wenming_metrics.runtime.settings import Settings, store_url
from wenming_metrics.store import schema
from wenming_metrics.store.database import revision
from wenming_metrics.upkeep import health as module
from wenming_metrics.upkeep.backup import backup
from wenming_metrics.upkeep.health import health
from wenming_metrics.upkeep.verify import verify

pytestmark = pytest.mark.store


@pytest.fixture
def office(tmp_path):
    return filled_office(tmp_path)


def asked(office_or_url, tmp_path) -> dict:
    url = getattr(office_or_url, "store", None)
    return health(Settings(tmp_path / "data", url.url if url else office_or_url, None))


def test_a_store_that_is_well(office, tmp_path):
    found = asked(office, tmp_path)
    assert (found["well"], found["complaints"], found["reachable"]) == (True, [], True)
    assert (found["software"], found["version"]) == (__version__, schema.VERSION)
    assert found["seq"] == revision(office.store)
    assert (found["batches"], found["rows"], found["held_rows"]) == (2, 240, 0)
    assert (found["first_day"], found["last_day"]) == ("2026-10-29", "2026-11-03")
    assert (found["last_batch"]["name"], found["last_batch"]["who"]) == ("一.xlsx", "测试")
    assert found["bytes_per_10000_rows"] == round(found["size"] / 240 * 10_000)
    assert found["last_backup"] is found["last_verify"] is found["backup_age_days"] is None
    if office.store.engine.dialect.name == "sqlite":
        assert found["size"] == Path(office.store.engine.url.database).stat().st_size
        assert found["free"] > 0
        assert found["wal"] >= 0


def test_the_last_backup_and_the_last_check_are_told(office, tmp_path):
    made = backup(office.store, tmp_path / "copy.db")
    verify(office)
    found = asked(office, tmp_path)
    assert (found["last_backup"]["path"], found["backup_age_days"]) == (str(made.path), 0)
    assert found["last_verify"]["sound"] is True


def test_a_check_that_found_damage_is_a_complaint(office, tmp_path):
    with office.store.engine.begin() as connection:
        connection.execute(update(schema.batch).values(held=3))
    verify(office)
    found = asked(office, tmp_path)
    assert found["well"] is False
    assert "发现问题：待核行" in found["complaints"][0]


@pytest.mark.only("sqlite")  # a server's disk cannot be seen from here
def test_a_full_disk_is_a_complaint(office, tmp_path, monkeypatch):
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: type("Disk", (), {"free": 10**6}))
    assert "磁盘只剩 1 MB" in asked(office, tmp_path)["complaints"][0]


def test_a_place_without_a_store_is_told_and_stays_empty(tmp_path):
    found = asked(store_url(tmp_path / "none.db"), tmp_path)
    assert (found["well"], found["reachable"]) == (False, False)
    assert "还没有数据文件" in found["complaints"][0]
    assert list(tmp_path.iterdir()) == []


def test_an_older_store_is_told_and_left_as_it_is(tmp_path):
    url = new_store(tmp_path)
    make_first_version(url)
    assert "旧版本" in asked(url, tmp_path)["complaints"][0]
    assert "旧版本" in asked(url, tmp_path)["complaints"][0]


@pytest.mark.only("sqlite")  # pages of a server are not at hand
def test_a_damaged_store_is_told(office, tmp_path):
    office.store.engine.dispose()
    place = Path(office.store.engine.url.database)
    place.write_bytes(b"x" * place.stat().st_size)
    found = asked(office, tmp_path)
    assert (found["well"], found["reachable"]) == (False, False)
    assert found["complaints"]


@pytest.mark.only("sqlite")  # readers of a server never wait
def test_a_busy_store_answers(office, tmp_path):
    with closing(sqlite3.connect(office.store.engine.url.database)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert asked(office, tmp_path)["well"] is True
