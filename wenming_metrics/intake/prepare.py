"""A reading made ready to be stored: all of a commit that does not need the store.

It may be made in another process than the one that commits. What is made here is checked against
the store there: what is made of a day holds if the file is alone on it.
"""

from __future__ import annotations

import gc
import pickle
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from wenming_metrics.domain.privacy import mask_name
from wenming_metrics.domain.registers import Register
from wenming_metrics.intake.mistakes import MistakeError, one_file, return_file
from wenming_metrics.reading.model.reading import Context, Reading, RememberedChoices
from wenming_metrics.reading.model.sender_answers import SenderAnswers
from wenming_metrics.reading.read import read
from wenming_metrics.reading.survey.wordings import with_wordings
from wenming_metrics.rules.model import Catalogue, ReadingRules
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.scoring.tally.tally import tally_days
from wenming_metrics.scoring.tree.basis import SumKey
from wenming_metrics.tallies.prepared_day import PreparedDay, prepare_days

_FAST = 1


@dataclass(frozen=True)
class Ready:
    """What a commit stores of a reading.

    roles - the further units of its rows: day, role, unit, item, seq, territory, as stored
    standalone_days - day -> what is stored of it if no other rows lie on it; {} when it was not made
    """

    reading: Reading
    roles: pd.DataFrame
    standalone_days: Mapping[int, PreparedDay | None]


@dataclass(frozen=True)
class PrepareTask:
    """One file to be read in whatever process.

    context - `pack_context` of what it is read against; the same bytes for all files
    on      - the day in the city
    answers - what the sender says of it
    tallied - make its days ready too, as if it were alone on them
    """

    name: str
    content: bytes
    context: bytes
    on: date
    answers: SenderAnswers
    tallied: bool


def read_ready(task: PrepareTask) -> Ready:
    """Read one file and make it ready; a task for an executor. It never fails for what is in a file."""
    register, catalogue, choices, rules, survey, bases = _unpack_context(task.context)
    survey = with_wordings(survey, choices.headers)
    context = Context(register, catalogue, task.on, task.answers, choices, rules, survey)
    try:
        with without_collection(), one_file(task.name):
            ready = make_ready(read(task.content, task.name, context))
            days = _make_days(ready, bases) if task.tallied else {}
    except MistakeError as mistake:
        return make_ready(return_file(mask_name(task.name), task.content, mistake))
    return replace(ready, standalone_days=days)


def make_ready(file_reading: Reading) -> Ready:
    """Make a reading ready, but for its days."""
    return Ready(file_reading, _order_roles(file_reading.checks, file_reading.roles), {})


def _make_days(ready: Ready, bases: Sequence[SumKey]) -> dict[int, PreparedDay | None]:
    checks = ready.reading.checks.assign(batch=0, repeated=0)
    tallies = tally_days(checks, ready.roles.assign(batch=0), np.unique(checks["day"]).tolist())
    return prepare_days(tallies, bases)


def _order_roles(checks: pd.DataFrame, roles: pd.DataFrame) -> pd.DataFrame:
    """Give the further units of rows the keys that they are stored under, in that order."""
    row_keys = checks[["seq", "day", "item", "unit"]].rename(columns={"unit": "territory"})
    keyed = roles.drop_duplicates().merge(row_keys, on="seq")
    keys = ["day", "role", "unit", "item", "seq"]
    order = np.lexsort([keyed[key].to_numpy() for key in reversed(keys)])
    return keyed[[*keys, "territory"]].take(order).reset_index(drop=True)


def pack_context(
    register: Register,
    catalogue: Catalogue,
    choices: RememberedChoices,
    rules: ReadingRules,
    bases: Sequence[SumKey],
    survey: Survey | None = None,
) -> bytes:
    """Pack what files are read against and summed on, to be sent along with every file."""
    context = (register, catalogue, choices, rules, survey, tuple(bases))
    return zlib.compress(pickle.dumps(context, pickle.HIGHEST_PROTOCOL), _FAST)


@lru_cache(maxsize=2)
def _unpack_context(
    packed: bytes,
) -> tuple[Register, Catalogue, RememberedChoices, ReadingRules, Survey | None, tuple[SumKey, ...]]:
    """Unpack `pack_context`, once per version: the maps of names are kept by identity."""
    return pickle.loads(zlib.decompress(packed))


@contextmanager
def without_collection() -> Iterator[None]:
    """Keep the garbage collector still for a moment.

    A file makes tens of thousands of short-lived tuples; they would set off full collections that
    find nothing and cost a sixth of the whole (measured on 12,000 rows).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
