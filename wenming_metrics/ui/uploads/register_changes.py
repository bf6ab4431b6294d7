"""What a register of units would change, shown before it is stored; units that may stand twice, asked about."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from wenming_metrics.domain.register_changes import ASKED
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.ui.frame import page, tables, words
from wenming_metrics.vocabulary import UNIT_KINDS

_NEW, _IS, _OFFERED = "新设的单位", "就是原来的", "same_offered"
_FEW = 3
_KEPT = {"persist_state": "page"}


def same_units(key: str) -> tuple[tuple[str, str], ...]:
    """Give what has been said of the units of a register. Takes: key - of the file on the page"""
    answers = []
    for name in st.session_state.get(f"{_OFFERED}-{key}", {}):
        choice = st.session_state.get(_widget(key, name))
        if choice:
            answers.append((name, "" if choice == _NEW else choice.removeprefix(_IS)))
    return tuple(answers)


def draw(reading: Reading, key: str) -> None:
    """Draw what changes, and ask of each unit that may stand twice whether it is one in force."""
    # What has been answered is no longer open, and may still be taken back.
    offered = st.session_state.setdefault(f"{_OFFERED}-{key}", {})
    for change in reading.unit_changes:
        if change.change == ASKED:
            offered[change.name] = change.origins
    if not reading.unit_changes:
        return
    st.markdown(f"**名册变化（{len(reading.unit_changes):,}处）**")
    lines = pd.DataFrame(
        {
            "change": [change.change for change in reading.unit_changes],
            "unit_kind": [UNIT_KINDS.get(change.kind, "") for change in reading.unit_changes],
            "unit_name": [change.name for change in reading.unit_changes],
            "before": ["、".join(change.origins) for change in reading.unit_changes],
            "why": [change.why for change in reading.unit_changes],
        }
    )
    tables.show(lines, tables.UNIT_CHANGES, 8)
    if not offered:
        return
    page.note(
        "下面的单位可能就是名册里原来的单位。选好再入库，名册里就不会有两个；没有选的暂不入册。"
    )
    if len(offered) > _FEW:
        st.button(
            f"这{len(offered)}个都是原来的单位",
            key=f"same-all-{key}",
            on_click=_choose_all,
            args=(key, offered),
        )
    with page.row():
        for name, titles in offered.items():
            st.selectbox(
                f"“{words.plain(name)}”是",
                [*(f"{_IS}{title}" for title in titles), _NEW],
                index=None,
                placeholder="请选择",
                key=_widget(key, name),
                width=320,
                **_KEPT,
            )


def _choose_all(key: str, offered: Mapping[str, tuple[str, ...]]) -> None:
    for name, titles in offered.items():
        st.session_state[_widget(key, name)] = f"{_IS}{titles[0]}"


def _widget(key: str, name: str) -> str:
    return f"same-{key}-{name}"
