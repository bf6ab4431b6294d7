"""The faults of a workbook that people edited, one below the other."""

from __future__ import annotations

import streamlit as st

from wenming_metrics.rules.workbook.workbook import WorkbookError
from wenming_metrics.ui.frame import cards, page

_MOST = 200
"""Faults that are listed; a workbook of another kind has thousands."""


def draw_faults(error: WorkbookError) -> None:
    """Say how many faults there are, that nothing was kept, and where each of them stands."""
    st.markdown(f"**有 {len(error.faults)} 处要改，没有存下任何内容。改好后再放进来：**")
    cards.sentences([str(fault) for fault in error.faults[:_MOST]])
    if len(error.faults) > _MOST:
        page.note(f"只列出前 {_MOST} 处。")
