"""What can be wrong with how the nodes of a tree make their rates."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.rules.faults import Fault
from wenming_metrics.rules.model import SETTLED, STOCKS
from wenming_metrics.rules.settings_table import (
    AVERAGE_WORDS,
    MISSING_WORDS,
    MODE_WORDS,
    SETTLEMENT_WORDS,
)
from wenming_metrics.rules.tables import LARGEST, is_linear, lines_of

_FILE = "indicators.csv"
_HOLDS = {
    "visit": {"visit"},
    "day": {"visit", "day"},
    "week": {"visit", "day", "week"},
    "month": {"visit", "day", "month"},
    "window": set(SETTLEMENT_WORDS),
}
"""Which settlement periods lie whole within one: only those may settle below it."""
_CODED = (
    ("mode", "计分方式", MODE_WORDS),
    ("average", "平均方式", AVERAGE_WORDS),
    ("missing", "missing", MISSING_WORDS),
)
_FACTS = ("metric", "external", "document")
"""Kinds of dated facts that feed a leaf; `kind:name`, and for external scores `:column` too."""
_BLANK = dict.fromkeys(
    ("mode", "average", "settlement", "full_mark", "table", "fact", "missing"), ""
)


def node_faults(
    indicators: pd.DataFrame, root: dict, tables: pd.DataFrame, *, sound: bool
) -> list[Fault]:
    """List the faults of all nodes.

    Takes: indicators - as read; root - section [root] of the settings; tables - `read_tables`;
           sound - codes and parents make a tree, so that what stands below what can be looked at
    """
    inner, faults = set(indicators["parent"]), []
    for row in indicators.to_dict("records"):
        wrong = [*_node_alone(row, tables), *_node_position(row, row["code"] in inner)]
        faults += [Fault(_FILE, row["line"], text, column) for column, text in wrong]
    if root:
        top = {**_BLANK, **{name: str(value) for name, value in root.items()}}
        wrong = [*_node_alone(top, tables), *_node_position(top, inner=True)]
        faults += [
            Fault("rules.toml", None, f"root:{text}", f"root.{column}") for column, text in wrong
        ]
    if sound:
        faults += _nested(indicators, str(root.get("mode", "")), root.get("settlement", ""))
    return faults


def _node_alone(row: dict, tables: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Say what is wrong with the settings of one node by themselves: column, what."""
    mode = row["mode"]
    for column, title, codes in _CODED:
        if row[column] and row[column] not in codes:
            yield column, f"{title}“{row[column]}”不认识，应为 {'、'.join(codes)} 或留空。"
    if mode in SETTLED and row["settlement"] not in SETTLEMENT_WORDS:
        yield "settlement", f"{mode} 要写结算周期（{'、'.join(SETTLEMENT_WORDS)}）。"
    if mode in ("deduct", "value") and not _is_mark(row["full_mark"]):
        yield "full_mark", f"{mode} 要写大于 0 的满分 full_mark。"
    elif row["full_mark"] and not _is_mark(row["full_mark"]):
        yield "full_mark", f"满分 full_mark“{row['full_mark']}”应为大于 0 的数。"
    yield from _table(row, tables)
    if mode in STOCKS and row["fact"].split(":")[0] not in _FACTS:
        yield "fact", f"{mode} 要写 fact（数从哪里来），以 {'、'.join(_FACTS)} 开头。"
    elif row["fact"] and mode not in STOCKS:
        yield "fact", "写了 fact 的指标，计分方式应为 threshold 或 value。"


def _is_mark(text: str) -> bool:
    return 0 < (to_points(text) or 0) <= LARGEST


def _table(row: dict, tables: pd.DataFrame) -> Iterator[tuple[str, str]]:
    mode, name = row["mode"], row["table"]
    if mode not in ("grade", "threshold"):
        if name:
            yield "table", "只有 grade、threshold 用得上 table（分档表）。"
        return
    lines = lines_of(tables, name)
    if not name or lines.empty:
        yield "table", f"{mode} 要写 table（分档表），而且 tables.csv 里要有它。"
    elif mode == "grade":
        if is_linear(lines) or lines["min_value"].notna().any():
            yield "table", f"表“{name}”是按数值分档的，grade 要用按得分率或扣分分档的表。"
        elif lines["max_single"].notna().any() and row["settlement"] not in ("visit", "day"):
            yield "table", f"表“{name}”看单项最大扣分（max_single），只能与按次、按天结算同用。"
    elif is_linear(lines):
        if not row["full_mark"]:
            yield "full_mark", "按每低多少扣几分计的 threshold 要写大于 0 的满分 full_mark。"
    elif lines[["min_rate", "max_lost", "max_single"]].notna().any(axis=None):
        yield (
            "table",
            f"表“{name}”是按得分率或扣分分档的，threshold 要用按数值（min_value）分档的表。",
        )


def _node_position(row: dict, inner: bool) -> Iterator[tuple[str, str]]:
    if inner and row["mode"] in STOCKS:
        yield "mode", f"有下级的指标不能用 {row['mode']}，请留空或用 rate、{'、'.join(SETTLED)}。"
    if inner and row["mode"] == "rate" and row["average"] == "visit":
        yield "average", "有下级的 rate 是全部检查项合并计算，平均方式请留空；按次平均请用 mean。"
    if inner and row["missing"] and row["mode"] not in SETTLED:
        yield "missing", "missing 只写在末级指标或自己结算的指标上。"


def _nested(indicators: pd.DataFrame, root: str, root_settles: str) -> list[Fault]:
    """Say what may not stand below a node that settles: it takes all points below it."""
    rows = {row["code"]: row for row in indicators.to_dict("records")}
    top = {"code": "", "parent": None, "mode": root, "settlement": root_settles}
    faults = []
    for row in rows.values():
        special = row["mode"] in (*SETTLED, *STOCKS)
        if not special and row["average"] != "visit" and not row["missing"]:
            continue
        for above in _above(row, {**rows, "": top}):
            if above["mode"] == "rate":
                text = _refused_below_pool(above, row)
            elif above["mode"] in SETTLED and special:
                text = _refuses(above, row)
            else:
                continue
            if text:
                faults.append(Fault(_FILE, row["line"], text, "mode"))
                break
    return faults


def _refused_below_pool(above: dict, row: dict) -> str:
    name = above["code"] or "总分"
    return (
        f"上级“{name}”把下级的检查项合并计算，下级的计分方式只能用 rate 或留空，"
        "平均方式和 missing 请留空。"
    )


def _above(row: dict, rows: dict[str, dict]) -> Iterator[dict]:
    while row["parent"] is not None:
        row = rows[row["parent"]]
        yield row


def _refuses(above: dict, row: dict) -> str:
    name = above["code"] or "总分"
    if row["mode"] != "deduct":
        return f"上级“{name}”自己结算扣分，它的下级只能用 rate 或 deduct。"
    if row["settlement"] not in _HOLDS.get(above["settlement"], SETTLEMENT_WORDS):
        return f"上级“{name}”按 {above['settlement']} 结算，下级的结算周期要落在它里面。"
    return ""
