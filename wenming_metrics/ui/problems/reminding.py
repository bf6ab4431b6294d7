"""没有签收、没有按时反馈的: who is to be reminded, numbered documents with a text to paste, what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa
import streamlit as st

from wenming_metrics.decisions.reminders import send_reminders
from wenming_metrics.publishing.dispatch.reminder_papers import reminder_papers
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems import lists
from wenming_metrics.queries.problems.lists import ProblemView
from wenming_metrics.queries.problems.reminders import reminders, sent_reminders
from wenming_metrics.ui.frame import cache, page, tables
from wenming_metrics.ui.frame.act_button import button
from wenming_metrics.ui.frame.cache import ask

_LINES = tables.configs(
    *("level=reminder", "unit_name=holder", "problems=in_hand", "most_late", "sent=reminder_no"),
    problems="条数",
)


@dataclass(frozen=True, eq=False)
class Reminded:
    """Who is to be reminded: of `queries.problems.reminders`, those not sent yet, all as a table with its ids,
    how many in words.
    """

    lines: pd.DataFrame
    unsent: pd.DataFrame
    table: pa.Table
    ids: list[str]
    counts: str


def _reminded(office: Office, back: int) -> Reminded:
    lines = reminders(office, lists.present_view(office, back))
    counts = lines.groupby("level", sort=False)["unit_name"].nunique()
    spelled = "、".join(f"{level} {count:,} 个单位" for level, count in counts.items())
    ids = (lines["level"] + "-" + lines["unit_name"]).tolist()
    return Reminded(lines, _unsent(lines), tables.prepared(lines, _LINES), ids, spelled)


def _unsent(lines: pd.DataFrame) -> pd.DataFrame:
    return lines[lines["sent"] == ""]


def draw(office: Office, view: ProblemView, who: str) -> None:
    """Draw who has not signed or answered; those that are ticked are sent a numbered document."""
    reminded = ask(_reminded, (view.as_of - view.begin).days + 1, shared=True, most=8)
    st.subheader("没有签收、没有按时反馈的")
    if reminded.lines.empty:
        page.note("没有要提醒的单位。")
    else:
        _draw_due(office, reminded, view, who)
    _draw_sent(office)


def _draw_due(office: Office, reminded: Reminded, view: ProblemView, who: str) -> None:
    lines = reminded.lines
    page.note(
        f"{reminded.counts}。勾选一行，下面是可以转发的文字；编号发文的只发勾选的，不勾选就全发，同一级发过的不再发。"
    )
    key = f"fix-remind-{len(lines)}-{cache.version().revision}-{view.begin}"
    held = {"param": "fix_remind", "ids": reminded.ids}
    ticked = tables.pick_many(reminded.table, _LINES, key, 8, **held)
    if len(ticked) == 1:
        st.code(lines["text"].iloc[ticked[0]], language=None, wrap_lines=True)
    to_send = _unsent(lines.iloc[ticked]) if ticked else reminded.unsent
    button(
        f"编号发文（{len(to_send)} 份）",
        "fix-remind-send",
        lambda: send_reminders(office, to_send, who),
        lambda documents: f"已编号 {len(documents)} 份，在下面下载。",
        disabled=not who or to_send.empty,
    )


def _sent_papers(office: Office) -> dict[str, list[str]]:
    """Name what was sent, by day and each by itself -> the numbers of the documents."""
    sent = sent_reminders(office)
    sent = sent.assign(on=[date.fromordinal(day).isoformat() for day in sent["day"]])
    of_days = {
        f"{day}（{len(lines)}份）": lines["document_no"].tolist()
        for day, lines in sent.groupby("on", sort=False)
    }
    of_document = {
        f"{line.document_no} {line.unit_name}（{line.problems}条）": [line.document_no]
        for line in sent.itertuples()
    }
    return of_days | of_document


def _draw_sent(office: Office) -> None:
    choices = ask(_sent_papers)
    if not choices:
        return
    with page.row("fix-remind-papers"):
        title = st.selectbox("已发的提示、催办、督办", list(choices), key="fix-sent", width=420)
        documents = choices[title]
        page.download(
            "下载文书和转发文字",
            lambda: reminder_papers(office, documents),
            f"{documents[0] if len(documents) == 1 else title}.zip",
            "application/zip",
            f"fix-remind-file-{title}",
        )
