"""Are two workers nearly twice as fast as one, and a cluster nearly as fast as a pool?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from tests.benchmarks.ingest import registered
from tests.benchmarks.stores import A_DAY, WHO
from tests.benchmarks.suite import (
    Line,
    Setup,
    benchmark,
    kept_workbook,
    let_go,
    medians,
    ratio,
    say,
    take_turns,
)
from wenming_metrics.demo.inspections import END
from wenming_metrics.intake.bulk import ingest_many
from wenming_metrics.queries.office import Office
from wenming_metrics.runtime.executors import open_executor

_FILES = 12
_WORKERS = 2


@benchmark("backfill")
def backfill(setup: Setup) -> Iterator[Line]:
    """Take in the files of twelve days: one after the other, on a pool, on a cluster."""
    ends = [END - timedelta(days=ago) for ago in range(_FILES, 0, -1)]
    files = [kept_workbook(setup, A_DAY, end) for end in ends]
    setup = replace(setup, runs=max(2, setup.runs // 2))
    with open_executor(_WORKERS, None) as pool:
        # Before there is a cluster: its scheduler lives in this process and takes of its time.
        times = _times(setup, files, {"serial": None, "pool": pool})
        yield Line(
            "backfill",
            f"taking in {_said()} one after the other / with {_WORKERS} workers that are there",
            ratio(times, "serial", "pool"),
            1.7,
            at_least=True,
            seconds=medians(times),
            runs=setup.runs,
        )
        yield from _on_cluster(setup, files, pool)


def _said() -> str:
    return f"{_FILES} days of {A_DAY} checks"


def _on_cluster(setup: Setup, files: list[Path], pool: Executor) -> Iterator[Line]:
    try:
        from distributed import LocalCluster
    except ImportError as error:
        say(f"no cluster: {error}")
        return
    with (
        LocalCluster(
            n_workers=_WORKERS,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
        open_executor(None, cluster.scheduler_address) as executor,
    ):
        times = _times(setup, files, {"pool": pool, "cluster": executor})
    what = f"taking in {_said()} on Dask with {_WORKERS} workers / on a pool of processes"
    found = ratio(times, "cluster", "pool")
    yield Line("backfill-cluster", what, found, 1.3, seconds=medians(times), runs=setup.runs)


def _times(
    setup: Setup, files: list[Path], executors: Mapping[str, Executor | None]
) -> dict[str, list[float]]:
    """Take the files in, turn by turn; workers start in the turn that does not count."""
    offices = registered(setup, len(executors) * (setup.runs + 1))
    left = iter(offices)
    ways = {name: partial(_take_in, left, files, one) for name, one in executors.items()}
    times = take_turns(ways, setup.runs)
    let_go(*offices)
    return times


def _take_in(left: Iterator[Office], files: list[Path], executor: Executor | None) -> None:
    for outcome in ingest_many(next(left), files, WHO, executor=executor):
        assert outcome.batch, outcome.error
