"""Where questionnaires were taken, and in which wave (一轮调查)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

import numpy as np
from rapidfuzz import process

from wenming_metrics.domain.periods import Window, window
from wenming_metrics.reading.model.grid import Value
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    period_of_titles,
    read_period,
    unit_of_titles,
)
from wenming_metrics.reading.resolve.territory import Territory, territory
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    CellFault,
    Table,
    column,
    combine,
    report,
    report_faults,
    report_sheet,
)
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.vocabulary import normalise

_OTHER = re.compile(r"^其[他它](?:[〖\[(【:]|请注明:?)+(.*?)[〗\])】]*$")
_OFFICE = re.compile(r"(?:办事处|人民政府)$")
_NOTHING = {"(空)", "(跳过)", "-", "/", "-2", "-3"}
_SHOWN, _SIMILAR = 5, 55
_UNITS = ("district", "street", "community")
_MAPS = ("districts", "streets", "communities")
"""Columns that name units, and the maps of `names.Names` that know them."""
_LARGE = 1 << 40
"""Below it, a cluster is a unit of the register; above it, the name of a place that is none."""
_ORDER = {"month": 0, "quarter": 1, "half": 2, "year": 3}


@dataclass(frozen=True)
class Wave:
    """The wave of a file, whether the file says so, and what the titles of each table say."""

    window: Window
    is_said: bool
    titled: tuple[Window | None, ...]


def find_wave(tables: Sequence[Table], days: Sequence[np.ndarray], survey: Survey) -> Wave | None:
    """Find the wave of a file: by titles and names, else the one that most of its days lie in.

    Takes: days - per table the day of each row, below 1: not said
    """
    titled = tuple(_wave(survey, period_of_titles(table)) for table in tables)
    votes: Counter[Window] = Counter()
    for stated_wave, table_column in zip(titled, days, strict=True):
        if stated_wave:
            votes[stated_wave] += len(table_column)
            continue
        unique_days, counts = np.unique(table_column[table_column > 0], return_counts=True)
        for day, count in zip(unique_days.tolist(), counts.tolist(), strict=True):
            votes[window(survey.wave, date.fromordinal(day))] += count
    stated_waves = {wave for wave in titled if wave}
    for table in tables:
        table_column = column(table, "period")
        for value, count in zip(
            table_column.values, np.bincount(table_column.codes).tolist(), strict=False
        ):
            stated_wave = (
                _wave(survey, read_period(value, table.header.titles.year)) if value else None
            )
            votes.update({stated_wave: count} if stated_wave else {})
            stated_waves |= {stated_wave} if stated_wave else set()
    if not votes:
        return None
    best = max(votes, key=lambda wave: (votes[wave], wave.start))
    return Wave(best, best in stated_waves, titled)


def _wave(survey: Survey, period: Window | None) -> Window | None:
    """Give the wave that a period lies in; a longer one says nothing."""
    if period and period.kind == "custom":
        wave = window(survey.wave, period.start)
        return wave if period.end <= wave.end else None
    if period is None or _ORDER.get(period.kind, 9) > _ORDER[survey.wave]:
        return None
    return window(survey.wave, period.start)


def report_misfits(
    table: Table, day: np.ndarray, name: str, wave: Wave, titled: Window | None, survey: Survey
) -> None:
    """Hold the rows that are not of the wave of the file.

    Takes: day, name - of each row, and of the column that says it; titled - what the table's titles
           say
    """
    first, last = wave.window.start.toordinal(), wave.window.end.toordinal()
    wave_facts = {"wave": wave.window.title, "first": wave.window.start, "last": wave.window.end}
    wave_facts |= {"grace": survey.grace_days}
    out = (day > 0) & ((day < first) | (day > last + survey.grace_days))
    report(table, out, "问卷-04", name, **{key: str(value) for key, value in wave_facts.items()})
    period_column = column(table, "period")
    stated_waves = [
        _wave(survey, read_period(value, table.header.titles.year))
        for value in period_column.values
    ]
    is_misfit = np.array(
        [stated_wave is not None and stated_wave != wave.window for stated_wave in stated_waves],
        bool,
    )[period_column.codes]
    if titled and titled != wave.window:
        is_misfit = np.full(table.n_rows, True)
    report(table, is_misfit & ~out, "问卷-05", "period", wave=wave.window.title)


def settle_places(
    table: Table, names: Names, day: np.ndarray, wave: Window
) -> tuple[np.ndarray, np.ndarray]:
    """Settle unit and cluster of each row; what is not known is told and held.

    Returns: the most local unit registered (-1: none), number of the 社区 or 小区 (0: not said)
    """
    if not set(_UNITS) & set(table.columns):
        unit = unit_of_titles(table, names, wave.end.toordinal())
        if unit < 0:
            report_sheet(table, "表头-04", kind="问卷", missing="街道或社区")
        return np.full(table.n_rows, unit, np.int64), _places(table, np.full(table.n_rows, unit))
    first_day, last_day = wave.start.toordinal(), wave.end.toordinal()
    moving = ((names.epochs > first_day) & (names.epochs <= last_day)).any()
    on = np.where(day > 0, day, last_day) if moving else np.full(table.n_rows, last_day)
    unit_columns = [column(table, name) for name in _UNITS]
    first, number = combine([on, *(unit_column.codes for unit_column in unit_columns)])
    territories, clusters, unknown = [], [], []
    for row in first.tolist():
        words = [
            _clean(unit_column.values[unit_column.codes[row]], getattr(names, of))
            for unit_column, of in zip(unit_columns, _MAPS, strict=True)
        ]
        settled = _territory(names, int(on[row]), *words)
        strange = settled.fault is not None and settled.fault.code == "单位-02"
        unknown.append(words[2] if strange else "")
        clusters.append(_cluster(settled, words[2], strange))
        territories.append(Territory(settled.street, settled.unit) if strange else settled)
    report_faults(table, [settled.fault for settled in territories], number)
    _report_strange(table, unknown, number)
    unit = np.array([settled.unit for settled in territories], np.int64)[number]
    cluster = np.array(clusters, np.int64)[number]
    return unit, np.where(cluster, cluster, _places(table, unit))


def filled_in(word: str) -> str:
    """Give what was filled in of 「其他〖…〗」 (normalised); any other word as it is."""
    match = _OTHER.match(word)
    return match[1] if match and match[1] else word


def _clean(value: Value, known_names: Mapping[str, object]) -> str:
    """Give a name as it is compared. Takes: known_names - names that stay as they are written"""
    word = values.word(value)
    word = word if word in known_names else filled_in(word)
    return "" if word in _NOTHING else word


def _territory(names: Names, day: int, district: str, street: str, community: str) -> Territory:
    if street and street not in names.streets:
        street = _OFFICE.sub("", street)
    if street or community or not district:
        return _whole_hint(names, street, territory(names, day, district, street, community))
    units = names.districts.get(district, [])
    if len(units) == 1:
        return Territory(-1, units[0])
    return Territory(-1, -1, CellFault("单位-04", "district", {}))


def _whole_hint(names: Names, street: str, settled: Territory) -> Territory:
    """Name the nearest street by its whole name, where an alias of it is what is nearest."""
    if settled.fault is None or settled.fault.code != "单位-01":
        return settled
    best = process.extractOne(street, names.streets.keys(), score_cutoff=_SIMILAR)
    nearest = f"最接近的是“{names.titles[names.streets[best[0]][0]]}”。" if best else None
    hint = nearest or settled.fault.details["hint"]
    return Territory(settled.street, settled.unit, CellFault("单位-01", "street", {"hint": hint}))


def _cluster(settled: Territory, community: str, strange: bool) -> int:
    if strange:
        return _named(settled.street, community)
    return (
        settled.unit + 1
        if community and settled.unit >= 0 and settled.unit != settled.street
        else 0
    )


def _named(street: int, text: str) -> int:
    digest = blake2b(f"{street}\x1f{normalise(text)}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1 | _LARGE


def _places(table: Table, unit: np.ndarray) -> np.ndarray:
    """Number the 小区 that rows name, 0 where they name none."""
    place_column = column(table, "answer_place")
    words = [_clean(value, {}) for value in place_column.values]
    if not any(words):
        return np.zeros(table.n_rows, np.int64)
    first, number = combine([unit, place_column.codes])
    estate_numbers = [
        _named(int(unit[row]), words[place_column.codes[row]])
        if words[place_column.codes[row]]
        else 0
        for row in first.tolist()
    ]
    return np.array(estate_numbers, np.int64)[number]


def _report_strange(table: Table, unknown: list[str], number: np.ndarray) -> None:
    """Say once which communities are not registered: they count for their street."""
    strange = np.array([bool(word) for word in unknown], bool)
    count = int((strange[number] & ~table.held).sum())
    names = list(dict.fromkeys(word for word in unknown if word))
    if count:
        listed_names = "、".join(names[:_SHOWN]) + (" 等" if len(names) > _SHOWN else "")
        report_sheet(table, "问卷-10", "community", count=count, names=listed_names)


def report_days(table: Table, day: np.ndarray, name: str, today: date) -> np.ndarray:
    """Hold the rows whose day cannot be read or has not come yet. Returns: the days, 0 for none"""
    for code, state in (
        *(("日期-01", values.UNREADABLE), ("日期-05", values.NO_YEAR)),
        *(("日期-06", values.SPAN), ("日期-07", values.CUT_SHORT)),
        ("日期-09", values.OTHER_WEEKDAY),
    ):
        report(table, day == state, code, name)
    late = day > today.toordinal()
    report(table, late, "日期-02", name, today=today.isoformat())
    return np.where((day < 0) | late, 0, day)
