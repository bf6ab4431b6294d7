"""按题目, 按人群, 各期 on the page 两率一度."""

from __future__ import annotations

import streamlit as st

from wenming_metrics.charts.answer_bars import option_bars
from wenming_metrics.charts.dot_plot import dots
from wenming_metrics.charts.template import CONFIG
from wenming_metrics.charts.waves import wave_line
from wenming_metrics.queries.survey.rates import Rates
from wenming_metrics.ui.frame import page, tables, words
from wenming_metrics.ui.survey import answers as survey_answers
from wenming_metrics.ui.survey import cache, frames, sentences_more
from wenming_metrics.ui.survey.frames import Chosen

CITY = "全市"
_text, _number = st.column_config.TextColumn, st.column_config.NumberColumn
_PEOPLE = {
    "option_title": _text("人群", width=120),
    "figure": _text("比率", width=80, alignment="right"),
    "margin": _text("误差范围", width=110, alignment="right", help="95%把握"),
    "n": _number("有效问卷", format="localized", width=80),
    "remark": _text("说明", width=200),
}
_WAVES = {
    "title": _text("期次", width=130),
    "figure": _text("比率", width=80, alignment="right"),
    "margin": _text("误差范围", width=110, alignment="right", help="95%把握"),
    "n": _number("有效问卷", format="localized", width=80),
    "moved": _text("与上一期比", width=130),
}
_DEFINITION = {"definition": _text("怎样算", width=520)}


def draw_questions(chosen: Chosen, found: Rates) -> None:
    """Draw what was answered to every question, by the city or by one unit."""
    names = dict(zip(found.units["unit_name"], found.units["unit"], strict=True))
    name = st.selectbox(
        "看谁的回答", [CITY, *names], key="opinion_whose", bind="query-params", width=220
    )
    unit = None if name == CITY else int(names[name])
    page.note(
        "条长是占回答了这一题的比例,从 0 起。横线下面灰色的不是有效回答:不了解、拒答、空白、没有问到,"
        "分别列出,不混在一起。"
    )
    answers = cache.by_question(chosen.wave, unit)
    st.html(option_bars(survey_answers.asked(answers)))


def draw_people(chosen: Chosen, found: Rates) -> None:
    """Draw a rate by groups of people, and by units and groups of people."""
    titles = {one.title: one.code for one in found.survey.questions if one.people}
    if not titles:
        page.note("问卷里没有问年龄、性别这一类分人群的题。")
        return
    title = st.selectbox(
        "按什么分", list(titles), key="opinion_people", bind="query-params", width=220
    )
    rate, limits = found.survey.rate(chosen.rate), found.survey.limits
    people = cache.by_people(chosen.wave, chosen.rate, titles[title])
    with st.container(key="sentence-part"):
        st.markdown(sentences_more.people(people, title, found.survey.decimals))
    st.markdown(f"#### 全市各人群{words.plain(rate.title)}")
    left, right = st.columns([6, 7], gap="medium")
    with left:
        parts = survey_answers.people_section(people, found.survey.decimals)
        st.plotly_chart(
            dots(parts, {}, rate.target), theme=None, config=CONFIG, key="opinion-people"
        )
    with right:
        lines = survey_answers.people_table(people, found.survey.decimals, limits.hide)
        tables.show(lines, _PEOPLE)
    st.markdown("#### 各单位各人群")
    page.note(
        f"括号里是份数。少于 {limits.hide} 份的不公布;为了不让人用合计倒算出来,有些份数够的格也一并不公布。"
    )
    cells = survey_answers.cross_table(
        cache.cross(chosen.wave, chosen.rate, titles[title]), found.survey.decimals
    )
    columns = {name: _text(name, width=112, alignment="right") for name in cells.columns[1:]}
    tables.show(cells, {"unit_name": _text("单位", width=112), **columns}, 12)


def draw_course(chosen: Chosen, found: Rates) -> None:
    """Draw a rate wave by wave, of the city or of one unit."""
    names = dict(zip(found.units["unit_name"], found.units["unit"], strict=True))
    name = st.selectbox(
        "看谁的走势", [CITY, *names], key="opinion_follow", bind="query-params", width=220
    )
    unit = None if name == CITY else int(names[name])
    rate, decimals = found.survey.rate(chosen.rate), found.survey.decimals
    lines = frames.course_lines(cache.course(chosen.rate, unit), decimals)
    with st.container(key="sentence-part"):
        st.markdown(f"{words.plain(name)}{words.plain(rate.title)}:{sentences_more.course(lines)}")
    if lines["value"].notna().any():
        with st.container(width=900):
            figure = wave_line(lines, rate.target, decimals)
            st.plotly_chart(figure, theme=None, config=CONFIG, key="opinion-course")
        page.note(
            "点是每一期的比率,竖线是误差范围。虚竖线是口径调整的地方,前后不可比,所以不连线。纵轴不一定从 0 起。"
        )
    told = lines["definition"].unique().tolist()
    if len(told) == 1:
        page.note(f"各期一样算:{words.plain(told[0])}")
    with st.container(width=560 if len(told) == 1 else "stretch"):
        tables.show(lines, _WAVES if len(told) == 1 else _WAVES | _DEFINITION)
