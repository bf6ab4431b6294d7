"""Put a backup into the store of the settings, whatever database it is in.

From an office PC to a city's server this is the way to move; after damage it is the way back.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    URL,
    Connection,
    create_engine,
    delete,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy.pool import NullPool

from wenming_metrics.domain.periods import now
from wenming_metrics.rules.entries import Entry
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.store import migrate, schema
from wenming_metrics.store.access_log import go_on_from, log_chain
from wenming_metrics.store.catalogue import read_entries
from wenming_metrics.store.database import Store, open_store, reading, stamp, writing
from wenming_metrics.store.drafts import published
from wenming_metrics.store.engines import engine_of
from wenming_metrics.store.failures import StoreError
from wenming_metrics.store.frames import count_lines
from wenming_metrics.store.notes import RESTORED, VERIFIED, write_note
from wenming_metrics.tallies.update import fill_sums
from wenming_metrics.upkeep.backup import Backup, backup
from wenming_metrics.upkeep.copies import (
    check_copy,
    copied,
    copy_tables,
    in_words,
    is_damage,
    unnamed_store,
)

_log = logging.getLogger(__name__)
_BESIDE = ("", "-wal", "-shm")
_ROOM = 2.2
"""What a store needs while it is replaced, in sizes of the backup: its log, then the file."""


@dataclass(frozen=True)
class Restored:
    """A restored store: rows and batches in it now, and where what was there before is kept.

    saved - the backup made of it; aside - its file as it was, when that is broken
    """

    rows: int
    batches: int
    seq: int
    seconds: float
    saved: Path | None = None
    aside: Path | None = None


def restore(url: str, rules: RuleSet, path: Path, *, replace: bool = False) -> Restored:
    """Replace all that a store holds by a backup, in one transaction.

    A running server shows the restored figures at once, for the number of the last change goes on
    from the larger of the two.

    Takes: url - of the store; rules - whose sums are made when the backup has none
           replace - the store holds batches that may go; they are saved beside the backup first
    Raises StoreError when the backup is damaged, or when the store holds batches.
    """
    begun = time.perf_counter()
    if not path.is_file():
        raise StoreError(f"没有备份文件 {path}。")
    with _opened(path, rules) as (copy, rows):
        store, saved, aside = _make_ready(url, path, replace=replace)
        _check_room(store, copy)
        with reading(copy) as source:
            _check_batches(store, source, path)
            seq, batches = _exchange(store, source, path, saved)
        facts = {"at": stamp(), "path": str(path.absolute()), "seq": seq}
        write_note(store, RESTORED, facts)
    seconds = time.perf_counter() - begun
    _log.info("还原 %s 变动号 %s %s 批 %s 行 %.1f 秒", path, seq, batches, rows, seconds)
    return Restored(rows, batches, seq, seconds, saved and saved.path, aside)


def entries_of(path: Path) -> tuple[list[Entry], frozenset[str]]:
    """Read from a backup by which items and point types its rows are numbered, and its rules' ids.

    An older backup has no such entries, and rules only if they could be published yet.

    Raises StoreError when the file cannot be read.
    """
    if not path.is_file():
        raise StoreError(f"没有备份文件 {path}。")
    address = URL.create(
        "sqlite",
        database=path.absolute().as_uri(),
        query={"mode": "ro", "uri": "true"},
    )
    with in_words("还原", path), create_engine(address, poolclass=NullPool).connect() as connection:
        table_names = inspect(connection).get_table_names()
        entries = read_entries(connection) if schema.catalogue_entry.name in table_names else []
        ids = published(connection) if schema.rule_event.name in table_names else ()
        return entries, frozenset(ids)


@contextmanager
def _opened(path: Path, rules: RuleSet) -> Iterator[tuple[Store, int]]:
    """Open a private copy of a backup: checked, of this version, with all its sums."""
    with migrated_copy(path, "还原") as (store, rows):
        with writing(store) as connection:
            fill_sums(connection, rules)
        yield store, rows


@contextmanager
def migrated_copy(path: Path, act: str) -> Iterator[tuple[Store, int]]:
    """Give a private copy of a file, of this version and checked, and its rows; the file stays as it is.

    Raises StoreError where it is no store, is damaged, or cannot be migrated.
    """
    with unnamed_store() as store:
        with in_words(act, path):
            only = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
            with closing(only) as original, store.engine.connect() as copy:
                original.backup(copy.connection.driver_connection)
        with in_words(act, path):
            if migrate.version_of(store.engine) is None:
                raise StoreError(f"{path} 是空的，里面没有数据，不是备份，没有{act}。")
            migrate.bring_up_to_date(store.engine)
        with reading(store) as connection:
            rows = check_copy(connection)
        yield store, rows


def _make_ready(url: str, path: Path, *, replace: bool) -> tuple[Store, Backup | None, Path | None]:
    """Open the store that is to be replaced; what it holds is saved, or its broken file put aside."""
    try:
        store = open_store(url)
        count = _batches(store)
        if count and not replace:
            raise StoreError(
                f"数据里已有 {count} 个批次，没有还原。确实要换成备份里的数据，请加 --replace;"
                "现有的数据会先另存一份。"
            )
        saved = backup(store, path.absolute().parent, prefix="before-restore") if count else None
        return store, saved, None
    except StoreError as error:
        if not is_damage(error) or make_url(url).get_backend_name() != "sqlite":
            raise
        if not replace:
            raise StoreError(
                f"{error}要换成备份里的数据，请加 --replace；坏的文件会另存。"
            ) from error
    aside = _put_aside(url)
    return open_store(url), None, aside


def _batches(store: Store) -> int:
    with reading(store) as connection:
        return count_lines(connection, schema.batch)


def _check_batches(store: Store, source: Connection, path: Path) -> None:
    """Refuse a backup without any batch where there are batches: it would only empty the store."""
    if not count_lines(source, schema.batch) and _batches(store):
        raise StoreError(
            f"备份 {path} 里一个批次也没有，没有还原，数据和之前一样。请确认选对了文件。"
        )


def _put_aside(url: str) -> Path:
    """Rename a broken store with its logs, so that it can still be looked into."""
    engine = engine_of(url)
    engine.dispose()
    path = Path(engine.url.database)
    aside = path.with_name(f"{path.stem}-damaged-{now():%Y%m%d-%H%M%S}{path.suffix}")
    with in_words("另存坏的数据文件（请先关闭网页和其他命令）", path):
        for end in _BESIDE:
            beside = path.with_name(path.name + end)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + end))
    _log.warning("坏的数据文件另存为 %s", aside)
    return aside


def _check_room(store: Store, copy: Store) -> None:
    if store.engine.dialect.name != "sqlite":
        return
    folder = Path(store.engine.url.database).parent
    with reading(copy) as connection:
        pragmas = ("PRAGMA page_count", "PRAGMA page_size")
        pages, size = (connection.exec_driver_sql(text).scalar_one() for text in pragmas)
    need = _ROOM * pages * size
    free = shutil.disk_usage(folder).free
    if need > free:
        raise StoreError(f"{folder} 放不下：要 {need / 1e6:,.0f} MB，只剩 {free / 1e6:,.0f} MB。")


def _exchange(
    store: Store, source: Connection, path: Path, saved: Backup | None
) -> tuple[int, int]:
    """Replace all lines in one transaction; gives the number of this change, and the batches."""
    table = schema.store
    source_row = source.execute(select(table.c.seq, table.c.made_at)).one()
    with writing(store) as target:
        seq = target.execute(select(table.c.seq)).scalar_one()
        count = count_lines(target, schema.batch)
        if seq != saved.seq + 1 if saved else count:
            raise StoreError("刚刚又有新的数据入库，没有还原，数据和之前一样。请再试一次。")
        chain = log_chain(target)
        for copied_table in copied():
            target.execute(delete(copied_table))
        lines = copy_tables(source, target)
        seq = max(seq, source_row.seq + 1)
        target.execute(update(table).values(seq=seq, made_at=source_row.made_at))
        target.execute(delete(schema.session))  # accounts are those of the backup now
        saved_text = f"，还原前另存为 {saved.path.name}" if saved else ""
        go_on_from(target, chain, f"{path.name}{saved_text}")
        # It was about the data that has just gone.
        target.execute(delete(schema.note).where(schema.note.c.name == VERIFIED))
    return seq, lines[schema.batch.name]
