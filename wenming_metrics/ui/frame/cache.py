"""Answers kept in memory by what was asked, of which office, by whom, on which day; and parts of pages.

`ask` is the only way to an answer, `draw` to a part. An answer holds until a change touches what it rests on, so a commit, a
withdrawal or new rules never show an old figure, and what they do not touch stays warm. Only reads
of stored data stand here; files being uploaded are never cached.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from glob import glob
from itertools import count
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np
import streamlit as st

from wenming_metrics.access.viewer import EVERYBODY, bind
from wenming_metrics.domain.periods import today
from wenming_metrics.queries.memory import Answer, Memory, follow, recall
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.rules.entries import Entry, own_entries
from wenming_metrics.rules.load import load_all
from wenming_metrics.rules.model import Catalogue, RuleSet
from wenming_metrics.runtime import settings
from wenming_metrics.store.catalogue import read_entries
from wenming_metrics.store.changes import commits
from wenming_metrics.store.database import Store, reading
from wenming_metrics.ui.frame.identity import present_run, viewer_of_run
from wenming_metrics.ui.frame.replay import Recording, record, replay
from wenming_metrics.upkeep.start import check_once

CALCULATING = "正在计算……"
_ROOM = 256
"""So many answers are kept of all questions that have no room of their own."""
_STANDINGS = 12
"""So many courses of scored windows are kept."""
_DRAWN, _PARTS = "drawn", 192
"""The room of parts of pages as they were drawn, and so many are kept."""
_drawing: ContextVar[bool] = ContextVar("drawing", default=False)
"""A part is being drawn that is kept: a sign that something is calculated would be kept with it."""
_MEMORY = Memory()
_looks: WeakKeyDictionary[object, tuple[tuple[str, int], int]] = WeakKeyDictionary()
"""By run of a page: when it looked for changes, and the last one it saw."""
_offices: WeakKeyDictionary[object, tuple[int, Office]] = WeakKeyDictionary()
"""By run of a page: its office, and how often this process had changed a store when it was looked for."""
_numbers = count(1)


@dataclass(frozen=True)
class Version:
    """The present state of everything a page shows: the day too, for deadlines pass."""

    store: str
    revision: int
    rules: str
    on: date


class Subject(Protocol):
    """What may be asked instead of the office; its `repr` says what it was made for.

    answer - the answer it is made of, None: it rests on nothing that is stored
    """

    answer: Answer | None


def office() -> Office:
    """Give the office that this server works for, as it is asked by whoever looks at the page.

    It is opened once a day and per store, and anew when an item or a point type of the office's own was
    added. Raises AccessError where nobody may look.
    """
    run, changes = present_run(), commits()
    last_look = _offices.get(run) if run is not None else None
    if last_look is None or last_look[0] != changes:
        opened = _office_now()
        last_look = changes, bind(opened, viewer_of_run(opened.store))
        if run is not None:
            _offices[run] = last_look
    return last_look[1]


def _office_now() -> Office:
    environment = settings.load()
    files = _rule_files(environment.data)
    # One text: Streamlit takes longer to hash many small things than to find the answer.
    key = repr((str(environment.data), environment.store_url, environment.rules_id, today(), files))
    opened = _office(key)
    entries = _own_entries(opened.store, _follow(opened.store))
    return opened if entries == opened.catalogue.own else _office(f"{key} {entries}")


def _rule_files(data: Path) -> tuple[tuple[str, int], ...]:
    """Say which files of rules there are and when they were written: a version may be added."""
    names = sorted(glob("rules/*/*.*", root_dir=data))
    return tuple((name, os.stat(data / name).st_mtime_ns) for name in names)


@st.cache_resource(max_entries=4, show_spinner="正在打开数据……")
def _office(key: str) -> Office:
    """Open an office. Takes: key - what it depends on: the day too, for rules come into force"""
    opened = open_office(settings.load())
    check_once(opened.store)
    return replace(opened, recall=_recall)


def _recall(office: Office, question: Callable, *arguments: object) -> object:
    """Ask what several questions of a page rest on, of an office that may have other rules."""
    settings = {"shared": True, "most": _STANDINGS, "wait": False}
    return _answer(office, question, *arguments, **settings).content


@lru_cache(maxsize=8)
def _own_entries(store: Store, _revision: int) -> tuple[Entry, ...]:
    """Read the office's own items and point types, anew after every change of the store."""
    with reading(store) as connection:
        return own_entries(read_entries(connection))


