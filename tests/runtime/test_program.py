"""Equal digests compute equal figures: a change anywhere in the package is another program."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import wenming_metrics
from wenming_metrics.runtime import executors
from wenming_metrics.runtime.executors import ExecutorError, digest_of

PACKAGE = Path(wenming_metrics.__file__).parent


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("machine") / PACKAGE.name
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_program_is_the_whole_package(copy):
    assert executors.program() == digest_of(PACKAGE) == digest_of(copy)


def test_a_changed_file_in_any_room_is_another_program(copy, tmp_path):
    """Of a package with one file in each room: the whole of it ninety times is slow to go through."""
    rooms = sorted({path.parent for path in copy.rglob("*.py")})
    assert len(rooms) > 50
    for room in rooms:
        path = max(room.glob("*.py"))
        (thin := tmp_path / path.relative_to(copy)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, thin)
    plain, alike = digest_of(tmp_path), []
    for path in sorted(tmp_path.rglob("*.py")):
        former = path.read_bytes()
        path.write_bytes(former + b"\n")
        if digest_of(tmp_path) == plain:
            alike.append(path.relative_to(tmp_path).as_posix())
        path.write_bytes(former)
    assert not alike


def test_a_renamed_and_a_further_file_are_another_program(copy):
    path = copy / "scoring" / "tree" / "roll_up.py"
    path.rename(path.with_name("rolled_up.py"))
    assert digest_of(copy) != executors.program()
    path.with_name("rolled_up.py").rename(path)
    for further in (copy / "domain" / "further.py", copy / "vocabulary" / "further.toml"):
        further.touch()
        assert digest_of(copy) != executors.program()
        further.unlink()
    assert digest_of(copy) == executors.program()


@pytest.fixture
def other_worker(dask_cluster, copy):
    """A worker of the cluster that runs a copy of the software in which one file differs."""
    from distributed import Client

    path = copy / "queries" / "losses" / "ledger.py"
    former = path.read_bytes()
    path.write_bytes(former + b"\n")
    command = [sys.executable, "-m", "distributed.cli.dask_worker"]
    command += [dask_cluster.scheduler_address, "--nthreads", "1", "--no-dashboard", "--no-nanny"]
    command += ["--name", "another", "--local-directory", str(copy.parent)]
    worker = subprocess.Popen(command, cwd=copy.parent, stderr=subprocess.DEVNULL)
    try:
        with Client(dask_cluster.scheduler_address) as client:
            client.wait_for_workers(3, timeout=60)
            yield next(
                address
                for address, told in client.scheduler_info(n_workers=-1)["workers"].items()
                if told["name"] == "another"
            )
    finally:
        worker.terminate()
        worker.wait(20)
        path.write_bytes(former)


def test_a_worker_with_another_file_is_refused(dask_cluster, other_worker):
    with (
        pytest.raises(ExecutorError, match=f"软件版本与本机不同：{other_worker}$"),
        executors.open_executor(None, dask_cluster.scheduler_address),
    ):
        pass
