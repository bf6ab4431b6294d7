"""Which engine the stores of the tests are on: pytest --engine sqlite|postgresql.

What keeps the run short, for whoever adds to it: nothing large is made on import, for every process
of the tests reads every file; an office is made once and copied (`offices.copy_office`), a command
is called (`main([...])`) unless the process itself is tried; a browser looks every tenth of a second
and never with every frame (`browser.pages.settled`); children, workers and servers are forked
(`forked`); wide searches go behind --explore.
"""

import gc
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from streamlit.runtime import context

from tests import forked, postgres, shown_words, tasks
from wenming_metrics.demo.inspections import END
from wenming_metrics.domain.periods import today
from wenming_metrics.reading.sandbox import process
from wenming_metrics.runtime import executors

STRICT = bool(os.environ.get("CI"))
"""In an automatic check what is missing is an error; elsewhere it is left out and named."""
_MAIN = sys.modules["__main__"]
_MISSING = pytest.StashKey[list[str]]()

# Without a server the visitor's cookies are a stand-in that has a value under every name.
context.ContextProxy.cookies = property(lambda _: context.StreamlitCookies({}))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption("--explore", action="store_true", help="search properties at random")


def pytest_configure(config: pytest.Config) -> None:
    for marker in (
        "children: a test of children and workers, which begin as those of the product do",
        "mistakes: a test in which the program fails at a file on purpose",
        "store: a test of what the store does, which runs again on PostgreSQL",
        "browser: a test in a real browser",
        "only(engine): a test of what one engine alone does",
    ):
        config.addinivalue_line("markers", marker)
    # One tree, one verdict: chance that turns a run red belongs into a search of its own.
    settings.register_profile("fixed", derandomize=True, deadline=None)
    settings.register_profile("random", deadline=None)
    # Nor may it hang on which modules happen to be loaded, whose constants are tried otherwise.
    providers.is_local_module_file = lambda _path: False
    settings.load_profile("random" if config.getoption("explore") else "fixed")
    if config.getoption("explore"):
        os.environ["WENMING_TESTS_EXPLORE"] = "1"
    if today() < END:
        raise pytest.UsageError(
            f"本机日期是 {today()}，早于演示市的最后一天（{END}）：测试里的督查还没有发生。"
            "请先校准本机的日期和时间。"
        )
    engine = config.getoption("engine")
    config.stash[_MISSING] = _missing_programs(engine)
    if STRICT and config.stash[_MISSING]:
        raise pytest.UsageError("；".join(config.stash[_MISSING]))
    if engine == "postgresql":
        if postgres.programs() is None:
            pytest.exit(config.stash[_MISSING][0], returncode=0)
        postgres.choose()


def _missing_programs(engine: str) -> list[str]:
    """Say what this machine lacks, and which tests are left out for it."""
    missing = []
    if engine == "sqlite" and not browser_program():
        missing.append("没有 Chromium，浏览器测试（tests/browser）没有做")
    if postgres.programs() is None:
        missing.append("没有 PostgreSQL，在它上面的测试没有做")
    if engine == "postgresql" and not proxy_program():
        missing.append("没有 nginx，代理后面两个进程的测试没有做")
    return missing


def browser_program() -> str | None:
    """Find the browser of the system."""
    names = ("chromium", "google-chrome", "chromium-browser")
    return next(filter(None, map(shutil.which, names)), None)


def proxy_program() -> str | None:
    """Find the proxy of the system: Debian has it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no file of tests that has none for PostgreSQL: importing them all takes half a minute."""
    if config.getoption("engine") == "postgresql" and collection_path.suffix == ".py":
        text = collection_path.read_text(encoding="utf-8")
        return "mark.store" not in text or None
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the other engine or to a program that is not here."""
    engine, browser = config.getoption("engine"), browser_program()

    def runs_here(item: pytest.Item) -> bool:
        only = item.get_closest_marker("only")
        if only and engine not in only.args:
            return False
        if engine == "postgresql" and not item.get_closest_marker("store"):
            return False
        if item.get_closest_marker("browser") and not browser:
            return False
        if "nginx" in getattr(item, "fixturenames", ()) and not proxy_program():
            return False
        return "cluster" not in getattr(item, "fixturenames", ()) or postgres.programs() is not None

    sides: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        sides[runs_here(item)].append(item)
    config.hook.pytest_deselected(items=sides[False])
    items[:] = sides[True]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for garbage only among what tests make, and seldom: that took a sixth of their time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        gc.enable()


def pytest_terminal_summary(terminalreporter: object, config: pytest.Config) -> None:
    for sentence in config.stash[_MISSING]:
        terminalreporter.write_line(f"注意：{sentence}。", yellow=True)


def pytest_report_header(config: pytest.Config) -> str:
    return f"stores on: {config.getoption('engine')}"


def pytest_unconfigure() -> None:
    postgres.end_all()


@pytest.fixture(autouse=True)
def _own_main() -> None:
    """Put back the main module: a page that a test ran stays there, and new processes begin by it."""
    sys.modules["__main__"] = _MAIN


class _Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(autouse=True)
def _no_mistakes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail where the program failed at a file: users are told a number, tests must not be content."""
    kept, log = _Kept(), logging.getLogger("wenming_metrics.intake.mistakes")
    log.addHandler(kept)
    yield
    log.removeHandler(kept)
    if not request.node.get_closest_marker("mistakes"):
        assert not kept.lines, "\n".join(kept.lines)


@pytest.fixture(autouse=True, scope="module")
def _words() -> Iterator[None]:
    """Hold all that the tests of a file bring up, anywhere, against the rules of wording; once."""
    with shown_words.watched() as texts:
        yield
    wrong = {
        f"{where}: {fault}" for text, where in texts.items() for fault in shown_words.faults(text)
    }
    assert not wrong, "\n".join(sorted(wrong))


@pytest.fixture(autouse=True, scope="module")
def _children(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fork the children of the sandbox and the workers of pools, but in files that try them."""
    with pytest.MonkeyPatch.context() as patch:
        if hasattr(os, "fork") and not request.node.get_closest_marker("children"):
            patch.setattr(process, "_start", forked.start)
            patch.setattr(executors, "get_context", lambda _: forked.workers())
        yield


@pytest.fixture
def cluster() -> postgres.Cluster:
    """Give the run's PostgreSQL server."""
    return postgres.cluster()


@pytest.fixture(scope="module")
def dask_cluster() -> Iterator[object]:
    """Give a Dask cluster of two processes on this machine; workers that are killed come back.

    It ends with the file: idle it looks after itself so often that all later tests pay a tenth.
    """
    with tasks.local_cluster() as cluster:
        yield cluster
