"""The bar above every page: the product, the page's own name, three groups of links that keep the view.

Links carry period, board and unit in the address, under the names that the other page gives them; so
each opens the same days there, for whoever is sent it. What a page without a period is left by is the
view before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from wenming_metrics.ui.frame import cache
from wenming_metrics.ui.frame.replay import draw_still
from wenming_metrics.ui.frame.words import plain

PRODUCT = "文明创建数据"
_UNIT_KEYS = {"两率一度": "opinion_unit", "综合考核": "appraised", "问题整改": "fix_unit"}
"""Pages that show one unit whatever the period: title -> name of the unit in the address."""
_OFFERED, _CARRIED, _LINKS, _REMARKS = "offered", "carried", "links", "remarks"
_FILES = "page-files"


def offer(pages: Mapping[str, Sequence[StreamlitPage]]) -> None:
    """Say which pages there are. Takes: name of a group -> its pages, in the order of the bar"""
    st.session_state[_OFFERED] = pages
    by_file = {f"pages/{page._page.name}": page for group in pages.values() for page in group}
    st.session_state[_FILES] = by_file


def draw(title: str) -> None:
    """Draw the bar, with the links as they were when a view was last carried."""
    with st.container(horizontal=True, vertical_alignment="center", key="bar"):
        st.html(f"<span class='product'>{PRODUCT}</span><span class='page'>{title}</span>")
        st.session_state[_LINKS] = st.empty()
        _draw_account()
    st.session_state[_REMARKS] = st.container(key="remarks")
    _draw_links(st.session_state.get(_CARRIED, {}))


def _draw_account() -> None:
    """Draw who is signed in, as the link to their own page, where they sign out."""
    viewer = cache.office().viewer
    if viewer.account:
        st.html(f"<a class='account' href='me'>{escape(viewer.name)}（{escape(viewer.role)}）</a>")


def remark(label: str, in_address: str | None, shown: str) -> None:
    """Say that the address asks for what there is not, and what is shown instead.

    Takes: label - of the control; in_address - in the address, None: nothing; shown - as it would stand there
    """
    if in_address in (None, shown):
        return
    asked = f"“{plain(in_address[:40])}”" if in_address.strip() else "没有写明，"
    reason = "不在可选范围内，" if in_address.strip() else ""
    instead = f"已显示“{plain(shown)}”" if shown else "未作限定"
    st.session_state[_REMARKS].markdown(f"网址中的{label}{asked}{reason}{instead}。")


def remark_missing(label: str, key: str, shown: str = "") -> None:
    """Say that the address chooses by a control that this view has not.

    Takes: key - of the control; what was chosen by it in the view that was just left is not told
    """
    if key not in st.session_state:
        remark(label, st.query_params.get(key), shown)


def carry(queries: Mapping[str, Mapping[str, str]]) -> None:
    """Let the links of the bar keep what is looked at.

    Takes: queries - title of a page -> its address parameters
    """
    if st.session_state.get(_CARRIED, {}) != queries:
        st.session_state[_CARRIED] = queries
        _draw_links(queries)


def link(page: str, **look: object) -> None:
    """Draw a link to a page; nothing where it does not exist for whoever looks.

    Takes: page - its file; look - as `st.page_link` takes it
    """
    offered = st.session_state[_FILES].get(page)
    # Asked for by its file, Streamlit looks for it on the disk at every link.
    if offered is not None or cache.office().viewer.pages is None:
        st.page_link(offered or page, **look)


def of_unit(unit: str) -> dict[str, dict[str, str]]:
    """Give the parameters of the pages that show one unit whatever the period; none for the city."""
    return {title: {key: unit} for title, key in _UNIT_KEYS.items()} if unit else {}


def _draw_links(queries: Mapping[str, Mapping[str, str]]) -> None:
    groups = {
        group: [(page, tuple(queries.get(page.title, {}).items())) for page in pages]
        for group, pages in st.session_state[_OFFERED].items()
    }
    addresses = (
        (group, *((page.url_path, query) for page, query in links))
        for group, links in groups.items()
    )
    with st.session_state[_LINKS]:
        draw_still(partial(_paint_links, groups), "links", *addresses)


def _paint_links(groups: Mapping[str, Sequence[tuple[StreamlitPage, tuple]]]) -> None:
    with st.container(horizontal=True, gap=None):
        for group, links in groups.items():
            with st.popover(group, type="tertiary"):
                for page, query in links:
                    st.page_link(page, label=page.title, query_params=dict(query) or None)
