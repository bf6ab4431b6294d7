"""复核意见 on an issue: what units object to, and what is decided of it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.publishing import remarks
from wenming_metrics.publishing.issues import Issue
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.publishing.signing import cut_for
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.details import leaf_rows
from wenming_metrics.store.rulings import LOWER
from wenming_metrics.ui.frame import cache, page, tables, words
from wenming_metrics.ui.frame.act_button import button
from wenming_metrics.ui.frame.cache import ask

_NO_ROW = "不指哪一行，说的是一个数"
_REMARKS = tables.configs("unit_name", "what=remark_on", "asks", "decision", "who", "at")


def draw(office: Office, issue: Issue, who: str) -> int:
    """Draw the remarks on an issue and what can be done; gives how many wait for a decision."""
    st.subheader("复核意见")
    on_issue = ask(remarks.remarks, issue.key)
    if on_issue.empty:
        page.note("还没有意见。")
    else:
        page.note("点一条，写下决定。改扣、剔除从决定时起改变得分；已经签发的名单不变，列为更正。")
        spelled = on_issue.assign(
            at=[moment(remarked_at) for remarked_at in on_issue["at"]],
            decision=_decisions(on_issue),
        )
        key = f"remarks-{issue.key}-{cache.version().revision}"
        ids = on_issue["remark"].astype(str).tolist()
        picked = tables.pick(spelled, _REMARKS, key, 6, param="remark", ids=ids)
        if picked is not None:
            _draw_decision(office, on_issue.iloc[picked], who)
    _draw_new(office, issue, who)
    return int((on_issue["act"] == "").sum())


def _decisions(on_issue: pd.DataFrame) -> list[str]:
    return [
        ""
        if not remark.act
        else f"{remark.act}{f' {remark.points:g} 分' if remark.act == LOWER else ''}"
        f"：{remark.reason}（{remark.approver}批准）"
        for remark in on_issue.itertuples()
    ]


def _draw_decision(office: Office, line: pd.Series, who: str) -> None:
    number = int(line["remark"])
    acts = remarks.ACTS if line["batch"] >= 0 else remarks.ACTS[:1]
    with st.container(border=True, key="remark-panel"):
        st.markdown(f"**{words.plain(line['unit_name'])}** {words.plain(line['what'])}")
        st.markdown(words.plain(line["asks"]))
        with page.row():
            act = st.segmented_control(
                "决定", acts, default=acts[0], required=True, key=f"act-{number}"
            )
            points = "0"
            if act == LOWER:
                points = st.text_input("改扣几分", "0", key=f"points-{number}", width=110)
            reason = st.text_input("理由", key=f"why-{number}", width=260)
            approver = st.text_input("批准人", key=f"approver-{number}", width=130)
            button(
                "记下决定",
                f"decide-{number}",
                lambda: remarks.decide(office, number, act, reason, approver, who, points),
                lambda _: f"复核意见 {number} 已决定：{act}。",
                disabled=not (who and reason.strip() and approver.strip()),
            )


def _draw_new(office: Office, issue: Issue, who: str) -> None:
    expander = page.unfolded("记一条意见", "remark-new")
    if expander is None:
        return
    with expander:
        board = next(ranked_board for ranked_board in office.rules.boards if ranked_board.ranked)
        units = ask(ranking, issue.window, board.kind)
        names = dict(zip(units["unit_name"], units["unit"].astype(int), strict=True))
        name = st.selectbox(
            "提意见的单位", list(names), index=None, key=f"remark-unit-{issue.key}", width=300
        )
        if name is None:
            return
        unit = names[name]
        rows = ask(leaf_rows, issue.window, unit, None, board.kind, cut_for(office, issue))
        titles = [_NO_ROW, *(_title(line_of_unit) for line_of_unit in rows.itertuples())]
        position = st.selectbox(
            "对哪一行有意见",
            range(len(titles)),
            format_func=titles.__getitem__,
            key=f"remark-row-{issue.key}-{unit}",
        )
        figure = ""
        if position == 0:
            figure = st.text_input("对哪个数有意见", key=f"remark-figure-{issue.key}", width=320)
        asks = st.text_area("要求和理由", key=f"remark-asks-{issue.key}-{unit}")
        row = None
        if position:
            line = rows.iloc[position - 1]
            row = int(line["batch"]), int(line["seq"])
        button(
            "登记意见",
            f"remark-{issue.key}",
            lambda: remarks.add_remark(office, issue.key, unit, asks, who, row=row, figure=figure),
            lambda _: f"{name}的意见已记下。",
            disabled=not (who and asks.strip() and (row or figure.strip())),
        )


def _title(row: tuple) -> str:
    """Name a row as people look for it: day, site, what, points, place in the file."""
    subject = row.description or row.item_name
    return f"{row.day:%m-%d} {row.site_name} {subject} 扣 {row.lost:g} 分（{words.origin(row)}）"
