"""What a person says of a new item or point type: the same few questions wherever it is added."""

from __future__ import annotations

import streamlit as st

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.entries import EVERY, ITEM, POINT_TYPE, Entry
from wenming_metrics.rules.workbook.own_book import leaf_names
from wenming_metrics.ui.frame import page

_UNCOUNTED = "不计分，只记录、交办"


def ask_entry(office: Office, kind: str, key: str, name: str = "") -> Entry:
    """Draw the questions about a new entry.

    Takes:   kind - ITEM or POINT_TYPE; name - as a file writes it
    Returns: the wish as it stands, for `decisions.own_entries.add_own`
    """
    return _ask_item(office, key, name) if kind == ITEM else _ask_type(office, key, name)


def is_filled(wish: Entry) -> bool:
    """Say whether everything is filled in without which an entry cannot be added."""
    return bool(
        wish.name and (wish.kind == POINT_TYPE or (wish.full_mark > 0 and wish.point_types))
    )


def _ask_item(office: Office, key: str, name: str) -> Entry:
    catalogue, leaves = office.catalogue, leaf_names(office.rules)
    categories = list(dict.fromkeys(catalogue.items["category"]))
    with page.row():
        title = st.text_input("名称", name, key=f"{key}-name", max_chars=60, width=320)
        full_mark = st.number_input(
            "满分（分）", min_value=0.0, value=None, step=0.5, key=f"{key}-mark", width=140
        )
        category = st.selectbox(
            "类别",
            categories,
            index=None,
            accept_new_options=True,
            placeholder="选一个，或写新的",
            key=f"{key}-category",
            width=200,
        )
    with page.row():
        types = st.multiselect(
            "在哪几种点位看",
            [EVERY, *catalogue.point_types["name"]],
            placeholder="请选择",
            key=f"{key}-types",
            width=400,
        )
        leaf = st.selectbox(
            "归入哪个末级指标",
            ["", *leaves],
            format_func=lambda code: f"{code} {leaves[code]}" if code else _UNCOUNTED,
            key=f"{key}-leaf",
            width=400,
        )
    points = to_points(full_mark) if full_mark else 0
    return Entry(ITEM, -1, "", title.strip(), category or "", points or 0, tuple(types), (), leaf)


def _ask_type(office: Office, key: str, name: str) -> Entry:
    with page.row():
        title = st.text_input("名称", name, key=f"{key}-name", max_chars=30, width=320)
        like = st.selectbox(
            "看的测评项与哪种点位相同",
            office.catalogue.point_types["name"],
            index=None,
            placeholder="都不同的空着",
            key=f"{key}-like",
            width=320,
        )
    return Entry(POINT_TYPE, -1, "", title.strip(), "", 0, (like,) if like else ())
