"""The place of the store fails: the message says so, nothing is lost or partial, work goes on.

What PostgreSQL cannot be brought to do here (a full disk) is raised inside it, by a trigger; what
comes back is the server's own error.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, exc, text

from tests.offices import checklist, copy_office, ingest, make_office
from tests.postgres import PASSWORD, is_chosen
from tests.store.test_kill import verify_batches, verify_sums
from tests.store.test_split import INDICATORS, ITEMS, STREETS, rows, tallies
from wenming_metrics.__main__ import main
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.batches import batches
from wenming_metrics.runtime.settings import ROOT, Settings, store_url
from wenming_metrics.store import schema
from wenming_metrics.store.database import StoreError, open_store, reading, writing
from wenming_metrics.store.frames import add_rows

pytestmark = pytest.mark.store

on_sqlite = pytest.mark.only("sqlite")
on_postgresql = pytest.mark.only("postgresql")
KEPT = "这次的改动没有保存，数据和之前一样。"


@pytest.fixture
def office(tmp_path):
    def make(folder):
        made = make_office(folder, ITEMS, INDICATORS, streets=STREETS)
        ingest(made, checklist(rows(1, 40)), "一.xlsx")
        return made

    return copy_office(tmp_path, "failures", make)


@pytest.fixture
def before(office):
    return state(office)


def state(office) -> tuple:
    return batches(office).to_dict("records"), tallies(office)


def try_to_ingest(office) -> str:
    """Ingest a file into a store that fails; gives what the user is told."""
    preview = commit.inspect(office, checklist(rows(2, 40)), "二.xlsx")
    with pytest.raises(StoreError) as caught:
        commit.commit(office, preview, "测试")
    assert isinstance(caught.value.__cause__, exc.DBAPIError)
    return str(caught.value)


def ingest_the_rest(office, count: int = 3) -> None:
    """The cause has gone: the same file goes in, and everything is as if nothing had been."""
    ingest(office, checklist(rows(2, 40)), "二.xlsx")
    assert len(batches(office)) == count
    verify_batches(office)
    verify_sums(office)


@pytest.fixture
def run(office, tmp_path, capsys, monkeypatch):
    """Run the command line; gives exit code and all it said."""
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_LOGS", str(tmp_path / "logs"))

    def run(*arguments: object, url: str = "") -> tuple[int, str]:
        monkeypatch.setenv("WENMING_STORE", url or office.store.url)
        code = main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return code, checked(told.out + told.err)

    return run


def checked(said: str) -> str:
    """Give what a command said, as one line; it must be for people."""
    assert "Traceback" not in said
    return said.replace("\n", "")


def start(office, folder, *arguments: object, before: tuple = ()) -> subprocess.Popen:
    """Run the command line in a process of its own."""
    places = {"DATA": folder / "data", "LOGS": folder / "logs", "STORE": office.store.url}
    return subprocess.Popen(
        [*before, sys.executable, "-m", "wenming_metrics", *map(str, arguments)],
        env={**os.environ, **{f"WENMING_{name}": str(at) for name, at in places.items()}},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def finish(process: subprocess.Popen) -> tuple[int, str]:
    said = process.communicate(timeout=240)[0].decode()
    return process.returncode, checked(said)


@pytest.fixture
def second(tmp_path):
    """A file that is not stored yet."""
    place = tmp_path / "二.xlsx"
    place.write_bytes(checklist(rows(2, 40)))
    return place


# ---- a full disk ----


@contextmanager
def full_disk(office):
    """Let the store's disk be full for a while."""
    engine = office.store.engine
    if engine.dialect.name == "sqlite":
        engine.dispose()
        event.listen(engine, "connect", no_more_pages)
        yield
        event.remove(engine, "connect", no_more_pages)
        engine.dispose()
        return
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
            )
        )
        connection.execute(
            text('CREATE TRIGGER fill BEFORE INSERT ON "row" EXECUTE FUNCTION fill()')
        )
    yield
    with engine.begin() as connection:
        connection.execute(text("DROP FUNCTION fill CASCADE"))


def no_more_pages(connection, _record) -> None:
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")


def test_a_full_disk(office, before):
    with full_disk(office):
        said = try_to_ingest(office)
        assert state(office) == before
    assert said == "磁盘满了，写不进去。请腾出磁盘空间再试。" + KEPT
    ingest_the_rest(office)


