"""Everything that can be wrong with a rule set, found at once, each fault by file and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
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
        wrong.append(("board", "至少要有一个 [[board]]（榜单）。"))
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
            message = f"指标“{row.code}”的上级绕回了它自己。"
            faults.append(Fault(file, row.line, message, "parent"))
    faults += node_faults(indicators, settings.get("root", {}), tables, sound=not faults)
    sums = RULES.value(settings, "weights_sums")
    return faults + _weight_faults(indicators, RULES.value(settings, "weights_sum"), sums)


def folder_faults(rule_sets: list[RuleSet]) -> list[Fault]:
    """List rule sets of one series whose days overlap, and ids that stand twice.

    One without a last day is in force until the next one of its series begins.
    """
    faults = []
    order = sorted(rule_sets, key=lambda rule_set: (rule_set.series, rule_set.effective_from))
    for earlier, later in pairwise(order):
        if earlier.series != later.series:
            continue
        ends = earlier.effective_to or earlier.effective_from
        if later.effective_from <= ends:
            message = (
                f"施行日期与“{earlier.id}”重叠：同一天只能有一套办法；另一用途的办法请另写 series。"
            )
            faults.append(Fault(f"{later.id}/rules.toml", None, message))
    for number, count in Counter(rule_set.id for rule_set in rule_sets).items():
        if count > 1:
            faults.append(Fault("rules.toml", None, f"有 {count} 套办法的编号都是“{number}”。"))
    return faults


def _circles(code: str, parents: dict[str, str]) -> bool:
    seen = set()
    while code in parents and code not in seen:
        seen.add(code)
        code = parents[code]
    return code in seen


def _weight_faults(
    indicators: pd.DataFrame, usual: float, sums: Mapping[str, float]
) -> list[Fault]:
    """Hold the weights below each parent against what they should sum to. Takes: sums - by parent"""
    weights = pd.to_numeric(indicators["weight"], errors="coerce")
    faults = [
        Fault("indicators.csv", int(line), "权重应为大于 0 的数。", "weight")
        for line in indicators["line"][~(weights > 0)]
    ]
    for parent, group in indicators.assign(weight=weights).groupby("parent", sort=False):
        total, wanted = group["weight"].sum(), sums.get(parent, usual)
        if not np.isclose(total, wanted, rtol=0, atol=1e-6):
            name = f"“{parent}”的下级" if parent else "最上一级"
            text = f"{name}权重之和是 {total:g}，应为 {wanted:g}。"
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
    line_by_pair: dict[tuple[str, str], int] = {}
    for row in mapping.itertuples():
        if row.item not in items:
            faults.append(Fault(file, row.line, f"测评项目录里没有“{row.item}”。", "item"))
        if row.indicator not in leaves:
            message = f"“{row.indicator}”不是末级指标。"
            faults.append(Fault(file, row.line, message, "indicator"))
        wanted = split(row.point_types) or kinds
        for code in wanted:
            if code not in kinds:
                message = f"点位类型编号“{code}”不存在。"
                faults.append(Fault(file, row.line, message, "point_types"))
            elif (row.item, code) in line_by_pair:
                message = f"“{row.item}”在第 {line_by_pair[row.item, code]} 行已经对应过。"
                faults.append(Fault(file, row.line, message, "item"))
                break
            line_by_pair[row.item, code] = row.line
    return faults
