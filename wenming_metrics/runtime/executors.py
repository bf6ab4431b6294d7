"""Work on many cores or many machines behind one interface, `concurrent.futures.Executor`.

No executor: in this process. A process pool: all cores of this machine. The executor of a Dask
cluster: many machines. What is computed does not depend on which of them is used, for the parts
are taken in the order of their items and only integers are summed.

A task is a function of an importable module and one picklable item; workers set up nothing
before their first task.
"""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from wenming_metrics.runtime import logs

Item, Result = TypeVar("Item"), TypeVar("Result")
_AHEAD = 2
"""Tasks kept waiting per worker: none idles while results are taken, and memory stays flat."""
_PATIENCE = 30
"""Seconds to wait for a cluster and for its first worker."""
_log = logging.getLogger(__name__)
_PACKAGE = Path(__file__).resolve().parents[1]
"""The whole package, not this room: any file of it may change a figure."""


class ExecutorError(RuntimeError):
    """Workers cannot be had; the message says why and what to do, in Chinese."""


@contextmanager
def open_executor(workers: int | None, cluster: str | None) -> Iterator[Executor | None]:
    """Give what runs tasks: None (this process), a pool of processes, or a cluster's executor.

    Takes: workers - processes on this machine (None or 0: work in this process); cluster - address
           of a Dask scheduler such as tcp://10.0.0.5:8786, which goes before `workers`
    Raises ExecutorError when the cluster cannot be used.
    """
    if cluster:
        with _open_cluster(cluster) as executor:
            yield executor
    elif workers:
        # A fork would copy locks and database connections in whatever state they are in.
        spawn, log = get_context("spawn"), (logs.log_path(),)
        pool = ProcessPoolExecutor(workers, spawn, initializer=logs.join, initargs=log)
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)
    else:
        yield None


@contextmanager
def _open_cluster(address: str) -> Iterator[Executor]:
    try:
        import dask
        from distributed import Client
    except ImportError:
        raise ExecutorError(
            "使用集群要先安装 distributed:pip install 'distributed>=2026.8,<2026.9'。"
        ) from None
    # A task carries a whole workbook on purpose: the workers need not see this machine's files.
    large = {"distributed.admin.large-graph-warning-threshold": "1GB"}
    with dask.config.set(large):
        try:
            client = Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ExecutorError(f"连不上集群 {address}：{error}") from error
        with client:
            _check_workers(client, address)
            # Not pure: the same call again is the same work again, also after a worker was lost.
            yield client.get_executor(pure=False)


def _check_workers(client: object, address: str) -> None:
    """Make sure that there are workers and that they would compute the same figures."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError:
        raise ExecutorError(f"集群 {address} 里没有工作进程，请先启动 dask worker。") from None
    try:
        digests = client.run(program)
    except ImportError as error:
        raise ExecutorError(f"集群的工作进程里没有装本软件或它需要的库：{error}") from error
    differing = sorted(worker for worker, digest in digests.items() if digest != program())
    if differing:
        raise ExecutorError(f"集群里这些工作进程的软件版本与本机不同：{'、'.join(differing)}")


@lru_cache(maxsize=1)
def program() -> str:
    """Give a digest of this software: equal digests compute equal figures."""
    return digest_of(_PACKAGE)


def digest_of(folder: Path) -> str:
    """Give a digest of every file of program below a folder: paths and contents."""
    total = hashlib.sha256()
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.toml")]):
        name = path.relative_to(folder).as_posix().encode()
        total.update(name + b"\0" + path.read_bytes())
    return total.hexdigest()


def at_once(executor: Executor | None) -> int:
    """Say how many tasks an executor works on at the same time."""
    if executor is None:
        return 1
    client = getattr(executor, "_client", None)  # a cluster may have grown since it was opened
    return max(1, sum(client.nthreads().values())) if client else executor._max_workers


def in_order(
    executor: Executor | None,
    function: Callable[[Item], Result],
    items: Iterable[Item],
    ahead: int | None = None,
) -> Iterator[Result]:
    """Apply a function to items on an executor; results come in the order of the items.

    When workers are lost with a task (ended by the system, out of memory), the task is done again
    in this process: no item is left out. An error of the function itself is raised at its item.

    Takes: function, items - see the module; items are drawn only as they are needed
           ahead - most tasks in flight beyond the one that is waited for; None: 2 per worker
    """
    if executor is None:
        yield from map(function, items)
        return
    most = _AHEAD * at_once(executor) if ahead is None else ahead
    waiting: deque[tuple[Item, Future | None]] = deque()
    try:
        for item in items:
            waiting.append((item, _submit(executor, function, item)))
            if len(waiting) > most:
                yield _finish(function, *waiting.popleft())
        while waiting:
            yield _finish(function, *waiting.popleft())
    finally:
        for _, future in waiting:
            if future:
                future.cancel()


def _submit(executor: Executor, function: Callable, item: object) -> Future | None:
    try:
        return executor.submit(function, item)
    except BrokenExecutor:
        return None  # said where the first task was found to be lost


def _finish(function: Callable[[Item], Result], item: Item, future: Future | None) -> Result:
    if future is None:
        return function(item)
    try:
        lost = future.exception()
    except CancelledError as error:
        lost = error
    if lost is None:
        return future.result()
    # What a pool or a cluster raises when it loses workers depends on the moment; an error of the
    # function itself comes again.
    result = function(item)
    _log.warning("工作进程没有做成一件事（%s），改由本进程做。", lost)
    return result
