"""各类记录: what 整改反馈, 台账, 指标, 上级测评, 专项行动 and 加减分 say, down to file and row."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.queries.files.record_lists import (
    RESTRICTED,
    record_counts,
    record_file,
    record_list,
    record_titles,
)
from wenming_metrics.reading.records.kinds import BY_NAME
from wenming_metrics.ui.frame import cache, cards, page, tables, words
from wenming_metrics.ui.frame.cache import ask

_ALL = "全部"
_WIDTHS = {
    **{"period": 110, "unit_name": 150, "problem_no": 110, "site": 130, "description": 220},
    **{"measure": 160, "finding": 120, "requirement": 200, "content": 180, "task": 200},
    **{"reason": 220, "document_no": 150, "parts": 260, "file": 230, "remark": 150},
}
_FIRST = ("period", "unit_name", "state", "restricted")


def draw() -> None:
    """Draw the list of the kind that is chosen, narrowed by unit, period and state."""
    counts = ask(record_counts)
    if not counts:
        return
    st.subheader("各类记录")
    page.note("入库的整改反馈、台账、上级测评、指标、专项行动、加减分，一条一行，可以筛选和下载。")
    titles = {BY_NAME[kind].title: kind for kind in counts}
    with page.row():
        title = page.select(
            "看哪一种", list(titles), "record_kind", index=None, placeholder="请选择", width=160
        )
        if not title:
            return
        kind = titles[title]
        lines = ask(record_list, kind)
        for name, label in (("unit_name", "哪个单位"), ("period", "哪一期"), ("state", "什么状态")):
            lines = _narrowed(lines, name, label, f"record_{name}")
    _draw_lines(kind, title, lines)


def _narrowed(lines: pd.DataFrame, name: str, label: str, key: str) -> pd.DataFrame:
    """Let one column be narrowed to one of its values, where it has several."""
    options = [value for value in dict.fromkeys(lines[name]) if value]
    options = sorted(options) if name == "unit_name" else options
    if len(options) < 2:
        return lines
    choice = page.select(label, [_ALL, *options], key, width=200)
    return lines if choice == _ALL else lines[lines[name] == choice]


def _draw_lines(kind: str, title: str, lines: pd.DataFrame) -> None:
    count_text = f"共 {len(lines):,} 条"
    hidden = int((lines["restricted"] == RESTRICTED).sum())
    page.note(
        f"{count_text}，其中 {hidden:,} 条{RESTRICTED}，只供内部使用。"
        if hidden
        else f"{count_text}。"
    )
    key = f"records-{kind}-{len(lines)}-{cache.version().revision}"
    picked = tables.pick(lines, _columns(kind, lines), key, 10, param="record")
    page.offer(
        "下载这些记录",
        lambda: record_file(kind, lines),
        f"{title}记录",
        f"file-{key}",
    )
    if picked is not None:
        _draw_pictures(lines.iloc[picked])


def _columns(kind: str, lines: pd.DataFrame) -> dict:
    """Give the columns that say anything, those that tell whose and how it stands first."""
    titles = record_titles(kind)
    names = [name for name in dict.fromkeys((*_FIRST, *titles)) if (lines[name] != "").any()]
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        name: number(titles[name], format="%d", width=60)
        if name == "source_row"
        else text(titles[name], width=_WIDTHS.get(name, 100))
        for name in names
    }


def _draw_pictures(line: pd.Series) -> None:
    """Show the photos that stand in the row of a record."""
    photos = cards.row_pictures(line)
    page.note(words.plain(words.origin(line)) + ("" if photos else "没有照片。"))
    cards.pictures(photos)
