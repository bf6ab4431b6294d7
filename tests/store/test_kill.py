"""SIGKILL at random moments: nothing acknowledged is lost, nothing is partial, sums stay true."""

import itertools
import random
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.offices import checklist, ingest, make_office, rebuild
from tests.store.killing import KILLS, MOST, READY, kill_at_random
from tests.store.test_split import INDICATORS, ITEMS, STREETS, rows, tallies
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.runtime.settings import Settings
from wenming_metrics.store import schema
from wenming_metrics.store.batches import COMMIT, REINSTATE, WITHDRAW
from wenming_metrics.store.database import reading, writing

SHORTER, LONGER = 0.9, 1.2
"""How the time within which the next kill comes changes after a victim that told something, or
nothing: about two of three get to tell something, however busy the machine."""
DAYS = (date(2026, 10, 31), date(2026, 11, 1))
pytestmark = [
    pytest.mark.store,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX"),
]


def workbook(seed: int) -> bytes:
    """Make a file with some rows on the last day of a month and the first of the next."""
    return checklist([row for row in rows(seed, 60) if row[0] in DAYS])


def ingest_on(data: Path, url: str, seed: int, tell) -> None:
    """Ingest one made file after another; tell what was acknowledged."""
    office = open_office(Settings(data, url, None))
    tell(READY)
    for number in itertools.count(1):
        tell(ingest(office, workbook(seed * 10_000 + number), f"{seed}-{number}.xlsx"))


def commit_on(data: Path, url: str, previews: list[commit.Preview], tell) -> None:
    """Store files that have been read already; tell what was acknowledged."""
    office = open_office(Settings(data, url, None))
    tell(READY)
    for preview in previews:
        tell(commit.commit(office, preview, "测试"))
    time.sleep(600)


def turn_on(data: Path, url: str, batch: int, counts: bool, tell) -> None:
    """Withdraw and reinstate a batch by turns; tell each act that was acknowledged."""
    office = open_office(Settings(data, url, None))
    tell(READY)
    while True:
        if counts:
            commit.withdraw(office, batch, "测试", "发错了")
        else:
            commit.reinstate(office, batch, "测试")
        tell(WITHDRAW if counts else REINSTATE)
        counts = not counts


@pytest.fixture
def office(tmp_path) -> Office:
    made = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)
    return made


def test_kills_of_an_ingest(office, tmp_path):
    draw, known, numbers = random.Random(20261120), 0, itertools.count()
    ingest(office, workbook(next(numbers)), "先试.xlsx")
    within = 2 * seconds(lambda: ingest(office, workbook(next(numbers)), "再试.xlsx"))
    waiting = {}
    for number in range(MOST):
        if number >= KILLS and known > KILLS / 8:
            break
        while len(waiting) < 4:
            file = next(numbers)
            preview = commit.inspect(office, workbook(file), f"{file}.xlsx")
            waiting[preview.reading.sha256] = preview
        before = set(last_acts(office))
        args = (tmp_path / "data", office.store.url, list(waiting.values()))
        told = kill_at_random(commit_on, args, within=within, draw=draw)
        new = set(last_acts(office)) - before
        # What was stored in the last moment may not have been told any more.
        assert set(told) <= new
        assert len(new) <= len(told) + 1
        known, within = known + len(told), within * (SHORTER if told else LONGER)
        for stored in verify_batches(office) & set(waiting):
            del waiting[stored]
    assert known > KILLS / 8  # the kills did not all fall before the first commit
    verify_sums(office)


def test_kills_of_withdrawals(office, tmp_path):
    draw, known = random.Random(20261121), 0
    ingest(office, workbook(0), "一.xlsx")
    batch = ingest(office, workbook(1), "二.xlsx")
    commit.withdraw(office, batch, "测试", "发错了")
    within = 2 * seconds(lambda: commit.reinstate(office, batch, "测试"))
    for number in range(MOST):
        if number >= KILLS and known > KILLS / 8:
            break
        acts = acts_of(office, batch)
        args = (tmp_path / "data", office.store.url, batch, acts[-1] != WITHDRAW)
        told = kill_at_random(turn_on, args, within=within, draw=draw)
        new = acts_of(office, batch)[len(acts) :]
        assert new[: len(told)] == told
        assert len(new) <= len(told) + 1
        known, within = known + len(told), within * (SHORTER if told else LONGER)
        verify_batches(office)
    assert known > KILLS / 8
    verify_sums(office)


def seconds(work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def last_acts(office) -> dict[int, str]:
    """Give the last act of every batch."""
    table = schema.batch_event
    with reading(office.store) as connection:
        query = select(table.c.batch, table.c.act).order_by(table.c.event)
        return dict(connection.execute(query).all())


def acts_of(office, batch: int) -> list[str]:
    """Give the acts of a batch in their order."""
    table = schema.batch_event
    with reading(office.store) as connection:
        query = select(table.c.act).where(table.c.batch == batch).order_by(table.c.event)
        return list(connection.execute(query).scalars())


def verify_batches(office) -> set[str]:
    """The database is sound, every batch is whole, and its line says whether it counts.

    Returns: the digests of the files that are stored
    """
    with reading(office.store) as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        row, batch, day = schema.row, schema.batch, schema.batch_day
        stored = dict(
            connection.execute(select(row.c.batch, func.count()).group_by(row.c.batch)).all()
        )
        dated = dict(
            connection.execute(
                select(day.c.batch, func.sum(day.c.good)).group_by(day.c.batch)
            ).all()
        )
        lines = connection.execute(select(batch)).all()
        kept = set(connection.execute(select(schema.original.c.sha256)).scalars())
    acts = last_acts(office)
    assert {line.batch for line in lines} == set(acts)
    assert {line.sha256 for line in lines} == kept
    inspections = {line.batch: line.good for line in lines if line.kind == "inspection"}
    assert stored == dated == inspections
    assert {line.batch: line.live for line in lines} == {
        number: int(act in (COMMIT, REINSTATE)) for number, act in acts.items()
    }
    return kept


def verify_sums(office) -> None:
    """The tallies and sums are those that the rows give."""
    kept = tallies(office)
    with writing(office.store) as connection:
        rebuild(connection, office.rules)
    assert tallies(office) == kept
