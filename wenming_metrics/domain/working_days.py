"""Working days and working hours of mainland China: which days are worked, where a limit ends.

Which weekdays are off and which weekends are worked (调休) is announced year by year in a notice of
the State Council's office. The announced years are in `data/calendar/working-days.csv`, each line
with the number of its notice; later years and local holidays come as a register (节假日) that is laid
over it. Of a year that is not announced only the holidays on fixed days of the calendar (全国年节及
纪念日放假办法, 2024) are sure, so whoever counts through one says so.

A day is an int: `date.toordinal()`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

OFF, WORKED = "放假", "上班"
"""What a stretch of days is arranged to be."""
WORKING_HOURS = ((8 * 60, 12 * 60), (14 * 60, 18 * 60))
"""Minutes of the day between which 工作时 run; eight of them are a 工作日 (智慧城管 of 运城)."""
HOURS_A_DAY = sum(end - begin for begin, end in WORKING_HOURS) // 60
_ANNOUNCED = Path(__file__).resolve().parents[2] / "data" / "calendar" / "working-days.csv"
_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
"""Month and day of the holidays that fall on the same day every year."""

Arrangement = tuple[int, int, str]
"""First day, last day, OFF or WORKED."""


@dataclass(frozen=True)
class WorkingDays:
    """The days that are not what their weekday says, and the years whose arrangement is known.

    off    - days off, whatever their weekday; worked - weekends that are worked
    years  - those announced: National Day (1 October) is in every notice of a whole year
    """

    off: frozenset[int] = frozenset()
    worked: frozenset[int] = frozenset()
    years: frozenset[int] = frozenset()


@lru_cache(maxsize=1)
def announced() -> WorkingDays:
    """Give the working days that are shipped with the software."""
    with _ANNOUNCED.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return arrange(WorkingDays(), map(arrangement_of, lines))


def arrangement_of(facts: Mapping[str, str]) -> Arrangement:
    """Give what a line of the table, or a record of 节假日, arranges. Takes: first, last, arrangement"""
    first, last = (date.fromisoformat(facts[name]).toordinal() for name in ("first", "last"))
    return first, last, facts["arrangement"]


def arrange(calendar: WorkingDays, arrangements: Iterable[Arrangement]) -> WorkingDays:
    """Lay arrangements over a calendar, in order: of one day the later says what it is."""
    off, worked = set(calendar.off), set(calendar.worked)
    for first, last, arrangement in arrangements:
        days = range(first, last + 1)
        (off if arrangement == OFF else worked).update(days)
        (worked if arrangement == OFF else off).difference_update(days)
    dates = map(date.fromordinal, off)
    years = {day.year for day in dates if (day.month, day.day) == (10, 1)}
    return replace(
        calendar, off=frozenset(off), worked=frozenset(worked), years=calendar.years | years
    )


def changed_days(calendar: WorkingDays, other: WorkingDays) -> list[int]:
    """List the days that one calendar calls worked and the other does not, in order."""
    days = calendar.off | calendar.worked | other.off | other.worked
    return sorted(day for day in days if is_working(calendar, day) != is_working(other, day))


def arranged_days(calendar: WorkingDays) -> list[int]:
    """List the days on which Monday to Friday is wrong by an arrangement, in order."""
    days = calendar.off | calendar.worked
    return sorted(
        day for day in days if (day in calendar.worked) != (date.fromordinal(day).weekday() < 5)
    )


def is_working(calendar: WorkingDays, day: int) -> bool:
    """Say whether a day is worked."""
    if day in calendar.off or day in calendar.worked:
        return day in calendar.worked
    calendar_date = date.fromordinal(day)
    is_fixed = (
        calendar_date.month,
        calendar_date.day,
    ) in _FIXED and calendar_date.year not in calendar.years
    return calendar_date.weekday() < 5 and not is_fixed


def working_day_after(calendar: WorkingDays, start: int, count: int) -> int:
    """Give the `count`-th working day after a day, which itself does not count; 0: the day."""
    day = start
    while count:
        day += 1
        count -= is_working(calendar, day)
    return day


def count_working(calendar: WorkingDays, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Count the working days after some days up to others, 0 where the other is not later.

    Takes: starts, ends - ordinals
    """
    if not len(starts):
        return np.zeros(0, np.int64)
    first, last = int(np.min(starts)), int(max(np.max(starts), np.max(ends)))
    worked = [is_working(calendar, day) for day in range(first + 1, last + 1)]
    sums = np.concatenate([[0], np.cumsum(worked, dtype=np.int64)])
    return sums[np.maximum(ends, starts) - first] - sums[starts - first]


def unannounced(calendar: WorkingDays, first: int, last: int) -> list[int]:
    """List the years from one day to another whose arrangement is not known."""
    years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
    return [year for year in years if year not in calendar.years]
