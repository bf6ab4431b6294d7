"""Cells of a rule set's workbook: codes to the words of the office, and words to codes."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from wenming_metrics.rules.catalogue import split
from wenming_metrics.rules.faults import Fault
from wenming_metrics.rules.loop import MOVES
from wenming_metrics.rules.model import TABLE_NUMBERS, Catalogue
from wenming_metrics.rules.paths import spell, split_path
from wenming_metrics.rules.setting import Setting
from wenming_metrics.rules.settings_table import (
    AVERAGE_WORDS,
    MISSING_WORDS,
    MODE_WORDS,
    RULES,
    SETTLEMENT_WORDS,
)
from wenming_metrics.rules.tables import PRICES, TABLES
from wenming_metrics.rules.workbook.parts import SETTINGS, Line, Parts
from wenming_metrics.vocabulary import normalise

UNCOUNTED = "不计分"
"""Stands for the indicator of items that no leaf takes."""
Cell = str | float | None
NUMBERS = {"weight", "full_mark", "points", *TABLE_NUMBERS}
NEEDED = {
    "indicators.csv": ("code", "name", "parent", "weight"),
    "items.csv": ("item", "indicator"),
    TABLES: ("table", "rate"),
    PRICES: ("source", "state", "points"),
    MOVES: ("from", "act"),
}
"""Columns that a sheet cannot do without."""
_BETWEEN = re.compile(r"[、,，;；]")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00.*)?")
_COLUMN_WORDS = {
    **{"full_mark": "满分", "table": "分档表", "fact": "数据来源", "missing": "缺项"},
    **{"code": "编号", "min_value": "数值", "max_single": "单项扣分", "target": "目标值"},
    **{"per": "每低多少", "loss": "扣几分", "weight": "权重", "max_lost": "扣分不超过"},
    **{"min_rate": "得分率不低于", "parent": "上级编号"},
}
_WORDS = {**_COLUMN_WORDS, **MODE_WORDS, **AVERAGE_WORDS, **SETTLEMENT_WORDS, **MISSING_WORDS}


@dataclass(frozen=True)
class Heading:
    """One column of a page: its name in the file ("": only to be looked at), heading, width.

    words - code -> word of the office; offered as a list
    """

    name: str
    title: str
    width: int = 12
    words: Mapping[str, str] = field(default_factory=dict)


def number_or_text(text: str) -> Cell:
    """Give a text as a number where it is one."""
    value = _parse_number(text)
    return (text or None) if value is None else value


def _parse_number(text: str, divisor: int = 1) -> float | None:
    """Read a number, a whole one as such; None where it is none."""
    try:
        value = float(text) / divisor
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def levels(indicators: Sequence[Line]) -> tuple[int, ...]:
    """Give for each line of the tree how many are above it."""
    parents = {line["code"]: line["parent"] for line in indicators}

    def level(code: str) -> int:
        seen: set[str] = set()
        while parents.get(code) and code not in seen:
            seen.add(code)
            code = parents[code]
        return len(seen)

    return tuple(level(line["code"]) for line in indicators)


def item_rows(parts: Parts, catalogue: Catalogue) -> list[list[Cell]]:
    """List which item counts for which leaf, and last what counts for none."""
    items, types = catalogue.items, catalogue.point_types
    numbers = {code: number for number, code in types["code"].items()}
    item_names = dict(zip(items["code"], items["name"], strict=True))
    leaf_names = {line["code"]: line["name"] for line in parts.indicators}
    type_names = {
        number: _type_name(code, name)
        for number, code, name in types[["code", "name"]].itertuples()
    }
    counted_by_item: dict[str, np.ndarray] = {}
    rows: list[list[Cell]] = []
    for line in parts.lines["items.csv"]:
        code, leaf, type_codes = line["item"], line["indicator"], split(line["point_types"])
        counted = counted_by_item.setdefault(code, np.zeros(catalogue.applies.shape[1], bool))
        counted[[numbers[type_code] for type_code in type_codes] if type_codes else slice(None)] = (
            True
        )
        names = "、".join(type_names[numbers[type_code]] for type_code in type_codes)
        rows.append([code, item_names.get(code), names or None, leaf, leaf_names.get(leaf)])
    for number, (code, name) in zip(items.index, item_names.items(), strict=True):
        if code not in counted_by_item:
            rows.append([code, name, None, UNCOUNTED, None])
        elif (left := catalogue.applies[number] & ~counted_by_item[code]).any():
            names = "、".join(type_names[position] for position in np.flatnonzero(left))
            rows.append([code, name, names, UNCOUNTED, None])
    return rows


def _type_name(code: str, name: str) -> str:
    return code if _BETWEEN.search(name) or "|" in name else name


def setting_row(path: str, value: object, setting: Setting | None) -> list[Cell]:
    """Write one setting: title, value, meaning, what it may be, path. Takes: value - None: unset"""
    if setting is None:
        return [path, None if value is None else spell(value), None, None, path]
    return [
        title_of(path, setting),
        value_cell(value, setting),
        setting.meaning,
        _may_be(setting),
        path,
    ]


def title_of(path: str, setting: Setting) -> str:
    """Name a setting: 榜单2:名称, 难度系数(主城区)."""
    number = re.search(r"\[(\d+)\]", path)
    if number:
        return setting.title.replace("：", f"{number[1]}：")
    return (
        f"{setting.title}（{split_path(path)[-1]}）" if setting.kind == "numbers" else setting.title
    )


def value_cell(value: object, setting: Setting) -> Cell:
    """Write the value of a setting in the words of the office. Takes: value - None: unset"""
    if isinstance(value, bool):
        return setting.words["true" if value else "false"] if setting.words else spell(value)
    if isinstance(value, str) and setting.kind in ("text", "choice"):
        return setting.words.get(value, value)
    if value == [] and setting.kind == "list":
        return None
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        words = [setting.words.get(code, code) for code in value]
        plain = words and not any(_BETWEEN.search(word) or word.startswith("[") for word in words)
        return "、".join(words) if plain else spell(value)
    if isinstance(value, int | float) or value is None:
        return value
    return value.isoformat() if isinstance(value, date) else spell(value)


def _may_be(setting: Setting) -> str:
    words = "、".join(setting.words.values())
    choices = {
        **dict.fromkeys(("number", "integer", "numbers"), "数"),
        **{"date": "日期，如 2026-01-01", "list": "几个名称，用顿号隔开"},
        "choices": f"几种，用顿号隔开：{words}",
    }.get(setting.kind, words)
    default = setting.blank or value_cell(setting.default, setting)
    blank = "" if default in (None, "") else f"空着：{default}"
    return "；".join(clause for clause in (choices, blank) if clause)


def value_of(text: str, setting: Setting) -> object:
    """Read the value of a setting. Raises ValueError, saying what it should be."""
    codes = {normalise(word): code for code, word in setting.words.items()}
    if setting.kind in ("number", "integer", "numbers"):
        return _number(text)
    if setting.kind == "date":
        return _date(text)
    if setting.kind == "flag":
        code = codes.get(normalise(text), text.lower())
        if code not in setting.words:
            raise ValueError(f"“{text}”应为 是 或 否。")
        return code == "true"
    if setting.kind in ("list", "choices"):
        words = _list(text)
        return [codes.get(normalise(word), word) for word in words]
    return codes.get(normalise(text), text)


def _number(text: str) -> float:
    value = _parse_number(text.removesuffix("%"), 100 if text.endswith("%") else 1)
    if value is None:
        raise ValueError(f"“{text}”应为数。")
    return value


def _date(text: str) -> date:
    match = _DATE.fullmatch(text)
    try:
        return date(*map(int, match.groups()))
    except (AttributeError, ValueError):
        raise ValueError(f"“{text}”应为日期，如 2026-01-01。") from None


def _list(text: str) -> list[str]:
    if text.startswith("["):
        try:
            return [str(entry) for entry in tomllib.loads(f"value = {text}")["value"]]
        except tomllib.TOMLDecodeError:
            raise ValueError(f"“{text}”应为几个名称，用顿号隔开。") from None
    return [entry.strip() for entry in _BETWEEN.split(text) if entry.strip()]


def coded(
    file: str,
    lines: Sequence[tuple[int, Line]],
    headings: Sequence[Heading],
    catalogue: Catalogue,
) -> list[tuple[int, Line]]:
    """Turn the words of lines back into codes; items that count for nothing fall out."""
    words = {h.name: {word: code for code, word in h.words.items()} for h in headings if h.words}
    coded_lines = []
    for row, line in lines:
        coded_line = {name: words.get(name, {}).get(text, text) for name, text in line.items()}
        if "responsible" in coded_line and "|" not in coded_line["responsible"]:
            coded_line["responsible"] = _BETWEEN.sub("|", coded_line["responsible"])
        if file == "items.csv":
            if coded_line.get("indicator", "") in ("", UNCOUNTED):
                continue
            coded_line = _coded_item(coded_line, catalogue)
        coded_lines.append((row, coded_line))
    return coded_lines


def _coded_item(line: Line, catalogue: Catalogue) -> Line:
    codes = dict(zip(catalogue.point_types["name"], catalogue.point_types["code"], strict=True))
    items = dict(zip(catalogue.items["name"], catalogue.items["code"], strict=True))
    written = re.split(r"[|、,，;；]", line.get("point_types", ""))
    types = "|".join(codes.get(word.strip(), word.strip()) for word in written if word.strip())
    return {**line, "item": items.get(line["item"], line["item"]), "point_types": types}


def worded(fault: Fault) -> str:
    """Put the words of the office into the message of a fault that speaks of files and codes."""
    message = fault.message.replace("tables.csv", "工作表“分档表”").replace("[[board]]", "榜单")
    setting = RULES.find(fault.column) if fault.file == SETTINGS else None
    if setting:
        for code, word in setting.words.items():
            message = message.replace(f"{code}（{word}）", word)
        path = rf"(?<![\w.]){re.escape(fault.column)}(?![\w.])"
        message = re.sub(path, f"“{title_of(fault.column, setting)}”", message)
    message = re.sub("^root:", "总分：", message)
    message = re.sub(
        r"(?<![\w.])[a-z_]+(?![\w.])", lambda code: _WORDS.get(code[0], code[0]), message
    )
    message = re.sub(r"(\w+)\(\1\)", r"\1", message)
    return re.sub(r"(\w+) \1", r"\1", message)
