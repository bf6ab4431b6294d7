"""整改复查 and 销号后回头看: lists to go by, forms to fill in, and what those who looked again found."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from wenming_metrics.decisions.look_back import (
    LOOK_BACK,
    RECHECK,
    draw_look_back,
    drawn_chances,
    look_form,
    recheck_list,
)
from wenming_metrics.domain.periods import today
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems import lists
from wenming_metrics.queries.problems.look_back import looked_again
from wenming_metrics.queries.problems.wording import rate, share
from wenming_metrics.ui.frame import cache, page
from wenming_metrics.ui.frame.act_button import button
from wenming_metrics.ui.frame.cache import ask

_DRAWN = "fix-drawn"
"""Key of the seed and terms of the list that this session drew last."""
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(office: Office, days: int, who: str) -> None:
    """Draw both looks; the forms that come back are uploaded on 数据上传.

    Takes: days - problems of so many days are told of
    """
    cache.draw(_draw_looks, days)
    kind = st.segmented_control(
        "去看哪些", (RECHECK, LOOK_BACK), default=RECHECK, key="fix-look-kind"
    )
    if kind == LOOK_BACK:
        _draw_look_back(office, who)
    else:
        _draw_recheck(office)
    page.note("名单在去看以前不要发给责任单位。填好的表传到【数据上传】，结果就记到各个问题上。")


def _draw_looks(office: Office, days: int) -> None:
    """Say what those who looked again found."""
    view = lists.present_view(office, days)
    st.subheader("整改复查、回头看")
    looked = view.rate_of("looked")
    recheck = f"整改复查到位 {rate(looked)}（{share(looked)}）" if looked["denominator"] else ""
    looked_back = looked_again(view.lines, ask(drawn_chances)).sentence
    page.note("；".join(filter(None, (recheck, looked_back))))


def _draw_recheck(office: Office) -> None:
    last_week = today() - timedelta(days=today().weekday() + 7)
    with page.row("fix-recheck"):
        days = st.date_input(
            "哪些天发现的",
            (last_week, last_week + timedelta(days=6)),
            max_value=today(),
            format="YYYY-MM-DD",
            key="fix-recheck-days",
            width=240,
        )
        if len(days) < 2:
            return
        lines, reason = ask(_to_recheck, *days, shared=True, most=4)
        if reason:
            page.note(reason)
            return
        page.download(
            f"下载复查表（{len(lines):,} 条）",
            lambda: look_form(office, lines, RECHECK),
            f"{RECHECK}{days[0]:%m%d}-{days[1]:%m%d}.xlsx",
            _SHEET,
            "fix-recheck-file",
        )


def _to_recheck(office: Office, first: date, last: date) -> tuple[pd.DataFrame, str]:
    """List what the form is for, or say why there is nothing: both take the whole book of problems."""
    try:
        return recheck_list(office, first, last), ""
    except IntakeError as error:
        return pd.DataFrame(), str(error)


def _draw_look_back(office: Office, who: str) -> None:
    with page.row("fix-look-back"):
        size = st.number_input("抽多少条", 1, 1000, 30, key="fix-look-size", width=120)
        least = st.number_input("每个单位至少", 0, 100, 1, key="fix-look-least", width=130)
        closed_days = st.number_input("最近几天销号的", 1, 366, 90, key="fix-look-days", width=140)
    facts = {"least": int(least), "closed_days": int(closed_days)}
    button(
        "抽取名单",
        "fix-look-draw",
        lambda: _keep(office, who, int(size), facts),
        lambda drawn: f"已抽取 {len(drawn[1]):,} 条，抽样号 {drawn[0]}，机会已记录。",
        disabled=not who,
    )
    if _DRAWN in st.session_state:
        seed, content, count = st.session_state[_DRAWN]
        page.download(
            f"下载回头看名单（{count:,} 条）",
            lambda: content,
            f"{LOOK_BACK}{today():%Y%m%d}.xlsx",
            _SHEET,
            f"fix-look-file-{seed}",
        )


def _keep(office: Office, who: str, size: int, facts: dict[str, int]) -> tuple:
    """Draw a list and keep its form for this session: it is drawn once, not at every run of the page."""
    seed, drawn = draw_look_back(office, who, size, **facts)
    st.session_state[_DRAWN] = (seed, look_form(office, drawn, LOOK_BACK), len(drawn))
    return seed, drawn
