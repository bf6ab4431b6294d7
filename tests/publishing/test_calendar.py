"""The calendar of issues, against days that were counted on a calendar on the wall."""

from datetime import date

import pytest

from wenming_metrics.domain.periods import previous, series
from wenming_metrics.rules.calendar import calendar_of, is_usual, slot_at, slots

CASES = [
    # settings, day, year, number, first, last, closes
    ({}, "2026-11-20", 2026, 47, "2026-11-16", "2026-11-22", "2026-11-23T12:00"),
    ({}, "2026-01-01", 2026, 1, "2025-12-29", "2026-01-04", "2026-01-05T12:00"),
    ({}, "2026-12-31", 2027, 1, "2026-12-28", "2027-01-03", "2027-01-04T12:00"),
    ({"first_weekday": 6}, "2026-11-20", 2026, 47, "2026-11-14", "2026-11-20", "2026-11-21T12:00"),
    ({"kind": "day"}, "2026-03-01", 2026, 60, "2026-03-01", "2026-03-01", "2026-03-02T12:00"),
    ({"kind": "month"}, "2026-02-10", 2026, 2, "2026-02-01", "2026-02-28", "2026-03-01T12:00"),
    (
        {"kind": "month", "first_day": 26, "cutoff_days": 3, "cutoff_time": "18:30"},
        *("2026-10-26", 2026, 11, "2026-10-26", "2026-11-25", "2026-11-28T18:30"),
    ),
    (
        {"kind": "month", "first_day": 26},
        *("2026-12-26", 2027, 1, "2026-12-26", "2027-01-25", "2027-01-26T12:00"),
    ),
    ({"kind": "quarter"}, "2026-11-20", 2026, 4, "2026-10-01", "2026-12-31", "2027-01-01T12:00"),
    (
        {"kind": "quarter", "first_day": 26},
        *("2026-12-25", 2026, 4, "2026-09-26", "2026-12-25", "2026-12-26T12:00"),
    ),
    ({"kind": "half"}, "2026-07-01", 2026, 2, "2026-07-01", "2026-12-31", "2027-01-01T12:00"),
    ({"kind": "year"}, "2026-07-01", 2026, 1, "2026-01-01", "2026-12-31", "2027-01-01T12:00"),
    (
        {"kind": "span", "days": 5, "begins": date(2026, 1, 1)},
        *("2026-01-11", 2026, 3, "2026-01-11", "2026-01-15", "2026-01-16T12:00"),
    ),
]


@pytest.mark.parametrize(("told", "on", "year", "number", "first", "last", "closes"), CASES)
def test_days_number_and_closing_of_an_issue(told, on, year, number, first, last, closes):
    slot = slot_at(calendar_of(told), date.fromisoformat(on))
    assert (slot.year, slot.number, slot.window.number) == (year, number, number)
    assert (slot.window.start.isoformat(), slot.window.end.isoformat()) == (first, last)
    assert slot.cutoff[:16] == closes


@pytest.mark.parametrize("told", [case[0] for case in CASES])
def test_issues_follow_one_another_without_a_gap_and_count_from_one(told):
    found = list(slots(calendar_of(told), date(2025, 11, 1), date(2027, 2, 28)))
    for before, after in zip(found, found[1:], strict=False):
        assert (after.window.start - before.window.end).days == 1
        assert after.number == (before.number + 1 if after.year == before.year else 1)
        assert (previous(after.window).start, previous(after.window).end) == (
            before.window.start,
            before.window.end,
        )


def test_an_issue_names_itself():
    week = slot_at(calendar_of({"first_weekday": 6}), date(2026, 11, 20)).window
    assert week.title == "第47期（11月14日—20日）"
    month = slot_at(calendar_of({"kind": "month", "first_day": 26}), date(2027, 1, 1)).window
    assert month.title == "第1期（12月26日—2027年1月25日）"
    assert [one.title for one in series(month, 2)][0] == "2026年11月26日—12月25日"


def test_issues_that_are_weeks_or_months_need_no_period_of_their_own():
    assert is_usual(calendar_of({}))
    assert is_usual(calendar_of({"kind": "month"}))
    assert not is_usual(calendar_of({"first_weekday": 6}))
    assert not is_usual(calendar_of({"kind": "month", "first_day": 26}))
    assert not is_usual(calendar_of({"kind": "span"}))
