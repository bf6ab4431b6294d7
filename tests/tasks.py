"""A cluster on this machine, and tasks for tests of executors that workers import from here."""

import logging
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def local_cluster() -> Iterator[object]:
    """Start a Dask cluster of two processes that gives a task up when it has cost two of them."""
    distributed = pytest.importorskip("distributed")
    dask = pytest.importorskip("dask")
    quick = {
        "distributed.scheduler.allowed-failures": 1,
        "distributed.comm.timeouts.connect": "2s",  # to ask a dead worker for its results
        # Begun anew, not forked: a forked one that is started again at times hangs on a lock it has
        # inherited, and the cluster waits for it for ever.
        "distributed.worker.multiprocessing-method": "spawn",
        "distributed.worker.profile.enabled": False,
        "distributed.admin.system-monitor.interval": "10s",
    }
    with (
        dask.config.set(quick),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            host="127.0.0.1",
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield cluster
        with distributed.Client(cluster) as client, suppress(TimeoutError):
            client.wait_for_workers(2, timeout=60)  # those that were killed are on their way back
        # To end it, busy workers may take their time.
        dask.config.set({"distributed.comm.timeouts.connect": "60s"})


def kill_one(executor: Executor) -> None:
    """Kill a worker of a pool or of a cluster."""
    client = getattr(executor, "_client", None)
    processes = client.run(os.getpid).values() if client else executor._processes
    os.kill(next(iter(processes)), signal.SIGKILL)


def warn(number: int) -> int:
    logging.getLogger("wenming_metrics.test").warning("task %d", number)
    return number


def double(number: int) -> int:
    return 2 * number


def fail_on_three(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number


def slow_first(number: int) -> int:
    if number == 0:
        time.sleep(0.3)
    return number


def die_once(told: tuple[int, str]) -> int:
    """End the worker that does number 2 for the first time; the file says that it has happened."""
    number, mark = told
    if number == 2 and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def keep_dying(told: tuple[int, int]) -> int:
    """End every worker that does number 2, but not the process that is named."""
    number, parent = told
    if number == 2 and os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return number
