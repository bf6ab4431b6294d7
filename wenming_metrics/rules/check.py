"""Everything that can be wrong with a rule set, found at once, each fault by file and line."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from wenming_metrics.rules.catalogue import repeated, split
from wenming_metrics.rules.faults import Fault, locate
from wenming_metrics.rules.model import Catalogue, RuleSet
from wenming_metrics.rules.nodes import node_faults
from wenming_metrics.rules.paths import split_path
from wenming_metrics.rules.settings_table import RULES


def settings_faults(settings: dict, text: str = "") -> list[Fault]:
    """List what is wrong with `rules.toml`. Takes: text - the file itself, by which lines are found"""
    wrong = list(RULES.faults(settings))
    begin, end = settings.get("effective_from"), settings.get("effective_to")
    if isinstance(begin, date) and isinstance(end, date) and end < begin:
        wrong.append(("effective_to", "effective_to 应为不早于 effective_from 的日期。"))
    if settings.get("board", []) == []:
        wrong.append(("board", "至少要有一个 [[board]](榜单)。"))
    return locate("rules.toml", wrong, text)


def tree_faults(indicators: pd.DataFrame, settings: dict, tables: pd.DataFrame) -> list[Fault]:
    """List what is wrong with `indicators.csv`: codes, parents, cycles, weights, modes."""
    file = "indicators.csv"
    wrong = {split_path(path)[0] for path, _ in RULES.faults(settings)}
    settings = {name: value for name, value in settings.items() if name not in wrong}
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
    return faults + _weight_faults(indicators, RULES.value(settings, "weights_sum"))


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
