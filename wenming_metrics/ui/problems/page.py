"""问题整改: four figures, the list, the problem that is opened, who holds how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from wenming_metrics.domain.periods import custom
from wenming_metrics.export.package import DOCX
from wenming_metrics.publishing.dispatch.rectification_report import (
    rectification_report,
    source_of,
)
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.problems import channels, lists, wording
from wenming_metrics.queries.problems.lists import ProblemView
from wenming_metrics.ui.frame import cache, cards, filters, marks, page, signed_view, tables, words
from wenming_metrics.ui.frame.act_button import tell_done
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.problems import (
    dispatches,
    matches,
    moves,
    rechecks,
    reminding,
    sentences,
    story,
)
from wenming_metrics.vocabulary import LOOP_STATES
from wenming_metrics.vocabulary.spelling import file_name

_ALL = "全部"
_SPANS = {"近30天": 30, "近90天": 90, "近一年": 366}
_MOST, _KEPT = 200, 16
"""So many lines are drawn, the workbook has all; so many lists are kept."""
_LIST, _UNITS, _FIGURES, _CHANNELS = (
    {column.name: tables.config(column) for column in table}
    for table in (wording.LIST, wording.UNITS, wording.FIGURES, channels.TABLE)
)
_INKS = {"red": "#a61b1b", "yellow": "#8a5a00", "green": "#2b6338"}


def draw(office: Office, days: Sequence[date]) -> None:
    """Draw the page. Takes: days - those with inspections"""
    with page.row("controls"):
        span = page.switch("发现时间", list(_SPANS), "fix_days", "近90天")
        view = _view(_SPANS[span])
        problems = _narrow(_SPANS[span])
    cache.draw(_draw_head, _SPANS[span])
    if not office.viewer.is_scoped:  # held rows of the city are not theirs
        signed_view.say_held(custom(view.begin, view.as_of))
    if len(problems.lines) < len(view.lines):
        extent = "本账号可见的全部" if office.viewer.is_scoped else "全市的"
        page.note(f"以上是{extent}数；问题清单、交办按所选的状态、单位、时限、来源列出。")
    tell_done()
    who = page.ask_who("办理记录")
    _draw_list(office, view, problems, who)
    hands_out = office.viewer.may("交办") and not office.viewer.is_scoped
    with page.fold("交办、各单位在办问题、提醒和登记", "office"):
        if hands_out:
            matches.draw(office, _SPANS[span], who)
            dispatches.draw(office, problems.waiting, who)
        _draw_units(view, _SPANS[span])
        if hands_out:
            reminding.draw(office, view, who)
        if office.viewer.may("核查") and not office.viewer.is_scoped:
            rechecks.draw(office, _SPANS[span], who)
        cache.draw(_draw_figures, _SPANS[span])
        _draw_channels(view, _SPANS[span])
        if hands_out:
            moves.draw_elsewhere(office, who)


@dataclass(frozen=True, eq=False)
class ListedProblems:
    """What is left by the filters: all lines, as a table with the ids of its rows the first _MOST, what waits."""

    lines: pd.DataFrame
    table: marks.MarkedTable
    ids: list[str]
    waiting: dict[str, dispatches.Waiting]


def _draw_head(_office: Office, days: int) -> None:
    view = _view(days)
    page.say(sentences.opening(view))
    cards.draw_cards(_cards(view))
    page.note(wording.basis(view))


def _view(days: int) -> ProblemView:
    return ask(lists.problem_view, days, shared=True, most=_KEPT)


def _narrow(days: int) -> ListedProblems:
    """Draw the filters; their values stand in the address."""
    states, units, sources = ask(_options, days)
    state = _choice("状态", states, "fix_state")
    unit = _choice("单位", units, "fix_unit")
    filters.carry_unit(cache.office().rules, ask(days_known), unit)
    term = _choice("时限", lists.TERMS, "fix_term")
    source = _choice("来源", sources, "fix_source")
    return ask(_listed, days, state, unit, term, source, shared=True, most=_KEPT)


def _options(_office: Office, days: int) -> tuple[list[str], list[str], list[str]]:
    """List the states, the units and the sources that problems are of."""
    lines = _view(days).lines
    states = [state for state in LOOP_STATES if (lines["state"] == state).any()]
    units = sorted({name for name in lines["unit_name"] if name})
    return states, units, list(dict.fromkeys(lines["source_name"]))


def _listed(
    _office: Office, days: int, state: str, unit: str, term: str, source: str
) -> ListedProblems:
    lines = _view(days).lines
    lines = lines[lines["state"] == state] if state else lines
    lines = lines[lines["unit_name"] == unit] if unit else lines
    lines = lines[lines["source_name"] == source] if source else lines
    lines = lists.with_term(lines, term).reset_index(drop=True)
    drawn = lines.head(_MOST)
    waiting = dispatches.waiting_by_day(lines)
    return ListedProblems(lines, _coloured(drawn), tables.record_ids(drawn), waiting)


def _choice(title: str, options: Sequence[str], key: str) -> str:
    """Draw a filter; "" for all. A value of the address that is no longer there is left out, and told."""
    choice = page.select(title, [_ALL, *options], key, width=170)
    return "" if choice == _ALL else choice


def _cards(view: ProblemView) -> list[cards.Card]:
    on_time, relapse = view.rate_of("kept"), view.rate_of("relapse")
    stalled, overdue = view.rate_of("stalled"), view.rate_of("overdue")
    worst = view.by_unit.iloc[0] if len(view.by_unit) else None
    with_whom = sentences.late_longest(view) if worst is not None and worst["overdue"] else ""
    undated = int(view.rate_of("undated")["numerator"])
    return [
        cards.Card(
            "长期无进展",
            f"{stalled['numerator']:,}",
            "条",
            (
                f"{cache.office().rules.loop.stalled_days} 个工作日没有进展",
                sentences.open_count(view),
            ),
        ),
        cards.Card(
            "逾期",
            f"{overdue['numerator']:,}",
            "条",
            tuple(filter(None, (with_whom, f"另有无期限 {undated:,} 条" if undated else ""))),
        ),
        cards.Card("反弹", f"{relapse['numerator']:,}", "条", (wording.share(relapse),)),
        cards.Card("按期整改率", wording.rate(on_time), "", (wording.share(on_time),)),
    ]


def _draw_list(office: Office, view: ProblemView, problems: ListedProblems, who: str) -> None:
    st.subheader("问题清单")
    lines = problems.lines
    remainder = f"，列出最急的 {_MOST} 条，其余见下载的清单" if len(lines) > _MOST else ""
    page.note(f"共 {len(lines):,} 条{remainder}。勾选一条看整改经过，勾选几条一起办理。")
    key = f"fix-list-{len(lines)}-{cache.version().revision}-{view.begin}"
    picked = tables.pick_many(problems.table, _LIST, key, 12, param="fix_row", ids=problems.ids)
    with page.row():
        page.offer(
            "下载清单",
            lambda: wording.list_file(lines, view),
            f"问题整改清单{view.as_of:%Y%m%d}",
            f"file-{key}",
        )
        if len(lines) and not office.viewer.is_scoped:  # what the office answers a test by
            page.download(
                "下载整改报告",
                lambda: rectification_report(office, lines, view),
                file_name(f"{source_of(lines)}整改报告{view.as_of:%Y%m%d}.docx"),
                DOCX,
                f"report-{key}",
                "所列问题的总体情况、各责任单位、逐条整改措施，Word 文档。",
            )
    if not picked:
        return
    ticked = lines.iloc[picked]
    with st.container(border=True, key="unit-panel"):
        if len(ticked) == 1:
            story.draw(ticked.iloc[0])
        moves.draw(office, ticked, who)


def _coloured(lines: pd.DataFrame) -> marks.MarkedTable:
    """Write deadlines in the three colours of 督办; the word beside says the same."""
    inks = np.select(
        [
            lines["is_overdue"] | lines["term"].eq("逾期完成") | lines["term"].eq("已反馈（逾期）"),
            lines["is_open"] & (lines["left"] <= lists.SOON) & lines["term"].ne("已反馈"),
            lines["is_open"] & (lines["left"] > lists.SOON),
        ],
        list(_INKS.values()),
        "#1f2933",
    )
    return marks.coloured(lines[list(_LIST)], "term", inks)


def _draw_units(view: ProblemView, days: int) -> None:
    st.subheader("各单位在办问题")
    if view.by_unit.empty:
        page.note("没有已交办、还没有整改完的问题。")
        return
    page.note("逾期最多的在前；几个单位共同负责的，只列在第一个责任单位。点一行，只看这个单位的。")
    units = view.by_unit
    key = f"fix-units-{len(units)}-{cache.version().revision}-{view.begin}"
    table = ask(_unit_table, days, shared=True, most=_KEPT)
    tables.pick_name(table, _UNITS, key, "fix_unit", units["unit_name"].tolist(), 12)


def _unit_table(_office: Office, days: int) -> pa.Table:
    return tables.prepared(_view(days).by_unit, _UNITS)


def _draw_figures(_office: Office, days: int) -> None:
    view = _view(days)
    with st.expander("各项指标是怎样算的"):
        tables.show(wording.figure_lines(view), _FIGURES, 24)
        page.note(words.plain(wording.basis(view)))


def _draw_channels(view: ProblemView, days: int) -> None:
    expander = page.unfolded("12345 办理情况", "fix-channels")
    if expander is None:
        return
    counts = ask(_reported, days)
    with expander:
        tables.show(counts.units, _CHANNELS, 24)
        for text in counts.remarks:
            page.note(text)
        page.offer(
            "下载 12345 办理情况",
            lambda: channels.reported_file(counts, view),
            f"12345办理情况{view.as_of:%Y%m%d}",
            f"file-channels-{days}-{cache.version().revision}",
        )


def _reported(office: Office, days: int) -> channels.Reported:
    return channels.reported(office, _view(days))
