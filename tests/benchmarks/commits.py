"""Does a commit stay as fast as the store grows, what does a late one cost, how large is a year?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from sqlalchemy import text

from tests.benchmarks.stores import A_DAY, END, WHO, file_of
from tests.benchmarks.suite import (
    POSTGRES,
    SQLITE,
    Line,
    Setup,
    benchmark,
    engines,
    let_go,
    medians,
    named_for,
    own_copy,
    ratio,
    take_turns,
)
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.store.database import reading

TEN_YEARS = 3_652
_DEMO = ROOT / "data" / "store" / "demo.db"
_MONTHS_BACK = 3
_BYTES = {
    "sqlite": text("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name = :name"),
    "postgresql": text("SELECT pg_total_relation_size(quote_ident(:name))"),
}
"""Bytes of one table."""


@benchmark("append")
def append(setup: Setup) -> Iterator[Line]:
    """Commit the day after the last into a large store and into a small one."""
    small, large = setup.days
    yield _append(setup, SQLITE, "append", small, large)
    if POSTGRES in engines():
        # Filling a server takes minutes: only on demand is it filled as far as the file.
        sizes = (small, large) if setup.big else (max(2, small // 9), small)
        yield _append(setup, POSTGRES, named_for("append", POSTGRES), *sizes)
    if setup.big:
        yield _append(setup, SQLITE, "append-ten-years", large, TEN_YEARS)


def _append(setup: Setup, engine: str, name: str, small: int, large: int) -> Line:
    offices = {days: own_copy(setup, days, engine) for days in (small, large)}
    dates = [END + timedelta(days=number) for number in range(1, setup.runs + 2)]
    ways = {str(days): commits(office, dates) for days, office in offices.items()}
    times = take_turns(ways, setup.runs)
    let_go(*offices.values())
    return Line(
        name,
        f"{engine}: commit of a day of {A_DAY} checks to {_millions(large)} checks / "
        f"to {_millions(small)}",
        ratio(times, str(large), str(small)),
        1.2,
        seconds={_millions(int(days)): taken for days, taken in medians(times).items()},
        runs=setup.runs,
    )


def commits(office: Office, dates: Iterable[date], again: int = 0) -> Callable[[], None]:
    """Make the files of some days ready; each call commits the next one."""
    files = iter([file_of(office, on, again=again + n) for n, on in enumerate(dates)])
    return lambda: commit.commit(office, next(files), WHO)


def _millions(days: int) -> str:
    return f"{days * A_DAY / 1e6:.2f} million"


@benchmark("late-day")
def late_day(setup: Setup) -> Iterator[Line]:
    """Commit to the first day of a month three months ago, and to the day after the last."""
    office, turns = own_copy(setup, setup.days[1]), range(1, setup.runs + 2)
    late = END.replace(month=END.month - _MONTHS_BACK, day=1)
    ways = {
        "late": commits(office, [late for _ in turns], again=1),
        "append": commits(office, [END + timedelta(days=number) for number in turns]),
    }
    times = take_turns(ways, setup.runs)
    let_go(office)
    what = f"commit to {late}, the first of a month long past / of the day after the last"
    yield Line(
        "late-day",
        what,
        ratio(times, "late", "append"),
        seconds=medians(times),
        runs=setup.runs,
    )


@benchmark("size")
def size(setup: Setup) -> Iterator[Line]:
    """Bytes of a year at 12,000 checks a day, and of its parts."""
    for engine in engines():
        days = setup.days[1] if engine == SQLITE or setup.big else setup.days[0]
        offices = {n: own_copy(setup, n, engine) for n in (0, days)}
        bytes_ = {n: _bytes(office) for n, office in offices.items()}
        figures = {"MB a year": (bytes_[days] - bytes_[0]) * 365 / days / 1e6}
        figures |= {f"MB of {part}": n * 365 / days / 1e6 for part, n in _parts(offices[days])}
        let_go(*offices.values())
        what = f"{engine}: a year of {A_DAY} checks a day, with its files, from {days} days"
        yield Line(named_for("size", engine), what, None, figures=figures)
    if _DEMO.exists():
        figures = {"MB": _DEMO.stat().st_size / 1e6}
        yield Line("size-demo", "SQLite: the store that `make demo` made", None, figures=figures)


def _bytes(office: Office) -> int:
    """Give the bytes on disk, free pages left out."""
    with reading(office.store) as connection:
        if connection.dialect.name == "postgresql":
            return connection.scalar(text("SELECT pg_database_size(current_database())"))
        pragmas = ("page_count", "freelist_count", "page_size")
        count, free, page = (connection.scalar(text(f"PRAGMA {name}")) for name in pragmas)
        return (count - free) * page


def _parts(office: Office) -> Iterator[tuple[str, int]]:
    """Give the bytes of what a store consists of, where the database tells."""
    tables = {
        "files and cells": ("original", "block"),
        "rows": ("row", "row_unit", "finding_state"),
        "tallies of days": ("day_tally", "month_sites"),
        "running sums": ("running_sum",),
    }
    with reading(office.store) as connection:
        query = _BYTES[connection.dialect.name]
        for part, names in tables.items():
            yield part, sum(connection.scalar(query, {"name": name}) for name in names)
