"""A real server on a store of its own, and a real browser."""

import shutil
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests import forked
from tests.browser.pages import Visitors, opened
from tests.conftest import browser_program
from wenming_metrics.decisions.held_rows import discard_held
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.held import waiting_rows
from wenming_metrics.queries.office import Office, open_office
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
    process: forked.Child
    office: Office


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(
    store: Path, data: Path = ROOT / "data", sign_of_life: str = "/_stcore/health"
) -> Iterator[Site]:
    """Serve the dashboard on a store; it answers from the first moment on.

    sign_of_life - the address that answers when it does, to nobody as well where there are accounts
    """
    port = free_port()
    told = {"WENMING_STORE": str(store), "WENMING_DATA": str(data)}
    log = store.with_suffix(".log")
    with log.open("wb") as output:
        process = forked.serve(port, told, output)
    try:
        site = Site(f"http://127.0.0.1:{port}", process, office_on(store, data))
        latest = time.monotonic() + START
        while not answers(site.address, sign_of_life):
            alive = time.monotonic() < latest and process.poll() is None
            assert alive, f"the dashboard did not start:\n{log.read_text(errors='replace')}"
            time.sleep(0.1)
        yield site
    finally:
        process.kill()
        process.wait()


def office_on(store: Path, data: Path = ROOT / "data") -> Office:
    return open_office(Settings(data, store_url(store), None))


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
    office = office_on(place)
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
    with serve(shutil.copy(stored, tmp_path / "own.db")) as site:
        yield site


@pytest.fixture(scope="session")
def shown(stored, tmp_path_factory):
    """A dashboard on a copy of that store, for all tests that store nothing."""
    with serve(shutil.copy(stored, tmp_path_factory.mktemp("shown") / "shown.db")) as site:
        yield site


@pytest.fixture(scope="session")
def visitors() -> Iterator[Visitors]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(), args=_FLAGS)
        yield Visitors(browser)
        browser.close()


@pytest.fixture
def page(visitors) -> Iterator[Page]:
    with opened(visitors, "pc") as page:
        yield page
