"""What a new register of units changes in the one in force: added, missing, renamed, moved, split, merged.

A unit that has got another name or another parent, and is written without its code, would stand
twice: once as it was, once as new. So it is asked about before it is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from wenming_metrics.domain.registers import FOREVER, PARENT_KINDS, Register, unit_codes
from wenming_metrics.vocabulary import normalise

ADDED, MISSING, RENAMED, MOVED = "新增", "未列入", "改名", "上级变动"
SPLIT, MERGED, ASKED = "拆分", "合并", "待确认"
CHANGES = (ASKED, SPLIT, MERGED, RENAMED, MOVED, ADDED, MISSING)
"""What may become of a unit, what needs a look first."""
_ALIKE = 66
"""Likeness (0 to 100) of two names without their endings from which they may be one unit's: one
character of three that is another."""
_ORDER = ("同名", "别名", "下属", "名称")
"""How the reasons of `_why` begin, the strongest first."""
_ENDINGS = ("街道办事处", "街道办", "街道", "社区居委会", "居委会", "社区", "镇", "乡", "村", "局")


@dataclass(frozen=True)
class UnitChange:
    """One thing that a register changes.

    change - one of CHANGES; kind - of unit; name - as it will be; origins - the units in force that it
    comes from, as people write them; why - what speaks for it; row - of the frame, -1: none
    """

    change: str
    kind: str
    name: str
    origins: tuple[str, ...] = ()
    why: str = ""
    row: int = -1


@dataclass(frozen=True)
class _Compared:
    """A register in force beside a new one: codes of its rows, units that no row names (is_covered:
    the file lists what stands beside them), and the names of what lies below units, then and now."""

    units: Mapping[int, tuple]
    lines: Sequence[Mapping[str, object]]
    codes: Sequence[str]
    missing: pd.DataFrame
    children: Mapping[int, frozenset[str]]
    children_now: Mapping[tuple[str, str], frozenset[str]]


def unit_title(register: Register, unit: int) -> str:
    """Write a unit with what it belongs to: 「东风社区（城东街道）」."""
    row = register.units.loc[unit]
    parent = int(row["parent"])
    return row["name"] + (f"（{register.units.loc[parent, 'name']}）" if parent >= 0 else "")


def likely_units(
    previous: Register, frame: pd.DataFrame, rows: Sequence[int]
) -> dict[int, dict[int, str]]:
    """Find rows that would become new units and may be units in force that the file leaves out.

    Takes:   previous - the register in force; frame - all rows as `reading.Reading.units`; rows - those
             that are asked about
    Returns: row -> unit in force -> what speaks for it, the likeliest first
    """
    if previous.is_empty:
        return {}
    compared = _compare(previous, frame)
    in_force = {unit.code for unit in compared.units.values()}
    left_out: dict[str, list[_LeftOut]] = {}
    for unit in compared.missing.itertuples():
        left_out.setdefault(unit.kind, []).append(_left_out(compared, unit))
    likely = {}
    for row in rows:
        if compared.codes[row] in in_force:
            continue
        line = compared.lines[row]
        kind, parent = line["kind"], normalise(line["parent_name"])
        key = kind, normalise(line["name"])
        words = frozenset({key[1], *map(normalise, line["aliases"])})
        children, core = compared.children_now.get(key, frozenset()), _core(key[1])
        reasons = {
            unit.unit: _why(unit, words, key[1], children, core, parent)
            for unit in left_out.get(kind, ())
        }
        likely_reasons = {unit: why for unit, why in reasons.items() if why}
        if likely_reasons:
            likely[row] = dict(
                sorted(likely_reasons.items(), key=lambda entry: _ORDER.index(entry[1][:2]))
            )
    kinds, names = frame["kind"].tolist(), frame["name"].map(normalise).tolist()
    open_units = {(kinds[row], names[row]) for row in likely}
    parents = frame["parent_name"].map(normalise).tolist()
    # What stands below a unit that is asked about waits for that answer.
    return {
        row: units
        for row, units in likely.items()
        if not any((upper, parents[row]) in open_units for upper in PARENT_KINDS[kinds[row]])
    }


def list_changes(
    previous: Register,
    frame: pd.DataFrame,
    rows: Sequence[int],
    open_rows: Mapping[int, Mapping[int, str]],
) -> list[UnitChange]:
    """List what a register changes; nothing where none is in force yet.

    Takes: frame - all rows as `reading.Reading.units`; rows - those that are stored; open_rows -
           `likely_units` of those that are asked about
    """
    if previous.is_empty:
        return []
    compared = _compare(previous, frame)
    changes = [
        UnitChange(
            ASKED,
            frame["kind"].iloc[row],
            frame["name"].iloc[row],
            tuple(unit_title(previous, unit) for unit in units),
            next(iter(units.values())),
            row,
        )
        for row, units in open_rows.items()
    ]
    changes += [*_regrouped(previous, compared), *_altered(previous, compared, rows)]
    asked_units = {unit for units in open_rows.values() for unit in units}
    changes += [
        UnitChange(MISSING, unit.kind, unit_title(previous, unit.unit))
        for unit in compared.missing.itertuples()
        if unit.is_covered and unit.unit not in asked_units
    ]
    return sorted(changes, key=lambda change: CHANGES.index(change.change))


def _compare(previous: Register, frame: pd.DataFrame) -> _Compared:
    units, codes = previous.units, unit_codes(previous, frame)
    alive = units[(units["valid_to"] == FOREVER) & ~units["code"].isin(codes)]
    alive = alive[alive["kind"].isin(set(frame["kind"]))]
    spoken = {normalise(text) for name in ("name", "parent_name") for text in frame[name]}
    # A file with one street's communities says nothing of another street's.
    by_number = {int(unit.unit): unit for unit in units.itertuples()}
    is_covered = [
        unit.kind not in ("community", "section") or bool(_parents(by_number, unit) & spoken)
        for unit in alive.itertuples()
    ]
    is_spoken = [normalise(name) in spoken for name in alive["name"]]
    missing = alive.assign(is_covered=is_covered)[
        np.array(is_covered, bool) | np.array(is_spoken, bool)
    ]
    children: dict[int, set[str]] = {}
    for unit in units.itertuples():
        children.setdefault(int(unit.parent), set()).add(normalise(unit.name))
    children_now: dict[tuple[str, str], set[str]] = {}
    for kind, name, parent in zip(frame["kind"], frame["name"], frame["parent_name"], strict=True):
        for upper in PARENT_KINDS.get(kind, ()):
            children_now.setdefault((upper, normalise(parent)), set()).add(normalise(name))
    return _Compared(
        by_number,
        frame.to_dict("records"),
        codes,
        missing,
        {unit: frozenset(names) for unit, names in children.items()},
        {key: frozenset(names) for key, names in children_now.items()},
    )


@dataclass(frozen=True)
class _LeftOut:
    """A unit in force that no row names: all that may tell it again, normalised."""

    unit: int
    name: str
    words: frozenset[str]
    children: frozenset[str]
    core: str
    parents: frozenset[str]


def _left_out(compared: _Compared, unit: tuple) -> _LeftOut:
    name = normalise(unit.name)
    words = frozenset({name, *map(normalise, unit.aliases)})
    children = compared.children.get(int(unit.unit), frozenset())
    parents = frozenset(_parents(compared.units, unit))
    return _LeftOut(int(unit.unit), name, words, children, _core(name), parents)


def _why(
    unit: _LeftOut,
    words: frozenset[str],
    name: str,
    children: frozenset[str],
    core: str,
    parent: str,
) -> str:
    """Say what speaks for a row being a unit in force; "": nothing does."""
    if name == unit.name:
        return "同名，只是上级不同"
    if words & unit.words:
        return "别名相同"
    shared = unit.children & children
    if unit.children and 2 * len(shared) >= len(unit.children):
        return f"下属单位有{len(shared)}个相同"
    is_beside = parent in unit.parents
    return "名称相近" if is_beside and fuzz.ratio(core, unit.core) >= _ALIKE else ""


def _parents(units: Mapping[int, tuple], unit: tuple) -> set[str]:
    """Give the names of what is right above a unit in force; {""}: nothing is."""
    parent = units.get(unit.parent)
    return {normalise(word) for word in (parent.name, *parent.aliases)} if parent else {""}


def _core(name: str) -> str:
    ending = next((end for end in _ENDINGS if name.endswith(end) and len(name) > len(end)), "")
    return name.removesuffix(ending)


def _altered(previous: Register, compared: _Compared, rows: Sequence[int]) -> Iterator[UnitChange]:
    """List the rows that are new, or give a unit in force another name or another parent."""
    by_code = {unit.code: unit for unit in compared.units.values()}
    codes_above: dict[str, set[str]] = {}
    for line, code in zip(compared.lines, compared.codes, strict=True):
        codes_above.setdefault(normalise(line["name"]), set()).add(code)
    for row in rows:
        line, unit = compared.lines[row], by_code.get(compared.codes[row])
        if unit is None:
            yield UnitChange(ADDED, line["kind"], line["name"], row=row)
            continue
        origins = (unit_title(previous, unit.unit),)
        if normalise(unit.name) != normalise(line["name"]):
            yield UnitChange(RENAMED, line["kind"], line["name"], origins, row=row)
        parent = normalise(line["parent_name"])
        stays = parent in _parents(compared.units, unit) or (
            unit.parent >= 0 and compared.units[unit.parent].code in codes_above.get(parent, ())
        )
        if not stays:
            text = f"{line['name']}（{line['parent_name']}）" if parent else line["name"]
            yield UnitChange(MOVED, line["kind"], text, origins, row=row)


def _regrouped(previous: Register, compared: _Compared) -> Iterator[UnitChange]:
    """Find units whose subordinates now lie below several, and units that take those of several."""
    in_force = {unit.code for unit in compared.units.values()}
    gone = set(compared.missing["unit"])
    successors_of: dict[int, list[int]] = {}
    successions: dict[int, list[int]] = {}
    for row, line in enumerate(compared.lines):
        children = compared.children_now.get((line["kind"], normalise(line["name"])), frozenset())
        if not children:
            continue
        for unit, old in compared.children.items():
            if unit < 0 or compared.units[unit].kind != line["kind"]:
                continue
            if old & children:
                successors_of.setdefault(unit, []).append(row)
            if old and 2 * len(old & children) >= len(old):
                successions.setdefault(row, []).append(unit)
    for unit, rows in successors_of.items():
        if len(rows) > 1 and any(compared.codes[row] not in in_force for row in rows):
            name = "、".join(compared.lines[row]["name"] for row in rows)
            title = unit_title(previous, unit)
            yield UnitChange(SPLIT, compared.units[unit].kind, name, (title,))
    for row, units in successions.items():
        if len(units) > 1 and gone & set(units):
            line = compared.lines[row]
            origins = tuple(unit_title(previous, unit) for unit in units)
            yield UnitChange(MERGED, line["kind"], line["name"], origins, row=row)
