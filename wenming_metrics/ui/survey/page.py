"""The parts of the page 两率一度: which wave and figure, its large figures, and what is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import Window
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.queries.files.batches import batches
from wenming_metrics.queries.files.held_effect import held_answers
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.rule_spans import names_of
from wenming_metrics.queries.survey.rates import Rates, rates
from wenming_metrics.queries.survey.score import score
from wenming_metrics.queries.survey.waves import group_name
from wenming_metrics.rules.survey.model import Rate
from wenming_metrics.rules.survey.wording import spell_rate
from wenming_metrics.ui.frame import cache, cards, page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import EVERY_GROUP
from wenming_metrics.ui.survey import checks, frames, parts, sentences
from wenming_metrics.ui.survey import units as survey_units
from wenming_metrics.ui.survey.frames import ChosenRate

UNITS, QUESTIONS, PEOPLE, COURSE = "各单位", "按题目", "按人群", "各期"
_SCORES = tables.configs("group", "place=rank", "unit_name", "shown=score", "n", "remark")
DOUBTS, QUOTA = "疑似代填", "配额进度"
VIEWS = (UNITS, QUESTIONS, PEOPLE, COURSE, DOUBTS, QUOTA)


def stop_without_rules(office: Office) -> None:
    """Say what to do while no rule set says what is asked; the rest of the page is not run."""
    if not office.rules.survey and not any(rule_set.survey for rule_set in office.rule_sets):
        page.stop(
            "测评办法里还没有问卷",
            "要先定下问什么、哪些回答算数、各项比率怎样算，软件才认得问卷：\n"
            "1. 在测评办法的文件夹里写 survey.toml，可以照着自带的例子改；\n"
            "2. 到“测评体系”核对算法；\n"
            "3. 把问卷传到“数据上传”。",
            page="pages/framework.py",
            label="去“测评体系”",
            office=office,
        )


def stop_without_waves(office: Office, waves: Sequence[Window]) -> None:
    """Say what to do while there are no questionnaires; the rest of the page is not run."""
    if not waves:
        page.stop(
            "还没有问卷",
            "把一期问卷传上来，这里就有知晓率、参与率、满意度：\n"
            "1. 一人一行的问卷（问卷平台导出的、手工录入的），或者按单位汇总好的计数表，都可以；\n"
            "2. 传到“数据上传”，看清提示，点“入库”；\n"
            "3. 回到这里。",
            office=office,
        )


def choose(waves: Sequence[Window]) -> tuple[ChosenRate, Rates]:
    """Draw the controls: wave, rate, group. Gives what is chosen and the figures of the wave."""
    with page.row("controls"):
        titles = {window.title: window for window in waves}
        wave_title = page.select("期次", list(titles), "wave", usual=next(iter(titles)), width=200)
        wave = titles[wave_title]
        wave_rates = ask(rates, wave, shared=True)
        if not wave_rates.definitions:
            _stop_at_score(wave, wave_rates)
        codes = {rate.title: rate.code for rate in wave_rates.survey.rates}
        title = page.switch("看哪一项", list(codes), "opinion", _first(list(codes)))
        groups = [*dict.fromkeys(wave_rates.units["group"].map(group_name))]
        group = EVERY_GROUP
        if len(groups) > 1:
            options = [EVERY_GROUP, *groups]
            group = page.select("单位分组", options, "opinion_group", width=160)
    return ChosenRate(wave, codes[title], "" if group == EVERY_GROUP else group), wave_rates


def _stop_at_score(wave: Window, wave_rates: Rates) -> None:
    """Draw the score of the survey where the rules have no rate beside it, and end the page."""
    scores, decimals = ask(score, wave), wave_rates.survey.decimals
    page.say(f"{wave.title}，全市{scores.title} **{scores.city['shown']:.{decimals}f} 分**。")
    page.note(
        words.plain(f"{scores.sentence}。办法里没有定比率（知晓率、满意度……），这里只有得分。")
    )
    order = scores.units.sort_values(["group", "place", "unit"], kind="stable")
    remarks = [
        sentences.remark(line.state, line.n, wave_rates.survey.limits.hide)
        for line in order.itertuples()
    ]
    tables.show(order.assign(remark=remarks), _SCORES, 14)
    st.stop()


def _first(titles: list[str]) -> str:
    """Choose the rate a page opens on: the one that people mean by how content all are, else the last."""
    return next((title for title in titles if "满意" in title), titles[-1])


def draw(office: Office, chosen: ChosenRate, wave_rates: Rates) -> None:
    """Draw the sentence, the large figures and the chosen view."""
    cache.draw(_draw_head, chosen)
    view = page.switch("看什么", VIEWS, "opinion_view", label_visibility="collapsed")
    with page.fold(view, "opinions"):
        _draw_view(office, chosen, wave_rates, view)


def _draw_head(_office: Office, chosen: ChosenRate) -> None:
    """Draw the sentence and the large figures."""
    wave_rates = ask(rates, chosen.wave, shared=True)
    rate, total = wave_rates.survey.rate(chosen.rate), total_of(wave_rates, chosen)
    units = frames.chosen_units(wave_rates, chosen)
    page.say(sentences.opening(chosen.wave.title, rate, wave_rates.survey, total, units))
    _draw_cards(wave_rates, chosen)
    _draw_basis(wave_rates, rate, total)
    if held_note := ask(held_answers, chosen.wave):
        page.note(held_note)


def _draw_view(office: Office, chosen: ChosenRate, wave_rates: Rates, view: str) -> None:
    if view == UNITS:
        survey_units.draw(office, chosen, wave_rates)
    elif view == QUESTIONS:
        parts.draw_questions(chosen, wave_rates)
    elif view == PEOPLE:
        parts.draw_people(chosen, wave_rates)
    elif view == COURSE:
        parts.draw_course(chosen, wave_rates)
    elif view == DOUBTS:
        checks.draw_doubts(office, chosen, wave_rates)
    else:
        checks.draw_quotas(chosen, wave_rates)


def total_of(wave_rates: Rates, chosen: ChosenRate) -> pd.Series | None:
    """Give the figure of the city, or of the chosen group."""
    level = "group" if chosen.group else "city"
    totals = frames.totals_of(wave_rates.totals, chosen.rate, level, chosen.group)
    return totals.iloc[0] if len(totals) else None


def _draw_cards(wave_rates: Rates, chosen: ChosenRate) -> None:
    """Draw a large figure for every rate: margin of error, target, what it rests on, how it is made."""
    rate_cards = []
    for rate in wave_rates.survey.rates:
        total = total_of(wave_rates, replace(chosen, rate=rate.code))
        if total is not None:
            value = sentences.percent(total["shown"], wave_rates.survey.decimals)
            formula = spell_rate(wave_rates.survey, rate).removeprefix(f"{rate.title} ")
            lines = (*sentences.basis(total, rate.target), formula)
            rate_cards.append(cards.Card(rate.title, value, "", lines))
    cards.draw_cards(rate_cards)


def _draw_basis(wave_rates: Rates, rate: Rate, total: pd.Series | None) -> None:
    """Say how the large figures are made of the units', who gave no answer, and what is left out."""
    sentences_of_basis = []
    if total is not None:
        rest = sentences.unknown(total, wave_rates.survey.limits, rate.unknown == "in")
        sentences_of_basis.append(
            f"{total['name']}的数：{total['made']}。" + (f"{rate.title}{rest}" if rest else "")
        )
    sentences_of_basis.append(
        sentences.not_counted(wave_rates.taken_out, wave_rates.outside, wave_rates.uncovered)
    )
    if text := "".join(sentences_of_basis):
        page.note(words.plain(text))


def foot(office: Office, chosen: ChosenRate, wave_rates: Rates) -> None:
    """Write under which rules and from how many questionnaires the page's figures come."""
    last = ask(batches)["act_at"].max()
    rules = "、".join(names_of(chosen.wave, office))
    st.caption(
        f"测评办法：{rules} · 问卷：{words.plain(wave_rates.survey.title)} · 期次：{chosen.wave.title} · "
        f"最近一次数据变动 {moment(last)} · 按随机抽样估算"
    )
