"""One unit on the page 两率一度: its figures, what it answered to each question, down to the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from wenming_metrics.charts.answer_bars import option_bars
from wenming_metrics.queries.scores.originals import row_cells
from wenming_metrics.queries.survey.rates import Rates
from wenming_metrics.queries.survey.rows import answer_rows
from wenming_metrics.queries.survey.score import score
from wenming_metrics.queries.survey.tables import by_question
from wenming_metrics.ui.frame import cards, drill, page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.survey import answers as survey_answers
from wenming_metrics.ui.survey import sentences
from wenming_metrics.ui.survey.frames import ChosenRate

_ROWS = tables.configs(
    "day=answered_on", "unit_name", "flags", "counted=is_counted", *tables.SOURCE
)


def draw(chosen: ChosenRate, wave_rates: Rates, line: pd.Series) -> None:
    """Draw a unit: every rate in a line, its answers, and the questionnaires behind one of them."""
    unit, name = int(line["unit"]), str(line["unit_name"])
    drill.go_there(f"{unit}-{chosen.key}")
    with st.container(border=True, key="unit-panel"):
        st.subheader(f"{words.plain(name)} · {chosen.wave.title}")
        _draw_figures(wave_rates, unit)
        answers = ask(by_question, chosen.wave, unit)
        st.html(option_bars(survey_answers.question_bars(answers)))
        _draw_rows(chosen, wave_rates, unit, answers)


def _draw_figures(wave_rates: Rates, unit: int) -> None:
    """Say every rate of a unit, its margin of error and what it rests on, and its score."""
    unit_rates, hide = (
        wave_rates.units[wave_rates.units["unit"] == unit],
        wave_rates.survey.limits.hide,
    )
    lines = []
    for rate in unit_rates.to_dict("records"):
        title = words.plain(wave_rates.survey.rate(rate["rate"]).title)
        figure = sentences.percent(rate["shown"], wave_rates.survey.decimals)
        margin = sentences.between(rate["low"], rate["high"])
        notes = [f"误差范围 {margin}"] if margin else []
        notes += [f"有效 {rate['n']:,} 份"]
        notes += (
            [state_remark]
            if (state_remark := sentences.remark(rate["state"], rate["n"], hide))
            else []
        )
        lines.append(f"{title} **{figure}**（{'，'.join(notes)}）")
    scores = ask(score, wave_rates.wave)
    if scores is not None:
        for points in scores.units.loc[scores.units["unit"] == unit, "shown"].dropna():
            lines.append(f"{words.plain(scores.title)} **{points:g}**（满分 {scores.full_mark:g}）")
    st.markdown("  \n".join(lines))


def _draw_rows(chosen: ChosenRate, wave_rates: Rates, unit: int, answers: pd.DataFrame) -> None:
    """Draw the questionnaires that gave one answer to the question of the chosen rate."""
    code = wave_rates.survey.rate(chosen.rate).question
    of_question = answers[(answers["question"] == code) & ~answers["hidden"] & (answers["n"] > 0)]
    if of_question.empty:
        page.note("这一题的份数不公布，问卷也不逐份列出。")
        return
    options = dict(zip(of_question["option_title"], of_question["option"], strict=True))
    st.markdown(f"#### “{words.plain(str(of_question['title'].iloc[0]))}”这样回答的问卷")
    key = f"opinion-option-{unit}-{chosen.key}"
    first = next(iter(options))
    title = page.select("回答", list(options), "opinion_option", usual=first, width=220)
    draw_rows(ask(answer_rows, chosen.wave, unit, code, options[title]), f"{key}-{title}")


def draw_rows(rows: pd.DataFrame, key: str) -> None:
    """Draw questionnaires with the place they stand at; a click opens one as it was sent."""
    if rows.empty:
        page.note("这些数来自按单位汇总的计数表，没有逐份的问卷。")
        return
    page.note(
        f"{len(rows):,} 份。点一份，看原表里的这一行；姓名、电话、地址一类的列在入库时已去掉。"
    )
    spelled = rows.assign(counted=np.where(rows["counts"], "计入", "不计"))
    picked = tables.pick(spelled, _ROWS, f"rows-{key}", 10, param="opinion_row")
    draw_original(rows.iloc[picked or 0], is_open=picked is not None)


def draw_original(row: pd.Series, *, is_open: bool) -> None:
    """Draw the cells of one questionnaire as they were sent."""
    title = f"原表：{words.origin(row)}"
    with st.expander(words.plain(title), expanded=is_open):
        cells = ask(row_cells, row["batch"], row["sheet"], row["source_row"])
        if cells:
            cards.cells(cells)
        else:
            page.note("这一行的原始单元格没有留存，请看原文件。")
