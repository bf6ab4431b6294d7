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
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from threading import Lock, RLock

from wenming_metrics.store.changes import EVERYTHING, Extent, changes_after, note_read, noting
from wenming_metrics.store.database import Store, holding, present_state
from wenming_metrics.store.database import state_of as stored_state
from wenming_metrics.store.engines import file_of

_snapshot: ContextVar[_State | None] = ContextVar("snapshot", default=None)
"""The state of which an answer is being made: what it is made of is of the same."""


@dataclass(frozen=True, eq=False)
class _State:
    """A state of the store: of which life of the memory (None: of none), and its last change."""

    life: object
    seq: int


@dataclass(frozen=True, eq=False)
class Answer:
    """What was answered, and the extents of the store it rests on.

    read_after, seq - the change after which it was read, and up to which it holds; life - of the memory
    """

    content: object
    extents: frozenset[Extent]
    read_after: int
    seq: int
    life: object


@dataclass(frozen=True, eq=False)
class _Turn:
    """Whoever makes an answer, and how many wait for it."""

    lock: RLock
    waiting: list[None]


@dataclass(frozen=True, eq=False)
class Memory:
    """The answers of one store, and what is known of its changes.

    rooms - answers by what was asked, the one asked for last at the end; changed - the last change
    that named a part; touched - the same of anything in a table; state - the store and which one it is,
    its last change, the life that began when it came
    """

    rooms: dict[str, OrderedDict[str, Answer]] = field(default_factory=dict)
    changed: dict[Extent, int] = field(default_factory=dict)
    touched: dict[str, int] = field(default_factory=dict)
    state: dict[str, object] = field(default_factory=dict)
    turns: dict[str, _Turn] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    looking: Lock = field(default_factory=Lock)


def follow(memory: Memory, store: Store) -> int:
    """Learn what was changed since the last time; gives the number of the last change.

    Another store in the place of the one that was there, or an older state of it, empties the memory.
    """
    with memory.looking:
        return _look(memory, store)


def _look(memory: Memory, store: Store) -> int:
    file_id = file_of(store.engine)
    if memory.state.get("file", file_id) != file_id:
        store.engine.dispose()  # what is open reads the file that was there before
    with present_state(store) as connection:
        made_at, seq = stored_state(connection)
        last = memory.state.get("seq", 0)
        is_same = memory.state.get("store") == (store.url, file_id, made_at)
        if is_same and last == seq:
            return seq
        later = changes_after(connection, last, seq) if is_same and last < seq else None
    with memory.lock:
        if later is None:
            memory.rooms.clear()
            memory.changed.clear()
            memory.touched.clear()
            memory.state["life"] = object()  # what is being made now was read before
        else:
            for number, name, span in later:
                memory.changed[name, span] = max(number, memory.changed.get((name, span), 0))
                memory.touched[name] = max(number, memory.touched.get(name, 0))
        memory.state.update(store=(store.url, file_id, made_at), file=file_id, seq=seq, of=store)
    return seq


def recall(
    memory: Memory,
    key: str,
    make: Callable[[], object],
    *,
    room: str = "",
    capacity: int,
    shared: bool = False,
    rests_on: Answer | None = None,
    least: int | None = None,
    meanwhile: Callable[[], AbstractContextManager] = nullcontext,
) -> Answer:
    """Give an answer that is known and still holds, or make it; others who ask the same wait for it.

    Where changes come faster than answers are made, whoever waited would else find what was just made out of
    date for somebody who looked later, and be the next to make it: the last of fifty waited for minutes.

    Takes: key - tells questions apart; room, capacity - so many answers are kept of all in a room;
           shared - everybody gets the same object, else what is given is a pickle of it; rests_on -
           another answer that this one is made of; least - the last change that whoever asks has learned of
           (`follow`): what holds up to it is good enough, None: up to the last that anybody has; meanwhile -
           what is shown while it is made
    """
    least = memory.state["seq"] if least is None else least
    answer = _known(memory, room, key, least)
    if answer is None:
        with _turn(memory, key):
            answer = _known(memory, room, key, least)
            if answer is None:
                with meanwhile():
                    answer = _make(memory, make, rests_on, shared=shared)
                _keep(memory, room, key, answer, capacity)
    note_read(answer.extents)
    return answer


