"""Back-fill (补录): many workbooks, read on any executor, stored one after the other.

Reading takes most of the time and needs nothing but the registers, so it is done by the workers;
storing is done here, strictly in the order of the files. Numbers of batches, tallies and every
figure are those of taking in one file after the other. An archive is a folder of files; files that
came before the registers are tried again after all others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from wenming_metrics.domain.periods import today
from wenming_metrics.domain.privacy import mask_name
from wenming_metrics.domain.registers import Register
from wenming_metrics.intake.commit import (
    IntakeError,
    Preview,
    RegisterChangedError,
    commit,
    examine,
)
from wenming_metrics.intake.mistakes import MistakeError, one_file
from wenming_metrics.intake.prepare import PrepareTask, Ready, pack_context, read_ready
from wenming_metrics.queries.files.choices import read_choices
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.reading.model.sender_answers import NOTHING_SAID, SenderAnswers
from wenming_metrics.reading.recognise.sheets import refusal_problem
from wenming_metrics.reading.sandbox.archive import BETWEEN, is_archive, open_archive
from wenming_metrics.runtime.executors import in_order
from wenming_metrics.scoring.tree.basis import bases_of
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register, register_version
from wenming_metrics.vocabulary import file_name

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".csv", ".zip")
"""What a folder is searched for."""
_NO_REGISTER = "入库-03"


@dataclass(frozen=True)
class BulkChoices:
    """What the user said of all files; see `commit.inspect`."""

    answers: SenderAnswers = NOTHING_SAID
    count_again: bool = False
    replaces: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of one file, or of one file in an archive, named 「压缩包.zip › 表.xlsx」.

    preview - None when there is an error, and for an archive of which `left_out` is told
    batch   - number of the batch; None when nothing was stored
    error   - why the file could not be opened, or why it could not be stored after all
    left_out - files of an archive that are no one's work, such as those of macOS
    """

    name: str
    preview: Preview | None = None
    batch: int | None = None
    error: OSError | IntakeError | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Opened:
    """One file with its bytes, or why it cannot be opened; path - where it can be read again.

    name - as it is called, for the reading, which tells what is hidden of it; `shown` is told
    """

    name: str
    content: bytes = b""
    error: OSError | IntakeError | None = None
    left_out: tuple[str, ...] = ()
    path: Path | None = None

    @property
    def shown(self) -> str:
        return mask_name(self.name)


def find_workbooks(sources: Iterable[Path]) -> list[Path]:
    """List files as they are named, and of each folder all workbooks below it in name order.

    Raises IntakeError for a folder without any workbook.
    """
    workbooks: list[Path] = []
    for source in sources:
        if source.is_dir():
            inside = sorted(path for path in source.rglob("*") if _is_workbook(path))
            if not inside:
                raise IntakeError(f"文件夹里没有表格文件：{source}")
            workbooks += inside
        else:
            workbooks.append(source)
    return workbooks


def _is_workbook(path: Path) -> bool:
    # "~$" are the locks that Excel and WPS lay beside a workbook that is open.
    hidden = path.name.startswith((".", "~$"))
    return path.suffix.lower() in WORKBOOKS and not hidden and path.is_file()


def ingest_many(
    office: Office,
    files: Sequence[Path],
    who: str,
    choices: BulkChoices = BulkChoices(),  # noqa: B008 (frozen)
    executor: Executor | None = None,
) -> Iterator[Outcome]:
    """Read many files on an executor and store them in their order.

    A file that is returned or cannot be opened does not stop the others. What was read against
    registers that have been replaced since, by a file before it or by someone else, is read again.
    What came before there were any registers is tried once more after the others.

    Returns: one outcome per file, as soon as it is stored
    """
    opened, early = _open_all(files), []

    def store(preview: Preview) -> int:
        return commit(office, preview, who)

    for file, outcome in _each(office, opened, choices, executor, store):
        if _lacks_register(outcome):
            early.append((_closed(file), messages_only(outcome)))
        else:
            yield outcome
    if _has_register(office):
        again = (_reopen(file) for file, _ in early)
        yield from (outcome for _, outcome in _each(office, again, choices, executor, store))
    else:
        yield from (outcome for _, outcome in early)


def check_many(
    office: Office,
    files: Sequence[Path],
    choices: BulkChoices = BulkChoices(),  # noqa: B008 (frozen)
    executor: Executor | None = None,
) -> Iterator[Outcome]:
    """Read many files on an executor and store nothing. Returns: one outcome per file, in order."""
    outcomes = _each(office, _open_all(files), choices, executor, lambda _: None)
    return (outcome for _, outcome in outcomes)


