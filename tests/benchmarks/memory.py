"""How much memory does a large file take, or a long history, beside what was there before?"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import psutil

from tests.benchmarks.commits import TEN_YEARS
from tests.benchmarks.ingest import registered
from tests.benchmarks.stores import A_DAY, WHO, open_at
from tests.benchmarks.suite import Line, Setup, benchmark, kept_workbook, let_go, own_copy, url_of
from wenming_metrics.intake import commit
from wenming_metrics.upkeep.rebuild_tallies import retally_store

_ROWS = 500_000
_EVERY = 0.005
_MB = 1_000_000
_spawn = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Memory:
    """Resident memory in bytes of a process and all it started: before the work, at its peak."""

    base: int
    peak: int

    @property
    def above(self) -> int:
        """What the work took."""
        return self.peak - self.base


@benchmark("memory")
def memory(setup: Setup) -> Iterator[Line]:
    """Take in a file of half a million rows."""
    path = kept_workbook(setup, _ROWS)
    with ZipFile(path) as book:
        xml = sum(part.file_size for part in book.infolist())
    office = registered(setup, 1)[0]
    took = measure(_ingest, url_of(office), path)
    let_go(office)
    what = f"peak memory above base of taking in {_ROWS} rows / the unzipped XML of the file"
    figures = {"base MB": took.base / _MB, "peak MB": took.peak / _MB, "XML MB": xml / _MB}
    yield Line("memory", what, round(took.above / xml, 2), 3.0, figures=figures)


def _ingest(url: str, path: Path) -> Callable[[], None]:
    office = open_at(url)

    def work() -> None:
        preview = commit.inspect(office, path.read_bytes(), path.name)
        assert preview.reading.counts.held == 0
        commit.commit(office, preview, WHO)

    return work


@benchmark("retally-memory", big=True)
def retally_memory(setup: Setup) -> Iterator[Line]:
    """Tally a whole store anew from its rows, ten years and one."""
    large = setup.days[1]
    took = {}
    for days in (large, TEN_YEARS):
        office = own_copy(setup, days)
        took[days] = measure(_retally, url_of(office))
        let_go(office)
    what = f"peak memory above base of tallying anew {TEN_YEARS * A_DAY / 1e6:.1f} million checks"
    figures = {f"{days} days MB": one.above / _MB for days, one in took.items()}
    found = round(took[TEN_YEARS].above / took[large].above, 2)
    yield Line(
        "retally-memory", f"{what} / {large * A_DAY / 1e6:.1f} million", found, 1.3, figures=figures
    )


def _retally(url: str) -> Callable[[], None]:
    office = open_at(url)

    def work() -> None:
        assert all(month.days for month in retally_store(office))

    return work


def measure(prepare: Callable[..., Callable[[], None]], *given: object) -> Memory:
    """Prepare and do a work in a process of its own, and watch what it and its children take.

    Takes: prepare - a function of a module, called with `given`; it returns the work
    """
    ours, theirs = _spawn.Pipe()
    worker = _spawn.Process(target=_work, args=(theirs, prepare, given))
    worker.start()
    theirs.close()
    ours.recv()
    watched = psutil.Process(worker.pid)
    base = peak = _resident(watched)
    ours.send("go")
    while not ours.poll(_EVERY):
        peak = max(peak, _resident(watched))
    own_base, own_peak = ours.recv()  # also what rose and fell between two looks
    worker.join()
    return Memory(base, max(peak, base + own_peak - own_base))


def _work(pipe: object, prepare: Callable[..., Callable[[], None]], given: tuple) -> None:
    work = prepare(*given)
    gc.collect()
    base = psutil.Process().memory_info().rss
    _forget_peak()
    pipe.send("ready")
    pipe.recv()
    work()
    pipe.send((base, _own_peak()))


def _forget_peak() -> None:
    """Let the kernel's mark of our highest memory begin anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _own_peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def _resident(process: psutil.Process) -> int:
    total = 0
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # it ended while we looked
            total += one.memory_info().rss
    return total
