"""交办 of all that waits: preview by unit, terms, one button; then the papers of every hand-out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa
import streamlit as st

from wenming_metrics.decisions.dispatch import (
    WAITING,
    DispatchTerms,
    dispatch,
    dispatch_preview,
    due_after,
    problems_by_unit,
)
from wenming_metrics.publishing.dispatch.orders import dispatches
from wenming_metrics.publishing.dispatch.papers import dispatch_papers
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.choices import unit_numbers
from wenming_metrics.ui.frame import page, tables
from wenming_metrics.ui.frame.act_button import button
from wenming_metrics.ui.frame.cache import ask

_PREVIEW = tables.configs(
    "unit_name", "problems=dispatch_problems", "sites=dispatch_sites", unit_name="交办给"
)
_DAYS_OFFERED = (1, 3, 5, 7, 15)
_ALL_DAYS = "全部"


@dataclass(frozen=True, eq=False)
class Waiting:
    """Problems that wait to be handed out: those of a unit, how many of nobody, by unit."""

    with_unit: pd.DataFrame
    nobody: int
    preview: pa.Table


def draw(office: Office, waiting: Mapping[str, Waiting], who: str) -> None:
    """Draw 交办 of what waits. Takes: waiting - of `waiting_by_day`, of the page's filters"""
    st.subheader("交办")
    if waiting:
        _draw_hand_out(office, waiting, who)
    else:
        page.note("上面筛选的问题里没有待交办的。")
    _draw_papers(office)


def waiting_by_day(lines: pd.DataFrame) -> dict[str, Waiting]:
    """Sort what waits among some problems by the days it was found on, the latest first, and all of it last.

    Takes: lines - of `queries.problems.lists.ProblemView.lines`; {} where nothing waits
    """
    waiting = lines[lines["state"] == WAITING]
    days = waiting.groupby("found_on", sort=False)
    sorted_out = {day.isoformat(): _sort_out(of_day) for day, of_day in days}
    in_order = {day: sorted_out[day] for day in sorted(sorted_out, reverse=True)}
    return {**in_order, _ALL_DAYS: _sort_out(waiting)} if in_order else {}


def _sort_out(waiting: pd.DataFrame) -> Waiting:
    with_unit = waiting[waiting["unit_name"] != ""]
    preview = tables.prepared(dispatch_preview(with_unit), _PREVIEW)
    return Waiting(with_unit, len(waiting) - len(with_unit), preview)


def _draw_hand_out(office: Office, waiting: Mapping[str, Waiting], who: str) -> None:
    usual = office.rules.loop.limit
    terms_offered = _limits(usual)
    with page.row("dispatch-what"):
        day = st.selectbox("发现日期", list(waiting), key="dispatch-day", width=170)
        document = st.text_input("文号或批次", key="dispatch-document", max_chars=60, width=240)
        index = list(terms_offered.values()).index(usual)
        term = st.selectbox(
            "整改期限", list(terms_offered), index=index, key="dispatch-term", width=190
        )
        due = _due(office, terms_offered[term])
        chief = st.text_input("签发人", key="dispatch-chief", max_chars=20, width=140)
    requirement = st.text_area(
        "承办要求（可不填，一行一条）", key="dispatch-requirement", height=80
    )
    with_unit, preview, nobody = (
        waiting[day].with_unit,
        waiting[day].preview,
        waiting[day].nobody,
    )
    unnamed = f"另有 {nobody:,} 条没有写明责任单位，不在内，请勾选后单独交办。" if nobody else ""
    page.note(
        f"{len(with_unit):,} 条问题交办给 {preview.num_rows} 个单位，{due.isoformat()} 前整改。{unnamed}"
    )
    tables.show(preview, _PREVIEW, 8)
    terms = DispatchTerms(document, due, requirement, chief)
    button(
        f"交办（{len(with_unit):,} 条）",
        "dispatch-do",
        lambda: dispatch(office, problems_by_unit(with_unit, ask(unit_numbers)), terms, who),
        lambda numbers: f"已交办 {len(numbers):,} 条，交办单在下面下载。",
        disabled=not (who and document.strip() and len(with_unit)),
    )


def _limits(usual: int) -> dict[str, int | None]:
    """Name the limits that are offered, that of the rules among them; None: a day that is chosen."""
    offered = sorted({*_DAYS_OFFERED, usual} - {0})
    named = {f"{days} 个工作日": days for days in offered}
    return {"立行立改（当天）": 0, **named, "指定日期": None}


def _due(office: Office, working_days: int | None) -> date:
    if working_days is not None:
        return ask(due_after, working_days)
    usual = ask(due_after, office.rules.loop.limit)
    return (
        st.date_input("整改到", usual, format="YYYY-MM-DD", key="dispatch-due", width=150) or usual
    )


def _hand_outs(office: Office) -> dict[str, str]:
    """Name the hand-outs in words -> their document numbers."""
    return {
        f"{line.document_no}（{line.units}个单位，{line.problems}条，{line.at[:10]}）": line.document_no
        for line in dispatches(office).itertuples()
    }


def _draw_papers(office: Office) -> None:
    titles = ask(_hand_outs)
    if not titles:
        return
    with page.row("dispatch-papers"):
        title = st.selectbox("已交办的", list(titles), key="dispatch-papers-of", width=420)
        document = titles[title]
        page.download(
            "下载交办单和反馈表",
            lambda: dispatch_papers(office, document)[1],
            f"{document}交办单.zip",
            "application/zip",
            f"dispatch-file-{document}",
            "每个单位一份 Word 交办单、一份 Excel 反馈表，另有交办汇总和转发文字。",
        )