def _each(
    office: Office,
    files: Iterator[_Opened],
    choices: BulkChoices,
    executor: Executor | None,
    store: Callable[[Preview], int | None],
) -> Iterator[tuple[_Opened, Outcome]]:
    waiting: deque[_Opened] = deque()
    more = True
    while more:
        more = yield from _under_one_register(office, files, waiting, choices, executor, store)


def _under_one_register(
    office: Office,
    files: Iterator[_Opened],
    waiting: deque[_Opened],
    choices: BulkChoices,
    executor: Executor | None,
    store: Callable[[Preview], int | None],
) -> Generator[tuple[_Opened, Outcome], None, bool]:
    """Take files until one has been read against registers that are no longer in force.

    Takes: waiting - files that were opened and not taken; they come first, and are left there
    Returns: whether there may be more to take
    """
    with reading(office.store) as connection:
        register, remembered = read_register(connection), read_choices(connection)
    bases = bases_of(register, office.rules)
    rules = office.rules
    packed = pack_context(
        register, office.catalogue, remembered, rules.reading, bases, rules.survey
    )
    tallied = executor is not None  # here it would be done in vain for days that have rows already

    def tasks() -> Iterator[PrepareTask]:
        for file in chain(list(waiting), _noted(files, waiting)):
            yield PrepareTask(file.name, file.content, packed, today(), choices.answers, tallied)

    with closing(in_order(executor, read_ready, tasks())) as readings:
        for ready in readings:
            if not _in_force(office, register):
                return True
            try:
                outcome = _take(office, waiting[0], ready, register, choices, store)
            except RegisterChangedError:
                return True
            yield waiting.popleft(), outcome
    return False


def _noted(files: Iterator[_Opened], waiting: deque[_Opened]) -> Iterator[_Opened]:
    for file in files:
        waiting.append(file)
        yield file


def _take(
    office: Office,
    file: _Opened,
    ready: Ready,
    register: Register,
    choices: BulkChoices,
    store: Callable[[Preview], int | None],
) -> Outcome:
    if file.error or file.left_out:
        return Outcome(file.shown, error=file.error, left_out=file.left_out)
    options = {"count_again": choices.count_again, "replaces": choices.replaces}
    preview = examine(office, ready.reading, file.content, register, **options, ready=ready)
    try:
        return Outcome(file.shown, preview, store(preview) if preview.can_commit else None)
    except RegisterChangedError:
        raise
    except IntakeError as error:
        return Outcome(file.shown, error=error)


def _open_all(paths: Iterable[Path]) -> Iterator[_Opened]:
    """Open files one after the other; an archive gives the files in it."""
    for path in paths:
        file = _open(path)
        yield from _unpack(file) if is_archive(file.content) else (file,)


def _open(path: Path) -> _Opened:
    try:
        return _Opened(file_name(path.name), path.read_bytes(), path=path)
    except OSError as error:
        return _Opened(file_name(path.name), error=error)


def _unpack(file: _Opened) -> Iterator[_Opened]:
    try:
        with one_file(file.name):
            archive = open_archive(file.content)
    except MistakeError as mistake:
        yield _Opened(file.name, error=mistake)
        return
    if isinstance(archive, Refusal):
        yield _Opened(file.name, error=IntakeError(refusal_problem(archive).text))
        return
    for member in archive.members:
        yield _Opened(file.name + BETWEEN + file_name(member.name), member.content)
    if archive.left_out:
        yield _Opened(file.name, left_out=archive.left_out)


def _lacks_register(outcome: Outcome) -> bool:
    problems = outcome.preview.problems if outcome.preview else ()
    return any(problem.code == _NO_REGISTER for problem in problems)


def _closed(file: _Opened) -> _Opened:
    """Let go of bytes that can be read again."""
    return replace(file, content=b"") if file.path else file


def _reopen(file: _Opened) -> _Opened:
    return _open(file.path) if file.path else file


def messages_only(outcome: Outcome) -> Outcome:
    """Keep of a file that was returned what is told of it, not its rows."""
    preview, file_reading = outcome.preview, outcome.preview.reading
    bare = Reading(
        file_reading.filename,
        file_reading.sha256,
        file_reading.kind,
        problems=file_reading.problems,
        counts=file_reading.counts,
    )
    return replace(outcome, preview=replace(preview, content=b"", reading=bare, ready=None))


def _has_register(office: Office) -> bool:
    with reading(office.store) as connection:
        return not read_register(connection).is_empty


def _in_force(office: Office, register: Register) -> bool:
    with reading(office.store) as connection:
        return register_version(connection) == register.version
