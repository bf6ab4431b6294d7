"""The parts of the ranking page: the list, those without a place, a day's own findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from wenming_metrics.domain.numbers import share_text
from wenming_metrics.domain.periods import Window, week_to_date
from wenming_metrics.export.tables import listing_workbook, ranking_workbook
from wenming_metrics.publishing.signed_workbook import signed_notes
from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.by_board import held_by_board
from wenming_metrics.queries.ranking.overview import sites_of_day
from wenming_metrics.queries.ranking.ranking import ranking_under
from wenming_metrics.queries.ranking.sampling import sampling, sampling_sentence
from wenming_metrics.queries.scores.details import problem_rows
from wenming_metrics.queries.scores.rule_spans import names_of
from wenming_metrics.ui.frame import cache, drill, marks, navigation, page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.frame.signed_view import told_held
from wenming_metrics.ui.ranking.view import Summary, apart, of_group, summarised, units_of
from wenming_metrics.vocabulary import on_time_note

UNIT = "unit"
_WEEK = tables.configs("place", "unit_name", "score", "sites")
_BY_DAY = "按各自的施行日期"
_LISTING = tables.configs(
    *("unit_name=responsible", "failed", "change", "places", "lost=lost_sum"),
    *("kept", "not_due", "recurred", "overdue=overdue_problems", "stalled"),
    failed="问题（项）",
)
_SAMPLING = (
    *("place", "unit_name", "sites", "types", "revisited"),
    *("next_name", "gap=score_gap", "needed=sites_needed"),
)
_SITES = tables.configs(
    *("unit_name", "site_name", "point_type_name", "checks", "failed", "lost"), unit_name="街道"
)
_FINDINGS = tables.configs(
    *("unit_name", "site_name", "description", "places", "lost", "item_name", "responsible"),
    unit_name="属地",
)


def choose_version(office: Office) -> str:
    """Offer to score the whole window under one version of the rules; "" = each day by its own."""
    if len(office.rule_sets) < 2:
        return ""
    names = {
        f"{rule_set.short}（版本 {rule_set.version}）": rule_set.id for rule_set in office.rule_sets
    }
    options = [_BY_DAY, *names]
    chosen = page.select("按哪一版办法", options, "under", width=300)
    return names.get(chosen, "")


def draw_under(selection: Selection, rules_id: str) -> pd.DataFrame:
    """Draw the list as it would be under one version; it can be opened no further.

    Returns: the list
    """
    ranked = ask(ranking_under, selection.window, selection.board, rules_id)
    ranked = of_group(ranked, selection)
    page.note("整个时段都按所选的这一版计算，只供比较，不是公布的名次。")
    lines = tables.ranked_lines(ranked)
    columns = tables.ranking_columns(lines)
    tables.show(marks.mark_means(lines, columns), columns)
    draw_lines(apart(ranked))
    return ranked


def draw_sentences(_office: Office, selection: Selection) -> None:
    """Say which places can be told apart, who is named, who has no place, what was filled in."""
    summary = summarised(selection)
    if summary.sureness:
        page.note(f"名次的把握：{summary.sureness}")
    draw_lines(summary.sentences)
    for sentence in summary.caveats:
        page.note(sentence)


def draw_sampling(selection: Selection) -> None:
    """Draw, where asked for, how many sites it takes and whether the sampling rules were met."""
    with st.expander("查多少点位才能分清名次", key="sampling", on_change="rerun") as opened:
        if not opened.open:
            return
        lines = ask(sampling, selection.window, selection.board)
        draw_needed(of_group(lines, selection))


def draw_needed(lines: pd.DataFrame) -> None:
    """Draw lines of `queries.ranking.sampling.sampling`."""
    page.note(words.plain(sampling_sentence(lines)))
    spelled = lines.assign(place=lines["rank"].astype(str), revisited=lines["revisited"] * 100)
    met = [name for name in lines if name.endswith("_met")]
    columns = tables.configs(*_SAMPLING, *met, "group")
    tables.show(marks.mark_verdicts(spelled[list(columns)], met), columns)


def draw_tools(summary: Summary, office: Office, selection: Selection) -> None:
    """Draw what can be done with the list: open a unit, take the list along."""
    ranked, shortlists = summary.units, summary.shortlists
    with page.row():
        looked_at = ranked.loc[ranked["checks"] > 0, "unit_name"].tolist()
        tables.choose_name("看一个单位的失分", looked_at, UNIT)
        title = f"{selection.group or '各街道'}排名（{selection.window.title}）"
        notes = _notes(office, selection)
        make = partial(ranking_workbook, ranked, title, notes, shortlists)
        page.offer("下载本表", make, title, f"get-{title}")


def draw_list(selection: Selection) -> None:
    """Draw the ranked list; a click on a line chooses its unit."""
    summary = summarised(selection)
    if not summary.names:
        return
    key = f"ranked-{selection.group}-{selection.key}"
    with st.container(key="wide-ranked"):
        tables.pick_name(summary.table, summary.columns, key, UNIT, summary.names)
    st.html(summary.cards)


def draw_lines(lines: Iterable[str]) -> None:
    """Draw sentences, each on a line of its own."""
    for line in lines:
        st.markdown(line)


def draw_day(_office: Office, day: Window) -> None:
    """Draw what a day found before anyone is ranked: its places and its problems."""
    sites, findings = ask(sites_of_day, day), ask(problem_rows, day)
    if sites.empty:
        page.note("当日没有督查。")
        return
    with page.fold("当日点位和问题", "day"):
        _draw_day_tables(sites, findings)


def _draw_day_tables(sites: pd.DataFrame, findings: pd.DataFrame) -> None:
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.subheader(f"当日点位（{len(sites)} 个）")
        tables.show(sites, _SITES, 8)
    with right:
        st.subheader(f"当日问题（{len(findings)} 条）")
        if findings.empty:
            page.note("当日没有发现问题。")
        else:
            tables.show(findings, _FINDINGS, 8)


def draw_day_list(selection: Selection) -> None:
    """Draw a day's list and beside it that of the week to date."""
    so_far = week_to_date(selection.window)
    week = replace(selection, window=so_far, signed=0)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.subheader("当日名次")
        page.note(words.DAY_NOTE)
        draw_list(selection)
    with right, page.fold("本周累计", "week"):
        st.subheader("本周累计")
        more = "，点位更多，更有参考价值" if so_far.start < so_far.end else ""
        page.note(f"{so_far.title}{more}。")
        cache.draw(_draw_week, week)


