"""The parts of the page 两率一度: which wave and figure, its large figures, and what is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.rule_spans import names_of
from wenming_metrics.queries.survey.rates import Rates
from wenming_metrics.queries.survey.waves import group_name
from wenming_metrics.rules.survey.model import Rate
from wenming_metrics.rules.survey.wording import spell_rate
from wenming_metrics.ui.frame import cache as frame_cache
from wenming_metrics.ui.frame import cards, page, tables, words
from wenming_metrics.ui.frame.filters import EVERY_GROUP
from wenming_metrics.ui.survey import cache, checks, frames, parts, sentences
from wenming_metrics.ui.survey import units as survey_units
from wenming_metrics.ui.survey.frames import Chosen

UNITS, QUESTIONS, PEOPLE, COURSE = "各单位", "按题目", "按人群", "各期"
_text, _number = st.column_config.TextColumn, st.column_config.NumberColumn
_SCORES = {
    "group": _text("分组", width=100),
    "place": _number("名次", format="%d", width=60),
    "unit_name": _text("单位", width=130),
    "shown": _number("得分", format="%.2f", width=80),
    "n": _number("有效问卷", format="localized", width=90),
    "remark": _text("说明", width=180),
}
DOUBTS, QUOTA = "疑似代填", "配额进度"
VIEWS = (UNITS, QUESTIONS, PEOPLE, COURSE, DOUBTS, QUOTA)


def stop_without_rules(office: Office) -> None:
    """Say what to do while no rule set says what is asked; the rest of the page is not run."""
    if not office.rules.survey and not any(one.survey for one in office.rule_sets):
        _stop(
            office,
            "测评办法里还没有问卷",
            "要先定下问什么、哪些回答算数、各项比率怎样算,软件才认得问卷:\n"
            "1. 在测评办法的文件夹里写 survey.toml,可以照着自带的例子改;\n"
            "2. 到「测评体系」核对算法;\n"
            "3. 把问卷传到「数据上传」。",
            ("pages/framework.py", "去「测评体系」"),
        )


def stop_without_waves(office: Office, waves: Sequence[Window]) -> None:
    """Say what to do while there are no questionnaires; the rest of the page is not run."""
    if not waves:
        _stop(
            office,
            "还没有问卷",
            "把一期问卷传上来,这里就有知晓率、参与率、满意度:\n"
            "1. 一人一行的问卷(问卷平台导出的、手工录入的),或者按单位汇总好的计数表,都可以;\n"
            "2. 传到「数据上传」,看清提示,点「入库」;\n"
            "3. 回到这里。",
            ("pages/upload.py", "去「数据上传」"),
        )


def _stop(office: Office, title: str, steps: str, first: tuple[str, str]) -> None:
    """Draw what is missing and the ways on, and end the page."""
    with st.container(key="empty", border=True, width=640):
        st.subheader(title)
        st.markdown(steps)
        with st.container(horizontal=True):
            st.page_link(first[0], label=first[1])
            st.page_link("pages/manual.py", label="看「使用说明」")
    page.fine_print(office)
    st.stop()


def choose(waves: Sequence[Window]) -> tuple[Chosen, Rates]:
    """Draw the controls: wave, rate, group. Gives what is chosen and the figures of the wave."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
        titles = {one.title: one for one in waves}
        said = st.selectbox("期次", list(titles), key="wave", bind="query-params", width=200)
        wave = titles[said]
        found = cache.rates(wave)
        if not found.definitions:
            _stop_at_score(wave, found)
        rates = {one.title: one.code for one in found.survey.rates}
        title = st.segmented_control(
            "看哪一项",
            list(rates),
            default=_first(list(rates)),
            required=True,
            key="opinion",
            bind="query-params",
        )
        groups = [*dict.fromkeys(found.units["group"].map(group_name))]
        group = EVERY_GROUP
        if len(groups) > 1:
            options = [EVERY_GROUP, *groups]
            key, bind = "opinion_group", "query-params"
            group = st.selectbox("单位分组", options, key=key, bind=bind, width=160)
    return Chosen(wave, rates[title], "" if group == EVERY_GROUP else group), found


