"""总览: the city at a glance, for a leader who has ten seconds."""

import streamlit as st

from wenming_metrics.queries.losses.repeat_sites import returning_sites
from wenming_metrics.queries.office import days_known
from wenming_metrics.ui.frame import filters, page, signed_view, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.overview import first_steps
from wenming_metrics.ui.overview import page as overview_page

office = page.open_page("总览")
days = ask(days_known)
first_steps.stop_without_inspections(office, days)
with st.container(horizontal=True, vertical_alignment="bottom", key="home-top"):
    opening = signed_view.opening_window(office.rules, days)
    selection = signed_view.choose(filters.choose_period(office.rules, days, opening))
window, board = selection.window, office.rules.boards[0]
sites = ask(returning_sites, window, board.kind)
view = overview_page.view_of(selection, sites, days)

with st.container(key="home", gap="small"):
    overview_page.draw_alerts(view)
    overview_page.say(view)
    if window.kind == "day":
        overview_page.draw_day(view)
        page.note(words.DAY_NOTE)
    else:
        overview_page.draw_figures(view)
        portraits = filters.portrait_query(window, days, board, "")
        ends = ask(overview_page.group_ends, selection, shared=True, wait=False)
        overview_page.draw_groups(ends, portraits)
        with st.container(key="home-below"):
            with st.container(key="home-losses", gap=None):
                overview_page.draw_losses(view)
            with st.container(key="home-sites", gap=None):
                overview_page.draw_sites(view)
    overview_page.draw_survey(window.end)
    page.foot(office, window, view.city.checks)
