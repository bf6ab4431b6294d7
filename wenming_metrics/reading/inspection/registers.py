"""单位名册: who is ranked, who belongs to whom, and what that changes in the register in force."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wenming_metrics.domain.register_changes import (
    CHANGES,
    MISSING,
    UnitChange,
    likely_units,
    list_changes,
    unit_title,
)
from wenming_metrics.domain.registers import (
    FOREVER,
    PARENT_KINDS,
    Register,
    parent_candidates,
    successor_numbers,
    unit_codes,
)
from wenming_metrics.reading.inspection.plan import texts
from wenming_metrics.reading.model.reading import UNIT_COLUMNS
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    Table,
    column,
    report,
    report_each,
    report_sheet,
    report_unreadable,
    typed,
)
from wenming_metrics.rules.catalogue import split
from wenming_metrics.vocabulary import UNIT_KINDS, normalise

_KIND_WORDS = {
    "district": "区 县 区县 县区 县(市、区) 市辖区 开发区",
    "street": "街道 镇 乡 街道(镇) 镇街 乡镇 街镇 街道办 街道办事处 镇(街道) 乡镇街道",
    "community": "社区 村 村居 社区(村) 村(社区) 居委会 村委会",
    "department": "部门 局 市直部门 市直单位 区直部门 区直单位 委办局 单位",
    "section": "二层单位 大队 二级单位 下属单位 二层机构",
}
_KINDS = {normalise(word): code for code, words in _KIND_WORDS.items() for word in words.split()}
_FEW_PEOPLE = 1_000
_COUNTED_IN = {"万": 10_000, "千": 1_000, "百": 100}
_SHOWN = 5
"""How many names of each change a sentence tells."""
_STAY = "未列入的单位照旧保留；确已撤销、合并的，请写上停用日期和并入单位。"
_MUST_HAVE_PARENT = ("community", "section")
_SEPARATORS = str.maketrans({mark: "|" for mark in "、,;/\n\uff0c\uff1b\uff0f\uff5c"})


def read_units(
    table: Table, register: Register, same_units: Sequence[tuple[str, str]] = ()
) -> tuple[pd.DataFrame, tuple[UnitChange, ...]]:
    """Read a register of units.

    Takes:   same_units - see `SenderAnswers`
    Returns: `Reading.units`: rows that nothing holds, and rows that others stand below, with what is
             wrong in them left blank; `Reading.unit_changes`
    """
    kind = column(table, "unit_kind")
    codes = [_KINDS.get(values.word(value), "") for value in kind.values]
    unit_kinds = np.array(codes, object)[kind.codes]
    report(table, unit_kinds == "", "名册-01", "unit_kind", kinds="、".join(UNIT_KINDS.values()))
    report(table, typed(table, "unit_name", _written) == 0, "名册-02", "unit_name")
    people, (begin, end) = _people(table), _validity(table)
    frame = pd.DataFrame(
        {
            **{"unit_code": texts(table, "unit_code"), "name": texts(table, "unit_name")},
            **{"kind": unit_kinds, "parent_name": _parents(table), "group": texts(table, "group")},
            "aliases": aliases_of(table),
            "population": pd.array(people, "Int64"),
            **{"valid_from": np.maximum(begin, 0), "valid_to": np.where(end < 0, FOREVER, end)},
            "successor_name": texts(table, "successor"),
            **{"sheet": table.sheet.index, "source_row": table.excel},
        }
    )
    frame["population"] = frame["population"].where(frame["population"] >= 0)
    settled_rows = _take_same(table, register, frame, same_units)
    likely = _hold_unfit(table, register, frame, settled_rows)
    is_unit = ~table.held
    _report_facts(table, register, frame, people, begin, end)
    is_kept = is_unit & (~table.held | _has_others_below(register, frame, is_unit))
    _leave_blank(table, frame, is_kept & table.held)
    changes = list_changes(register, frame, np.flatnonzero(is_kept).tolist(), likely)
    _tell_changes(table, changes)
    return frame[is_kept].reset_index(drop=True).astype(UNIT_COLUMNS), tuple(changes)


def _report_facts(
    table: Table,
    register: Register,
    frame: pd.DataFrame,
    people: np.ndarray,
    begin: np.ndarray,
    end: np.ndarray,
) -> None:
    """Report what is wrong in a row besides which unit it is and where it belongs."""
    report_unreadable(table, people, "名册-06", "population")
    report_unreadable(table, begin, "日期-01", "valid_from")
    report_unreadable(table, end, "日期-01", "valid_to")
    report(
        table, frame["valid_to"].to_numpy() < frame["valid_from"].to_numpy(), "名册-07", "valid_to"
    )
    n_held = -1
    while n_held != (n_held := int(table.held.sum())):
        _hold_heirless(table, register, frame)  # a row that is held may be the successor of others


def _has_others_below(register: Register, frame: pd.DataFrame, is_unit: np.ndarray) -> np.ndarray:
    """Say which rows other rows stand below that are not in force without them."""
    rows = np.flatnonzero(is_unit)
    in_force = set(register.units["code"])
    bearing = {
        (kind, normalise(name)) for kind, name in zip(frame["kind"], frame["name"], strict=True)
    }
    wanted_units = {
        (upper, normalise(parent))
        for kind, parent in frame[["kind", "parent_name"]].iloc[rows].itertuples(index=False)
        for upper in PARENT_KINDS[kind]
    } & bearing
    keys = zip(frame["kind"], frame["name"], unit_codes(register, frame), strict=True)
    return np.array(
        [
            (kind, normalise(name)) in wanted_units and code not in in_force
            for kind, name, code in keys
        ],
        bool,
    )


def _leave_blank(table: Table, frame: pd.DataFrame, rows: np.ndarray) -> None:
    """Take units that others stand below with name and parent alone; what is wrong is left blank."""
    blanks = {"population": pd.NA, "valid_from": 0, "valid_to": FOREVER, "successor_name": ""}
    for name, filling in blanks.items():
        frame.loc[rows, name] = filling
    report(table, rows, "名册-17", "unit_name")


def _take_same(
    table: Table,
    register: Register,
    frame: pd.DataFrame,
    same_units: Sequence[tuple[str, str]],
) -> set[int]:
    """Give the rows that a person said are units in force their codes. Returns: rows spoken of"""
    if not same_units:
        return set()
    titles = {unit: unit_title(register, unit) for unit in register.units["unit"]}
    spoken = {normalise(spelling): normalise(unit) for spelling, unit in same_units}
    settled_rows = set()
    for row, (kind, name, parent) in enumerate(
        zip(frame["kind"], frame["name"], frame["parent_name"], strict=True)
    ):
        word = normalise(name)
        answer = spoken.get(normalise(f"{name}({parent})"), spoken.get(word))
        if answer is None:
            continue
        matches = [
            unit
            for unit, title in titles.items()
            if register.units.loc[unit, "kind"] == kind
            and answer in (normalise(title), normalise(register.units.loc[unit, "name"]))
        ]
        if answer and len(matches) != 1:
            continue  # no such unit, or several: it stays asked about
        settled_rows.add(row)
        if answer:
            frame.loc[row, "unit_code"] = register.units.loc[matches[0], "code"]
            details = {"name": titles[matches[0]]}
            report_each(table, np.array([row]), "名册-18", "unit_name", [details])
    return settled_rows


def _tell_changes(table: Table, changes: Sequence[UnitChange]) -> None:
    """Say in one sentence what a register changes."""
    summary = []
    for change in CHANGES:
        names = [unit.name for unit in changes if unit.change == change]
        if names:
            several_names = "、".join(names[:_SHOWN]) + ("等" if len(names) > _SHOWN else "")
            summary.append(f"{change}{len(names)}个（{several_names}）")
    if summary:
        hint = _STAY if any(unit.change == MISSING for unit in changes) else ""
        report_sheet(table, "名册-19", changes="，".join(summary), hint=hint)


def _people(table: Table) -> np.ndarray:
    """Type how many people live there, in ones; a header may count in 万 or 千."""
    header = "".join(table.header.texts[p] for p in table.header.columns.get("population", ()))
    times = next((number for sign, number in _COUNTED_IN.items() if sign in header), 1)
    people = typed(table, "population", lambda value: values.people(value, times))
    # Beside 8.2 nobody means six people by 6.
    is_small = (people >= 0) & (people < _FEW_PEOPLE)
    return np.where(is_small & (people == values.UNREADABLE).any(), values.UNREADABLE, people)


def _written(value: values.Value) -> int:
    return int(bool(values.word(value)))


def _parents(table: Table) -> np.ndarray:
    parents = texts(table, "parent")
    return np.array(["" if not text.strip("-—/") else text for text in parents], object)


def aliases_of(table: Table) -> list[list[str]]:
    """Part the other names of each row."""
    alias_lists = [split(text.translate(_SEPARATORS)) for text in texts(table, "aliases")]
    return [list(dict.fromkeys(several)) for several in alias_lists]


def _validity(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Type first and last day, each below 0 where it is blank or cannot be read."""
    return typed(table, "valid_from", values.day), typed(table, "valid_to", values.day)


