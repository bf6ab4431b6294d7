"""暂不计的行: rows that wait for somebody to put them right, or to say that nobody will."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from wenming_metrics.decisions import held_rows
from wenming_metrics.queries.files.held import waiting_rows
from wenming_metrics.queries.office import Office
from wenming_metrics.ui.frame import cache, page, tables, words
from wenming_metrics.ui.frame.act_button import do, tell_done
from wenming_metrics.ui.frame.cache import ask

_SAID = "waiting_said"


def draw(office: Office, who: str) -> None:
    """Draw the rows that wait; a click on one shows what is wrong and what can be done."""
    tell_done(_SAID)
    rows = ask(waiting_rows)
    if rows.empty:
        return
    st.subheader(f"待核行（{len(rows):,}）")
    page.note(
        "这些行已经留存，但不计分。在“入库记录”里下载标注好的原表，改好后整份再上传，"
        "改对的行会自动从这里消失。"
    )
    lines = rows.assign(said=rows["sentences"].str.split("\n").str[0])
    picked = tables.pick(lines, tables.WAITING, f"waiting-{cache.version().revision}", 10)
    if picked is not None:
        _draw_row(office, rows.iloc[picked], who)


def remind() -> None:
    """Say on another page that rows wait."""
    rows = ask(waiting_rows)
    if rows.empty:
        return
    with st.container(key="waiting", horizontal=True, vertical_alignment="center"):
        files = rows["batch"].nunique()
        page.note(f"有 {len(rows):,} 条待核，暂不计分（来自 {files} 个文件）。")
        st.page_link("pages/upload.py", label="查看")


def _draw_row(office: Office, row: pd.Series, who: str) -> None:
    number, row_key = int(row["batch"]), (str(row["sheet"]), int(row["source_row"]))
    with st.container(border=True, key="waiting-panel"):
        st.markdown(f"**{words.plain(words.origin(row))}**")
        for sentence in row["sentences"].split("\n"):
            st.markdown(words.plain(sentence))
        with page.row():
            key = f"waiting-reason-{number}-{row_key[0]}-{row_key[1]}"
            reason = st.text_input("不再处理的原因", key=key, width=320)
            st.button(
                "这一行不再处理",
                disabled=not (who and reason.strip()),
                help="填好经办人和原因才能点；这一行从此不再提醒，也不计分",
                on_click=do,
                args=(
                    partial(held_rows.discard_held, office, number, [row_key], who, reason),
                    lambda _: f"“{row_key[0]}”第 {row_key[1]} 行不再处理。",
                    _SAID,
                ),
            )
