"""A backup is whole, of one state of the store, and there only when it is finished."""

import random
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.store.killing import KILLS, MOST, READY, STARTING, kill_at_random
from tests.store.test_kill import ingest_on
from tests.store.test_split import filled_office
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.office import open_office as open_settings
from wenming_metrics.runtime.settings import Settings, store_url
from wenming_metrics.store.database import StoreError, open_store, reading, revision
from wenming_metrics.store.notes import BACKUP, read_notes
from wenming_metrics.upkeep import backup as module
from wenming_metrics.upkeep.backup import backup
from wenming_metrics.upkeep.copies import copied, plain_file
from wenming_metrics.upkeep.verify import verify

pytestmark = pytest.mark.store


@pytest.fixture
def office(tmp_path):
    return filled_office(tmp_path / "office")


def lines(store) -> dict[str, list[tuple]]:
    """Read all lines of a store, as they are compared."""
    with reading(store) as connection:
        return {
            table.name: [
                tuple(line)
                for line in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in copied()
        }


def opened(path: Path, office: Office) -> Office:
    """Open a backup as an office's own store."""
    return Office(open_store(store_url(path)), office.catalogue, office.rules)


def wrong(office: Office) -> list:
    return [line for line in verify(office).lines if line.wrong]


def test_it_holds_all_lines_and_the_number_of_the_last_change(office, tmp_path):
    made = backup(office.store, tmp_path / "copy.db")
    assert (made.path, made.rows, made.seq) == (tmp_path / "copy.db", 240, revision(office.store))
    copy = opened(made.path, office)
    assert revision(copy.store) == made.seq
    assert lines(copy.store) == lines(office.store)
    assert wrong(copy) == []


def test_it_is_one_file_that_needs_nothing_beside_it(office, tmp_path):
    (tmp_path / "usb").mkdir()
    made = backup(office.store, tmp_path / "usb")
    assert list((tmp_path / "usb").iterdir()) == [made.path]
    assert made.path.name.startswith("wenming-")
    assert backup(office.store, tmp_path / "usb").path != made.path
    assert made.path.stat().st_size == made.size
    assert made.path.read_bytes()[18:20] == b"\x01\x01"  # no write-ahead log


def test_the_store_remembers_it_and_its_caches_stay(office, tmp_path):
    before = revision(office.store)
    made = backup(office.store, tmp_path / "copy.db")
    assert revision(office.store) == before
    with reading(office.store) as connection:
        note = read_notes(connection)[BACKUP]
    assert (note["path"], note["seq"], note["at"]) == (str(made.path), before, made.at)


def test_it_overwrites_nothing(office, tmp_path):
    target = tmp_path / "letter.txt"
    target.write_text("dear office")
    with pytest.raises(StoreError, match="不会覆盖"):
        backup(office.store, target)
    assert target.read_text() == "dear office"


@pytest.mark.parametrize(
    ("place", "said"),
    [("no/such/folder.db", "没有这个文件"), ("x" * 300 + ".db", "没有完成")],
)
def test_a_place_that_cannot_be_written(office, tmp_path, place, said):
    with pytest.raises(StoreError, match=said):
        backup(office.store, tmp_path / place)


@pytest.mark.only("sqlite")  # the size of a server's store is not that of its copy
def test_a_disk_without_room_is_refused_before_it_is_filled(office, tmp_path, monkeypatch):
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: type("Disk", (), {"free": 1000}))
    with pytest.raises(StoreError, match="放不下备份"):
        backup(office.store, tmp_path / "copy.db")


def test_what_cannot_be_finished_leaves_nothing(office, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    (tmp_path / "usb").mkdir()
    monkeypatch.setattr(module, "_sync", full)
    with pytest.raises(StoreError, match="磁盘满了"):
        backup(office.store, tmp_path / "usb")
    assert list((tmp_path / "usb").iterdir()) == []


@pytest.mark.only("sqlite")  # pages of a server are not at hand
def test_a_damaged_store_gives_no_backup(office, tmp_path):
    place = Path(office.store.engine.url.database)
    office.store.engine.dispose()
    with closing(sqlite3.connect(place)) as file:
        size, root = file.execute(
            "SELECT (SELECT page_size FROM pragma_page_size), rootpage FROM sqlite_master "
            "WHERE name = 'row'"
        ).fetchone()
    with place.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * 200)
    with pytest.raises(StoreError, match="损坏"):
        backup(office.store, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


def test_leftovers_of_killed_backups_go_and_those_of_living_ones_stay(office, tmp_path):
    dead, alive = (tmp_path / f"{name}.db.wenming-partial" for name in ("dead", "alive"))
    dead.write_bytes(b"half a page")
    with plain_file(alive):
        backup(office.store, tmp_path / "copy.db")
        assert (dead.exists(), alive.exists()) == (False, True)
        with pytest.raises(StoreError, match="另一个程序正在写"):
            backup(office.store, tmp_path / "alive.db")
    backup(office.store, tmp_path / "alive.db")


def test_backups_while_another_process_writes_are_each_of_one_state(office, tmp_path):
    hear, tell = STARTING.Pipe(duplex=False)
    args = (tmp_path / "office" / "data", office.store.url, 1, tell.send)
    writer = STARTING.Process(target=ingest_on, args=args, daemon=True)
    writer.start()
    try:
        assert hear.recv() == READY
        made = []
        for number in range(6):
            while hear.poll():
                hear.recv()
            hear.recv()  # at least one more file has come since the last backup
            made.append(backup(office.store, tmp_path / f"{number}.db"))
    finally:
        writer.kill()
        writer.join()
    assert len({one.seq for one in made}) == len(made)
    for one in made:
        copy = opened(one.path, office)
        assert revision(copy.store) == one.seq
        assert wrong(copy) == []


def back_up_for_ever(data: Path, url: str, folder: Path, tell) -> None:
    """Back up into a folder again and again; tell each finished file."""
    store = open_settings(Settings(data, url, None)).store
    backup(store, folder / f"{time.time_ns()}.db")  # everything has been imported then
    tell(READY)
    for number in range(1_000_000):
        tell(backup(store, folder / f"{time.time_ns()}-{number}.db").path.name)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_kills_leave_no_unfinished_backup(office, tmp_path):
    folder, draw = tmp_path / "usb", random.Random(20261122)
    folder.mkdir()
    backup(office.store, folder / "first.db")
    begun = time.perf_counter()
    backup(office.store, folder / "second.db")
    args = (tmp_path / "office" / "data", office.store.url, folder)
    within = 4 * (time.perf_counter() - begun)
    finished = 0
    for number in range(MOST):
        if number >= KILLS and finished > KILLS / 8:
            break
        told = kill_at_random(back_up_for_ever, args, within=within, draw=draw)
        there = sorted(path for path in folder.iterdir() if path.suffix == ".db")
        assert set(told) <= {path.name for path in there}
        for path in there:
            with closing(sqlite3.connect(path)) as file:
                assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert file.execute("SELECT count(*) FROM row").fetchone() == (240,)
            path.unlink()
        finished += len(told)
    assert finished > KILLS / 8  # the kills did not all fall into the first backup
    assert wrong(office) == []
    last = backup(office.store, folder)
    assert list(folder.iterdir()) == [last.path]
    assert wrong(opened(last.path, office)) == []
