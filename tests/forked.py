"""Children of the sandbox, and workers, forked from a process that has loaded what they need already.

The product begins each of them anew, with an interpreter of its own: that costs more than a small
file does, and the tests read thousands. So do the tests that are marked `children`, and all that is
tried in a process of its own or in a browser. A forked child runs the same program under the same
limits, in a session of its own, and is a copy of a process that has read nothing.
"""

from __future__ import annotations

import array
import functools
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
    """What the sandbox asks of a `subprocess.Popen`."""

    def __init__(self, number: int, pipes: tuple[int, int, int]) -> None:
        self.stdin, self.stdout = os.fdopen(pipes[0], "wb"), os.fdopen(pipes[1], "rb")
        self.returncode: int | None = None
        self._number, self._status = number, pipes[2]

    def kill(self) -> None:
        """End it, unless it has ended: its number may be another's by then."""
        told = select.poll()
        told.register(self._status, select.POLLIN)
        if self.returncode is None and not told.poll(0):
            with suppress(ProcessLookupError):  # it ended in this moment
                os.kill(self._number, signal.SIGKILL)

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
    told = json.dumps([program, folder, json.dumps(asdict(limits))]).encode()
    (its_in, to_it), (from_it, its_out), (status, its_status) = os.pipe(), os.pipe(), os.pipe()
    its = (its_in, its_out, log.fileno(), its_status)
    with _LOCK:
        parent = _parent()
        parent.sendmsg([told], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", its))])
        (number,) = _STATUS.unpack(parent.recv(_STATUS.size))
    for end in (its_in, its_out, its_status):
        os.close(end)
    return Child(number, (to_it, from_it, status))


@functools.cache
def _parent() -> socket.socket:
    """Start the process that forks, and give the line to it; it ends when that is closed."""
    from wenming_metrics.domain import privacy
    from wenming_metrics.reading.sandbox import process

    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    apart = Path(process.__file__).parents[1] / "apart"
    site = Path(process.importlib.util.find_spec("python_calamine").origin).parent.parent
    places = [apart, site, Path(privacy.__file__).parent]
    with its:
        _kept.append(
            subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, *map(str, places), str(its.fileno())],
                pass_fds=[its.fileno()],
                env={},
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
    """Run a program of the sandbox in this process, as its own interpreter would."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        for number, end in enumerate(pipes[:3]):
            os.dup2(end, number)
        for end in pipes:
            os.close(end)
        program, folder, limits = json.loads(told)
        os.chdir(folder)
        sys.argv = ["-c", program, limits]
        __import__(program).main()
        sys.stdout.flush()
        code = 0
    finally:
        if code:
            sys.excepthook(*sys.exc_info())
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.path += sys.argv[1:4]
    for _module in sorted(Path(sys.argv[1]).glob("[a-z]*.py")):
        __import__(_module.stem)
    import PIL.Image
    import PIL.ImageOps

    PIL.Image.preinit()
    _fork_for(socket.socket(fileno=int(sys.argv[4])))
