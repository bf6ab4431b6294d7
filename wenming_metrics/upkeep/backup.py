"""A consistent copy of the store, taken while others read and write it."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select

from wenming_metrics.domain.periods import now
from wenming_metrics.store import migrate, schema
from wenming_metrics.store.database import Store, reading, stamp
from wenming_metrics.store.failures import StoreError
from wenming_metrics.store.notes import BACKUP, write_note
from wenming_metrics.upkeep.copies import check_copy, copy_tables, in_words, plain_file

_log = logging.getLogger(__name__)
_UNFINISHED = ".wenming-partial"
_PREFIX = "wenming"
_BY_MOMENT = re.compile(rf"{_PREFIX}-\d{{8}}-\d{{6}}(-\d+)?\.db")


@dataclass(frozen=True)
class Backup:
    """A finished backup: where, when, the last change it holds, its rows and bytes, the time taken."""

    path: Path
    at: str
    seq: int
    rows: int
    size: int
    seconds: float


def backup(store: Store, path: Path, *, prefix: str = _PREFIX) -> Backup:
    """Copy the store into one SQLite file, of whatever database the store is in.

    The file appears under its name when it is whole, checked and on the disk, and not before.

    Takes: path - a new file, or a folder, in which the file is named after the moment
    Raises StoreError when the file exists already, or cannot be written.
    """
    begun, taken_at = time.perf_counter(), stamp()
    with in_words("备份", path):
        target = _free_name(path, prefix) if path.is_dir() else path
        if target.exists():
            remedy = "备份不会覆盖它。请另给一个文件名，或给一个文件夹。"
            raise StoreError(f"已有文件 {target}，{remedy}")
        _clear(target)
        _check_room(store, target)
        seq, rows = _write(store, target)
        new_backup = Backup(
            target, taken_at, seq, rows, target.stat().st_size, time.perf_counter() - begun
        )
    _log.info(
        "备份 %s 变动号 %s %s 行 %s 字节 %.1f 秒",
        target,
        seq,
        rows,
        new_backup.size,
        new_backup.seconds,
    )
    _note(store, new_backup)
    return new_backup


def backups_in(folder: Path) -> list[Path]:
    """List the backups that were named after their moment in a folder, the newest first."""
    paths = [path for path in folder.iterdir() if _BY_MOMENT.fullmatch(path.name)]
    # By the turn within a second, not by its digits: "-10" comes after "-9".
    return sorted(paths, key=lambda path: (path.stem[:23], len(path.stem), path.stem), reverse=True)


def rotate(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups of a folder; files with names of another kind stay. Gives the removed.

    Raises StoreError where one cannot be removed.
    """
    with in_words("清除旧备份", folder):
        outdated = backups_in(folder)[keep:]
        for path in outdated:
            path.unlink()
    for path in outdated:
        _log.info("清除旧备份 %s", path)
    return outdated


def _free_name(folder: Path, prefix: str) -> Path:
    """Name a file after the moment, and after its turn where the second has one already.

    A turn that was freed by `rotate` is not given again: the newest would stand as the oldest.
    """
    stem = f"{prefix}-{now():%Y%m%d-%H%M%S}"
    turn_of = re.compile(rf"{re.escape(stem)}(?:-(\d+))?\.db(?:{re.escape(_UNFINISHED)})?")
    found = (turn_of.fullmatch(path.name) for path in folder.iterdir())
    last = max((int(match[1] or 1) for match in found if match), default=0)
    return folder / f"{stem}{f'-{last + 1}' if last else ''}.db"


def _note(store: Store, new_backup: Backup) -> None:
    facts = {
        "at": new_backup.at,
        "path": str(new_backup.path.absolute()),
        "seq": new_backup.seq,
        "size": new_backup.size,
    }
    try:
        write_note(store, BACKUP, facts)
    except StoreError as error:
        # The backup is whole all the same.
        _log.warning("备份已完成，但没有记下来：%s", error)


def _clear(target: Path) -> None:
    """Remove what backups that were killed have left in the folder."""
    for left in target.parent.glob(f"*{_UNFINISHED}"):
        if _is_taken(left):
            if left == _unfinished(target):
                raise StoreError(f"另一个程序正在写 {target}，请等它完成。")
        else:
            _remove(left)


def _remove(unfinished: Path) -> None:
    """Remove an unfinished file with what SQLite may have laid beside it."""
    for end in ("", "-journal", "-wal", "-shm"):
        unfinished.with_name(unfinished.name + end).unlink(missing_ok=True)


def _is_taken(left: Path) -> bool:
    """Say whether a living program holds the file: see `copies.plain_file`."""
    with closing(sqlite3.connect(left, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return False


def _unfinished(target: Path) -> Path:
    return target.with_name(target.name + _UNFINISHED)


def _check_room(store: Store, target: Path) -> None:
    """Refuse at once where the copy cannot fit: it must not fill the disk that others write to."""
    if store.engine.dialect.name != "sqlite":
        return
    need = Path(store.engine.url.database).stat().st_size
    free = shutil.disk_usage(target.parent).free
    if need > free:
        raise StoreError(
            f"{target.parent} 放不下备份：要 {need / 1e6:,.0f} MB，只剩 {free / 1e6:,.0f} MB。"
        )


def _write(store: Store, target: Path) -> tuple[int, int]:
    unfinished = _unfinished(target)
    try:
        with plain_file(unfinished) as copy:
            with reading(store) as source:
                seq = source.execute(select(schema.store.c.seq)).scalar_one()
                _fill(source, copy)
            rows = check_copy(copy)
        _sync(unfinished)
        if target.exists():
            raise StoreError(f"刚刚有了文件 {target}，备份不会覆盖它。")
        unfinished.rename(target)
        _sync(target.parent)
    finally:
        _remove(unfinished)
    return seq, rows


def _fill(source: Connection, copy: Connection) -> None:
    if source.dialect.name == "sqlite":
        # Page by page: the snapshot of `source` has begun with its first question.
        source.connection.driver_connection.backup(copy.connection.driver_connection)
        copy.exec_driver_sql("PRAGMA journal_mode=DELETE")  # a single file, without a log beside it
        return
    copy.exec_driver_sql("BEGIN")
    migrate.make_tables(copy)
    copy_tables(source, copy)
    store_row = source.execute(select(schema.store)).mappings().one()
    copy.execute(schema.store.delete())
    copy.execute(insert(schema.store), dict(store_row))
    copy.exec_driver_sql("COMMIT")


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if path.is_dir() and sys.platform == "win32":
        return  # it has no such call for folders
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
