"""Periods shorter than a month: two weeks are two periods, and what is said twice is told."""

from datetime import date

import pytest

from tests.builders import read_sheets
from wenming_metrics.reading.resolve.periods_and_units import read_period


def days(text, year=None):
    period = read_period(text, year)
    return (period.start, period.end) if period else None


def november(first, last):
    return date(2026, 11, first), date(2026, 11, last)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # November 2026 begins on a Sunday: its first week with most of its days is 2 to 8.
        ("2026年11月第1周", november(2, 8)),
        ("社区创文周排名情况一览表(2026年11月第3周)", november(16, 22)),
        ("2026年11月份第四周", november(23, 29)),
        ("2026年11月第三个星期", november(16, 22)),
        ("2026年第47周", november(16, 22)),
        ("2026-W47", november(16, 22)),
        ("2026年11月上半月", november(1, 15)),
        ("2026年11月下半月", november(16, 30)),
        ("2026年11月中旬", november(11, 20)),
        ("2026年11月16日至22日", november(16, 22)),
        ("2026年11月16日—22日排名", november(16, 22)),
        ("2026年11月16日-11月20日", november(16, 20)),
        ("2026.11.16-2026.11.20", november(16, 20)),
        ("2026年10月1日至10月31日", (date(2026, 10, 1), date(2026, 10, 31))),
        ("2026年7月1日—9月30日", (date(2026, 7, 1), date(2026, 9, 30))),
        ("2026年10月第5周", (date(2026, 10, 26), date(2026, 11, 1))),
        ("2026年2月下旬", (date(2026, 2, 21), date(2026, 2, 28))),
    ],
)
def test_the_days_of_a_short_period(text, expected):
    assert days(text) == expected


@pytest.mark.parametrize(
    "text", ["2026年11月第5周", "2026年11月第6周", "2026年13月第1周", "11月第3周"]
)
def test_weeks_that_there_are_not_or_that_lack_their_year(text):
    assert days(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026年第三季度", (date(2026, 7, 1), date(2026, 9, 30))),
        ("2026年上半年", (date(2026, 1, 1), date(2026, 6, 30))),
        ("2026年11月", november(1, 30)),
        ("2026年11月周排名", november(1, 30)),
        ("2026年度第3期", (date(2026, 1, 1), date(2026, 12, 31))),
    ],
)
def test_longer_periods_are_read_as_before(text, expected):
    assert days(text) == expected
    assert days("11月第3周", 2026) == november(16, 22)


def scores(title, sheet="周排名", total=94.7):
    return {sheet: [[title], ["序号", "街道", "总分", "排名"], [1, "城东街道", total, 1]]}


def test_two_weeks_are_two_periods_and_their_days_are_told():
    third, fourth = (read_sheets(scores(f"周排名(2026年11月第{n}周)")) for n in "34")
    assert [r.records["told"][0]["period"] for r in (third, fourth)] == [
        "2026年11月16日—22日",
        "2026年11月23日—29日",
    ]
    assert third.records["day"].tolist() == [date(2026, 11, 22).toordinal()]
    (note,) = [problem for problem in third.problems if problem.code == "记录-05"]
    assert note.details["periods"] == "2026年11月16日—22日"


def test_the_week_may_stand_in_the_name_of_the_sheet():
    reading = read_sheets(scores("2026年11月社区创文周排名", "第3周"))
    assert reading.records["told"][0]["period"] == "2026年11月16日—22日"


def test_a_week_that_there_is_not_waits():
    reading = read_sheets(scores("周排名(2026年11月第5周)"))
    assert (reading.counts.held, [p.code for p in reading.problems][-1]) == (1, "记录-04")
