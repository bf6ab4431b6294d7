"""核对稿: what one unit is asked to look through before an issue is signed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wenming_metrics.export.tables import ExportSheet, Field, write_book

_LEAVES = (
    Field("name", "测评标准", 26),
    Field("path", "所属指标", 30),
    Field("rate", "得分率", 10, "0.0%"),
    Field("checks", "检查项", 9, "#,##0"),
    Field("failed", "问题项", 9, "#,##0"),
    Field("loss", "失分", 10, "0.00"),
)
_ROWS = (
    Field("day", "日期", 12),
    Field("site_name", "点位", 20),
    Field("point_type_name", "点位类型", 12),
    Field("item_name", "测评项", 24),
    Field("description", "问题", 32),
    Field("lost", "扣分", 8, "0.00"),
    Field("loss", "失分", 9, "0.0000"),
    Field("file", "文件", 26),
    Field("sheet", "工作表", 12),
    Field("source_row", "行号", 7, "0"),
    Field("remark", "复核意见", 24),
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
