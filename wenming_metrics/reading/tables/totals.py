"""Rows of totals: what they print, against the rows above them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.tables.table import Table

_GRAND = re.compile("总计|合计|共计")
_MEAN = re.compile("平均|均分")


@dataclass(frozen=True)
class Total:
    """A row of totals: its Excel row, its label, the deduction printed in it (below 0: none)."""

    excel: int
    label: str
    printed: int


def report_totals(table: Table, totals: list[Total], lost: np.ndarray) -> None:
    """Compare each printed total with the rows above it: those since the last one, or all.

    Takes: lost - points (1e-4) that each data row loses
    """
    start = 0
    for total in totals:
        end = int(np.searchsorted(table.excel, total.excel))
        since_last, all_lost = int(lost[start:end].sum()), int(lost[:end].sum())
        figures = {
            "printed": number_text(total.printed),
            "sum": number_text(since_last if end > start else all_lost),
        }
        code = "行-02"
        if total.printed < 0 or _MEAN.search(total.label):
            code, figures = "行-03", {}
        elif total.printed == since_last or (
            _GRAND.search(total.label) and total.printed == all_lost
        ):
            code = "行-01"
        table.problems.append(
            Problem(code, table.sheet.name, total.excel, found=total.label, details=figures)
        )
        start = end


def number_text(points_: int) -> str:
    """Write points (1e-4) as people do: 0.5, 12."""
    return f"{points_ / 10_000:.4f}".rstrip("0").rstrip(".")
