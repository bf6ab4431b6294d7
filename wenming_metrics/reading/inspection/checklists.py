"""检查表、问题清单、检查点位: rows of an inspection to checks with their points.

`possible` is what could be earned at the item, `lost` what was lost of it; both in 1e-4 points. An
item that was not looked at has neither, but its row is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.inspection.checks import SheetChecks, build_checks, spread_checks
from wenming_metrics.reading.inspection.deadlines import read_finding_facts
from wenming_metrics.reading.inspection.no_problems import report_no_problems
from wenming_metrics.reading.inspection.points import (
    FAILED,
    Points,
    blank_is_zero,
    checklist_points,
    count_places,
    deductions,
    from_earned,
    full_marks,
    report_above,
    results,
)
from wenming_metrics.reading.inspection.split_cells import (
    Pieces,
    Rows,
    piece_numbers,
    settle_several,
)
from wenming_metrics.reading.inspection.wide import report_sums, unpivot
from wenming_metrics.reading.model.grid import column_letter
from wenming_metrics.reading.model.reading import (
    BASIS_CHECKLIST,
    BASIS_FINDING,
    Context,
)
from wenming_metrics.reading.model.remembered import bare_meaning
from wenming_metrics.reading.printed.totals import report_totals
from wenming_metrics.reading.resolve.names import Names, hint, item
from wenming_metrics.reading.resolve.where import (
    Where,
    report_sites,
    settle_days,
    settle_roles,
    settle_sources,
    settle_visits,
    settle_where,
)
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    Table,
    column,
    combine,
    hold,
    narrow,
    report,
    report_each,
    report_faults,
)
from wenming_metrics.reading.tables.totals import Total
from wenming_metrics.vocabulary import SOURCE_CODES, VISITLESS, normalise

_NO_TYPES: Mapping[int, int] = {}
WITHOUT_VISITS = tuple(map(SOURCE_CODES.index, VISITLESS))
"""Sources (numbers) whose findings have no visit by nature."""


def read_wide(base: Table, names: Names, context: Context, totals: list[Total]) -> SheetChecks:
    """Read a sheet whose rows are sites and whose columns are items; a row counts whole or not."""
    _report_unknown_items(base, names)
    table = unpivot(base, bare_meaning(context, base.header.fingerprint))
    sheet_checks, points = _read_checks(table, names, context, totals)
    width = len(base.header.items)
    for code, lines in table.holders.items():
        hold(base, code, np.flatnonzero(lines.reshape(base.n_rows, width).any(axis=1)))
    report_sums(table, base, points.lost, points.possible)
    return sheet_checks


def _report_unknown_items(base: Table, names: Names) -> None:
    """Return a sheet of which a column is no item that the catalogue knows."""
    for position in base.header.items:
        written = values.bare_item(normalise(base.header.texts[position]))
        if written not in names.items and normalise(base.header.texts[position]) not in names.items:
            unknown_item = {"part": written, "hint": hint(names, written, names.items)}
            letter, text = column_letter(position), base.header.texts[position]
            base.problems.append(
                Problem("表头-09", base.sheet.name, None, letter, text, "", unknown_item)
            )


def read_checklist(
    table: Table, names: Names, context: Context, totals: list[Total]
) -> SheetChecks:
    """Read a sheet whose rows are items looked at."""
    return _read_checks(table, names, context, totals)[0]


def _read_checks(
    table: Table, names: Names, context: Context, totals: list[Total]
) -> tuple[SheetChecks, Points]:
    day = settle_days(table, "day", context.today.toordinal())
    source = settle_sources(table)
    where = settle_where(table, names, day, _NO_TYPES)
    items = settle_items(table, names, where.point_type)
    marks = full_marks(table, names, items, context.rules)
    result_written, result = results(table)
    deduction = from_earned(table, deductions(table), marks)
    if "result" not in table.columns:
        deduction = blank_is_zero(deduction, context.rules)
    points = checklist_points(table, result_written, result, deduction, marks)
    roles = settle_roles(table, names, where)
    _report_totals(table, totals, points.lost, deduction)
    visit = settle_visits(table, where, source)
    if table.cells is not None:
        _hold_whole_rows(table)
    report_sites(table, names, where)
    _report_not_applying(table, names, items, where.point_type)
    _report_repeated(table, visit, items)
    finding_facts = _finding_facts(table, day, points.result == FAILED, deduction, context)
    row_values = {**_row_values(source, visit, items, BASIS_CHECKLIST, points), **finding_facts}
    return build_checks(table, where, row_values, roles), points


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
    facts: Mapping[str, np.ndarray]
    pieces: Pieces | None


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
    items = settle_items(table, names, where.point_type)
    marks = full_marks(table, names, items, context.rules)
    deduction = blank_is_zero(deductions(table), context.rules)
    report(table, deduction == values.STROKE, "数值-01", "deduction")
    result = np.full(table.n_rows, FAILED)
    lost = np.where(deduction >= 0, deduction, marks)
    report_above(table, lost, marks, deduction >= 0)
    free = np.isin(source, WITHOUT_VISITS) & (deduction == 0)
    points = Points(result, lost, np.where(free, 0, marks), count_places(table, result))
    report_no_problems(table, deduction)
    _report_totals(table, totals, lost, deduction)
    roles = settle_roles(table, names, where)
    report_sites(table, names, where)
    _report_not_applying(table, names, items, where.point_type)
    visit = settle_visits(table, where, source)
    finding_facts = _finding_facts(table, day, result == FAILED, deduction, context)
    facts_of_rows = (points.lost, points.possible, points.places, items, where.point_type)
    rows = Rows(*facts_of_rows, is_blank=deduction < 0)
    pieces = settle_several(table, names, rows, split=context.answers.split)
    return Findings(table, where, source, visit, items, points, roles, finding_facts, pieces)


def _finding_facts(
    table: Table, day: np.ndarray, failed: np.ndarray, deduction: np.ndarray, context: Context
) -> dict[str, np.ndarray]:
    """Give what rows tell of their problems besides, see `read_finding_facts`, and whether they write
    what it costs (given), unless all do."""
    facts = read_finding_facts(table, day, failed, context.register.calendar)
    blank = failed & (deduction < 0)
    return {**facts, "given": (~blank).astype(np.int8)} if blank.any() else facts


def checks_of_findings(findings: Findings, visit: np.ndarray) -> SheetChecks:
    """Make checks of the problems, with the visits they were found to belong to."""
    settled = (findings.source, visit, findings.items, BASIS_FINDING, findings.points)
    row_values = {**_row_values(*settled), **findings.facts}
    if findings.pieces is None:
        return build_checks(findings.table, findings.where, row_values, findings.roles)
    settled_rows = (findings.table, findings.where, row_values, findings.roles)
    lines = findings.pieces.lines
    if "number" in findings.facts:
        lines = {**lines, "number": piece_numbers(findings.pieces, findings.facts["number"])}
    return spread_checks(*settled_rows, findings.pieces.counts, lines)


def settle_items(table: Table, names: Names, point_type: np.ndarray) -> np.ndarray:
    """Number the item of each row, -1 where it is not known and the row is held."""
    code, name = column(table, "item_code"), column(table, "item")
    codes, titles = ([values.word(value) for value in cells.values] for cells in (code, name))
    first, number = combine([code.codes, name.codes, point_type])
    items_and_faults = [
        item(names, codes[code.codes[row]], titles[name.codes[row]], int(point_type[row]))
        for row in first.tolist()
    ]
    report_faults(table, [fault for _, fault in items_and_faults], number)
    return narrow([item_number for item_number, _ in items_and_faults])[number]


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


def _report_totals(
    table: Table, totals: list[Total], lost: np.ndarray, deduction: np.ndarray
) -> None:
    """Compare printed totals with what the rows lose; a held row counts as it is written."""
    if totals:
        counted = np.where(table.held, np.maximum(deduction, 0), lost)
        name = "lost_total" if table.header.items else "deduction"
        report_totals(table, totals, dict.fromkeys(table.header.columns.get(name, ())[:1], counted))


def _report_not_applying(
    table: Table, names: Names, items: np.ndarray, point_type: np.ndarray
) -> None:
    rows = np.flatnonzero(~table.held)
    rows = rows[~names.catalogue.applies[items[rows], point_type[rows]]]
    name = "item" if "item" in table.columns else "item_code"
    pairs = zip(items[rows].tolist(), point_type[rows].tolist(), strict=True)
    misfits = [
        {"item": names.item_titles[item_number], "point_type": names.type_titles[kind]}
        for item_number, kind in pairs
    ]
    report_each(table, rows, "测评项-04", name, misfits)


def _report_repeated(table: Table, visit: np.ndarray, items: np.ndarray) -> None:
    """Tell of rows that name an item which an earlier row of the same visit names already."""
    rows = np.flatnonzero(~table.held)
    if not len(rows):
        return
    first, number = combine([np.unique(visit[rows], return_inverse=True)[1], items[rows]])
    again = np.flatnonzero(first[number] != np.arange(len(rows)))
    first_rows = [{"first": row} for row in table.excel[rows[first[number[again]]]].tolist()]
    name = "item" if "item" in table.columns else "item_code"
    report_each(table, rows[again], "重复-01", name, first_rows)