def _draw_week(_office: Office, week: Selection) -> None:
    ranked = units_of(week)
    tables.show(marks.mark_means(tables.ranked_lines(ranked), _WEEK), _WEEK)
    left_out = words.without_place(ranked)
    if left_out:
        page.note(f"另有 {left_out}。")


def draw_listing(listed: pd.DataFrame, selection: Selection) -> None:
    """Draw a board that is not ranked: who is responsible for how many problems, and for which."""
    navigation.remark_missing("单位", UNIT)
    responsible = listed[(listed["failed"] > 0) | (listed["failed_before"] > 0)].reset_index(
        drop=True
    )
    change = responsible["failed"] - responsible["failed_before"]
    changes = [words.signed(value, 0) for value in change]
    picked = None
    if len(responsible):
        page.note("点一行，看这个单位的问题。")
        with st.container(width=900):
            key = f"listed-{selection.key}"
            on_time = list(map(share_text, responsible["in_time"], responsible["fell_due"]))
            holding = ask(held_by_board, selection.board).by_unit.set_index("unit_name")
            counts = holding[["overdue", "stalled"]].reindex(responsible["unit_name"])
            held_counts = {name: counts[name].fillna(0).astype(int).to_numpy() for name in counts}
            lines = responsible.assign(change=changes, kept=on_time, **held_counts)
            ids = responsible["unit_name"].tolist()
            picked = tables.pick(lines, _LISTING, key, 20, param="listed", ids=ids)
        page.note(on_time_note(responsible["as_of"].iloc[0]))
    silent = len(listed) - len(responsible)
    if silent:
        page.note(f"另有 {silent} 个单位这两期都没有问题。")
    if picked is not None:
        drill.draw_named(responsible.iloc[picked], selection)


def offer_listing(listed: pd.DataFrame, office: Office, selection: Selection) -> None:
    """Offer the unranked list as a workbook."""
    title = f"责任单位问题清单（{selection.window.title}）"
    make = partial(listing_workbook, listed, title, _notes(office, selection))
    page.offer("下载本表", make, title, f"get-{title}")


def _notes(office: Office, selection: Selection) -> list[str]:
    if selection.signed:
        return signed_notes(ask(frozen, selection.signed, shared=True))
    of = selection.window
    notes = [f"测评办法：{rules_name}" for rules_name in names_of(of, office)] + [
        f"时段：{of.title}"
    ]
    notes += filter(None, [ask(told_held, of, wait=False)])
    return [*notes, words.DAY_NOTE] if of.kind == "day" else notes
