"""Servers of the dashboard and of a bare page, and readers that are no browsers: Streamlit's own messages."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.benchmarks.losses import BARE
from tests.benchmarks.pages import bare_settings
from tests.benchmarks.stores import END, WHO, file_of, open_at
from tests.benchmarks.suite import Setup, url_of
from tests.browser.conftest import START, answers, free_port
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.ui.frame.identity import COOKIE

UPLOADERS = 2
_PAGES = ("", "ranks", "unit", "lost", "course", "opinions", "composite", "issued", "guide")
_THINKS = (0.5, 3.0)
_A_FILE, _BETWEEN = 600, 6.0
"""Rows of an uploaded file, and seconds until an uploader has the next."""
_PATIENCE = 120
_spawn = multiprocessing.get_context("spawn")


@dataclass
class Side:
    """The servers of one store, what their readers saw, and the memory of the servers, in MB.

    office - None: a server of the bare page; tokens - a reader's session, "" without accounts
    """

    office: Office | None
    tokens: list[str]
    pages: tuple[str, ...] = _PAGES
    ports: list[int] = field(default_factory=list)
    processes: list[subprocess.Popen] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


@contextmanager
def running(side: Side, setup: Setup, processes: int) -> Iterator[Side]:
    """Run servers until the readers have gone."""
    try:
        for _ in range(processes):
            _start(side, setup.folder)
        yield side
    finally:
        for process in side.processes:
            process.terminate()
            process.wait(30)


def _start(side: Side, folder: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [*_command(side, folder), str(port)],
        cwd=ROOT if side.office else folder,
        env={**os.environ, **_settings(side)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    side.processes.append(process)
    side.ports.append(port)
    path, latest = "/healthz" if side.office else "/_stcore/health", time.monotonic() + START
    while not answers(f"http://127.0.0.1:{port}", path):
        assert process.poll() is None, "a server has ended"
        assert time.monotonic() < latest, "a server does not answer"
        time.sleep(0.05)


def _command(side: Side, folder: Path) -> list[str]:
    """Give the words that start a server, but for its port."""
    if side.office:
        return [sys.executable, "-m", "wenming_metrics", "serve", "--port"]
    page = folder / "bare.py"
    page.write_text(BARE.format(**bare_settings()), encoding="utf-8")
    options = ["--server.headless", "true", "--server.address", "127.0.0.1"]
    options += ["--browser.gatherUsageStats", "false", "--server.port"]
    return [sys.executable, "-m", "streamlit", "run", str(page), *options]


def _settings(side: Side) -> dict[str, str]:
    return {"WENMING_STORE": url_of(side.office)} if side.office else {}


async def crowd(
    side: Side, number: int, readers: int, seconds: float, uploaders: int = UPLOADERS
) -> None:
    """Read and upload for a while; every reader stays with one server, as behind a proxy."""
    until, ends = time.monotonic() + seconds, _spawn.Event()
    uploading = [
        _spawn.Process(target=_upload, args=(url_of(side.office), ends, number * UPLOADERS + n))
        for n in range(uploaders if side.office else 0)
    ]
    for uploader in uploading:
        uploader.start()
    reading = [
        _read(
            side,
            side.ports[n % len(side.ports)],
            side.tokens[n],
            until,
            random.Random(n + number * 1000),
        )
        for n in range(readers)
    ]
    await asyncio.gather(_weigh(side, until), *reading)
    ends.set()
    for uploader in uploading:
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


async def _weigh(side: Side, until: float) -> None:
    while time.monotonic() < until:
        texts = [Path(f"/proc/{process.pid}/status").read_text() for process in side.processes]
        side.memory.append(sum(int(text.split("VmRSS:")[1].split()[0]) for text in texts) / 1024)
        await asyncio.sleep(1)


async def first_visit(side: Side) -> None:
    async with _tab(side.ports[0]) as tab:
        await _visit(side, tab, "")


def _tab(port: int, token: str = "") -> connect:
    """Open a tab as a browser does."""
    return connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        additional_headers={"Cookie": f"{COOKIE}={token}"} if token else {},
        origin=f"http://127.0.0.1:{port}",
        subprotocols=["streamlit"],
        max_size=None,
        open_timeout=_PATIENCE,
        proxy=None,
    )


async def _read(side: Side, port: int, token: str, until: float, chance: random.Random) -> None:
    """Open a tab, visit five pages, close it, until the time is over; what goes wrong is kept."""
    await asyncio.sleep(chance.uniform(0, _THINKS[1]))
    while time.monotonic() < until:
        try:
            async with _tab(port, token) as tab:
                for _ in range(5):
                    if time.monotonic() >= until:
                        break
                    await _visit(side, tab, chance.choice(side.pages))
                    await asyncio.sleep(chance.uniform(*_THINKS))
        except (OSError, WebSocketException) as error:
            side.errors.append(f"{type(error).__name__} {error}"[:120])
            await asyncio.sleep(0.5)


async def _visit(side: Side, tab: object, address: str) -> None:
    """Run a page to its end; whoever is sent on from one page to another has two runs."""
    wish, start = BackMsg(), time.monotonic()
    wish.rerun_script.page_name = address
    await tab.send(wish.SerializeToString())
    async with asyncio.timeout(_PATIENCE):
        while True:
            message = ForwardMsg.FromString(await tab.recv())
            kind = message.WhichOneof("type")
            if kind == "delta" and (fault := _fault(message.delta.new_element)):
                side.errors.append(f"{address}: {fault}"[:120])
            if kind == "page_not_found":
                side.errors.append(f"{address}: no such page")
            if (
                kind == "script_finished"
                and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                side.times.append(time.monotonic() - start)
                return


def _fault(element: Element) -> str:
    """Say what is wrong with a page that shows this; "" where nothing is."""
    if element.WhichOneof("type") == "exception":
        return element.exception.message
    return element.alert.body if element.alert.format == Alert.ERROR else ""
