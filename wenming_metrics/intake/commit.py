"""The write side: read, check, preview, commit, withdraw, reinstate.

A commit is one transaction: the batch, its original bytes, its rows, the tallies of the days it
touches and the sums that hold them; see `transaction`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.periods import today
from wenming_metrics.domain.privacy import mask_name
from wenming_metrics.domain.problems import Problem
from wenming_metrics.domain.registers import Register
from wenming_metrics.intake.mistakes import IntakeError, MistakeError, one_file, return_file
from wenming_metrics.intake.prepare import Ready, without_collection
from wenming_metrics.intake.problem_answers import hold_answers
from wenming_metrics.intake.problem_moves import hold_moves
from wenming_metrics.intake.stored_already import tell_stored
from wenming_metrics.intake.transaction import (
    MovedMeanwhileError,
    Preview,
    store_file,
)
from wenming_metrics.intake.unasked import hold_unasked
from wenming_metrics.intake.unlisted import hold_unlisted
from wenming_metrics.queries.files.choices import read_choices
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.grid import Workbook
from wenming_metrics.reading.model.reading import (
    REGISTER_KINDS,
    Context,
    Reading,
    RememberedChoices,
)
from wenming_metrics.reading.model.sender_answers import NOTHING_SAID, SenderAnswers
from wenming_metrics.reading.read import open_workbook, read
from wenming_metrics.reading.survey.wordings import with_wordings
from wenming_metrics.store import batches, corrections, registers
from wenming_metrics.store.database import reading, writing
from wenming_metrics.tallies.update import retally
from wenming_metrics.vocabulary import file_name

_log = logging.getLogger(__name__)


class RegisterChangedError(IntakeError):
    """The registers are no longer those that a file was read against: it is to be read again."""


@dataclass(frozen=True)
class IntakeContext:
    """What a file is read against: the registers in force, and what people said of unknown words."""

    register: Register
    choices: RememberedChoices


def intake_context(office: Office) -> IntakeContext:
    """Give what a file would be read against now."""
    with reading(office.store) as connection:
        return IntakeContext(registers.read_register(connection), read_choices(connection))


@without_collection()
def read_file(
    office: Office,
    data: bytes,
    filename: str,
    against: IntakeContext,
    answers: SenderAnswers = NOTHING_SAID,
    workbook: Workbook | None = None,
) -> Reading:
    """Read a file; nothing is stored. One that the program fails at is returned (退回) with a number.

    Takes: answers - what its sender says of it; workbook - what `decode_file` all_corrections of it
    """
    filename = file_name(filename)
    context = _reading_context(office, against, answers)
    try:
        with one_file(filename):
            return read(data, filename, context, workbook)
    except MistakeError as mistake:
        return return_file(mask_name(filename), data, mistake)


def decode_file(
    office: Office, data: bytes, filename: str, against: IntakeContext
) -> Workbook | None:
    """Decode a file that is asked about: each answer reads it again, and none decodes it again.

    Returns: None where the program fails at it: `read_file` will tell
    """
    try:
        with one_file(filename):
            return open_workbook(data, _reading_context(office, against, NOTHING_SAID))
    except MistakeError:
        return None


def _reading_context(office: Office, against: IntakeContext, answers: SenderAnswers) -> Context:
    survey = with_wordings(office.rules.survey, against.choices.headers)
    hints = (answers, against.choices, office.rules.reading, survey)
    return Context(against.register, office.catalogue, today(), *hints)


def inspect(
    office: Office,
    data: bytes,
    filename: str,
    *,
    answers: SenderAnswers = NOTHING_SAID,
    count_again: bool = False,
    replaces: bool = False,
) -> Preview:
    """Read a file against the registers in force and hold it against the store.

    Takes: answers - see `read_file`; count_again, replaces - see `transaction.Preview`
    """
    against = intake_context(office)
    file_reading = read_file(office, data, filename, against, answers)
    options = {"count_again": count_again, "replaces": replaces}
    return examine(office, file_reading, data, against.register, **options)


def examine(
    office: Office,
    file_reading: Reading,
    data: bytes,
    register: Register,
    *,
    count_again: bool = False,
    replaces: bool = False,
    ready: Ready | None = None,
    beside: tuple[int, ...] = (),
) -> Preview:
    """Hold a reading against the store: are its bytes known, do its rows repeat stored ones.

    Takes: file_reading - what was read of `data` against `register`; the others - see `transaction.Preview`
    """
    options = (register, count_again, replaces)
    try:
        with one_file(file_reading.filename):
            return _examine(office, file_reading, data, *options, ready, beside)
    except MistakeError as mistake:
        returned = return_file(file_reading.filename, data, mistake)
        return _examine(office, returned, data, *options, None, beside)


def _examine(
    office: Office,
    file_reading: Reading,
    data: bytes,
    register: Register,
    count_again: bool,
    replaces: bool,
    ready: Ready | None,
    beside: tuple[int, ...],
) -> Preview:
    file_reading = hold_unlisted(office, file_reading)
    with reading(office.store) as connection:
        file_reading = hold_moves(connection, office.rules.loop, file_reading, office.viewer)
        file_reading = hold_answers(connection, office.rules.loop, file_reading)
        file_reading = hold_unasked(connection, register, file_reading)
        options = {"count_again": count_again, "replaces": replaces, "beside": beside}
        notes = tell_stored(connection, file_reading, register, **options)
    days = pd.unique(pd.concat([file_reading.checks["day"], file_reading.plan["day"]]))
    return Preview(
        filename=file_reading.filename,
        content=data if file_reading.stored_copy is None else file_reading.stored_copy,
        reading=file_reading,
        problems=(*notes, *file_reading.problems, *_missing(file_reading, register)),
        days=tuple(date.fromordinal(int(day)) for day in sorted(days)),
        register=register.version,
        count_again=count_again,
        replaces=replaces,
        ready=ready,
        beside=beside,
    )


def _missing(file_reading: Reading, register: Register) -> Iterator[Problem]:
    if file_reading.is_rejected:
        return
    if file_reading.kind not in REGISTER_KINDS and register.is_empty:
        yield Problem("入库-03")
    elif not file_reading.counts.good:
        yield Problem("入库-04")


@permitted("入库", "{preview.filename}")
@without_collection()
def commit(office: Office, preview: Preview, who: str) -> int:
    """Store a previewed file; good rows count from now on, held rows are kept.

    Returns: the number of the batch
    Raises IntakeError when the preview cannot be stored, or when it has been stored meanwhile.
    """
    if not preview.can_commit:
        raise IntakeError("这个文件不能入库，请先按提示修改。")
    begun = time.perf_counter()
    with one_file(preview.filename), writing(office.store) as connection:
        earlier = batches.same_bytes(connection, preview.reading.sha256)
        if earlier["live"].any():
            raise IntakeError("同一个文件刚刚已经入库，没有重复保存。")
        if registers.register_version(connection) != preview.register:
            raise RegisterChangedError("读这个文件之后名册有更新，请重新读取，再入库。")
        try:
            batch = store_file(connection, preview, office.rules, who)
        except MovedMeanwhileError as error:
            raise IntakeError("看过之后有问题又办了别的，请重新读取这个文件，再入库。") from error
    file_reading, counts = preview.reading, preview.reading.counts
    facts = (batch, preview.filename, file_reading.sha256, counts.good, counts.held, who)
    took = time.perf_counter() - begun
    _log.info("入库 批次 %s 文件 %r 摘要 %s 入库 %s 行 待核 %s 行 经办 %r %.2f 秒", *facts, took)
    return batch


@permitted("撤回", "第 {batch} 批")
def withdraw(office: Office, batch: int, who: str, reason: str) -> None:
    """Take a batch out of all figures; its rows stay in the store.

    Raises IntakeError for an unknown or already withdrawn batch, for registers and without a reason.
    """
    _turn(office, batch, batches.WITHDRAW, who, reason)


@permitted("撤回", "恢复第 {batch} 批")
def reinstate(office: Office, batch: int, who: str, reason: str = "") -> None:
    """Let a withdrawn batch count again. Raises IntakeError when it already counts."""
    _turn(office, batch, batches.REINSTATE, who, reason)


def _turn(office: Office, batch: int, act: str, who: str, reason: str) -> None:
    with writing(office.store) as connection:
        facts = batches.batch_facts(connection, batch)
        if facts is None:
            raise IntakeError(f"没有批次 {batch}。")
        if facts["kind"] in REGISTER_KINDS:
            raise IntakeError("名册和节假日正在使用，不能撤回；请上传新的来替代。")
        counts = batches.is_live(connection, batch)
        if counts == (act == batches.REINSTATE):
            raise IntakeError(f"批次 {batch} {'已经在用' if counts else '已经撤回'}，不用再{act}。")
        if act == batches.WITHDRAW and not reason.strip():
            raise IntakeError("请写明为什么撤回，原因留在变动记录里。")
        for turned in [batch, *_corrections_of(connection, batch, act)]:
            why = reason if turned == batch else f"随第 {batch} 批撤回"
            batches.add_event(connection, turned, act, who, why)
            retally(connection, batches.batch_days(connection, turned), office.rules)
    _log.info("%s 批次 %s 经办 %r 原因 %r", act, batch, who, reason)


def _corrections_of(connection: Connection, batch: int, act: str) -> list[int]:
    """List the batches of corrections that go with their file; none comes back by itself."""
    if act != batches.WITHDRAW:
        return []
    all_corrections = corrections.read_corrections(connection)
    with_file = all_corrections.loc[
        (all_corrections["batch"] == batch) & all_corrections["counts"], "by_batch"
    ]
    return sorted(set(with_file.astype(int)))
