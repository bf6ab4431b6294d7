"""检查点位: which items each visit looked at, and which visit a problem belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wenming_metrics.reading.inspection.checklists import WITHOUT_VISITS, Findings
from wenming_metrics.reading.inspection.checks import Roles, SheetChecks, spread_checks
from wenming_metrics.reading.inspection.points import KEPT
from wenming_metrics.reading.model.reading import BASIS_VISIT, Context
from wenming_metrics.reading.resolve.names import Names, hint, visit_key
from wenming_metrics.reading.resolve.where import (
    Where,
    expand,
    report_sites,
    settle_days,
    settle_roles,
    settle_sources,
    settle_visits,
    settle_where,
)
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    CellFault,
    Table,
    column,
    combine,
    report,
    report_each,
    report_faults,
    report_sheet,
)
from wenming_metrics.vocabulary import SOURCE_CODES, SOURCES, normalise

_WHOLE = {"", "全部", "所有", "全部测评项", "全项", "全面检查"}
_SEPARATORS = re.compile(r"[、,;/|\n\uff0c\uff1b\uff0f\uff5c]+")


@dataclass(frozen=True)
class Visit:
    """One visit of a workbook: its key, whether a number is written."""

    key: int
    numbered: bool


Place = tuple[int, int, int]
"""Day, source, site: what tells visits apart that have no number."""


def read_visits(table: Table, names: Names, context: Context) -> SheetChecks:
    """Read a sheet whose rows are visits: one kept check (符合) per item of a visit's scope."""
    day = settle_days(table, "day", context.today.toordinal())
    source = settle_sources(table)
    where = settle_where(table, names, day, {})
    visit = settle_visits(table, where, source)
    scope = column(table, "scope")
    first, number = combine([scope.codes, where.point_type])
    scopes = [
        _scope(names, scope.values[scope.codes[row]], int(where.point_type[row]))
        for row in first.tolist()
    ]
    report_faults(table, [fault for _, fault in scopes], number)
    _report_twice(table, visit)
    roles = settle_roles(table, names, where)
    report_sites(table, names, where)
    items = [several for several, _ in scopes]
    return checks_of_visits(table, names, where, (source, visit), (items, number), roles)


def _scope(
    names: Names, value: values.Value, point_type: int
) -> tuple[list[int], CellFault | None]:
    """Give the items that a visit looked at: those named by category, code or name, else all."""
    if point_type < 0:
        return [], None
    applies = names.catalogue.applies[:, point_type]
    text = "" if isinstance(value, values.CellError) else values.spell(value)
    wanted = set(np.flatnonzero(applies).tolist())
    if normalise(text) not in _WHOLE and normalise(text).strip("-/"):
        wanted = set()
        for scope_word in filter(None, map(normalise, _SEPARATORS.split(text))):
            some = _named_items(names, scope_word, applies)
            if some is None:
                fault_words = {"part": scope_word, "hint": hint(names, scope_word, names.items)}
                return [], CellFault("测评项-05", "scope", fault_words)
            wanted |= some
    if not wanted:
        fault_words = {"point_type": names.type_titles[point_type]}
        return [], CellFault("测评项-07", "scope", fault_words)
    return sorted(wanted), None


def _named_items(names: Names, scope_word: str, applies: np.ndarray) -> set[int] | None:
    """Give the items of one word of a scope: a category's that apply there, or the item itself."""
    category = names.categories.get(scope_word)
    if category is not None:
        return {item_number for item_number in category if applies[item_number]}
    item_number = names.item_codes.get(scope_word)
    if item_number is not None:
        return {item_number}
    same_named = names.items.get(scope_word)
    return (
        None
        if same_named is None
        else (
            {item_number for item_number in same_named if applies[item_number]}
            or set(same_named[:1])
        )
    )


