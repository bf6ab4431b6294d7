"""Answers of the page of lost points kept in memory, keyed as in `ui.cached`.

The ledger of a window may be large: all sessions share one, which nobody changes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import pandas as pd
import streamlit as st

from wenming_metrics.periods import Window
from wenming_metrics.queries import ledger as ledgers
from wenming_metrics.queries import ledger_rows
from wenming_metrics.queries.arrivals import Cut
from wenming_metrics.queries.ledger import Ledger
from wenming_metrics.ui import cached
from wenming_metrics.ui.cached import Version


def ledger(window: Window, board: str, cut: Cut | None) -> Ledger:
    """Give the loss ledger of a window; see `queries.ledger.ledger`."""
    return _ledger(cached.version(), window, board, cut)


@st.cache_resource(max_entries=6, show_spinner="正在计算……")
def _ledger(at: Version, window: Window, board: str, cut: Cut | None) -> Ledger:
    return ledgers.ledger(cached.office(), window, board, cut)


def rows(window: Window, board: str, cut: Cut | None, lines: tuple[int, ...]) -> pd.DataFrame:
    """Give the rows behind some lines; see `queries.ledger_rows.loss_rows`."""
    return _rows(cached.version(), window, board, cut, lines)


@st.cache_data(max_entries=64, show_spinner="正在查找原表的行……")
def _rows(
    at: Version, window: Window, board: str, cut: Cut | None, lines: tuple[int, ...]
) -> pd.DataFrame:
    found = _ledger(at, window, board, cut).lines.loc[list(lines)]
    return ledger_rows.loss_rows(cached.office(), window, found, cut)


def responsible(window: Window, board: str, cut: Cut | None) -> pd.DataFrame:
    """List who is named responsible; see `queries.ledger_rows.responsible_units`."""
    return _responsible(cached.version(), window, board, cut)


@st.cache_resource(max_entries=6, show_spinner="正在计算……")
def _responsible(at: Version, window: Window, board: str, cut: Cut | None) -> pd.DataFrame:
    found = _ledger(at, window, board, cut).lines
    return ledger_rows.responsible_units(cached.office(), window, found, cut)


def kept(key: tuple[Hashable, ...], make: Callable[[], object]) -> object:
    """Give what was made of a ledger, made once. Takes: key - all that it depends on"""
    return _kept((cached.version(), *key), make)


@st.cache_data(max_entries=256, show_spinner=False)
def _kept(key: tuple[Hashable, ...], _make: Callable[[], object]) -> object:
    return _make()
