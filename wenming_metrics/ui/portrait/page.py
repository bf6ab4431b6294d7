"""The page of one unit (单位画像): for one look on the screen, and as one printed page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from wenming_metrics.charts.rank_history import count_bars, rank_lines
from wenming_metrics.domain.periods import now, series, today
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.problems.by_board import held_by_board
from wenming_metrics.queries.ranking.ranking import listing, ranking
from wenming_metrics.queries.scores.score_windows import COURSE
from wenming_metrics.queries.trend.dated_notes import remarks_within
from wenming_metrics.rules.model import Board
from wenming_metrics.ui.frame import cache, filters, navigation, page, signed_view, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.portrait import sentences, tables
from wenming_metrics.ui.portrait.facts import TOGETHER, UnitFacts, gather, kinds_of
from wenming_metrics.ui.portrait.opening import labels_of, lost_query, opening, points_of, unit_of
from wenming_metrics.ui.portrait.print_sheet import sheet
from wenming_metrics.ui.problems.sentences import unit_holding
from wenming_metrics.ui.ranking.view import listed_of, units_of
from wenming_metrics.ui.trends.sentences import remark_lines

_MANY, _SOME, _FEW = 20, 10, 5
"""So many lines of a list, classes of problems, standards ahead and behind are shown on the screen."""


def choose(office: Office, days: Sequence[date]) -> tuple[Selection, str]:
    """Draw the controls: board, unit, period and date; gives the selection and the unit's name."""
    with page.row("controls"):
        selection = filters.choose_portrait(office.rules, days)
        names = _names(selection, office.rules.board(selection.board))
        name = page.select("单位", names, "unit_who", usual=next(iter(names), None), width=200)
    filters.carry(office.rules, days, selection, name or "")
    return signed_view.choose(selection, name or ""), name or ""


def _names(selection: Selection, board: Board) -> list[str]:
    question = ranking if board.ranked else listing
    return ask(question, selection.window, board.kind)["unit_name"].tolist()


def draw(office: Office, selection: Selection, name: str, days: Sequence[date]) -> None:
    """Draw the unit of a name."""
    portrait = ask(_portrait, selection, name, shared=True)
    if portrait is None:
        page.say(f"{words.plain(name)}不在这一期签发的名单里。" if name else "榜单里还没有单位。")
        return
    facts, opening_sentences = portrait
    page.say("".join(opening_sentences))
    _draw_tools(lost_query(facts, days))
    cache.draw(_draw_facts, selection, name)


def _draw_facts(office: Office, selection: Selection, name: str) -> None:
    """Draw what is known of a unit, on the screen and as the page that is printed."""
    facts, opening_sentences = ask(_portrait, selection, name, shared=True)
    query = lost_query(facts, ask(days_known))
    _draw_over_time(facts)
    if facts.scored is not None:
        _draw_scored(facts, query)
    else:
        _draw_kinds(facts, query)
    with page.fold("没有整改的问题、两率一度、台账", "rest"):
        _draw_open(facts, query)
        _draw_survey(facts)
        _draw_kept(facts)
    remarks = remark_lines(
        remarks_within(office, series(selection.window, COURSE[selection.window.kind]))
    )
    if remarks:
        page.note(words.plain(remarks))
    foot = page.foot_text(office, selection.window, int(facts.line["checks"]))
    foot = "　".join(filter(None, (remarks, foot)))
    st.html(sheet(facts, opening_sentences, query, foot))


def _portrait(
    office: Office, selection: Selection, name: str
) -> tuple[UnitFacts, Sequence[str]] | None:
    """Gather what is known of a unit, with its opening sentences; None where it is not listed."""
    ranked = office.rules.board(selection.board).ranked
    lines = units_of(selection) if ranked else listed_of(selection)
    unit_lines = lines[lines["unit_name"] == name]
    if unit_lines.empty:
        return None
    facts = gather(office, selection, unit_lines.iloc[0])
    return facts, opening(facts, lines, words.when(selection.window, today()))


def _course(facts: UnitFacts) -> go.Figure:
    points = points_of(facts)
    if facts.scored is not None:
        return rank_lines(points)
    counts = facts.over_time["failed"].astype(int).tolist()
    return count_bars(labels_of(facts), counts, [point.hover for point in points])


def _draw_tools(query: dict[str, str]) -> None:
    """Draw what can be done: print the page, go where every point was lost."""
    with st.container(horizontal=True, vertical_alignment="center", key="portrait-tools"):
        if st.button("打印一页", key="print-portrait"):
            # The moment makes the script another one each time: else it would not run again.
            script = f"/* {now().isoformat()} */ setTimeout(() => window.print(), 600)"
            st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)
        navigation.link("pages/losses.py", label="失分明细", query_params=query)


