"""Everything that can be wrong with a rule set, found at once, each fault by file and line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.periods import KINDS
from wenming_metrics.rounding import to_points
from wenming_metrics.rules.catalogue import repeated, split
from wenming_metrics.rules.model import AVERAGES, MODES, SETTLEMENTS, Catalogue, Fault
from wenming_metrics.vocabulary import ROLES, SOURCES, UNIT_KINDS

_KNOWN = {
    *("id", "title", "short", "version", "source", "effective_from", "effective_to"),
    *("full_mark", "decimals", "target", "week_starts", "weights_sum", "root"),
    *("missing", "coverage", "ranking", "city", "sources", "board"),
}
_REQUIRED = {"id": str, "title": str, "version": str, "source": str, "effective_from": date}


def settings_faults(settings: dict) -> list[Fault]:
    """List what is wrong with `rules.toml`."""
    said = [*_required(settings), *_choices(settings), *_boards(settings)]
    return [Fault("rules.toml", None, text) for text in said]


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
    if settings.get("missing", {}).get("rule", "renormalise_local") != "renormalise_local":
        yield "missing.rule 目前只有 renormalise_local(未查指标的权重分给同级)。"
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
    for source in settings.get("sources", {}).get("counted", []):
        if source not in SOURCES:
            yield f"sources.counted 里的“{source}”不是来源({'、'.join(SOURCES)})。"
    if settings.get("city", {}).get("weight", "equal") != "equal":
        yield "city.weight 目前只有 equal(各单位同权)。"
    root = settings.get("root", {})
    if root:
        yield from (f"root:{text}" for text in _mode_faults({**_BLANK, **root}))


def _boards(settings: dict) -> Iterator[str]:
    if not settings.get("board"):
        yield "至少要有一个 [[board]](榜单)。"
    for board in settings.get("board", []):
        if {"kind", "title", "role", "ranked"} - board.keys():
            yield "[[board]] 要有 kind、title、role、ranked 四项。"
        elif board["kind"] not in UNIT_KINDS or board["role"] not in ROLES:
            yield f"[[board]] {board['title']}:kind 或 role 不认识。"


def tree_faults(indicators: pd.DataFrame, settings: dict) -> list[Fault]:
    """List what is wrong with `indicators.csv`: codes, parents, cycles, weights, modes."""
    file = "indicators.csv"
    faults = repeated(file, indicators, "code")
    codes = set(indicators["code"])
    parents = dict(zip(indicators["code"], indicators["parent"], strict=True))
    for row in indicators.itertuples():
        if row.parent and row.parent not in codes:
            faults.append(Fault(file, row.line, f"上级指标“{row.parent}”不存在。"))
        elif _circles(row.code, parents):
            faults.append(Fault(file, row.line, f"指标“{row.code}”的上级绕回了它自己。"))
        inner = row.code in set(indicators["parent"])
        for text in _mode_faults(row._asdict()):
            faults.append(Fault(file, row.line, text))
        if inner and row.mode == "rate":
            faults.append(Fault(file, row.line, "有下级的指标不能用 rate,请留空或用 deduct。"))
    faults += _nested_faults(indicators, parents)
    return faults + _weight_faults(indicators, settings.get("weights_sum", 100))


_BLANK = {"mode": "", "average": "", "settlement": "", "full_mark": ""}


def _mode_faults(row: dict) -> Iterator[str]:
    if row["mode"] and row["mode"] not in MODES:
        yield f"计分方式“{row['mode']}”不认识,应为 {'、'.join(MODES)} 或留空。"
    if row["average"] and row["average"] not in AVERAGES:
        yield f"平均方式“{row['average']}”不认识,应为 {'、'.join(AVERAGES)} 或留空。"
    if row["mode"] == "deduct":
        if row["settlement"] not in SETTLEMENTS:
            yield f"deduct 要写结算周期({'、'.join(SETTLEMENTS)})。"
        if (to_points(str(row["full_mark"] or "x")) or 0) <= 0:
            yield "deduct 要写大于 0 的满分 full_mark。"


def _nested_faults(indicators: pd.DataFrame, parents: dict[str, str]) -> list[Fault]:
    """A node that deducts takes all points below it, so nothing below may deduct again."""
    deducts, faults = set(indicators["code"][indicators["mode"] == "deduct"]), []
    for row in indicators[indicators["mode"] == "deduct"].itertuples():
        if not _circles(row.code, parents) and deducts & set(_above(row.code, parents)):
            text = "上级已经用 deduct,它的下级不能再用 deduct。"
            faults.append(Fault("indicators.csv", row.line, text))
    return faults


def _above(code: str, parents: dict[str, str]) -> Iterator[str]:
    while parents.get(code):
        code = parents[code]
        yield code


def _circles(code: str, parents: dict[str, str]) -> bool:
    seen = set()
    while code in parents and code not in seen:
        seen.add(code)
        code = parents[code]
    return code in seen


def _weight_faults(indicators: pd.DataFrame, wanted: float) -> list[Fault]:
    weights = pd.to_numeric(indicators["weight"], errors="coerce")
    faults = [
        Fault("indicators.csv", int(line), "权重应为大于 0 的数。")
        for line in indicators["line"][~(weights > 0)]
    ]
    for parent, group in indicators.assign(weight=weights).groupby("parent", sort=False):
        total = group["weight"].sum()
        if not np.isclose(total, wanted, rtol=0, atol=1e-6):
            name = f"“{parent}”的下级" if parent else "最上一级"
            text = f"{name}权重之和是 {total:g},应为 {wanted:g}。"
            faults.append(Fault("indicators.csv", int(group["line"].iloc[0]), text))
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
            faults.append(Fault(file, row.line, f"测评项目录里没有“{row.item}”。"))
        if row.indicator not in leaves:
            faults.append(Fault(file, row.line, f"“{row.indicator}”不是末级指标。"))
        wanted = split(row.point_types) or kinds
        for code in wanted:
            if code not in kinds:
                faults.append(Fault(file, row.line, f"点位类型编号“{code}”不存在。"))
            elif (row.item, code) in taken:
                first = taken[row.item, code]
                faults.append(Fault(file, row.line, f"“{row.item}”在第 {first} 行已经对应过。"))
                break
            taken[row.item, code] = row.line
    return faults
