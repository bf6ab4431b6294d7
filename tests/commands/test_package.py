"""The folder for an office PC: it runs from an empty home without network, and an update keeps the data."""

import importlib.util
import json
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest

from wenming_metrics.runtime.settings import ROOT

pytestmark = pytest.mark.only("sqlite")
BUILD = ROOT / ".ci" / "package" / "build.py"


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("package_build", BUILD)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package of this machine, with the packages of the tests in place of those of a registry.

    What Python has compiled of the software here is laid beside it: anew it would take as long as the tests.
    """
    out = tmp_path_factory.mktemp("package")
    site = next(path for path in sys.path if path.endswith("site-packages"))
    words = ["linux-x64", "--python", sys.base_prefix, "--out", out, "--libraries", site]
    subprocess.run([sys.executable, BUILD, *words], check=True, cwd=ROOT, capture_output=True)
    for compiled in (ROOT / "wenming_metrics").rglob("__pycache__"):
        shutil.copytree(compiled, out / "wenming-linux-x64" / compiled.relative_to(ROOT))
    return out / "wenming-linux-x64"


def run_apart(folder, *words):
    """Run a start file with nothing of this machine's settings, and without network where that can be done."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    alone = ["unshare", "-n"] if shutil.which("unshare") and os.geteuid() == 0 else []
    bare = ["env", "-i", f"HOME={home}", "PATH=/usr/bin:/bin", "LANG=C.UTF-8"]
    return subprocess.run(
        [*alone, *bare, *map(str, words)], capture_output=True, text=True, cwd="/", check=False
    )


def test_it_runs_from_an_empty_home(package):
    sample = package / "data" / "samples" / "单位名册.xlsx"
    taken = run_apart(package, package / "start.sh", "ingest", sample, "--who", "甲")
    assert taken.returncode == 0, taken.stdout + taken.stderr
    told = run_apart(package, package / "start.sh", "health", "--json")
    assert json.loads(told.stdout)["batches"] == 1
    assert (package / "data" / "store" / "wenming.db").exists()


def test_nothing_of_tests_or_of_this_machine_is_in_it(package):
    names = {path.name for path in package.iterdir()}
    assert names >= {
        "start.sh",
        "demo.sh",
        "update.sh",
        "app.py",
        "wenming_metrics",
        "data",
        "python",
    }
    assert not names & {"tests", ".git", ".ci", "out", "Makefile"}
    assert not list((package / "python").rglob("site-packages/pip"))


def test_an_update_brings_the_data_over_and_leaves_the_old_folder(package, tmp_path, monkeypatch):
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        (folder / "wenming_metrics").mkdir(parents=True)
        (folder / "data" / "rules" / "shipped").mkdir(parents=True)
        shutil.copy(package / "update.py", folder)
    (old / "data" / "rules" / "own").mkdir()
    (old / "data" / "rules" / "own" / "rules.toml").write_text("own")
    store = old / "data" / "store" / "wenming.db"
    store.parent.mkdir()
    open_file = sqlite3.connect(store)
    open_file.execute("PRAGMA journal_mode=WAL")
    open_file.execute("CREATE TABLE row (n)")
    open_file.execute("INSERT INTO row VALUES (7)")
    open_file.commit()  # it stands in the log beside the file yet

    def update(*words):
        return subprocess.run(
            [sys.executable, new / "update.py", *words], capture_output=True, text=True, check=False
        )

    assert update().returncode == 3
    done = update(old)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 个数据文件、1 项" in done.stdout
    with sqlite3.connect(new / "data" / "store" / "wenming.db") as copy:
        assert copy.execute("SELECT n FROM row").fetchall() == [(7,)]
    assert (new / "data" / "rules" / "own" / "rules.toml").read_text() == "own"
    assert store.exists()
    assert "这里已有数据" in update(old).stdout
    open_file.close()


def lay(lib, name, *needs):
    folder = lib / f"{name}-1.0.dist-info"
    folder.mkdir(parents=True)
    lines = "".join(f"Requires-Dist: {need}\n" for need in needs)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{lines}")


def test_what_a_platform_needs_and_is_not_there_is_named(build, tmp_path):
    lay(tmp_path, "Click_X", 'colorama; platform_system == "Windows"', "rich>=1; extra == 'all'")
    lay(tmp_path, "uvloop", 'gone; platform_machine == "aarch64"')
    assert build.missing_in(tmp_path, "linux-x64", "3.11") == []
    assert build.missing_in(tmp_path, "windows-x64", "3.11") == ["Click_X -> colorama"]
    assert build.missing_in(tmp_path, "linux-aarch64", "3.11") == ["uvloop -> gone"]


def test_start_files_end_their_lines_as_their_system_does(build, tmp_path):
    build.lay_start("windows-x64", tmp_path)
    assert {path.name for path in tmp_path.glob("*.bat")} == {"start.bat", "demo.bat", "update.bat"}
    assert not list(tmp_path.glob("*.sh"))
    start = (tmp_path / "start.bat").read_bytes()
    assert start.count(b"\r\n") == start.count(b"\n") > 10
    assert start.isascii(), "a console of another code page reads it as well"


def test_an_archive_without_python_is_refused(build, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit, match="no Python in"):
        build.lay_python(tmp_path / "empty", tmp_path / "python")
