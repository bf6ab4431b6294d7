"""What differs between two versions of the rules, in the words of the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from wenming_metrics.revising.survey_changes import compare_surveys
from wenming_metrics.rules.catalogue import split
from wenming_metrics.rules.load import COMPOSITE
from wenming_metrics.rules.loop import MOVES
from wenming_metrics.rules.model import Catalogue
from wenming_metrics.rules.paths import flatten, spell
from wenming_metrics.rules.settings_table import RULES
from wenming_metrics.rules.survey.model import FILE as SURVEY
from wenming_metrics.rules.tables import PRICES, TABLES
from wenming_metrics.rules.workbook.convert import (
    NUMBERS,
    UNCOUNTED,
    Heading,
    number_or_text,
    title_of,
    value_cell,
)
from wenming_metrics.rules.workbook.pages import SHEETS
from wenming_metrics.rules.workbook.parts import SETTINGS, Line, Parts

COLUMNS = ["area", "what", "name", "old", "new"]
Change = tuple[str, str, str, str, str]


def compare(old: Parts, new: Parts, catalogue: Catalogue) -> pd.DataFrame:
    """List what differs: area (title of the sheet), what, name (of the setting), old, new; texts.

    "" stands for what is not written or not there.
    """
    changes: list[Change] = [
        *_settings(SETTINGS, old.settings, new.settings),
        *_indicators(old.indicators, new.indicators),
        *_items(old, new, catalogue),
        *_keyed(TABLES, old, new, ("table", "label")),
        *_keyed(PRICES, old, new, ("source", "state", "severity")),
        *_keyed(MOVES, old, new, ("from", "act")),
        *_settings(COMPOSITE, old.composite, new.composite),
        *((SHEETS[SURVEY][0], *change) for change in compare_surveys(old.survey, new.survey)),
    ]
    return pd.DataFrame(changes, columns=COLUMNS)


def _settings(file: str, old: Mapping, new: Mapping) -> Iterator[Change]:
    was, now = dict(flatten(old)), dict(flatten(new))
    for path in dict.fromkeys([*was, *now]):
        if was.get(path) == now.get(path):
            continue
        convention = RULES.find(path) if file == SETTINGS else None
        texts = [_spell(side.get(path), convention) for side in (was, now)]
        if texts[0] != texts[1]:
            yield SHEETS[file][0], "", title_of(path, convention) if convention else path, *texts


def _spell(value: object, convention: object) -> str:
    if value is None:
        return ""
    cell = value_cell(value, convention) if convention else spell(value)
    return "" if cell is None else str(cell)


def _indicators(old: Sequence[Line], new: Sequence[Line]) -> Iterator[Change]:
    area, _, headings = SHEETS["indicators.csv"]
    was, now = ({line["code"]: line for line in lines} for lines in (old, new))
    for code in dict.fromkeys([*was, *now]):
        old_line, new_line = was.get(code), now.get(code)
        what = f"{code} {(new_line or old_line)['name']}"
        if old_line is None or new_line is None:
            texts = [_in_short(line) for line in (old_line, new_line)]
            yield area, what, "新增" if old_line is None else "取消", *texts
            continue
        for heading in headings:
            texts = [spell_cell(line[heading.name], heading) for line in (old_line, new_line)]
            if texts[0] != texts[1]:
                yield area, what, heading.title, *texts


def _in_short(line: Line | None) -> str:
    if line is None:
        return ""
    above = f"上级 {line['parent']}" if line["parent"] else "第一层"
    return f"{above}，权重 {spell_cell(line['weight'], Heading('weight', ''))}"


def spell_cell(text: str, heading: Heading) -> str:
    """Say what a column holds in the words of the office, numbers without needless zeros."""
    if heading.name in NUMBERS:
        return "" if text == "" else str(number_or_text(text))
    if heading.name == "responsible":
        return "、".join(split(text))
    return heading.words.get(text, text)


def _items(old: Parts, new: Parts, catalogue: Catalogue) -> Iterator[Change]:
    area = SHEETS["items.csv"][0]
    names = dict(zip(catalogue.items["code"], catalogue.items["name"], strict=True))
    types = dict(zip(catalogue.point_types["code"], catalogue.point_types["name"], strict=True))
    was, now = (_leaves_of(version, types) for version in (old, new))
    for item in dict.fromkeys([*was, *now]):
        texts = [side.get(item, UNCOUNTED) for side in (was, now)]
        if texts[0] != texts[1]:
            yield area, f"{item} {names.get(item, '')}", "归到", *texts


def _leaves_of(rule_parts: Parts, types: Mapping[str, str]) -> dict[str, str]:
    """Tell per item which leaf it counts for, and where."""
    names = {line["code"]: line["name"] for line in rule_parts.indicators}
    leaves: dict[str, list[str]] = {}
    for line in rule_parts.lines["items.csv"]:
        where = "、".join(types.get(code, code) for code in split(line["point_types"]))
        leaf = f"{line['indicator']} {names.get(line['indicator'], '')}"
        leaves.setdefault(line["item"], []).append(f"{leaf}（{where}）" if where else leaf)
    return {item: "；".join(sorted(several)) for item, several in leaves.items()}


def _keyed(file: str, old: Parts, new: Parts, keys: Sequence[str]) -> Iterator[Change]:
    """Compare lines by what they are about; of several with the same key the order counts."""
    area, _, headings = SHEETS[file]
    by_name = {heading.name: heading for heading in headings}
    was, now = (_by_key(version.lines[file], keys) for version in (old, new))
    for key in dict.fromkeys([*was, *now]):
        texts = [_line_text(side.get(key), headings, keys) for side in (was, now)]
        if texts[0] != texts[1]:
            words = [spell_cell(text, by_name[name]) for text, name in zip(key, keys, strict=False)]
            name = "新增" if key not in was else "取消" if key not in now else "改动"
            yield area, " ".join(word for word in words if word), name, *texts


def _by_key(lines: Sequence[Line], keys: Sequence[str]) -> dict[tuple, Line]:
    lines_by_key: dict[tuple, Line] = {}
    for line in lines:
        key = tuple(line[name] for name in keys)
        while key in lines_by_key:
            key = (*key, "")
        lines_by_key[key] = line
    return lines_by_key


def _line_text(line: Line | None, headings: Sequence[Heading], keys: Sequence[str]) -> str:
    if line is None:
        return ""
    titled = [(h.title, spell_cell(line[h.name], h)) for h in headings if h.name not in keys]
    return "，".join(f"{title} {text}" for title, text in titled if text)
