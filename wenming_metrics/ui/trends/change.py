"""得分变动原因: two windows side by side, one sentence, a figure, and what moved the score by how much."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from wenming_metrics.charts.waterfall import change_bars
from wenming_metrics.domain.periods import Window, previous
from wenming_metrics.publishing.issues import Issue, issues, signed_for
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.trend.change import UNIT, Change, leaf_lines, score_change, unit_lines
from wenming_metrics.scoring.trend.change import ADJUSTED, CAUSES
from wenming_metrics.ui.frame import page, signed_view, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.trends import sentences

_LEAST = 1e-9
"""A cause that moved less than this moved nothing."""


def draw_change(
    _office: Office, before: Window, after: Window, board: str, name: str = "全市"
) -> None:
    """Draw why the score of one whole moved from one window to another.

    Takes: name - of the city (全市), a group, or a unit of the board
    """
    issues_made = ask(issues)
    signed = [signed_for(issues_made, window) for window in (before, after)]
    cuts = tuple(signed_view.cut_of(issue.key if issue else 0) for issue in signed)
    change = ask(score_change, before, after, board, cuts)
    positions = change.wholes.index[change.wholes["name"] == name]
    if positions.empty:
        _say(f"{words.plain(name)}不在这张榜上。")
        return
    row = int(positions[0])
    line = change.wholes.loc[row]
    if pd.isna(line["change"]):
        _say(sentences.no_change(line, before.title, after.title))
        return
    first, last, causes = sentences.shown_parts(line)
    leaves = leaf_lines(change, row)
    than = words.before(after) if _is_previous(before, after) else before.title
    sentence = f"{words.plain(name)}{sentences.change(than, round(last - first, 2), causes)}"
    _say(sentence + sentences.largest(leaves, causes))
    _draw_bars(change, (first, last), causes)
    page.note(_basis(change, signed))
    is_whole = line["kind"] != UNIT
    with page.fold(f"各测评标准{'、各单位' if is_whole else ''}的变动", "moved"):
        _draw_leaves(leaves, line)
        if is_whole:
            _draw_units(change, row)


def _say(sentence: str) -> None:
    """Write the sentence in the size of a page's first one, which may stand above it."""
    with st.container(key="sentence-change"):
        st.markdown(sentence)


def _is_previous(before: Window, after: Window) -> bool:
    usual = previous(after)
    return (before.start, before.end) == (usual.start, usual.end)


def _draw_bars(change: Change, scores: tuple[float, float], causes: Mapping[str, float]) -> None:
    """Draw the waterfall. Adjustments have a bar only where they moved something."""
    moving = [cause for cause in CAUSES if cause != ADJUSTED or causes[cause]]
    names = [sentences.CAUSE_NAMES[cause] for cause in moving]
    ends = (change.before.title, change.after.title)
    bars = change_bars(names, [causes[cause] for cause in moving], ends, scores)
    with st.container(width=860):
        page.chart(bars, "change-bars")


def _basis(change: Change, signed: list[Issue | None]) -> str:
    """Say what is compared with what, and what the causes mean."""
    comparisons = [
        f"{window.title}按签发时（{_document(issue)}）的数"
        if issue
        else f"{window.title}按现在的数"
        for window, issue in zip((change.before, change.after), signed, strict=True)
    ]
    old, new = change.rules
    rules = f"办法都是{new}" if old == new else f"办法由{old}改为{new}"
    return (
        f"{comparisons[0]}，{comparisons[1]}；{rules}。几项相加正好等于变动。表现：两期都查到的，得分率变了多少；"
        "检查范围变化影响：查到的项目、计分的单位变了；办法：同样的数据按两版办法各算一遍；"
        "更正：签发以后数据变了。"
    )


def _document(issue: Issue) -> str:
    """Name a signed issue by its document, as text without marks."""
    return words.plain(issue.document or issue.title)


def _draw_leaves(leaves: pd.DataFrame, line: pd.Series) -> None:
    """Draw what each indicator moved; the rest of the change stands on none."""
    moved = leaves[leaves["moved"].abs() > _LEAST].reset_index(drop=True)
    rest = float(line["change"]) - float(moved["moved"].sum())
    st.markdown("#### 各测评标准的变动")
    if moved.empty:
        page.note("没有一条测评标准使得分变动。")
    else:
        spelled = moved.assign(rate_before=moved["rate_before"] * 100)
        spelled = spelled.assign(rate_after=spelled["rate_after"] * 100)
        tables.show(spelled, _columns(spelled, _LEAVES), 10)
    if abs(rest) >= 0.005:
        page.note(f"另有 {rest:+.2f} 分不在测评标准上：计分的单位变了，或者是加减分。")


def _draw_units(change: Change, row: int) -> None:
    """Draw what each unit moved the whole by."""
    lines = unit_lines(change, row)
    moved = lines[lines["moved"].abs() > _LEAST].reset_index(drop=True)
    st.markdown("#### 各单位的变动")
    if moved.empty:
        page.note("没有一个单位使得分变动。")
        return
    page.note(f"各单位使{words.plain(change.wholes.at[row, 'name'])}变动的分，相加正好等于变动。")
    tables.show(moved, _columns(moved, _UNITS), 10)


def _columns(lines: pd.DataFrame, columns: dict) -> dict:
    """Leave out the causes that moved nothing in any line."""
    idle = {cause for cause in CAUSES if not (lines[cause].abs() > _LEAST).any()}
    return {name: column for name, column in columns.items() if name not in idle}


_MOVED = ("moved=points_moved", *(f"{cause}=moved_by_{cause}" for cause in CAUSES))
_LEAVES = tables.configs("name=leaf_name", *_MOVED, "rate_before", "rate_after", "path")
_UNITS = tables.configs("name=unit_name", *_MOVED, "score_before", "score_after")
