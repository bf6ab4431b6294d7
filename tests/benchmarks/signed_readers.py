"""Fifty readers and two uploaders at servers whose readers sign in, and at servers without accounts."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.benchmarks.stores import END, WHO, file_of, open_at
from tests.benchmarks.suite import (
    POSTGRES,
    Line,
    Setup,
    benchmark,
    engines,
    let_go,
    named_for,
    own_copy,
    say,
    url_of,
)
from tests.browser.conftest import START, answers
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.viewers import shipped_rights
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.store.accounts import Account, add_account
from wenming_metrics.store.sessions import sign_in
from wenming_metrics.ui.frame.identity import COOKIE

_READERS, _UPLOADERS, _TURN, _TURNS = 50, 2, 60, 10
"""Seconds of a turn at one side, and turns of each side: ten minutes."""
_SECRET = "Wen-ming 2026"
_PAGES = ("", "ranks", "unit", "lost", "course", "opinions", "composite", "issued", "guide")
_THINKS = (0.5, 3.0)
_A_FILE, _BETWEEN = 600, 6.0
"""Rows of an uploaded file, and seconds until an uploader has the next."""
_PATIENCE = 120
_spawn = multiprocessing.get_context("spawn")


@dataclass
class _Side:
    """The servers of one store, what their readers saw, and the memory of the servers, in MB."""

    office: Office
    ports: list[int]
    processes: list[subprocess.Popen]
    tokens: list[str]
    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


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
                    asyncio.run(_turn(sides[name], turn))
                    if not turn:  # what is worked out once is not what a day is like
                        sides[name].times.clear()
                    say(f"{engine} {turn} {name}: {len(sides[name].times)} pages")
            yield from _lines(engine, sides)


def _lines(engine: str, sides: dict[str, _Side]) -> Iterator[Line]:
    signed, bare = sides["signed in"], sides["open"]
    middle, last = (statistics.mean(part) for part in _thirds(signed.memory)[1:])
    median = {name: statistics.median(side.times) for name, side in sides.items()}
    wrong = signed.errors + bare.errors
    for text in sorted(set(wrong)):
        say(f"{wrong.count(text)} x {text}")
    yield Line(
        named_for("signed-readers", engine),
        f"{engine}: p50 of a page for {_READERS} readers and {_UPLOADERS} uploaders, signed in / without accounts",
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


def _thirds(values: list[float]) -> list[list[float]]:
    cut = len(values) // 3
    return [values[:cut], values[cut : 2 * cut], values[2 * cut :]]


@contextmanager
def _served(setup: Setup, engine: str, processes: int, with_accounts: bool) -> Iterator[_Side]:
    """Start servers on a store of their own."""
    office = own_copy(setup, setup.days[0], engine)
    tokens = [""] * _READERS
    if with_accounts:
        rights = shipped_rights()
        add_account(
            office.store, Account(0, "guanli", "管理员甲", "管理员"), _SECRET, rights, "终端"
        )
        for number in range(_READERS):
            reader = Account(0, f"lingdao{number}", f"领导{number}", "领导")
            add_account(office.store, reader, _SECRET, rights, "终端")
            tokens[number] = sign_in(office.store, f"lingdao{number}", _SECRET).token
    side = _Side(office, [], [], tokens)
    try:
        for _ in range(processes):
            _start(side, setup.folder)
        yield side
    finally:
        for process in side.processes:
            process.terminate()
            process.wait(30)
        let_go(office)


def _start(side: _Side, folder: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = {"WENMING_STORE": url_of(side.office), "WENMING_DATA": str(folder / f"data{port}")}
    process = subprocess.Popen(
        [sys.executable, "-m", "wenming_metrics", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, **told},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    side.processes.append(process)
    side.ports.append(port)
    latest = time.monotonic() + START
    while not answers(f"http://127.0.0.1:{port}", "/healthz"):
        assert process.poll() is None, "a server has ended"
        assert time.monotonic() < latest, "a server does not answer"
        time.sleep(0.2)


async def _turn(side: _Side, turn: int) -> None:
    """Read and upload for a minute; every reader stays with one server, as behind a proxy."""
    until, ends = time.monotonic() + _TURN, _spawn.Event()
    uploaders = [
        _spawn.Process(target=_upload, args=(url_of(side.office), ends, turn * _UPLOADERS + n))
        for n in range(_UPLOADERS)
    ]
    for uploader in uploaders:
        uploader.start()
    readers = [
        _read(
            side,
            side.ports[n % len(side.ports)],
            side.tokens[n],
            until,
            random.Random(n + turn * 1000),
        )
        for n in range(_READERS)
    ]
    await asyncio.gather(_weigh(side, until), *readers)
    ends.set()
    for uploader in uploaders:
        uploader.join()
        assert uploader.exitcode == 0, "an uploader has failed"


def _upload(url: str, ends: Event, first: int) -> None:
    """Store file after file of the newest days, of which none was stored before."""
    office = open_at(url)
    for number in count(first * 1000):
        day = END + timedelta(days=1 + number % 7)
        commit.commit(office, file_of(office, day, _A_FILE, again=number), WHO)
        if ends.wait(_BETWEEN):
            return


async def _weigh(side: _Side, until: float) -> None:
    while time.monotonic() < until:
        texts = [Path(f"/proc/{process.pid}/status").read_text() for process in side.processes]
        side.memory.append(sum(int(text.split("VmRSS:")[1].split()[0]) for text in texts) / 1024)
        await asyncio.sleep(1)


async def _read(side: _Side, port: int, token: str, until: float, chance: random.Random) -> None:
    """Open a tab, visit five pages, close it, until the time is over; what goes wrong is kept."""
    await asyncio.sleep(chance.uniform(0, _THINKS[1]))
    while time.monotonic() < until:
        try:
            async with connect(
                f"ws://127.0.0.1:{port}/_stcore/stream",
                additional_headers={"Cookie": f"{COOKIE}={token}"} if token else {},
                origin=f"http://127.0.0.1:{port}",
                subprotocols=["streamlit"],
                max_size=None,
                open_timeout=_PATIENCE,
                proxy=None,
            ) as tab:
                for _ in range(5):
                    if time.monotonic() >= until:
                        break
                    await _visit(side, tab, chance.choice(_PAGES))
                    await asyncio.sleep(chance.uniform(*_THINKS))
        except (OSError, WebSocketException) as error:
            side.errors.append(f"{type(error).__name__} {error}"[:120])
            await asyncio.sleep(0.5)


async def _visit(side: _Side, tab: object, address: str) -> None:
    """Run a page to its end; whoever is sent on from one page to another has two runs."""
    wish, start = BackMsg(), time.monotonic()
    wish.rerun_script.page_name = address
    await tab.send(wish.SerializeToString())
    async with asyncio.timeout(_PATIENCE):
        while True:
            message = ForwardMsg.FromString(await tab.recv())
            kind = message.WhichOneof("type")
            if kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
                side.errors.append(
                    f"{address}: {message.delta.new_element.exception.message}"[:120]
                )
            if kind == "page_not_found":
                side.errors.append(f"{address}: no such page")
            if (
                kind == "script_finished"
                and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                side.times.append(time.monotonic() - start)
                return