def _draw_over_time(facts: UnitFacts) -> None:
    unit = unit_of(facts.selection.window)
    if facts.scored is None:
        _section("问题多少", sentences.counted(facts.over_time, unit))
    else:
        _section("名次和得分", sentences.course(facts.over_time, unit) + "得分的轴不从 0 起。")
    page.chart(_course(facts), f"placed-{facts.unit}-{facts.selection.key}")


def _draw_scored(facts: UnitFacts, query: dict[str, str]) -> None:
    scored = facts.scored
    if not scored.seen:
        page.note(sentences.NOT_SEEN)
        _draw_repeats(facts, query)
        return
    left, right = st.columns(2, gap="large")
    with left, page.fold("强项和弱项", "against"):
        has_score = not pd.isna(facts.line["score"])
        lines = scored.against
        branches = tables.branches(lines, query, scored=has_score, most=_MANY)
        _section("强项和弱项", sentences.against(lines, str(facts.line["group"])), branches)
        _draw_standards(lines)
    with right:
        losses = tables.losses(scored.losses, scored.total, query, _MANY)
        _section("失分账", sentences.ledger(scored.losses, scored.total, _MANY), losses)
        with page.fold("优先整改和反复点位", "fixes"):
            _draw_fixes(facts, query)
            _draw_repeats(facts, query)


def _section(title: str, note: str, html: str = "") -> None:
    """Draw a part of the page: heading, sentence, list; one without a line is none."""
    st.subheader(title)
    page.note(note)
    if html:
        st.html(html)


def _draw_standards(lines: pd.DataFrame) -> None:
    behind, ahead = sentences.extremes(lines, _FEW)
    for title, standards, is_ahead in (
        ("比同组平均差的标准", behind, False),
        ("比同组平均好的标准", ahead, True),
    ):
        if len(standards):
            st.markdown(f"**{title}**")
            st.html(tables.standards(standards, ahead=is_ahead))
    page.note(sentences.unseen(lines))


def _draw_kinds(facts: UnitFacts, query: dict[str, str]) -> None:
    """Draw what a unit that is not ranked is responsible for."""
    kinds = kinds_of(facts)
    _section(
        "哪几类问题", sentences.kinds(kinds), tables.kinds(kinds, tables.address(query), _MANY)
    )


def _draw_open(facts: UnitFacts, query: dict[str, str]) -> None:
    lines = tables.problems(facts.open, query, _MANY) if facts.open.dated else ""
    _section("未整改的问题", sentences.problems(facts.open), lines)
    holding = ask(held_by_board, facts.board.kind)
    page.note(f"办理情况：{unit_holding(holding.of_unit(facts.name), holding.as_of)}")
    if facts.open.dated:
        navigation.link(
            "pages/rectification.py", label="整改经过", query_params={"fix_unit": facts.name}
        )


def _draw_repeats(facts: UnitFacts, query: dict[str, str]) -> None:
    _section("反复点位", sentences.RETURNING)
    if facts.repeats.empty:
        page.note("本期无反复点位。")
    else:
        to = tables.address(query, lost_tab="反复问题")
        st.html(tables.repeats(facts.repeats, to, _MANY))


def _draw_fixes(facts: UnitFacts, query: dict[str, str]) -> None:
    fixes, together = facts.scored.fixing, facts.scored.together
    _section("整改重点", sentences.fix(fixes, together, facts.line["score"], TOGETHER))
    if len(fixes):
        page.note("每一行是只改这一类能挽回的分；几类一起改，不是各行相加。")
        st.html(tables.fixes(fixes, facts.scored.classes, query, _SOME))


def _draw_survey(facts: UnitFacts) -> None:
    if facts.survey is not None:
        note = f"{facts.survey.wave.title}的问卷。{tables.SURVEY_NOTE}"
        _section("两率一度", note, tables.survey(facts.survey, _MANY))
        query = {"wave": facts.survey.wave.title, "opinion_unit": facts.name}
        navigation.link("pages/survey.py", label="查看两率一度", query_params=query)


def _draw_kept(facts: UnitFacts) -> None:
    """Draw what there is of deadlines and documents; nothing where there are no data."""
    if sentence := sentences.deadlines(facts.deadlines):
        _section("整改", f"本期发现的问题，{sentence}")
    if len(facts.documents):
        document = facts.documents.iloc[0]
        _section(
            "台账", f"{facts.quarter.title}：{document['told']}，占 {document['value']:.1f}%。"
        )
