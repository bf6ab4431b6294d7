"""What became of problems: late, found again, come back, notified again and again."""

from datetime import date

import pandas as pd
import pytest

from wenming_metrics.scoring.tree.states import OPEN, judge

MONDAY = date(2026, 11, 2).toordinal()
DONE, UNDER_WAY = "反馈已整改", "整改中"


def found(*lines):
    """Findings as (days after Monday, due or None); all of one site and item unless said."""
    rows = []
    for line in lines:
        day, due, *rest = line
        site, item, state = (*rest, *(1, 1, 0)[len(rest) :])
        rows.append((site, item, MONDAY + day, 0 if due is None else MONDAY + due, state))
    return pd.DataFrame(rows, columns=["site", "item", "day", "due", "state"])


def answers(*lines):
    """Answers as (finding, state, days after Monday, known at)."""
    rows = [(at, state, MONDAY + day, known) for at, state, day, known in lines]
    return pd.DataFrame(rows, columns=["finding", "state", "happened_on", "known_at"]).astype(
        {"finding": int, "happened_on": int}
    )


def states(findings, told=(), as_of=60, **settings):
    return judge(findings, answers(*told), as_of=MONDAY + as_of, **settings)


@pytest.mark.parametrize(
    ("told", "as_of", "late"),
    [
        ((), 3, False),  # the last day is still in time
        ((), 4, True),
        (((0, DONE, 3, "a"),), 9, False),
        (((0, DONE, 4, "a"),), 9, True),
        (((0, UNDER_WAY, 2, "a"),), 9, True),
        (((0, DONE, 2, "a"), (0, UNDER_WAY, 5, "b")), 9, True),  # the latest answer decides
        (((0, UNDER_WAY, 2, "a"), (0, DONE, 3, "b")), 9, False),
    ],
)
def test_a_deadline_passes_by_itself(told, as_of, late):
    judged = states(found((0, 3)), told, as_of).iloc[0]
    assert judged["late"] == late
    assert judged["booked"] == (MONDAY + 3 if late else MONDAY)


def test_what_was_told_later_was_not_known():
    told = [(0, DONE, 2, "2026-11-06T09:00")]
    assert not states(found((0, 3)), told)["late"].item()
    assert states(found((0, 3)), told, known_at="2026-11-05T23:59")["late"].item()


def test_no_deadline_is_never_late():
    assert not states(found((0, None)))["late"].item()


@pytest.mark.parametrize(
    ("closed", "again", "relapsed"),
    [
        (None, True, False),
        (9, False, True),
        (10, True, False),  # on the day it was found again it was still open
        (12, True, False),
    ],
)
def test_found_again_while_open_or_after_it_was_closed(closed, again, relapsed):
    told = [] if closed is None else [(0, DONE, closed, "a")]
    judged = states(found((0, None), (10, None)), told, relapse_days=5)
    assert judged["again"].tolist() == [False, again]
    assert judged["relapsed"].tolist() == [False, relapsed]


@pytest.mark.parametrize(("after", "relapsed"), [(5, True), (6, False)])
def test_a_relapse_lies_within_so_many_days(after, relapsed):
    told = [(0, DONE, 4, "a")]
    judged = states(found((0, None), (4 + after, None)), told, relapse_days=5)
    assert judged["relapsed"].tolist() == [False, relapsed]


def test_only_the_same_item_at_the_same_site_is_the_same():
    lines = found((0, None, 1, 1), (3, None, 1, 2), (3, None, 2, 1), (3, None, 1, 1))
    assert states(lines)["again"].tolist() == [False, False, False, True]


def test_two_problems_of_one_day_are_two_problems():
    assert not states(found((0, None), (0, None)))["again"].any()
    told = [(0, DONE, 1, "a")]
    judged = states(found((0, None), (0, None), (5, None)), told)
    assert judged["again"].tolist() == [False, False, True]  # one of the two is still open


def test_what_was_found_long_ago_is_another_problem():
    assert states(found((0, None), (60, None)), as_of=200)["again"].tolist() == [False, True]
    assert not states(found((0, None), (61, None)), as_of=200)["again"].any()


def test_running_periods_count_once_each():
    # weeks 1, 2, 2, 3 and 5: notified running in week 2 and 3, the second of week 2 is not new
    lines = found((0, None), (7, None), (9, None), (14, None), (28, None))
    assert states(lines)["running"].tolist() == [False, True, False, True, False]
    three = states(lines, running=3)["running"].tolist()
    assert three == [False, False, False, True, False]


def test_periods_may_be_any():
    lines = found((0, None), (7, None), (9, None))
    issues = {MONDAY: 12, MONDAY + 9: 13}  # the 7th day lies in no period
    assert states(lines, issue_of=issues)["running"].tolist() == [False, False, True]


def test_a_row_may_say_it_itself():
    lines = found((0, None, 1, 1, 2), (0, None, 2, 1, 5))
    judged = states(lines)
    assert judged["late"].tolist() == [True, False]
    assert judged["state"].tolist() == [2, 5]
    assert judged["booked"].tolist() == [MONDAY, MONDAY]  # it came about when the row was written


def test_what_is_found_later_is_not_there_yet():
    judged = states(found((0, 3), (10, None)), as_of=5)
    assert judged.index.tolist() == [0]
    assert judged["closed"].tolist() == [OPEN]
