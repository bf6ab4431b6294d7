"""What a row costs: full mark, result, points lost, places; what contradicts itself is held."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wenming_metrics.reading.model.grid import Value
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    Table,
    narrow,
    report,
    report_each,
    report_sheet,
    report_unreadable,
    typed,
)
from wenming_metrics.reading.tables.totals import number_text
from wenming_metrics.rules.model import ReadingRules
from wenming_metrics.vocabulary import RESULTS, normalise

_ASKS_FAULT = re.compile(
    "(?:是否|有无|有没有).*(?:问题|隐患|扣分|违规|违法|违章|不达标|不合格|不符合|不文明)"
)
"""A header that asks whether something is wrong: there 是 is 不符合."""
_GOOD = "达标|合格|通过|符合|达到|规范|正常|完好|整洁|干净|整齐|落实|到位|完整|齐全|美观|清洁"
_ASKS_EITHER = re.compile(f"是否(?:存在|有|发现|(?!.*(?:{_GOOD})))|有无|有没有")
"""A header that asks for something that may be right (公益广告) or wrong (垃圾, 占道)."""
KEPT, FAILED, _, UNSEEN, _ = range(len(RESULTS))


@dataclass(frozen=True)
class Points:
    """Per data row: result (number in RESULTS, -1 unknown), lost and possible (1e-4), places."""

    result: np.ndarray
    lost: np.ndarray
    possible: np.ndarray
    places: np.ndarray


def full_marks(table: Table, names: Names, items: np.ndarray, rules: ReadingRules) -> np.ndarray:
    """Give the full mark of each row: its own cell, that of the rules where it is blank, else the
    catalogue's (0 where unknown)."""
    written_marks = typed(table, "full_mark", values.mark)
    report_unreadable(table, written_marks, "数值-04", "full_mark")
    if rules.blank_full_mark and "full_mark" in table.header.columns:
        written_marks = np.where(
            written_marks == values.BLANK, rules.blank_full_mark, written_marks
        )
    catalogue_marks = narrow(np.append(names.catalogue.full_marks, 0))
    return np.where(written_marks > 0, written_marks, catalogue_marks[items])


def deductions(table: Table) -> np.ndarray:
    """Type what each row says it costs (1e-4), below 0 where it says nothing that can be used."""
    deduction = typed(table, "deduction", values.points)
    report_unreadable(table, deduction, "数值-01", "deduction")
    if table.cells is None:  # 「-2」 in a cell of an item is the documented sign of a deduction
        _report_signs(table, deduction)
    return deduction


def _report_signs(table: Table, deduction: np.ndarray) -> None:
    """Tell of deductions with a minus; in a column of both signs the rarer may be points added."""
    signs = typed(table, "deduction", values.sign)
    negative, positive = (deduction > 0) & (signs < 0), (deduction > 0) & (signs > 0)
    count, positive_count = int(negative.sum()), int(positive.sum())
    if 0 < count <= positive_count:
        report(table, negative, "数值-06", "deduction")
    if 0 < positive_count <= count:
        report(table, positive, "数值-06", "deduction")
    if count > positive_count:
        report_sheet(table, "数值-07", "deduction", count=count)


def blank_is_zero(deduction: np.ndarray, rules: ReadingRules) -> np.ndarray:
    """Take blank deductions for 0 where the rules say so."""
    if rules.blank_deduction != "zero":
        return deduction
    return np.where(deduction == values.BLANK, 0, deduction)


