"""不认识的名称: those of all files that wait, in one table with what each is likely to be, answered at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from wenming_metrics.decisions.name_answers import read_names_book, remember_names
from wenming_metrics.queries.files.unknown_names import (
    KINDS,
    UNIT,
    names_file,
    titles_offered,
    unknown_names,
)
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.ui.frame import page, tables
from wenming_metrics.ui.frame.act_button import do, tell_done

_DONE, _HEIGHT, _MOST_ROWS, _WIDTH = "names_done", 35, 12, 165


def draw(office: Office, readings: Sequence[Reading], who: str) -> bool:
    """Draw the table. Returns: whether there is one: a single name of a single file is asked in
    its card, and names of units wait for a register among the files"""
    tell_done(_DONE)
    names = unknown_names(office, readings)
    if any(len(reading.units) for reading in readings):
        names = names[names["kind"] != UNIT]
    if names.empty or (len(names) == 1 and len(readings) == 1):
        return False
    offered = titles_offered(office)
    with st.container(border=True, key="unknown-names"):
        n_rows = int(names["count"].sum())
        st.markdown(f"**有{len(names):,}个名称不认识（{n_rows:,}处），请在“就是”里核对一遍。**")
        page.note("写法相近的已经填好，不对的点开改；空着的不记，那些行先不计。")
        editors = {}
        for kind, lines in names.groupby("kind", sort=False):
            editors[kind] = lines.reset_index(drop=True)
            _draw_editor(kind, editors[kind], list(offered[kind]))
        _draw_acts(office, names, editors, offered, who)
    return True


def _editor_key(kind: str, lines: pd.DataFrame) -> str:
    """Name the table by what it asks: what was chosen in one is not taken for another."""
    return f"names-{kind}-{hash(tuple(lines['written']))}"


def _draw_editor(kind: str, lines: pd.DataFrame, titles: list[str]) -> None:
    editable = lines[["written", "means", "count", "first"]]
    titles_shown = {"written": KINDS[kind]}
    settings = tables.configs("written", "count=name_count", "first=met_first", **titles_shown)
    settings["written"]["width"] = _WIDTH
    settings["means"] = st.column_config.SelectboxColumn("就是", options=titles, width=_WIDTH)
    st.data_editor(
        editable.assign(means=editable["means"].where(editable["means"] != "", None)),
        column_config=settings,
        disabled=["written", "count", "first"],
        hide_index=True,
        width="stretch",
        height=_HEIGHT * (min(len(editable), _MOST_ROWS) + 1) + 2,
        key=_editor_key(kind, lines),
    )


def _draw_acts(
    office: Office,
    names: pd.DataFrame,
    editors: Mapping[str, pd.DataFrame],
    offered: Mapping[str, Mapping[str, int]],
    who: str,
) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "记住并重新核对",
            type="primary",
            key="names-remember",
            disabled=not who,
            on_click=_remember,
            args=(office, editors, offered, who),
        )
        page.offer(
            "下载表格请别人填", partial(names_file, office, names), "不认识的名称", "names-file"
        )
        with st.popover("放回填好的表格"):
            filled = st.file_uploader("填好的名称表", type=["xlsx"], key="names-filled")
            st.button(
                "读入并记住",
                key="names-read",
                disabled=not (who and filled),
                on_click=_take_book,
                args=(office, filled, who),
            )
    if not who:
        page.note("填好经办人，就可以记住。")


def _remember(
    office: Office,
    editors: Mapping[str, pd.DataFrame],
    offered: Mapping[str, Mapping[str, int]],
    who: str,
) -> None:
    """Remember what stands in the tables now; it may be newer than the run that drew the button."""
    answers = []
    for kind, lines in editors.items():
        state = st.session_state.get(_editor_key(kind, lines)) or {}
        answers += answers_of(kind, lines, state.get("edited_rows", {}), offered[kind])
    act = partial(remember_names, office, answers, who)
    do(act, lambda count: f"记住了{count}个名称，已按它们重新核对。", _DONE)


def answers_of(
    kind: str, lines: pd.DataFrame, edits: Mapping[int, Mapping], titles: Mapping[str, int]
) -> list[tuple[str, str, int]]:
    """Give what a table of names says: what was filled in, and what a person made of it.

    Takes:   edits - row -> column -> what was chosen, None where it was emptied; titles -> number
    Returns: kind, as written, number; names without a choice are left out
    """
    pairs = zip(lines["written"], lines["means"], strict=True)
    pairs_chosen = [
        (name, edits.get(row, {}).get("means", proposal))
        for row, (name, proposal) in enumerate(pairs)
    ]
    return [(kind, name, titles[title]) for name, title in pairs_chosen if title in titles]


def _take_book(office: Office, filled: object, who: str) -> None:
    def take() -> int:
        return remember_names(office, read_names_book(office, filled.getvalue()), who)

    do(take, lambda count: f"从表格里记住了{count}个名称，已按它们重新核对。", _DONE)
