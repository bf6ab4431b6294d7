"""The row of the original file behind a picked line."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.queries.progress.latest import original
from wenming_metrics.ui.frame import cards, words
from wenming_metrics.ui.frame.cache import ask


def draw_source(lines: pd.DataFrame, picked: int | None) -> None:
    """Draw the picked line as it was sent. Takes: lines - with batch, file, sheet, source_row"""
    if picked is None:
        return
    line = lines.iloc[picked]
    with st.expander(words.plain(f"原表：{words.origin(line)}"), expanded=True):
        cards.cells(ask(original, int(line["batch"]), line["sheet"], int(line["source_row"])))
