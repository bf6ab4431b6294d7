"""Which pages exist for whoever looks: those of their role, or one that says why there is none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from wenming_metrics.access.viewer import AccessError, SignedOutError, Viewer
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.runtime import settings
from wenming_metrics.store.database import open_store
from wenming_metrics.store.failures import StoreError
from wenming_metrics.ui.frame import cache
from wenming_metrics.ui.frame.identity import is_local, viewer_of_run

_REFUSAL, _KEPT = "entrance_refusal", "entrance_pages"
_ACCOUNTS = "账号"
_log = logging.getLogger(__name__)


def pages_once(
    make: Callable[[], dict[str, list[StreamlitPage]]],
) -> dict[str, list[StreamlitPage]]:
    """Make the pages once in a session: each looks for its file on the disk."""
    if _KEPT not in st.session_state:
        st.session_state[_KEPT] = make()
    return st.session_state[_KEPT]


def permitted(pages: Mapping[str, Sequence[StreamlitPage]]) -> dict[str, list[StreamlitPage]]:
    """Keep the pages that exist for whoever looks; {} where none does, and `refusal_page` says why.

    Takes: name of a group -> its pages
    """
    try:
        viewer = _viewer()
    except (StoreError, settings.SettingsError) as error:
        _log.info("%s", error)  # each page says what is to be done
        return (
            {name: [page for page in group] for name, group in pages.items()} if is_local() else {}
        )
    except AccessError as error:
        st.session_state[_REFUSAL] = (str(error), isinstance(error, SignedOutError))
        return {}
    allowed = {
        name: [page for page in group if viewer.sees(page.title)] for name, group in pages.items()
    }
    if not viewer.account:
        allowed = {
            name: [page for page in group if page.title != _ACCOUNTS]
            for name, group in allowed.items()
        }
    return {name: group for name, group in allowed.items() if group}


def _viewer() -> Viewer:
    """Give who looks. Faulty rules take the pages from nobody: each page says what is wrong with them."""
    try:
        return cache.office().viewer
    except RuleSetError as error:
        _log.info("%s", error)
        return viewer_of_run(open_store(settings.load().store_url))


def routes(pages: Mapping[str, list[StreamlitPage]]) -> dict[str, list[StreamlitPage]]:
    """Give what answers to addresses. Takes: pages - of `permitted`

    A page that opens the site has no address of its own: who may not see 总览 is sent on to their first one.
    """
    if not pages:
        return {"": [st.Page(_refuse, title="登录", default=True)]}
    reachable = [page for group in pages.values() for page in group]
    if not reachable[0].url_path:  # 总览
        return dict(pages)
    landing = st.Page(
        lambda: st.switch_page(reachable[0]), title="首页", url_path="home", default=True
    )
    return {"": [landing], **pages}


def _refuse() -> None:
    sentence, may_sign_in = st.session_state.pop(_REFUSAL, ("数据现在打不开，请稍后再试。", False))
    st.error(sentence)
    if may_sign_in:
        st.html("<a href='sign-in'>登录</a>")
    else:
        st.html("<a href='me'>退出登录</a>")
