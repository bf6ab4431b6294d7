"""The check before pages are served: short however large the store is, and telling what it saw.

A damaged store must not be shown as if nothing were wrong; `verify` is the check of everything.
"""

from __future__ import annotations

import logging
import time
from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import DBAPIError

from wenming_metrics.store import schema
from wenming_metrics.store.database import Store, open_store, reading
from wenming_metrics.store.engines import engine_of, file_of
from wenming_metrics.store.failures import StoreError
from wenming_metrics.tallies.update import tally_rows
from wenming_metrics.upkeep.copies import is_damage
from wenming_metrics.upkeep.day_checks import differing
from wenming_metrics.upkeep.upgrade import is_older

_log = logging.getLogger(__name__)
_SMALL = 64_000_000
"""Bytes of a file of which every page is looked at: 0.5 s at 130 MB/s, measured."""
_PAGES, _DAYS = 0.5, 1.0
"""Seconds from the beginning after which no further table, and no further day, is begun."""
_MOST_DAYS = 31
_BULKY = [schema.row, schema.row_unit, schema.finding_state, schema.original, schema.block]
"""Tables that hold nearly all bytes of a large store."""
_RESTORE = (
    "为免看到错误的分数，网页没有打开。请先把数据文件复制一份留着，再用 restore 命令还原最近的备份；"
    "还原之前可以用 verify 命令看清坏在哪里。"
)
_RETALLY = (
    "为免看到错误的分数，网页没有打开。请先用 verify 命令看清哪里不一致："
    "只是汇总不对，用 retally 命令重算；还有别的，用 restore 命令还原最近的备份。"
)


@lru_cache(maxsize=8)
def check_once(store: Store) -> None:
    """Check a store the first time this process is to show it. Raises StoreError; see `check`."""
    check(store)


def check_early(url: str) -> None:
    """Check the file of a store before it is needed, while something else is waited for.

    None that is to be made or migrated first. Raises StoreError; see `check`.
    """
    if file_of(engine_of(url)) and not is_older(url):
        check_once(open_store(url))


def check(store: Store) -> None:
    """Check as much of a store as the time allows, the latest days first.

    Raises StoreError when it is damaged, with the remedy.
    """
    begun = time.perf_counter()
    with reading(store) as connection:
        try:
            pages = _check_pages(connection, begun)
            days = _check_days(connection, begun)
        except DBAPIError as error:
            if not is_damage(error):
                raise
            raise StoreError(f"数据检查没有通过：数据文件已损坏。{_RESTORE}") from error
    took = time.perf_counter() - begun
    extent = f"{pages}，最近 {days} 天的行与汇总一致" if pages else f"最近 {days} 天的行与汇总一致"
    _log.info("启动检查通过：%s,%.1f 秒", extent, took)


def _check_pages(connection: Connection, begun: float) -> str:
    """Check the pages of an SQLite file; says which."""
    if connection.dialect.name != "sqlite":
        return ""
    if Path(connection.engine.url.database).stat().st_size <= _SMALL:
        _quick(connection, "PRAGMA quick_check(1)")
        return "全部数据页"
    checked = []
    for table in _vital():
        if time.perf_counter() - begun < _PAGES:
            _quick(connection, f'PRAGMA quick_check("{table.name}")')
            checked.append(table.name)
    return f"{len(checked)} 个表的数据页（{'、'.join(checked)}）"


def _vital() -> list[Table]:
    """List the tables that are not bulky; those without which nothing can be shown come first."""
    return [table for table in schema.metadata.tables.values() if table not in _BULKY]


def _quick(connection: Connection, statement: str) -> None:
    verdict = connection.exec_driver_sql(statement).scalar()
    if verdict != "ok":
        _log.error("%s:%s", statement, " ".join(verdict.split()))
        raise StoreError(f"数据检查没有通过：数据文件已损坏。{_RESTORE}")


def _check_days(connection: Connection, begun: float) -> int:
    """Check the latest days' rows against their tallies; gives how many."""
    column, count = schema.day_tally.c.day, 0
    latest = select(column).order_by(column.desc()).limit(_MOST_DAYS)
    for day in connection.execute(latest).scalars().all():
        if time.perf_counter() - begun > _DAYS:
            break
        if differing(connection, day, tally_rows(connection, [day])[day]):
            on = date.fromordinal(day)
            raise StoreError(f"数据检查没有通过：{on} 的行与汇总不一致。{_RETALLY}")
        count += 1
    return count
