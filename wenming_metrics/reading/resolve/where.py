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
    CellFault,
    Table,
    column,
    combine,
    narrow,
    report,
    report_each,
    report_faults,
    report_sheet,
    report_unreadable,
    spelled,
    typed,
)
from wenming_metrics.vocabulary import ROLE_CODES

EARLIEST = date(2000, 1, 1).toordinal()
_YEARS = 3 * 365


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
    site_column = column(table, "site")
    first, number = combine([street, site_column.codes])
    settled_sites = [
        _site(names, int(street[row]), site_column.values[site_column.codes[row]]) for row in first
    ]
    report_faults(table, [site.fault for site in settled_sites], number)
    site = np.array([settled.key for settled in settled_sites], np.int64)[number]
    registered = narrow([settled.position for settled in settled_sites])[number]
    sites = names.register.sites
    kinds, homes = (
        _by_position(narrow(sites[name]), registered) for name in ("point_type", "unit")
    )
    blank = typed(table, "community", lambda value: int(not values.word(value))) == 1
    unit = np.where(blank & (registered >= 0), homes, unit)
    point_type = _settle_types(table, names, kinds, site, known_types)
    texts = np.array([settled.name for settled in settled_sites], object)
    return Where(day, street, unit, point_type, site, number, registered, kinds, texts)


def report_sites(table: Table, names: Names, where: Where) -> None:
    """Tell, at the first row that counts, of each site that the register does not know or knows
    under another point type; a site is told of once per workbook."""
    counted = ~table.held
    new = np.flatnonzero(counted & (where.registered < 0))
    rows = new[np.unique(where.site[new], return_index=True)[1]]
    rows = [row for row in np.sort(rows).tolist() if int(where.site[row]) not in names.met]
    names.met.update(where.site[rows].tolist())
    report_each(table, np.array(rows, np.int64), "点位-01", "site")
    differing = counted & (where.registered >= 0) & (where.point_type != where.registered_type)
    differing = np.flatnonzero(differing)
    rows = np.sort(differing[np.unique(where.site[differing], return_index=True)[1]])
    kinds = where.registered_type[rows].tolist()
    registered_types = [{"registered": names.type_titles[kind]} for kind in kinds]
    report_each(table, rows, "点位-05", "point_type", registered_types)


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
    report(table, day == values.OTHER_WEEKDAY, "日期-09", name)
    report(table, (day >= 0) & (day < EARLIEST), "日期-03", name)
    if latest is not None:
        today_text = date.fromordinal(latest).isoformat()
        report(table, day > latest, "日期-02", name, today=today_text)
        _report_long_past(table, name, np.flatnonzero((day >= EARLIEST) & (day < latest - _YEARS)))
    return np.maximum(day, -1)


def _report_long_past(table: Table, name: str, rows: np.ndarray) -> None:
    """Tell of days years ago: cells copied out of a workbook that counts from 1904 lie four back."""
    if len(rows):
        report_sheet(table, "日期-08", name, count=len(rows), day=spelled(table, name, rows[:1])[0])


def settle_sources(table: Table) -> np.ndarray:
    """Number the source of each row; a blank is 市督查组, said once per sheet."""
    source_column = column(table, "source")
    words = [values.word(value) for value in source_column.values]
    faults = [
        None if not word or word in SOURCES else CellFault("来源-02", "source", {})
        for word in words
    ]
    report_faults(table, faults, source_column.codes)
    number = narrow([SOURCES.get(word, -1 if word else -2) for word in words])[source_column.codes]
    blank = len(np.unique(table.excel[number == -2]))
    if blank:
        report_sheet(table, "来源-01", "source", count=blank)
    return np.maximum(number, 0)


