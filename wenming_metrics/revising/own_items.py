"""The office's own items in the rules: what the latest version does not count yet, and the next draft."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.revising import drafts
from wenming_metrics.revising.books import sheets_of
from wenming_metrics.rules.catalogue import split
from wenming_metrics.rules.entries import (
    EVERY,
    EVERYWHERE,
    ITEM,
    KIND_WORDS,
    POINT_TYPE,
    RETIRED,
    Entry,
)
from wenming_metrics.rules.load import unpack
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.rules.workbook.own_book import leaf_names, own_wishes
from wenming_metrics.rules.workbook.parts import Line, Parts, files_of, parts_of
from wenming_metrics.store.catalogue import read_own_lines
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import archived_rules

_FILE = "items.csv"


def read_own_book(office: Office, content: bytes) -> list[Entry]:
    """Read a workbook of own entries: those that it adds or changes. Raises WorkbookError."""
    return own_wishes(sheets_of(content), office.catalogue, office.rules)


def latest(office: Office) -> RuleSet:
    """Give the latest version of the rules, be it in force yet or not."""
    return (office.rule_sets or (office.rules,))[-1]


def waiting(office: Office) -> list[Entry]:
    """List the own entries that are meant to count and do not by the latest version, or still do."""
    lines = latest_parts(office).lines[_FILE]
    return [
        entry
        for entry in office.catalogue.own
        if (_kept(entry, lines) != lines if entry.indicator == RETIRED else _added(entry, lines))
    ]


def draft_with_own(office: Office, who: str) -> int:
    """Keep the next version as a draft: the latest one, with the own entries that wait.

    Raises IntakeError when none waits, RuleSetError when the version is not sound with them.
    """
    old = latest_parts(office)
    lines, names = list(old.lines[_FILE]), []
    for entry in waiting(office):
        names.append(entry.name)
        if entry.indicator == RETIRED:
            lines = _kept(entry, lines)
        elif entry.kind == POINT_TYPE:
            lines = [_with_type(line, entry) for line in lines]
    for entry in office.catalogue.own:
        is_item = entry.kind == ITEM and entry.indicator != RETIRED
        lines += _added(entry, lines) if is_item else []
    if not names:
        raise IntakeError("没有等着归入办法的本单位测评项和点位类型。")
    changed = Parts(old.settings, {**old.lines, _FILE: lines}, old.composite, old.survey)
    files, _ = files_of(changed)
    return drafts.keep(office, files, f"加入或停用本单位的{len(names)}项：{names[0]}等", who)


def own_lines(office: Office) -> pd.DataFrame:
    """List the own entries for people.

    Returns: kind, code, name, category, full_mark (points, NaN of a point type), point_types and
             indicator (names), aliases, state (whether and by which version it counts), who, at
    """
    catalogue, version = office.catalogue, latest(office)
    with reading(office.store) as connection:
        origins = read_own_lines(connection).set_index(["kind", "number"])
    waits = {entry.code for entry in waiting(office)}
    leaves = leaf_names(version)
    types = dict(zip(catalogue.point_types["code"], catalogue.point_types["name"], strict=True))
    types[EVERYWHERE] = EVERY
    rows = [
        {
            **{"kind": KIND_WORDS[entry.kind], "code": entry.code, "name": entry.name},
            "category": entry.category,
            "full_mark": entry.full_mark / POINT_SCALE if entry.kind == ITEM else float("nan"),
            "point_types": "、".join(types[code] for code in entry.point_types),
            "indicator": leaves.get(entry.indicator, entry.indicator),
            "aliases": "；".join(entry.aliases),
            "state": _state(entry, waits, office),
            **origins.loc[(entry.kind, entry.number)].to_dict(),
        }
        for entry in catalogue.own
    ]
    columns = ("kind", "code", "name", "category", "full_mark", "point_types", "indicator")
    return pd.DataFrame(rows, columns=[*columns, "aliases", "state", "who", "at"])


def _state(entry: Entry, waits: set[str], office: Office) -> str:
    """Say whether an own entry counts, and of an item since which version of the rules."""
    if entry.indicator == RETIRED:
        return "等着从办法里去掉，发布以前照旧计分" if entry.code in waits else "已停用"
    if entry.kind == POINT_TYPE:
        return "有些测评项等着归入办法" if entry.code in waits else "照办法计分"
    if entry.code in waits:
        return "等着归入办法，暂不计分"
    for version in office.rule_sets or (office.rules,):
        if (version.leaf_of[entry.number] >= 0).any():
            return f"自 {version.effective_from} 起计分（版本 {version.version}）"
    return "不计分"


def latest_parts(office: Office) -> Parts:
    """Give the latest version of the rules as parts, from the archive of the store."""
    with reading(office.store) as connection:
        packed = archived_rules(connection, latest(office).digest)
    if packed is None:
        raise IntakeError("数据里没有这一版办法的存档，请重新打开软件。")
    return parts_of(unpack(packed))


def _added(entry: Entry, lines: list[Line]) -> list[Line]:
    """Give the lines that an own entry changes or adds; none where the rules speak of it already."""
    if entry.kind == POINT_TYPE:
        return [line for line in lines if _with_type(line, entry) != line]
    if not entry.indicator or any(line["item"] == entry.code for line in lines):
        return []
    return [{"item": entry.code, "point_types": "", "indicator": entry.indicator}]


def _kept(entry: Entry, lines: list[Line]) -> list[Line]:
    """Give the lines without an entry that is retired; one of no other point type goes as a whole."""
    if entry.kind == ITEM:
        return [line for line in lines if line["item"] != entry.code]
    lines_left = []
    for line in lines:
        types = split(line["point_types"])
        other_types = [code for code in types if code != entry.code]
        if other_types or not types:
            lines_left.append(
                line if other_types == types else {**line, "point_types": "|".join(other_types)}
            )
    return lines_left


def _with_type(line: Line, entry: Entry) -> Line:
    """Let a line that speaks of a point type speak of an own one that is like it, too."""
    types = split(line["point_types"])
    if entry.code in types or not set(entry.point_types) & set(types):
        return line
    return {**line, "point_types": "|".join([*types, entry.code])}