@on_sqlite
def test_a_disk_that_is_really_full(office, before, second, run, tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "small", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a small disk")
    url = store_url(place / "store.db")
    try:
        office.store.engine.dispose()
        shutil.copy(office.store.engine.url.database, place / "store.db")
        filler = place / "filler"
        filler.write_bytes(b"\0" * (shutil.disk_usage(place).free - 60_000))
        code, said = run("ingest", second, url=url)
        assert (code, "磁盘" in said) == (3, True), said
        filler.unlink()
        assert run("ingest", second, url=url)[0] == 0
    finally:
        open_store(url).engine.dispose()
        subprocess.run(["umount", place], check=True)


# ---- a store that may only be read ----


@on_sqlite
@pytest.mark.skipif(sys.platform == "win32", reason="rights are POSIX")
def test_a_file_that_may_only_be_read(office, before, second, tmp_path):
    engine = office.store.engine
    engine.dispose()
    os.chmod(engine.url.database, 0o444)
    # Root may write everything, unless it gives up that privilege.
    bound = () if os.geteuid() else ("setpriv", "--bounding-set=-dac_override")
    code, said = finish(start(office, tmp_path, "ranking", "--month", "2026-11", before=bound))
    assert (code, "甲街道" in said) == (0, True), said
    code, said = finish(start(office, tmp_path, "ingest", second, before=bound))
    assert (code, "数据只能读，不能写。" in said, KEPT in said) == (3, True, True), said
    os.chmod(engine.url.database, 0o644)
    assert state(office) == before
    ingest_the_rest(office)


@on_postgresql
def test_a_database_that_may_only_be_read(office, before, second, run, cluster):
    engine = office.store.engine
    change = f"ALTER DATABASE {engine.url.database} SET default_transaction_read_only"
    cluster.run(f"{change} = on")
    engine.dispose()
    code, said = run("ranking", "--month", "2026-11")
    assert (code, "甲街道" in said) == (0, True), said
    code, said = run("ingest", second)
    assert (code, "数据只能读，不能写。" in said, KEPT in said) == (3, True, True), said
    cluster.run(f"{change} = off")
    engine.dispose()
    assert state(office) == before
    ingest_the_rest(office)


# ---- another program ----


def impatient(office) -> str:
    """Give the address of the store for a program that waits a short while only."""
    url = office.store.url
    return f"{url}{'&' if '?' in url else '?'}timeout=0.3"


def test_a_store_that_another_program_is_writing(office, before, second, run):
    with writing(office.store):
        code, said = run("ingest", second, url=impatient(office))
        assert (code, "另一个程序正占用着数据" in said, KEPT in said) == (3, True, True), said
    assert state(office) == before
    assert run("ingest", second, url=impatient(office))[0] == 0
    assert len(batches(office)) == 3


def test_a_store_that_a_newer_program_has_migrated(office, before):
    set_version(office, schema.VERSION + 1)
    preview = commit.inspect(office, checklist(rows(2, 40)), "二.xlsx")
    with pytest.raises(StoreError, match="已由更新版本的软件升级.*重新启动"):
        commit.commit(office, preview, "测试")
    set_version(office, schema.VERSION - 1)
    with pytest.raises(StoreError, match="刚还原了备份.*重新启动"):
        commit.commit(office, preview, "测试")
    set_version(office, schema.VERSION)
    assert state(office) == before
    ingest_the_rest(office)


def set_version(office, version: int) -> None:
    with office.store.engine.begin() as connection:
        connection.execute(schema.store.update().values(version=version))


# ---- damage ----


@on_sqlite
def test_a_damaged_file(office, run):
    office.store.engine.dispose()
    place = Path(office.store.engine.url.database)
    whole = place.read_bytes()
    place.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    code, said = run("ranking", "--month", "2026-11")
    assert (code, "数据已损坏。请停止使用，用备份还原。" in said) == (3, True), said
    office.store.engine.dispose()
    place.write_bytes(whole)
    assert run("ranking", "--month", "2026-11")[0] == 0


# ---- a server that goes away and comes back ----


@contextmanager
def at_statement(engine, number: int, act):
    """Do something just before so many statements from now."""
    left = [number]

    def count(*_):
        left[0] -= 1
        if left[0] == 0:
            act()

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield left
    finally:
        event.remove(engine, "before_cursor_execute", count)


@on_postgresql
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_server_that_crashes_in_the_middle_of_an_ingest(office, cluster, part):
    first = commit.inspect(office, checklist(rows(3, 40)), "三.xlsx")
    with at_statement(office.store.engine, 10_000, None) as left:
        commit.commit(office, first, "测试")
    count, before = 10_000 - left[0], state(office)
    preview = commit.inspect(office, checklist(rows(2, 40)), "二.xlsx")
    with (
        at_statement(office.store.engine, max(2, int(count * part)), cluster.stop),
        pytest.raises(StoreError) as caught,
    ):
        commit.commit(office, preview, "测试")
    assert "与数据库的连接断了" in str(caught.value)
    assert KEPT in str(caught.value)
    with pytest.raises(StoreError, match="连接不上数据库"):
        batches(office)
    cluster.start()
    assert state(office) == before
    ingest_the_rest(office, count=4)


@on_postgresql
def test_a_commit_that_was_not_answered_may_have_been_stored(office, cluster):
    writer = writing(office.store)
    connection = writer.__enter__()
    add_rows(connection, schema.site, {"site": [1], "unit": 1, "street": 1, "point_type": 1})
    # All is written down; the server goes away when the commit is on its way.
    event.listen(office.store.engine, "commit", lambda _: cluster.stop(), once=True)
    with pytest.raises(StoreError, match="不能确定这次的改动是否已经存好，请先查看入库记录"):
        writer.__exit__(None, None, None)
    cluster.start()
    verify_batches(office)


@on_postgresql
@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_the_command_line_when_the_server_goes_away(
    office, before, second, run, cluster, tmp_path, mode
):
    pause(office)
    process = start(office, tmp_path, "ingest", second)
    wait_for_sleep(cluster)
    cluster.stop(mode)
    code, said = finish(process)
    assert (code, "与数据库的连接断了" in said, KEPT in said) == (3, True, True), said
    code, said = run("batches")
    assert (code, "连接不上数据库" in said) == (3, True)
    cluster.start()
    with office.store.engine.begin() as connection:
        connection.execute(text("DROP FUNCTION pause CASCADE"))
    assert state(office) == before
    assert run("ingest", second)[0] == 0
    assert len(batches(office)) == 3


def pause(office) -> None:
    """Let the server rest for long when rows come in."""
    with office.store.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "PERFORM pg_sleep(600); RETURN NULL; END $$"
            )
        )
        connection.execute(
            text('CREATE TRIGGER pause BEFORE INSERT ON "row" EXECUTE FUNCTION pause()')
        )


