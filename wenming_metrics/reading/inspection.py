"""检查表、问题清单、检查点位: rows of an inspection to checks with their points.

`possible` is what could be earned at the item, `lost` what was lost of it; both in 1e-4 points. An
item that was not looked at has neither, but its row is stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wenming_metrics.problems import Problem
from wenming_metrics.reading import values
from wenming_metrics.reading.grid import column_letter
from wenming_metrics.reading.model import BASIS_CHECKLIST, BASIS_FINDING, Context
from wenming_metrics.reading.names import Names, hint, item
from wenming_metrics.reading.part import Part, build_part
from wenming_metrics.reading.rows import Total, number_text, report_totals
from wenming_metrics.reading.settle import (
    Where,
    report_sites,
    settle_days,
    settle_roles,
    settle_sources,
    settle_visits,
    settle_where,
)
from wenming_metrics.reading.table import (
    Table,
    column,
    combine,
    hold,
    narrow,
    report,
    report_each,
    report_faults,
    report_sheet,
    report_unreadable,
    typed,
)
from wenming_metrics.reading.wide import report_sums, unpivot
from wenming_metrics.vocabulary import RESULTS, SOURCE_CODES, normalise

KEPT, FAILED, _, UNSEEN, _ = range(len(RESULTS))
_NO_TYPES: Mapping[int, int] = {}
PUBLIC = SOURCE_CODES.index("public")
_LISTED = re.compile(r"(?:^|[;；。\n\s])\s*(?:\d{1,2}[.、.)](?!\d)|[①-⑳]|[((]\d{1,2}[))])")


@dataclass(frozen=True)
class Points:
    """Per data row: result (number in RESULTS, -1 unknown), lost and possible (1e-4), places."""

    result: np.ndarray
    lost: np.ndarray
    possible: np.ndarray
    places: np.ndarray


def read_wide(base: Table, names: Names, context: Context, totals: list[Total]) -> Part:
    """Read a sheet whose rows are sites and whose columns are items; a row counts whole or not."""
    _report_unknown_items(base, names)
    table = unpivot(base)
    part, points = _read_checks(table, names, context, totals)
    width = len(base.header.items)
    for code, lines in table.holders.items():
        hold(base, code, np.flatnonzero(lines.reshape(base.n_rows, width).any(axis=1)))
    report_sums(table, base, points.lost, points.possible)
    return part


def _report_unknown_items(base: Table, names: Names) -> None:
    """Return a sheet of which a column is no item that the catalogue knows."""
    for at in base.header.items:
        written = values.bare_item(normalise(base.header.texts[at]))
        if written not in names.items and normalise(base.header.texts[at]) not in names.items:
            said = {"part": written, "hint": hint(names, written, names.items)}
            letter, text = column_letter(at), base.header.texts[at]
            base.problems.append(Problem("表头-09", base.sheet.name, None, letter, text, "", said))


def read_checklist(table: Table, names: Names, context: Context, totals: list[Total]) -> Part:
    """Read a sheet whose rows are items looked at."""
    return _read_checks(table, names, context, totals)[0]


def _read_checks(
    table: Table, names: Names, context: Context, totals: list[Total]
) -> tuple[Part, Points]:
    day = settle_days(table, "day", context.today.toordinal())
    source = settle_sources(table)
    where = settle_where(table, names, day, _NO_TYPES)
    found = settle_items(table, names, where.point_type)
    marks = _marks(table, names, found)
    given, result = _results(table)
    deduction = _deductions(table)
    points = _checklist_points(table, given, result, deduction, marks)
    roles = settle_roles(table, names, where)
    _report_totals(table, totals, points.lost, deduction)
    visit = settle_visits(table, where, source)
    if table.cells is not None:
        _hold_whole_rows(table)
    report_sites(table, names, where)
    _report_not_applying(table, names, found, where.point_type)
    _report_repeated(table, visit, found)
    row_values = _row_values(source, visit, found, BASIS_CHECKLIST, points)
    return build_part(table, where, row_values, roles), points


@dataclass(frozen=True)
class Findings:
    """A sheet of problems, settled but not yet linked to its visits."""

    table: Table
    where: Where
    source: np.ndarray
    visit: np.ndarray
    items: np.ndarray
    points: Points
    roles: tuple[np.ndarray, np.ndarray, np.ndarray]


def read_findings(
    table: Table,
    names: Names,
    context: Context,
    totals: list[Total],
    known_types: Mapping[int, int],
) -> Findings:
    """Read a sheet whose rows are problems found; a blank deduction loses the whole mark."""
    day = settle_days(table, "day", context.today.toordinal())
    source = settle_sources(table)
    where = settle_where(table, names, day, known_types)
    found = settle_items(table, names, where.point_type)
    marks = _marks(table, names, found)
    deduction = _deductions(table)
    report(table, deduction == values.STROKE, "数值-01", "deduction")
    result = np.full(table.n_rows, FAILED)
    lost = np.where(deduction >= 0, deduction, marks)
    _report_above(table, lost, marks, deduction >= 0)
    _report_several(table)
    free = (source == PUBLIC) & (deduction == 0)
    points = Points(result, lost, np.where(free, 0, marks), _places(table, result))
    _report_totals(table, totals, lost, deduction)
    roles = settle_roles(table, names, where)
    report_sites(table, names, where)
    _report_not_applying(table, names, found, where.point_type)
    visit = settle_visits(table, where, source)
    return Findings(table, where, source, visit, found, points, roles)


def _report_several(table: Table) -> None:
    """Tell of cells that list several problems: 「1.…;2.…」; they are one problem of so many places."""
    given = column(table, "description")
    found = [len(_LISTED.findall(values.spell(value))) for value in given.values]
    counts = np.array(found, np.int64)[given.codes]
    rows = np.flatnonzero((counts > 1) & ~table.held)
    report_each(
        table, rows, "问题-01", "description", [{"count": int(counts[row])} for row in rows]
    )


def findings_part(findings: Findings, visit: np.ndarray) -> Part:
    """Make checks of the problems, with the visits they were found to belong to."""
    row_values = _row_values(findings.source, visit, findings.items, BASIS_FINDING, findings.points)
    return build_part(findings.table, findings.where, row_values, findings.roles)


def settle_items(table: Table, names: Names, point_type: np.ndarray) -> np.ndarray:
    """Number the item of each row, -1 where it is not known and the row is held."""
    code, name = column(table, "item_code"), column(table, "item")
    codes, titles = ([values.word(value) for value in given.values] for given in (code, name))
    first, number = combine([code.codes, name.codes, point_type])
    found = [
        item(names, codes[code.codes[row]], titles[name.codes[row]], int(point_type[row]))
        for row in first.tolist()
    ]
    report_faults(table, [fault for _, fault in found], number)
    return narrow([at for at, _ in found])[number]


def _hold_whole_rows(table: Table) -> None:
    """Hold all lines of a row of Excel of which one is held."""
    rows = np.unique(table.excel[table.held])
    table.held[np.isin(table.excel, rows)] = True


def _row_values(
    source: np.ndarray, visit: np.ndarray, items: np.ndarray, basis: int, points: Points
) -> dict[str, np.ndarray]:
    return {
        **{"source": source, "visit": visit, "item": items},
        "basis": np.full(len(items), basis, np.int8),
        **{name: getattr(points, name) for name in ("result", "lost", "possible", "places")},
    }


def _marks(table: Table, names: Names, items: np.ndarray) -> np.ndarray:
    """Give the full mark of each row: its own cell, else the catalogue's (0 where unknown)."""
    given = typed(table, "full_mark", values.mark)
    report_unreadable(table, given, "数值-04", "full_mark")
    known = narrow(np.append(names.catalogue.items["full_mark"].to_numpy(np.int64), 0))
    return np.where(given > 0, given, known[items])


