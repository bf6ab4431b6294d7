"""单位名册与点位名册: who is ranked, who belongs to whom, which sites there are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.domain.registers import (
    FOREVER,
    PARENT_KINDS,
    Register,
    parent_candidates,
    successor_numbers,
    unit_codes,
)
from wenming_metrics.reading.inspection.plan import texts
from wenming_metrics.reading.model.reading import PLACE_COLUMNS, UNIT_COLUMNS
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.where import settle_where
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    Table,
    column,
    report,
    report_each,
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
_MUST_HAVE_PARENT = ("community", "section")
_SEPARATORS = str.maketrans({mark: "|" for mark in "、,;/\n\uff0c\uff1b\uff0f\uff5c"})


def read_units(table: Table, register: Register) -> pd.DataFrame:
    """Read a register of units. Returns: `Reading.units`: rows that nothing holds."""
    kind = column(table, "unit_kind")
    codes = [_KINDS.get(values.word(value), "") for value in kind.values]
    unit_kinds = np.array(codes, object)[kind.codes]
    report(table, unit_kinds == "", "名册-01", "unit_kind", kinds="、".join(UNIT_KINDS.values()))
    report(table, typed(table, "unit_name", _written) == 0, "名册-02", "unit_name")
    people = _people(table)
    report_unreadable(table, people, "名册-06", "population")
    begin, end = _validity(table)
    frame = pd.DataFrame(
        {
            **{"unit_code": texts(table, "unit_code"), "name": texts(table, "unit_name")},
            **{"kind": unit_kinds, "parent_name": _parents(table), "group": texts(table, "group")},
            "aliases": _aliases(table),
            "population": pd.array(people, "Int64"),
            **{"valid_from": begin, "valid_to": end},
            "successor_name": texts(table, "successor"),
            **{"sheet": table.sheet.index, "source_row": table.excel},
        }
    )
    frame["population"] = frame["population"].where(frame["population"] >= 0)
    _hold_unfit(table, register, frame)
    return frame[~table.held].reset_index(drop=True).astype(UNIT_COLUMNS)


def _people(table: Table) -> np.ndarray:
    """Type how many people live there, in ones; a header may count in 万."""
    positions = table.header.columns.get("population", ())
    in_ten_thousands = any("万" in table.header.texts[position] for position in positions)
    times = 10_000 if in_ten_thousands else 1
    people = typed(table, "population", lambda value: values.people(value, times))
    # Beside 8.2 nobody means six people by 6.
    is_small = (people >= 0) & (people < _FEW_PEOPLE)
    return np.where(is_small & (people == values.UNREADABLE).any(), values.UNREADABLE, people)


def _written(value: values.Value) -> int:
    return int(bool(values.word(value)))


def _parents(table: Table) -> np.ndarray:
    parents = texts(table, "parent")
    return np.array(["" if not text.strip("-—/") else text for text in parents], object)


def _aliases(table: Table) -> list[list[str]]:
    alias_lists = [split(text.translate(_SEPARATORS)) for text in texts(table, "aliases")]
    return [list(dict.fromkeys(several)) for several in alias_lists]


def _validity(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Type first and last day; blank is 0 and FOREVER."""
    begin, end = typed(table, "valid_from", values.day), typed(table, "valid_to", values.day)
    report_unreadable(table, begin, "日期-01", "valid_from")
    report_unreadable(table, end, "日期-01", "valid_to")
    begin, end = np.where(begin < 0, 0, begin), np.where(end < 0, FOREVER, end)
    report(table, end < begin, "名册-07", "valid_to")
    return begin, end


def _hold_unfit(table: Table, register: Register, frame: pd.DataFrame) -> None:
    """Hold rows that clash with others or whose parent is not to be found, until none is left."""
    _hold_doubles(table, register, frame)
    _hold_clashes(table, register, frame)
    bare = frame["kind"].isin(_MUST_HAVE_PARENT) & (frame["parent_name"] == "")
    report(table, bare.to_numpy() & ~table.held, "名册-04", "parent")
    _hold_heirless(table, register, frame)
    while _hold_lost(table, register, frame):
        continue  # a row that is held may be the parent of others


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


def _hold_clashes(table: Table, register: Register, frame: pd.DataFrame) -> None:
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
            elif old["name"] != unit["name"]:
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
    report_each(table, endless, "名册-14", "valid_to", [{}] * len(endless))


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
    report_each(table, np.array(unknown, np.int64), "名册-03", "parent", parent_kinds)
    report_each(table, np.array(several, np.int64), "名册-08", "parent", [{}] * len(several))
    return bool(unknown or several)


def read_site_register(table: Table, names: Names) -> pd.DataFrame:
    """Read a register of sites. Returns: `Reading.registered_sites`: rows that nothing holds."""
    unknown = np.full(table.n_rows, -1, np.int64)
    where = settle_where(table, names, unknown, {})
    name, aliases = texts(table, "site"), _aliases(table)
    seen: dict[tuple[int, str], int] = {}
    rows, first_rows = [], []
    for row in np.flatnonzero(~table.held).tolist():
        first = seen.setdefault((int(where.street[row]), normalise(name[row])), row)
        if first != row:
            rows.append(row)
            first_rows.append({"first": int(table.excel[first])})
    report_each(table, np.array(rows, np.int64), "名册-12", "site", first_rows)
    counted_rows = np.flatnonzero(~table.held)
    columns = {
        **{"name": name[counted_rows], "point_type": where.point_type[counted_rows]},
        **{"street": where.street[counted_rows], "unit": where.unit[counted_rows]},
        "aliases": pd.Series([aliases[row] for row in counted_rows.tolist()], dtype=object),
        **{
            "sheet": np.full(len(counted_rows), table.sheet.index),
            "source_row": table.excel[counted_rows],
        },
    }
    return pd.DataFrame(columns).astype(PLACE_COLUMNS)
