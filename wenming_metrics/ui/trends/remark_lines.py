"""Remarks on days below a course: what they say, and where they are written and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from wenming_metrics.decisions.dated_notes import LONGEST, add_remark_on, take_back_remark
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.trend.dated_notes import DayRemark
from wenming_metrics.ui.frame import page, words
from wenming_metrics.ui.frame.act_button import button, tell_done
from wenming_metrics.ui.trends import sentences


def draw(office: Office, remarks: Sequence[DayRemark], last: date) -> None:
    """Draw the remarks, and the form for another one. Takes: last - day of the course"""
    tell_done()
    if remarks:
        page.note(words.plain(sentences.remark_lines(remarks)))
    if not office.viewer.may("拟稿"):
        return
    with st.expander("在图上加注", key="remark-form", on_change="rerun") as form:
        if not form.open:
            return
        who = page.ask_who("加注记录")
        with page.row("remark-row"):
            day = st.date_input("哪一天", last, format="YYYY-MM-DD", key="remark-day", width=160)
            text = st.text_input("说明", key="remark-text", max_chars=LONGEST, width=320)
            button(
                "加注",
                "remark-add",
                lambda: add_remark_on(office, day, text, who),
                lambda day_added: f"已在{day_added:%Y-%m-%d}加注。",
                disabled=not (day and text.strip() and who),
            )
        for number, remark in enumerate(remarks, 1):
            button(
                f"删去注{number}",
                f"remark-drop-{remark.number}",
                lambda remark=remark: take_back_remark(office, remark.number, who),
                lambda _: "已删去，记录里留有是谁写的、谁删的。",
                disabled=not who,
            )
