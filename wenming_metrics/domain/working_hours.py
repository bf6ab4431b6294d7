"""Office hours as a measure of time: how much of them lies between two moments, where a limit ends.

Four units of time, as the published specification of a city's 智慧城管 has them: 工作时 run in office
hours, eight of them are a 工作日; 紧急工作时 and 自然日 run round the clock. A limit in days runs from
the day after its start to the end of its last day, one in hours from the hour of its start.

A moment is an int, minutes of the calendar: `day * 1440 + minute`. Where the hour is not known a
moment is the end of its day: nobody is late by the way of counting.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date

import numpy as np

from wenming_metrics.domain.working_days import WORKING_HOURS, WorkingDays, is_working

DAY = 24 * 60
"""Minutes of a day; as a minute of a day: its end."""
WORK_DAY, WORK_HOUR, URGENT_HOUR, PLAIN_DAY = "工作日", "工作时", "紧急工作时", "自然日"
ROUND_THE_CLOCK = (URGENT_HOUR, PLAIN_DAY)
"""Units that holidays and nights do not stop."""
_SPAN = re.compile(r"(\d{1,2}):(\d{2})[-—~至](\d{1,2}):(\d{2})")
_MARGIN = 400
"""Days by which a clock is made longer than it was asked for."""

Spans = tuple[tuple[int, int], ...]
"""Minutes of the day between which an office works, from morning to evening."""


@dataclass(frozen=True)
class OfficeHours:
    """When an office works; in summer, from one (month, day) to another, otherwise if it says so."""

    spans: Spans = WORKING_HOURS
    summer: Spans = ()
    summer_from: tuple[int, int] = (6, 1)
    summer_to: tuple[int, int] = (9, 30)

    def on(self, day: int) -> Spans:
        """Give the hours of a day that is worked."""
        if not self.summer:
            return self.spans
        calendar_date = date.fromordinal(day)
        is_summer = self.summer_from <= (calendar_date.month, calendar_date.day) <= self.summer_to
        return self.summer if is_summer else self.spans


def parse_hours(text: str) -> Spans | None:
    """Read 「8:00-12:00、14:00-18:00」; None where it is no such text or spans overlap."""
    pieces = [span_text for span_text in re.split(r"[、,;，；\s]+", text.strip()) if span_text]
    matches = [_SPAN.fullmatch(span_text) for span_text in pieces]
    if not matches or None in matches:
        return None
    spans = tuple(
        (int(m[1]) * 60 + int(m[2]), int(m[3]) * 60 + int(m[4])) for m in matches if m is not None
    )
    ends = [minute for span in spans for minute in span]
    return spans if ends == sorted(set(ends)) and ends[-1] <= DAY else None


@dataclass(frozen=True, eq=False)
class Clock:
    """Working minutes of a calendar, summed up once, so that any two moments are told apart at once.

    first, last - days (ordinals) that are summed; moments beyond cost a sum of their own
    sums - working minutes before each of these days
    """

    calendar: WorkingDays
    hours: OfficeHours
    first: int
    last: int
    sums: np.ndarray

    def passed(self, moment: int) -> int:
        """Give the working minutes from the clock's first day up to a moment."""
        day, minute = divmod(int(moment), DAY)
        if day > self.last:
            return _further(self, day).passed(moment)
        index = max(day - self.first, 0)
        total = int(self.sums[index])
        if not minute or self.sums[index + 1] == total:
            return total
        hours = self.hours.on(day)
        return total + sum(max(min(end, minute) - start, 0) for start, end in hours)

    def between(self, begin: int, end: int) -> int:
        """Give the working minutes from one moment to a later one."""
        return self.passed(end) - self.passed(begin)

    def advance(self, moment: int, minutes: int) -> int:
        """Give the first moment at which some working minutes, more than none, have passed since another."""
        mark = self.passed(moment) + minutes
        if self.sums[-1] < mark:
            return _further(self, self.last + minutes // 60).advance(moment, minutes)
        index = int(np.searchsorted(self.sums, mark, side="left")) - 1
        left_over, day = mark - int(self.sums[index]), self.first + index
        for start, end in self.hours.on(day):
            if left_over <= end - start:
                return day * DAY + start + left_over
            left_over -= end - start
        return end_of(day)


def make_clock(calendar: WorkingDays, hours: OfficeHours, first: int, last: int) -> Clock:
    """Sum the working minutes of a calendar, some days further than it will be asked about."""
    last += _MARGIN
    days = range(first, last + 2)
    minutes = [
        sum(end - start for start, end in hours.on(day)) if is_working(calendar, day) else 0
        for day in days
    ]
    sums = np.concatenate([[0], np.cumsum(np.array(minutes, np.int64))])
    return Clock(calendar, hours, first, last, sums)


def _further(clock: Clock, last: int) -> Clock:
    return make_clock(clock.calendar, clock.hours, clock.first, last)


def end_of(day: int) -> int:
    """Give the moment at which a day ends."""
    return (day + 1) * DAY


def day_of(moment: int) -> int:
    """Give the day that a moment lies in; the end of a day belongs to it."""
    return (moment - 1) // DAY


def end_of_limit(clock: Clock, start: int, count: int, unit: str) -> int:
    """Give the moment at which a limit ends.

    Takes: start - the moment of the hand-out; unit - one of the four
    """
    if unit == URGENT_HOUR:
        return start + count * 60
    if unit == WORK_HOUR:
        return clock.advance(start, count * 60)
    day = day_of(start)
    if unit == PLAIN_DAY:
        return end_of(day + count)
    moment = end_of(day)
    for _ in range(count):
        moment = end_of(day_of(clock.advance(moment, 1)))
    return moment


def calendar_version(calendar: WorkingDays) -> str:
    """Give a short mark of a calendar: the same days off and worked, the same mark."""
    text = repr((sorted(calendar.off), sorted(calendar.worked)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
