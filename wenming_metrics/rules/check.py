"""Everything that can be wrong with a rule set, found at once, each fault by file and line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import KINDS
from wenming_metrics.rules.catalogue import repeated, split
from wenming_metrics.rules.faults import Fault
from wenming_metrics.rules.model import TIE_ORDERS, Catalogue, RuleSet
from wenming_metrics.rules.nodes import node_faults
from wenming_metrics.rules.paths import split_path
from wenming_metrics.rules.reading_rules import reading_faults
from wenming_metrics.rules.sections import section_faults
from wenming_metrics.rules.settings_table import type_faults
from wenming_metrics.vocabulary import ROLES, SOURCES, UNIT_KINDS

_KNOWN = {
    *("id", "title", "short", "version", "source", "effective_from", "effective_to"),
    *("full_mark", "decimals", "target", "week_starts", "weights_sum", "root"),
    *("missing", "coverage", "ranking", "city", "sources", "board", "deductions"),
    *("adjustments", "lists", "windows", "issues", "series", "reading"),
}
_CITY = ("equal", "population", "checks")
_REQUIRED = {"id": str, "title": str, "version": str, "source": str, "effective_from": date}


def settings_faults(settings: dict) -> list[Fault]:
    """List what is wrong with `rules.toml`."""
    wrong = [(path, text) for path, text in type_faults(settings) if path not in _REQUIRED]
    sound = _sound(settings)
    said = [*_required(settings), *_choices(sound), *section_faults(sound), *reading_faults(sound)]
    said += _boards(sound) if "board" in sound or "board" not in settings else []
    found = [Fault("rules.toml", None, text, _setting_in(text)) for text in said]
    return found + [Fault("rules.toml", None, text, path) for path, text in wrong]


def _sound(settings: dict) -> dict:
    """Leave out settings, or whole sections, that hold a value of another kind."""
    wrong = {split_path(path)[0] for path, _ in type_faults(settings) if path not in _REQUIRED}
    return {name: value for name, value in settings.items() if name not in wrong}


def _setting_in(text: str) -> str:
    """Find the setting that a fault speaks of."""
    named = re.match(r"不认识的设置 (.+?):", text) or re.search(r"([a-z_]+(?:\.[a-z_]+)*)", text)
    return named[1] if named else ""


def _required(settings: dict) -> Iterator[str]:
    for name, kind in _REQUIRED.items():
        if not isinstance(settings.get(name), kind):
            yield f"缺少 {name},或写法不对。"
    for name in settings.keys() - _KNOWN:
        yield f"不认识的设置 {name}:它不起任何作用,请删去或改正。"
    begin, end = settings.get("effective_from"), settings.get("effective_to")
    if isinstance(begin, date) and end is not None and (not isinstance(end, date) or end < begin):
        yield "effective_to 应为不早于 effective_from 的日期。"


def _choices(settings: dict) -> Iterator[str]:
    if settings.get("week_starts", "monday") != "monday":
        yield "week_starts 目前只有 monday(周一)。"
    for kind, limit in settings.get("coverage", {}).items():
        if kind not in KINDS or not 0 <= limit <= 1:
            yield f"coverage.{kind} 应为 {'、'.join(KINDS)} 之一,值在 0 与 1 之间。"
    ranking = settings.get("ranking", {})
    if ranking.get("by", "published") not in ("published", "exact"):
        yield "ranking.by 应为 published(公布分)或 exact(未取整的分)。"
    if ranking.get("ties", "competition") not in ("competition", "dense"):
        yield "ranking.ties 应为 competition(1、1、3)或 dense(1、1、2)。"
    for name in ranking.get("order", []):
        if name not in TIE_ORDERS:
            yield f"ranking.order 里的“{name}”不认识,应为 {'、'.join(TIE_ORDERS)}。"
    for source in settings.get("sources", {}).get("counted", []):
        if source not in SOURCES:
            yield f"sources.counted 里的“{source}”不是来源({'、'.join(SOURCES)})。"
    if settings.get("city", {}).get("weight", "equal") not in _CITY:
        yield f"city.weight 应为 {'、'.join(_CITY)} 之一(同权、按人口、按检查项次)。"


def _boards(settings: dict) -> Iterator[str]:
    if not settings.get("board"):
        yield "至少要有一个 [[board]](榜单)。"
    for board in settings.get("board", []):
        if {"kind", "title", "role", "ranked"} - board.keys():
            yield "[[board]] 要有 kind、title、role、ranked 四项。"
        elif board["kind"] not in UNIT_KINDS or board["role"] not in ROLES:
            yield f"[[board]] {board['title']}:kind 或 role 不认识。"


def tree_faults(indicators: pd.DataFrame, settings: dict, tables: pd.DataFrame) -> list[Fault]:
    """List what is wrong with `indicators.csv`: codes, parents, cycles, weights, modes."""
    file, settings = "indicators.csv", _sound(settings)
    faults = repeated(file, indicators, "code")
    codes = set(indicators["code"])
    parents = dict(zip(indicators["code"], indicators["parent"], strict=True))
    for row in indicators.itertuples():
        if row.parent and row.parent not in codes:
            faults.append(Fault(file, row.line, f"上级指标“{row.parent}”不存在。", "parent"))
        elif _circles(row.code, parents):
            said = f"指标“{row.code}”的上级绕回了它自己。"
            faults.append(Fault(file, row.line, said, "parent"))
    faults += node_faults(indicators, settings.get("root", {}), tables, sound=not faults)
    return faults + _weight_faults(indicators, settings.get("weights_sum", 100))


def folder_faults(rule_sets: list[RuleSet]) -> list[Fault]:
    """List rule sets of one series whose days overlap, and ids that stand twice.

    One without a last day is in force until the next one of its series begins.
    """
    faults = []
    order = sorted(rule_sets, key=lambda one: (one.series, one.effective_from))
    for one, after in pairwise(order):
        if one.series != after.series:
            continue
        ends = one.effective_to or one.effective_from
        if after.effective_from <= ends:
            said = f"施行日期与“{one.id}”重叠:同一天只能有一套办法;另一用途的办法请另写 series。"
            faults.append(Fault(f"{after.id}/rules.toml", None, said))
    for number, count in Counter(one.id for one in rule_sets).items():
        if count > 1:
            faults.append(Fault("rules.toml", None, f"有 {count} 套办法的编号都是“{number}”。"))
    return faults


def _circles(code: str, parents: dict[str, str]) -> bool:
    seen = set()
    while code in parents and code not in seen:
        seen.add(code)
        code = parents[code]
    return code in seen


def _weight_faults(indicators: pd.DataFrame, wanted: float) -> list[Fault]:
    weights = pd.to_numeric(indicators["weight"], errors="coerce")
    faults = [
        Fault("indicators.csv", int(line), "权重应为大于 0 的数。", "weight")
        for line in indicators["line"][~(weights > 0)]
    ]
    for parent, group in indicators.assign(weight=weights).groupby("parent", sort=False):
        total = group["weight"].sum()
        if not np.isclose(total, wanted, rtol=0, atol=1e-6):
            name = f"“{parent}”的下级" if parent else "最上一级"
            text = f"{name}权重之和是 {total:g},应为 {wanted:g}。"
            line = int(group["line"].iloc[0])
            faults.append(Fault("indicators.csv", line, text, "weight"))
    return faults


def mapping_faults(
    mapping: pd.DataFrame, indicators: pd.DataFrame, catalogue: Catalogue
) -> list[Fault]:
    """List what is wrong with `items.csv`: unknown codes, inner nodes, an item mapped twice."""
    file, faults = "items.csv", []
    leaves = set(indicators["code"]) - set(indicators["parent"])
    items = set(catalogue.items["code"])
    kinds = list(catalogue.point_types["code"])
    taken: dict[tuple[str, str], int] = {}
    for row in mapping.itertuples():
        if row.item not in items:
            faults.append(Fault(file, row.line, f"测评项目录里没有“{row.item}”。", "item"))
        if row.indicator not in leaves:
            said = f"“{row.indicator}”不是末级指标。"
            faults.append(Fault(file, row.line, said, "indicator"))
        wanted = split(row.point_types) or kinds
        for code in wanted:
            if code not in kinds:
                said = f"点位类型编号“{code}”不存在。"
                faults.append(Fault(file, row.line, said, "point_types"))
            elif (row.item, code) in taken:
                said = f"“{row.item}”在第 {taken[row.item, code]} 行已经对应过。"
                faults.append(Fault(file, row.line, said, "item"))
                break
            taken[row.item, code] = row.line
    return faults
