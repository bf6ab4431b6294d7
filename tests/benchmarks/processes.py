"""Two processes at one store: do readers wait for a writer, do two writers lose anything?"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count, cycle
from multiprocessing.sharedctypes import Synchronized

import numpy as np

from tests.benchmarks.stores import A_DAY, END, WHO, file_of, open_at
from tests.benchmarks.suite import (
    POSTGRES,
    Line,
    Setup,
    benchmark,
    engines,
    let_go,
    medians,
    named_for,
    own_copy,
    ratio,
    three_digits,
    url_of,
)
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.scoring.tally.tally import TERRITORY
from wenming_metrics.store import batches, rows, tallies
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.tallies import update

_READS = 300
_PATIENCE = 300
_UPDATES, _CHECKS, _DAYS = 300, 12, 4
"""Files of each of two writers, checks in each, days they fall on in turn."""
_RESTS, _COMPUTES, _WRITES, _ENDS = range(4)
"""What a process beside the readers does."""
_spawn = multiprocessing.get_context("spawn")


@benchmark("readers")
def readers(setup: Setup) -> Iterator[Line]:
    """Read a day's tallies and rows, alone and while another process commits day after day.

    Beside a process that only computes reads are slower too, where processors are few: that part
    is told apart.
    """
    for engine in engines():
        days = setup.days[0] if engine == POSTGRES and not setup.big else setup.days[1]
        office = own_copy(setup, days, engine)
        slowest: dict[str, list[float]] = {"alone": [], "computing": [], "writing": []}
        with _other(office) as ask:
            for turn in range(setup.runs + 1):
                for state, name in zip((_RESTS, _COMPUTES, _WRITES), slowest, strict=True):
                    ask(state)
                    taken = _slowest(office)
                    slowest[name] += [taken] if turn else []
        let_go(office)
        what = f"p99 of a read while another process commits days of {A_DAY} checks / alone"
        yield Line(
            named_for("readers", engine),
            f"{engine}: {what}",
            ratio(slowest, "writing", "alone"),
            1.5,
            seconds=medians(slowest),
            runs=setup.runs,
            figures={"writing / computing": ratio(slowest, "writing", "computing")},
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
def _other(office: Office) -> Iterator[Callable[[int], None]]:
    """Run another process; gives a function that lets it rest, compute or write, from now on."""
    wanted, doing = _spawn.Value("i", _RESTS), _spawn.Value("i", _ENDS)
    process = _spawn.Process(target=_work, args=(url_of(office), wanted, doing))
    process.start()

    def ask(state: int) -> None:
        wanted.value = state
        until = time.monotonic() + _PATIENCE
        while doing.value != state:
            assert process.is_alive(), "the other process has failed"
            assert time.monotonic() < until, "the other process does not answer"
            time.sleep(0.01)

    try:
        yield ask
    finally:
        wanted.value = _ENDS
        process.join()


def _work(url: str, wanted: Synchronized, doing: Synchronized) -> None:
    office = open_at(url)
    for day in (END + timedelta(days=number) for number in count(1)):
        file = file_of(office, day)
        while (state := wanted.value) in (_RESTS, _COMPUTES):
            doing.value = state
            if state == _RESTS:
                time.sleep(0.01)
            else:
                file_of(office, day)
        if state == _ENDS:
            return
        doing.value = state
        commit.commit(office, file, WHO)


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
        commit.commit(office, file_of(office, on, _CHECKS, number), WHO)


def _lost(office: Office) -> float:
    """Count what is missing: in the tallies, or else in sums made anew from the rows."""
    days = [END.toordinal() - number for number in range(_DAYS)]
    with reading(office.store) as connection:
        kept = tallies.read_days(connection, days, "cells")
        anew = update.tally_rows(connection, days)
    told = sum(_checks(cells) for cells in kept.values())
    there = sum(_checks(tally["cells"]) for tally in anew.values())
    return 2 * _UPDATES - min(told, there) / _CHECKS


def _checks(cells: object) -> int:
    return int(cells.loc[cells["role"] == TERRITORY, "checks"].sum())
