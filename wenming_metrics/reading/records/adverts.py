"""公益广告: how many there are at each site, how many are damaged, along how many metres.

A row without a site says how many per 100 m the office asks of a type of site: its own number, not one of
a standard of the nation. Whether a site has enough is worked out where it is asked.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names, hint
from wenming_metrics.reading.resolve.periods_and_units import (
    PLACES,
    decimal_text,
    last_days,
    report_again,
    report_rows,
    settle_periods,
    settle_unit,
    texts_of,
    whole_count,
)
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import CellFault, Table, column, report, report_faults

COUNTS = ("ad_count", "ad_damaged")
MEASURES = ("ad_length", "ad_required")
_OF_CHECKS = {"result", "deduction", "description", "item"}


def _is_kind(names: frozenset[str], title: str) -> bool:
    """A table that counts adverts of sites or asks for some per 100 m."""
    return not names & _OF_CHECKS and bool(names & {"site", "point_type"}) and "ad_count" in names


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read the counts; a row whose unit, type, site or numbers are not sure is held."""
    sites = texts_of(table, "site")
    asks = np.array([not text for text in sites], bool)
    periods = settle_periods(table, np.zeros(table.n_rows, bool))
    last = last_days(periods)
    unit = settle_unit(table, names, last, asks)
    unit_column = next((n for n in ("subject", "street", *PLACES) if n in table.columns), "site")
    report(table, (unit < 0) & ~asks & ~table.held, "记录-03", unit_column)
    types = _settle_types(table, names, sites, unit)
    numbers = {name: _numbers(table, name) for name in (*COUNTS, *MEASURES)}
    _report_numbers(table, asks, numbers)
    titles = [period.title if period else "" for period in periods]
    report_again(table, list(zip(unit.tolist(), sites, types, titles, strict=True)))
    facts = {
        **{"site": sites, "point_type": types, "period": titles, **numbers},
        "first": [period.start.isoformat() if period else "" for period in periods],
        "remark": texts_of(table, "remark"),
    }
    return make_records(table, "adverts", last, unit, facts)


def _settle_types(table: Table, names: Names, sites: list[str], unit: np.ndarray) -> list[str]:
    """Name the point type of each row: its own cell, else what the register says of the site."""
    type_column, titles = column(table, "point_type"), names.catalogue.point_types["name"]
    words = [values.word(value) for value in type_column.values]
    faults = [
        CellFault("点位-02", "point_type", {"hint": hint(names, word, names.point_types)})
        if word and word not in names.point_types
        else None
        for word in words
    ]
    report_faults(table, faults, type_column.codes)
    known_types = [names.point_types.get(words[code], -1) for code in type_column.codes.tolist()]
    numbers = [
        number if number >= 0 else _registered_type(names, int(home), site_name)
        for number, home, site_name in zip(known_types, unit, sites, strict=True)
    ]
    report(table, (np.array(numbers) < 0) & ~table.held, "点位-03", "point_type")
    return [str(titles[number]) if number >= 0 else "" for number in numbers]


def _registered_type(names: Names, unit: int, site_name: str) -> int:
    """Give the type of a site of a unit's street as it is registered, -1 where none or several are."""
    sites = names.register.sites
    streets = set(sites.loc[sites["unit"] == unit, "street"]) | {unit}
    positions = {
        position
        for street in streets
        for position in names.sites.get((street, values.word(site_name)), ())
    }
    kinds = {int(sites["point_type"].iloc[position]) for position in positions}
    return kinds.pop() if len(kinds) == 1 else -1


def _numbers(table: Table, name: str) -> list[str]:
    """Read a column of numbers as text, "" where nothing is written; hold what is none, or below 0."""
    number_column = column(table, name)
    read = [_number(value, name) for value in number_column.values]
    codes = number_column.codes.tolist()
    unread = [row for row, code in enumerate(codes) if read[code] is None]
    report_rows(table, unread, "广告-01", name, [{}] * len(unread))
    return [read[code] or "" for code in codes]


def _number(value: values.Value, name: str) -> str | None:
    if name in COUNTS:
        count = whole_count(value)
        return None if count is None else str(count) if count >= 0 else ""
    text = decimal_text(value)
    return None if text is None or (text and Decimal(text) < 0) else text


def _report_numbers(table: Table, asks: np.ndarray, numbers: dict[str, list[str]]) -> None:
    """Hold rows that count nothing, or more damaged than there are, and metres that are none."""
    for row in np.flatnonzero(~table.held).tolist():
        count, damaged, length, required = (numbers[n][row] for n in (*COUNTS, *MEASURES))
        if asks[row]:
            code = "" if required and not count else "广告-02"
            name = "ad_required"
        elif not count or not damaged:
            code, name = "广告-03", "ad_damaged" if count else "ad_count"
        elif int(damaged) > int(count):
            code, name = "广告-04", "ad_damaged"
        else:
            code = "广告-05" if length and not Decimal(length) else ""
            name = "ad_length"
        if code:
            name = name if name in table.columns else "ad_count"
            report_rows(table, [row], code, name, [{"count": count}])


ADVERTS = RecordKind(
    name="adverts",
    title="公益广告",
    columns=(
        *("subject", "district", "street", "community", "site", "point_type", "period"),
        *("ad_length", *COUNTS, "ad_required", "remark"),
        # By these a table is told to be of another kind.
        *("result", "deduction", "description", "item"),
    ),
    required=(("site", "point_type"), ("ad_count",), ("ad_damaged",)),
    is_kind=_is_kind,
    read=_read,
)
