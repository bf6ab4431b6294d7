"""What units send back of 台账, 专项行动 and 责任分解, held against the lists that ask them for it.

A list of several units says who is to do what; what one unit sends back cannot widen it. A line that
tells of something done by a unit that no list asks for it, or under words that no list has, is held:
a name was corrected or a wording retyped, and which one was meant is for a person to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from functools import partial

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.registers import Register
from wenming_metrics.intake.problem_moves import hold_records
from wenming_metrics.queries.problems.orders import Complaint
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.reading.records.campaign import NOT_BEGUN
from wenming_metrics.reading.records.document import MISSING, NOT_OWED
from wenming_metrics.reading.records.duty import WHAT
from wenming_metrics.store.records import read_records
from wenming_metrics.vocabulary import normalise

NOT_ASKED, NO_SUCH = "记录-06", "记录-07"
_KEYS: Mapping[str, tuple[str, ...]] = {
    "document": ("project", "indicator", "content", "standard", "requirement"),
    "campaign": ("campaign", "task"),
    "duty": WHAT,
}
_IS_TOLD: Mapping[str, Callable[[dict], bool]] = {
    "document": lambda facts: facts["state"] not in ("", MISSING, NOT_OWED),
    "campaign": lambda facts: bool(facts["progress"]) and facts["state"] != NOT_BEGUN,
    "duty": lambda facts: bool(facts["progress"]),
}
Key = tuple[str, ...]
_LIKE = 0.6
_SOME = 3
"""Of how many units a complaint gives the names."""


def hold_unasked(connection: Connection, register: Register, file_reading: Reading) -> Reading:
    """Hold lines of things done that no list asks of their unit, where the file is a unit's answer.

    It is one where it speaks of one unit, or where most of its lines are those of a list. A thing that
    it asks of all the units of a list, and of one more, is asked by it as a list.
    """
    records = file_reading.records
    faults: dict[int, tuple[Complaint, ...]] = {}
    for kind in _KEYS:
        lines = records[(records["kind"] == kind) & (records["unit"] >= 0)]
        if lines.empty:
            continue
        stored = read_records(connection, kind)
        asked_units = _asked_units(kind, stored)
        stored_lines = set(zip(_keys(kind, stored), stored["unit"], strict=True))
        keys = pd.Series(_keys(kind, lines), lines.index, dtype=object)
        contents = [*stored["told"], *lines["told"]]
        all_keys = [*_keys(kind, stored), *keys]
        spelled = {key: _spell(kind, facts) for key, facts in zip(all_keys, contents, strict=True)}
        known = [line in stored_lines for line in zip(keys, lines["unit"], strict=True)]
        if not asked_units or (lines["unit"].nunique() > 1 and 2 * sum(known) < len(lines)):
            continue
        for (index, record), is_known in zip(lines.iterrows(), known, strict=True):
            if not is_known and _IS_TOLD[kind](record["told"]):
                unit, key = int(record["unit"]), keys[index]
                asked, file_units = asked_units.get(key, []), set(lines["unit"][keys == key])
                if any(units <= file_units for units in asked):
                    continue
                likely = {other for other, number in stored_lines if number == unit} - set(keys)
                if complaint := _complaint(
                    register, spelled, unit, key, set().union(*asked), likely
                ):
                    faults[index] = (complaint,)
    return hold_records(file_reading, faults)


def _complaint(
    register: Register,
    spelled: Mapping[Key, str],
    unit: int,
    key: Key,
    asked: set[int],
    likely: set[Key],
) -> Complaint | None:
    """Say what is wrong with a line. Takes: asked - the units a list asks; likely - what else the unit is asked"""
    if asked:
        some = sorted(register.units["name"][number] for number in asked)
        more = f"等{len(some)}个单位" if len(some) > _SOME else ""
        names = {"unit": register.units["name"][unit], "units": "、".join(some[:_SOME]) + more}
        return NOT_ASKED, {"found": spelled[key], **names}
    near = max(sorted(likely), key=partial(_likeness, key), default=None)
    if near is None or _likeness(key, near) < _LIKE:
        return None
    return NO_SUCH, {"found": spelled[key], "near": spelled[near]}


def _likeness(one: Key, another: Key) -> float:
    """Say how alike two things are, 0 to 1, as a whole and in the narrowest that both write.

    Those that are equal in the narrowest are alike whatever stands above: a campaign worded anew, or the
    title of a sheet in place of one that was deleted.
    """
    both = [texts for texts in zip(one, another, strict=True) if all(texts)]
    if not both:
        return 0.0
    whole = ["".join(texts) for texts in zip(*both, strict=True)]
    matchers = [SequenceMatcher(None, *texts, False) for texts in (both[-1], whole)]
    is_same = len(set(both[-1])) == 1
    if not is_same and any(matcher.quick_ratio() < _LIKE for matcher in matchers):
        return 0.0  # most are nothing alike, and to say how much so takes long
    narrow, wide = (matcher.ratio() for matcher in matchers)
    return max(wide, _LIKE) if is_same else min(narrow, wide)


def _asked_units(kind: str, stored: pd.DataFrame) -> dict[Key, list[set[int]]]:
    """Give the units that each thing is asked of, of each list that asks several for it."""
    lines = stored.assign(key=_keys(kind, stored))[lambda frame: frame["unit"] >= 0]
    units_of_lists = lines.groupby(["batch", "key"])["unit"].agg(set)
    asked: dict[Key, list[set[int]]] = {}
    for (_, key), units in units_of_lists.items():
        if len(units) > 1:
            asked.setdefault(key, []).append(units)
    return asked


def _keys(kind: str, lines: pd.DataFrame) -> list[Key]:
    return [
        tuple(normalise(facts.get(name, "")) for name in _KEYS[kind]) for facts in lines["told"]
    ]


def _spell(kind: str, facts: dict) -> str:
    """Name a thing by all that is written of it, from the widest to the narrowest."""
    return "·".join(facts[name] for name in _KEYS[kind] if facts.get(name))