def from_earned(table: Table, deduction: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Turn points earned into points lost: those in cells of items, or 得分 of the item of a row where
    there is no column of points lost."""
    name = "earned" if table.cells is not None else "earned_total"
    if name not in table.columns or (table.cells is None and "deduction" in table.columns):
        return deduction
    earned = typed(table, name, values.points)
    if table.cells is None:
        report_unreadable(table, earned, "数值-01", name)
        report_sheet(table, "得分-04", name, count=int((earned >= 0).sum()))
    above = np.flatnonzero((earned > marks) & (marks > 0))
    exceeded_marks = [{"mark": number_text(mark)} for mark in marks[above].tolist()]
    report_each(table, above, "结果-06", name, exceeded_marks)
    return np.where((earned >= 0) & (earned <= marks), marks - earned, deduction)


def count_places(table: Table, result: np.ndarray) -> np.ndarray:
    """Give the number of places: what is written, else 1 for a failed item; 0 for others."""
    written_counts = typed(table, "places", values.place_count)
    report_unreadable(table, written_counts, "数值-05", "places")
    return np.where(result == FAILED, np.where(written_counts >= 0, written_counts, 1), 0)


def results(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Give whether a result is written, and the result as typed."""
    result = typed(table, "result", _reader_of(table))
    if table.cells is not None:
        # In a sheet of one column per item a bare number may be points lost or points kept.
        bare = typed(table, "result", values.points) >= 0
        report(table, bare & (result == values.UNREADABLE), "结果-05", "result")
        result = np.where(bare & (result == values.UNREADABLE), values.BROKEN, result)
    report_unreadable(table, result, "结果-01", "result")
    return result != values.BLANK, result


def _reader_of(table: Table) -> Callable[[Value], int]:
    """Give what reads the column of results, by what its header asks."""
    positions = table.header.columns.get("result", ())
    header = normalise("".join(table.header.texts[position] for position in positions))
    if _ASKS_FAULT.search(header):
        return values.fault
    return values.plain_result if _ASKS_EITHER.search(header) else values.result


def checklist_points(
    table: Table,
    result_written: np.ndarray,
    result: np.ndarray,
    deduction: np.ndarray,
    marks: np.ndarray,
) -> Points:
    """Bring result and deduction together; hold what contradicts itself."""
    blank, has_results = ~result_written, "result" in table.columns
    looked = blank & (deduction > 0)
    result = np.where(looked, FAILED, result)
    if not has_results or table.cells is not None:
        result = np.where(blank & (deduction == 0), KEPT, result)
    unseen = result == values.BLANK
    result = np.where(unseen, UNSEEN, result)
    written = unseen & ~_unreadable(deduction) & ~table.held
    if written.any():
        code, name = ("结果-04", "result") if has_results else ("结果-03", "deduction")
        report_sheet(table, code, name, count=int(written.sum()))
    _report_contradiction(table, result_written, result, deduction)
    stroke = result_written & (result == FAILED) & (deduction == values.STROKE)
    report(table, stroke, "数值-01", "deduction")
    lost = np.where(result == FAILED, np.where(deduction >= 0, deduction, marks), 0)
    report_above(table, lost, marks, (result == FAILED) & (deduction >= 0))
    possible = np.where((result == KEPT) | (result == FAILED), marks, 0)
    return Points(result, lost, possible, count_places(table, result))


def _unreadable(typed_: np.ndarray) -> np.ndarray:
    return (typed_ == values.UNREADABLE) | (typed_ == values.TOO_FINE)


def _report_contradiction(
    table: Table, result_written: np.ndarray, result: np.ndarray, deduction: np.ndarray
) -> None:
    rows = np.flatnonzero(result_written & (result >= 0) & (result != FAILED) & (deduction > 0))
    contradictions = [
        {"result": RESULTS[state], "deduction": number_text(lost)}
        for state, lost in zip(result[rows].tolist(), deduction[rows].tolist(), strict=True)
    ]
    report_each(table, rows, "结果-02", "deduction", contradictions)


def report_above(table: Table, lost: np.ndarray, marks: np.ndarray, written: np.ndarray) -> None:
    """Hold rows that lose more than the full mark of their item (where the item is known)."""
    rows = np.flatnonzero(written & (marks > 0) & (lost > marks))
    exceeded_marks = [{"mark": number_text(mark)} for mark in marks[rows].tolist()]
    report_each(table, rows, "数值-03", "deduction", exceeded_marks)
