"""Find the header of a sheet and say what kind of sheet it is.

The header is the row with the most known titles among the first thirty; titles of the whole table
above it are allowed, columns may come in any order, unknown columns stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from wenming_metrics.reading import model
from wenming_metrics.reading.grid import Sheet, Value, rows_head
from wenming_metrics.reading.header import Header
from wenming_metrics.reading.kinds import BY_NAME, RECORD_KINDS
from wenming_metrics.reading.values import spell
from wenming_metrics.vocabulary import INPUT, headers, normalise

SEARCHED = 30
FAMILIES: dict[str, tuple[str, ...]] = {
    model.INSPECTION: (
        *("day", "source", "team", "visit_no", "district", "street", "community", "point_type"),
        *("site", "item_code", "item", "result", "deduction", "full_mark", "places"),
        *("description", "lead", "responsible", "assisting", "scope", "remark"),
    ),
    model.PLAN: (
        *("planned_day", "day", "team", "district", "street", "community", "point_type"),
        *("site", "round", "remark"),
    ),
    model.UNITS: (
        *("unit_code", "unit_name", "unit_kind", "parent", "group", "aliases", "population"),
        *("valid_from", "valid_to", "remark"),
    ),
    model.SITES: ("site", "point_type", "district", "street", "community", "aliases", "remark"),
    **{kind.name: kind.columns for kind in RECORD_KINDS},
}
"""Columns of each family of sheets; a header means what it means in its own family."""
FAMILY = {
    **{kind: model.INSPECTION for kind in (model.CHECKLIST, model.FINDINGS, model.VISITS)},
    **{kind: kind for kind in (model.PLAN, model.UNITS, model.SITES, *BY_NAME)},
}
_PLACE = ("street", "community")
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    model.CHECKLIST: (
        *(("day",), _PLACE, ("site",), ("item", "item_code"), ("result", "deduction")),
    ),
    model.FINDINGS: (("day",), _PLACE, ("site",), ("item", "item_code"), ("description",)),
    model.VISITS: (("day",), _PLACE, ("site",), ("point_type",)),
    model.PLAN: (("planned_day", "day"), _PLACE, ("site",), ("point_type",)),
    model.UNITS: (("unit_name",), ("unit_kind",)),
    model.SITES: (("site",), ("point_type",), _PLACE),
    **{kind.name: kind.required for kind in RECORD_KINDS},
}
"""What a kind of sheet must have; of each group one column is enough."""
SEVERAL = ("lead", "responsible", "assisting")
"""Columns that may stand more than once: all of them are read."""
_MAPS = {family: headers(names) for family, names in FAMILIES.items()}
_ADDED = re.compile(r"\(.*?\)|[*★:]")
_MARKED_ITEM = re.compile(r"\(\d+(\.\d+)?分\)$")
_SCORE = re.compile("扣分|失分|得分")
_VISIT_ONLY = {"source", "team", "visit_no", "scope"}
_CHECKED = {"item", "item_code", "result", "deduction"}


def find_header(sheet: Sheet, items: frozenset[str]) -> Header | None:
    """Find the header of a sheet.

    Takes:   sheet; items - normalised names of all items, to know a sheet with a column per item
    Returns: the header, or None where no row has even two known titles
    """
    head = rows_head(sheet, SEARCHED)
    counts = [max(len(set(names)) for names in _named(row).values()) for row in head]
    if max(counts, default=0) < 2:
        return None
    row = counts.index(max(counts))
    title = sheet.name + "".join(spell(value) for above in head[:row] for value in above)
    texts = tuple(spell(value) for value in head[row])
    named = _named(head[row])
    kind = _kind({family: set(found) for family, found in named.items()}, title, texts)
    below = head[row + 1] if row + 1 < len(head) else []
    return Header(
        kind=kind,
        row=row,
        first=_first_row(sheet, row, texts),
        columns=_choose(named[FAMILY[kind]], texts) if kind else {},
        typed=tuple(head[row]),
        texts=texts,
        missing=_missing(kind, named),
        doubled=tuple(_doubled(named[FAMILY[kind]])) if kind else (),
        wide=_is_wide(named[model.INSPECTION], texts, below, items),
        known=_known(named, texts),
    )


def _named(row: list[Value]) -> dict[str, dict[str, list[int]]]:
    """Give for each family the columns found in a row: name -> positions."""
    words = [normalise(value) if isinstance(value, str) else "" for value in row]
    found: dict[str, dict[str, list[int]]] = {}
    for family, known in _MAPS.items():
        found[family] = {}
        for position, text in enumerate(words):
            name = known.get(text) or known.get(_ADDED.sub("", text))
            if text and name:
                found[family].setdefault(name, []).append(position)
    return found


def _kind(names: Mapping[str, set[str]], title: str, texts: tuple[str, ...]) -> str:
    """Tell the kind by the columns; the whole of it is thrown away when most are missing."""
    kind = _likely(names, title, texts)
    if not kind:
        return ""
    groups = REQUIRED[kind]
    absent = [group for group in groups if not names[FAMILY[kind]] & set(group)]
    return "" if 2 * len(absent) > len(groups) else kind


def _likely(names: Mapping[str, set[str]], title: str, texts: tuple[str, ...]) -> str:
    seen, plan = names[model.INSPECTION], names[model.PLAN]
    checked = seen & (_CHECKED | {"description"})
    if {"unit_name", "unit_kind"} <= names[model.UNITS]:
        return model.UNITS
    for kind in RECORD_KINDS:
        if kind.is_kind(frozenset(names[kind.name]), title):
            return kind.name
    if "planned_day" in plan or ("计划" in title and "site" in plan and not checked):
        return model.PLAN
    located = {"site", "point_type"} <= seen and seen & set(_PLACE)
    if located and not checked and not seen & {"day", *_VISIT_ONLY}:
        return model.SITES
    if "description" in seen and "result" not in seen:
        return model.FINDINGS
    if checked or any(_SCORE.search(text) for text in texts):
        return model.CHECKLIST
    return model.VISITS if "site" in seen else ""


def _missing(kind: str, named: Mapping[str, Mapping[str, list[int]]]) -> tuple[str, ...]:
    if not kind:
        return ()
    groups = [group for group in REQUIRED[kind] if not set(named[FAMILY[kind]]) & set(group)]
    return tuple("或".join(INPUT[name].title for name in group) for group in groups)


def _choose(found: Mapping[str, list[int]], texts: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Keep one column per name: the one with the proper title, else the leftmost."""
    chosen = {}
    for name, positions in found.items():
        proper = [p for p in positions if normalise(texts[p]) == normalise(INPUT[name].title)]
        kept = positions if name in SEVERAL else (proper or positions)[:1]
        chosen[name] = tuple(kept)
    return chosen


