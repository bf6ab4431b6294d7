"""The ledger of a score (加减分账): what decisions, difficulty and limits added or took, line by line."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.ui.frame import tables

_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn
_COLUMNS = {
    "kind": _text("加减", width=120),
    "counted": _number("计入", format="%+.2f", width=70),
    "points": _number("原写", format="%.2f", width=64),
    "reason": _text("事由", width=230),
    "document_no": _text("文号", width=170),
    "file": tables.ROWS["file"],
    "source_row": tables.ROWS["source_row"],
    "remark": _text("说明", width=190),
}


def draw(ledger: pd.DataFrame) -> None:
    """Draw the lines of a ledger, as `scoring.tree.adjusting.settle` gives them.

    What no workbook says has neither points nor row.
    """
    written = ledger["written"].where(ledger["written"] > 0) / POINT_SCALE
    rows = ledger["source_row"].where(ledger["source_row"] > 0).astype("Int64")
    tables.show(ledger.assign(points=written, source_row=rows), _COLUMNS)
