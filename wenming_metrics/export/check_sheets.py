"""核对稿: what one unit is asked to look through before an issue is signed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.vocabulary import columns

_LEAVES = columns("name=leaf_name", "path", "rate", "checks", "failed", "loss", failed="问题项")
_ROWS = columns(
    *("day", "site_name", "point_type_name", "item_name", "description", "lost", "loss=row_loss"),
    *("file", "sheet", "source_row", "remark=review"),
)


def check_sheet(
    unit: str, issue: str, leaves: pd.DataFrame, rows: pd.DataFrame, notes: Sequence[str]
) -> bytes:
    """Make the workbook of one unit: its lost points by indicator, and the rows they come from.

    Takes: issue - title of the issue; leaves - name, path, rate, checks, failed, loss; rows - as
           `queries.scores.details.leaf_rows` gives them; notes - score and place, until when to answer
    """
    rows = rows.assign(remark="")
    return write_book(
        ExportSheet("失分", f"{unit} {issue}核对稿:失分", leaves, _LEAVES, notes),
        ExportSheet("记录", f"{unit} {issue}核对稿:失分的记录", rows, _ROWS, notes),
    )