def _make(
    memory: Memory, make: Callable[[], object], rests_on: Answer | None, *, shared: bool
) -> Answer:
    with _one_state(memory) as state, noting() as extents:
        content = make()
    life, seq = state.life, state.seq
    if rests_on is not None:
        extents |= rests_on.extents
        seq = min(seq, rests_on.seq)
        life = life if rests_on.life is life else None  # half of another store
    content = content if shared else pickle.dumps(content)
    return Answer(content, frozenset(extents), state.seq, seq, life)


@contextmanager
def _one_state(memory: Memory) -> Iterator[_State]:
    """Hold the store as it is while an answer is made, and while others are that it is made of."""
    if snapshot := _snapshot.get():
        yield snapshot
        return
    store, life = memory.state["of"], memory.state["life"]
    with holding(store) as connection:
        made_at, seq = stored_state(connection)
        if seq > memory.state["seq"]:
            follow(memory, store)  # what was changed before is known to all that asks of this state
        with memory.lock:
            is_same = memory.state["life"] is life and memory.state["store"][-1] == made_at
        state = _State(life if is_same else None, seq)
        token = _snapshot.set(state)
        try:
            yield state
        finally:
            _snapshot.reset(token)


def _known(memory: Memory, room: str, key: str, least: int) -> Answer | None:
    """Give an answer that holds up to a change at least, or at the state of which one is being made;
    None: there is none."""
    with memory.lock:
        answers, snapshot = memory.rooms.get(room), _snapshot.get()
        answer = answers.get(key) if answers else None
        life = snapshot.life if snapshot else memory.state["life"]
        if answer is None or life is None or answer.life is not life:
            return None
        if snapshot:
            return answer if _holds_at(memory, answer, snapshot.seq) else None
        seq = memory.state["seq"]
        if answer.seq < seq:
            if _is_changed(memory, answer.extents, answer.seq):
                if answer.seq >= least:
                    return answer
                del answers[key]
                return None
            answer = answers[key] = replace(answer, seq=seq)
        answers.move_to_end(key)
        return answer


def _holds_at(memory: Memory, answer: Answer, seq: int) -> bool:
    """Say whether an answer, of an earlier or a later state, is that of the state after a change too."""
    is_within = answer.read_after <= seq <= answer.seq
    return is_within or not _is_changed(memory, answer.extents, min(answer.seq, seq))


def _is_changed(memory: Memory, extents: Iterable[Extent], seq: int) -> bool:
    """Say whether a change after one names any of some extents."""
    for name, span in extents:
        if (name, span) == EVERYTHING:
            last = max(memory.touched.values(), default=0)
        elif span:
            changed = memory.changed
            last = max(changed.get((name, span), 0), changed.get((name, ""), 0))
        else:
            last = memory.touched.get(name, 0)
        if last > seq:
            return True
    return False


def _keep(memory: Memory, room: str, key: str, answer: Answer, capacity: int) -> None:
    with memory.lock:
        answers = memory.rooms.setdefault(room, OrderedDict())
        known = answers.get(key)
        if known and known.life is answer.life and known.seq > answer.seq:
            return  # made of the state before, for what is made of that
        answers[key] = answer
        answers.move_to_end(key)
        while len(answers) > capacity:
            answers.popitem(last=False)


@contextmanager
def _turn(memory: Memory, key: str) -> Iterator[None]:
    """Let one at a time make an answer; whoever waits goes on however the first one ends."""
    with memory.lock:
        turn = memory.turns.setdefault(key, _Turn(RLock(), []))
        turn.waiting.append(None)
    try:
        with turn.lock:
            yield
    finally:
        with memory.lock:
            turn.waiting.pop()
            if not turn.waiting:
                memory.turns.pop(key, None)
