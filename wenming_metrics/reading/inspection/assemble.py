"""Put the sheets of an inspection together: checklists, problems and the visits they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from wenming_metrics.reading.inspection.checklists import (
    Findings,
    findings_part,
    read_checklist,
    read_findings,
    read_wide,
)
from wenming_metrics.reading.inspection.checks import Part, join_parts, pieces_of
from wenming_metrics.reading.inspection.confirmed_visits import made_visits, needs_visits
from wenming_metrics.reading.inspection.join_visits import join_visits
from wenming_metrics.reading.inspection.visits import (
    Place,
    Visit,
    link_visits,
    read_visits,
    visits_of,
)
from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.reading import BASIS_CHECKLIST, Context
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.tables.table import Table, report_sheet
from wenming_metrics.reading.tables.totals import Total

Taken = tuple[Table, list[Total]]


def read_inspection(
    taken: Sequence[Taken], names: Names, context: Context
) -> dict[str, pd.DataFrame]:
    """Read all sheets of an inspection. Returns: checks, roles, sites, findings of `Reading`."""
    parts: dict[int, list[Part]] = {}
    for at, (table, totals) in enumerate(taken):
        if table.kind == reading.VISITS:
            parts[at] = [read_visits(table, names, context)]
        elif table.kind == reading.CHECKLIST:
            parts[at] = [read_checklist(table, names, context, totals)]
        elif table.kind == reading.WIDE:
            parts[at] = [read_wide(table, names, context, totals)]
    rest = [(at, *one) for at, one in enumerate(taken) if one[0].kind == reading.FINDINGS]
    looked = [one for some in parts.values() for one in some]
    visits = visits_of(looked) if rest else {}
    types = _types(looked) if rest else {}
    numbered = [table for table, _ in taken if table.kind == reading.VISITS]
    for at, own, totals in rest:
        joins = own.header.joins and own.header.missing
        table = join_visits(own, numbered) if joins else own
        findings = read_findings(table, names, context, totals, types)
        found = _find_visits(findings, names, context, visits if looked else None)
        parts[at] = found
        _report_also_checked(table, looked, found[-1])
    joined = [one for _, some in sorted(parts.items()) for one in some]
    checks, roles, sites, findings = join_parts(joined)
    frames = {"checks": checks, "roles": roles, "sites": sites, "findings": findings}
    return {**frames, "pieces": pieces_of(joined)}


def _types(parts: Sequence[Part]) -> dict[int, int]:
    """Give the point type of each site that other sheets of the workbook tell."""
    found: dict[int, int] = {}
    for part in parts:
        sites = part.sites
        found.update(zip(sites["site"].tolist(), sites["point_type"].tolist(), strict=True))
    return found


def _find_visits(
    findings: Findings,
    names: Names,
    context: Context,
    visits: Mapping[Place, Sequence[Visit]] | None,
) -> list[Part]:
    """Link problems to the visits of the workbook (None: it has none), or make their visits."""
    if visits is not None or not needs_visits(findings):
        return [findings_part(findings, link_visits(findings, visits or {}))]
    if context.answers.confirm_visits:
        made, keys = made_visits(findings, names, context)
        return [*made, findings_part(findings, keys)]
    report_sheet(findings.table, "到访-02")
    return [findings_part(findings, findings.visit)]


def _report_also_checked(table: Table, looked: Sequence[Part], found: Part) -> None:
    """Tell of problems on items that a checklist of the same workbook judges as well."""
    judged = [part.checks for part in looked if (part.checks["basis"] == BASIS_CHECKLIST).all()]
    pairs = {
        pair
        for checks in judged
        for pair in zip(checks["visit"].tolist(), checks["item"].tolist(), strict=True)
    }
    own = zip(found.checks["visit"].tolist(), found.checks["item"].tolist(), strict=True)
    count = sum(pair in pairs for pair in own) if pairs else 0
    if count:
        report_sheet(table, "重复-02", count=count)
