"""Which engine the stores of the tests are on: pytest --engine sqlite|postgresql."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import postgres, tasks

REQUIRED = "REQUIRE_POSTGRES"
"""Set where PostgreSQL has to be: its absence is an error there, never a silent skip."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption("--explore", action="store_true", help="search properties at random")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only(engine): a test of what one engine alone does")
    # One tree, one verdict: chance that turns a run red belongs into a search of its own.
    settings.register_profile("fixed", derandomize=True, deadline=None)
    settings.register_profile("random", deadline=None)
    settings.load_profile("random" if config.getoption("explore") else "fixed")
    if config.getoption("engine") != "postgresql":
        return
    if postgres.programs() is None:
        said = "PostgreSQL is not installed (no initdb was found): nothing was tested on it."
        if os.environ.get(REQUIRED):
            raise pytest.UsageError(said)
        pytest.exit(said, returncode=0)
    postgres.choose()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of the other engine: they run when it is chosen, and skip nowhere."""
    engine = config.getoption("engine")
    other = [i for i in items if (mark := i.get_closest_marker("only")) and engine not in mark.args]
    config.hook.pytest_deselected(items=other)
    items[:] = [item for item in items if item not in other]


def pytest_report_header(config: pytest.Config) -> str:
    return f"stores on: {config.getoption('engine')}"


def pytest_unconfigure() -> None:
    postgres.end_all()


@pytest.fixture
def cluster() -> postgres.Cluster:
    """Give the run's PostgreSQL server; skip where it is not installed, but never in CI."""
    if postgres.programs() is None and not os.environ.get(REQUIRED):
        pytest.skip("PostgreSQL is not installed")
    return postgres.cluster()


@pytest.fixture(scope="session")
def dask_cluster() -> Iterator[object]:
    """Give a Dask cluster of two processes on this machine; workers that are killed come back."""
    with tasks.local_cluster() as cluster:
        yield cluster