def _stop_at_score(wave: Window, found: Rates) -> None:
    """Draw the score of the survey where the rules have no rate beside it, and end the page."""
    scores, decimals = cache.score(wave), found.survey.decimals
    page.say(f"{wave.title},全市{scores.title} **{scores.city['shown']:.{decimals}f} 分**。")
    page.note(words.plain(f"{scores.sentence}。办法里没有定比率(知晓率、满意度……),这里只有得分。"))
    order = scores.units.sort_values(["group", "place", "unit"], kind="stable")
    remarks = [
        sentences.remark(one.state, one.n, found.survey.limits.hide) for one in order.itertuples()
    ]
    tables.show(order.assign(remark=remarks), _SCORES, 14)
    st.stop()


def _first(titles: list[str]) -> str:
    """Choose the rate a page opens on: the one that people mean by how content all are, else the last."""
    return next((title for title in titles if "满意" in title), titles[-1])


def draw(office: Office, chosen: Chosen, found: Rates) -> None:
    """Draw the sentence, the large figures and the chosen view."""
    rate = found.survey.rate(chosen.rate)
    units = units_of(found, chosen)
    total = total_of(found, chosen)
    page.say(sentences.opening(chosen.wave.title, rate, found.survey, total, units))
    _draw_cards(found, chosen)
    _draw_basis(found, rate, total)
    view = st.segmented_control(
        "看什么",
        VIEWS,
        default=UNITS,
        required=True,
        key="opinion_view",
        bind="query-params",
        label_visibility="collapsed",
    )
    if view == UNITS:
        survey_units.draw(office, chosen, found, units)
    elif view == QUESTIONS:
        parts.draw_questions(chosen, found)
    elif view == PEOPLE:
        parts.draw_people(chosen, found)
    elif view == COURSE:
        parts.draw_course(chosen, found)
    elif view == DOUBTS:
        checks.draw_doubts(office, chosen, found)
    else:
        checks.draw_quotas(chosen, found)


def units_of(found: Rates, chosen: Chosen) -> pd.DataFrame:
    """List the units of the chosen rate and group, each compared with the city."""
    city = frames.city_of(found.totals, chosen.rate)
    return frames.units_of(found.units, chosen.rate, city, chosen.group)


def total_of(found: Rates, chosen: Chosen) -> pd.Series | None:
    """Give the figure of the city, or of the chosen group."""
    level = "group" if chosen.group else "city"
    own = frames.totals_of(found.totals, chosen.rate, level, chosen.group)
    return own.iloc[0] if len(own) else None


def _draw_cards(found: Rates, chosen: Chosen) -> None:
    """Draw a large figure for every rate: margin of error, target, what it rests on, how it is made."""
    shown = []
    for rate in found.survey.rates:
        total = total_of(found, replace(chosen, rate=rate.code))
        if total is not None:
            value = sentences.percent(total["shown"], found.survey.decimals)
            made = spell_rate(found.survey, rate).removeprefix(f"{rate.title} ")
            lines = (*sentences.basis(total, rate.target), made)
            shown.append(cards.Card(rate.title, value, "", lines))
    cards.draw_cards(shown)


def _draw_basis(found: Rates, rate: Rate, total: pd.Series | None) -> None:
    """Say how the large figures are made of the units', who gave no answer, and what is left out."""
    told = []
    if total is not None:
        rest = sentences.unknown(total, found.survey.limits, rate.unknown == "in")
        told.append(
            f"{total['name']}的数:{total['made']}。" + (f"{rate.title}{rest}" if rest else "")
        )
    told.append(sentences.not_counted(found.taken_out, found.outside, found.uncovered))
    if said := "".join(told):
        page.note(words.plain(said))


def foot(office: Office, chosen: Chosen, found: Rates) -> None:
    """Write under which rules and from how many questionnaires the page's figures come."""
    last = frame_cache.batches()["act_at"].max()
    rules = "、".join(names_of(chosen.wave, office))
    st.caption(
        f"测评办法:{rules} · 问卷:{words.plain(found.survey.title)} · 期次:{chosen.wave.title} · "
        f"最近一次数据变动 {last[:16].replace('T', ' ')} · 按随机抽样估算"
    )
