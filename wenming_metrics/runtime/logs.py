"""What happened, for the person who looks after the software: files of bounded size and number.

Logged are acts and their figures (who, which file, how many rows, how long) and errors with their
traceback. What stands in the cells of a workbook is never logged.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from pathlib import Path

from wenming_metrics.domain.periods import ZONE, now
from wenming_metrics.domain.privacy import mask
from wenming_metrics.runtime.settings import Settings

_BYTES, _FILES = 2_000_000, 5
"""How large a log may grow before it is turned, and how many turned ones are kept."""
_LINE = "%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"
_ALL = logging.getLogger("wenming_metrics")


@contextmanager
def keep_log(kind: str, settings: Settings) -> Iterator[None]:
    """Keep a log while something runs; where it cannot be written, say so once and go on.

    Takes: kind - "server", whose warnings are shown on its console too, or "command", whose user
           sees only what the command says
    """
    handler, level = _handler(settings.logs / f"{kind}.log"), _ALL.level
    console = logging.StreamHandler()
    console.setLevel(logging.WARNING)
    added = [handler, console] if kind == "server" else [handler]
    _add(handler)
    if kind == "server":
        _add(console, _ConsoleLine(_LINE))
    _ALL.setLevel(logging.INFO)
    _ALL.propagate = False
    try:
        yield
    finally:
        _ALL.propagate = True
        _ALL.setLevel(level)
        for log_handler in added:
            _ALL.removeHandler(log_handler)
            log_handler.close()


def log_path() -> Path | None:
    """Say which file this process keeps its log in, for `join`; None: in none."""
    files = (handler for handler in _ALL.handlers if isinstance(handler, logging.FileHandler))
    return next((Path(handler.baseFilename) for handler in files), None)


def join(path: Path | None) -> None:
    """Keep the log of a worker, until it ends, in the file of the process that started it."""
    _add(_handler(path) if path else logging.NullHandler())
    _ALL.setLevel(logging.INFO)
    _ALL.propagate = False


def _add(handler: logging.Handler, line: logging.Formatter | None = None) -> None:
    line = line or _MaskedLine(_LINE)
    line.converter = _in_the_city
    handler.setFormatter(line)
    _ALL.addHandler(handler)


class _MaskedLine(logging.Formatter):
    """A line without personal data: names of files, and what stands in tracebacks, may bear some."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        return mask(super().format(record))


class _ConsoleLine(_MaskedLine):
    """The same without its traceback: that stands in the file, for whoever looks after the software."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line = copy(record)
        line.exc_info = line.exc_text = None
        return super().format(line)


def _in_the_city(seconds: float) -> time.struct_time:
    """Give a moment by the city's clock, as everything that is stored."""
    return datetime.fromtimestamp(seconds, ZONE).timetuple()


def _handler(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("a", encoding="utf-8").close()
    except OSError as error:
        sys.stderr.write(f"写不了日志 {path}（{error.strerror}），不影响使用。\n")
        return logging.NullHandler()
    return _SharedFile(path, encoding="utf-8", delay=True)


class _SharedFile(logging.FileHandler):
    """A log that several processes write: opened for each line, and turned under a new name.

    The standard handler moves its files up by one number, so two processes that do so at once
    lose a file, and one that keeps a moved file open goes on writing to it.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line and let go of the file."""
        super().emit(record)
        self.close_stream()

    def close_stream(self) -> None:
        """Let go of the file; turn it when it is full."""
        if not self.stream:
            return
        size = self.stream.tell()
        self.stream.close()
        self.stream = None
        if size >= _BYTES:
            _turn(Path(self.baseFilename))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the name is given)
        """Say in one line that a line could not be written; the work itself goes on."""
        sys.stderr.write(f"写不了日志 {self.baseFilename}：{sys.exc_info()[1]}\n")


def _turn(path: Path) -> None:
    """Give a full log a name of its own, and remove the oldest ones."""
    turned = path.with_name(f"{path.stem}-{now():%Y%m%d-%H%M%S-%f}-{os.getpid()}{path.suffix}")
    try:
        path.rename(turned)
    except OSError:
        return  # another process has just turned it, or (on Windows) is writing: the next line tries
    for old in sorted(path.parent.glob(f"{path.stem}-*{path.suffix}"))[:-_FILES]:
        old.unlink(missing_ok=True)
