"""When, by whom and where: what every row of an inspection or a plan must say.

Each step works on distinct combinations of values and takes the answers by code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from wenming_metrics.domain.registers import site_key
from wenming_metrics.reading.resolve.collective import expand_units, report_expanded
from wenming_metrics.reading.resolve.names import SOURCES, Names, hint, visit_key
from wenming_metrics.reading.resolve.territory import territory
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    Fault,
    Table,
    column,
    combine,
    narrow,
    report,
    report_each,
    report_faults,
    report_sheet,
    report_unreadable,
    typed,
)
from wenming_metrics.vocabulary import ROLE_CODES

EARLIEST = date(2000, 1, 1).toordinal()


@dataclass(frozen=True)
class Where:
    """Where each data row belongs; -1 where that is not known, and the row is then held.

    day (ordinal), street, unit, point_type, site (key), site_number (distinct sites of the sheet),
    registered (position in the register's sites, -1 where it names none), registered_type,
    names (canonical name per distinct site)
    """

    day: np.ndarray
    street: np.ndarray
    unit: np.ndarray
    point_type: np.ndarray
    site: np.ndarray
    site_number: np.ndarray
    registered: np.ndarray
    registered_type: np.ndarray
    names: np.ndarray


def settle_where(
    table: Table, names: Names, day: np.ndarray, known_types: Mapping[int, int]
) -> Where:
    """Settle territory, site and point type of every row.

    Takes: day - ordinals, below 0 where unknown; known_types - point types by site that other
           sheets of the workbook tell
    """
    street, unit = _settle_units(table, names, day)
    given = column(table, "site")
    first, number = combine([street, given.codes])
    found = [_site(names, int(street[row]), given.values[given.codes[row]]) for row in first]
    report_faults(table, [site.fault for site in found], number)
    site = np.array([one.key for one in found], np.int64)[number]
    at = narrow([one.at for one in found])[number]
    sites = names.register.sites
    kinds, homes = (_taken(narrow(sites[name]), at) for name in ("point_type", "unit"))
    blank = typed(table, "community", lambda value: int(not values.word(value))) == 1
    unit = np.where(blank & (at >= 0), homes, unit)
    point_type = _settle_types(table, names, kinds, site, known_types)
    texts = np.array([one.name for one in found], object)
    return Where(day, street, unit, point_type, site, number, at, kinds, texts)


def report_sites(table: Table, names: Names, where: Where) -> None:
    """Tell, at the first row that counts, of each site that the register does not know or knows
    under another point type; a site is told of once per workbook."""
    kept = ~table.held
    new = np.flatnonzero(kept & (where.registered < 0))
    rows = new[np.unique(where.site[new], return_index=True)[1]]
    rows = [row for row in np.sort(rows).tolist() if int(where.site[row]) not in names.met]
    names.met.update(where.site[rows].tolist())
    report_each(table, np.array(rows, np.int64), "点位-01", "site", [{}] * len(rows))
    other = kept & (where.registered >= 0) & (where.point_type != where.registered_type)
    other = np.flatnonzero(other)
    rows = np.sort(other[np.unique(where.site[other], return_index=True)[1]])
    kinds = where.registered_type[rows].tolist()
    said = [{"registered": names.type_titles[kind]} for kind in kinds]
    report_each(table, rows, "点位-05", "point_type", said)


def settle_days(table: Table, name: str, latest: int | None) -> np.ndarray:
    """Type the day of each row; report what is missing, unreadable, before 2000 or after `latest`.

    Returns: ordinals, -1 where there is none to use
    """
    year = table.header.titles.year
    day = typed(table, name, lambda value: values.day(value, year))
    report(table, day == values.BLANK, "日期-04", name)
    report_unreadable(table, day, "日期-01", name)
    for state, code in ((values.NO_YEAR, "日期-05"), (values.SPAN, "日期-06")):
        report(table, day == state, code, name)
    report(table, day == values.CUT_SHORT, "日期-07", name)
    report(table, (day >= 0) & (day < EARLIEST), "日期-03", name)
    if latest is not None:
        said = date.fromordinal(latest).isoformat()
        report(table, day > latest, "日期-02", name, today=said)
    return np.maximum(day, -1)


def settle_sources(table: Table) -> np.ndarray:
    """Number the source of each row; a blank is 市督查组, said once per sheet."""
    given = column(table, "source")
    words = [values.word(value) for value in given.values]
    faults = [
        None if not word or word in SOURCES else Fault("来源-02", "source", {}) for word in words
    ]
    report_faults(table, faults, given.codes)
    number = narrow([SOURCES.get(word, -1 if word else -2) for word in words])[given.codes]
    blank = len(np.unique(table.excel[number == -2]))
    if blank:
        report_sheet(table, "来源-01", "source", count=blank)
    return np.maximum(number, 0)


def _settle_units(table: Table, names: Names, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    parts = [column(table, name) for name in ("district", "street", "community")]
    words = [[values.word(value) for value in part.values] for part in parts]
    first, number = combine([_epoch(names, day), *(part.codes for part in parts)])
    found = [
        territory(
            names,
            int(day[row]),
            *(word[part.codes[row]] for part, word in zip(parts, words, strict=True)),
        )
        for row in first.tolist()
    ]
    report_faults(table, [one.fault for one in found], number)
    unknown = _unknown_districts(names, words[0])
    report_faults(table, unknown, parts[0].codes)
    street = narrow([one.street for one in found])[number]
    return street, narrow([one.unit for one in found])[number]


def _unknown_districts(names: Names, words: list[str]) -> list[Fault | None]:
    return [
        Fault("单位-10", "district", {"hint": hint(names, word, names.districts)})
        if word and word not in names.districts
        else None
        for word in words
    ]


def _epoch(names: Names, day: np.ndarray) -> np.ndarray:
    """Number the stretch of days in which no unit begins or ends; -1 where there is no day."""
    return np.where(day < 0, -1, np.searchsorted(names.epochs, day, side="right"))


@dataclass(frozen=True)
class _Site:
    """One distinct site of a sheet: key, position in the register (-1), canonical name."""

    key: int
    at: int
    name: str
    fault: Fault | None = None


def _site(names: Names, street: int, value: values.Value) -> _Site:
    word = values.word(value)
    if not word:
        return _Site(-1, -1, "", Fault("点位-04", "site", {}))
    if street < 0:
        return _Site(-1, -1, values.spell(value))
    known = names.sites.get((street, word), [])
    if len(known) > 1:
        said = {"names": "、".join(names.site_titles[at] for at in known)}
        return _Site(-1, -1, "", Fault("点位-06", "site", said))
    if known:
        return _Site(names.site_keys[known[0]], known[0], names.site_titles[known[0]])
    text = values.spell(value)
    return _Site(site_key(names.codes[street], text), -1, text)


def _taken(values_: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Take values by position, -1 where the position is -1."""
    return np.append(values_, -1)[at]


def _settle_types(
    table: Table,
    names: Names,
    registered: np.ndarray,
    site: np.ndarray,
    known_types: Mapping[int, int],
) -> np.ndarray:
    """Number the point type of each row, from its own cell, else from register or workbook."""
    given = column(table, "point_type")
    words = [values.word(value) for value in given.values]
    faults = [
        None
        if not word or word in names.point_types
        else Fault("点位-02", "point_type", {"hint": hint(names, word, names.point_types)})
        for word in words
    ]
    report_faults(table, faults, given.codes)
    own = narrow([names.point_types.get(word, -1) for word in words])[given.codes]
    blank = np.array([not word for word in words])[given.codes]
    taken = registered
    if known_types and (blank & (registered < 0)).any():
        keys, number = np.unique(site, return_inverse=True)
        told = narrow([known_types.get(key, -1) for key in keys.tolist()])[number]
        taken = np.where(registered < 0, told, registered)
    report(table, blank & (taken < 0) & (site >= 0), "点位-03", "point_type")
    table.held[blank & (taken < 0)] = True
    return np.where(blank, taken, own)


def settle_visits(
    table: Table, where: Where, source: np.ndarray, *, numbered: bool = True
) -> np.ndarray:
    """Give the key of each row's visit: day, source, number (where one is written), site."""
    given = column(table, "visit_no")
    words = [values.word(value) if numbered else "" for value in given.values]
    first, number = combine([where.site_number, where.day, source, given.codes])
    keys = [
        visit_key(
            int(where.day[row]), int(source[row]), words[given.codes[row]], int(where.site[row])
        )
        for row in first.tolist()
    ]
    return np.array(keys, np.int64)[number]


def settle_roles(
    table: Table, names: Names, where: Where
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Settle the further units that rows name. Returns: data row, role number, unit; one per name."""
    rows, roles, units = [], [], []
    for role, name in enumerate(ROLE_CODES):
        for nth, given in enumerate(table.columns.get(name, ())):
            first, number = combine([given.codes, where.street, _epoch(names, where.day)])
            texts = [_text(given.values[given.codes[row]]) for row in first.tolist()]
            found = [
                expand_units(names, int(where.day[row]), text, name, int(where.street[row]))
                for row, text in zip(first.tolist(), texts, strict=True)
            ]
            report_faults(table, [fault for _, fault in found], number, nth)
            units_of = (several for several, _ in found)
            cells = zip(texts, first.tolist(), units_of, strict=True)
            report_expanded(table, names, name, nth, cells)
            counts = np.array([len(several) for several, _ in found], np.int64)
            flat = np.array([unit for several, _ in found for unit in several], np.int64)
            starts = np.cumsum(counts) - counts
            at, position = expand(counts[number])
            rows.append(at)
            roles.append(np.full(len(at), role))
            units.append(flat[starts[number][at] + position])
    if not rows:
        return (np.zeros(0, np.int64),) * 3
    return np.concatenate(rows), np.concatenate(roles), np.concatenate(units)


def expand(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Repeat each position `counts` times. Returns: the position, and 0, 1, ... within it."""
    at = np.repeat(np.arange(len(counts)), counts)
    return at, np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)


def _text(value: values.Value) -> str:
    return "" if isinstance(value, values.CellError) else values.spell(value)
