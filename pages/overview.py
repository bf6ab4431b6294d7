"""总览: the city at a glance, for a leader who has ten seconds."""

import streamlit as st

from wenming_metrics.charts.losses import loss_bars
from wenming_metrics.charts.template import CONFIG
from wenming_metrics.domain.periods import today
from wenming_metrics.ui.frame import cache, cards, filters, page, signed_view, words
from wenming_metrics.ui.overview import shortlists, survey_glance
from wenming_metrics.ui.uploads import waiting

office = page.open_page("总览")
days = cache.days()
page.stop_if_empty(days)
selection = signed_view.choose(filters.choose_period(office.rules, days))
window, told = selection.window, signed_view.figures(selection, office.rules.boards[0])

page.say(words.overview(told.city, told.ranked, told.shares, words.when(window, today())))
cards.draw_cards(cards.city_cards(told.city, told.ranked, words.before(window)))
survey_glance.draw_rates(window.end)
waiting.remind()
if window.kind == "day":
    page.note(words.DAY_NOTE)
portraits = filters.portrait_query(window, days, office.rules.boards[0], "")
shortlists.draw_groups(told.ranked, portraits, office.rules.lists)

left, right = st.columns(2, gap="large")
with left:
    st.subheader("失分前五")
    if told.losses.empty:
        page.note("本期没有可列的失分。")
    else:
        page.note("各项在全市得分里失去的分数,括号内是占全部失分的比例。")
        st.plotly_chart(loss_bars(told.losses), theme=None, config=CONFIG, key="losses")
        same = {f"lost_{name}": value for name, value in filters.query_of(window, days).items()}
        st.page_link("pages/losses.py", label="看每一分失在哪里", query_params=same)
with right:
    st.subheader("反复问题前五")
    recent = filters.last_days(window, 30)
    sites = cache.repeat_sites(recent)
    page.note(f"同一点位至少两天查出问题。按到本期末的 30 天计:{recent.title}。")
    if sites.empty:
        page.note("没有这样的点位。")
    else:
        cards.repeat_list(sites)
page.foot(office, window, told.city.checks)