def checks_of_visits(
    table: Table,
    names: Names,
    where: Where,
    visits: tuple[np.ndarray, np.ndarray],
    scopes: tuple[Sequence[Sequence[int]], np.ndarray],
    roles: Roles,
) -> SheetChecks:
    """Spread visits over their items.

    Takes: visits - source and key per data row; scopes - items per distinct scope, and the scope
           of each data row
    """
    items, number = scopes
    sizes = np.array([len(several) for several in items], np.int64)
    flat = np.array([item_number for several in items for item_number in several], np.int64)
    counts = sizes[number]
    line_rows, position = expand(counts)
    item = flat[(np.cumsum(sizes) - sizes)[number][line_rows] + position]
    zero = np.zeros(table.n_rows, np.int64)
    row_values = {
        **{"source": visits[0], "visit": visits[1], "basis": zero + BASIS_VISIT},
        **{"result": zero + KEPT, "lost": zero, "places": zero},
    }
    marks = names.catalogue.full_marks
    line_values = {"item": item, "possible": marks[item]}
    return spread_checks(table, where, row_values, roles, counts, line_values)


def _report_twice(table: Table, visit: np.ndarray) -> None:
    rows = np.flatnonzero(~table.held)
    _, first, number = np.unique(visit[rows], return_index=True, return_inverse=True)
    again = np.flatnonzero(first[number] != np.arange(len(rows)))
    first_rows = [{"first": row} for row in table.excel[rows[first[number[again]]]].tolist()]
    report_each(table, rows[again], "到访-04", "site", first_rows)


def visits_of(sheets: Iterable[SheetChecks]) -> dict[Place, list[Visit]]:
    """List the visits that checks were made on, by day, source and site."""
    visits: dict[Place, list[Visit]] = {}
    for sheet in sheets:
        columns = [sheet.checks[name] for name in ("day", "source", "site", "visit")]
        _, first = np.unique(columns[3], return_index=True)
        for *location, key in zip(
            *(check_column[first].tolist() for check_column in columns), strict=True
        ):
            day, source, site = location
            numbered = key != visit_key(day, source, "", site)
            visits.setdefault((day, source, site), []).append(Visit(key, numbered))
    return visits


def report_visitless(findings: Findings, rows: np.ndarray) -> None:
    """Tell of problems that add no visit, and where they come from. Takes: rows - which of them, true or false"""
    if rows.any():
        codes = [SOURCE_CODES[number] for number in np.unique(findings.source[rows]).tolist()]
        told = [f"{SOURCES[code]}{'反映' if code == 'public' else '查出'}" for code in codes]
        report_sheet(findings.table, "到访-05", count=int(rows.sum()), found="、".join(told))


def link_visits(findings: Findings, visits: Mapping[Place, Sequence[Visit]]) -> np.ndarray:
    """Find the visit of each problem: the same key, else the only visit of that day, source and
    site when one of the two has no number. Tells of problems without one.

    Returns: visit keys per data row; a problem without a visit keeps its own
    """
    table, where = findings.table, findings.where
    number = column(table, "visit_no")
    written = [bool(values.word(value)) for value in number.values]
    keys, first, of = np.unique(findings.visit, return_index=True, return_inverse=True)
    linked, is_linked = keys.copy(), np.zeros(len(keys), bool)
    for position, row in enumerate(first.tolist()):
        location = (int(where.day[row]), int(findings.source[row]), int(where.site[row]))
        candidates = visits.get(location, ())
        same = [visit.key for visit in candidates if visit.key == keys[position]]
        if not same and len(candidates) == 1:
            one_is_bare = not (written[number.codes[row]] and candidates[0].numbered)
            same = [candidates[0].key] if one_is_bare else []
        if same:
            linked[position], is_linked[position] = same[0], True
    alone = ~is_linked[of] & ~table.held
    visitless = np.isin(findings.source, WITHOUT_VISITS)
    report(table, alone & ~visitless, "到访-01", "site")
    report_visitless(findings, alone & visitless)
    return linked[of]
