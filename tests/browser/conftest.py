"""A real server on a store of its own, and a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.pages import opened
from tests.conftest import browser_program
from wenming_metrics.decisions.held_rows import discard_held
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.held import waiting_rows
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.runtime import settings
from wenming_metrics.runtime.settings import ROOT, Settings, store_url

SAMPLES = ROOT / "data" / "samples"
START = 120
"""Seconds within which a server answers, on a busy machine."""
_FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-proxy-server",
]


@dataclass(frozen=True)
class Site:
    """A running dashboard: its address, its process, and the office it shows."""

    address: str
    process: subprocess.Popen
    office: Office


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(store: Path) -> tuple[str, subprocess.Popen]:
    """Start the dashboard on a store and wait until it answers; gives address and process."""
    port = free_port()
    log = store.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "wenming_metrics", "serve", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "WENMING_STORE": str(store)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    latest = time.monotonic() + START
    while time.monotonic() < latest and process.poll() is None:
        if answers(address):
            return address, process
        time.sleep(0.1)
    process.kill()
    process.wait()
    raise AssertionError(f"the dashboard did not start:\n{log.read_text(errors='replace')}")


def answers(address: str, path: str = "/_stcore/health") -> bool:
    # A proxy of the environment is not for this machine: there it may point nowhere.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address + path, timeout=10):
            return True
    except OSError:
        return False


@pytest.fixture(scope="session")
def stored(tmp_path_factory) -> Path:
    """A store with the registers, the plan and the inspections of the samples; nothing waits."""
    place = tmp_path_factory.mktemp("stored") / "samples.db"
    office = open_office(Settings(settings.load().data, store_url(place), None))
    names = ["单位名册.xlsx", "点位名册.xlsx"]
    names += sorted(p.name for p in SAMPLES.glob("*.xlsx") if p.name not in names)
    for name in names:
        preview = commit.inspect(office, (SAMPLES / name).read_bytes(), name)
        commit.commit(office, preview, "测试")
    for row in waiting_rows(office).itertuples():
        waiting = [(row.sheet, row.source_row)]
        discard_held(office, row.batch, waiting, "测试", "样例里故意写错的一行")
    office.store.engine.dispose()
    return place


@pytest.fixture
def site(stored, tmp_path):
    """A dashboard of the test's own that nobody has visited yet, on a fresh copy of that store."""
    yield from run_on(stored, tmp_path / "own.db")


@pytest.fixture(scope="session")
def shown(stored, tmp_path_factory):
    """A dashboard on a copy of that store, for all tests that store nothing."""
    yield from run_on(stored, tmp_path_factory.mktemp("shown") / "shown.db")


def run_on(stored: Path, place: Path):
    shutil.copy(stored, place)
    address, process = serve(place)
    yield Site(address, process, open_office(Settings(ROOT / "data", store_url(place), None)))
    process.terminate()
    process.wait(60)


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(), args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium) -> Page:
    with opened(chromium, "pc") as page:
        yield page
