"""Every day of 2004 to 2026 against two libraries that know the calendar of China."""

from datetime import date

import chinese_calendar
import pytest
from lunar_python.util import HolidayUtil

from wenming_metrics.domain.working_days import (
    announced,
    is_working,
    unannounced,
    working_day_after,
)
from wenming_metrics.domain.working_hours import (
    DAY,
    WORK_HOUR,
    OfficeHours,
    day_of,
    end_of_limit,
    make_clock,
)

DAYS = range(date(2004, 1, 1).toordinal(), date(2027, 1, 1).toordinal())
NOT_WORKED_BY_CHINESE_CALENDAR = {date(2005, 12, 31)}
"""国办发明电〔2005〕35号 says: 12月31日(星期六)上班."""
NOT_WORKED_BY_LUNAR = {date(2013, 4, 7), date(2013, 10, 12)}
"""国办发明电〔2012〕33号 says: 4月7日(星期日)上班, 10月12日(星期六)上班."""


def test_each_day_is_what_chinese_calendar_says():
    assert differing(chinese_calendar.is_workday) == NOT_WORKED_BY_CHINESE_CALENDAR


def test_each_day_is_what_lunar_says():
    def is_workday(day):
        holiday = HolidayUtil.getHoliday(day.year, day.month, day.day)
        return holiday.isWork() if holiday else day.weekday() < 5

    assert differing(is_workday) == NOT_WORKED_BY_LUNAR


def differing(is_workday):
    days = map(date.fromordinal, DAYS)
    return {day for day in days if is_workday(day) != is_working(announced(), day.toordinal())}


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
    from_day = date.fromisoformat(start).toordinal()
    clock = make_clock(announced(), OfficeHours(), from_day, from_day)
    end = end_of_limit(clock, from_day * DAY + minute, hours, WORK_HOUR)
    assert date.fromordinal(day_of(end)).isoformat() == due
