"""The commands of `python -m wenming_metrics`, by theme; what can be typed stands in `commands.toml`.

`files` what goes in and what came in · `figures` rankings · `surveys` 两率一度 · `running` the demo
and the page · `upkeep` care for the store · `service` what a system needs to run all by itself · `printing` what they say on the terminal.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

import pandas as pd

from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.queries.problems.choices import unit_numbers
from wenming_metrics.runtime import settings
from wenming_metrics.runtime.executors import ExecutorError, open_executor

OK, HELD, FAILED = 0, 1, 3
"""Exit codes: all is well; done, but some rows are held; returned or cannot be carried out."""
Run = Callable[[Namespace], int]
"""What a command does with its arguments; the number is the exit code."""
RUNS: dict[str, Run] = {}
"""What carries out each command, by its name in `commands.toml`."""


def command(name: str) -> Callable[[Run], Run]:
    """Say of a function which command it carries out, such as 「rules publish」."""

    def carries_out(run: Run) -> Run:
        RUNS[name] = run
        return run

    return carries_out


def this_office() -> Office:
    """Open the office that the settings name."""
    return open_office(settings.load())


def of_unit(
    office: Office, lines: pd.DataFrame, name: str | None, column: str = "unit_name"
) -> pd.DataFrame:
    """Keep the lines of a unit, all where none is asked for.

    Raises IntakeError for a name that stands neither in the register nor in the lines.
    """
    if not name:
        return lines
    if not (lines[column] == name).any() and name not in unit_numbers(office):
        raise IntakeError(f"名册里没有单位“{name}”。")
    return lines[lines[column] == name]


@contextmanager
def workers_on_store(options: Namespace, store_url: str) -> Iterator[Executor | None]:
    """Open what --workers and --cluster ask for, for workers that open the store themselves.

    Raises ExecutorError for a cluster whose machines cannot reach the store.
    """
    if options.cluster and store_url.startswith("sqlite"):
        raise ExecutorError("数据文件只在这台机器上，集群里的机器读不到它。请用 --workers。")
    with open_executor(options.workers, options.cluster) as executor:
        yield executor
