"""Put the sheets of an inspection together: checklists, problems and the visits they belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from wenming_metrics.reading.inspection.checklists import (
    Findings,
    checks_of_findings,
    read_checklist,
    read_findings,
    read_wide,
)
from wenming_metrics.reading.inspection.checks import SheetChecks, join_checks, pieces_of
from wenming_metrics.reading.inspection.confirmed_visits import make_visits, needs_visits
from wenming_metrics.reading.inspection.join_visits import join_visits
from wenming_metrics.reading.inspection.visit_scores import report_visit_scores
from wenming_metrics.reading.inspection.visits import (
    Place,
    Visit,
    link_visits,
    read_visits,
    visits_of,
)
from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.reading import (
    BASIS_CHECKLIST,
    Context,
)
from wenming_metrics.reading.model.remembered import visits_as_remembered
from wenming_metrics.reading.model.sender_answers import COUNT_ALL
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.tables.table import Table, report_sheet
from wenming_metrics.reading.tables.totals import Total
from wenming_metrics.vocabulary import RESULTS

TableTotals = tuple[Table, list[Total]]


def read_inspection(
    tables: Sequence[TableTotals], names: Names, context: Context
) -> dict[str, pd.DataFrame]:
    """Read all sheets of an inspection. Returns: checks, roles, sites, findings of `Reading`."""
    sheets: dict[int, list[SheetChecks]] = {}
    for position, (table, totals) in enumerate(tables):
        if table.kind == reading.VISITS:
            sheets[position] = [read_visits(table, names, context)]
        elif table.kind == reading.CHECKLIST:
            sheets[position] = [read_checklist(table, names, context, totals)]
        elif table.kind == reading.WIDE:
            sheets[position] = [read_wide(table, names, context, totals)]
    rest = [
        (position, *pair)
        for position, pair in enumerate(tables)
        if pair[0].kind == reading.FINDINGS
    ]
    looked = [sheet for some in sheets.values() for sheet in some]
    if context.answers.equal_rows != COUNT_ALL:
        _report_judged_twice([(tables[position][0], some[0]) for position, some in sheets.items()])
    visits = visits_of(looked) if rest else {}
    types = _types(looked) if rest else {}
    numbered = [table for table, _ in tables if table.kind == reading.VISITS]
    for position, findings_table, totals in rest:
        joins = findings_table.header.joins and findings_table.header.missing
        table = join_visits(findings_table, numbered) if joins else findings_table
        findings = read_findings(table, names, context, totals, types)
        linked = _find_visits(findings, names, context, visits if looked else None)
        sheets[position] = linked
        _report_also_checked(table, looked, linked[-1])
    found = [sheets[position][-1] for position, table, _ in rest if not table.held.any()]
    for position, (table, _) in enumerate(tables):
        if table.kind == reading.VISITS and len(found) == len(rest):
            report_visit_scores(table, sheets[position][0], found)
    joined = [sheet for _, some in sorted(sheets.items()) for sheet in some]
    checks, roles, sites, findings = join_checks(joined)
    frames = {"checks": checks, "roles": roles, "sites": sites, "findings": findings}
    return {**frames, "pieces": pieces_of(joined)}


def _types(sheets: Sequence[SheetChecks]) -> dict[int, int]:
    """Give the point type of each site that other sheets of the workbook tell."""
    types_by_site: dict[int, int] = {}
    for sheet in sheets:
        sites = sheet.sites
        types_by_site.update(zip(sites["site"].tolist(), sites["point_type"].tolist(), strict=True))
    return types_by_site


def _find_visits(
    findings: Findings,
    names: Names,
    context: Context,
    visits: Mapping[Place, Sequence[Visit]] | None,
) -> list[SheetChecks]:
    """Link problems to the visits of the workbook (None: it has none), or make their visits."""
    if visits is not None or not needs_visits(findings):
        return [checks_of_findings(findings, link_visits(findings, visits or {}))]
    if context.answers.confirm_visits:
        visit_checks, keys = make_visits(findings, names, context)
        return [*visit_checks, checks_of_findings(findings, keys)]
    remembered = visits_as_remembered(context, findings.table.header.fingerprint)
    if remembered:
        report_sheet(findings.table, "到访-14")
        visit_checks, keys = make_visits(findings, names, remembered)
        return [*visit_checks, checks_of_findings(findings, keys)]
    report_sheet(findings.table, "到访-02")
    return [checks_of_findings(findings, findings.visit)]


def _report_judged_twice(sheets: Sequence[tuple[Table, SheetChecks]]) -> None:
    """Tell of items that two checklists judge at the same visit, unless both passed them."""
    judged: dict[tuple[int, int], tuple[str, bool]] = {}
    checklists = [(table, sheet) for table, sheet in sheets if table.kind != reading.VISITS]
    for table, sheet in checklists if len(checklists) > 1 else ():
        checks, counts = sheet.checks, Counter()
        pairs = list(zip(checks["visit"].tolist(), checks["item"].tolist(), strict=True))
        was_passed = (checks["result"] == RESULTS.index("符合")).tolist()
        for pair, is_passed in zip(pairs, was_passed, strict=True):
            first_sheet, first_passed = judged.get(pair, ("", True))
            if first_sheet and not (is_passed and first_passed):
                counts[first_sheet] += 1
        for first_sheet, count in counts.items():
            report_sheet(table, "重复-06", other=first_sheet, count=count)
        name = table.sheet.name
        judged |= {
            pair: (name, is_passed and judged.get(pair, ("", True))[1])
            for pair, is_passed in zip(pairs, was_passed, strict=True)
        }


def _report_also_checked(
    table: Table, looked: Sequence[SheetChecks], finding_checks: SheetChecks
) -> None:
    """Tell of problems on items that a checklist of the same workbook judges as well."""
    judged = [sheet.checks for sheet in looked if (sheet.checks["basis"] == BASIS_CHECKLIST).all()]
    pairs = {
        pair
        for checks in judged
        for pair in zip(checks["visit"].tolist(), checks["item"].tolist(), strict=True)
    }
    finding_pairs = zip(
        finding_checks.checks["visit"].tolist(), finding_checks.checks["item"].tolist(), strict=True
    )
    count = sum(pair in pairs for pair in finding_pairs) if pairs else 0
    if count:
        report_sheet(table, "重复-02", count=count)
