"""The last day of a 整改时限, as people write it: 3个工作日, 4个工作时, 本周五前, 月底前, 立行立改.

Days are counted from the day after the start; a limit in hours ends on the day in which its last hour
lies, for problems are judged by the day. Where the hour of the start is not written, the start is
taken as late as it can have been, so that nobody is late by the way of counting.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import normalize

from wenming_metrics.domain.working_days import (
    HOURS_A_DAY,
    WorkingDays,
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
from wenming_metrics.reading.resolve.periods_and_units import deadline
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.values import Value
from wenming_metrics.vocabulary import chinese_number

NONE, UNKNOWN, OPEN_ENDED = 0, -1, -2
"""No limit is written · it is not understood · no day by its own words (长期整改, 挂账)."""
NO_MINUTE = -1
_COUNT = r"(\d{1,3}|[一二两三四五六七八九十]{1,3})"
_SPAN = re.compile(
    rf"(限|在|于)?{_COUNT}(?:个?(工作日|紧急工作时|工作时|工作小时|自然日|[日天]|小时|周|星期)|个(月))"
    r"(内|以内|之内)?(?:整改|完成|到位|办结|改正|反馈)*"
)
_BARE = re.compile(r"\d{1,3}")
_DAYS = {"日": 1, "天": 1, "自然日": 1, "周": 7, "星期": 7}
_ROUND_THE_CLOCK = {"小时", "紧急工作时"}
_SAME_DAY = re.compile("[当今][日天]|立行立改|立即|即时|马上|立整立改|即知即改|即改")
_NEXT_DAY = re.compile(r"(?:次日|第二天|明[日天])(?:之?前|内)?")
_WEEKDAY = re.compile(r"([本这下])个?(?:周|星期|礼拜)([一二三四五六日天])(?:之前|以前|前|内)?")
_END_OF_MONTH = re.compile(r"([本当这下]?)个?月(?:底|末)(?:之前|以前|前)?|([本当]月)内")
_OPEN_ENDED = re.compile(
    r"(?:列入|纳入|申请)?(?:长期|持续|常态化?|挂账|待定)(?:坚持|整改|保持|管理|推进|治理|销号)?"
)
_UNLIMITED = {"无", "不限"}
_CLOCK = re.compile(r"(上午|下午|晚上|晚|中午)?\s*(?<!\d)([01]?\d|2[0-4])\s*[:时点]\s*(\d{1,2})?")
_HALF_A_YEAR = 183


@dataclass(frozen=True)
class TimeLimit:
    """What a text says of the last day: the day (ordinal, itself included) or NONE, UNKNOWN, OPEN_ENDED.

    years - those counted through whose arrangement of working days is not known
    is_late_start - the hour of the start mattered and is not written: the latest one was taken
    """

    day: int
    years: tuple[int, ...] = ()
    is_late_start: bool = False


def read_limit(
    value: Value, start: int, calendar: WorkingDays, unit: str = "", minute: int = NO_MINUTE
) -> TimeLimit:
    """Read a time limit.

    Takes:   start - ordinal from which days are counted, and whose year a date without one has;
             minute - of that day, NO_MINUTE where it is not written;
             unit - 工作日, 天, 小时 or 工作时 where the header says what a bare number counts
    """
    text = values.word(value)
    if not text.strip("-/") or text in _UNLIMITED:
        return TimeLimit(NONE)
    if _OPEN_ENDED.fullmatch(text):
        return TimeLimit(OPEN_ENDED)
    if span := _SPAN.fullmatch(text + unit if unit and _BARE.fullmatch(text) else text):
        if span[3] == "日" and not (span[1] or span[5]):  # 18日: the 18th, or within 18 days
            return TimeLimit(UNKNOWN)
        return _counted(calendar, start, minute, chinese_number(span[2]), span[3] or span[4])
    if _SAME_DAY.search(text):  # 「立即整改,3日内完成」 says two things
        return TimeLimit(UNKNOWN if re.search(rf"{_COUNT}个?[工日天小周月]", text) else start)
    day = _named_day(text, start)
    return TimeLimit(day if day else _dated(value, start))


def minute_of(value: Value) -> int:
    """Read the time of day behind a date: 18:30, 下午3点. Returns: minutes, NO_MINUTE without one."""
    if isinstance(value, datetime):
        minutes = value.hour * 60 + value.minute
        return minutes or NO_MINUTE  # a date in a cell has midnight, which nobody writes
    match = _CLOCK.search(normalize("NFKC", value)) if isinstance(value, str) else None
    if not match:
        return NO_MINUTE
    hour = int(match[2]) + 12 * (match[1] in ("下午", "晚上", "晚") and int(match[2]) < 12)
    return min(hour * 60 + int(match[3] or 0), 24 * 60)


def _counted(calendar: WorkingDays, start: int, minute: int, count: int, unit: str) -> TimeLimit:
    """Count days or hours from a start."""
    if unit == "月":
        return TimeLimit(_months_after(start, count))
    if unit in _DAYS:
        return TimeLimit(start + count * _DAYS[unit])
    if unit in _ROUND_THE_CLOCK:
        is_late_start = minute == NO_MINUTE and count % 24 > 0
        days = -(-count // 24) if minute == NO_MINUTE else (minute + count * 60 - 1) // (24 * 60)
        return TimeLimit(start + days, is_late_start=is_late_start)
    if unit == "工作日" or minute == NO_MINUTE:
        days = count if unit == "工作日" else -(-count // HOURS_A_DAY)
        day, is_late_start = working_day_after(calendar, start, days), unit != "工作日"
    else:
        clock = make_clock(calendar, OfficeHours(), start, start + count)
        end = end_of_limit(clock, start * DAY + minute, count, WORK_HOUR)
        day, is_late_start = day_of(end), False
    return TimeLimit(day, tuple(unannounced(calendar, start, day)), is_late_start)


def _months_after(start: int, count: int) -> int:
    """Give the same day of a later month, or its last one."""
    first_date = date.fromordinal(start)
    months = first_date.year * 12 + first_date.month - 1 + count
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(first_date.day, monthrange(year, month)[1])).toordinal()


def _named_day(text: str, start: int) -> int:
    """Give the day of 次日, 本周五前, 月底前; 0 for another text. A bare 周五 may be any."""
    start_date = date.fromordinal(start)
    if _NEXT_DAY.fullmatch(text):
        return start + 1
    if match := _WEEKDAY.fullmatch(text):
        monday = start - start_date.weekday() + 7 * (match[1] == "下")
        return monday + "一二三四五六日天".index(match[2]) - (match[2] == "天")
    if match := _END_OF_MONTH.fullmatch(text):
        first = start_date.replace(day=1).toordinal()
        return _months_after(first, 2 if match[1] == "下" else 1) - 1
    return 0


def _dated(value: Value, start: int) -> int:
    """Give a day that is written as such; one without a year that is long past is the next year's."""
    year = date.fromordinal(start).year
    day = deadline(value, year)
    if 0 < day < start - _HALF_A_YEAR:
        day = max(deadline(value, year + 1), day)
    return day if day > 0 else UNKNOWN
