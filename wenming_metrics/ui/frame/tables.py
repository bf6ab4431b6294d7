"""Tables on screen: Chinese headings, aligned figures, and the row that a reader picks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from wenming_metrics.domain.numbers import POINT_SCALE, allocate, half_up
from wenming_metrics.queries.ranking.ranking import group_means
from wenming_metrics.scoring.ranking.ranking import RANKED
from wenming_metrics.ui.frame import words
from wenming_metrics.vocabulary import movement

_ROW, _HEAD = 36, 36
"""Height of a row and of the heading, in pixels."""
_TALL = 16
"""Rows a long table shows before it scrolls inside."""


def text_column(title: str, width: int | None = None, **more: object) -> dict:
    """Make a column of words."""
    return st.column_config.TextColumn(title, width=width, **more)


def number_column(
    title: str, form: str | None = None, width: int | None = None, **more: object
) -> dict:
    """Make a column of figures. Takes: form - how they are spelled (%.2f)"""
    return st.column_config.NumberColumn(title, format=form, width=width, **more)


def count_column(title: str, width: int | None = None, **more: object) -> dict:
    """Make a column of counts, with a comma at thousands."""
    return number_column(title, "localized", width, **more)


def source(file: int, sheet: int) -> dict:
    """Give the columns that say where a row stands. Takes: file, sheet - their widths"""
    return {
        "file": text_column("文件", file),
        "sheet": text_column("工作表", sheet),
        "source_row": number_column("行号", "%d", 60),
    }


_WHO, _AT = text_column("经办人", 84), text_column("时间", 130)
_UNIT_NAME, _STREET = text_column("单位", 118), text_column("街道", 96)
_REASON = text_column("原因", 200)
_TREND = "得分随各期的变化,右端是本期;没有得分的期次略去。各单位用同一刻度"

RANKING = {
    "place": text_column("名次", 66, alignment="right"),
    "moved": text_column("升降", 56, alignment="right", help="比上一期升降几位;新:上一期没有名次"),
    "unit_name": _UNIT_NAME,
    "score": number_column("得分", "%.2f", 70),
    "change": text_column("较上期", 84, alignment="right"),
    "trend": st.column_config.LineChartColumn("近期走势", width=130, help=_TREND),
    "sites": count_column("点位", 64),
    "checks": count_column("检查项", 76),
    "failed": count_column("问题", 64, help="有问题的检查项"),
    "coverage": number_column("覆盖", "%.0f%%", 68, help="已查指标的权重 ÷ 应查指标的权重"),
    "group": text_column("分组", 96),
}
LEAVES = {
    "name": text_column("测评标准", 150),
    "loss": number_column("失分", "%.2f", 66),
    "path": text_column("所属指标", 220),
    "rate": number_column("得分率", "%.1f%%", 74),
    "checks": number_column("检查项", None, 70),
    "failed": number_column("问题", None, 60),
    "responsible": text_column("责任单位(参考)", 220),
}
ROWS = {
    "day": st.column_config.DateColumn("日期", format="MM-DD", width=64),
    "site_name": text_column("点位", 140),
    "description": text_column("问题", 240),
    "lost": number_column("扣分", "%.2f", 60),
    "loss": number_column("失分", "%.4f", 72, help="在总分里失去的分数"),
    "leaf_name": text_column("测评标准", 120),
    "responsible": text_column("责任单位", 170),
    **source(190, 90),
}
NAMED = {
    "day": ROWS["day"],
    "unit_name": _STREET,
    **{name: ROWS[name] for name in ("site_name", "description")},
    "places": number_column("处数", None, 54),
    **{name: ROWS[name] for name in ("lost", "leaf_name", "file", "sheet", "source_row")},
}
ADJUSTMENTS = {
    "kind": text_column("加减", 120),
    "counted": number_column("计入", "%+.2f", 70),
    "points": number_column("原写", "%.2f", 64),
    "reason": text_column("事由", 230),
    "document_no": text_column("文号", 170),
    **{name: ROWS[name] for name in ("file", "source_row")},
    "remark": text_column("说明", 190),
}
EFFECT = {
    "unit_name": text_column("单位", 140),
    "scores": text_column("得分"),
    "ranks": text_column("名次"),
}
CHOICES = {
    "written": text_column("写法", 260),
    "means": text_column("就是", 200),
    "who": _WHO,
    "at": _AT,
}
ACTS = {
    "at": _AT,
    "who": _WHO,
    "act": text_column("做了什么", 90),
    "what": text_column("对象", 380),
    "reason": _REASON,
}
ISSUES = {
    "number": text_column("期号", 84),
    "title": text_column("时段", 230),
    "state": text_column("状态", 80),
    "cutoff": text_column("截止", 130),
    "document": text_column("文号", 190),
    "signed": text_column("签发时间", 130),
    "hash": text_column("校验码", 110),
}
LATE = {
    "name": text_column("文件", 260),
    "at": text_column("什么时候到的", 130),
    "rows": count_column("行数", 70),
    "counts": text_column("计入", 80),
}
WAIVED = {
    **source(230, 100),
    "said": text_column("为什么暂不计", 380),
    "waived": text_column("不等的原因", 200),
}
REMARKS = {
    "unit_name": _UNIT_NAME,
    "what": text_column("对什么有意见", 280),
    "asks": text_column("要求和理由", 280),
    "decision": text_column("决定", 260),
    "who": _WHO,
    "at": _AT,
}
CORRECTIONS = {
    "unit_name": _UNIT_NAME,
    "score": text_column("得分", 130, alignment="right", help="签发的 → 现在的"),
    "rank": text_column("名次", 90, alignment="right", help="签发的 → 现在的"),
    "reason": text_column("原因", 420),
    "other": text_column("其他变动", 320),
}
ACTS_SINCE = {
    "at": _AT,
    "who": _WHO,
    "act": text_column("做了什么", 110),
    "what": text_column("对象", 300),
    "effect": text_column("怎样计", 150),
    "reason": _REASON,
}
WAITING = {
    **source(230, 100),
    "said": text_column("为什么暂不计", 420),
    "who": _WHO,
}
FILES = {
    "name": text_column("文件", 230),
    "said": text_column("结论", 230),
    "good": count_column("可入库", 70),
    "held": count_column("暂不计", 70),
    "kind": text_column("种类", 100),
    "sender": text_column("谁报的", 100),
    "seen": text_column("以前传过", 90),
    "skipped": count_column("跳过", 58),
}
BATCHES = {
    "batch": number_column("批次", "%d", 56),
    "name": text_column("文件", 250),
    "kind": text_column("种类", 84),
    "span": text_column("督查日期", 180),
    "good": count_column("入库行数", 80),
    "held": count_column("暂不计", 66),
    "who": _WHO,
    "at": text_column("入库时间", 130),
    "state": text_column("状态", 150),
}


def show(data: pd.DataFrame | Styler, columns: dict, rows: int = _TALL) -> None:
    """Draw a table to be read; a long one scrolls inside."""
    _draw(data, columns, rows)


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
    state = _draw(data, columns, rows, on_select=on_select, selection_mode="single-row", key=key)
    chosen = [row for row in state["selection"]["rows"] if row < len(data.index)]
    return chosen[0] if chosen else None


def pick_name(
    data: pd.DataFrame | Styler,
    columns: dict,
    key: str,
    control: str,
    names: Sequence[str],
    rows: int = _TALL,
) -> None:
    """Draw a table of which a click on a line puts its name into a control; no text: nobody.

    Takes: control - key of the control; names - of the lines
    """

    def follow() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        name = names[picked[0]] if picked else None
        st.session_state[control] = name if isinstance(name, str) else None

    pick(data, columns, key, rows, follow)


def choose_name(label: str, names: Sequence[str], control: str) -> None:
    """Draw the control that `pick_name` fills."""
    st.selectbox(
        label,
        names,
        index=None,
        placeholder="点表中一行,或在这里选",
        key=control,
        bind="query-params",
        width=300,
    )


def chosen_line(lines: pd.DataFrame, control: str) -> pd.Series | None:
    """Give the line of the unit that is chosen by click, control or address."""
    chosen = lines[lines["unit_name"] == st.session_state.get(control)]
    return chosen.iloc[0] if len(chosen) else None


def _draw(data: pd.DataFrame | Styler, columns: dict, rows: int, **more: object) -> dict:
    if not len(data.index):
        # The grid of an empty table says "empty".
        st.caption("没有可列的行。")
        return {"selection": {"rows": []}}
    return st.dataframe(
        without_minus_zero(data, columns) if isinstance(data, pd.DataFrame) else data,
        hide_index=True,
        column_order=list(columns),
        column_config=columns,
        height=_HEAD + _ROW * max(1, min(len(data.index), rows)) + 2,
        row_height=_ROW,
        placeholder="",
        **more,
    )


def without_minus_zero(data: pd.DataFrame, columns: dict) -> pd.DataFrame:
    """Put 0 for figures that would be spelled -0.00 in the form of their column."""
    for name in set(columns) & set(data.columns):
        form = (columns[name].get("type_config") or {}).get("format") or ""
        decimals = re.search(r"\.(\d)f", str(form))
        if decimals and pd.api.types.is_float_dtype(data[name]):
            is_nothing = data[name].abs() < 0.5 * 10.0 ** -int(decimals[1])
            data = data.assign(**{name: data[name].mask(is_nothing, 0.0)})
    return data


def show_adjustments(ledger: pd.DataFrame) -> None:
    """Draw the lines of 加减分账, as `scoring.tree.adjusting.settle` gives them.

    What no workbook says has neither points nor row.
    """
    written = ledger["written"].where(ledger["written"] > 0) / POINT_SCALE
    rows = ledger["source_row"].where(ledger["source_row"] > 0).astype("Int64")
    show(ledger.assign(points=written, source_row=rows), ADJUSTMENTS)


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
    groups = [_with_mean(lines, mean) for mean in group_means(ranked).itertuples()]
    listed = pd.concat(groups, ignore_index=True) if groups else lines
    return listed.astype(dict.fromkeys(["sites", "checks", "failed"], "Int64"))


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