def rule_sets() -> list[RuleSet]:
    """List all versions of the rules, of whatever series, the earliest first."""
    data, catalogue = settings.load().data, office().catalogue
    return _rule_sets(str(data), _rule_files(data), catalogue)


@lru_cache(maxsize=4)
def _rule_sets(
    data: str, _files: tuple[tuple[str, int], ...], catalogue: Catalogue
) -> list[RuleSet]:
    return load_all(Path(data) / "rules", catalogue)


def version() -> Version:
    """Give the present version of everything a page shows."""
    present = office()
    rules = "".join(rule_set.digest for rule_set in (present.rules, *present.rule_sets))
    return Version(present.store.url, _follow(present.store), rules, today())


def _follow(store: Store) -> int:
    """Learn what was changed, once in a run of a page and after whatever is done in it.

    Returns: the number of the last change
    """
    run, look = present_run(), (store.url, commits())
    last_look = _looks.get(run) if run is not None else None
    if last_look is None or last_look[0] != look:
        last_look = look, follow(_MEMORY, replace(store, viewer=EVERYBODY))
        if run is not None:
            _looks[run] = last_look
    return last_look[1]


def ask(question: Callable, *arguments: object, **settings: object) -> object:
    """Ask a function of the office and some arguments, or recall what it answered.

    What is recalled is a copy, made anew at every rerun. An answer that may have a million lines is
    shared instead, by all sessions, so nobody may change it.

    Takes: arguments - told apart by their `repr`; settings - see `_answer`
    """
    answer = answer_to(question, *arguments, **settings)
    return answer.content if settings.get("shared") else pickle.loads(answer.content)


def draw(painter: Callable, *arguments: object) -> None:
    """Draw a part of a page; as it was drawn before, if nothing that it rests on has changed.

    Takes: painter - a function of the office and some arguments, told apart by their `repr`, that draws and
           asks. It draws no control, and only inside of itself; it is told what the looker may see, not who they are
    """
    # What fifty leaders may see is drawn once and not fifty times.
    present, recorded_now = bind(office(), office().viewer.unnamed()), []

    def make() -> Recording:
        token = _drawing.set(True)
        try:
            recorded_now.append(record(partial(painter, present, *arguments)))
        finally:
            _drawing.reset(token)
        return recorded_now[0]

    name = f"{painter.__module__}.{painter.__qualname__}"
    key = repr((name, _number(present), today(), arguments))
    waiting = partial(st.spinner, CALCULATING)
    answer = recall(
        _MEMORY,
        key,
        make,
        room=_DRAWN,
        capacity=_PARTS,
        shared=True,
        least=_follow(present.store),
        meanwhile=waiting,
    )
    if not recorded_now:
        replay(answer.content)


def answer_to(question: Callable, *arguments: object, **settings: object) -> Answer:
    """Give the answer to a question with what it rests on. Takes: settings - see `_answer`"""
    return _answer(office(), question, *arguments, **settings)


def _answer(
    present: Office,
    question: Callable,
    *arguments: object,
    of: Subject | None = None,
    shared: bool = False,
    most: int = 0,
    wait: str | bool = CALCULATING,
) -> Answer:
    """Give the answer of an office to a question.

    Takes: of - what is asked instead of the office; shared - not copied; most - so many answers to
           this question are kept, 0: it shares the room of all others; wait - what is said meanwhile,
           False: nothing
    """
    name = f"{question.__module__}.{question.__qualname__}"
    present = bind(present, present.viewer.reader())
    # A figure picked from a frame is one of numpy, which a store does not know.
    plain = [cell.item() if isinstance(cell, np.generic) else cell for cell in arguments]
    return recall(
        _MEMORY,
        repr((name, shared, _number(present), today(), of, plain)),
        lambda: question(of or present, *plain),
        room=name if most else "",
        capacity=most or _ROOM,
        shared=shared,
        rests_on=of and of.answer,
        least=_follow(present.store),
        meanwhile=partial(st.spinner, wait) if wait and not _drawing.get() else nullcontext,
    )


@lru_cache(maxsize=256)
def _number(_office: Office) -> int:
    """Number the offices: another store, other rules, another viewer are another office."""
    return next(_numbers)
