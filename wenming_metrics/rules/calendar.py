"""The calendar of issues (期): which days make up which one, its number, and when it closes.

An issue belongs to the year of its last day; numbers run from 1 in every year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from wenming_metrics.domain.periods import ZONE, Window
from wenming_metrics.rules.settings_table import RULES

_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_SHORT = 10
"""A span of no more days is judged as a week."""
_NAMES = {"day": "日通报", "week": "周通报", "month": "月通报", "quarter": "季通报"} | {
    "half": "半年通报",
    "year": "年度通报",
    "span": "通报",
}

_default = RULES.default


@dataclass(frozen=True)
class Calendar:
    """How an office divides the year into issues; see `[issues]` of a rule set.

    kind - day, week, month, quarter, half, year or span; first_weekday - 1 (Monday) to 7, of weeks;
    first_day - day of the month that months and longer ones begin on; days, begins - length of a
    span and the first day of the first one; cutoff_days, cutoff_time - when an issue closes, in
    days after its last day
    """

    name: str
    kind: str = _default("issues.kind")
    first_weekday: int = _default("issues.first_weekday")
    first_day: int = _default("issues.first_day")
    days: int = _default("issues.days")
    begins: date = _default("issues.begins")
    cutoff_days: int = _default("issues.cutoff_days")
    cutoff_time: time = time.fromisoformat(_default("issues.cutoff_time"))


@dataclass(frozen=True)
class Slot:
    """One place in the calendar: its year and number, its days, and the moment it closes."""

    year: int
    number: int
    window: Window
    cutoff: str


def calendar_of(settings: Mapping[str, object]) -> Calendar:
    """Make the calendar of a rule set's `[issues]`; without settings: weeks from Monday, noon after."""
    section = {"kind": Calendar.kind, **settings}
    if "cutoff_time" in section:
        section["cutoff_time"] = time.fromisoformat(str(section["cutoff_time"]))
    return Calendar(**{"name": _NAMES[section["kind"]], **section})


def is_usual(calendar: Calendar) -> bool:
    """Say whether its issues are the days, weeks or months of the calendar."""
    begins = {"week": calendar.first_weekday, "span": 0}.get(calendar.kind, calendar.first_day)
    return begins == 1


def slot_at(calendar: Calendar, on: date) -> Slot:
    """Give the issue that a day lies in."""
    start, end, number = (
        _of_months(calendar, on) if calendar.kind in _MONTHS else _of_days(calendar, on)
    )
    closes = datetime.combine(
        end + timedelta(days=calendar.cutoff_days), calendar.cutoff_time, ZONE
    )
    days = Window(_judged_as(calendar), start, end, number)
    return Slot(end.year, number, days, closes.isoformat(timespec="microseconds"))


def slots(calendar: Calendar, first: date, last: date) -> Iterator[Slot]:
    """List the issues from the one a day lies in to the one another lies in, earliest first."""
    on = first
    while on <= last:
        slot = slot_at(calendar, on)
        yield slot
        on = slot.window.end + timedelta(days=1)


def _of_days(calendar: Calendar, on: date) -> tuple[date, date, int]:
    """Give first and last day and number of an issue that has a fixed count of days."""
    size = {"day": 1, "week": 7}.get(calendar.kind, calendar.days)
    if calendar.kind == "week":
        past = (on.isoweekday() - calendar.first_weekday) % 7
    else:
        past = (on - calendar.begins).days % size
    start = on - timedelta(days=past)
    end = start + timedelta(days=size - 1)
    return start, end, (end.timetuple().tm_yday - 1) // size + 1


def _of_months(calendar: Calendar, on: date) -> tuple[date, date, int]:
    """Give first and last day and number of an issue of months; those from the 26th end on the 25th."""
    size, first = _MONTHS[calendar.kind], calendar.first_day
    months = on.year * 12 + on.month - 1 + (first > 1 and on.day >= first)
    begins = months - months % size  # of the calendar period that the last day lies in
    number = begins % 12 // size + 1
    start = _day_of(begins - (first > 1), first)
    return start, _day_of(begins + size - (first > 1), first) - timedelta(days=1), number


def _day_of(months: int, day: int) -> date:
    return date(months // 12, months % 12 + 1, day)


def _judged_as(calendar: Calendar) -> str:
    """Say by which limit of coverage an issue is judged: a span by its length."""
    if calendar.kind != "span":
        return calendar.kind
    return "day" if calendar.days == 1 else "custom" if calendar.days > _SHORT else "week"
