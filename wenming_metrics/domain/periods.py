"""Days and windows of days: 日、周、月、季、半年、年, or any two dates.

A day is an int: `date.toordinal()`. The day's clock is Asia/Shanghai wherever the server stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
YEARS = range(2000, 2100)
"""Years of days that people write; one beyond them is a slip of the pen."""
KINDS = {
    "day": "日",
    "week": "周",
    "month": "月",
    "quarter": "季",
    "half": "半年",
    "year": "年",
    "custom": "自选",
}
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True)
class Window:
    """A run of whole days, both ends included, and the kind of period it is.

    number - of the issue (期) that the days make up, 0 for none; the days of an issue need not be
             those of a week or month of the calendar
    """

    kind: str
    start: date
    end: date
    number: int = 0

    @property
    def days(self) -> range:
        """The days as ordinals."""
        return range(self.start.toordinal(), self.end.toordinal() + 1)

    @property
    def title(self) -> str:
        """The window in Chinese: 「2026年11月20日」「11月16日—22日」「2026年第四季度」「第12期(…)」."""
        if not self.number:
            return _title(self)
        return f"第{self.number}期（{_span(self.start, self.end).removeprefix(f'{self.start.year}年')}）"

    @property
    def key(self) -> str:
        """A short text that names the window in cache keys and file names."""
        issue = f"-{self.number}" if self.number else ""
        return f"{self.kind}-{self.start:%Y%m%d}-{self.end:%Y%m%d}{issue}"


def now() -> datetime:
    """The time in the city, whatever zone the server is set to."""
    return datetime.now(ZONE)


def today() -> date:
    """The day in the city."""
    return now().date()


def window(kind: str, on: date) -> Window:
    """Give the window of a kind that holds a day; weeks begin on Monday.

    Raises ValueError for a kind that is not a calendar period.
    """
    if kind == "day":
        return Window(kind, on, on)
    if kind == "week":
        start = on - timedelta(days=on.weekday())
        return Window(kind, start, start + timedelta(days=6))
    if kind in _MONTHS:
        size = _MONTHS[kind]
        start = date(on.year, (on.month - 1) // size * size + 1, 1)
        return Window(kind, start, add_months(start, size) - timedelta(days=1))
    raise ValueError(f"not a calendar period: {kind}")


def custom(start: date, end: date) -> Window:
    """Give the window from one day to another, both included, in whichever order they come."""
    return Window("custom", min(start, end), max(start, end))


def calendar_or_custom(start: date, end: date) -> Window:
    """Give the window from one day to a later one: that of the calendar where its days are."""
    calendar_windows = (window(kind, start) for kind in ("week", *_MONTHS))
    free = custom(start, end)
    return next((w for w in calendar_windows if (w.start, w.end) == (start, end)), free)


def previous(of: Window, steps: int = 1) -> Window:
    """Give the window of the same kind that lies `steps` before; a free window has its length.

    One that begins beside the calendar (a month from the 26th) is moved by months, or by its days. Of
    a period that is not over (`to_date`) it is as many days from the beginning of the one before, of a
    month those up to the same day: like is compared with like.
    """
    if of.kind == "custom" or _is_beside(of):
        return _moved_back(of, steps)
    earlier = of
    for _ in range(steps):
        earlier = window(of.kind, earlier.start - timedelta(days=1))
    if is_to_date(of):
        return replace(earlier, end=min(earlier.end, earlier.start + (of.end - of.start)))
    return earlier


def to_date(of: Window, last: date) -> Window:
    """Cut a period that holds a day down to what has passed of it; others stay as they are.

    An issue with a number keeps its days: they are those that will be signed.
    """
    if of.kind == "custom" or of.number or not of.start <= last < of.end:
        return of
    return replace(of, end=last)


def is_to_date(of: Window) -> bool:
    """Say whether a window is the beginning of a calendar period that is not over."""
    if of.kind == "custom" or of.number:
        return False
    whole = window(of.kind, of.start)
    return whole.start == of.start and of.end < whole.end


def _is_beside(of: Window) -> bool:
    """Say whether the days are not those of the calendar; a week to date ends before its week."""
    calendar_window = window(of.kind, of.start)
    return calendar_window.start != of.start or (of.number > 0 and calendar_window.end != of.end)


def _moved_back(of: Window, steps: int) -> Window:
    if of.kind in _MONTHS:
        months = _MONTHS[of.kind] * steps
        ends = (of.start, of.end + timedelta(days=1))
        start, after = (add_months(on, -months).replace(day=on.day) for on in ends)
        return Window(of.kind, start, after - timedelta(days=1))
    span = timedelta(days=len(of.days) * steps)
    return Window(of.kind, of.start - span, of.end - span)


def series(of: Window, count: int) -> list[Window]:
    """Give the window and those before it, oldest first, `count` in all."""
    windows = [of]
    while len(windows) < count:
        windows.append(previous(windows[-1]))
    return windows[::-1]


def week_to_date(of: Window) -> Window:
    """Give the days from Monday to the last day of a window (「本周至今」), judged as a week."""
    return replace(window("week", of.end), end=of.end)


def parse_day(text: str) -> date:
    """Read 2026-11-20. Raises ValueError, also for a day beyond YEARS."""
    return _of_years(date.fromisoformat(text))


def parse_month(text: str) -> date:
    """Read 2026-11 as the first day of that month. Raises ValueError."""
    return _of_years(datetime.strptime(text, "%Y-%m").date())


def parse_moment(text: str) -> str:
    """Read an ISO date or date and time as the stored text of that moment; a date is its midnight.

    What names no zone is of the city's. Raises ValueError.
    """
    read = datetime.fromisoformat(text)
    _of_years(read.date())
    placed = read.astimezone(ZONE) if read.tzinfo else read.replace(tzinfo=ZONE)
    return placed.isoformat(timespec="microseconds")


def _of_years(on: date) -> date:
    if on.year not in YEARS:
        raise ValueError(f"not a day of this century: {on}")
    return on


def parse_week(text: str) -> date:
    """Read an ISO week 2026-W47, or any day of the week 2026-11-20, as a day of it.

    Raises ValueError.
    """
    if re.fullmatch(r"\d{4}-?W\d{1,2}", text):
        year, week = re.split(r"-?W", text)
        return _of_years(date.fromisocalendar(int(year), int(week), 1))
    return parse_day(text)


def add_months(on: date, count: int) -> date:
    """Give the first day of the month so many months from that of a day."""
    months = on.year * 12 + on.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def _title(of: Window) -> str:
    start, end = of.start, of.end
    if start.day != 1 or is_to_date(of):
        return _span(start, end)
    if of.kind == "month":
        return f"{start.year}年{start.month}月"
    if of.kind == "quarter":
        return f"{start.year}年第{'一二三四'[(start.month - 1) // 3]}季度"
    if of.kind == "half":
        return f"{start.year}年{'上' if start.month == 1 else '下'}半年"
    if of.kind == "year":
        return f"{start.year}年"
    return _span(start, end)


def _span(start: date, end: date) -> str:
    first = f"{start.year}年{start.month}月{start.day}日"
    if start == end:
        return first
    if start.year != end.year:
        return f"{first}—{end.year}年{end.month}月{end.day}日"
    return first + (f"—{end.month}月{end.day}日" if start.month != end.month else f"—{end.day}日")
