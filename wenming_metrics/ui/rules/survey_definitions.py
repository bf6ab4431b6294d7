"""两率一度 on the page of the rules: figures with their definitions, questions, other places."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.queries.survey.definitions import answer_lines, example_lines, rate_lines
from wenming_metrics.rules.survey.load import load_surveys
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.rules.survey.wording import CITY_WORDS, WAVE_WORDS, spell_margins
from wenming_metrics.runtime import settings
from wenming_metrics.ui.frame import page, tables, words

_text = st.column_config.TextColumn
_ANSWERS = {
    "question": _text("题目", width=200),
    "kind": _text("题型", width=90),
    "option": _text("选项", width=120),
    "aliases": _text("也写作", width=200),
    "state": _text("是什么回答", width=90),
    "counted": _text("怎样计", width=200),
}


def draw(survey: Survey | None) -> None:
    """Draw what a version of the rules says of surveys, and how other places do it."""
    if survey is not None:
        with st.expander("两率一度:各项指标怎样算"):
            _draw_survey(survey)
    found = example_lines(load_surveys(settings.load().data / "surveys"))
    if found.empty:
        return
    with st.expander("两率一度:别处的算法举例"):
        page.note(
            "都是一个地方一个时候的算法,不是国家标准。同样的回答,换一种算法就不是同一个数,不能互相比较。"
        )
        for (place, source), own in found.groupby(["place", "source"], sort=False):
            _draw_line(place, ";".join(own["made"]) + f"。来源:{source}")


def _draw_survey(survey: Survey) -> None:
    limits, people = survey.limits, spell_margins(survey)
    told = (
        f"{survey.title},{WAVE_WORDS[survey.wave]};全市数{CITY_WORDS[survey.city]}"
        f"{f',再按常住人口构成加权:{people}' if people else ''}。"
        f"少于 {limits.hide} 份不公布,少于 {limits.flag} 份不排名,少于 {limits.caution} 份加注;"
        f"误差范围超过 {limits.max_width:g} 个百分点不排名。依据:{survey.source}"
    )
    page.note(words.plain(told))
    for line in rate_lines(survey).itertuples():
        target = "" if pd.isna(line.target) else f"。目标 {line.target:g}%"
        _draw_line(line.title, line.made.removeprefix(f"{line.title} = ") + target)
    page.note("题目和选项:")
    tables.show(answer_lines(survey), _ANSWERS, 14)


def _draw_line(title: str, told: str) -> None:
    """Draw one definition as text, which a phone can wrap."""
    st.markdown(f"- **{words.plain(title)}**:{words.plain(told)}")
