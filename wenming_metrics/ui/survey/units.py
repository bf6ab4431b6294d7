"""各单位 on the page 两率一度: dots with margins, how many and how high, what others printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa
import streamlit as st

from wenming_metrics.charts.dot_plot import dots
from wenming_metrics.charts.funnel import funnel_chart
from wenming_metrics.charts.template import settled
from wenming_metrics.export.surveys import survey_workbook
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.scores.rule_spans import names_of
from wenming_metrics.queries.survey.rates import Rates, rates
from wenming_metrics.queries.survey.rows import printed
from wenming_metrics.queries.survey.score import score
from wenming_metrics.queries.survey.states import NOT_SHOWN
from wenming_metrics.queries.survey.tables import by_question
from wenming_metrics.rules.survey.model import VALUES
from wenming_metrics.scoring.survey.rates import CAUTION, CAUTION_ALIKE, HIDDEN
from wenming_metrics.ui.frame import cache, filters, page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.survey import against_scores, frames, sentences, unit
from wenming_metrics.ui.survey.frames import ChosenRate

_UNIT = "opinion_unit"
_TABLE_ROW = 36
"""Height of a row of a table, in pixels: the table beside the dots is as high as they are."""
_UNITS = (
    "group",
    "place=place_in_group",
    "unit_name",
    "figure",
    "margin",
    "n",
    "against",
    "remark",
)
_DIFFERENT = tables.configs("unit_name", "figure", "n", "against")
_PRINTED = tables.configs(
    *("test", "printed_rank=rank_printed", "unit_name", "figure=figure_name"),
    *("told=figure_printed", *tables.SOURCE),
)


@dataclass(frozen=True, eq=False)
class UnitsView:
    """The units of a choice, each compared with the city; the table of them, its columns, names and height."""

    units: pd.DataFrame
    table: pa.Table
    columns: dict[str, dict]
    names: list[str]
    rows: int


def draw(office: Office, chosen: ChosenRate, wave_rates: Rates) -> None:
    """Draw the units, of whom nothing is shown, the funnel, and the unit that is chosen."""
    view = ask(_view_of, chosen, shared=True, wait=False)
    if view.units.empty:
        return
    _draw_dots(chosen, view)
    _draw_tools(office, chosen, wave_rates, view.names)
    line = tables.chosen_line(view.units, _UNIT)
    if line is not None:
        filters.carry_unit(office.rules, ask(days_known), str(line["unit_name"]))
        unit.draw(chosen, wave_rates, line)
    cache.draw(_draw_funnel, chosen)
    if not office.viewer.is_scoped:  # the order of all, not theirs
        cache.draw(against_scores.draw, chosen)
    cache.draw(_draw_printed, chosen)


def _view_of(_office: Office, chosen: ChosenRate) -> UnitsView:
    wave_rates = ask(rates, chosen.wave, shared=True)
    survey, units = wave_rates.survey, frames.chosen_units(wave_rates, chosen)
    table = frames.table_of(units, survey.decimals, survey.limits.hide)
    lines, columns = _with_score(chosen, table)
    height = ask(_dots, chosen, shared=True).layout.height if len(units) else 0
    return UnitsView(
        units=units,
        table=tables.prepared(lines, columns),
        columns=columns,
        names=lines["unit_name"].tolist(),
        rows=max(10, int(height // _TABLE_ROW) - 2),
    )


def _draw_dots(chosen: ChosenRate, view: UnitsView) -> None:
    """Draw dots and table side by side; a click on a line chooses the unit."""
    cache.draw(_draw_heading, chosen)
    left, right = st.columns([6, 7], gap="medium")
    with left:
        page.chart(ask(_dots, chosen, shared=True, wait=False), "opinion-dots")
    with right:
        key = f"opinion-units-{chosen.key}"
        tables.pick_name(view.table, view.columns, key, _UNIT, view.names, view.rows)
    cache.draw(_explain, chosen)


def _draw_heading(_office: Office, chosen: ChosenRate) -> None:
    """Name what is shown, and who is left out of it."""
    survey = ask(rates, chosen.wave, shared=True).survey
    units = ask(_view_of, chosen, shared=True).units
    st.markdown(f"#### 各单位{words.plain(survey.rate(chosen.rate).title)}")
    if left_out := sentences.left_out(units, survey.limits.hide):
        page.note(left_out + sentences.to_collect(units, survey.limits.flag))


def _dots(_office: Office, chosen: ChosenRate) -> go.Figure:
    wave_rates = ask(rates, chosen.wave, shared=True)
    survey, city = wave_rates.survey, frames.city_of(wave_rates.totals, chosen.rate)
    groups = frames.totals_of(wave_rates.totals, chosen.rate, "group")
    dot_sections = frames.sections(frames.chosen_units(wave_rates, chosen), groups, survey.decimals)
    marks = {} if pd.isna(city) else {f"全市 {city:.1f}": city}
    return settled(dots(dot_sections, marks, survey.rate(chosen.rate).target))


def _with_score(chosen: ChosenRate, lines: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Add the score of the survey to the table, where the rules have one."""
    scores = ask(score, chosen.wave)
    if scores is None:
        return lines, tables.configs(*_UNITS)
    points = dict(zip(scores.units["unit"], scores.units["shown"], strict=True))
    description = f"{scores.sentence}。与比率是两回事，不能互相比较"
    columns = tables.configs(*_UNITS, "score=survey_score", score=scores.title)
    columns["score"]["help"] = description
    return lines.assign(score=lines["unit"].map(points)), columns