def _deductions(table: Table) -> np.ndarray:
    given = typed(table, "deduction", values.points)
    report_unreadable(table, given, "数值-01", "deduction")
    return given


def _places(table: Table, result: np.ndarray) -> np.ndarray:
    """Give the number of places: what is written, else 1 for a failed item; 0 for others."""
    given = typed(table, "places", values.places)
    report_unreadable(table, given, "数值-05", "places")
    return np.where(result == FAILED, np.where(given >= 0, given, 1), 0)


def _results(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Give whether a result is written, and the result as typed."""
    result = typed(table, "result", values.result)
    if table.cells is not None:
        # In a sheet of one column per item a bare number may be points lost or points kept.
        bare = typed(table, "result", values.points) >= 0
        report(table, bare & (result == values.UNREADABLE), "结果-05", "result")
        result = np.where(bare & (result == values.UNREADABLE), values.BROKEN, result)
    report_unreadable(table, result, "结果-01", "result")
    return result != values.BLANK, result


def _checklist_points(
    table: Table, given: np.ndarray, result: np.ndarray, deduction: np.ndarray, marks: np.ndarray
) -> Points:
    """Bring result and deduction together; hold what contradicts itself."""
    blank, has_results = ~given, "result" in table.columns
    looked = blank & (deduction > 0)
    result = np.where(looked, FAILED, result)
    if not has_results:
        result = np.where(blank & (deduction == 0), KEPT, result)
    unseen = result == values.BLANK
    result = np.where(unseen, UNSEEN, result)
    written = unseen & ~_unreadable(deduction) & ~table.held
    if written.any():
        code, name = ("结果-04", "result") if has_results else ("结果-03", "deduction")
        report_sheet(table, code, name, count=int(written.sum()))
    _report_contradiction(table, given, result, deduction)
    stroke = given & (result == FAILED) & (deduction == values.STROKE)
    report(table, stroke, "数值-01", "deduction")
    lost = np.where(result == FAILED, np.where(deduction >= 0, deduction, marks), 0)
    _report_above(table, lost, marks, (result == FAILED) & (deduction >= 0))
    possible = np.where((result == KEPT) | (result == FAILED), marks, 0)
    return Points(result, lost, possible, _places(table, result))


def _unreadable(typed_: np.ndarray) -> np.ndarray:
    return (typed_ == values.UNREADABLE) | (typed_ == values.TOO_FINE)


def _report_contradiction(
    table: Table, given: np.ndarray, result: np.ndarray, deduction: np.ndarray
) -> None:
    rows = np.flatnonzero(given & (result >= 0) & (result != FAILED) & (deduction > 0))
    said = [
        {"result": RESULTS[state], "deduction": number_text(lost)}
        for state, lost in zip(result[rows].tolist(), deduction[rows].tolist(), strict=True)
    ]
    report_each(table, rows, "结果-02", "deduction", said)


def _report_above(table: Table, lost: np.ndarray, marks: np.ndarray, written: np.ndarray) -> None:
    """Hold rows that lose more than the full mark of their item (where the item is known)."""
    rows = np.flatnonzero(written & (marks > 0) & (lost > marks))
    said = [{"mark": number_text(mark)} for mark in marks[rows].tolist()]
    report_each(table, rows, "数值-03", "deduction", said)


def _report_totals(
    table: Table, totals: list[Total], lost: np.ndarray, deduction: np.ndarray
) -> None:
    """Compare printed totals with what the rows lose; a held row counts as it is written."""
    if totals:
        counted = np.where(table.held, np.maximum(deduction, 0), lost)
        report_totals(table, totals, counted)


def _report_not_applying(
    table: Table, names: Names, items: np.ndarray, point_type: np.ndarray
) -> None:
    rows = np.flatnonzero(~table.held)
    rows = rows[~names.catalogue.applies[items[rows], point_type[rows]]]
    name = "item" if "item" in table.columns else "item_code"
    pairs = zip(items[rows].tolist(), point_type[rows].tolist(), strict=True)
    said = [
        {"item": names.item_titles[at], "point_type": names.type_titles[kind]} for at, kind in pairs
    ]
    report_each(table, rows, "测评项-04", name, said)


def _report_repeated(table: Table, visit: np.ndarray, items: np.ndarray) -> None:
    """Tell of rows that name an item which an earlier row of the same visit names already."""
    rows = np.flatnonzero(~table.held)
    if not len(rows):
        return
    first, number = combine([np.unique(visit[rows], return_inverse=True)[1], items[rows]])
    again = np.flatnonzero(first[number] != np.arange(len(rows)))
    said = [{"first": row} for row in table.excel[rows[first[number[again]]]].tolist()]
    name = "item" if "item" in table.columns else "item_code"
    report_each(table, rows[again], "重复-01", name, said)
