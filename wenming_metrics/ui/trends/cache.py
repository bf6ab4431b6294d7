"""Answers of the page of trends kept in memory, keyed as in `ui.frame.cache`."""

from __future__ import annotations

from datetime import date

import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.scores.arrivals import Cut
from wenming_metrics.queries.trend import campaign_phases
from wenming_metrics.queries.trend import change as changes
from wenming_metrics.queries.trend import trend as courses
from wenming_metrics.queries.trend.campaign_phases import PhaseEnd
from wenming_metrics.queries.trend.change import Change
from wenming_metrics.queries.trend.trend import Course
from wenming_metrics.ui.frame.cache import ask

Cuts = tuple[Cut | None, Cut | None]


def score_change(before: Window, after: Window, board: str, cuts: Cuts = (None, None)) -> Change:
    """Explain why scores differ; see `queries.trend.change.score_change`."""
    return ask(changes.score_change, before, after, board, cuts)


def course(windows: tuple[Window, ...], board: str, code: str = "") -> Course:
    """Follow scores over a row of windows; see `queries.trend.trend.course`."""
    return ask(courses.course, windows, board, code)


def phase_ends(windows: tuple[Window, ...]) -> tuple[PhaseEnd, ...]:
    """List when phases of campaigns fell due; see `queries.trend.campaign_phases.phase_ends`."""
    return ask(campaign_phases.phase_ends, windows)


def days_scored(days: tuple[date, ...], board: str) -> pd.DataFrame:
    """Score single days; see `queries.trend.trend.days_scored`."""
    return ask(courses.days_scored, days, board)
