"""The registers in force: units as a tree (区 > 街道 > 社区, 部门 > 二层单位), sites, working days.

Unit numbers come from the order of the register, never of arrival, so that the same files give
the same tallies in whatever order they come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from wenming_metrics.domain.working_days import WorkingDays, announced
from wenming_metrics.vocabulary import normalise

FOREVER = 4_000_000
"""A day (ordinal) after every other: an end that has not been set."""
UNIT_COLUMNS = [
    "unit",
    "code",
    "name",
    "kind",
    "parent",
    "group",
    "aliases",
    "population",
    "valid_from",
    "valid_to",
    "successor",
]
SITE_COLUMNS = ["site", "unit", "street", "point_type", "name", "aliases"]


@dataclass(frozen=True, eq=False)
class Register:
    """Units and sites in force; compared by identity.

    units - one row per unit, index = `unit`: code, name, kind (vocabulary.UNIT_KINDS), parent
            (unit or -1), group, aliases (list), population (Int64), valid_from, valid_to (days),
            successor (unit that it was merged into, or -1)
    sites - one row per site: site (key), unit (the most local unit), street, point_type
            (number in the catalogue), name, aliases (list)
    version - what the store knows it by; two registers in force differ in it
    calendar - working days: those announced, and what registers of them (节假日) add
    """

    units: pd.DataFrame
    sites: pd.DataFrame
    version: tuple = ()
    calendar: WorkingDays = field(default_factory=announced)

    @property
    def is_empty(self) -> bool:
        """Say whether no unit has been registered yet."""
        return self.units.empty


def site_key(street_code: str, name: str) -> int:
    """Give a site's number: the same for the same name in the same street, wherever computed."""
    text = f"{street_code}\x1f{normalise(name)}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") >> 1


def alias_map(register: Register, kinds: Iterable[str]) -> dict[str, list[int]]:
    """Map every normalised name and alias of units of these kinds to the units that bear it."""
    wanted = set(kinds)
    units_by_name: dict[str, list[int]] = {}
    for unit in register.units.itertuples(index=False):
        if unit.kind not in wanted:
            continue
        for word in {normalise(unit.name), *(normalise(alias) for alias in unit.aliases)}:
            units_by_name.setdefault(word, []).append(int(unit.unit))
    return units_by_name


def ancestors(register: Register, kind: str) -> np.ndarray:
    """Give for every unit the unit of a kind at or above it in the tree, -1 where there is none.

    Returns: int64 array over unit numbers
    """
    units = register.units
    kinds, parents = units["kind"].to_numpy(), units["parent"].to_numpy(np.int64)
    ancestor = np.where(kinds == kind, np.arange(len(units)), -1).astype(np.int64)
    above = parents.copy()
    while (above >= 0).any():
        hit = (ancestor < 0) & (above >= 0)
        hit[hit] = kinds[above[hit]] == kind
        ancestor[hit] = above[hit]
        above = np.where(above >= 0, parents[above], -1)
    return ancestor


def alive_units(register: Register, kind: str, day: int) -> pd.DataFrame:
    """List the units of a kind that exist on a day, in the order of the register."""
    units = register.units
    alive = (units["valid_from"] <= day) & (day <= units["valid_to"])
    return units[(units["kind"] == kind) & alive]


def successors(register: Register, day: int) -> dict[int, int]:
    """Map each unit that ended before a day, and was merged, to the unit that goes on for it."""
    units = register.units
    after = dict(zip(units["unit"], units["successor"], strict=True))
    ended = dict(zip(units["unit"], units["valid_to"] < day, strict=True))
    merged_into = {}
    for unit in (unit for unit, heir in after.items() if heir >= 0 and ended[unit]):
        heir, passed = after[unit], {unit}
        while ended[heir] and after[heir] >= 0 and heir not in passed:
            passed.add(heir)
            heir = after[heir]
        merged_into[int(unit)] = int(heir)
    return merged_into


PARENT_KINDS = {
    "district": (),
    "street": ("district",),
    "community": ("street",),
    "department": ("district",),
    "section": ("department", "street"),
}
"""Kinds of unit that may stand right above a kind."""


def parent_candidates(previous: Register, frame: pd.DataFrame) -> list[list[int] | None]:
    """Find the unit above each row of a new register, among the units in force and the new ones.

    Takes:   previous - the register in force; frame - `reading.Reading.units`
    Returns: per row the numbers that `build_units` gives to the units bearing the parent's name;
             empty: unknown; several: ambiguous; None: no parent is written
    """
    names = alias_map_by_kind(_unit_rows(previous, frame))
    candidates: list[list[int] | None] = []
    for kind, parent in zip(frame["kind"], frame["parent_name"], strict=True):
        above = [names.get((upper, normalise(parent)), []) for upper in PARENT_KINDS[kind]]
        candidates.append(sorted({unit for units in above for unit in units}) if parent else None)
    return candidates


def alias_map_by_kind(rows: list[dict]) -> dict[tuple[str, str], list[int]]:
    """Map (kind, normalised name or alias) to the units that bear it."""
    units_by_name: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        for word in {normalise(text) for text in (row["name"], *row["aliases"])}:
            units_by_name.setdefault((row["kind"], word), []).append(row["unit"])
    return units_by_name


_PARENTS_FIRST = ("district", "department", "street", "section", "community")