def _settle_units(table: Table, names: Names, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    name_columns = [column(table, name) for name in ("district", "street", "community")]
    words = [[values.word(value) for value in name_column.values] for name_column in name_columns]
    first, number = combine(
        [_epoch(names, day), *(name_column.codes for name_column in name_columns)]
    )
    areas = [
        territory(
            names,
            int(day[row]),
            *(
                word[name_column.codes[row]]
                for name_column, word in zip(name_columns, words, strict=True)
            ),
        )
        for row in first.tolist()
    ]
    report_faults(table, [area.fault for area in areas], number)
    unknown = _unknown_districts(names, words[0])
    report_faults(table, unknown, name_columns[0].codes)
    street = narrow([area.street for area in areas])[number]
    return street, narrow([area.unit for area in areas])[number]


def _unknown_districts(names: Names, words: list[str]) -> list[CellFault | None]:
    return [
        CellFault("单位-10", "district", {"hint": hint(names, word, names.districts)})
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
    position: int
    name: str
    fault: CellFault | None = None


def _site(names: Names, street: int, value: values.Value) -> _Site:
    word = values.word(value)
    if not word:
        return _Site(-1, -1, "", CellFault("点位-04", "site", {}))
    if street < 0:
        return _Site(-1, -1, values.spell(value))
    namesakes = names.sites.get((street, word), [])
    if len(namesakes) > 1:
        fault_words = {"names": "、".join(names.site_titles[position] for position in namesakes)}
        return _Site(-1, -1, "", CellFault("点位-06", "site", fault_words))
    if namesakes:
        return _Site(names.site_keys[namesakes[0]], namesakes[0], names.site_titles[namesakes[0]])
    text = values.spell(value)
    return _Site(site_key(names.codes[street], text), -1, text)


def _by_position(values_: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Take values by position, -1 where the position is -1."""
    return np.append(values_, -1)[positions]


def _settle_types(
    table: Table,
    names: Names,
    registered: np.ndarray,
    site: np.ndarray,
    known_types: Mapping[int, int],
) -> np.ndarray:
    """Number the point type of each row, from its own cell, else from register or workbook."""
    type_column = column(table, "point_type")
    words = [values.word(value) for value in type_column.values]
    faults = [
        None
        if not word or word in names.point_types
        else CellFault("点位-02", "point_type", {"hint": hint(names, word, names.point_types)})
        for word in words
    ]
    report_faults(table, faults, type_column.codes)
    row_types = narrow([names.point_types.get(word, -1) for word in words])[type_column.codes]
    blank = np.array([not word for word in words])[type_column.codes]
    fallback = registered
    if known_types and (blank & (registered < 0)).any():
        keys, number = np.unique(site, return_inverse=True)
        workbook_types = narrow([known_types.get(key, -1) for key in keys.tolist()])[number]
        fallback = np.where(registered < 0, workbook_types, registered)
    report(table, blank & (fallback < 0) & (site >= 0), "点位-03", "point_type")
    table.held[blank & (fallback < 0)] = True
    return np.where(blank, fallback, row_types)


def settle_visits(
    table: Table, where: Where, source: np.ndarray, *, numbered: bool = True
) -> np.ndarray:
    """Give the key of each row's visit: day, source, number (where one is written), site."""
    number_column = column(table, "visit_no")
    words = [values.word(value) if numbered else "" for value in number_column.values]
    first, number = combine([where.site_number, where.day, source, number_column.codes])
    keys = [
        visit_key(
            int(where.day[row]),
            int(source[row]),
            words[number_column.codes[row]],
            int(where.site[row]),
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
        for nth, unit_column in enumerate(table.columns.get(name, ())):
            first, number = combine([unit_column.codes, where.street, _epoch(names, where.day)])
            texts = [_text(unit_column.values[unit_column.codes[row]]) for row in first.tolist()]
            units_and_faults = [
                expand_units(names, int(where.day[row]), text, name, int(where.street[row]))
                for row, text in zip(first.tolist(), texts, strict=True)
            ]
            report_faults(table, [fault for _, fault in units_and_faults], number, nth)
            units_of = (several for several, _ in units_and_faults)
            cells = zip(texts, first.tolist(), units_of, strict=True)
            report_expanded(table, names, name, nth, cells)
            counts = np.array([len(several) for several, _ in units_and_faults], np.int64)
            flat = np.array([unit for several, _ in units_and_faults for unit in several], np.int64)
            starts = np.cumsum(counts) - counts
            line_rows, position = expand(counts[number])
            rows.append(line_rows)
            roles.append(np.full(len(line_rows), role))
            units.append(flat[starts[number][line_rows] + position])
    if not rows:
        return (np.zeros(0, np.int64),) * 3
    return np.concatenate(rows), np.concatenate(roles), np.concatenate(units)


def expand(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Repeat each position `counts` times. Returns: the position, and 0, 1, ... within it."""
    positions = np.repeat(np.arange(len(counts)), counts)
    return positions, np.arange(len(positions)) - np.repeat(np.cumsum(counts) - counts, counts)


def _text(value: values.Value) -> str:
    return "" if isinstance(value, values.CellError) else values.spell(value)