def _explain(_office: Office, chosen: ChosenRate) -> None:
    """Say how the dots are read, and of whom nothing is shown."""
    units = ask(_view_of, chosen, shared=True).units
    hide = ask(rates, chosen.wave, shared=True).survey.limits.hide
    reading_note = (
        "点是调查到的比率，横线是误差范围：真正的比率有 95% 的可能落在这条线里，份数越少线越长。"
        "相差不大的单位，不能认定谁高谁低。横轴不一定从 0 起。"
    )
    reading_note += (
        "份数后面带 * 的，样本偏少。" if units["state"].isin([CAUTION, CAUTION_ALIKE]).any() else ""
    )
    page.note(reading_note)
    without = units[units["state"] == HIDDEN]
    hidden_units = [
        f"{words.plain(line.unit_name)}（{line.n:,} 份，{sentences.remark(HIDDEN, line.n, hide)}）"
        for line in without.itertuples()
    ]
    if hidden_units:
        st.markdown(f"**不公布的单位**（{len(hidden_units)} 个）：{'、'.join(hidden_units)}")


def _draw_tools(
    office: Office, chosen: ChosenRate, wave_rates: Rates, names: Sequence[str]
) -> None:
    """Draw what can be done with the table: open a unit, take the tables along."""
    with page.row():
        tables.choose_name("看一个单位的回答", names, _UNIT)
        title = f"两率一度（{chosen.wave.title}）"
        page.offer(
            "下载两率一度表",
            lambda: _workbook(office, chosen, wave_rates, title),
            title,
            f"get-opinions-{chosen.wave.key}",
        )


def _workbook(office: Office, chosen: ChosenRate, wave_rates: Rates, title: str) -> bytes:
    """Make the workbook of the wave: what the page hides stays hidden there."""
    notes = [f"测评办法：{rules_name}" for rules_name in names_of(chosen.wave, office)]
    notes += [definition for _, definition in wave_rates.definitions]
    answers = ask(by_question, chosen.wave)
    remarks = np.where(answers["hidden"], NOT_SHOWN, "")
    return survey_workbook(
        frames.file_lines(wave_rates),
        wave_rates.totals,
        answers.assign(said=remarks),
        {rate.code: rate.title for rate in wave_rates.survey.rates},
        title,
        notes,
    )


def _draw_funnel(_office: Office, chosen: ChosenRate) -> None:
    """Draw how many and how high, and beside it those that differ."""
    wave_rates = ask(rates, chosen.wave, shared=True)
    units = ask(_view_of, chosen, shared=True).units
    city = frames.city_of(wave_rates.totals, chosen.rate)
    if pd.isna(city):
        return
    st.markdown("#### 份数多少与高低：哪些单位真的和全市不一样")
    decimals = wave_rates.survey.decimals
    left, right = st.columns([7, 6], gap="medium")
    with left:
        lines = frames.funnel_units(units, decimals)
        bounds = frames.funnel_bounds(city, lines)
        page.chart(funnel_chart(lines, bounds, f"全市<br>{city:.1f}%"), "opinion-funnel")
    with right:
        table = frames.table_of(units[units["verdict"] != 0], decimals, 0)
        if table.empty:
            st.markdown("没有一个单位与全市有显著差别。")
        else:
            tables.show(table, _DIFFERENT, 10)
        wide = wave_rates.survey.rate(chosen.rate).method == VALUES
        page.note(
            "问卷多的单位看得准，问卷少的单位起伏大。落在深色带里的，与全市无显著差别；落在浅色带里的，需关注；"
            "落到带外的（▲▼），才是明显高于或低于全市。空心的样本不足，不下结论。这张图不排名次。"
            + ("回答折成分数的，带按最宽的情形画。" if wide else "")
        )


def _draw_printed(_office: Office, chosen: ChosenRate) -> None:
    """Draw the order that a contractor printed, as it was given."""
    printed_ranks = ask(printed, chosen.wave)
    if printed_ranks.empty:
        return
    st.markdown("#### 第三方报告自己排的名次")
    page.note("按原报告照录；计算口径和误差未注明，不与上面的名次混用。")
    tables.show(printed_ranks, _PRINTED, 10)
