"""Before pages are served: damage is found, and the check is short."""

import logging
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from tests.store.test_split import filled_office
from wenming_metrics.runtime.settings import Settings
from wenming_metrics.store import schema
from wenming_metrics.store.database import StoreError, reading
from wenming_metrics.ui import server
from wenming_metrics.upkeep import start
from wenming_metrics.upkeep.start import check

pytestmark = pytest.mark.store


@pytest.fixture
def office(tmp_path):
    return filled_office(tmp_path)


def test_a_sound_store_is_told_in_the_log(office, caplog):
    caplog.set_level(logging.INFO)
    check(office.store)
    (said,) = (r.getMessage() for r in caplog.records if "启动检查" in r.getMessage())
    assert "最近 6 天的行与汇总一致" in said
    assert ("全部数据页" in said) == (office.store.engine.dialect.name == "sqlite")


def test_figures_that_do_not_follow_from_the_rows_are_not_shown(office):
    table = schema.day_tally
    with office.store.engine.begin() as connection:
        last = connection.execute(select(func.max(table.c.day))).scalar_one()
        connection.execute(update(table).where(table.c.day == last).values(cells=b"no zip"))
    with pytest.raises(StoreError, match="没有通过.*不一致.*verify.*retally"):
        check(office.store)


def spoil(office) -> None:
    """Write over the first page of a table that opening the store does not read."""
    place = Path(office.store.engine.url.database)
    with reading(office.store) as connection:
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'finding_state'"
        page = connection.exec_driver_sql(root).scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    office.store.engine.dispose()
    with place.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


@pytest.mark.only("sqlite")  # pages of a server are not at hand
def test_damaged_pages_are_not_served(office, tmp_path):
    spoil(office)
    with pytest.raises(StoreError, match="没有通过.*restore"):
        server._make_ready(Settings(tmp_path / "data", office.store.url, None))


@pytest.mark.only("sqlite")  # pages of a server are not at hand
def test_of_a_large_store_the_bulky_tables_are_left_out(office, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(start, "_SMALL", 0)
    check(office.store)
    said = caplog.records[-1].getMessage()
    assert "batch_event" in said
    assert "original" not in said


def test_time_that_is_up_ends_the_check(office, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(start, "_DAYS", 0)
    begun = time.perf_counter()
    check(office.store)
    assert time.perf_counter() - begun < 5
    assert "最近 0 天" in caplog.records[-1].getMessage()


def test_files_kept_long_enough_are_dropped_at_the_start(office, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(server, "prune", lambda store, days: asked.append(days))
    for keep in (None, 90):
        server._make_ready(Settings(tmp_path / "data", office.store.url, None, keep))
    assert asked == [90]
