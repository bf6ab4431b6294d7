"""The commands of `python -m wenming_metrics`, by theme; each module adds its own.

`files` what goes in and what came in · `figures` rankings · `surveys` 两率一度 · `running` the demo
and the page · `upkeep` care for the store · `service` what a system needs to run all by itself · `printing` what they say on the terminal.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from wenming_metrics.runtime.executors import ExecutorError, open_executor

OK, HELD, FAILED = 0, 1, 3
"""Exit codes: all is well; done, but some rows are held; returned or cannot be carried out."""

_MOST_WORKERS = 60
"""Windows waits for no more processes at once; beyond that a cluster is meant."""
Run = Callable[[argparse.Namespace], int]
"""What a command does with its arguments; the number is the exit code."""
Add = Callable[..., argparse.ArgumentParser]
"""Adds a command (name, run, description, json=True) and gives its parser for further arguments."""


def add_workers(command: argparse.ArgumentParser) -> None:
    """Add where the work of a command is done: here, on several processes, on a cluster."""
    command.add_argument(
        "--workers", type=_count, metavar="N", help="用几个进程同时做（默认只用本进程）"
    )
    command.add_argument(
        "--cluster", metavar="地址", help="用 Dask 集群来做，如 tcp://10.0.0.5:8786"
    )


@contextmanager
def workers_on_store(options: argparse.Namespace, store_url: str) -> Iterator[Executor | None]:
    """Open what `add_workers` asked for, for workers that open the store themselves.

    Raises ExecutorError for a cluster whose machines cannot reach the store.
    """
    if options.cluster and store_url.startswith("sqlite"):
        raise ExecutorError("数据文件只在这台机器上，集群里的机器读不到它。请用 --workers。")
    with open_executor(options.workers, options.cluster) as executor:
        yield executor


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"应是 1 到 {_MOST_WORKERS} 的整数，现在是“{text}”")
    return int(text)
