"""The bar above every page: the product, the page's own name, three groups of links that keep the view.

Links carry period, board and unit in the address, under the names that the other page gives them; so
each opens the same days there, for whoever is sent it. What a page without a period is left by is the
view before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

PRODUCT = "文明创建数据"
_CARRIED = "carried"
_BAR = "bar"
_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Entry:
    """One page: its file in `pages`, its name, its address, which differs from the file's name."""

    file: str
    title: str
    address: str

    @property
    def path(self) -> str:
        """Where the file is, as Streamlit wants it."""
        return f"pages/{self.file}.py"


GROUPS: Mapping[str, tuple[Entry, ...]] = {
    "结果查看": (
        Entry("overview", "总览", "home"),
        Entry("ranking", "排名", "ranks"),
        Entry("portrait", "单位画像", "unit"),
        Entry("bulletins", "通报", "issued"),
    ),
    "分析研判": (
        Entry("losses", "失分分析", "lost"),
        Entry("trends", "趋势", "course"),
        Entry("survey", "两率一度", "opinions"),
        Entry("appraisal", "综合考核", "composite"),
    ),
    "工作办理": (
        Entry("upload", "数据上传", "files"),
        Entry("framework", "测评体系", "rules"),
        Entry("recheck", "核对", "verify"),
        Entry("manual", "使用说明", "guide"),
    ),
}
"""The pages in the order of the bar; the first of all is where the site opens."""


def pages() -> list[StreamlitPage]:
    """Make the pages of the router."""
    entries = [entry for group in GROUPS.values() for entry in group]
    return [
        st.Page(entry.path, title=entry.title, url_path=entry.address, default=entry is entries[0])
        for entry in entries
    ]


def draw(title: str) -> None:
    """Draw the bar, with the links as they were when a view was last carried."""
    script = (_HERE / "history.js").read_text(encoding="utf-8")
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)
    with st.container(horizontal=True, vertical_alignment="center", key="bar"):
        st.html(f"<span class='product'>{PRODUCT}</span><span class='page'>{title}</span>")
        bar = st.empty()
    st.session_state[_BAR] = bar
    _links(st.session_state.get(_CARRIED, {}))


def carry(queries: Mapping[str, Mapping[str, str]]) -> None:
    """Let the links of the bar keep what is looked at.

    Takes: queries - file of a page -> its address parameters
    """
    if st.session_state.get(_CARRIED, {}) != queries:
        st.session_state[_CARRIED] = queries
        _links(queries)


def _links(queries: Mapping[str, Mapping[str, str]]) -> None:
    with st.session_state[_BAR].container(horizontal=True, gap=None):
        for group, entries in GROUPS.items():
            with st.popover(group, type="tertiary"):
                for entry in entries:
                    query = dict(queries.get(entry.file, {})) or None
                    st.page_link(entry.path, label=entry.title, query_params=query)
