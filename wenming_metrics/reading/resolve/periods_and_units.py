"""What the kinds of records share: texts with 同上 filled in, exact decimals, days, periods, units.

Everything is given per data row; what cannot be read is said by the kind, which knows the words.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

import numpy as np

from wenming_metrics.domain.periods import Window, window
from wenming_metrics.reading.resolve.names import Names, alive
from wenming_metrics.reading.resolve.short_periods import read_short_period
from wenming_metrics.reading.resolve.territory import report_elsewhere, role_units, territory
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    CellFault,
    Table,
    column,
    combine,
    report,
    report_faults,
    report_rows,
    report_sheet,
)
from wenming_metrics.reading.tables.values import Value, spell
from wenming_metrics.vocabulary import normalise, numeral

PLACES = ("district", "street", "community")
"""Columns that say a unit by where it lies."""
_NAMING = ("subject", "responsible", "lead", "street", "district", "community", "site")
"""Columns that may name the unit of a row: the first that is there is to blame where none does."""
_DITTO = {"同上", "同前", "同上栏", "〃", "″", '"'}
_NUMBER = re.compile(
    r"(?P<sign>[↑↓+-]?)(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<rest>\.\d+)?"
    r"(?:%|‰|分|名|位|人|个|份|件|处|次|户|块|条|小时|天|元)?"
)
_BEFORE = re.compile(r"(?:之前|以前|前|内)$")
_MONTH_END = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月|年)(?:底|末)")
_NUMERALS = {**{str(n): n for n in range(1, 5)}, "一": 1, "二": 2, "三": 3, "四": 4}
_QUARTER = re.compile(r"(?:(20\d{2})年?度?)?第?([一二三四1-4])季度?|(20\d{2})-?q([1-4])")
_HALF = re.compile(r"(?:(20\d{2})年?度?)?(上|下)半年")
_MONTH = re.compile(r"(?:(20\d{2})年)?(\d{1,2})月份?(?!\d)|(20\d{2})[-/.](\d{1,2})(?![-/.\d])")
_COMPACT_MONTH = re.compile(r"(20\d{2})(0[1-9]|1[0-2])")
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?:年(?!\d)|$)")
_FILED = re.compile(r"(?:填报|报送|上报|反馈|填表)(?:日期|时间):(.{4,14})")
_REPORTER = re.compile(r"(?:填报|反馈|上报|报送|整改)单位(?:\(.*?\))?:(.+)")
_OFFICE = re.compile(r"(?:办事处|人民政府|党工委|居委会|村委会)$")
_SHORT = re.compile(
    r"(?:第|月份?的?)[一二三四五六\d]{1,2}(?:周|个?星期)|[上下]半月|月份?的?[上中下]旬|20\d\d-?w\d"
)
"""What says that a period is shorter than a month."""
_BARE_PART = re.compile(r"第[一二三四五六1-6]周|[上下]半月|[上中下]旬")
_MOST_PLACES = 12
_MOST_COUNT = 10**9
_MOST_DIGITS = 18


def texts_of(table: Table, name: str, nth: int = 0) -> list[str]:
    """Spell a column of text, 「同上」 replaced by what stands above it; "" where it is blank."""
    text_column = column(table, name, nth)
    words = [spell(value) for value in text_column.values]
    texts: list[str] = []
    for code in text_column.codes.tolist():
        text = words[code]
        texts.append(texts[-1] if text in _DITTO and texts else text)
    return texts


def decimal_text(value: Value) -> str | None:
    """Read a number as it is written: 86.37分, 95.00%, ↑1.24, 1,200.

    Returns: its digits with every place kept, "" where nothing is written (also 「—」 and 「/」),
             None for what is no number, or one of more than eighteen digits before the point
    """
    text = numeral(spell(value))
    if not text.strip("-/"):
        return ""
    if isinstance(value, float):
        return f"{Decimal(text):f}" if abs(value) < 10**_MOST_DIGITS else None
    match = _NUMBER.fullmatch(text)
    if not match or not isinstance(value, str):
        return None
    sign = "-" if match["sign"] in ("↓", "-") else ""
    digits = re.sub(r"^0+(?=\d)", "", match["digits"].replace(",", ""))
    if len(digits) > _MOST_DIGITS:
        return None
    return sign + digits + (match["rest"] or "")


def amount_text(value: Value) -> str | None:
    """Read a number of things as `decimal_text`; a share of them (80%) is no number of things."""
    return None if normalise(spell(value)).endswith(("%", "‰")) else decimal_text(value)


def whole_count(value: Value) -> int | None:
    """Read a count: 40, 「40份」, 「40.00」. Returns: -1 for nothing written, None for what is none"""
    text = amount_text(value)
    if not text:
        return -1 if text == "" else None
    digits, _, decimals = text.partition(".")
    return int(digits) if not decimals.strip("0") and 0 <= int(digits) < _MOST_COUNT else None


def is_too_fine(text: str) -> bool:
    """Say whether a decimal has more than twelve places."""
    return len(text.partition(".")[2]) > _MOST_PLACES


def deadline(value: Value, year: int | None) -> int:
    """Read the last day something may be done, itself included: 10月31日前, 10月底前, 年底.

    Returns: its ordinal, or as `values.day`; 「11月中旬」 is UNREADABLE
    """
    if not isinstance(value, str):
        return values.day(value, year)
    text = _BEFORE.sub("", normalise(value))
    match = _MONTH_END.fullmatch(text)
    if not match:
        return values.day(text, year)
    in_year, month = int(match[1]) if match[1] else year, int(match[2] or 12)
    if in_year is None:
        return values.NO_YEAR
    if not 1 <= month <= 12:
        return values.UNREADABLE
    return date(in_year, month, monthrange(in_year, month)[1]).toordinal()


def iso(day: int) -> str:
    """Write an ordinal as 2026-11-03; "" for no day."""
    return date.fromordinal(day).isoformat() if day > 0 else ""


def read_period(value: Value, year: int | None = None) -> Window | None:
    """Read a period: 2026年第三季度, 三季度, 2026年9月, 2026年上半年, 2026年; a date is its month.

    Shorter ones (11月第3周, 上半月, 11月16日至22日) are read by `short_periods`.

    Takes: year - what the titles say, for a period without one
    """
    if isinstance(value, date):
        return window("month", value)
    text = normalise(spell(value))
    short = read_short_period(text, year)
    if short or _SHORT.search(text):
        return short
    if match := _QUARTER.search(text):
        number = _NUMERALS[match[2] or match[4]]
        return _window("quarter", match[1] or match[3] or year, 3 * number)
    if match := _HALF.search(text):
        return _window("half", match[1] or year, 6 if match[2] == "上" else 12)
    if match := _MONTH.search(text):
        return _window("month", match[1] or match[3] or year, int(match[2] or match[4]))
    if match := _COMPACT_MONTH.fullmatch(text):
        return _window("month", match[1], int(match[2]))
    match = _YEAR.search(text)
    return _window("year", match[1], 1) if match else None


def _window(kind: str, year: str | int | None, month: int) -> Window | None:
    complete = year is not None and 1 <= month <= 12
    return window(kind, date(int(year), month, 1)) if complete else None


def period_of_titles(table: Table) -> Window | None:
    """Give the period that the first line to name one says, sheet name last."""
    lines = [*table.header.above.splitlines(), table.sheet.name, table.header.filename]
    periods = [period for period in map(read_period, lines) if period]
    period_of_line = next(iter(periods), None)
    if period_of_line is None or period_of_line.kind in ("week", "custom"):
        return period_of_line
    # 第3周 may stand in another line than its month.
    return next((p for p in _parts_elsewhere(lines, period_of_line)), period_of_line)


def _parts_elsewhere(lines: Sequence[str], period: Window) -> Iterator[Window]:
    """Give the parts of a month that other lines name without it."""
    for line in map(normalise, lines) if period.kind == "month" else ():
        match = _BARE_PART.search(line)
        stretch = match and read_short_period(
            f"{period.start.month}月{match[0]}", period.start.year
        )
        if stretch:
            yield stretch


def settle_periods(table: Table, skipped: np.ndarray | None = None) -> list[Window | None]:
    """Settle the period of each row: its own cell, else what the titles say; else it is held."""
    titled, period_column = period_of_titles(table), column(table, "period")
    cell_periods = [read_period(value, table.header.titles.year) for value in period_column.values]
    written = [bool(spell(value)) for value in period_column.values]
    periods = [
        cell_periods[code] if written[code] else titled for code in period_column.codes.tolist()
    ]
    missing = np.array([period is None for period in periods], bool)
    report(table, missing if skipped is None else missing & ~skipped, "记录-04", "period")
    short = dict.fromkeys(p for p in periods if p and p.kind in ("week", "custom"))
    if short:
        titles = "、".join(period.title for period in short)
        report_sheet(table, "记录-05", "period", periods=titles)
    return periods


def period_facts(periods: list[Window | None]) -> dict[str, list[str]]:
    """Give the facts of a record that say its period: its title and its first day; "" for none."""
    return {
        "period": [period.title if period else "" for period in periods],
        "first": [period.start.isoformat() if period else "" for period in periods],
    }


def last_days(periods: list[Window | None]) -> np.ndarray:
    """Give the last day of each period as ordinals, 0 for none."""
    return np.array([period.end.toordinal() if period else 0 for period in periods], np.int64)


def filed_day(table: Table) -> int:
    """Give the day on which the file says it was filled in (填报日期), 0 where it says none."""
    text = normalise(table.header.above).replace("\n", "")
    match = _FILED.search(text)
    tail = re.match(r"[\d./年月-]+日?", match[1]) if match else None
    day = values.day(tail[0], table.header.titles.year) if tail else values.BLANK
    return max(day, 0)


def settle_unit(
    table: Table,
    names: Names,
    day: np.ndarray,
    skipped: np.ndarray | None = None,
    unit_columns: Sequence[str] = ("subject", "responsible", "lead"),
) -> np.ndarray:
    """Settle the one unit each row speaks of, from 单位 or from district, street and community.

    Takes:   day - ordinals on which the unit must exist, 0 where any will do
             skipped - rows that speak of no unit
             unit_columns - those that name it, of which the first that is there is read
    Returns: unit numbers, -1 where the row names none (or several as responsible), or one that is
             not known, which is then reported
    """
    name = next((column_name for column_name in unit_columns if column_name in table.columns), "")
    if not name and not set(PLACES) & set(table.columns):
        return np.full(table.n_rows, -1, np.int64)
    out = np.zeros(table.n_rows, np.int64) if skipped is None else skipped.astype(np.int64)
    area_columns = [column(table, column_name) for column_name in PLACES]
    name_columns = table.columns[name] if name else area_columns
    first, number = combine([out, day, *(name_column.codes for name_column in name_columns)])
    units_and_faults: list[tuple[int, CellFault | None]] = []
    for row in first.tolist():
        cells = [name_column.values[name_column.codes[row]] for name_column in name_columns]
        on = int(day[row]) or -1
        if out[row]:
            units_and_faults.append((-1, None))
        elif name:
            text = "、".join(dict.fromkeys(filter(None, map(spell, cells))))
            units_and_faults.append(_single(names, on, text, name))
        else:
            units_and_faults.append(_unit_of_area(names, on, *map(values.word, cells)))
    report_faults(table, [fault for _, fault in units_and_faults], number)
    return np.array([unit for unit, _ in units_and_faults], np.int64)[number]


def require_unit(
    table: Table, names: Names, day: np.ndarray, skipped: np.ndarray | None = None
) -> np.ndarray:
    """Settle units as `settle_unit` does; hold the rows that name none, and those that lie elsewhere."""
    unit = settle_unit(table, names, day, skipped)
    report_elsewhere(table, names, day, unit)
    name = next((column_name for column_name in _NAMING if column_name in table.columns), "")
    nameless = (unit < 0) & ~table.held
    report(table, nameless if skipped is None else nameless & ~skipped, "记录-03", name)
    return unit


def _single(names: Names, day: int, text: str, name: str) -> tuple[int, CellFault | None]:
    units, fault = role_units(names, day, -1, _of_office(names, text), name)
    if len(units) > 1:
        return -1, CellFault("记录-01", name, {}) if name == "subject" else None
    return (units[0] if units else -1), fault


def _of_office(names: Names, text: str) -> str:
    """Take 办事处 off a name that the register knows without it."""
    return text if normalise(text) in names.roles else _OFFICE.sub("", text)


def _unit_of_area(
    names: Names, day: int, district: str, street: str, community: str
) -> tuple[int, CellFault | None]:
    if street or community:
        area = territory(names, day, district, street, community)
        return area.unit, area.fault
    units, fault = role_units(names, day, -1, district, "district")
    return (units[0] if units else -1), fault


def reporter_of_titles(table: Table, names: Names, day: int) -> int:
    """Give the unit that a line 「填报单位:…」 names, -1 for none."""
    lines = [normalise(line) for line in table.header.above.splitlines()]
    reporters = [match[1] for line in lines if (match := _REPORTER.search(line))]
    return _first_named(names, reporters, day)


def unit_of_titles(table: Table, names: Names, day: int) -> int:
    """Give the unit with which a title begins (…关于…的反馈), sheet name last; -1 for none."""
    lines = (*table.header.above.splitlines(), table.sheet.name, table.header.filename)
    return _first_named(names, map(normalise, lines), day)


def _first_named(names: Names, texts: Iterable[str], day: int) -> int:
    for text in texts:
        matching_names = [word for word in names.roles if len(word) > 1 and text.startswith(word)]
        units = (
            alive(names, names.roles[max(matching_names, key=len)], day or -1)
            if matching_names
            else []
        )
        if len(units) == 1:
            return units[0]
    return -1


def first_meaning(text: str, meanings: Sequence[tuple[str, re.Pattern]]) -> str:
    """Give the first meaning whose words stand in a text, "" where none do or nothing is written."""
    plain = normalise(text)
    return next((meaning for meaning, words in meanings if plain and words.search(plain)), "")


def report_again(table: Table, keys: Sequence[tuple | None], *, of_file: bool = True) -> None:
    """Hold the rows whose key stood in a row above that nothing holds; None is no key.

    Takes: of_file - whether rows of other tables of the file count, not only those of this one
    """
    seen = table.met if of_file else {}
    again, first_rows = [], []
    for row in np.flatnonzero(~table.held).tolist():
        if keys[row] is None:
            continue
        here = (table.sheet.name, int(table.excel[row]))
        sheet, first = seen.setdefault((table.kind, *keys[row]), here)
        if (sheet, first) != here:
            again.append(row)
            elsewhere = "" if sheet == table.sheet.name else f"“{sheet}”"
            first_rows.append({"first": first, "where": elsewhere})
    report_rows(table, again, "记录-02", "", first_rows)
