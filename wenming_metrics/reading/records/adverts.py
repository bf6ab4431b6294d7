"""公益广告: how many there are at each site, how many are damaged, along how many metres.

A row without a site says how many per 100 m the office asks of a type of site: its own number, not one of
a standard of the nation. Whether a site has enough is worked out where it is asked.
"""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.records.wide_metric import scale_of
from wenming_metrics.reading.resolve.names import Names, hint
from wenming_metrics.reading.resolve.periods_and_units import (
    last_days,
    period_facts,
    report_again,
    require_unit,
    settle_periods,
    texts_of,
)
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    CellFault,
    Table,
    column,
    report,
    report_faults,
    report_rows,
)
from wenming_metrics.reading.tables.totals import is_total
from wenming_metrics.vocabulary import normalise, numeral

COUNTS = ("ad_count", "ad_damaged")
MEASURES = ("ad_length", "ad_required")
_AMOUNT = re.compile(r"((?:\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.\d{1,9})?)(\D*)")
_PIECES = dict.fromkeys(["", "处", "个", "块", "幅"], 1)
_METRES = {"": 1, "米": 1, "m": 1, "公里": 1000, "千米": 1000, "km": 1000}
_MOST = {"ad_length": 1_000_000, "ad_required": 1000, **dict.fromkeys(COUNTS, 1_000_000)}
"""Beyond these it is a slip of the pen."""
_OF_CHECKS = {"result", "deduction", "description", "item"}


def _is_kind(names: frozenset[str], title: str) -> bool:
    """A table that counts adverts of sites or asks for some per 100 m."""
    return not names & _OF_CHECKS and bool(names & {"site", "point_type"}) and "ad_count" in names


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read the counts; a row whose unit, type, site or numbers are not sure is held."""
    sites = texts_of(table, "site")
    asks = np.array([not text for text in sites], bool)
    periods = settle_periods(table)
    last = last_days(periods)
    unit = require_unit(table, names, last, asks)
    spots = [normalise(text) for text in sites]
    sums = [row for row, spot in enumerate(spots) if is_total(spot)]
    report_rows(table, sums, "广告-06", "site")
    starts = [period.start if period else context.today for period in periods]
    ahead = np.array([start > context.today for start in starts], bool) & ~asks
    told_today = {"today": context.today.isoformat()}
    rows_ahead = np.flatnonzero(ahead & ~table.held)
    report_rows(table, rows_ahead, "日期-02", "period", [told_today] * len(rows_ahead))
    types = _settle_types(table, names, sites, unit)
    numbers = {name: _numbers(table, name) for name in (*COUNTS, *MEASURES)}
    _report_numbers(table, asks, numbers)
    period_texts = period_facts(periods)
    # A site is one site whatever type is written of it; what is asked is asked of a type.
    things = [spot or kind for spot, kind in zip(spots, types, strict=True)]
    report_again(
        table, list(zip(unit.tolist(), asks.tolist(), things, period_texts["period"], strict=True))
    )
    facts = {
        **{"site": sites, "point_type": types, **period_texts, **numbers},
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
    titles = [table.header.texts[position] for position in table.header.columns.get(name, ())]
    unit = scale_of(titles[0]) if titles and name == "ad_length" else ""
    read = [_number(value, name, unit) for value in number_column.values]
    codes = number_column.codes.tolist()
    unread = [row for row, code in enumerate(codes) if read[code] is None]
    report_rows(table, unread, "广告-01", name)
    return [read[code] or "" for code in codes]


def _number(value: values.Value, name: str, unit: str) -> str | None:
    """Read metres or pieces. Takes: unit - of numbers without one; what is in another unit is none"""
    text = numeral(values.spell(value))
    if not text.strip("-/"):
        return ""
    match = _AMOUNT.fullmatch(text) if isinstance(value, float | str) else None
    factor = match and (_METRES if name == "ad_length" else _PIECES).get(match[2] or unit)
    if not factor:
        return None
    number = Decimal(match[1].replace(",", "")) * factor
    if number > _MOST[name] or (name in COUNTS and number % 1):
        return None
    return f"{number:f}" if name in MEASURES else str(int(number))


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
