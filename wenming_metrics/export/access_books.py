"""The table of rights and the log as workbooks."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.vocabulary import Column, columns

LOG = columns("at", "login", "who", "act", "subject=act_on")


def rights_book(lines: Sequence[Sequence[str]]) -> bytes:
    """Make the workbook of the table of rights. Takes: lines - `access.rights.table_of`, header first"""
    header, *marks = lines
    headings = [Column(name, name, width=90, meaning="是，或留空") for name in header]
    frame = pd.DataFrame(marks, columns=header, dtype=object)
    return write_book(ExportSheet("权限表", "权限表", frame, headings))


def log_book(lines: pd.DataFrame, seal: str) -> bytes:
    """Make the workbook of the log. Takes: lines - `store.access_log.LOG_COLUMNS`; seal - of the last one"""
    end = f"共 {len(lines):,} 条；最后一条的校验码 {seal}"
    return write_book(ExportSheet("日志", "登录和操作日志", lines, LOG, [end]))
