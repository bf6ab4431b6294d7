"""Parts of pages as they were sent: recorded while they are drawn, and sent again without being drawn.

Streamlit makes every element of a cached function anew, at the price of drawing it; here the messages
themselves are kept, and only where they stand is written anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.cursor import Cursor
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import (
    enqueue_message,
    get_script_run_ctx,
    in_cached_function,
)

_PARTS = 256
"""So many parts of one thing are kept, and of nothing in particular."""

_NOTHING = frozenset()
_still: WeakKeyDictionary[object, dict[tuple[Hashable, ...], Recording]] = WeakKeyDictionary()
_making_room = threading.Lock()


@dataclass(frozen=True, eq=False)
class Recording:
    """What drawing a part sent.

    deltas - each with its path below what the part was drawn into, the first step counted from where the
    part began; breadth - so many elements stand side by side there
    """

    deltas: tuple[tuple[tuple[int, ...], ForwardMsg], ...]
    breadth: int


def record(paint: Callable[[], None]) -> Recording:
    """Draw a part and keep what is sent. Takes: paint - draws no control, and only inside of itself"""
    context, (parent, first) = get_script_run_ctx(), _spot(_cursor())
    send, hashes = context._enqueue, context.cached_message_hashes
    deltas = []

    def keep(delta: ForwardMsg) -> None:
        if delta.delta.HasField("new_transient"):
            send(delta)  # a sign that something is calculated, of a timer beside: no part of it
            return
        *outer, number = delta.metadata.delta_path[: len(parent) + 1]
        if outer != parent or number < first:
            raise ValueError("a part is drawn outside of itself")
        path = (number - first, *delta.metadata.delta_path[len(parent) + 1 :])
        deltas.append((path, _copy(delta)))
        send(delta)

    # Also what the browser has already is recorded in full: the next browser may not.
    context._enqueue, context.cached_message_hashes = keep, frozenset()
    token = in_cached_function.set(True)  # Streamlit then refuses controls
    try:
        paint()
    finally:
        in_cached_function.reset(token)
        context._enqueue, context.cached_message_hashes = send, hashes
    return Recording(tuple(deltas), max((path[0] + 1 for path, _ in deltas), default=0))


def replay(recording: Recording) -> None:
    """Send a part again, to where the page has come."""
    cursor = _cursor()
    parent, first = _spot(cursor)
    for (number, *inner), delta in recording.deltas:
        copy = _copy(delta)
        copy.metadata.delta_path[:] = [*parent, first + number, *inner]
        enqueue_message(copy)
    for _ in range(recording.breadth):
        cursor.lock_element()


def draw_still(paint: Callable[[], None], *key: Hashable, made_from: object = _NOTHING) -> None:
    """Draw a part that rests on nothing but its key: as it was drawn before with the same one.

    Takes: paint - as in `record`; made_from - what else it is drawn of, an object that is never changed:
           what was drawn of it goes with it
    """
    with _making_room:
        parts = _still.setdefault(made_from, {})
        recording = parts.get(key)
    if recording is not None:
        replay(recording)
        return
    recording = record(paint)
    with _making_room:
        while len(parts) >= _PARTS:
            del parts[next(iter(parts))]
        parts[key] = recording


def _cursor() -> Cursor:
    return st._main._active_dg._cursor


def _spot(cursor: Cursor) -> tuple[list[int], int]:
    """Say where the next element will stand: the path of what it is in, and its number there."""
    *parent, first = cursor.delta_path
    return parent, first


def _copy(delta: ForwardMsg) -> ForwardMsg:
    copy = ForwardMsg()
    copy.CopyFrom(delta)
    return copy
