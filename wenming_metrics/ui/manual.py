"""The instructions: a text that people can edit, and two tables that make themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import streamlit as st

from wenming_metrics.domain.problems import messages
from wenming_metrics.vocabulary import INPUT, column_frame

_TEXT = Path(__file__).resolve().parent / "manual.md"
_COLUMNS = {"title": "列名", "aliases": "也可以写成", "type": "填什么", "meaning": "意思"}
_MESSAGES = {"code": "编号", "severity": "处理", "text": "说明", "remedy": "改法"}


def sections() -> list[tuple[str, str]]:
    """Give the parts of the manual: heading and text."""
    pieces = re.split(r"^## (.+)$", _TEXT.read_text(encoding="utf-8"), flags=re.M)
    return list(zip(pieces[1::2], (text.strip() for text in pieces[2::2]), strict=True))


def columns() -> pd.DataFrame:
    """List the columns that a workbook may have: title, aliases, type, meaning."""
    registry = column_frame()
    return registry[registry["name"].isin(INPUT)][list(_COLUMNS)]


def all_messages() -> pd.DataFrame:
    """List every message about a workbook: code, severity, text, remedy."""
    rows = [
        (m.code, m.severity, _without_slots(m.text), _without_slots(m.remedy))
        for m in messages().values()
    ]
    return pd.DataFrame(rows, columns=list(_MESSAGES))


def _without_slots(template: str) -> str:
    """Put dots where a message takes what was found: 「“…”看不出是哪一天。」"""
    return re.sub(r"\{\w+\}", "…", template)


def draw() -> None:
    """Draw the text, and beside it the tables of columns and messages."""
    text, columns_tab, messages_tab = st.tabs(["怎样使用", "表格的列", "提示一览"])
    with text, st.container(width=860):
        for heading, passage in sections():
            st.markdown(f"### {heading}\n{passage}")
    with columns_tab:
        st.markdown("列的先后不限,多出来的列不影响。列名写成“也可以写成”里的任何一种,都认得。")
        _draw_table(columns(), _COLUMNS)
    with messages_tab:
        st.markdown("上传文件后可能看到的全部提示。“…”处是当时的内容。")
        _draw_table(all_messages(), _MESSAGES)


def _draw_table(frame: pd.DataFrame, headings: dict[str, str]) -> None:
    st.table(frame.rename(columns=headings).set_index(next(iter(headings.values()))))
