"""Draws what 总览 shows: alerts, the sentence, figures, both ends of each group, losses, what comes back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.ui.frame import cards, filters, navigation, page, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.cards import LinkedPiece
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.overview import alerts
from wenming_metrics.ui.overview.view import CityView, GroupEnds, PlacedUnit, city_view
from wenming_metrics.ui.ranking import page as ranking_page


def draw(office: Office, selection: Selection) -> None:
    """Draw the page below its controls: a day with its places and problems first, else the ends of groups."""
    view = ask(city_view, selection, shared=True)
    days, first = ask(days_known), office.rules.boards[0]
    query = filters.portrait_query(selection.window, days, first, "")
    with st.container(key="home", gap="small"):
        alerts.draw(view.alerts)
        page.say(view.sentence)
        if view.of_day:
            cards.draw_cards(view.of_day)
            ranking_page.draw_day(office, selection.window)
            page.note(words.DAY_NOTE)
        else:
            with st.container(key="home-cards"):
                cards.draw_linked(view.figures)
            _draw_groups(view.groups, query)
            _draw_lists(view)
        if view.survey is not None:
            with st.container(key="opinions"):
                to = dict(view.survey.query)
                navigation.link(view.survey.page, label=view.survey.text, query_params=to)


def _draw_lists(view: CityView) -> None:
    """Draw what cost most and what comes back, side by side."""
    with st.container(key="home-below"):
        with st.container(key="home-losses", gap=None):
            st.subheader("失分主要在")
            _draw_list(view.losses, "本期没有可列的失分。")
        with st.container(key="home-sites", gap=None):
            st.subheader("反复点位" + (f"（{view.returning:,}个）" if view.returning else ""))
            _draw_list(view.sites, "本期无反复点位。")


def _draw_list(lines: Sequence[LinkedPiece], without: str) -> None:
    if lines:
        cards.draw_linked(lines)
    else:
        page.note(without)


def _label(unit: PlacedUnit) -> str:
    """Spell a unit: place, name, score, movement; in grey where its place could be one of the middle."""
    name = words.plain(unit.name)
    name = name if unit.is_sure else f"*{name}*"
    return f"**{unit.rank}** {name} :gray[{unit.score}] :blue[{unit.moved or ' '}]"


def _draw_groups(groups: Sequence[GroupEnds], query: dict[str, str]) -> None:
    """Draw both ends of every group, the groups side by side.

    Takes: query - address of the same period on the page of one unit
    """
    with st.container(key="home-groups"):
        for position, group in enumerate(groups):
            with st.container(key=f"group-{position}", border=True, gap=None):
                st.markdown(
                    f"**{words.plain(group.group)}** :gray[{group.total}个街道，{group.placed}个有名次]"
                )
                if not group.placed:
                    st.caption("本期没有可以排名的街道")
                for side, title, units, left_out in group.ends:
                    with st.container(key=f"short-{position}-{side}", gap=None):
                        st.caption(title)
                        for unit in units:
                            look = {"query_params": {**query, "unit_who": unit.name}}
                            label = _label(unit)
                            navigation.link(
                                "pages/portrait.py", label=label, width="stretch", **look
                            )
                        for sentence in left_out:
                            st.caption(sentence)
    page.note("灰字的街道名次与居中单位差别不明显；升降只在得分变化大于误差时标出。")
