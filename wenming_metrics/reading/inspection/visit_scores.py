"""检查点位 that print what a site lost or scored: held against the problems found on that visit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import POINT_SCALE, half_up
from wenming_metrics.reading.inspection.checks import SheetChecks
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, report_each, typed
from wenming_metrics.reading.tables.totals import number_text

_HUNDRED = 100 * POINT_SCALE
_SUMS = ("lost_total", "earned_total")


def report_visit_scores(
    table: Table, visit_checks: SheetChecks, finding_checks: Sequence[SheetChecks]
) -> None:
    """Tell of 扣分小计 and 得分 of visits that their problems do not give.

    A score may be out of what was looked at, or out of a hundred, in points or in per cent.

    Takes: finding_checks - of the problems of the same workbook, linked to their visits
    """
    if not set(_SUMS) & set(table.columns) or not finding_checks:
        return
    checks = visit_checks.checks
    visits = pd.DataFrame({name: checks[name] for name in ("source_row", "visit", "possible")})
    possible = visits.groupby("source_row")["possible"].sum()
    visit = visits.drop_duplicates("source_row").set_index("source_row")["visit"]
    found = pd.concat(
        pd.DataFrame({name: sheet.checks[name] for name in ("visit", "item", "lost")})
        for sheet in finding_checks
    )
    plain = found.groupby("visit")["lost"].sum()
    rows = np.flatnonzero(~table.held)
    keys = visit.reindex(table.excel[rows]).to_numpy()
    lost = plain.reindex(keys).fillna(0).to_numpy(np.int64)
    marks = possible.reindex(table.excel[rows]).fillna(0).to_numpy(np.int64)
    _report_lost(table, rows, lost)
    _report_earned(table, rows, lost, marks)


def _report_lost(table: Table, rows: np.ndarray, lost: np.ndarray) -> None:
    printed = typed(table, "lost_total", values.points)[rows]
    wrong = np.flatnonzero((printed >= 0) & (printed != lost))
    sums = [
        {"printed": number_text(int(printed[n])), "sum": number_text(int(lost[n]))}
        for n in wrong.tolist()
    ]
    report_each(table, rows[wrong], "得分-02", "lost_total", sums)


def _report_earned(table: Table, rows: np.ndarray, lost: np.ndarray, marks: np.ndarray) -> None:
    printed = typed(table, "earned_total", values.points)[rows]
    earned = np.maximum(marks - lost, 0)
    rate = half_up(100 * earned / np.maximum(marks, 1), 2)
    step = np.where(printed % POINT_SCALE, 0.005, 0.5)
    agreed = (printed == earned) | (printed == np.maximum(_HUNDRED - lost, 0))
    agreed |= np.abs(printed / POINT_SCALE - rate) <= step + 1e-9
    wrong = np.flatnonzero((printed >= 0) & (marks > 0) & ~agreed)
    differences = [
        {
            **{"printed": number_text(int(printed[n])), "marks": number_text(int(marks[n]))},
            **{"lost": number_text(int(lost[n])), "earned": number_text(int(earned[n]))},
        }
        for n in wrong.tolist()
    ]
    report_each(table, rows[wrong], "得分-03", "earned_total", differences)
