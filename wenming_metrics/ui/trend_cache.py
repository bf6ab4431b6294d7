"""Answers of the page of trends kept in memory, keyed as in `ui.cached`."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from wenming_metrics.periods import Window
from wenming_metrics.queries import change as changes
from wenming_metrics.queries import course as courses
from wenming_metrics.queries.arrivals import Cut
from wenming_metrics.queries.change import Change
from wenming_metrics.queries.course import Course
from wenming_metrics.ui import cached
from wenming_metrics.ui.cached import Version

Cuts = tuple[Cut | None, Cut | None]


def score_change(before: Window, after: Window, board: str, cuts: Cuts = (None, None)) -> Change:
    """Explain why scores differ; see `queries.change.score_change`."""
    return _score_change(cached.version(), before, after, board, cuts)


@st.cache_data(max_entries=32, show_spinner="正在计算……")
def _score_change(at: Version, before: Window, after: Window, board: str, cuts: Cuts) -> Change:
    return changes.score_change(cached.office(), before, after, board, cuts)


def course(windows: tuple[Window, ...], board: str, code: str = "") -> Course:
    """Follow scores over a row of windows; see `queries.course.course`."""
    return _course(cached.version(), windows, board, code)


@st.cache_data(max_entries=64, show_spinner="正在计算……")
def _course(at: Version, windows: tuple[Window, ...], board: str, code: str) -> Course:
    return courses.course(cached.office(), windows, board, code)


def days_scored(days: tuple[date, ...], board: str) -> pd.DataFrame:
    """Score single days; see `queries.course.days_scored`."""
    return _days_scored(cached.version(), days, board)


@st.cache_data(max_entries=16, show_spinner="正在计算……")
def _days_scored(at: Version, days: tuple[date, ...], board: str) -> pd.DataFrame:
    return courses.days_scored(cached.office(), days, board)
