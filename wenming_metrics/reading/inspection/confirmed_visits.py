"""Problems without a sheet of visits: the visits that the sender confirms (督查到访), made of them.

They looked at every item of the point type, or at those of some categories; and there may have
been further visits, to registered sites, on which nothing was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.reading.inspection.checklists import WITHOUT_VISITS, Findings
from wenming_metrics.reading.inspection.checks import NO_ROLES, SheetChecks
from wenming_metrics.reading.inspection.points import KEPT
from wenming_metrics.reading.inspection.visits import checks_of_visits, report_visitless
from wenming_metrics.reading.model.reading import BASIS_VISIT, SITE_COLUMNS, Context
from wenming_metrics.reading.model.sender_answers import Looked, SenderAnswers
from wenming_metrics.reading.resolve.names import Names, alive, visit_key
from wenming_metrics.reading.resolve.where import EARLIEST, expand, settle_visits
from wenming_metrics.reading.tables.table import Table, report_sheet
from wenming_metrics.vocabulary import SOURCE_CODES, SOURCES, normalise


def needs_visits(findings: Findings) -> bool:
    """Say whether problems come from inspections: those of WITHOUT_VISITS have no visit by nature."""
    counted = ~findings.table.held
    return bool((counted & ~np.isin(findings.source, WITHOUT_VISITS)).any())


def make_visits(
    findings: Findings, names: Names, context: Context
) -> tuple[list[SheetChecks], np.ndarray]:
    """Make a visit for each day, source and site of the problems, and those that are told besides.

    Returns: the checks of these visits, and the visit keys of the problems
    """
    table, where, answers = findings.table, findings.where, context.answers
    visit = settle_visits(table, where, findings.source, numbered=False)
    visitless = np.isin(findings.source, WITHOUT_VISITS)
    rows = np.flatnonzero(~table.held & ~visitless)
    first = rows[np.unique(visit[rows], return_index=True)[1]]
    items = _items(table, names, answers)
    scope = np.full(table.n_rows, len(items))
    scope[first] = where.point_type[first]
    visits, scopes = (findings.source, visit), ([*items, []], scope)
    visit_checks = checks_of_visits(table, names, where, visits, scopes, NO_ROLES)
    _report_made(table, len(first), answers)
    report_visitless(findings, ~table.held & visitless)
    source = int(np.bincount(findings.source[rows]).argmax())
    finding_visits = set(visit[rows].tolist())
    return [visit_checks, *_looked(table, names, context, items, source, finding_visits)], visit


def _items(table: Table, names: Names, answers: SenderAnswers) -> list[list[int]]:
    """Give the items that a visit looked at, per point type."""
    applies = names.catalogue.applies
    wanted = np.full(len(applies), not answers.scope)
    for category in answers.scope:
        category_items = names.categories.get(normalise(category))
        if category_items is None:
            report_sheet(table, "到访-12", category=category)
        wanted[list(category_items or ())] = True
    return [np.flatnonzero(applying & wanted).tolist() for applying in applies.T]


def _report_made(table: Table, count: int, answers: SenderAnswers) -> None:
    if answers.scope:
        report_sheet(table, "到访-11", count=count, scope="、".join(answers.scope))
    else:
        report_sheet(table, "到访-03", count=count)


def _looked(
    table: Table,
    names: Names,
    context: Context,
    items: Sequence[Sequence[int]],
    source: int,
    finding_visits: set[int],
) -> Iterator[SheetChecks]:
    """Make the visits on which nothing was found; one that problems tell of is there already."""
    latest = context.today.toordinal()
    sites: dict[int, tuple[int, int]] = {}
    for visit in context.answers.looked:
        position, reason = _site(names, visit, latest)
        if reason:
            visit_text = f"{date.fromordinal(visit.day)} {visit.street} {visit.site}"
            report_sheet(table, "到访-13", visit=visit_text, reason=reason)
            continue
        key = visit_key(visit.day, source, "", names.site_keys[position])
        if key not in finding_visits:
            sites[key] = (visit.day, position)
    if sites:
        report_sheet(table, "到访-10", count=len(sites), source=SOURCES[SOURCE_CODES[source]])
        yield _looked_checks(table, names, items, source, sites)


def _site(names: Names, visit: Looked, latest: int) -> tuple[int, str]:
    """Find a registered site. Returns: its position in the register, or why there is none"""
    if not EARLIEST <= visit.day <= latest:
        return -1, "日期应在 2000 年以后、今天以前"
    streets = alive(names, list(names.streets.get(normalise(visit.street), ())), visit.day)
    if len(streets) != 1:
        return -1, "名册里没有这个街道"
    positions = names.sites.get((streets[0], normalise(visit.site)), [])
    return (positions[0], "") if len(positions) == 1 else (-1, "这个街道没有登记这个点位")


def _looked_checks(
    table: Table,
    names: Names,
    items: Sequence[Sequence[int]],
    source: int,
    sites: dict[int, tuple[int, int]],
) -> SheetChecks:
    """Make the checks of visits: all were right. Takes: sites - visit key -> day, site"""
    days, positions = (np.array(column, np.int64) for column in zip(*sites.values(), strict=True))
    register = names.register.sites.iloc[positions]
    kinds = register["point_type"].to_numpy(np.int64)
    line, _ = expand(np.array([len(items[kind]) for kind in kinds], np.int64))
    item = np.array([item_number for kind in kinds for item_number in items[kind]], np.int64)
    zero = np.zeros(len(line), np.int64)
    visit_columns = {
        **{"day": days, "visit": np.array(list(sites), np.int64), "point_type": kinds},
        **{name: register[name].to_numpy(np.int64) for name in ("site", "unit")},
    }
    marks = names.catalogue.full_marks
    checks = {
        **{name: values[line] for name, values in visit_columns.items()},
        **{"source": zero + source, "basis": zero + BASIS_VISIT, "result": zero + KEPT},
        **{"item": item, "possible": marks[item], "lost": zero, "places": zero},
        # No row of the sheet tells of them: they are said to stand at its header.
        **{"sheet": zero + table.sheet.index},
        **{"source_row": zero + table.sheet.first_row + table.header.row},
    }
    return SheetChecks(checks, NO_ROLES, pd.DataFrame(register[list(SITE_COLUMNS)]))
