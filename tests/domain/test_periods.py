"""Windows of days, in the city's own zone."""

from datetime import date

import pytest

from wenming_metrics.domain import periods


@pytest.mark.parametrize(
    ("kind", "on", "start", "end", "title"),
    [
        ("day", date(2026, 11, 20), date(2026, 11, 20), date(2026, 11, 20), "2026年11月20日"),
        ("week", date(2026, 11, 22), date(2026, 11, 16), date(2026, 11, 22), "2026年11月16日—22日"),
        (
            "week",
            date(2026, 12, 31),
            date(2026, 12, 28),
            date(2027, 1, 3),
            "2026年12月28日—2027年1月3日",
        ),
        ("month", date(2024, 2, 10), date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
        ("quarter", date(2026, 11, 20), date(2026, 10, 1), date(2026, 12, 31), "2026年第四季度"),
        ("half", date(2026, 7, 1), date(2026, 7, 1), date(2026, 12, 31), "2026年下半年"),
        ("year", date(2026, 5, 5), date(2026, 1, 1), date(2026, 12, 31), "2026年"),
    ],
)
def test_calendar_windows(kind, on, start, end, title):
    found = periods.window(kind, on)
    assert (found.start, found.end, found.title) == (start, end, title)


def test_the_window_before():
    assert periods.previous(periods.window("month", date(2026, 1, 9))).title == "2025年12月"
    free = periods.custom(date(2026, 11, 20), date(2026, 11, 11))
    assert periods.previous(free) == periods.custom(date(2026, 11, 1), date(2026, 11, 10))


def test_a_series_ends_with_its_window():
    found = periods.series(periods.window("quarter", date(2026, 4, 1)), 3)
    assert [one.title for one in found] == ["2025年第四季度", "2026年第一季度", "2026年第二季度"]


def test_week_to_date_begins_on_monday():
    found = periods.week_to_date(periods.window("day", date(2026, 11, 18)))
    assert (found.kind, found.start, found.end) == ("week", date(2026, 11, 16), date(2026, 11, 18))


@pytest.mark.parametrize(
    ("kind", "last", "start", "end", "title"),
    [
        ("week", (2026, 11, 18), (2026, 11, 9), (2026, 11, 11), "2026年11月16日—18日"),
        ("month", (2026, 11, 20), (2026, 10, 1), (2026, 10, 20), "2026年11月1日—20日"),
        ("month", (2026, 3, 30), (2026, 2, 1), (2026, 2, 28), "2026年3月1日—30日"),
        ("quarter", (2026, 10, 2), (2026, 7, 1), (2026, 7, 2), "2026年10月1日—2日"),
        ("year", (2026, 11, 20), (2025, 1, 1), (2025, 11, 20), "2026年1月1日—11月20日"),
    ],
)
def test_a_period_that_is_not_over_is_held_against_as_many_days(kind, last, start, end, title):
    so_far = periods.to_date(periods.window(kind, date(*last)), date(*last))
    assert (so_far.kind, so_far.end, so_far.title) == (kind, date(*last), title)
    before = periods.previous(so_far)
    assert (before.start, before.end) == (date(*start), date(*end))


def test_what_is_over_or_numbered_stays_whole():
    week = periods.window("week", date(2026, 11, 18))
    assert periods.to_date(week, date(2026, 11, 22)) == week
    assert periods.to_date(week, date(2026, 11, 25)) == week
    issue = periods.Window("month", date(2026, 10, 26), date(2026, 11, 25), 11)
    assert periods.to_date(issue, date(2026, 11, 3)) == issue
    assert not periods.is_to_date(week)


def test_written_periods():
    assert periods.parse_week("2026-W47") == date(2026, 11, 16)
    assert periods.parse_month("2026-11") == date(2026, 11, 1)
    with pytest.raises(ValueError, match="unconverted"):
        periods.parse_month("2026-13")
