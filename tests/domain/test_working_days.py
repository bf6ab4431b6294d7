"""Every day of 2004 to 2026 against two libraries that know the calendar of China."""

from datetime import date
from functools import cache

import chinese_calendar
import pytest
from holidays import country_holidays

from wenming_metrics.domain.working_days import (
    announced,
    day_of_working_hours,
    is_working,
    unannounced,
    working_day_after,
)

DAYS = range(date(2004, 1, 1).toordinal(), date(2027, 1, 1).toordinal())
NOT_WITH_US = {date(2005, 12, 31): False}
"""chinese_calendar leaves out that Saturday; 国办发明电〔2005〕35号 says: 12月31日(星期六)上班."""


@cache
def by_holidays():
    return country_holidays("CN", years=range(2004, 2027))


def test_each_day_is_what_chinese_calendar_says():
    differ = {
        day: chinese_calendar.is_workday(day)
        for day in map(date.fromordinal, DAYS)
        if chinese_calendar.is_workday(day) != is_working(announced(), day.toordinal())
    }
    assert differ == NOT_WITH_US


def test_each_day_is_what_holidays_says():
    differ = [
        day
        for day in map(date.fromordinal, DAYS)
        if by_holidays().is_working_day(day) != is_working(announced(), day.toordinal())
    ]
    assert not differ


def test_the_years_are_those_that_are_announced():
    assert announced().years == set(range(2004, 2027))
    assert unannounced(announced(), DAYS[0], DAYS[-1]) == []
    assert unannounced(announced(), DAYS[-1], DAYS[-1] + 1) == [2027]


def counted(day, count, is_workday):
    while count:
        day = date.fromordinal(day.toordinal() + 1)
        count -= is_workday(day)
    return day


def test_a_limit_of_three_days_ended_too_early_on_38_of_358_starts():
    """Counted by a library, weekdays against working days; our own count agrees on each start."""
    starts = [date.fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(358)]
    right = [counted(day, 3, chinese_calendar.is_workday) for day in starts]
    weekdays = [counted(day, 3, lambda day: day.weekday() < 5) for day in starts]
    pairs = list(zip(weekdays, right, strict=True))
    assert sum(early < day for early, day in pairs) == 38
    assert sum(late > day for late, day in pairs) == 16
    ours = [working_day_after(announced(), day.toordinal(), 3) for day in starts]
    assert ours == [day.toordinal() for day in right]


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-09-30", 3, "2026-10-10"),  # a Saturday that is worked
        ("2026-02-13", 3, "2026-02-25"),
        ("2026-05-08", 1, "2026-05-09"),
        ("2026-12-31", 1, "2027-01-04"),  # New Year's Day is off by law in a year not announced too
        ("2026-11-17", 0, "2026-11-17"),
    ],
)
def test_limits_across_holidays(start, count, due):
    day = working_day_after(announced(), date.fromisoformat(start).toordinal(), count)
    assert date.fromordinal(day).isoformat() == due


@pytest.mark.parametrize(
    ("start", "minute", "hours", "due"),
    [
        ("2026-11-17", 9 * 60, 4, "2026-11-17"),  # 9 to 12 and 14 to 15
        ("2026-11-17", 14 * 60, 4, "2026-11-17"),
        ("2026-11-17", 14 * 60 + 1, 4, "2026-11-18"),
        ("2026-11-17", 12 * 60 + 30, 4, "2026-11-17"),  # the break counts for nobody
        ("2026-09-30", 17 * 60, 2, "2026-10-08"),
        ("2026-10-03", 9 * 60, 8, "2026-10-08"),  # given out on a day off
        ("2026-11-17", 8 * 60, 9, "2026-11-18"),
    ],
)
def test_working_hours(start, minute, hours, due):
    day = day_of_working_hours(announced(), date.fromisoformat(start).toordinal(), minute, hours)
    assert date.fromordinal(day).isoformat() == due
