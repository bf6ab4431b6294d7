"""Answers of the page of lost points kept in memory, keyed as in `ui.frame.cache`.

What `ui.frame.cache.ask` recalls is a copy, made anew at every rerun; a ledger may have a million lines.
So all sessions share what is kept here, and nobody changes it: ledger, what was made of it, figures.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.losses import ledger as ledgers
from wenming_metrics.queries.losses import ledger_rows
from wenming_metrics.queries.losses.ledger import Ledger
from wenming_metrics.queries.scores.arrivals import Cut
from wenming_metrics.ui.frame import cache
from wenming_metrics.ui.frame.cache import Version


def ledger(window: Window, board: str, cut: Cut | None) -> Ledger:
    """Give the loss ledger of a window; see `queries.losses.ledger.ledger`."""
    asked = (window, board, cut)
    return _ledger(repr((cache.version(), asked)), asked)


@st.cache_resource(max_entries=6, show_spinner="正在计算……")
def _ledger(key: str, _asked: tuple[Window, str, Cut | None]) -> Ledger:
    return ledgers.ledger(cache.office(), *_asked)


def responsible(window: Window, board: str, cut: Cut | None) -> pd.DataFrame:
    """List who is named responsible; see `queries.losses.ledger_rows.responsible_units`."""
    return _responsible(repr((cache.version(), window, board, cut)), window, board, cut)


@st.cache_resource(max_entries=6, show_spinner="正在计算……")
def _responsible(key: str, _window: Window, _board: str, _cut: Cut | None) -> pd.DataFrame:
    found = ledger(_window, _board, _cut).lines
    return ledger_rows.responsible_units(cache.office(), _window, found, _cut)


def kept(
    key: tuple[Hashable, ...], make: Callable[[], object], at: Version | None = None
) -> object:
    """Give what was made of a ledger, made once; shared, so not to be changed.

    Takes: key - all that it depends on beside what is stored, told by its `repr`; at - the version
           of what is stored, None: it is looked up
    """
    return _kept(repr((at or cache.version(), *key)), make)


@st.cache_resource(max_entries=256, show_spinner=False)
def _kept(key: str, _make: Callable[[], object]) -> object:
    return _make()


def listed(
    key: tuple[Hashable, ...], make: Callable[[], object], at: Version | None = None
) -> object:
    """Give the rows behind lines of a ledger, looked up once; as `kept`, but they are large."""
    return _listed(repr((at or cache.version(), *key)), make)


@st.cache_resource(max_entries=48, show_spinner="正在查找原表的行……")
def _listed(key: str, _make: Callable[[], object]) -> object:
    return _make()