def unit_codes(previous: Register, frame: pd.DataFrame) -> list[str]:
    """Give each row of a new register its code: the one written, else that of the unit in force
    with the same name under the same parent, else the name below its parent's.

    A parent is the same under its old name, its aliases, and the name that the new register gives it.

    Takes: previous - the register in force; frame - `reading.Reading.units`
    """
    units = previous.units
    codes = dict(zip(units["unit"], units["code"], strict=True))
    codes_in_force, bearers = {}, {}
    for unit in units.itertuples(index=False):
        above = codes.get(unit.parent, "")
        codes_in_force[unit.kind, normalise(unit.name), above] = unit.code
        for word in (unit.name, *unit.aliases):
            bearers.setdefault((unit.kind, normalise(word)), []).append(unit.code)
    rows = list(
        zip(frame["unit_code"], frame["kind"], frame["name"], frame["parent_name"], strict=True)
    )
    codes_of_rows = [code for code, *_ in rows]
    ranks = {kind: rank for rank, kind in enumerate(_PARENTS_FIRST)}
    for row in sorted(range(len(rows)), key=lambda row: ranks.get(rows[row][1], len(ranks))):
        code, kind, name, parent = rows[row]
        word, above = normalise(name), normalise(parent)
        uppers = PARENT_KINDS.get(kind, ())
        parents = [code for upper in uppers for code in bearers.get((upper, above), ())]
        standing = (
            codes_in_force.get((kind, word, upper)) for upper in (parents if above else [""])
        )
        codes_of_rows[row] = code or next(filter(None, standing), f"{above}/{word}".lstrip("/"))
        bearers.setdefault((kind, word), []).append(codes_of_rows[row])
    return codes_of_rows


def build_units(previous: Register, frame: pd.DataFrame) -> Register:
    """Lay a new register of units over the one in force.

    A unit keeps its number as long as it keeps its code; new units are appended in the order of the
    frame. A unit that got a new name keeps the old one as an alias. Units that the frame does not
    name stay as they are.

    Takes:   previous - the register in force; frame - `reading.Reading.units`
    Returns: the register with its sites unchanged; a parent that is not to be found becomes -1
    """
    rows = _unit_rows(previous, frame)
    numbers = {row["code"]: row["unit"] for row in rows}
    candidates = parent_candidates(previous, frame)
    for code, above in zip(unit_codes(previous, frame), candidates, strict=True):
        rows[numbers[code]]["parent"] = above[0] if above and len(above) == 1 else -1
    for code, heir in zip(
        unit_codes(previous, frame), successor_numbers(previous, frame), strict=True
    ):
        rows[numbers[code]]["successor"] = heir
    units = pd.DataFrame(rows, columns=UNIT_COLUMNS).astype({"population": "Int64"})
    tree = units.set_index("unit", drop=False).rename_axis(None)
    return replace(previous, units=tree, version=())


def successor_numbers(previous: Register, frame: pd.DataFrame) -> list[int]:
    """Find the unit that each row of a new register says it was merged into.

    Takes:   previous - the register in force; frame - `reading.Reading.units`
    Returns: numbers that `build_units` gives; -1 where none is written, or it is not one unit of
             the same kind
    """
    names = alias_map_by_kind(_unit_rows(previous, frame))
    written = zip(frame["kind"], frame["successor_name"], strict=True)
    candidates = [names.get((kind, normalise(name)), []) if name else [] for kind, name in written]
    return [several[0] if len(several) == 1 else -1 for several in candidates]


def _unit_rows(previous: Register, frame: pd.DataFrame) -> list[dict]:
    """List the units in force with the new rows laid over them, in the order of their numbers."""
    rows = [dict(row) for row in previous.units[UNIT_COLUMNS].to_dict("records")]
    numbers = {row["code"]: row["unit"] for row in rows}
    codes = unit_codes(previous, frame)
    for code, row in zip(codes, frame.to_dict("records"), strict=True):
        number = numbers.setdefault(code, len(rows))
        if number == len(rows):
            rows.append({"unit": number, "parent": -1, "successor": -1, "name": row["name"]})
        old, aliases = rows[number]["name"], list(row["aliases"])
        if old != row["name"] and old not in aliases:
            aliases.append(old)
        facts = {name: row[name] for name in ("name", "kind", "group", "population")}
        dates = {name: int(row[name]) for name in ("valid_from", "valid_to")}
        rows[number] = {**rows[number], **facts, **dates, "code": code, "aliases": aliases}
    return rows


def build_sites(register: Register, frame: pd.DataFrame) -> Register:
    """Lay a new register of sites over the one in force.

    A site whose name or alias is the name of a registered site of its street is that site and
    keeps its number; new ones are appended in the order of the frame.

    Takes:   register - units (those `frame` speaks of) and sites in force;
             frame - `reading.Reading.registered_sites`
    Returns: the register with its units unchanged
    """
    rows = {row["site"]: row for row in register.sites[SITE_COLUMNS].to_dict("records")}
    sites_by_name = {(row["street"], normalise(row["name"])): row["site"] for row in rows.values()}
    codes = register.units["code"]
    for row in frame.to_dict("records"):
        street, names = int(row["street"]), [row["name"], *row["aliases"]]
        same = [sites_by_name.get((street, normalise(name))) for name in names]
        site = next((key for key in same if key is not None), None)
        aliases = list(row["aliases"])
        if site is None:
            site = site_key(codes[street], row["name"])
        elif rows[site]["name"] != row["name"] and rows[site]["name"] not in aliases:
            aliases.append(rows[site]["name"])
        numbers = {name: int(row[name]) for name in ("unit", "street", "point_type")}
        rows[site] = {"site": site, **numbers, "name": row["name"], "aliases": aliases}
        sites_by_name.setdefault((street, normalise(row["name"])), site)
    sites = pd.DataFrame(list(rows.values()), columns=SITE_COLUMNS)
    return replace(register, sites=sites, version=())
