"""Answers kept in memory, each as long as no change names a part of the store that it rests on.

What an answer rests on is gathered while it is made (`store.changes`); nobody has to declare it, so
nobody can forget to. An answer that fails, or is broken off, leaves nothing behind, and whoever
waited for it makes it anew.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from threading import Lock, RLock

from wenming_metrics.store.changes import EVERYTHING, Part, changes_after, note_read, noting
from wenming_metrics.store.database import Store, reading
from wenming_metrics.store.database import state_of as stored_state
from wenming_metrics.store.engines import file_of


@dataclass(frozen=True, eq=False)
class Answer:
    """What was answered, the parts of the store it rests on, and up to which change it holds."""

    content: object
    parts: frozenset[Part]
    seq: int


@dataclass(frozen=True, eq=False)
class _Turn:
    """Whoever makes an answer, and how many wait for it."""

    lock: RLock
    waiting: list[None]


@dataclass(frozen=True, eq=False)
class Memory:
    """The answers of one store, and what is known of its changes.

    rooms - answers by what was asked, the one asked for last at the end; changed - the last change
    that named a part; touched - the same of anything in a table; state - which store, its last change
    """

    rooms: dict[str, OrderedDict[str, Answer]] = field(default_factory=dict)
    changed: dict[Part, int] = field(default_factory=dict)
    touched: dict[str, int] = field(default_factory=dict)
    state: dict[str, object] = field(default_factory=dict)
    turns: dict[str, _Turn] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


def follow(memory: Memory, store: Store) -> int:
    """Learn what was changed since the last time; gives the number of the last change.

    Another store in the place of the one that was there, or an older state of it, empties the memory.
    """
    file = file_of(store.engine)
    if memory.state.get("file", file) != file:
        store.engine.dispose()  # what is open reads the file that was there before
    with reading(store) as connection:
        made_at, seq = stored_state(connection)
        with memory.lock:
            last = memory.state.get("seq", 0)
            same = memory.state.get("store") == (store.url, file, made_at)
            if same and last == seq:
                return seq
        later = changes_after(connection, last, seq) if same and last < seq else None
    with memory.lock:
        if later is None:
            memory.rooms.clear()
            memory.changed.clear()
            memory.touched.clear()
        else:
            for number, part, span in later:
                memory.changed[part, span] = max(number, memory.changed.get((part, span), 0))
                memory.touched[part] = max(number, memory.touched.get(part, 0))
        memory.state.update(store=(store.url, file, made_at), file=file, seq=seq)
    return seq


def recall(
    memory: Memory,
    asked: str,
    make: Callable[[], object],
    *,
    room: str = "",
    most: int,
    shared: bool = False,
    rests_on: Answer | None = None,
    meanwhile: Callable[[], AbstractContextManager] = nullcontext,
) -> Answer:
    """Give an answer that is known and still holds, or make it; others who ask the same wait for it.

    Takes: asked - tells questions apart; room, most - so many answers are kept of all in a room;
           shared - everybody gets the same object, else what is given is a pickle of it; rests_on -
           another answer that this one is made of; meanwhile - what is shown while it is made
    """
    answer = _known(memory, room, asked)
    if answer is None:
        with _turn(memory, asked):
            answer = _known(memory, room, asked)
            if answer is None:
                with meanwhile():
                    answer = _make(memory, make, rests_on, shared=shared)
                _keep(memory, room, asked, answer, most)
    note_read(answer.parts)
    return answer


def _make(
    memory: Memory, make: Callable[[], object], rests_on: Answer | None, *, shared: bool
) -> Answer:
    # Taken before the store is read: what is read may be newer, never older.
    seq = memory.state["seq"]
    with noting() as parts:
        content = make()
    if rests_on is not None:
        parts |= rests_on.parts
        seq = min(seq, rests_on.seq)
    return Answer(content if shared else pickle.dumps(content), frozenset(parts), seq)


def _known(memory: Memory, room: str, asked: str) -> Answer | None:
    with memory.lock:
        answers = memory.rooms.get(room)
        answer = answers.get(asked) if answers else None
        if answer is None:
            return None
        seq = memory.state["seq"]
        if answer.seq < seq:
            if _is_changed(memory, answer.parts, answer.seq):
                del answers[asked]
                return None
            answer = answers[asked] = replace(answer, seq=seq)
        answers.move_to_end(asked)
        return answer


def _is_changed(memory: Memory, parts: Iterable[Part], seq: int) -> bool:
    """Say whether a change after one names any of some parts."""
    for part, span in parts:
        if (part, span) == EVERYTHING:
            last = max(memory.touched.values(), default=0)
        elif span:
            changed = memory.changed
            last = max(changed.get((part, span), 0), changed.get((part, ""), 0))
        else:
            last = memory.touched.get(part, 0)
        if last > seq:
            return True
    return False


def _keep(memory: Memory, room: str, asked: str, answer: Answer, most: int) -> None:
    with memory.lock:
        answers = memory.rooms.setdefault(room, OrderedDict())
        answers[asked] = answer
        answers.move_to_end(asked)
        while len(answers) > most:
            answers.popitem(last=False)


@contextmanager
def _turn(memory: Memory, asked: str) -> Iterator[None]:
    """Let one at a time make an answer; whoever waits goes on however the first one ends."""
    with memory.lock:
        turn = memory.turns.setdefault(asked, _Turn(RLock(), []))
        turn.waiting.append(None)
    try:
        with turn.lock:
            yield
    finally:
        with memory.lock:
            turn.waiting.pop()
            if not turn.waiting:
                memory.turns.pop(asked, None)
