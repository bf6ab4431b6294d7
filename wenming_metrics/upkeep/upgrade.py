"""Before a store is migrated: a copy is kept, and the migration is tried on a private one.

A migration is one transaction and either whole or undone; this is for the day on which the new version turns
out not to be wanted, for an older program cannot open what a newer one has migrated.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from wenming_metrics.domain.periods import now
from wenming_metrics.store import migrate, schema
from wenming_metrics.store.database import open_store
from wenming_metrics.store.engines import engine_of
from wenming_metrics.store.failures import StoreError, as_store_errors
from wenming_metrics.upkeep.copies import in_words
from wenming_metrics.upkeep.restore import migrated_copy

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Upgrade:
    """Versions of the tables before and after, rows counted in the tried copy (None: not tried), and the kept copy."""

    version: int
    goal: int
    rows: int | None = None
    saved: Path | None = None

    @property
    def is_due(self) -> bool:
        """Whether there is anything to migrate."""
        return self.version < self.goal


def is_older(url: str) -> bool:
    """Say whether there is a store, and of an earlier version. Raises StoreError for what is none."""
    with as_store_errors(url, opening=True):
        return (migrate.version_of(engine_of(url)) or schema.VERSION) < schema.VERSION


def upgrade(url: str, *, only_check: bool = False) -> Upgrade:
    """Bring a store to this version: tried on a copy, then kept beside it, then migrated.

    Takes: only_check - try it and leave everything as it is
    Raises StoreError where there is no store, a newer one, no room, or the trial fails.
    """
    engine = engine_of(url)
    with as_store_errors(url, opening=True):
        version = migrate.version_of(engine)
    if version is None:
        raise StoreError("还没有数据文件，不用升级。")
    if version == schema.VERSION:
        return Upgrade(version, schema.VERSION)
    rows, saved = None, None
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database)
        with migrated_copy(path, "试升级") as (_, rows):
            _log.info("试升级：版本 %s 到 %s，%s 行", version, schema.VERSION, rows)
        saved = None if only_check else _save(engine, path, version)
    if not only_check:
        open_store(url)
    return Upgrade(version, schema.VERSION, rows, saved)


def _save(engine: Engine, path: Path, version: int) -> Path:
    """Keep a copy of a file beside it, as it was before."""
    engine.dispose()
    copy_path = path.with_name(f"before-upgrade-{version}-{now():%Y%m%d-%H%M%S}.db")
    free = shutil.disk_usage(path.parent).free
    if path.stat().st_size > free:
        raise StoreError(f"{path.parent} 放不下升级前的备份，没有升级。请先腾出磁盘空间。")
    with in_words("升级前的备份", copy_path):
        source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(copy_path)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    _log.info("升级前的备份 %s", copy_path)
    return copy_path
