"""Answers of the tab 反复问题 kept in memory, keyed as in `ui.frame.cache`; nobody changes them.

unit - of one unit only its sites are read and compared; None: all. Labels of problems are those of
the answer for the same unit.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.losses import repeat_sites, same_problem
from wenming_metrics.queries.losses import repeats as questions
from wenming_metrics.queries.losses.repeats import Repeats
from wenming_metrics.ui.frame import cache
from wenming_metrics.ui.frame.cache import Version


def repeats(window: Window, board: str, unit: str | None = None) -> Repeats:
    """Find what comes back in a window; see `queries.losses.repeats.repeats`."""
    return _repeats(cache.version(), window, board, unit)


@st.cache_resource(max_entries=4, show_spinner="正在计算……")
def _repeats(at: Version, window: Window, board: str, unit: str | None) -> Repeats:
    return questions.repeats(cache.office(), window, board, unit)


def suggestions(window: Window, board: str, unit: str | None = None) -> pd.DataFrame:
    """List pairs of problems that may be one; see `queries.losses.same_problem.suggestions`."""
    return _suggestions(cache.version(), window, board, unit)


@st.cache_resource(max_entries=4, show_spinner="正在比较问题的写法……")
def _suggestions(at: Version, window: Window, board: str, unit: str | None) -> pd.DataFrame:
    return same_problem.suggestions(cache.office(), _repeats(at, window, board, unit))


def decided(window: Window, board: str, unit: str | None = None) -> pd.DataFrame:
    """List what people said of pairs; see `queries.losses.same_problem.decided`."""
    return _decided(cache.version(), window, board, unit)


@st.cache_resource(max_entries=4, show_spinner=False)
def _decided(at: Version, window: Window, board: str, unit: str | None) -> pd.DataFrame:
    return same_problem.decided(cache.office(), _repeats(at, window, board, unit))


def site_rows(
    window: Window, board: str, lines: tuple[int, ...], unit: str | None = None
) -> pd.DataFrame:
    """Give the rows behind some problems; see `queries.losses.repeat_sites.site_rows`."""
    return _site_rows(cache.version(), window, board, lines, unit)


@st.cache_data(max_entries=64, show_spinner="正在查找原表的行……")
def _site_rows(
    at: Version, window: Window, board: str, lines: tuple[int, ...], unit: str | None
) -> pd.DataFrame:
    found = _repeats(at, window, board, unit).found
    return repeat_sites.site_rows(cache.office(), found.loc[list(lines)])


def responsible(window: Window, board: str, unit: str | None = None) -> pd.Series:
    """Name who is responsible for every problem; see `queries.losses.repeats.responsible`."""
    return _responsible(cache.version(), window, board, unit)


@st.cache_resource(max_entries=4, show_spinner="正在计算……")
def _responsible(at: Version, window: Window, board: str, unit: str | None) -> pd.Series:
    return questions.responsible(cache.office(), _repeats(at, window, board, unit).found)
