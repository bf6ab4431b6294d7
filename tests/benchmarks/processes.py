"""Two processes at one store: do readers wait for a writer, do two writers lose anything?"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count, cycle

import numpy as np

from tests.benchmarks.stores import A_DAY, END, WHO, file_of, open_at
from tests.benchmarks.suite import (
    POSTGRES,
    Line,
    Setup,
    benchmark,
    engines,
    let_go,
    named_for,
    own_copy,
    three_digits,
    url_of,
)
from wenming_metrics import intake, tallying
from wenming_metrics.queries.office import Office
from wenming_metrics.scoring.tally import TERRITORY
from wenming_metrics.store import batches, rows, tallies
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

_READS = 300
_PATIENCE = 300
_UPDATES, _CHECKS, _DAYS = 300, 12, 4
"""Files of each of two writers, checks in each, days they fall on in turn."""
_spawn = multiprocessing.get_context("spawn")


@benchmark("readers")
def readers(setup: Setup) -> Iterator[Line]:
    """Read a day's tallies and rows, alone and while another process commits day after day."""
    for engine in engines():
        days = setup.days[0] if engine == POSTGRES and not setup.big else setup.days[1]
        office = own_copy(setup, days, engine)
        slowest: dict[str, list[float]] = {"alone": [], "while writing": []}
        with _writer(office) as (go, idle):
            for turn in range(setup.runs + 1):
                assert idle.wait(_PATIENCE), "the writer does not answer"
                alone = _slowest(office)
                go.set()
                time.sleep(0.5)  # the writer is at work
                beside = _slowest(office)
                go.clear()
                if turn:
                    slowest["alone"].append(alone)
                    slowest["while writing"].append(beside)
        let_go(office)
        pairs = zip(slowest["while writing"], slowest["alone"], strict=True)
        yield Line(
            named_for("readers", engine),
            f"{engine}: p99 of a read while another process commits days of {A_DAY} checks / alone",
            round(statistics.median(one / other for one, other in pairs), 2),
            1.5,
            seconds={way: three_digits(statistics.median(p)) for way, p in slowest.items()},
            runs=setup.runs,
        )


def _slowest(office: Office) -> float:
    """Give the p99 of reads of the last day, in seconds."""
    day, taken = END.toordinal(), []
    with reading(office.store) as connection:
        units = read_register(connection).units
    places = cycle(units.loc[units["kind"] == "community", "unit"].tolist())
    for _ in range(_READS):
        start = time.perf_counter()
        with reading(office.store) as connection:
            tallies.read_days(connection, [day], "cells")
            live = batches.live_on(connection, [day])
            rows.read_rows(connection, [day], live, [next(places)])
        taken.append(time.perf_counter() - start)
    return float(np.quantile(taken, 0.99))


@contextmanager
def _writer(office: Office) -> Iterator[tuple[object, object]]:
    """Run a process that commits while `go` is set, and says by `idle` that it does not."""
    go, idle, done = (_spawn.Event() for _ in range(3))
    writer = _spawn.Process(target=_write, args=(url_of(office), go, idle, done))
    writer.start()
    try:
        yield go, idle
    finally:
        done.set()
        go.set()
        writer.join()


def _write(url: str, go: object, idle: object, done: object) -> None:
    office = open_at(url)
    for number in count(1):
        file = file_of(office, END + timedelta(days=number))
        if not go.is_set():
            idle.set()
            go.wait()
            idle.clear()
        if done.is_set():
            return
        intake.commit(office, file, WHO)


@benchmark("lost-updates")
def lost_updates(setup: Setup) -> Iterator[Line]:
    """Let two processes commit to the same days, as fast as they can, and count what is there."""
    for engine in engines():
        office = own_copy(setup, 0, engine)
        start = time.perf_counter()
        writers = [
            _spawn.Process(target=_commit_many, args=(url_of(office), first, _UPDATES))
            for first in (1, 1 + _UPDATES)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
            assert writer.exitcode == 0, "a writer failed"
        taken = time.perf_counter() - start
        lost = _lost(office)
        let_go(office)
        yield Line(
            named_for("lost-updates", engine),
            f"{engine}: commits of two processes that are not in the rows or not in the sums, "
            f"of {2 * _UPDATES}",
            lost,
            0.0,
            seconds={"all": three_digits(taken)},
            figures={"commits": 2 * _UPDATES},
        )


def _commit_many(url: str, first: int, updates: int) -> None:
    office = open_at(url)
    for number in range(first, first + updates):
        on = END - timedelta(days=number % _DAYS)
        intake.commit(office, file_of(office, on, _CHECKS, number), WHO)


def _lost(office: Office) -> float:
    """Count what is missing: in the tallies, or else in sums made anew from the rows."""
    days = [END.toordinal() - number for number in range(_DAYS)]
    with reading(office.store) as connection:
        kept = tallies.read_days(connection, days, "cells")
        anew = tallying.tally_rows(connection, days)
    told = sum(_checks(cells) for cells in kept.values())
    there = sum(_checks(tally["cells"]) for tally in anew.values())
    return 2 * _UPDATES - min(told, there) / _CHECKS


def _checks(cells: object) -> int:
    return int(cells.loc[cells["role"] == TERRITORY, "checks"].sum())
