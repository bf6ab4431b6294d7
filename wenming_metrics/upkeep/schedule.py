"""Backups that the server takes by itself, once a day at a set hour.

An office PC is off at night: what was missed is made up for as soon as the server runs again.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta

from wenming_metrics.domain.periods import now
from wenming_metrics.runtime.settings import BackupPlan
from wenming_metrics.store.database import Store, reading
from wenming_metrics.store.failures import StoreError
from wenming_metrics.store.notes import BACKUP, read_note
from wenming_metrics.upkeep.backup import backup, rotate

_LOOK, _AFTER_FAILURE = 60.0, 3_600.0
"""Seconds between two looks at the clock."""
_log = logging.getLogger(__name__)


def keep_backing_up(store: Store, plan: BackupPlan) -> None:
    """Begin to back up beside the pages, for as long as the server runs."""
    threading.Thread(target=_follow, args=(store, plan), name="backup", daemon=True).start()


def _follow(store: Store, plan: BackupPlan) -> None:
    while True:
        time.sleep(_LOOK if back_up_if_due(store, plan) else _AFTER_FAILURE)


def back_up_if_due(store: Store, plan: BackupPlan) -> bool:
    """Back up where the hour has passed since the last backup; False where it failed, which the log tells."""
    try:
        if is_due(last_backup(store), plan, now()):
            plan.backups.mkdir(parents=True, exist_ok=True)
            backup(store, plan.backups)
            rotate(plan.backups, plan.keep)
    except (StoreError, OSError) as error:
        _log.error("计划的备份没有完成：%s", error)
        return False
    return True


def last_backup(store: Store) -> datetime | None:
    """Say when the store was last backed up, by whomever."""
    with reading(store) as connection:
        facts = read_note(connection, BACKUP)
    return facts and datetime.fromisoformat(facts["at"])


def is_due(last: datetime | None, plan: BackupPlan, moment: datetime) -> bool:
    """Say whether the hour of the plan has passed since the last backup."""
    hour = moment.replace(hour=plan.hour.hour, minute=plan.hour.minute, second=0, microsecond=0)
    if hour > moment:
        hour -= timedelta(days=1)
    return last is None or last < hour
