"""A check of the whole store: every row against every sum, digest and count that follows from it."""

from __future__ import annotations

import logging
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select

from wenming_metrics.queries.office import Office
from wenming_metrics.runtime.executors import in_order
from wenming_metrics.scoring.tree.basis import SumKey, bases_of
from wenming_metrics.store import schema
from wenming_metrics.store.database import Store, reading, stamp
from wenming_metrics.store.engines import engine_of
from wenming_metrics.store.failures import StoreError
from wenming_metrics.store.notes import VERIFIED, write_note
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.tallies import PLANNED
from wenming_metrics.upkeep import checks
from wenming_metrics.upkeep.day_checks import check_references, check_tallies, months_of
from wenming_metrics.upkeep.report import Line, Report, line, merge
from wenming_metrics.upkeep.sum_checks import check_year_sums, years_of

logger = logging.getLogger(__name__)
_BROKEN = (ArithmeticError, LookupError, TypeError, ValueError, struct.error, zlib.error)
"""What damaged contents lead to when they are computed with."""
_FILES = 50
"""Files that one task goes through."""


@dataclass(frozen=True, eq=False)
class VerifyTask:
    """A part of the check for whatever process: which, of what store, over which days or files."""

    url: str
    check: Callable[[VerifyTask], list[Line]]
    over: tuple
    bases: tuple[SumKey, ...] = ()


def verify(office: Office, executor: Executor | None = None) -> Report:
    """Check the store; others may go on reading and writing meanwhile.

    Takes: executor - runs the parts of the check; None: this process
    """
    begun, started_at = time.perf_counter(), stamp()
    lines = [line for part_lines in in_order(executor, run, _tasks(office)) for line in part_lines]
    report = Report(tuple(merge(lines)), started_at, time.perf_counter() - begun)
    _note(office.store, report)
    return report


def _note(store: Store, report: Report) -> None:
    wrong = [asdict(line) for line in report.lines if line.wrong]
    outcome = "通过" if report.sound else f"发现问题：{'、'.join(line['what'] for line in wrong)}"
    logger.log(
        logging.INFO if report.sound else logging.ERROR, "核对%s,%.1f 秒", outcome, report.seconds
    )
    facts = {"at": report.at, "sound": report.sound, "seconds": report.seconds, "wrong": wrong}
    try:
        write_note(store, VERIFIED, facts)
    except StoreError as error:
        # What was found is told all the same.
        logger.warning("核对已完成，但没有记下来：%s", error)


def _tasks(office: Office) -> Iterator[VerifyTask]:
    url = office.store.url
    yield VerifyTask(url, _file, ())
    with reading(office.store) as connection:
        register, months = read_register(connection), months_of(connection)
        digests = connection.execute(select(schema.original.c.sha256)).scalars().all()
        batches = connection.execute(select(schema.batch.c.batch)).scalars().all()
        pictures = connection.execute(select(schema.picture.c.digest)).scalars().all()
    bases = bases_of(register, office.rules)
    yield VerifyTask(url, _batches, ())
    for days in months:
        yield VerifyTask(url, _month, tuple(days), bases)
    for year in years_of(day for days in months for day in days):
        yield VerifyTask(url, _year, (year,), bases)
    for check, over in ((_originals, digests), (_blocks, batches), (_pictures, pictures)):
        for first in range(0, len(over), _FILES):
            yield VerifyTask(url, check, tuple(over[first : first + _FILES]))


def run(task: VerifyTask) -> list[Line]:
    """Run a part of the check; what cannot even be read is told as a line."""
    try:
        return task.check(task)
    except StoreError as error:
        return [line("读取", 1, [str(error)])]
    except _BROKEN as error:
        logger.exception("%s %s", task.check.__name__, task.over[:1])
        return [line("读取", 1, [f"{_spell(task)}的内容读不懂：{error!r}"])]


def _spell(task: VerifyTask) -> str:
    """Say what a part of the check goes over."""
    if task.check is _month:
        return f"{date.fromordinal(task.over[0]):%Y-%m} "
    return f"{task.over[0]} 年" if task.check is _year else "批次、原文件或图片"


def _store(task: VerifyTask) -> Store:
    return Store(task.url, engine_of(task.url))


def _file(task: VerifyTask) -> list[Line]:
    return checks.check_file(_store(task))


def _batches(task: VerifyTask) -> list[Line]:
    store = _store(task)
    batch_checks = (
        *(checks.check_batches, checks.check_states),
        *(checks.check_picture_places, checks.check_rules),
    )
    batch_checks += (checks.check_issues, checks.check_answers, checks.check_log)
    return [line for check in batch_checks for line in check(store)]


def _month(task: VerifyTask) -> list[Line]:
    with reading(_store(task)) as connection:
        days = list(task.over)
        return [*check_references(connection, days), *check_tallies(connection, days, task.bases)]


def _year(task: VerifyTask) -> list[Line]:
    with reading(_store(task)) as connection:
        keys = [*(basis.key for basis in task.bases), PLANNED]
        return list(check_year_sums(connection, keys, *task.over))


def _originals(task: VerifyTask) -> list[Line]:
    return checks.check_originals(_store(task), list(task.over))


def _blocks(task: VerifyTask) -> list[Line]:
    return checks.check_blocks(_store(task), list(task.over))


def _pictures(task: VerifyTask) -> list[Line]:
    return checks.check_pictures(_store(task), list(task.over))
