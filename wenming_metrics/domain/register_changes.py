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

    units: pd.DataFrame
    frame: pd.DataFrame
    codes: Sequence[str]
    missing: pd.DataFrame
    below: Mapping[int, frozenset[str]]
    below_now: Mapping[tuple[str, str], frozenset[str]]


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
    in_force = set(compared.units["code"])
    likely = {}
    for row in rows:
        if compared.codes[row] in in_force:
            continue
        same_kind = compared.missing[compared.missing["kind"] == frame["kind"].iloc[row]]
        reasons = {
            int(unit.unit): _why(compared, frame.iloc[row], unit) for unit in same_kind.itertuples()
        }
        likely_reasons = {unit: why for unit, why in reasons.items() if why}
        if likely_reasons:
            likely[row] = dict(
                sorted(likely_reasons.items(), key=lambda pair: _ORDER.index(pair[1][:2]))
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
    is_covered = [
        unit.kind not in ("community", "section") or bool(_parents(units, unit) & spoken)
        for unit in alive.itertuples()
    ]
    is_spoken = [normalise(name) in spoken for name in alive["name"]]
    missing = alive.assign(is_covered=is_covered)[
        np.array(is_covered, bool) | np.array(is_spoken, bool)
    ]
    below: dict[int, set[str]] = {}
    for unit in units.itertuples():
        below.setdefault(int(unit.parent), set()).add(normalise(unit.name))
    below_now: dict[tuple[str, str], set[str]] = {}
    for kind, name, parent in zip(frame["kind"], frame["name"], frame["parent_name"], strict=True):
        for upper in PARENT_KINDS.get(kind, ()):
            below_now.setdefault((upper, normalise(parent)), set()).add(normalise(name))
    return _Compared(
        units,
        frame,
        codes,
        missing,
        {unit: frozenset(names) for unit, names in below.items()},
        {key: frozenset(names) for key, names in below_now.items()},
    )


def _why(compared: _Compared, row: pd.Series, unit: tuple) -> str:
    """Say what speaks for a row being a unit in force; "": nothing does."""
    name, old_name = normalise(row["name"]), normalise(unit.name)
    if name == old_name:
        return "同名，只是上级不同"
    words = {name, *map(normalise, row["aliases"])}
    if words & {old_name, *map(normalise, unit.aliases)}:
        return "别名相同"
    old_below = compared.below.get(int(unit.unit), frozenset())
    shared = old_below & compared.below_now.get((row["kind"], name), frozenset())
    if old_below and 2 * len(shared) >= len(old_below):
        return f"下属单位有{len(shared)}个相同"
    alike = fuzz.ratio(_core(name), _core(old_name)) >= _ALIKE
    return (
        "名称相近"
        if alike and normalise(row["parent_name"]) in _parents(compared.units, unit)
        else ""
    )


def _parents(units: pd.DataFrame, unit: tuple) -> set[str]:
    """Give the names of what is right above a unit in force; {""}: nothing is."""
    if unit.parent < 0:
        return {""}
    above = units.loc[unit.parent]
    return {normalise(word) for word in (above["name"], *above["aliases"])}


def _core(name: str) -> str:
    ending = next((end for end in _ENDINGS if name.endswith(end) and len(name) > len(end)), "")
    return name.removesuffix(ending)


def _altered(previous: Register, compared: _Compared, rows: Sequence[int]) -> Iterator[UnitChange]:
    """List the rows that are new, or give a unit in force another name or another parent."""
    by_code = {unit.code: unit for unit in compared.units.itertuples()}
    codes_above: dict[str, set[str]] = {}
    for name, code in zip(compared.frame["name"], compared.codes, strict=True):
        codes_above.setdefault(normalise(name), set()).add(code)
    for row in rows:
        line, unit = compared.frame.iloc[row], by_code.get(compared.codes[row])
        if unit is None:
            yield UnitChange(ADDED, line["kind"], line["name"], row=row)
            continue
        origins = (unit_title(previous, unit.unit),)
        if normalise(unit.name) != normalise(line["name"]):
            yield UnitChange(RENAMED, line["kind"], line["name"], origins, row=row)
        parent = normalise(line["parent_name"])
        stays = parent in _parents(compared.units, unit) or (
            unit.parent >= 0
            and compared.units.loc[unit.parent, "code"] in codes_above.get(parent, ())
        )
        if not stays:
            text = f"{line['name']}（{line['parent_name']}）" if parent else line["name"]
            yield UnitChange(MOVED, line["kind"], text, origins, row=row)


def _regrouped(previous: Register, compared: _Compared) -> Iterator[UnitChange]:
    """Find units whose subordinates now lie below several, and units that take those of several."""
    in_force = set(compared.units["code"])
    gone = set(compared.missing["unit"])
    given: dict[int, list[int]] = {}
    successions: dict[int, list[int]] = {}
    for row, (kind, name) in enumerate(
        zip(compared.frame["kind"], compared.frame["name"], strict=True)
    ):
        now = compared.below_now.get((kind, normalise(name)), frozenset())
        if not now:
            continue
        for unit in compared.units[compared.units["kind"] == kind]["unit"].tolist():
            old = compared.below.get(unit, frozenset())
            if old & now:
                given.setdefault(unit, []).append(row)
            if old and 2 * len(old & now) >= len(old):
                successions.setdefault(row, []).append(unit)
    for unit, rows in given.items():
        if len(rows) > 1 and any(compared.codes[row] not in in_force for row in rows):
            name = "、".join(compared.frame["name"].iloc[row] for row in rows)
            title = unit_title(previous, unit)
            yield UnitChange(SPLIT, compared.units.loc[unit, "kind"], name, (title,))
    for row, units in successions.items():
        if len(units) > 1 and gone & set(units):
            line = compared.frame.iloc[row]
            origins = tuple(unit_title(previous, unit) for unit in units)
            yield UnitChange(MERGED, line["kind"], line["name"], origins, row=row)
