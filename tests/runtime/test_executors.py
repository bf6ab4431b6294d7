"""Executors: results in the order of the items, few in flight, nothing lost with a worker."""

import builtins
import logging
import os
import time
from pathlib import Path

import pytest

from tests import tasks
from wenming_metrics.runtime import executors, logs
from wenming_metrics.runtime.executors import ExecutorError, at_once, in_order, open_executor
from wenming_metrics.runtime.settings import Settings

pytestmark = pytest.mark.children


@pytest.fixture(scope="module")
def pool():
    with open_executor(2, None) as executor:
        yield executor


def test_without_workers_there_is_no_executor():
    for workers in (None, 0):
        with open_executor(workers, None) as executor:
            assert executor is None
            assert at_once(executor) == 1


def test_in_this_process_items_are_drawn_one_by_one():
    drawn = []
    items = (drawn.append(n) or n for n in range(5))
    found = in_order(None, tasks.double, items)
    assert [next(found), next(found)] == [0, 2]
    assert drawn == [0, 1]


def test_results_come_in_order_however_long_a_task_takes(pool):
    assert at_once(pool) == 2
    assert list(in_order(pool, tasks.slow_first, range(9))) == list(range(9))


def test_few_items_are_in_flight(pool):
    drawn = []
    items = (drawn.append(n) or n for n in range(100))
    found = in_order(pool, tasks.double, items, ahead=3)
    for count in range(1, 20):
        next(found)
        assert len(drawn) <= count + 3
    found.close()
    assert list(in_order(pool, tasks.double, range(3))) == [0, 2, 4]


def test_an_error_of_the_task_is_raised_at_its_item(pool):
    for executor in (None, pool):
        found = in_order(executor, tasks.fail_on_three, range(6))
        assert [next(found) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(ValueError, match="three"):
            next(found)


def test_workers_keep_the_log_of_their_parent(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("WENMING_LOGS", str(tmp_path))
    with logs.keep_log("command", Settings(tmp_path, "sqlite:///x.db", None)):
        with open_executor(1, None) as executor:
            assert list(in_order(executor, tasks.warn, range(2))) == [0, 1]
    said = (tmp_path / "command.log").read_text(encoding="utf-8")
    assert "WARNING wenming_metrics.test task 1" in said
    assert "task" not in capfd.readouterr().err


def test_a_killed_worker_of_a_pool_loses_nothing(tmp_path, caplog):
    mark = str(tmp_path / "done")
    with open_executor(2, None) as executor, caplog.at_level(logging.WARNING):
        found = list(in_order(executor, tasks.die_once, [(n, mark) for n in range(12)]))
        again = list(in_order(executor, tasks.double, range(3)))
    assert found == list(range(12))
    assert again == [0, 2, 4]
    assert "改由本进程做" in caplog.text


def test_a_killed_worker_of_a_cluster_loses_nothing(dask_cluster, tmp_path):
    mark = str(tmp_path / "done")
    with open_executor(None, dask_cluster.scheduler_address) as executor:
        assert at_once(executor) == 2
        found = list(in_order(executor, tasks.die_once, [(n, mark) for n in range(8)]))
    assert found == list(range(8))
    assert Path(mark).exists()


def test_a_task_that_costs_a_cluster_its_workers_is_done_here(dask_cluster, caplog):
    parent = os.getpid()
    with (
        open_executor(None, dask_cluster.scheduler_address) as executor,
        caplog.at_level(logging.WARNING, "wenming_metrics"),
    ):
        found = list(in_order(executor, tasks.keep_dying, [(n, parent) for n in range(4)]))
    assert found == list(range(4))
    assert "改由本进程做" in caplog.text


def test_a_cluster_needs_the_extra(monkeypatch):
    plain = builtins.__import__

    def refuse(name: str, *rest, **named):
        if name.split(".")[0] in ("dask", "distributed"):
            raise ImportError(name)
        return plain(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ExecutorError, match="pip install"), open_executor(None, "tcp://x:1"):
        pass


def test_a_cluster_that_is_not_there(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "_PATIENCE", 0.2)
    start = time.monotonic()
    with pytest.raises(ExecutorError, match="连不上集群"), open_executor(None, "tcp://127.0.0.1:9"):
        pass
    assert time.monotonic() - start < 8


class Client:
    """A cluster's client that answers as it is told."""

    def __init__(self, workers: dict[str, str] | None, error: Exception | None = None):
        self.workers, self.error = workers, error

    def wait_for_workers(self, count: int, timeout: float) -> None:
        if self.workers is None:
            raise TimeoutError

    def run(self, function) -> dict[str, str]:
        if self.error:
            raise self.error
        return self.workers


@pytest.mark.parametrize(
    ("client", "said"),
    [
        (Client(None), "没有工作进程"),
        (Client({}, ModuleNotFoundError("wenming_metrics")), "没有装本软件"),
        (Client({"tcp://a:1": executors.program(), "tcp://b:2": "another"}), "不同：tcp://b:2$"),
    ],
)
def test_workers_that_would_compute_something_else_are_refused(client, said):
    with pytest.raises(ExecutorError, match=said):
        executors._check_workers(client, "tcp://x:1")
