"""A function that runs in a process of its own until it is killed in the middle of its work."""

import os
import random
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection

from tests.forked import workers

STARTING = workers()
_PATIENCE = 120
"""Seconds a victim may take to begin: machines that run the tests may be busy."""
READY = "ready"
KILLS = 16 if "WENMING_TESTS_EXPLORE" in os.environ else 6
"""How often a test kills, and how often by --explore."""
MOST = 3 * KILLS
"""How often it may kill until it has seen both outcomes: on a machine that is busy with other tests
all of the first kills may come too soon."""


def kill_at_random(
    target: Callable, args: tuple, *, within: float, draw: random.Random
) -> list[object]:
    """Run a function, kill it by SIGKILL at a random moment; give all it had told by then.

    Takes:   target - importable; called with `args` and `tell`, a function that sends what it is
                      given; it tells READY when its work begins and works on until it is killed
             within - the kill comes in so many seconds from then on, at a moment drawn evenly
    Raises AssertionError when it ends by itself.
    """
    hear, speak = STARTING.Pipe(duplex=False)
    victim = STARTING.Process(target=_work, args=(target, args, speak), daemon=True)
    victim.start()
    speak.close()
    try:
        assert hear.poll(_PATIENCE), "the victim did not begin"
        told = hear.recv()
        assert told == READY, told
        victim.join(draw.random() * within)
        assert victim.exitcode is None, "the victim ended by itself"
    finally:
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
    return _drained(hear)


def _work(target: Callable, args: tuple, speak: Connection) -> None:
    target(*args, speak.send)


def _drained(hear: Connection) -> list[object]:
    found = []
    try:
        while True:
            found.append(hear.recv())
    except EOFError:
        return found
