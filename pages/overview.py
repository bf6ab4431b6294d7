"""总览: the city at a glance, for a leader who has ten seconds."""

import streamlit as st

from wenming_metrics.queries.office import days_known
from wenming_metrics.ui.frame import cache, filters, page, signed_view
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.overview import first_steps, printed
from wenming_metrics.ui.overview import page as overview_page
from wenming_metrics.ui.overview.view import city_view

office = page.open_page("总览")
days = ask(days_known)
first_steps.stop_without_inspections(office, days)
top = page.row("home-top")
with top:
    opening = signed_view.opening_window(office.rules, days)
    selection = signed_view.choose(filters.choose_period(office.rules, days, opening))
view = ask(city_view, selection, shared=True)
with top, page.row("home-out"):
    st.link_button("大屏", "?wall=1")
    foot = ask(page.foot_text, selection.window, view.check_count, shared=True)
    printed.offer(view, selection.window.title, signed_view.standing(selection), foot)
cache.draw(overview_page.draw, selection)
page.foot(selection.window, view.check_count)
printed.say_missing()
