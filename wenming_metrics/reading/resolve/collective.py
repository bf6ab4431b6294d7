"""Collective names of units: 各街道, 各街道(龙潭除外), 东湖区各社区, 全体部门.

They stand for the units that the register knows on a day. What a sender means by 相关单位 or
有关部门 no register tells: such a name is a problem, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from wenming_metrics.reading.resolve.names import Names, alive
from wenming_metrics.reading.resolve.territory import role_units
from wenming_metrics.reading.tables.table import CellFault, Table, report_each
from wenming_metrics.vocabulary import normalise

_COLLECTIVE = re.compile(r"(?P<where>[^、,;/|]*?)(?:各|全体|所有|全部)(?:个|级)?(?P<what>.+)")
_VAGUE = re.compile(r"^(?:相关|有关|其他|其它|涉及|属地)")
_EVERYWHERE = {"", "市", "全市", "本市", "市区", "市级", "市直"}
_KINDS = {
    **dict.fromkeys(
        ("街道", "镇街", "街镇", "街道(镇)", "镇(街道)", "街道办", "街道办事处"), "street"
    ),
    **dict.fromkeys(("街道、镇", "镇、街道", "乡镇街道", "乡镇(街道)", "街"), "street"),
    **dict.fromkeys(("镇", "乡镇"), "town"),
    **dict.fromkeys(("社区", "村居", "村社区", "社区(村)", "村(社区)", "社区居委会"), "community"),
    **dict.fromkeys(("部门", "局", "单位部门", "市直部门", "市直单位", "职能部门"), "department"),
    **dict.fromkeys(("区", "县区", "区县", "县(区)", "县(市、区)", "市(县、区)"), "district"),
}
_LEFT_OUT = re.compile(r"\((?:除|不含|不包括)?(.+?)(?:除外|以外|外)?\)$|^除(.+?)(?:以?外),?")
_SAYS_WITHOUT = re.compile(r"除|不含|不包括")
_SEPARATORS = re.compile(r"[、,;/|\s\uff0c\uff1b\uff0f\uff5c]+(?![^(\uff08]*[)\uff09])")
_WITHIN = re.compile(r"[、,;/|和及]+")
_TOWN = re.compile(r"[镇乡]$")


def is_collective(written: str) -> bool:
    """Say whether a name speaks of several units at once: 各…, 全体…, 所有…, 相关…"""
    text = normalise(written)
    return bool(_COLLECTIVE.fullmatch(_bare(text)[0]) or _VAGUE.match(text))


def collective_units(
    names: Names,
    day: int,
    text: str,
    kinds: Iterable[str] = (),
    column: str = "responsible",
) -> tuple[tuple[int, ...], CellFault | None]:
    """Give the units that a collective name stands for on a day, in the order of the register.

    Takes:   day - only units that exist on it are given; text - as typed;
             kinds - the kinds of units that may be meant (vocabulary.UNIT_KINDS); none: every kind;
             column - where a fault is located
    Returns: the units, or none and what is not understood
    """
    collective_name, without = _bare(normalise(text))
    match, kind = _COLLECTIVE.fullmatch(collective_name), _kind(collective_name)
    if kind is None or (kinds and _stored(kind) not in set(kinds)):
        return (), CellFault("统称-01", column, {"part": text})
    within, fault = _area(names, day, match["where"], column)
    if fault:
        return (), fault
    out, fault = _named_within(names, day, without, _stored(kind), column)
    if fault:
        return (), fault
    units = names.register.units
    members = alive(names, units.index[units["kind"] == _stored(kind)].tolist(), day)
    if kind == "town":
        members = [unit for unit in members if _TOWN.search(names.titles[unit])]
    chosen = [unit for unit in members if unit not in out and _is_inside(names, unit, within)]
    return tuple(chosen), None if chosen else CellFault("统称-01", column, {"part": text})


def split_units(names: Names, written: str) -> list[str]:
    """Part the names in a cell; those inside brackets stay with what stands before them."""
    cell_word = normalise(written)
    is_one_name = cell_word in names.roles or _kind(_bare(cell_word)[0])
    return [written] if is_one_name else _SEPARATORS.split(written)


def expand_units(
    names: Names, day: int, written: str, column: str, street: int = -1
) -> tuple[tuple[int, ...], CellFault | None]:
    """Settle all units named in a cell, collective names among them.

    Takes:   written - the cell as typed; names stand apart by 、，；/ or a space, but not inside
             brackets; street - of the row, to tell communities of one name apart (-1: none)
    Returns: distinct units in their order, or none and the first fault
    """
    all_units: list[int] = []
    for unit_name in split_units(names, written):
        if not normalise(unit_name).strip("-"):
            continue
        if is_collective(unit_name) and normalise(unit_name) not in names.roles:
            units, fault = collective_units(names, day, unit_name, column=column)
        else:
            units, fault = role_units(names, day, street, unit_name, column)
        if fault:
            return (), fault
        all_units += units
    return tuple(dict.fromkeys(all_units)), None


def report_expanded(
    table: Table,
    names: Names,
    name: str,
    nth: int,
    cells: Iterable[tuple[str, int, tuple[int, ...]]],
) -> None:
    """Tell once of each cell with a collective name how many units it was taken for.

    Takes: name, nth - the column; cells - text, first data row, units
    """
    met: dict[str, tuple[int, int]] = {}
    for text, row, units in cells:
        if units and any(map(is_collective, split_units(names, text))):
            met.setdefault(text, (row, len(units)))
    rows = np.array([row for row, _ in met.values()], np.int64)
    unit_counts = [{"part": text, "count": count} for text, (_, count) in met.items()]
    report_each(table, rows, "统称-02", name, unit_counts, nth)


def _kind(collective_name: str) -> str | None:
    """Give the kind of unit that a collective name without exceptions speaks of."""
    match = _COLLECTIVE.fullmatch(collective_name)
    return _KINDS.get(match["what"]) if match else None


def _stored(kind: str) -> str:
    """Give the kind as the register knows it: towns are kept as streets."""
    return "street" if kind == "town" else kind


def _bare(text: str) -> tuple[str, str]:
    """Part a normalised name from the units it leaves out: 各街道, 龙潭."""
    match = _LEFT_OUT.search(text)
    if not match or not _SAYS_WITHOUT.search(match[0]):
        return text, ""
    return text.replace(match[0], ""), match[1] or match[2]


def _area(
    names: Names, day: int, where: str, column: str
) -> tuple[tuple[int, ...], CellFault | None]:
    """Settle the unit whose members are meant; none where the whole city is."""
    if where in _EVERYWHERE:
        return (), None
    units, fault = role_units(names, day, -1, where, column)
    return units, fault


def _named_within(
    names: Names, day: int, without: str, kind: str, column: str
) -> tuple[set[int], CellFault | None]:
    """Settle the units that a collective name leaves out; of two of one name, that of the kind."""
    out: set[int] = set()
    kinds = names.register.units["kind"]
    for unit_name in filter(None, _WITHIN.split(without)):
        namesakes = alive(names, names.roles.get(unit_name, []), day)
        fitting = [unit for unit in namesakes if kinds[unit] == kind]
        if len(fitting) == 1:
            out.add(fitting[0])
            continue
        units, fault = role_units(names, day, -1, unit_name, column)
        if fault:
            return out, fault
        out |= set(units)
    return out, None


def _is_inside(names: Names, unit: int, within: tuple[int, ...]) -> bool:
    """Say whether a unit stands below one of some units; it does below no unit at all."""
    above = names.parents[unit]
    while within and above >= 0:
        if above in within:
            return True
        above = names.parents[above]
    return not within
