"""Problems without a sheet of visits: the visits that the sender confirms (督查到访), made of them.

They looked at every item of the point type, or at those of some categories; and there may have
been further visits, to registered sites, on which nothing was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.reading.inspection.checklists import PUBLIC, Findings
from wenming_metrics.reading.inspection.checks import NO_ROLES, Part
from wenming_metrics.reading.inspection.points import KEPT
from wenming_metrics.reading.inspection.visits import visits_part
from wenming_metrics.reading.model.reading import BASIS_VISIT, SITE_COLUMNS, Context
from wenming_metrics.reading.model.sender_answers import Answers, Looked
from wenming_metrics.reading.resolve.names import Names, alive, visit_key
from wenming_metrics.reading.resolve.where import EARLIEST, expand, settle_visits
from wenming_metrics.reading.tables.table import Table, report_sheet
from wenming_metrics.vocabulary import SOURCE_CODES, SOURCES, normalise


def needs_visits(findings: Findings) -> bool:
    """Say whether problems come from inspections: those of the public have no visit by nature."""
    kept = ~findings.table.held
    return bool((kept & (findings.source != PUBLIC)).any())


def made_visits(
    findings: Findings, names: Names, context: Context
) -> tuple[list[Part], np.ndarray]:
    """Make a visit for each day, source and site of the problems, and those that are told besides.

    Returns: the checks of these visits, and the visit keys of the problems
    """
    table, where, answers = findings.table, findings.where, context.answers
    visit = settle_visits(table, where, findings.source, numbered=False)
    rows = np.flatnonzero(~table.held & (findings.source != PUBLIC))
    first = rows[np.unique(visit[rows], return_index=True)[1]]
    items = _items(table, names, answers)
    scope = np.full(table.n_rows, len(items))
    scope[first] = where.point_type[first]
    visits, scopes = (findings.source, visit), ([*items, []], scope)
    part = visits_part(table, names, where, visits, scopes, NO_ROLES)
    _report_made(table, len(first), answers)
    public = int((~table.held & (findings.source == PUBLIC)).sum())
    if public:
        report_sheet(table, "到访-05", count=public)
    source = int(np.bincount(findings.source[rows]).argmax())
    known = set(visit[rows].tolist())
    return [part, *_looked(table, names, context, items, source, known)], visit


def _items(table: Table, names: Names, answers: Answers) -> list[list[int]]:
    """Give the items that a visit looked at, per point type."""
    applies = names.catalogue.applies
    wanted = np.full(len(applies), not answers.scope)
    for category in answers.scope:
        found = names.categories.get(normalise(category))
        if found is None:
            report_sheet(table, "到访-12", category=category)
        wanted[list(found or ())] = True
    return [np.flatnonzero(one & wanted).tolist() for one in applies.T]


def _report_made(table: Table, count: int, answers: Answers) -> None:
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
    known: set[int],
) -> Iterator[Part]:
    """Make the visits on which nothing was found; one that problems tell of is there already."""
    latest = context.today.toordinal()
    sites: dict[int, tuple[int, int]] = {}
    for one in context.answers.looked:
        at, reason = _site(names, one, latest)
        if reason:
            told = f"{date.fromordinal(one.day)} {one.street} {one.site}"
            report_sheet(table, "到访-13", visit=told, reason=reason)
            continue
        key = visit_key(one.day, source, "", names.site_keys[at])
        if key not in known:
            sites[key] = (one.day, at)
    if sites:
        report_sheet(table, "到访-10", count=len(sites), source=SOURCES[SOURCE_CODES[source]])
        yield _looked_part(table, names, items, source, sites)


def _site(names: Names, one: Looked, latest: int) -> tuple[int, str]:
    """Find a registered site. Returns: its position in the register, or why there is none"""
    if not EARLIEST <= one.day <= latest:
        return -1, "日期应在 2000 年以后、今天以前"
    streets = alive(names, list(names.streets.get(normalise(one.street), ())), one.day)
    if len(streets) != 1:
        return -1, "名册里没有这个街道"
    found = names.sites.get((streets[0], normalise(one.site)), [])
    return (found[0], "") if len(found) == 1 else (-1, "这个街道没有登记这个点位")


def _looked_part(
    table: Table,
    names: Names,
    items: Sequence[Sequence[int]],
    source: int,
    sites: dict[int, tuple[int, int]],
) -> Part:
    """Make the checks of visits: all were right. Takes: sites - visit key -> day, site"""
    days, at = (np.array(one, np.int64) for one in zip(*sites.values(), strict=True))
    register = names.register.sites.iloc[at]
    kinds = register["point_type"].to_numpy(np.int64)
    line, _ = expand(np.array([len(items[kind]) for kind in kinds], np.int64))
    item = np.array([one for kind in kinds for one in items[kind]], np.int64)
    zero = np.zeros(len(line), np.int64)
    own = {
        **{"day": days, "visit": np.array(list(sites), np.int64), "point_type": kinds},
        **{name: register[name].to_numpy(np.int64) for name in ("site", "unit")},
    }
    marks = names.catalogue.items["full_mark"].to_numpy(np.int64)
    checks = {
        **{name: values[line] for name, values in own.items()},
        **{"source": zero + source, "basis": zero + BASIS_VISIT, "result": zero + KEPT},
        **{"item": item, "possible": marks[item], "lost": zero, "places": zero},
        # No row of the sheet tells of them: they are said to stand at its header.
        **{"sheet": zero + table.sheet.index},
        **{"source_row": zero + table.sheet.first_row + table.header.row},
    }
    return Part(checks, NO_ROLES, pd.DataFrame(register[list(SITE_COLUMNS)]))
