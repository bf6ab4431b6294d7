"""What every benchmark shares: its lines, taking turns, stores of its own to write into."""

from __future__ import annotations

import hashlib
import math
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import count
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.benchmarks import big
from tests.benchmarks.city import FAILING, SEED
from tests.benchmarks.stores import make_store, open_at
from wenming_metrics import demo
from wenming_metrics.demo.inspections import END
from wenming_metrics.queries.office import Office

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
_numbers = count(1)


@dataclass(frozen=True)
class Setup:
    """What a run of the benchmarks is given.

    folder - for whatever a benchmark writes, empty at first; stores - keeps generated stores and
    workbooks from run to run; days - of the small and of the large store; rows - of the workbooks
    """

    folder: Path
    stores: Path
    runs: int
    days: tuple[int, int]
    rows: tuple[int, ...]
    big: bool

    def new_path(self, ending: str = ".db") -> Path:
        """Name a file that is not there yet."""
        return self.folder / f"{next(_numbers)}{ending}"


@dataclass(frozen=True)
class Line:
    """One thing measured.

    ratio - what is claimed, None where figures are only reported; limit - its bound, None: no
    bound; at_least - the bound is a lower one; seconds - medians, in seconds
    """

    name: str
    what: str
    ratio: float | None
    limit: float | None = None
    at_least: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    runs: int = 1
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Say whether the ratio is within its limit; "" where there is none."""
        if self.limit is None or self.ratio is None:
            return ""
        within = self.ratio >= self.limit if self.at_least else self.ratio <= self.limit
        return "within" if within else "OVER"


Benchmark = Callable[[Setup], Iterable[Line]]
BENCHMARKS: dict[str, tuple[Benchmark, bool]] = {}
"""By name: the function and whether it is only run with --big or by its name."""


def benchmark(name: str, *, big: bool = False) -> Callable[[Benchmark], Benchmark]:
    """Register a function that gives the lines of one benchmark."""

    def register(function: Benchmark) -> Benchmark:
        BENCHMARKS[name] = (function, big)
        return function

    return register


Times = dict[str, list[float]]


def take_turns(
    ways: dict[str, Callable[[], object]], runs: int, clock: Callable[[], float] = time.perf_counter
) -> Times:
    """Time several ways turn by turn, after one turn that does not count; seconds per turn.

    Takes: clock - `time.process_time` where nothing is waited for: others that use the machine count less

    Every second turn goes backwards: none always follows the same other.
    """
    times: Times = {name: [] for name in ways}
    for turn in range(runs + 1):
        for name in sorted(ways, key=list(ways).index, reverse=turn % 2 == 1):
            start = clock()
            ways[name]()
            if turn:
                times[name].append(clock() - start)
    return times


def ratio(times: Times, above: str, below: str) -> float:
    """Give the median of the ratios turn by turn: the machine's speed drifts between turns."""
    pairs = zip(times[above], times[below], strict=True)
    return round(statistics.median(one / other for one, other in pairs), 2)


def medians(times: Times) -> dict[str, float]:
    """Give the median seconds of each way, to three digits."""
    return {name: three_digits(statistics.median(taken)) for name, taken in times.items()}


def three_digits(value: float) -> float:
    """Round to three digits that count."""
    return round(value, 2 - math.floor(math.log10(abs(value)))) if value else 0.0


def say(text: str) -> None:
    """Tell what goes on, beside the results."""
    print(text, file=sys.stderr, flush=True)


def kept_workbook(setup: Setup, rows: int, end: date = END) -> Path:
    """Give a checklist of so many rows of the demo's city, written at the first call."""
    files = [Path(big.__file__), *sorted(Path(demo.__file__).parent.glob("*.*"))]
    sources = b"".join(path.read_bytes() for path in files)
    form = hashlib.sha256(sources).hexdigest()[:8]
    path = setup.stores / f"{rows}-{end}-{SEED}-{form}.xlsx"
    if not path.exists():
        say(f"writing {rows} rows")
        setup.stores.mkdir(parents=True, exist_ok=True)
        big.big_workbook(path.with_suffix(".part"), rows, SEED, end).rename(path)
    return path


def url_of(office: Office) -> str:
    """Give the address of an open store, for another process."""
    return office.store.engine.url.render_as_string(hide_password=False)


def engines() -> list[str]:
    """List the kinds of database that are there."""
    return [SQLITE, POSTGRES] if _cluster() else [SQLITE]


def generated(setup: Setup, days: int, engine: str = SQLITE) -> Office:
    """Open a generated store that must not be written into."""
    if engine == POSTGRES:
        return open_at(_filled(days))
    return make_store(setup.stores, days)


def own_copy(setup: Setup, days: int, engine: str = SQLITE, failing: float = FAILING) -> Office:
    """Open a copy of a generated store that may be written into.

    Takes: failing - the share of its checks that finds a problem (SQLite only)
    """
    if engine == POSTGRES:
        like = _filled(days)
        return open_at(_cluster().new_database(make_url(like).database))
    path = setup.new_path()
    place = make_store(setup.stores, days, failing=failing).store.engine.url.database
    with closing(sqlite3.connect(place)) as full, closing(sqlite3.connect(path)) as copy:
        full.backup(copy)
    return open_at(path)


def let_go(*offices: Office) -> None:
    """Close and remove stores."""
    for office in offices:
        place = office.store.engine.url
        office.store.engine.dispose()
        if place.get_backend_name() == "sqlite":
            for ending in ("", "-wal", "-shm"):
                Path(place.database + ending).unlink(missing_ok=True)
        else:
            _cluster().run(f'DROP DATABASE "{place.database}"')


def end_servers() -> None:
    """Stop the database server that was started, if any was."""
    if _cluster.cache_info().currsize and _cluster():
        from tests import postgres

        postgres.end_all()


@lru_cache(maxsize=1)
def _cluster() -> object | None:
    """Start a PostgreSQL server of our own; None where there is none."""
    try:
        from tests import postgres

        return postgres.cluster()
    except ImportError as error:
        say(f"no PostgreSQL: {error}")
    except postgres.NoPostgres as error:
        say(f"no PostgreSQL: {error}")
    return None


@lru_cache
def _filled(days: int) -> str:
    """Fill a database once per run; gives its address."""
    url = _cluster().new_database()
    say(f"filling {POSTGRES} with {days} days")
    make_store(url, days).store.engine.dispose()
    return url


def named_for(name: str, engine: str) -> str:
    """Name a benchmark for a kind of database."""
    return name if engine == SQLITE else f"{name}-{engine.lower()}"