def _doubled(found: Mapping[str, list[int]]) -> list[tuple[str, tuple[int, ...]]]:
    several = [(name, at) for name, at in found.items() if len(at) > 1 and name not in SEVERAL]
    return [(name, tuple(at)) for name, at in several if name != "remark"]


def _first_row(sheet: Sheet, row: int, texts: tuple[str, ...]) -> int:
    """Give the first row below the header, which merged cells may stretch over several rows."""
    excel = sheet.first_row + row
    ends = [
        area.last_row
        for area in sheet.facts.merged
        if area.first_row == excel and area.first_column < len(texts) and texts[area.first_column]
    ]
    return max([excel, *ends]) - sheet.first_row + 1


def _is_wide(
    found: Mapping[str, list[int]],
    texts: tuple[str, ...],
    below: list[Value],
    items: frozenset[str],
) -> bool:
    if {"item", "item_code"} & set(found):
        return False
    words = [normalise(text) for text in (*texts, *(spell(value) for value in below))]
    return sum(bool(_MARKED_ITEM.search(text)) or text in items for text in words) >= 2


def _known(named: Mapping[str, Mapping[str, list[int]]], texts: tuple[str, ...]) -> tuple[str, ...]:
    positions = {at for found in named.values() for several in found.values() for at in several}
    return tuple(texts[at] for at in sorted(positions))
