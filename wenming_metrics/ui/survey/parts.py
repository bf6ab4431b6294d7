"""按题目, 按人群, 各期 on the page 两率一度."""

from __future__ import annotations

import streamlit as st

from wenming_metrics.charts.answer_bars import option_bars
from wenming_metrics.charts.dot_plot import dots
from wenming_metrics.charts.waves import wave_line
from wenming_metrics.queries.survey.rates import Rates
from wenming_metrics.queries.survey.tables import by_people, by_question, cross
from wenming_metrics.queries.survey.trend import course
from wenming_metrics.ui.frame import page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.survey import answers as survey_answers
from wenming_metrics.ui.survey import frames, sentences_more
from wenming_metrics.ui.survey.frames import ChosenRate

CITY = "全市"
_PEOPLE = tables.configs("option_title=people", "figure", "margin", "n", "remark")
_WAVES = tables.configs("title=wave", "figure", "margin", "n", "moved=wave_moved")
_DEFINITION = tables.configs("definition")


def _choose_whose(label: str, key: str, wave_rates: Rates) -> tuple[str, int | None]:
    """Let the city or a unit be chosen; gives its name and number, None: the city."""
    numbers = dict(zip(wave_rates.units["unit_name"], wave_rates.units["unit"], strict=True))
    name = page.select(label, [CITY, *numbers], key, width=220)
    return name, None if name == CITY else int(numbers[name])


def draw_questions(chosen: ChosenRate, wave_rates: Rates) -> None:
    """Draw what was answered to every question, by the city or by one unit."""
    _, unit = _choose_whose("看谁的回答", "opinion_whose", wave_rates)
    page.note(
        "条长是占回答了这一题的比例，从 0 起。横线下面灰色的不是有效回答：不了解、拒答、空白、没有问到，"
        "分别列出，不混在一起。"
    )
    st.html(option_bars(survey_answers.question_bars(ask(by_question, chosen.wave, unit))))


def draw_people(chosen: ChosenRate, wave_rates: Rates) -> None:
    """Draw a rate by groups of people, and by units and groups of people."""
    titles = {
        question.title: question.code for question in wave_rates.survey.questions if question.people
    }
    if not titles:
        page.note("问卷里没有问年龄、性别这一类分人群的题。")
        return
    title = page.select("按什么分", list(titles), "opinion_people", width=220)
    rate, limits = wave_rates.survey.rate(chosen.rate), wave_rates.survey.limits
    people = ask(by_people, chosen.wave, chosen.rate, titles[title])
    with st.container(key="sentence-part"):
        st.markdown(sentences_more.people(people, title, wave_rates.survey.decimals))
    st.markdown(f"#### 全市各人群{words.plain(rate.title)}")
    left, right = st.columns([6, 7], gap="medium")
    with left:
        dot_sections = survey_answers.people_section(people, wave_rates.survey.decimals)
        page.chart(dots(dot_sections, {}, rate.target), "opinion-people")
    with right:
        lines = survey_answers.people_table(people, wave_rates.survey.decimals, limits.hide)
        tables.show(lines, _PEOPLE)
    st.markdown("#### 各单位各人群")
    page.note(
        f"括号里是份数。少于 {limits.hide} 份的不公布；为了不让人用合计倒算出来，有些份数够的格也一并不公布。"
    )
    cells = survey_answers.cross_table(
        ask(cross, chosen.wave, chosen.rate, titles[title]), wave_rates.survey.decimals
    )
    people_names = {name: name for name in cells.columns[1:]}
    figures = [f"{name}=figure" for name in people_names]
    tables.show(cells, tables.configs("unit_name", *figures, **people_names), 12)


def draw_course(chosen: ChosenRate, wave_rates: Rates) -> None:
    """Draw a rate wave by wave, of the city or of one unit."""
    name, unit = _choose_whose("看谁的走势", "opinion_follow", wave_rates)
    rate, decimals = wave_rates.survey.rate(chosen.rate), wave_rates.survey.decimals
    lines = frames.course_lines(ask(course, chosen.rate, unit), decimals)
    with st.container(key="sentence-part"):
        st.markdown(f"{words.plain(name)}{words.plain(rate.title)}：{sentences_more.course(lines)}")
    if lines["value"].notna().any():
        with st.container(width=900):
            page.chart(wave_line(lines, rate.target, decimals), "opinion-course")
        page.note(
            "点是每一期的比率，竖线是误差范围。虚竖线是口径调整的地方，前后不可比，所以不连线。纵轴不一定从 0 起。"
        )
    definitions = lines["definition"].unique().tolist()
    if len(definitions) == 1:
        page.note(f"各期一样算：{words.plain(definitions[0])}")
    with st.container(width=560 if len(definitions) == 1 else "stretch"):
        tables.show(lines, _WAVES if len(definitions) == 1 else _WAVES | _DEFINITION)