def _hold_unfit(
    table: Table, register: Register, frame: pd.DataFrame, settled_rows: set[int]
) -> dict[int, dict[int, str]]:
    """Hold rows that clash with others, may stand twice, or whose parent is not to be found, until
    none is left.

    Takes: settled_rows - rows of which a person said what they are
    Returns: row -> units in force that it may be -> what speaks for each
    """
    _hold_doubles(table, register, frame)
    _hold_clashes(table, register, frame, settled_rows)
    bare = frame["kind"].isin(_MUST_HAVE_PARENT) & (frame["parent_name"] == "")
    report(table, bare.to_numpy() & ~table.held, "名册-04", "parent")
    rows = [row for row in np.flatnonzero(~table.held).tolist() if row not in settled_rows]
    likely = likely_units(register, frame, rows)
    details = [
        {"name": unit_title(register, next(iter(units))), "why": next(iter(units.values()))}
        for units in likely.values()
    ]
    report_each(table, np.array(list(likely), np.int64), "名册-15", "unit_name", details)
    while _hold_lost(table, register, frame):
        continue  # a row that is held may be the parent of others
    return likely


def _hold_doubles(table: Table, register: Register, frame: pd.DataFrame) -> None:
    """Hold a row whose unit or code stands in an earlier row."""
    codes = unit_codes(register, frame)
    seen: dict[object, int] = {}
    rows, first_rows = [], []
    for row in np.flatnonzero(~table.held).tolist():
        unit = frame.iloc[row]
        keys = (codes[row], (unit["kind"], normalise(unit["name"]), normalise(unit["parent_name"])))
        earlier = [seen[key] for key in keys if key in seen]
        if earlier:
            rows.append(row)
            first_rows.append({"first": int(table.excel[earlier[0]])})
        for key in keys:
            seen.setdefault(key, row)
    report_each(table, np.array(rows, np.int64), "名册-05", "unit_name", first_rows)


