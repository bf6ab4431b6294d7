"""The office's own items and point types as a workbook: sheets to fill in, and back to wishes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from wenming_metrics.domain.numbers import POINT_SCALE, to_points
from wenming_metrics.rules.entries import (
    EVERY,
    EVERYWHERE,
    ITEM,
    POINT_TYPE,
    Entry,
    EntryFault,
    settle,
)
from wenming_metrics.rules.model import Catalogue, RuleSet
from wenming_metrics.rules.workbook.convert import Heading, number_or_text
from wenming_metrics.rules.workbook.pages import Page
from wenming_metrics.rules.workbook.workbook import (
    SheetFault,
    WorkbookError,
    WorkbookTable,
    read_table,
)

_NUMBER = Heading("code", "编号", 12)
_OTHER = Heading("aliases", "其他写法", 34)
SHEETS = {
    ITEM: (
        "测评项",
        "一行一项。编号空着，由系统编；照写已有的编号就是修改那一项。几个点位类型用顿号隔开；其他写法用分号隔开；归入指标空着的不计分。",
        (
            _NUMBER,
            Heading("name", "测评项", 36),
            Heading("category", "类别", 14),
            Heading("full_mark", "分值", 8),
            Heading("point_types", "点位类型", 36),
            Heading("indicator", "归入指标", 26),
            _OTHER,
        ),
    ),
    POINT_TYPE: (
        "点位类型",
        "一行一种。“看的与哪种相同”写一种已有的点位类型，那种点位看的测评项，这种也看；空着的只看写明在这种点位看的测评项。",
        (
            _NUMBER,
            Heading("name", "点位类型", 26),
            Heading("point_types", "看的与哪种相同", 26),
            _OTHER,
        ),
    ),
}
"""Kind -> title of its sheet, what to know first, its columns."""
_NEEDED = {ITEM: ("name", "full_mark", "point_types"), POINT_TYPE: ("name",)}
_LISTED = "现有的名称"
_SEPARATORS = {"aliases": re.compile(r"[;；|\n]"), "point_types": re.compile(r"[、,，;；|\n]")}


def own_pages(catalogue: Catalogue, rules: RuleSet) -> list[Page]:
    """Lay the own entries out as the pages of a workbook, and behind them the names to choose from."""
    type_names = dict(
        zip(catalogue.point_types["code"], catalogue.point_types["name"], strict=True)
    )
    type_names[EVERYWHERE] = EVERY
    leaves = leaf_names(rules)
    pages = []
    for kind, (title, hint, headings) in SHEETS.items():
        rows = []
        for entry in catalogue.own:
            texts = {
                "code": entry.code,
                "name": entry.name,
                "category": entry.category,
                "full_mark": number_or_text(f"{entry.full_mark / POINT_SCALE:g}"),
                "point_types": "、".join(type_names[code] for code in entry.point_types),
                "indicator": leaves.get(entry.indicator, entry.indicator),
                "aliases": "；".join(entry.aliases),
            }
            if entry.kind == kind:
                rows.append([texts[heading.name] or None for heading in headings])
        pages.append(Page(title, hint, headings, rows))
    columns = (list(catalogue.point_types["name"]), list(leaves), list(leaves.values()))
    length = max(map(len, columns))
    filled = [[*column, *[None] * (length - len(column))] for column in columns]
    headings = (
        Heading("", "点位类型", 26),
        Heading("", "指标编号", 12),
        Heading("", "末级指标", 34),
    )
    hint = "只供查看：填表时照这里的名称写。"
    pages.append(Page(_LISTED, hint, headings, [list(row) for row in zip(*filled, strict=True)]))
    return pages


def leaf_names(rules: RuleSet) -> dict[str, str]:
    """Give the indicators that items can be counted for: code -> name."""
    leaves = rules.nodes[rules.nodes["is_leaf"] & (rules.nodes["fact"] == "")]
    return dict(zip(leaves["code"], leaves["name"], strict=True))


def own_wishes(
    sheets: Mapping[str, Sequence[Sequence[str]]], catalogue: Catalogue, rules: RuleSet
) -> list[Entry]:
    """Read a filled-in workbook: the own entries that it adds or changes.

    Takes: sheets - title -> rows of texts from Excel's row 1 on, blanks as ""
    Raises WorkbookError with everything that is wrong, by sheet, row and column.
    """
    faults: list[SheetFault] = []
    if not any(title in sheets for title, _, _ in SHEETS.values()):
        titles = "”或“".join(title for title, _, _ in SHEETS.values())
        raise WorkbookError([SheetFault("整个文件", None, "", f"没有名为“{titles}”的工作表。")])
    filled_in = {
        kind: read_table(title, headings, _NEEDED[kind], sheets, faults)
        for kind, (title, _, headings) in SHEETS.items()
    }
    wishes, origins = [], []
    for kind, table in filled_in.items():
        for row, line in table.lines:
            wishes.append(_wish(kind, line))
            origins.append((kind, row))
    entries, refusals = settle(wishes, (*catalogue.shipped, *catalogue.own), leaf_names(rules))
    faults += [_located(refusal, origins, filled_in) for refusal in refusals]
    if not faults and not wishes:
        faults.append(SheetFault("整个文件", None, "", "一行也没有填写。"))
    if faults:
        raise WorkbookError(sorted(faults, key=lambda fault: (fault.sheet, fault.row or 0)))
    return entries


def _wish(kind: str, line: Mapping[str, str]) -> Entry:
    cell_lists = {
        name: tuple(filter(None, map(str.strip, pattern.split(line.get(name, "")))))
        for name, pattern in _SEPARATORS.items()
    }
    texts = {name: line.get(name, "") for name in ("code", "name", "category", "indicator")}
    return Entry(
        kind, -1, full_mark=to_points(line.get("full_mark", "")) or 0, **texts, **cell_lists
    )


def _located(
    refusal: EntryFault,
    origins: Sequence[tuple[str, int]],
    filled_in: Mapping[str, WorkbookTable],
) -> SheetFault:
    kind, row = origins[refusal.position]
    column = filled_in[kind].columns.get(refusal.field, "")
    return SheetFault(SHEETS[kind][0], row, column, refusal.text)
