"""Which unit a row counts for, and which units it names in a role."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from wenming_metrics.reading.resolve.names import Names, alive, hint, spell_units
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    CellFault,
    Table,
    column,
    combine,
    report_faults,
)
from wenming_metrics.vocabulary import normalise

_SEPARATORS = re.compile(r"[、,;/|\s\uff0c\uff1b\uff0f\uff5c]+")
_NOWHERE = -1


@dataclass(frozen=True)
class Territory:
    """Where a row counts: street, the most local unit, and what is to be said (None: nothing)."""

    street: int
    unit: int
    fault: CellFault | None = None


def territory(names: Names, day: int, district: str, street: str, community: str) -> Territory:
    """Settle the territory from the three written names (normalised, "" = blank) on a day."""
    inside = alive(names, names.districts.get(district, []), day)
    if not street:
        return _from_community(names, day, inside, community)
    namesakes = names.streets.get(street, [])
    streets = _within(names, alive(names, namesakes, day), inside)
    if not streets:
        return _unknown_street(names, street, namesakes)
    local = alive(names, names.communities.get(community, []), day)
    if len(streets) > 1:
        streets = [
            candidate for candidate in streets if candidate in names.street_of[local]
        ] or streets
    if len(streets) > 1:
        return _fault("单位-05", "street", {"part": street, "names": spell_units(names, streets)})
    street_unit = streets[0]
    if inside and names.district_of[street_unit] not in inside:
        return _conflict(names, "street", [names.district_of[street_unit]], district)
    if not community:
        return Territory(street_unit, street_unit)
    return _local(names, street_unit, community, local)


def _local(names: Names, street: int, community: str, local: list[int]) -> Territory:
    """Settle the community within a settled street."""
    mine = [unit for unit in local if names.street_of[unit] == street]
    if len(mine) == 1:
        return Territory(street, mine[0])
    if mine:
        return _fault(
            "单位-05", "community", {"part": community, "names": spell_units(names, mine)}
        )
    if local:
        return _conflict(names, "community", names.street_of[local], names.titles[street])
    fault_words = {
        "hint": hint(names, community, names.communities),
        "street": names.titles[street],
    }
    return Territory(street, street, CellFault("单位-02", "community", fault_words))


def _from_community(names: Names, day: int, inside: list[int], community: str) -> Territory:
    """Climb from the community where no street is written."""
    if not community:
        return _fault("单位-04", "street", {})
    communities = _within(names, alive(names, names.communities.get(community, []), day), inside)
    if not communities:
        return _fault("单位-08", "community", {"hint": hint(names, community, names.communities)})
    if len(communities) > 1:
        return _fault(
            "单位-05", "community", {"part": community, "names": spell_units(names, communities)}
        )
    return Territory(int(names.street_of[communities[0]]), communities[0])


def _within(names: Names, units: list[int], districts: list[int]) -> list[int]:
    """Of several units of one name, keep those in the districts; one alone is kept as it is."""
    if len(units) < 2:
        return units
    return [unit for unit in units if names.district_of[unit] in districts] or units


def _unknown_street(names: Names, street: str, namesakes: list[int]) -> Territory:
    if namesakes:
        return _fault("单位-09", "street", {"part": names.titles[namesakes[0]]})
    return _fault("单位-01", "street", {"hint": hint(names, street, names.streets)})


def _conflict(names: Names, column: str, above: Iterable[int], written: str) -> Territory:
    """Tell that a unit belongs to others than the one written beside it."""
    actual = "、".join(dict.fromkeys(names.titles[unit] for unit in above if unit >= 0))
    return _fault("单位-03", column, {"actual": actual or "别处", "written": written})


def _fault(code: str, column: str, details: Mapping[str, object]) -> Territory:
    return Territory(_NOWHERE, _NOWHERE, CellFault(code, column, details))


def role_units(
    names: Names, day: int, street: int, written: str, column: str
) -> tuple[tuple[int, ...], CellFault | None]:
    """Settle the units named in one cell of 牵头, 责任 or 配合单位.

    Takes:   written - the cell as typed; several units stand apart by 、，；/ or a space;
             street - of the row, to tell communities of one name apart
    Returns: distinct units in their order, or the first fault
    """
    cell_word = normalise(written)
    unit_names = [cell_word] if cell_word in names.roles else _SEPARATORS.split(written)
    all_units: list[int] = []
    for unit_name in unit_names:
        text = normalise(unit_name)
        if not text.strip("-"):
            continue
        namesakes = names.roles.get(text, [])
        units = alive(names, namesakes, day)
        if len(units) > 1:
            units = [unit for unit in units if names.street_of[unit] == street] or units
        if len(units) != 1:
            return (), _role_fault(names, column, unit_name, namesakes, units)
        all_units += units
    return tuple(dict.fromkeys(all_units)), None


def _role_fault(
    names: Names, column: str, unit_name: str, namesakes: list[int], units: list[int]
) -> CellFault:
    if units:
        return CellFault("单位-05", column, {"part": unit_name, "names": spell_units(names, units)})
    if namesakes:
        return CellFault("单位-09", column, {"part": unit_name})
    fault_words = {"part": unit_name, "hint": hint(names, normalise(unit_name), names.roles)}
    return CellFault("单位-06", column, fault_words)


def report_elsewhere(table: Table, names: Names, day: np.ndarray, unit: np.ndarray) -> None:
    """Hold the rows that name a unit (单位) which does not lie in the district or street beside it.

    Takes: day - ordinals, 0 where any will do; unit - numbers, -1 for none. Per data row
    """
    for name, namesakes, above in (
        ("district", names.districts, names.district_of),
        ("street", names.streets, names.street_of),
    ):
        cells = column(table, name)
        first, number = combine([unit, day, cells.codes])
        faults: list[CellFault | None] = []
        for row in first.tolist():
            text, unit_number = values.word(cells.values[cells.codes[row]]), int(unit[row])
            candidates = alive(names, namesakes.get(text, []), int(day[row]) or -1)
            is_elsewhere = (
                candidates and unit_number >= 0 and 0 <= above[unit_number] not in candidates
            )
            fault = CellFault("单位-11", name, {"unit": names.titles[unit_number]})
            faults.append(fault if is_elsewhere else None)
        report_faults(table, faults, number)
