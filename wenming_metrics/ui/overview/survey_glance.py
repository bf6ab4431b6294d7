"""两率一度 on the page of the city: the figures of the latest wave, and what they mean for a leader."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from wenming_metrics.queries.survey.rates import CITY, Rates, overview_rates
from wenming_metrics.queries.survey.states import NOT_RANKED, NOT_SHOWN
from wenming_metrics.scoring.survey.rates import HIDDEN, SMALL, WIDE
from wenming_metrics.ui.frame import page
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.cards import Card, draw_cards

_MOST = 4
"""So many figures stand in one row."""
_FEW = {SMALL: NOT_RANKED, WIDE: NOT_RANKED}
"""A leader is told the plain consequence, whatever the reason."""


def draw_rates(day: date) -> None:
    """Draw the city's figures of the latest wave; nothing where no survey has been taken."""
    found = ask(overview_rates, day)
    if found is None or not found.definitions:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="opinions"):
        page.note(f"**两率一度** {found.wave.title}民意调查{_running(found, day)}")
        query = {"wave": found.wave.title}
        st.page_link("pages/survey.py", label="看两率一度", query_params=query)
    draw_cards(rate_cards(found))


def _running(found: Rates, day: date) -> str:
    return "(还在进行)" if found.wave.end > day else ""


def rate_cards(found: Rates) -> list[Card]:
    """Make a large figure of each rate of the city: value, target, what it rests on."""
    city = found.totals[found.totals["level"] == CITY].set_index("rate")
    return [
        _card(rate.title, city.loc[rate.code], rate.target, found.survey.decimals)
        for rate, _ in found.definitions[:_MOST]
    ]


def _card(title: str, total: pd.Series, target: float | None, decimals: int) -> Card:
    rests = f"有效问卷 {int(total['n']):,} 份"
    if total["state"] == HIDDEN or pd.isna(total["shown"]):
        return Card(title, "—", "", (NOT_SHOWN, rests))
    lines = [_against(total, target)] if target is not None else []
    if total["state"] in _FEW:
        lines = [_FEW[total["state"]]]
    return Card(title, f"{total['shown']:.{decimals}f}%", "", (*lines, rests))


def _against(total: pd.Series, target: float) -> str:
    """Say where a figure lies beside its target; what chance explains is no difference."""
    gap = total["shown"] - target
    if total["low"] <= target <= total["high"]:
        return f"与目标 {target:g} 基本持平"
    size = f"{abs(gap):.1f} 个百分点"
    return f"达到目标 {target:g}(高 {size})" if gap > 0 else f"距目标 {target:g} 差 {size}"
