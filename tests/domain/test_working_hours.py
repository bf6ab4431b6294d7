"""Where limits end and how much working time lies between two moments, by hand and by counting minutes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenming_metrics.domain.working_days import announced, is_working
from wenming_metrics.domain.working_hours import (
    DAY,
    PLAIN_DAY,
    URGENT_HOUR,
    WORK_DAY,
    WORK_HOUR,
    OfficeHours,
    calendar_version,
    day_of,
    end_of,
    end_of_limit,
    make_clock,
    parse_hours,
)

FIRST = date(2026, 1, 1).toordinal()
CLOCK = make_clock(announced(), OfficeHours(), FIRST, FIRST + 330)


def moment(text: str, clock: str = "") -> int:
    day = date.fromisoformat(text).toordinal()
    hour, _, minute = clock.partition(":")
    return day * DAY + int(hour) * 60 + int(minute) if clock else end_of(day)


@pytest.mark.parametrize(
    ("start", "count", "unit", "end"),
    [
        # three working days across holidays: 10-10 and 05-09 are Saturdays that are worked
        (moment("2026-09-30"), 3, WORK_DAY, moment("2026-10-10")),
        (moment("2026-02-13"), 3, WORK_DAY, moment("2026-02-25")),
        (moment("2026-05-08"), 1, WORK_DAY, moment("2026-05-09")),
        (moment("2026-11-16", "9:30"), 1, WORK_DAY, moment("2026-11-17")),
        (moment("2026-09-30"), 3, PLAIN_DAY, moment("2026-10-03")),
        (moment("2026-11-16", "9:00"), 4, WORK_HOUR, moment("2026-11-16", "15:00")),
        (moment("2026-11-20", "17:00"), 4, WORK_HOUR, moment("2026-11-23", "11:00")),
        (moment("2026-11-20", "23:00"), 2, URGENT_HOUR, moment("2026-11-21", "1:00")),
    ],
)
def test_limits_end(start, count, unit, end):
    assert end_of_limit(CLOCK, start, count, unit) == end


def slow(begin: int, end: int) -> int:
    """Count the working minutes one by one."""
    spans = ((480, 720), (840, 1080))
    return sum(
        is_working(announced(), at // DAY) and any(a <= at % DAY < b for a, b in spans)
        for at in range(begin, end)
    )


@given(st.integers(0, 40 * DAY), st.integers(0, 3 * DAY))
def test_working_minutes_are_those_that_one_counts(offset, length):
    begin = (FIRST + 255) * DAY + offset  # the weeks before and after National Day
    assert CLOCK.between(begin, begin + length) == slow(begin, begin + length)


@given(st.integers(0, 300 * DAY), st.integers(1, 20_000))
def test_a_moment_reached_is_the_first_of_its_sum(offset, minutes):
    begin = FIRST * DAY + offset
    reached = CLOCK.advance(begin, minutes)
    assert CLOCK.between(begin, reached) == minutes
    assert CLOCK.between(begin, reached - 1) == minutes - 1


def test_summer_hours_are_a_setting():
    hours = OfficeHours(summer=parse_hours("8:00-12:00、15:00-18:00"))
    clock = make_clock(announced(), hours, FIRST, FIRST + 330)
    assert clock.between(moment("2026-07-13"), moment("2026-07-14")) == 7 * 60
    assert clock.between(moment("2026-11-16"), moment("2026-11-17")) == 8 * 60


@pytest.mark.parametrize(
    "text", ["", "八点", "8:00", "12:00-8:00", "8:00-12:00、11:00-18:00", "8:00-25:00"]
)
def test_hours_that_are_none(text):
    assert parse_hours(text) is None


def test_the_end_of_a_day_belongs_to_it():
    assert day_of(end_of(FIRST)) == FIRST
    assert day_of(FIRST * DAY + 1) == FIRST


def test_a_calendar_is_known_by_its_days():
    assert calendar_version(announced()) == calendar_version(announced())
