"""How every program of the sandbox begins and speaks: limits, messages, and a verdict at worst.

The file comes on standard input. Messages go to standard output: two lengths (uint32,
little-endian), a JSON header, raw bytes. Any failure is a refusal (code, details), never a
traceback.
"""

import gc
import json
import os
import struct
import sys
from types import TracebackType

from container import Refused


def begin() -> tuple[bytes, dict]:
    """Confine this program; gives the bytes to look at and the limits, its last argument."""
    limits = confine()
    return sys.stdin.buffer.read(), limits


def confine() -> dict:
    """Confine this program before it reads anything; gives the limits."""
    sys.excepthook = _refuse_failure
    gc.disable()
    limits = json.loads(sys.argv[-1])
    _limit_resources(limits)
    return limits


def send(header: dict, body: bytes | bytearray = b"") -> None:
    """Send one message to the parent."""
    text = json.dumps(header).encode()
    sys.stdout.buffer.write(struct.pack("<II", len(text), len(body)) + text)
    sys.stdout.buffer.write(body)


def end(**told: str) -> None:
    """Say that all is sent, with what is told of the whole file, and stop."""
    send({"type": "end", **told})
    sys.stdout.flush()
    # The memory goes at once with the process; to free it piece by piece takes longer.
    os._exit(0)


def _limit_resources(limits: dict) -> None:
    try:
        import resource
    except ImportError:
        # Windows has no such limits; the parent's clock and the checks of size remain.
        return
    seconds = limits["cpu_seconds"]
    wanted = {
        resource.RLIMIT_AS: (limits["memory_bytes"], limits["memory_bytes"]),
        resource.RLIMIT_CPU: (seconds, seconds + 1),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_FSIZE: (1 << 20, 1 << 20),
    }
    for kind, (soft, hard) in wanted.items():
        ceiling = resource.getrlimit(kind)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(kind, (soft, hard))


def _refuse_failure(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Turn whatever stopped the program into a refusal; the trace goes to the parent's log."""
    if isinstance(error, Refused):
        code, details = error.code, error.details
    elif issubclass(kind, MemoryError):
        code, details = "too_big", {}
    elif kind.__name__ == "PasswordError":  # the decoder's own
        code, details = "password", {}
    else:
        code, details = "unreadable", {"reason": f"{kind.__name__}: {error}"[:300]}
        sys.__excepthook__(kind, error, trace)
    send({"type": "refusal", "code": code, "details": details})
    sys.stdout.flush()
