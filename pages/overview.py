"""总览: the city at a glance, for a leader who has ten seconds."""

import streamlit as st

from wenming_metrics.domain.periods import today
from wenming_metrics.queries.losses.repeat_sites import returning_sites
from wenming_metrics.queries.office import days_known
from wenming_metrics.ui.frame import cards, filters, navigation, page, signed_view, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.overview import first_steps
from wenming_metrics.ui.overview import page as overview_page

office = page.open_page("总览")
days = ask(days_known)
first_steps.stop_without_inspections(office, days)
selection = signed_view.choose(filters.choose_period(office.rules, days))
board = office.rules.boards[0]
window, figures = selection.window, signed_view.figures(selection, board)

page.say(words.overview(figures.city, figures.ranked, figures.shares, words.when(window, today())))
cards.draw_cards(cards.city_cards(figures.city, figures.ranked, words.before(window)))
overview_page.draw_rates(window.end)
overview_page.draw_loop()
if window.kind == "day":
    page.note(words.DAY_NOTE)
portraits = filters.portrait_query(window, days, board, "")
ends = ask(overview_page.group_ends, selection, shared=True, wait=False)
overview_page.draw_groups(ends, portraits)

left, right = st.columns(2, gap="large")
with left:
    st.subheader("失分前五")
    if figures.losses.empty:
        page.note("本期没有可列的失分。")
    else:
        page.note("各项在全市得分里失去的分数，括号内是占全部失分的比例。")
        figure = ask(overview_page.losses_figure, selection, shared=True, wait=False)
        page.chart(figure, "losses")
        period = filters.query_of(window, days, "lost_")
        navigation.link("pages/losses.py", label="失分明细", query_params=period)
with right:
    st.subheader("反复问题前五")
    sites = ask(returning_sites, window, board.kind).head(5)
    page.note("同一测评项最近 3 次查看（60 天内）至少 2 次不合格，本期也查出过的点位。")
    if sites.empty:
        page.note("本期无反复点位。")
    else:
        cards.repeat_list(sites)
page.foot(office, window, figures.city.checks)
