"""What 总览 opens on: the latest signed issue of more than a day, else the latest period that is over."""

from datetime import date
from types import SimpleNamespace

import pytest

from wenming_metrics.domain.periods import window
from wenming_metrics.publishing.issues import DRAFT, SIGNED
from wenming_metrics.ui.frame import signed_view

DAYS = [date(2026, 11, day) for day in (3, 11, 18, 20, 24)]
TODAY = date(2026, 11, 26)
WEEK = {day: window("week", date(2026, 11, day)) for day in (3, 11, 18, 24)}


@pytest.mark.parametrize(
    ("issues", "opens"),
    [
        ([], WEEK[18]),  # that of the 24th is not over
        ([(WEEK[3], SIGNED)], WEEK[3]),
        ([(WEEK[18], DRAFT), (WEEK[11], SIGNED), (WEEK[3], SIGNED)], WEEK[11]),
        ([(window("day", DAYS[3]), SIGNED), (WEEK[3], SIGNED)], WEEK[3]),
        ([(window("day", DAYS[3]), SIGNED)], WEEK[18]),
        ([(window("month", date(2026, 10, 9)), SIGNED)], window("month", date(2026, 10, 9))),
    ],
)
def test_the_latest_signed_issue_comes_before_the_latest_whole_week(monkeypatch, issues, opens):
    book = [SimpleNamespace(window=span, state=state) for span, state in issues]
    monkeypatch.setattr(signed_view, "ask", lambda *_, **__: book)
    monkeypatch.setattr(signed_view, "today", lambda: TODAY)
    assert signed_view.opening_window(SimpleNamespace(issues={}), DAYS) == opens
