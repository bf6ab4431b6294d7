"""SIGKILL at random moments of an ingest, 50 times: nothing acknowledged is lost, nothing is partial."""

import multiprocessing
import os
import random
import signal
import sqlite3
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from tests.offices import checklist, ingest, make_office, register_units
from tests.store.test_split import INDICATORS, ITEMS, STREETS, rows, tallies
from wenming_metrics import intake
from wenming_metrics.queries.office import open_office
from wenming_metrics.settings import Settings
from wenming_metrics.store.database import writing
from wenming_metrics.tallying import rebuild

KILLS = 50


def ingest_on(data: Path, url: str, seed: int, told) -> None:
    """Ingest one made file after another, withdrawing some, and tell what was acknowledged."""
    office = open_office(Settings(data, url, None))
    told.send(("ready", 0))
    for number in range(10_000):
        batch = ingest(
            office, checklist(rows(seed * 10_000 + number + 1, 60)), f"{seed}-{number}.xlsx"
        )
        told.send(("入库", batch))
        if number % 3 == 2:
            intake.withdraw(office, batch, "测试")
            told.send(("撤回", batch))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_fifty_kills(tmp_path):
    office = make_office(tmp_path, ITEMS, INDICATORS)
    register_units(office, STREETS)
    starting = multiprocessing.get_context("forkserver")
    starting.set_forkserver_preload(["tests.store.test_kill"])
    draw, acts = random.Random(20261120), {}
    begun = time.perf_counter()
    ingest(office, checklist(rows(0, 60)), "先试.xlsx")
    usual = time.perf_counter() - begun
    for number in range(KILLS):
        hear, tell = starting.Pipe(duplex=False)
        victim = starting.Process(
            target=ingest_on, args=(tmp_path / "data", office.store.url, number, tell)
        )
        victim.start()
        tell.close()
        assert hear.recv() == ("ready", 0)
        time.sleep(draw.random() * 4 * usual)
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        acts.update(acknowledged(hear))
        verify(office, acts)
    assert len(acts) > KILLS / 5  # the kills did not all fall before the first commit
    kept = tallies(office)
    with writing(office.store) as connection:
        rebuild(connection)
    assert tallies(office) == kept


def acknowledged(hear) -> dict[int, str]:
    """Drain what a killed process had said, the last act per batch."""
    found = {}
    try:
        while True:
            act, batch = hear.recv()
            found[batch] = act
    except EOFError:
        return found


def verify(office, acts: dict[int, str]) -> None:
    """Every acknowledged act is there; every batch is whole."""
    place = office.store.url.removeprefix("sqlite:///")
    with sqlite3.connect(place) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        last = dict(connection.execute("SELECT batch, act FROM batch_event ORDER BY event"))
        for batch, act in acts.items():
            # A withdrawal may have been stored and not yet told when the kill came.
            assert last[batch] in {act, "撤回"}
        counted = dict(connection.execute("SELECT batch, count(*) FROM row GROUP BY batch"))
        for batch, good, kind in connection.execute("SELECT batch, good, kind FROM batch"):
            if kind == "inspection":
                assert counted.pop(batch) == good
        assert not counted
        days = {day for (day,) in connection.execute("SELECT DISTINCT day FROM batch_day")}
        assert {day for (day,) in connection.execute("SELECT day FROM day_tally")} <= days
        assert all(date.fromordinal(day).year == 2026 for day in days)
