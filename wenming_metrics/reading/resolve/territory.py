"""Which unit a row counts for, and which units it names in a role."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wenming_metrics.reading.resolve.names import Names, alive, hint, named
from wenming_metrics.reading.tables.table import Fault
from wenming_metrics.vocabulary import normalise

_SEPARATORS = re.compile(r"[、,;/|\s\uff0c\uff1b\uff0f\uff5c]+")
_NOWHERE = -1


@dataclass(frozen=True)
class Territory:
    """Where a row counts: street, the most local unit, and what is to be said (None: nothing)."""

    street: int
    unit: int
    fault: Fault | None = None


def territory(names: Names, day: int, district: str, street: str, community: str) -> Territory:
    """Settle the territory from the three written names (normalised, "" = blank) on a day."""
    inside = alive(names, names.districts.get(district, []), day)
    if not street:
        return _from_community(names, day, inside, community)
    known = names.streets.get(street, [])
    found = _within(names, alive(names, known, day), inside)
    if not found:
        return _unknown_street(names, street, known)
    local = alive(names, names.communities.get(community, []), day)
    if len(found) > 1:
        found = [one for one in found if one in names.street_of[local]] or found
    if len(found) > 1:
        return _fault("单位-05", "street", {"part": street, "names": named(names, found)})
    at = found[0]
    if inside and names.district_of[at] not in inside:
        return _conflict(names, "street", [names.district_of[at]], district)
    if not community:
        return Territory(at, at)
    return _local(names, at, community, local)


def _local(names: Names, street: int, community: str, local: list[int]) -> Territory:
    """Settle the community within a settled street."""
    mine = [unit for unit in local if names.street_of[unit] == street]
    if len(mine) == 1:
        return Territory(street, mine[0])
    if mine:
        return _fault("单位-05", "community", {"part": community, "names": named(names, mine)})
    if local:
        return _conflict(names, "community", names.street_of[local], names.titles[street])
    said = {"hint": hint(names, community, names.communities), "street": names.titles[street]}
    return Territory(street, street, Fault("单位-02", "community", said))


def _from_community(names: Names, day: int, inside: list[int], community: str) -> Territory:
    """Climb from the community where no street is written."""
    if not community:
        return _fault("单位-04", "street", {})
    found = _within(names, alive(names, names.communities.get(community, []), day), inside)
    if not found:
        return _fault("单位-08", "community", {"hint": hint(names, community, names.communities)})
    if len(found) > 1:
        return _fault("单位-05", "community", {"part": community, "names": named(names, found)})
    return Territory(int(names.street_of[found[0]]), found[0])


def _within(names: Names, units: list[int], districts: list[int]) -> list[int]:
    """Of several units of one name, keep those in the districts; one alone is kept as it is."""
    if len(units) < 2:
        return units
    return [unit for unit in units if names.district_of[unit] in districts] or units


def _unknown_street(names: Names, street: str, known: list[int]) -> Territory:
    if known:
        return _fault("单位-09", "street", {"part": names.titles[known[0]]})
    return _fault("单位-01", "street", {"hint": hint(names, street, names.streets)})


def _conflict(names: Names, column: str, above: Iterable[int], written: str) -> Territory:
    """Tell that a unit belongs to others than the one written beside it."""
    actual = "、".join(dict.fromkeys(names.titles[unit] for unit in above if unit >= 0))
    return _fault("单位-03", column, {"actual": actual or "别处", "written": written})


def _fault(code: str, column: str, details: Mapping[str, object]) -> Territory:
    return Territory(_NOWHERE, _NOWHERE, Fault(code, column, details))


def role_units(
    names: Names, day: int, street: int, written: str, column: str
) -> tuple[tuple[int, ...], Fault | None]:
    """Settle the units named in one cell of 牵头, 责任 or 配合单位.

    Takes:   written - the cell as typed; several units stand apart by 、，；/ or a space;
             street - of the row, to tell communities of one name apart
    Returns: distinct units in their order, or the first fault
    """
    whole = normalise(written)
    parts = [whole] if whole in names.roles else _SEPARATORS.split(written)
    found: list[int] = []
    for part in parts:
        text = normalise(part)
        if not text.strip("-"):
            continue
        known = names.roles.get(text, [])
        units = alive(names, known, day)
        if len(units) > 1:
            units = [unit for unit in units if names.street_of[unit] == street] or units
        if len(units) != 1:
            return (), _role_fault(names, column, part, known, units)
        found += units
    return tuple(dict.fromkeys(found)), None


def _role_fault(names: Names, column: str, part: str, known: list[int], units: list[int]) -> Fault:
    if units:
        return Fault("单位-05", column, {"part": part, "names": named(names, units)})
    if known:
        return Fault("单位-09", column, {"part": part})
    said = {"part": part, "hint": hint(names, normalise(part), names.roles)}
    return Fault("单位-06", column, said)
