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

from wenming_metrics.decisions.held_rows import discard_held
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.held import waiting_rows
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.runtime import settings
from wenming_metrics.runtime.settings import ROOT, Settings, store_url

SAMPLES = ROOT / "data" / "samples"
OUT = ROOT / "out"
"""Where screenshots go, for people to look at."""
WIDTHS = {"pc": (1440, 900), "phone": (390, 844), "wide": (1920, 1080)}
_FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
]


@dataclass(frozen=True)
class Site:
    """A running dashboard: its address, its process, and the office it shows."""

    address: str
    process: subprocess.Popen
    office: Office


def serve(place: Path):
    """Start the dashboard on a store and wait until it answers; gives address and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "wenming_metrics", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "WENMING_STORE": str(place)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return address, process
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise AssertionError("the dashboard did not start")


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
    process.wait(20)


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        assert found, "the browser tests need Chromium: see .ci/run"
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium) -> Page:
    yield from open_page(chromium, "pc")


def open_page(chromium, width: str):
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    context = chromium.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


def settle(page: Page) -> None:
    """Wait until the page has been drawn and no script runs any more."""
    page.wait_for_selector('[data-testid="stAppViewContainer"]')
    page.wait_for_timeout(700)
    page.wait_for_selector('[data-testid="stStatusWidget"]', state="detached")
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=\"stSkeleton\"]')"
        " && document.querySelector('[data-testid=\"stApp\"]')?.dataset.testScriptState !== 'running'"
    )
    page.wait_for_timeout(500)


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page for people to look at."""
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / f"{name}.png", full_page=True)
