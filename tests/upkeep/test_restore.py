"""What was backed up comes back, into any engine, and nothing that was there goes unseen."""

import os
import random
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.offices import checklist, copy_office, ingest, new_store
from tests.store.first_version import make_first_version
from tests.store.killing import READY, kill_at_random
from tests.store.test_split import MONTH, filled_office, rows
from tests.upkeep.test_backup import lines, opened, wrong
from wenming_metrics.intake import commit
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.viewers import shipped_rights
from wenming_metrics.runtime.settings import store_url
from wenming_metrics.store import schema
from wenming_metrics.store.access_log import log_chain, read_log
from wenming_metrics.store.accounts import Account, add_account
from wenming_metrics.store.database import StoreError, open_store, reading, revision
from wenming_metrics.store.notes import RESTORED, read_notes
from wenming_metrics.upkeep import restore as module
from wenming_metrics.upkeep.backup import backup
from wenming_metrics.upkeep.restore import restore
from wenming_metrics.upkeep.verify import verify

pytestmark = pytest.mark.store


@pytest.fixture
def office(tmp_path):
    def make(place):
        made = filled_office(place)
        commit.withdraw(made, ingest(made, checklist(rows(2, 60)), "二.xlsx"), "测试", "发错了")
        return made

    return copy_office(tmp_path / "office", "one of two files withdrawn", make)


def figures(office) -> list[dict]:
    return ranking(office, MONTH).to_dict("records")


def test_into_an_empty_store(office, tmp_path):
    made = backup(office.store, tmp_path / "copy.db")
    url = new_store(tmp_path / "other")
    done = restore(url, office.rules, made.path)
    other = opened_at(url, office)
    assert (done.rows, done.batches, done.saved, done.aside) == (300, 3, None, None)
    assert lines(other.store) == lines(office.store)
    assert figures(other) == figures(office)
    assert wrong(other) == []
    # Work goes on there: numbers are given on from those that are stored.
    assert ingest(other, checklist(rows(3, 30)), "三.xlsx") == 4
    assert wrong(other) == []


def opened_at(url: str, office):
    return type(office)(open_store(url), office.catalogue, office.rules)


def test_there_and_back_over_the_other_engine(office, tmp_path, cluster):
    made = backup(office.store, tmp_path / "copy.db")
    before, url = lines(office.store), store_url(cluster.new_database())
    restore(url, office.rules, made.path)
    server = opened_at(url, office)
    assert lines(server.store) == before
    assert wrong(server) == []
    back = backup(server.store, tmp_path / "back.db")
    assert lines(opened(back.path, office).store) == before
    server.store.engine.dispose()


def test_a_store_that_holds_batches_is_kept_unless_the_user_says_so(office, tmp_path):
    made = backup(office.store, tmp_path / "copy.db")
    before = lines(office.store)
    with pytest.raises(StoreError, match="已有 3 个批次.*--replace"):
        restore(office.store.url, office.rules, made.path)
    assert lines(office.store) == before


def test_what_was_there_is_saved_beside_the_backup(office, tmp_path):
    (tmp_path / "usb").mkdir()
    made = backup(office.store, tmp_path / "usb" / "copy.db")
    ingest(office, checklist(rows(3, 30)), "三.xlsx")
    later = lines(office.store)
    seq = revision(office.store)
    done = restore(office.store.url, office.rules, made.path, replace=True)
    assert done.saved.parent == tmp_path / "usb"
    assert lines(opened(done.saved, office).store) == later
    assert len(lines(office.store)["batch"]) == 3
    assert revision(office.store) == done.seq > seq
    assert wrong(office) == []
    # And back again.
    restore(office.store.url, office.rules, done.saved, replace=True)
    assert lines(office.store) == later


def test_the_number_of_the_last_change_is_larger_than_both(office, tmp_path):
    made = backup(office.store, tmp_path / "copy.db")
    with closing(sqlite3.connect(made.path)) as file:
        file.execute("UPDATE store SET seq = 5000")
        file.commit()
    done = restore(office.store.url, office.rules, made.path, replace=True)
    assert revision(office.store) == done.seq > 5000


def test_a_backup_of_the_first_version_is_brought_up_to_date(office, tmp_path):
    make_first_version(store_url(tmp_path / "old.db"))
    before = (tmp_path / "old.db").read_bytes()
    url = new_store(tmp_path / "other")
    restore(url, office.rules, tmp_path / "old.db")
    other = opened_at(url, office)
    assert wrong(other) == []
    with reading(other.store) as connection:
        assert connection.execute(select(schema.basis)).all()
    assert (tmp_path / "old.db").read_bytes() == before


