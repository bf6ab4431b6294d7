"""Periods shorter than a month, as titles write them: 第3周, 上半月, 中旬, 11月16日至22日, 第47周.

A week of a month is the one that has most of its days there (as ISO counts the weeks of a year), from
Monday to Sunday; whoever means another one writes its days.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from wenming_metrics.domain.periods import Window, calendar_or_custom, custom, window

_DIGITS = {word: number for number, word in enumerate("一二三四五六", start=1)}
_WEEK_OF_MONTH = re.compile(
    r"(?:(20\d{2})年)?(\d{1,2})月份?的?第?([一二三四五六1-6])(?:周|个?星期)"
)
_WEEK_OF_YEAR = re.compile(r"(20\d{2})年?度?第(\d{1,2})周|(20\d{2})-?w(\d{1,2})(?!\d)")
_PART = re.compile(r"(?:(20\d{2})年)?(\d{1,2})月份?的?(上半月|下半月|上旬|中旬|下旬)")
_SPAN = re.compile(
    r"(20\d{2})[年./-](\d{1,2})[月./-](\d{1,2})日?(?:-|~|至|到)"
    r"(?:(?:(20\d{2})[年./-])?(\d{1,2})[月./-])?(\d{1,2})日?(?!\d|月)"
)
_PARTS = {
    "上半月": (1, 15),
    "下半月": (16, 31),
    "上旬": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 31),
}
_THURSDAY = 3


def read_short_period(text: str, stated_year: int | None = None) -> Window | None:
    """Read a period shorter than a month, or from one day to another, out of a normalised text.

    Takes:   stated_year - what the titles say, for a period without one
    Returns: the window, that of the calendar where its days are; None where the text has none
    """
    if match := _SPAN.search(text):
        return _span(match)
    if match := _WEEK_OF_MONTH.search(text):
        nth = _DIGITS.get(match[3]) or int(match[3])
        return _week(match[1] or stated_year, int(match[2]), nth)
    if match := _WEEK_OF_YEAR.search(text):
        return _iso_week(int(match[1] or match[3]), int(match[2] or match[4]))
    match = _PART.search(text)
    return _part(match[1] or stated_year, int(match[2]), match[3]) if match else None


def _span(match: re.Match) -> Window | None:
    stated_year, month, day, last_year, last_month, last_day = match.groups()
    try:
        start = date(int(stated_year), int(month), int(day))
        end = date(int(last_year or stated_year), int(last_month or month), int(last_day))
    except ValueError:
        return None
    return None if end < start else calendar_or_custom(start, end)


def _week(stated_year: str | int | None, month: int, nth: int) -> Window | None:
    if stated_year is None or not 1 <= month <= 12:
        return None
    first = date(int(stated_year), month, 1)
    thursday = first + timedelta(days=(_THURSDAY - first.weekday()) % 7 + 7 * (nth - 1))
    return window("week", thursday) if thursday.month == month else None


def _iso_week(stated_year: int, week: int) -> Window | None:
    try:
        return window("week", date.fromisocalendar(stated_year, week, 1))
    except ValueError:
        return None


def _part(stated_year: str | int | None, month: int, word: str) -> Window | None:
    if stated_year is None or not 1 <= month <= 12:
        return None
    first, last = _PARTS[word]
    last = min(last, monthrange(int(stated_year), month)[1])
    return custom(date(int(stated_year), month, first), date(int(stated_year), month, last))