def wait_for_sleep(cluster) -> None:
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    until = time.monotonic() + 120
    while cluster.run(query) == [(0,)]:
        assert time.monotonic() < until
        time.sleep(0.05)


@on_postgresql
def test_addresses_that_lead_nowhere(office, cluster, run):
    database = office.store.engine.url.database
    wrong = "not-the-word"
    for url, words in (
        (cluster.url(database, "guarded", wrong), "不接受用户名或密码"),
        (cluster.url("nowhere"), "没有这个数据库"),
        (f"postgresql://somebody:{wrong}@127.0.0.1:1/city", "连接不上数据库"),
        (f"postgresql://somebody:{wrong}@host:port/city", "WENMING_STORE 写得不对"),
        (f"mysql://somebody:{wrong}@127.0.0.1/city", "缺少连接这种数据库的程序库"),
    ):
        code, said = run("batches", url=url)
        assert (code, words in said) == (3, True), said
        assert wrong not in said
    code, said = run("batches", url=cluster.url(database, "guarded", PASSWORD))
    assert code == 0, said


@on_postgresql
def test_a_database_that_cannot_hold_every_character(office, cluster):
    cluster.run("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(StoreError, match="编码不是 UTF8"):
        open_store(store_url(cluster.url("latin")))


# ---- mistakes of the program are no failures of the store ----


def test_mistakes_pass_as_they_came(office):
    site = {"site": [1, 1], "unit": 1, "street": 1, "point_type": 1}
    with pytest.raises(exc.IntegrityError), writing(office.store) as connection:
        add_rows(connection, schema.site, site)
    kinds = (exc.ProgrammingError, exc.OperationalError)  # SQLite calls them operational
    for act in (reading, writing):
        with pytest.raises(kinds), act(office.store) as connection:
            connection.execute(text("SELECT nothing FROM nowhere"))
    with pytest.raises(ZeroDivisionError), writing(office.store):
        raise ZeroDivisionError


def test_an_unknown_failure_is_told_with_what_the_driver_said(office):
    if is_chosen():
        import psycopg

        error = psycopg.errors.lookup("57014")("canceling statement due to statement timeout")
    else:
        error = sqlite3.OperationalError("something new")
    wrapped = exc.DBAPIError.instance("SELECT", None, error, type(error).__mro__[-4])
    with pytest.raises(StoreError, match="使用数据时出错：(canceling statement|something new)"):
        with reading(office.store):
            raise wrapped


def test_settings_and_stores_do_not_spell_passwords():
    url = store_url("postgresql://who:secret@127.0.0.1/city")
    assert url == "postgresql+psycopg://who:secret@127.0.0.1/city"
    assert "secret" not in repr(Settings(ROOT, url, None))
