"""The state of the store for a monitor: a few cheap questions, no reading of rows."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from wenming_metrics import __version__
from wenming_metrics.domain.periods import now
from wenming_metrics.reading.model.reading import INSPECTION
from wenming_metrics.runtime.settings import Settings
from wenming_metrics.store import migrate, schema
from wenming_metrics.store.database import Store, reading
from wenming_metrics.store.engines import engine_of
from wenming_metrics.store.failures import StoreError, as_store_errors
from wenming_metrics.store.notes import BACKUP, VERIFIED, read_notes

_LEAST_FREE = 500_000_000
"""Bytes of free disk below which a store is not well."""


def health(settings: Settings) -> dict[str, object]:
    """Tell how the store is, without changing anything in it, not even its version.

    Returns: well (bool), complaints (Chinese), software, reachable, and where it can be reached:
             version, seq, last_batch (batch, name, at, who) or None, first_day, last_day, batches,
             rows, held_rows, size, wal, free (bytes; None where unknown), bytes_per_10000_rows,
             last_backup, last_verify, backup_age_days
    """
    state: dict[str, object] = {"software": __version__, "reachable": False}
    complaints: list[str] = []
    try:
        store = _open(settings)
        with reading(store) as connection:
            state |= {"reachable": True, **_facts(connection), **_disk_facts(connection, store)}
        rows, size = state["rows"], state["size"]
        state["bytes_per_10000_rows"] = round(size / rows * 10_000) if rows and size else None
    except StoreError as error:
        complaints.append(str(error))
    else:
        complaints += _complaints(state, is_planned=settings.backup is not None)
    return {"well": not complaints, "complaints": complaints, **state}


def _open(settings: Settings) -> Store:
    engine = engine_of(settings.store_url)
    with as_store_errors(settings.store_url, opening=True):
        version = migrate.version_of(engine)
    if version is None:
        raise StoreError("还没有数据文件。第一次入库或打开网页时会自动建立。")
    if version < schema.VERSION:
        raise StoreError("数据文件是旧版本的，打开网页或入库时会自动升级。")
    return Store(settings.store_url, engine)


def _facts(connection: Connection) -> dict[str, object]:
    batch, days = schema.batch, schema.batch_day
    version, seq = connection.execute(select(schema.store.c.version, schema.store.c.seq)).one()
    count, held_rows = connection.execute(select(func.count(), func.sum(batch.c.held))).one()
    newest = select(batch.c.batch, batch.c.name, batch.c.at, batch.c.who)
    last = connection.execute(newest.order_by(batch.c.batch.desc()).limit(1)).mappings().first()
    tallied = select(func.min(schema.day_tally.c.day), func.max(schema.day_tally.c.day))
    first_day, last_day = connection.execute(tallied).one()
    # What batches say of themselves; counting the rows would mean reading them.
    rows = select(func.coalesce(func.sum(days.c.good), 0)).join(
        batch, batch.c.batch == days.c.batch
    )
    notes = read_notes(connection)
    return {
        "version": version,
        "seq": seq,
        "last_batch": dict(last) if last else None,
        "first_day": None if first_day is None else date.fromordinal(first_day).isoformat(),
        "last_day": None if last_day is None else date.fromordinal(last_day).isoformat(),
        "batches": count,
        "rows": int(connection.execute(rows.where(batch.c.kind == INSPECTION)).scalar_one()),
        "held_rows": int(held_rows or 0),
        "last_backup": notes.get(BACKUP),
        "last_verify": notes.get(VERIFIED),
        "backup_age_days": _age(notes.get(BACKUP)),
    }


def _age(note: dict | None) -> int | None:
    return None if note is None else (now() - datetime.fromisoformat(note["at"])).days


def _disk_facts(connection: Connection, store: Store) -> dict[str, object]:
    """Measure the store and the disk it is on; a server's disk cannot be seen from here."""
    wal, free = None, None
    if connection.dialect.name == "sqlite":
        path = Path(store.engine.url.database)
        log = path.with_name(path.name + "-wal")
        size, free = path.stat().st_size, shutil.disk_usage(path.parent).free
        wal = log.stat().st_size if log.exists() else 0
    elif connection.dialect.name == "postgresql":
        size = connection.execute(select(func.pg_database_size(func.current_database()))).scalar()
    else:
        size = None
    return {"size": size, "wal": wal, "free": free}


def _complaints(state: dict[str, object], *, is_planned: bool) -> list[str]:
    complaints = []
    age = state["backup_age_days"]
    if is_planned and age is None:
        complaints.append("设了每天备份，还没有做过一次，请查日志。")
    elif is_planned and age > 1:
        complaints.append(f"设了每天备份，已有 {age} 天没有做成，请查日志。")
    if state["free"] is not None and state["free"] < _LEAST_FREE:
        complaints.append(f"磁盘只剩 {state['free'] / 1e6:,.0f} MB，请尽快腾出空间。")
    verified = state["last_verify"]
    if verified is not None and not verified["sound"]:
        what = "、".join(line["what"] for line in verified["wrong"])
        complaints.append(
            f"最近一次核对（{verified['at'][:16].replace('T', ' ')}）发现问题：{what}。"
        )
    return complaints
