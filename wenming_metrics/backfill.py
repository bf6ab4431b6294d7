"""Back-fill (补录): many workbooks, read on any executor, stored one after the other.

Reading takes most of the time and needs nothing but the registers, so it is done by the workers;
storing is done here, strictly in the order of the files. Numbers of batches, tallies and every
figure are those of taking in one file after the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from wenming_metrics.executors import in_order
from wenming_metrics.intake import IntakeError, Preview, RegisterChangedError, commit, examine
from wenming_metrics.periods import today
from wenming_metrics.queries.office import Office
from wenming_metrics.ready import Ready, Task, pack_context, read_ready
from wenming_metrics.scoring.basis import bases_of
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register, register_version
from wenming_metrics.units import Register

WORKBOOKS = (".xlsx", ".xlsm", ".xls")
"""What a folder is searched for."""


@dataclass(frozen=True)
class Choices:
    """What the user said of all files; see `intake.inspect`."""

    confirm_visits: bool = False
    count_again: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of one file.

    preview - None when there is an error
    batch   - number of the batch; None when nothing was stored
    error   - why the file could not be opened, or why it could not be stored after all
    """

    name: str
    preview: Preview | None = None
    batch: int | None = None
    error: OSError | IntakeError | None = None


@dataclass(frozen=True)
class _Opened:
    """One file with its bytes, or why it cannot be opened."""

    name: str
    content: bytes = b""
    error: OSError | None = None


def find_workbooks(places: Iterable[Path]) -> list[Path]:
    """List files as they are named, and of each folder all workbooks below it in name order.

    Raises IntakeError for a folder without any workbook.
    """
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            inside = sorted(path for path in place.rglob("*") if _is_workbook(path))
            if not inside:
                raise IntakeError(f"文件夹里没有表格文件:{place}")
            found += inside
        else:
            found.append(place)
    return found


def _is_workbook(path: Path) -> bool:
    # "~$" are the locks that Excel and WPS lay beside a workbook that is open.
    hidden = path.name.startswith((".", "~$"))
    return path.suffix.lower() in WORKBOOKS and not hidden and path.is_file()


def ingest_many(
    office: Office,
    files: Sequence[Path],
    who: str,
    choices: Choices = Choices(),  # noqa: B008 (frozen)
    executor: Executor | None = None,
) -> Iterator[Outcome]:
    """Read many files on an executor and store them in their order.

    A file that is returned or cannot be opened does not stop the others. What was read against
    registers that have been replaced since, by a file before it or by someone else, is read again.

    Returns: one outcome per file, as soon as it is stored
    """
    return _each(office, files, choices, executor, lambda preview: commit(office, preview, who))


def check_many(
    office: Office,
    files: Sequence[Path],
    choices: Choices = Choices(),  # noqa: B008 (frozen)
    executor: Executor | None = None,
) -> Iterator[Outcome]:
    """Read many files on an executor and store nothing. Returns: one outcome per file, in order."""
    return _each(office, files, choices, executor, lambda _: None)


def _each(
    office: Office,
    files: Sequence[Path],
    choices: Choices,
    executor: Executor | None,
    store: Callable[[Preview], int | None],
) -> Iterator[Outcome]:
    done = 0
    while done < len(files):
        for outcome in _under_one_register(office, files[done:], choices, executor, store):
            done += 1
            yield outcome


def _under_one_register(
    office: Office,
    files: Sequence[Path],
    choices: Choices,
    executor: Executor | None,
    store: Callable[[Preview], int | None],
) -> Iterator[Outcome]:
    """Take files until one has been read against registers that are no longer in force."""
    with reading(office.store) as connection:
        register = read_register(connection)
    packed = pack_context(register, office.catalogue, bases_of(register, office.rules))
    tallied = executor is not None  # here it would be done in vain for days that have rows already
    opened: deque[_Opened] = deque()

    def tasks() -> Iterator[Task]:
        for path in files:
            opened.append(_open(path))
            name, content = opened[-1].name, opened[-1].content
            yield Task(name, content, packed, today(), choices.confirm_visits, tallied)

    with closing(in_order(executor, read_ready, tasks())) as readings:
        for ready in readings:
            if not _in_force(office, register):
                return
            file = opened.popleft()
            try:
                outcome = _take(office, file, ready, register, choices, store)
            except RegisterChangedError:
                return
            yield outcome


def _take(
    office: Office,
    file: _Opened,
    ready: Ready,
    register: Register,
    choices: Choices,
    store: Callable[[Preview], int | None],
) -> Outcome:
    if file.error:
        return Outcome(file.name, error=file.error)
    again = choices.count_again
    preview = examine(office, ready.reading, file.content, register, count_again=again, ready=ready)
    try:
        return Outcome(file.name, preview, store(preview) if preview.can_commit else None)
    except RegisterChangedError:
        raise
    except IntakeError as error:
        return Outcome(file.name, error=error)


def _open(path: Path) -> _Opened:
    try:
        return _Opened(path.name, path.read_bytes())
    except OSError as error:
        return _Opened(path.name, error=error)


def _in_force(office: Office, register: Register) -> bool:
    with reading(office.store) as connection:
        return register_version(connection) == register.version
