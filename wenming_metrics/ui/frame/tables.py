"""Tables on screen: Chinese headings, aligned figures, and the row that a reader picks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from wenming_metrics.domain.numbers import allocate, half_up
from wenming_metrics.queries.ranking.ranking import group_means
from wenming_metrics.scoring.ranking.ranking import RANKED
from wenming_metrics.ui.frame import words
from wenming_metrics.vocabulary import movement

_ROW, _HEAD = 36, 36
"""Height of a row and of the heading, in pixels."""
_TALL = 16
"""Rows a long table shows before it scrolls inside."""
_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn

_TREND = "得分随各期的变化,右端是本期;没有得分的期次略去。各单位用同一刻度"

RANKING = {
    "place": _text("名次", width=66, alignment="right"),
    "moved": _text("升降", width=56, alignment="right", help="比上一期升降几位;新:上一期没有名次"),
    "unit_name": _text("单位", width=118),
    "score": _number("得分", format="%.2f", width=70),
    "change": _text("较上期", width=84, alignment="right"),
    "trend": st.column_config.LineChartColumn("近期走势", width=130, help=_TREND),
    "sites": _number("点位", format="localized", width=64),
    "checks": _number("检查项", format="localized", width=76),
    "failed": _number("问题", format="localized", width=64, help="有问题的检查项"),
    "coverage": _number("覆盖", format="%.0f%%", width=68, help="已查指标的权重 ÷ 应查指标的权重"),
    "group": _text("分组", width=96),
}
LISTING = {
    "unit_name": _text("责任单位", width=240),
    "failed": _number("问题(项)", format="localized"),
    "change": _text("较上期", alignment="right"),
    "places": _number("处数", format="localized"),
    "lost": _number("扣分", format="%.2f"),
    "kept": _text("按期整改率", alignment="right", help="期限已过的问题中,在期限内反馈已整改的"),
    "not_due": _number("未到期", format="localized"),
    "recurred": _number("反复", format="localized", help="重复和反弹的问题"),
}
SITES = {
    "unit_name": _text("街道", width=96),
    "site_name": _text("点位", width=140),
    "point_type_name": _text("点位类型", width=100),
    "checks": _number("检查项", width=62),
    "failed": _number("问题", width=54),
    "lost": _number("扣分", format="%.2f", width=62),
}
FINDINGS = {
    "unit_name": _text("属地", width=96),
    "site_name": _text("点位", width=150),
    "description": _text("问题", width=220),
    "places": _number("处数", width=54),
    "lost": _number("扣分", format="%.2f", width=62),
    "item_name": _text("测评项", width=170),
    "responsible": _text("责任单位", width=180),
}
LEAVES = {
    "name": _text("测评标准", width=150),
    "loss": _number("失分", format="%.2f", width=66),
    "path": _text("所属指标", width=220),
    "rate": _number("得分率", format="%.1f%%", width=74),
    "checks": _number("检查项", width=70),
    "failed": _number("问题", width=60),
    "responsible": _text("责任单位(参考)", width=220),
}
ROWS = {
    "day": st.column_config.DateColumn("日期", format="MM-DD", width=64),
    "site_name": _text("点位", width=140),
    "description": _text("问题", width=240),
    "lost": _number("扣分", format="%.2f", width=60),
    "loss": _number("失分", format="%.4f", width=72, help="在总分里失去的分数"),
    "leaf_name": _text("测评标准", width=120),
    "responsible": _text("责任单位", width=170),
    "file": _text("文件", width=190),
    "sheet": _text("工作表", width=90),
    "source_row": _number("行号", format="%d", width=60),
}
NAMED = {
    "day": ROWS["day"],
    "unit_name": _text("街道", width=96),
    **{name: ROWS[name] for name in ("site_name", "description")},
    "places": _number("处数", width=54),
    **{name: ROWS[name] for name in ("lost", "leaf_name", "file", "sheet", "source_row")},
}
EFFECT = {
    "unit_name": _text("单位", width=140),
    "scores": _text("得分"),
    "ranks": _text("名次"),
}
CHOICES = {
    "written": _text("写法", width=260),
    "means": _text("就是", width=200),
    "who": _text("经办人", width=84),
    "at": _text("时间", width=130),
}
ACTS = {
    "at": _text("时间", width=130),
    "who": _text("经办人", width=84),
    "act": _text("做了什么", width=90),
    "what": _text("对象", width=380),
    "reason": _text("原因", width=200),
}
ISSUES = {
    "number": _text("期号", width=84),
    "title": _text("时段", width=230),
    "state": _text("状态", width=80),
    "cutoff": _text("截止", width=130),
    "document": _text("文号", width=190),
    "signed": _text("签发时间", width=130),
    "hash": _text("校验码", width=110),
}
LATE = {
    "name": _text("文件", width=260),
    "at": _text("什么时候到的", width=130),
    "rows": _number("行数", format="localized", width=70),
    "counts": _text("计入", width=80),
}
WAIVED = {
    "file": _text("文件", width=230),
    "sheet": _text("工作表", width=100),
    "source_row": _number("行号", format="%d", width=60),
    "said": _text("为什么暂不计", width=380),
    "waived": _text("不等的原因", width=200),
}
REMARKS = {
    "unit_name": _text("单位", width=118),
    "what": _text("对什么有意见", width=280),
    "asks": _text("要求和理由", width=280),
    "decision": _text("决定", width=260),
    "who": _text("经办人", width=84),
    "at": _text("时间", width=130),
}
CORRECTIONS = {
    "unit_name": _text("单位", width=118),
    "score": _text("得分", width=130, alignment="right", help="签发的 → 现在的"),
    "rank": _text("名次", width=90, alignment="right", help="签发的 → 现在的"),
    "reason": _text("原因", width=420),
    "other": _text("其他变动", width=320),
}
ACTS_SINCE = {
    "at": _text("时间", width=130),
    "who": _text("经办人", width=84),
    "act": _text("做了什么", width=110),
    "what": _text("对象", width=300),
    "effect": _text("怎样计", width=150),
    "reason": _text("原因", width=200),
}
WAITING = {
    "file": _text("文件", width=230),
    "sheet": _text("工作表", width=100),
    "source_row": _number("行号", format="%d", width=60),
    "said": _text("为什么暂不计", width=420),
    "who": _text("经办人", width=84),
}
FILES = {
    "name": _text("文件", width=230),
    "said": _text("结论", width=230),
    "good": _number("可入库", format="localized", width=70),
    "held": _number("暂不计", format="localized", width=70),
    "kind": _text("种类", width=100),
    "sender": _text("谁报的", width=100),
    "seen": _text("以前传过", width=90),
    "skipped": _number("跳过", format="localized", width=58),
}
BATCHES = {
    "batch": _number("批次", format="%d", width=56),
    "name": _text("文件", width=250),
    "kind": _text("种类", width=84),
    "span": _text("督查日期", width=180),
    "good": _number("入库行数", format="localized", width=80),
    "held": _number("暂不计", format="localized", width=66),
    "who": _text("经办人", width=84),
    "at": _text("入库时间", width=130),
    "state": _text("状态", width=150),
}


def show(data: pd.DataFrame | Styler, columns: dict, rows: int = _TALL) -> None:
    """Draw a table to be read; a long one scrolls inside."""
    size = len(data.index)
    st.dataframe(
        data,
        hide_index=True,
        column_order=list(columns),
        column_config=columns,
        height=_height(size, rows),
        row_height=_ROW,
        placeholder="",
    )


def pick(
    data: pd.DataFrame | Styler,
    columns: dict,
    key: str,
    rows: int = _TALL,
    on_select: Callable[[], None] | str = "rerun",
) -> int | None:
    """Draw a table of which one row can be picked.

    Takes:   key - must name all filters: a selection is a position and outlives a change of data;
             on_select - called before the page is drawn again
    Returns: position of the picked row in `data`, or None
    """
    size = len(data.index)
    state = st.dataframe(
        data,
        hide_index=True,
        column_order=list(columns),
        column_config=columns,
        height=_height(size, rows),
        row_height=_ROW,
        placeholder="",
        on_select=on_select,
        selection_mode="single-row",
        key=key,
    )
    chosen = [row for row in state["selection"]["rows"] if row < size]
    return chosen[0] if chosen else None


def _height(size: int, rows: int) -> int:
    return _HEAD + _ROW * max(1, min(size, rows)) + 2


def ranking_columns(lines: pd.DataFrame) -> dict:
    """Give the columns of the ranked list; all small lines share one scale."""
    scores = [score for course in lines["trend"] for score in course]
    low = float(np.floor(min(scores))) if scores else 0.0
    line = st.column_config.LineChartColumn(
        "近期走势", width=130, help=_TREND, y_min=low, y_max=max(scores, default=100.0)
    )
    return RANKING | {"trend": line}


def ranked_lines(ranked: pd.DataFrame) -> pd.DataFrame:
    """Make the lines of the ranked list: each group headed by its mean, then by place.

    Takes:   ranked - as `queries.ranking.ranking.ranking` gives it
    Returns: the columns of RANKING, unit (<NA> on a mean's line) and is_mean
    """
    placed = ranked[ranked["status"] == RANKED]
    compared = bool(placed["rank_change"].notna().any())
    lines = placed.assign(
        is_mean=False,
        place=[f"{'并列 ' if line.tied else ''}{line.rank}" for line in placed.itertuples()],
        moved=[
            movement(line.rank_change, is_new=bool(line.is_new) and compared)
            for line in placed.itertuples()
        ],
        change=[words.signed(value) for value in placed["score_change"]],
        # A missing value inside a list makes Streamlit print the list instead of a line.
        trend=[[score for score in course if score is not None] for course in placed["trend"]],
        coverage=placed["coverage"] * 100,
    )[["unit", "is_mean", *RANKING]]
    parts = [_with_mean(lines, mean) for mean in group_means(ranked).itertuples()]
    found = pd.concat(parts, ignore_index=True) if parts else lines
    return found.astype(dict.fromkeys(["sites", "checks", "failed"], "Int64"))


def _with_mean(lines: pd.DataFrame, mean: tuple) -> pd.DataFrame:
    head = {"unit_name": f"{mean.group}平均", "group": mean.group, "is_mean": True}
    head |= {"score": float(half_up(mean.score, 2)), "trend": []}
    head |= dict.fromkeys(["place", "moved", "change"], "")
    return pd.concat([pd.DataFrame([head]), lines[lines["group"] == mean.group]])


def mark_means(lines: pd.DataFrame) -> Styler:
    """Set the lines of the means apart by a grey ground."""
    grey = np.where(lines["is_mean"], "background-color: #eef2f7; color: #52606d", "")
    return lines.style.apply(lambda column: grey, axis=0)


def shown_losses(losses: Sequence[float], total: float, decimals: int) -> np.ndarray:
    """Round lost points for the screen so that they add up to the total that is shown.

    Takes: losses - those below zero are gains; total - the shown total, within rounding of their sum
    """
    exact = np.asarray(losses, float)
    size = np.abs(exact).sum()
    if not size:
        return np.zeros(len(exact))
    # What the rounding of the total added is taken of each by its size.
    return allocate(exact + (total - exact.sum()) * np.abs(exact) / size, total, decimals)
