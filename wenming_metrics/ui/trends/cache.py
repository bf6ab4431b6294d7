"""Answers of the page of trends kept in memory, keyed as in `ui.cached`."""

from __future__ import annotations

from datetime import date

import pandas as pd

from wenming_metrics.periods import Window
from wenming_metrics.queries import change as changes
from wenming_metrics.queries import course as courses
from wenming_metrics.queries import phases
from wenming_metrics.queries.arrivals import Cut
from wenming_metrics.queries.change import Change
from wenming_metrics.queries.course import Course
from wenming_metrics.queries.phases import PhaseEnd
from wenming_metrics.ui.cached import ask

Cuts = tuple[Cut | None, Cut | None]


def score_change(before: Window, after: Window, board: str, cuts: Cuts = (None, None)) -> Change:
    """Explain why scores differ; see `queries.change.score_change`."""
    return ask(changes.score_change, before, after, board, cuts)


def course(windows: tuple[Window, ...], board: str, code: str = "") -> Course:
    """Follow scores over a row of windows; see `queries.course.course`."""
    return ask(courses.course, windows, board, code)


def phase_ends(windows: tuple[Window, ...]) -> tuple[PhaseEnd, ...]:
    """List when phases of campaigns fell due; see `queries.phases.phase_ends`."""
    return ask(phases.phase_ends, windows)


def days_scored(days: tuple[date, ...], board: str) -> pd.DataFrame:
    """Score single days; see `queries.course.days_scored`."""
    return ask(courses.days_scored, days, board)
