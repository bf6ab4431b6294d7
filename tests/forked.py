"""Children of the sandbox, workers and servers, forked from a process that has loaded what they need.

The product begins each of them anew, with an interpreter of its own: that costs more than a small
file does, and the tests read thousands. So do the tests that are marked `children`, and all that is
tried in a process of its own. A forked child runs the same program under the same limits, in a
session of its own, and is a copy of a process that has read nothing.
"""

from __future__ import annotations

import array
import functools
import importlib
import json
import multiprocessing
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import IO

_STATUS = struct.Struct("<i")
_MOST_TOLD = 1 << 16
_LOCK = threading.Lock()
_HEAVY = [
    "pytest",
    "tests.store.test_split",
    "sqlalchemy.dialects.postgresql.psycopg",
]
_kept: list[subprocess.Popen] = []


class Child:
    """What is asked of a `subprocess.Popen`."""

    stdin: IO[bytes]
    stdout: IO[bytes]

    def __init__(
        self, parent: Callable[[], socket.socket], told: dict, ends: tuple[int, int, int]
    ) -> None:
        self.returncode: int | None = None
        self._status, its_status = os.pipe()
        its = array.array("i", (*ends, its_status))
        with _LOCK:
            line = parent()
            line.sendmsg([json.dumps(told).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, its)])
            (self.pid,) = _STATUS.unpack(line.recv(_STATUS.size))
        os.close(its_status)

    def poll(self) -> int | None:
        """Say how it ended; None: it has not."""
        told = select.poll()
        if self.returncode is None:
            told.register(self._status, select.POLLIN)
        return self.wait() if told.poll(0) else self.returncode

    def kill(self) -> None:
        """End it, unless it has ended: its number may be another's by then."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ended in this moment
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        if self.returncode is None:
            (self.returncode,) = _STATUS.unpack(os.read(self._status, _STATUS.size))
            os.close(self._status)
        return self.returncode


def workers() -> BaseContext:
    """Give the way to start processes as forks of one that has imported what they need.

    A process has one of these only: for workers of pools, and for what is killed.
    """
    starting = multiprocessing.get_context("forkserver")
    starting.set_forkserver_preload(_HEAVY)
    return starting


def start(program: str, limits: object, folder: str, log: IO[bytes]) -> Child:
    """Start a program in a child; takes the place of `process._start`."""
    (its_in, to_it), (from_it, its_out) = os.pipe(), os.pipe()
    told = {"program": program, "folder": folder}
    told["arguments"] = [program, json.dumps(asdict(limits))]
    child = Child(_sandbox, told, (its_in, its_out, log.fileno()))
    child.stdin, child.stdout = os.fdopen(to_it, "wb"), os.fdopen(from_it, "rb")
    os.close(its_in)
    os.close(its_out)
    return child


def serve(port: int, environment: dict[str, str], log: IO[bytes], *words: str) -> Child:
    """Start the dashboard in a child that has its pages loaded; words - what else is typed."""
    told = {"program": "wenming_metrics.__main__", "folder": os.getcwd()}
    told |= {"arguments": ["serve", "--port", str(port), *words], "environment": environment}
    return Child(_pages, told, (log.fileno(),) * 3)


@functools.cache
def _sandbox() -> socket.socket:
    """Start the process that forks children of the sandbox; gives the line to it."""
    from wenming_metrics.domain import privacy
    from wenming_metrics.reading.sandbox import process

    apart = Path(process.__file__).parents[1] / "apart"
    site = Path(process.importlib.util.find_spec("python_calamine").origin).parent.parent
    places = [apart, site, Path(privacy.__file__).parent]
    return _line(["-I", "-S", __file__, *map(str, places)], {})


@functools.cache
def _pages() -> socket.socket:
    """Start the process that forks servers; gives the line to it."""
    return _line(["-m", "tests.forked"], dict(os.environ))


def _line(command: list[str], environment: dict[str, str]) -> socket.socket:
    """Start a process that forks, and give the line to it; it ends when that is closed."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        _kept.append(
            subprocess.Popen(
                [sys.executable, *command, str(its.fileno())],
                pass_fds=[its.fileno()],
                env=environment,
                start_new_session=True,
            )
        )
    return ours


def _fork_for(line: socket.socket) -> None:
    """Fork a child for each message until the line is closed; say how each of them ended."""
    waiting: dict[int, int] = {}
    bell, ring = os.pipe()
    os.set_blocking(ring, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ring, warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select([line, bell], [], [])
        if bell in ready:
            os.read(bell, _MOST_TOLD)
            _reap(waiting)
        if line in ready:
            told, pipes, _, _ = socket.recv_fds(line, _MOST_TOLD, 4)
            if not told:
                return
            number = os.fork()
            if not number:
                _become(told, pipes)
            waiting[number] = pipes[3]
            for end in pipes[:3]:
                os.close(end)
            line.send(_STATUS.pack(number))


def _reap(waiting: dict[int, int]) -> None:
    """Say of each child that has ended how it did."""
    for number in list(waiting):
        ended, status = os.waitpid(number, os.WNOHANG)
        if ended:
            its_status = waiting.pop(number)
            os.write(its_status, _STATUS.pack(os.waitstatus_to_exitcode(status)))
            os.close(its_status)


def _become(told: bytes, pipes: list[int]) -> None:
    """Run a program in this process, as its own interpreter would."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        for number, end in enumerate(pipes[:3]):
            os.dup2(end, number)
        for end in pipes:
            os.close(end)
        told = json.loads(told)
        os.environ |= told.get("environment", {})
        os.chdir(told["folder"])
        sys.argv = ["-c", *told["arguments"]]
        importlib.import_module(told["program"]).main()
        sys.stdout.flush()
        code = 0
    finally:
        if code:
            sys.excepthook(*sys.exc_info())
            sys.stderr.flush()
        os._exit(code)


def _load_sandbox(apart: str) -> None:
    for module in sorted(Path(apart).glob("[a-z]*.py")):
        importlib.import_module(module.stem)
    import PIL.Image
    import PIL.ImageOps

    PIL.Image.preinit()


def _load_pages() -> None:
    import pkgutil

    from wenming_metrics import ui
    from wenming_metrics.reading.sandbox import process
    from wenming_metrics.ui import server

    process._start = start
    server.keep_ready = lambda: None  # six seconds of work at each start, for pages never opened
    importlib.import_module("wenming_metrics.__main__")
    for module in pkgutil.walk_packages(ui.__path__, f"{ui.__name__}."):
        importlib.import_module(module.name)


if __name__ == "__main__":
    *_places, _number = sys.argv[1:]
    sys.path += _places
    if _places:
        _load_sandbox(_places[0])
    else:
        _load_pages()
    _fork_for(socket.socket(fileno=int(_number)))
