"""签发: issues of a period, from the draft to the signature, and what has changed since."""

import streamlit as st

from wenming_metrics.ui.frame import cache, page
from wenming_metrics.ui.issues import page as issues_page

office = page.open_page("签发")
page.stop_if_empty(cache.days())
page.say("先建草稿、发核对稿、收复核意见,再签发。签发以后名单不再变,有变动就列为更正。")
who = st.text_input(
    "经办人",
    key="who",
    placeholder="您的姓名,会记在变动记录里",
    max_chars=20,
    persist_state="session",
    width=320,
).strip()
issues_page.draw(office, who)
page.fine_print(office)
