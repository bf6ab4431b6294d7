"""Servers as readers meet them: the first page after a start, twenty and fifty at once, signed in and not."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.benchmarks.servers import UPLOADERS, Side, crowd, first_visit, running
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
    say,
)
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.viewers import shipped_rights
from wenming_metrics.store.accounts import Account, add_account
from wenming_metrics.store.sessions import sign_in

_READERS, _TURN, _TURNS = 50, 60, 10
"""Seconds of a turn at one side, and turns of each side: ten minutes."""
_SECRET = "Wen-ming 2026"
_CROWDS = {20: 5.0, 50: 3.0}
"""Readers at once -> how many times as long as on a bare page a page may take."""
_STRETCH, _STRETCHES, _REST = 20, 3, 150
"""Seconds of a stretch with a crowd, how many, and seconds after which a server has forgotten those who left."""


@benchmark("signed-readers", big=True)
def signed_readers(setup: Setup) -> Iterator[Line]:
    """Let fifty read while two upload, a minute with accounts, a minute without; twenty minutes an engine."""
    for engine in engines():
        processes = 2 if engine == POSTGRES else 1
        with ExitStack() as stack:
            sides = {
                name: stack.enter_context(_served(setup, engine, processes, name == "signed in"))
                for name in ("signed in", "open")
            }
            for turn in range(_TURNS + 1):
                for name in sorted(sides, reverse=turn % 2 == 1):
                    asyncio.run(crowd(sides[name], turn, _READERS, _TURN))
                    if not turn:  # what is worked out once is not what a day is like
                        sides[name].times.clear()
                    say(f"{engine} {turn} {name}: {len(sides[name].times)} pages")
            yield from _lines(engine, sides)


def _lines(engine: str, sides: dict[str, Side]) -> Iterator[Line]:
    signed = sides["signed in"]
    middle, last = (statistics.mean(part) for part in _thirds(signed.memory)[1:])
    median = {name: statistics.median(side.times) for name, side in sides.items()}
    wrong = _tell_errors(sides)
    yield Line(
        named_for("signed-readers", engine),
        f"{engine}: p50 of a page for {_READERS} readers and {UPLOADERS} uploaders, signed in / without accounts",
        median["signed in"] / median["open"],
        1.1,
        seconds=median,
        figures={name: len(side.times) for name, side in sides.items()},
    )
    yield Line(
        named_for("signed-errors", engine), f"{engine}: errors that the readers saw", len(wrong), 0
    )
    yield Line(
        named_for("signed-memory", engine),
        f"{engine}: memory of the server, last third / middle third of its turns",
        last / middle,
        1.05,
        figures={"MB": last},
    )


@benchmark("crowds", big=True)
def crowds(setup: Setup) -> Iterator[Line]:
    """Let twenty and fifty read while two upload, in turns with as many at a bare page of one table and two charts."""
    with _served(setup, SQLITE, 1, with_accounts=False) as ours, _bare(setup) as bare:
        sides = {"ours": ours, "bare": bare}
        for side in sides.values():
            asyncio.run(crowd(side, 0, 2, _STRETCH))
        before = ours.memory[-1]
        for number, (readers, limit) in enumerate(_CROWDS.items()):
            for side in sides.values():
                side.times.clear()
            for turn in range(_STRETCHES):
                for side in sides.values():
                    asyncio.run(crowd(side, 1 + number * _STRETCHES + turn, readers, _STRETCH))
            median = {name: statistics.median(side.times) for name, side in sides.items()}
            yield Line(
                f"crowd-{readers}",
                f"p50 of a page for {readers} readers and {UPLOADERS} uploaders / a bare page's for as many",
                median["ours"] / median["bare"],
                limit,
                seconds=median,
            )
            pages = {name: len(side.times) for name, side in sides.items()}
            yield Line(
                f"crowd-{readers}-pages",
                f"pages that {readers} readers were given / bare pages",
                pages["ours"] / pages["bare"],
                0.5,
                at_least=True,
                figures=pages,
            )
        yield Line("crowd-errors", "errors that the readers saw", len(_tell_errors(sides)), 0)
        time.sleep(_REST)
        asyncio.run(crowd(ours, 0, 1, 3, uploaders=0))
        left = ours.memory[-1]
        yield Line(
            "crowd-memory",
            f"memory of the server {_REST} s after all have left / before they came",
            left / before,
            1.15,
            figures={"MB before": before, "MB after": left},
        )


@benchmark("first-page")
def first_page(setup: Setup) -> Iterator[Line]:
    """Start a server and draw the first page, in turns with a server of the bare page."""
    taken = {"ours": [], "bare": []}
    with own_office(setup, SQLITE) as office:
        for _ in range(setup.runs):
            for name in taken:
                side = Side(office if name == "ours" else None, [""], pages=("",))
                start = time.monotonic()
                with running(side, setup, 1):
                    asyncio.run(first_visit(side))
                    taken[name].append(time.monotonic() - start)
    seconds = medians(taken)
    yield Line(
        "first-page",
        "seconds from starting the server to the first page drawn, beyond those of a bare app",
        statistics.median(ours - bare for ours, bare in zip(*taken.values(), strict=True)),
        2.0,
        seconds=seconds,
        runs=setup.runs,
    )


def _tell_errors(sides: dict[str, Side]) -> list[str]:
    """Say what the readers of each side saw that is wrong; gives all of it."""
    errors = [f"{name}: {text}" for name, side in sides.items() for text in side.errors]
    for text in sorted(set(errors)):
        say(f"{errors.count(text)} x {text}")
    return errors


def _thirds(values: list[float]) -> list[list[float]]:
    cut = len(values) // 3
    return [values[:cut], values[cut : 2 * cut], values[2 * cut :]]


@contextmanager
def own_office(setup: Setup, engine: str) -> Iterator[Office]:
    """Give a store of a month that may be written into, and remove it."""
    office = own_copy(setup, setup.days[0], engine)
    try:
        yield office
    finally:
        let_go(office)


@contextmanager
def _served(setup: Setup, engine: str, processes: int, with_accounts: bool) -> Iterator[Side]:
    """Start servers on a store of their own."""
    with own_office(setup, engine) as office:
        tokens = _signed_in(office) if with_accounts else [""] * _READERS
        with running(Side(office, tokens), setup, processes) as side:
            yield side


@contextmanager
def _bare(setup: Setup) -> Iterator[Side]:
    with running(Side(None, [""] * _READERS, pages=("",)), setup, 1) as side:
        yield side


def _signed_in(office: Office) -> list[str]:
    """Add an account for each reader, and sign them in."""
    rights = shipped_rights()
    first = Account(0, "guanli", "管理员甲", "管理员")
    add_account(office.store, first, _SECRET, rights, "终端")
    tokens = []
    for number in range(_READERS):
        reader = Account(0, f"lingdao{number}", f"领导{number}", "领导")
        add_account(office.store, reader, _SECRET, rights, "终端")
        tokens.append(sign_in(office.store, reader.login, _SECRET).token)
    return tokens