def _hold_clashes(
    table: Table, register: Register, frame: pd.DataFrame, settled_rows: set[int]
) -> None:
    """Hold a code that stands for another kind of unit, or a unit in force under another code;
    tell of a unit that gets a new name."""
    units = register.units.set_index("code")[["name", "kind"]]
    codes_by_name = unit_codes(register, frame.assign(unit_code=""))
    for row, code in enumerate(unit_codes(register, frame)):
        if table.held[row]:
            continue
        rows, unit = np.array([row]), frame.iloc[row]
        if code in units.index:
            old = units.loc[code]
            if old["kind"] != unit["kind"]:
                registered_unit = {"name": old["name"], "kind": UNIT_KINDS[old["kind"]]}
                report_each(table, rows, "名册-09", "unit_code", [registered_unit])
            elif old["name"] != unit["name"] and row not in settled_rows:
                report_each(table, rows, "名册-11", "unit_name", [{"name": old["name"]}])
        elif codes_by_name[row] in units.index:
            report_each(table, rows, "名册-10", "unit_code", [{"code": codes_by_name[row]}])


def _hold_heirless(table: Table, register: Register, frame: pd.DataFrame) -> None:
    """Hold a merged unit whose successor is not one known unit, or that has no last day."""
    counted_rows = np.flatnonzero(~table.held)
    heirs = np.array(successor_numbers(register, frame.iloc[counted_rows]), np.int64)
    has_successor = (frame["successor_name"] != "").to_numpy()[counted_rows]
    rows, heirs = counted_rows[has_successor], heirs[has_successor]
    report_each(table, rows[heirs < 0], "名册-13", "successor", [{}] * int((heirs < 0).sum()))
    endless = rows[(heirs >= 0) & (frame["valid_to"].to_numpy()[rows] == FOREVER)]
    report_each(table, endless, "名册-14", "valid_to")


def _hold_lost(table: Table, register: Register, frame: pd.DataFrame) -> bool:
    """Hold rows whose parent is not known, or is not one unit. Returns: whether there were any."""
    rows = np.flatnonzero(~table.held)
    above = parent_candidates(register, frame.iloc[rows])
    pairs = list(zip(rows.tolist(), above, strict=True))
    unknown = [row for row, units in pairs if units is not None and not units]
    several = [row for row, units in pairs if units is not None and len(units) > 1]
    kinds = [PARENT_KINDS[frame["kind"].iloc[row]] for row in unknown]
    parent_kinds = [
        {"kinds": "或".join(UNIT_KINDS[kind] for kind in some) or "（最上一级）"} for some in kinds
    ]
    held_above = _held_above(table, frame, unknown)
    waiting = [row for row in unknown if row in held_above]
    report_each(
        table,
        np.array(waiting, np.int64),
        "名册-16",
        "parent",
        [held_above[row] for row in waiting],
    )
    parent_kinds = [
        words for row, words in zip(unknown, parent_kinds, strict=True) if row not in held_above
    ]
    unknown = [row for row in unknown if row not in held_above]
    report_each(table, np.array(unknown, np.int64), "名册-03", "parent", parent_kinds)
    report_each(table, np.array(several, np.int64), "名册-08", "parent")
    return bool(waiting or unknown or several)


def _held_above(
    table: Table, frame: pd.DataFrame, rows: Sequence[int]
) -> dict[int, dict[str, int]]:
    """Find the rows of this file that are held and named as the parent of some rows."""
    held_units = {
        (kind, normalise(name)): int(table.excel[row])
        for row, (kind, name) in enumerate(zip(frame["kind"], frame["name"], strict=True))
        if table.held[row]
    }
    above = {}
    for row in rows:
        parent = normalise(frame["parent_name"].iloc[row])
        first = (held_units.get((kind, parent)) for kind in PARENT_KINDS[frame["kind"].iloc[row]])
        first_row = next((line for line in first if line), None)
        if first_row:
            above[row] = {"first": first_row}
    return above
