"""Retally: whatever became of the sums, on any executor they are again what the rows give."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from tests.offices import checklist, ingest
from tests.store.test_split import open_office, rows, tallies
from tests.tasks import kill_one
from wenming_metrics.intake import commit
from wenming_metrics.runtime.executors import in_order, open_executor
from wenming_metrics.store import schema
from wenming_metrics.store.database import writing
from wenming_metrics.store.tallies import DAY, days_with_rows
from wenming_metrics.upkeep import rebuild_tallies
from wenming_metrics.upkeep.rebuild_tallies import retally_store

MONTHS = 3


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Open an office with rows in several months; one file has been withdrawn."""
    office = open_office(tmp_path_factory.mktemp("重算"))
    for number in range(MONTHS):
        shifted = [[day - timedelta(days=31 * number), *rest] for day, *rest in rows(number, 60)]
        last = ingest(office, checklist(shifted), f"{number}.xlsx", count_again=True)
    ingest(office, checklist(rows(9, 30)), "撤回.xlsx", count_again=True)
    commit.withdraw(office, last + 1, "测试", "发错了")
    return office


def damage(office) -> None:
    """Spoil sums in every way that a crash of a disk or a fault of the software may."""
    with writing(office.store) as connection:
        first, second, *_, last = days_with_rows(connection)
        day, running = schema.day_tally, schema.running_sum
        stray = {"day": last + 20, "cells": b"x", "visits": b"x", "grain": b"x"}
        connection.execute(insert(day), stray)
        connection.execute(delete(day).where(day.c.day == second))
        connection.execute(update(day).where(day.c.day == first).values(cells=b"nonsense"))
        connection.execute(update(schema.month_sites).values(sites=b"nonsense"))
        some = select(running.c.leaves).where(running.c.span == DAY).order_by(running.c.at)
        wrong = connection.execute(some).scalars().first()
        connection.execute(update(running).where(running.c.span != DAY).values(leaves=wrong))
        connection.execute(delete(running).where(running.c.at == first))


def test_in_this_process(office):
    before = tallies(office)
    assert [done.again for done in retally_store(office)] == [False] * (MONTHS + 1)
    assert tallies(office) == before
    damage(office)
    assert tallies(office) != before
    done = list(retally_store(office))
    assert tallies(office) == before
    assert sorted(one.month for one in done)[0] == 202608


def test_a_killed_worker_of_a_pool(office):
    before = tallies(office)
    damage(office)
    with open_executor(2, None) as executor:
        done = retally_store(office, executor)
        next(done)
        kill_one(executor)
        assert len(list(done)) >= MONTHS - 1
    assert tallies(office) == before


def test_a_killed_worker_of_a_cluster(office, dask_cluster):
    before = tallies(office)
    damage(office)
    with open_executor(None, dask_cluster.scheduler_address) as executor:
        done = retally_store(office, executor)
        next(done)
        kill_one(executor)
        assert len(list(done)) >= MONTHS - 1
    assert tallies(office) == before


def test_a_month_that_changes_meanwhile_is_summed_once_more(office, monkeypatch):
    before = tallies(office)
    batch = MONTHS + 1  # the file of the first two months

    def late(executor, function, items):
        for number, found in enumerate(in_order(executor, function, items)):
            if number == 0:  # summed already, not yet stored
                commit.withdraw(office, batch, "测试", "发错了")
            yield found

    with monkeypatch.context() as patched:
        patched.setattr(rebuild_tallies, "in_order", late)
        done = list(retally_store(office))
    assert [one.again for one in done][:2] == [True, False]
    changed = tallies(office)
    assert changed != before
    assert [one.again for one in retally_store(office)] == [False] * len(done)
    assert tallies(office) == changed
    commit.reinstate(office, batch, "测试")
    assert tallies(office) == before


def test_a_store_without_rows(tmp_path):
    assert list(retally_store(open_office(tmp_path))) == []
