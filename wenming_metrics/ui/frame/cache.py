"""Answers kept in memory: one entry per question, revision of the store and digest of the rules.

`ask` is the only way to one. Every answer is keyed by all that it depends on, so a commit, a withdrawal
or new rules never show an old figure. Only reads of stored data stand here; files being uploaded are
never cached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import streamlit as st

from wenming_metrics.domain.periods import today
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.rules.entries import Entry, own_entries
from wenming_metrics.rules.load import load_all
from wenming_metrics.rules.model import Catalogue, RuleSet
from wenming_metrics.runtime import settings
from wenming_metrics.store.catalogue import read_entries
from wenming_metrics.store.database import Store, reading, revision
from wenming_metrics.upkeep.start import check_once

CALCULATING = "正在计算……"
_ROOM = 256
"""So many answers are kept of all questions that have no room of their own."""


@dataclass(frozen=True)
class Version:
    """What an answer depends on besides its question: the day too, for deadlines pass."""

    store: str
    revision: int
    rules: str
    on: date


class Subject(Protocol):
    """What may be asked instead of the office; its `repr` says what it was made for."""

    version: Version | None


def office() -> Office:
    """Give the office that this server works for, opened once a day and per store.

    It is opened anew when an item or a point type of the office's own was added.
    """
    return _present()[0]


def _present() -> tuple[Office, int]:
    """Give the office and the number of the last change of its store."""
    environment = settings.load()
    files = _rule_files(environment.data)
    # One text: Streamlit takes longer to hash many small things than to find the answer.
    key = repr((str(environment.data), environment.store_url, environment.rules_id, today(), files))
    opened = _office(key)
    seq = revision(opened.store)
    entries = _own_entries(opened.store, seq)
    present = opened if entries == opened.catalogue.own else _office(f"{key} {entries}")
    return present, seq


def _rule_files(data: Path) -> tuple[tuple[str, int], ...]:
    """Say which files of rules there are and when they were written: a version may be added."""
    paths = sorted((data / "rules").glob("*/*.*"))
    return tuple((str(path.relative_to(data)), path.stat().st_mtime_ns) for path in paths)


@st.cache_resource(max_entries=4, show_spinner="正在打开数据……")
def _office(key: str) -> Office:
    """Open an office. Takes: key - what it depends on: the day too, for rules come into force"""
    opened = open_office(settings.load())
    check_once(opened.store)
    return opened


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
    """Give the present version of everything an answer depends on."""
    present, seq = _present()
    rules = "".join(rule_set.digest for rule_set in (present.rules, *present.rule_sets))
    return Version(present.store.url, seq, rules, today())


def ask(
    question: Callable,
    *arguments: object,
    of: Subject | None = None,
    shared: bool = False,
    most: int = 0,
    wait: str | bool = CALCULATING,
) -> object:
    """Ask a function of the office and some arguments, or recall what it answered.

    What is recalled is a copy, made anew at every rerun. An answer that may have a million lines is
    shared instead, by all sessions, so nobody may change it.

    Takes: arguments - told apart by their `repr`; of - what is asked instead of the office; shared -
           not copied; most - so many answers to this question are kept, 0: it shares the room of all
           others; wait - what is said meanwhile, False: nothing
    """
    name = f"{question.__module__}.{question.__qualname__}"
    # A figure picked from a frame is one of numpy, which a store does not know.
    plain = [cell.item() if isinstance(cell, np.generic) else cell for cell in arguments]
    key = repr((name, (of and of.version) or version(), of, plain))
    answers = _answers(name if most else "", most or _ROOM, wait, shared)
    return answers(key, lambda: question(of or office(), *plain))


@lru_cache
def _answers(name: str, most: int, wait: str | bool, shared: bool) -> Callable:
    """Make the room of one question, or of all that have none of their own (name "")."""

    def answer(key: str, _make: Callable[[], object]) -> object:
        return _make()

    # Streamlit tells cached functions apart by module, name and source.
    answer.__qualname__ = f"answer of {name} {most} {wait} {shared}"
    keep = st.cache_resource if shared else st.cache_data
    return keep(max_entries=most, show_spinner=wait)(answer)
