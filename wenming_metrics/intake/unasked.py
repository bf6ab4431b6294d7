"""What units send back of 台账, 专项行动 and 责任分解, held against the lists that ask them for it.

A list of several units says who is to do what; what one unit sends back cannot widen it. A line that
tells of something done by a unit that no list asks for it, or under words that no list has, is held:
a name was corrected or a wording retyped, and which one was meant is for a person to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

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
_LIKE = 0.6
_SOME = 3
"""Of how many units a complaint gives the names."""


def hold_unasked(connection: Connection, register: Register, file_reading: Reading) -> Reading:
    """Hold lines of things done that no list asks of their unit, where the file is a unit's answer.

    It is one where it speaks of one unit, or where most of its lines are those of a list.
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
        known = [line in stored_lines for line in zip(keys, lines["unit"], strict=True)]
        contents = [*stored["told"], *lines["told"]]
        all_keys = [*_keys(kind, stored), *keys]
        spelled = {key: _spell(kind, facts) for key, facts in zip(all_keys, contents, strict=True)}
        if not asked_units or (lines["unit"].nunique() > 1 and 2 * sum(known) < len(lines)):
            continue
        for (index, record), is_known in zip(lines.iterrows(), known, strict=True):
            if not is_known and _IS_TOLD[kind](record["told"]):
                unit, key = int(record["unit"]), keys[index]
                unit_keys = {other for other, number in stored_lines if number == unit} - set(keys)
                likely = [spelled[other] for other in unit_keys]
                words = (spelled[key], asked_units.get(key), likely)
                if complaint := _complaint(register, unit, *words):
                    faults[index] = (complaint,)
    return hold_records(file_reading, faults)


def _complaint(
    register: Register, unit: int, text: str, asked: set[int] | None, likely: list[str]
) -> Complaint | None:
    """Say what is wrong with a line. Takes: asked - the units a list asks; likely - what else the unit is asked"""
    if asked:
        some = sorted(register.units["name"][number] for number in asked)
        more = f"等{len(some)}个单位" if len(some) > _SOME else ""
        names = {"unit": register.units["name"][unit], "units": "、".join(some[:_SOME]) + more}
        return NOT_ASKED, {"found": text, **names}
    near = get_close_matches(text, likely, 1, _LIKE)
    return (NO_SUCH, {"found": text, "near": near[0]}) if near else None


def _asked_units(kind: str, stored: pd.DataFrame) -> dict[tuple[str, ...], set[int]]:
    """Give the units that each thing is asked of, by lists that ask several for it."""
    lines = stored.assign(key=_keys(kind, stored))[lambda frame: frame["unit"] >= 0]
    units_of_lists = lines.groupby(["batch", "key"])["unit"].agg(set)
    asked: dict[tuple[str, ...], set[int]] = {}
    for (_, key), units in units_of_lists.items():
        if len(units) > 1:
            asked.setdefault(key, set()).update(units)
    return asked


def _keys(kind: str, lines: pd.DataFrame) -> list[tuple[str, ...]]:
    return [
        tuple(normalise(facts.get(name, "")) for name in _KEYS[kind]) for facts in lines["told"]
    ]


def _spell(kind: str, facts: dict) -> str:
    """Name a thing by the narrowest that is written of it."""
    return next((facts[name] for name in reversed(_KEYS[kind]) if facts.get(name)), "")