def damage(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(9000))


def _without_tables(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 1")
        file.commit()


def _of_another(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE album (photo BLOB)")
        file.commit()


def _without_batches(path: Path) -> None:
    path.unlink()
    open_store(store_url(path)).engine.dispose()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (damage, "损坏"),
        (lambda path: path.write_bytes(path.read_bytes()[:50_000]), "损坏"),
        (lambda path: path.write_bytes(b"dear office, " * 500), "不是本软件的数据文件"),
        (lambda path: path.unlink(), "没有备份文件"),
        (lambda path: path.write_bytes(b""), "是空的，里面没有数据，不是备份"),
        (lambda path: _without_tables(path), "是空的，里面没有数据，不是备份"),
        (lambda path: _of_another(path), "不是本软件的数据文件"),
        (lambda path: _without_batches(path), "一个批次也没有"),
    ],
)
def test_a_backup_that_cannot_be_used_changes_nothing(office, tmp_path, spoil, said):
    made = backup(office.store, tmp_path / "copy.db")
    before = lines(office.store)
    spoil(made.path)
    with pytest.raises(StoreError, match=said):
        restore(office.store.url, office.rules, made.path, replace=True)
    assert lines(office.store) == before


@pytest.mark.only("sqlite")
def test_nothing_lies_in_the_temporary_folder_while_it_works(office, tmp_path, monkeypatch):
    """Whoever is killed in the midst cannot clear away: there must be nothing to clear."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("SQLITE_TMPDIR", str(temporary))
    made = backup(office.store, tmp_path / "copy.db")
    beside, seen, real = sorted(tmp_path.iterdir()), [], module.copy_tables

    def looking(source, target):
        seen.extend(temporary.iterdir())
        assert sorted(path for path in tmp_path.iterdir() if path.suffix == ".db") == [made.path]
        return real(source, target)

    monkeypatch.setattr(module, "copy_tables", looking)
    restore(new_store(tmp_path / "other"), office.rules, made.path)
    assert seen == []
    assert set(tmp_path.iterdir()) - set(beside) == {tmp_path / "other"}


def restore_for_ever(url: str, rules, path: Path, temporary: str, tell) -> None:
    """Restore a backup again and again; tell each that was finished."""
    os.environ["SQLITE_TMPDIR"] = os.environ["TMPDIR"] = temporary
    tempfile.tempdir = temporary
    tell(READY)
    while True:
        tell(restore(url, rules, path, replace=True).rows)


@pytest.mark.only("sqlite")
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_kills_leave_nothing_in_the_temporary_folder_and_the_store_whole(office, tmp_path):
    temporary, other = tmp_path / "temporary", new_store(tmp_path / "other")
    temporary.mkdir()
    path = backup(office.store, tmp_path / "copy.db").path
    begun = time.perf_counter()
    restore(other, office.rules, path)
    within, draw = 2 * (time.perf_counter() - begun), random.Random(20261130)
    expected = figures(office)
    for _ in range(4):
        args = (other, office.rules, path, str(temporary))
        told = kill_at_random(restore_for_ever, args, within=within, draw=draw)
        within *= 0.9 if told else 1.2
        assert list(temporary.iterdir()) == []
        after = opened_at(other, office)
        assert figures(after) == expected
        after.store.engine.dispose()
    assert wrong(opened_at(other, office)) == []


def test_a_backup_with_its_log_beside_it_comes_back_too(office, tmp_path):
    """A copy of a store that is open: its pages are kept as those of a store that has a log."""
    made = backup(office.store, tmp_path / "copy.db")
    with closing(sqlite3.connect(made.path)) as file:
        file.execute("PRAGMA journal_mode=WAL")
        url = new_store(tmp_path / "other")
        assert restore(url, office.rules, made.path).rows == 300


def test_a_backup_that_lost_rows_is_refused(office, tmp_path):
    made = backup(office.store, tmp_path / "copy.db")
    with closing(sqlite3.connect(made.path)) as file:
        file.execute("DELETE FROM row WHERE seq = 7")
        file.commit()
    with pytest.raises(StoreError, match="应有 300 行督查记录，实有 298 行"):
        restore(office.store.url, office.rules, made.path, replace=True)


def test_a_batch_that_comes_after_the_safety_backup_is_not_lost(office, tmp_path, monkeypatch):
    made = backup(office.store, tmp_path / "copy.db")
    real = module.backup

    def slow(store, path, **rest):
        saved = real(store, path, **rest)
        ingest(office, checklist(rows(3, 30)), "三.xlsx")
        return saved

    monkeypatch.setattr(module, "backup", slow)
    with pytest.raises(StoreError, match="刚刚又有新的数据入库"):
        restore(office.store.url, office.rules, made.path, replace=True)
    assert len(lines(office.store)["batch"]) == 4


def test_a_failure_half_way_leaves_all_as_it_was(office, tmp_path, monkeypatch):
    made = backup(office.store, tmp_path / "copy.db")
    before = lines(office.store)
    real = module.copy_tables

    def half(source, target):
        real(source, target)
        raise StoreError("磁盘满了")

    monkeypatch.setattr(module, "copy_tables", half)
    with pytest.raises(StoreError, match="磁盘满了"):
        restore(office.store.url, office.rules, made.path, replace=True)
    assert lines(office.store) == before


@pytest.mark.only("sqlite")  # a server's files are its administrator's
def test_a_damaged_store_is_put_aside_and_replaced(office, tmp_path):
    made = backup(office.store, tmp_path / "copy.db")
    before = lines(office.store)
    place = Path(office.store.engine.url.database)
    office.store.engine.dispose()
    damage(place)
    spoiled = place.read_bytes()
    with pytest.raises(StoreError, match="损坏.*--replace|--replace"):
        restore(office.store.url, office.rules, made.path)
    done = restore(office.store.url, office.rules, made.path, replace=True)
    assert done.aside.read_bytes() == spoiled
    assert lines(office.store) == before
    assert wrong(office) == []


def test_the_store_remembers_where_it_came_from(office, tmp_path):
    made = backup(office.store, tmp_path / "copy.db")
    restore(office.store.url, office.rules, made.path, replace=True)
    with reading(office.store) as connection:
        assert read_notes(connection)[RESTORED]["path"] == str(made.path)


def test_a_backup_of_a_newer_version_is_refused(office, tmp_path):
    made = backup(office.store, tmp_path / "copy.db")
    with opened(made.path, office).store.engine.begin() as connection:
        connection.execute(update(schema.store).values(version=99))
    with pytest.raises(StoreError, match="请先升级软件"):
        restore(office.store.url, office.rules, made.path, replace=True)


def chain(store):
    with reading(store) as connection:
        return [line["digest"] for line in log_chain(connection)]


def latest(store):
    with reading(store) as connection:
        return read_log(connection).iloc[0].to_dict()


def name(office, login):
    account = Account(0, login, f"人{login}", "管理员")
    add_account(office.store, account, "Wen-ming 2026", shipped_rights(), "终端")


def test_an_older_backup_does_not_shorten_the_log(office, tmp_path):
    name(office, "guan")
    made = backup(office.store, tmp_path / "copy.db")
    for login in ("jia", "yi"):
        name(office, login)
    before = chain(office.store)
    restore(office.store.url, office.rules, made.path, replace=True)
    assert chain(office.store)[:-1] == before
    line = latest(office.store)
    assert (line["act"], "回到日志第 1 行" in line["subject"]) == ("还原备份", True)
    assert "copy.db，还原前另存为 before-restore-" in line["subject"]
    assert wrong(office) == []
    told = {line.what: line.checked for line in verify(office).lines}
    assert (told["操作日志"], told["日志中的还原"]) == (4, 1)


def test_the_log_of_another_store_is_named_by_its_end(office, tmp_path):
    made = backup(office.store, tmp_path / "bare.db")
    name(office, "guan")
    with_account = backup(office.store, tmp_path / "copy.db")
    restore(office.store.url, office.rules, made.path, replace=True)
    assert latest(office.store)["subject"].startswith("数据和账号回到日志第 0 行")
    other = opened_at(new_store(tmp_path / "other"), office)
    restore(other.store.url, office.rules, with_account.path)
    assert latest(other.store)["subject"].startswith("日志接着备份的第 1 行")
    third = opened_at(new_store(tmp_path / "third"), office)
    name(third, "bing")
    end = chain(third.store)[-1]
    restore(third.store.url, office.rules, with_account.path, replace=True)
    assert f"原来的日志 1 行接不上，末尾校验码 {end[:16]}" in latest(third.store)["subject"]
    assert [wrong(made_store) for made_store in (other, third)] == [[], []]
