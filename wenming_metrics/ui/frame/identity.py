"""Who looks at a page: from the cookie of their browser, looked up anew for every message.

Nothing in the address and nothing that is typed says who somebody is. What runs for no page is the
program itself only where it says so.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit import config, runtime
from streamlit.runtime.memory_media_file_storage import _calculate_file_id
from streamlit.runtime.scriptrunner import get_script_run_ctx

from wenming_metrics.access.viewer import (
    EVERYBODY,
    EXPORT,
    Deed,
    SignedOutError,
    Viewer,
    doing,
)
from wenming_metrics.queries.viewers import needs_sign_in, viewer_of_token
from wenming_metrics.store.changes import commits
from wenming_metrics.store.database import Store, writing_aside

COOKIE = "wenming_session"
LOCAL = {"127.0.0.1", "localhost"}
_MOST = 20_000
"""So many sessions of pages and files are remembered with whose they are."""
_is_program: ContextVar[bool] = ContextVar("is_program", default=False)
_owners: OrderedDict[str, frozenset[str]] = OrderedDict()
"""Session of a page, or file that was made -> logins. Files of equal bytes are one to Streamlit: each who made it,
with a right of their own, has it."""
_viewers: WeakKeyDictionary[object, tuple[tuple[str, int], Viewer]] = WeakKeyDictionary()
"""By run of a page: of which store and after how many changes it was looked up, and who it is."""
_lock = Lock()


@contextmanager
def as_program() -> Iterator[None]:
    """Ask for nobody meanwhile: what is made ready before anybody looks."""
    token = _is_program.set(True)
    try:
        yield
    finally:
        _is_program.reset(token)


def present_run() -> object | None:
    """Give what stands for the present run of a page, None: no page is run."""
    context = get_script_run_ctx(suppress_warning=True)
    return context and context.parallel_coordinator  # another one for each run


def viewer_of_run(store: Store) -> Viewer:
    """Give who looks at the page that is run, looked up once in it and after every change made by it.

    Takes: store - bound to nobody. Raises SignedOutError where nobody is signed in though somebody has
    to be, AccessError where their account is of no use.
    """
    run = present_run()
    if run is None:
        return _look_up(store)
    look, last_look = (store.url, commits()), _viewers.get(run)
    if last_look is None or last_look[0] != look:
        last_look = _viewers[run] = look, _look_up(store)
    return last_look[1]


def _look_up(store: Store) -> Viewer:
    context = get_script_run_ctx(suppress_warning=True)
    token = "" if context is None else st.context.cookies.get(COOKIE, "")
    if viewer := viewer_of_token(store, token):
        remember_owner(context.session_id, viewer.account)
        return viewer
    if not needs_sign_in(store):
        # A store that was put back without its accounts must not open to the network.
        if is_local():
            return EVERYBODY
        raise SignedOutError(
            "还没有账号，只能在服务器本机使用。请管理员在服务器上建立账号，重新启动。"
        )
    if context is None and _is_program.get():
        return EVERYBODY
    raise SignedOutError("请先登录。" if context is None else "登录已失效，请重新登录。")


def is_local() -> bool:
    """Say whether only this machine reaches the server; so it is where no server runs."""
    return not runtime.exists() or config.get_option("server.address") in LOCAL


def remember_owner(key: str, login: str, *, shared: bool = False) -> None:
    """Remember whose a session of a page is, or a file. Takes: shared - also of those who had it before"""
    with _lock:
        _owners[key] = (_owners.get(key, frozenset()) if shared else frozenset()) | {login}
        _owners.move_to_end(key)
        while len(_owners) > _MOST:
            _owners.popitem(last=False)


def is_owner(key: str, login: str) -> bool:
    """Say whether a session of a page, or a file, is theirs."""
    return login in _owners.get(key, ())


def exported(store: Store, make: Callable[[], bytes], name: str, mime: str) -> Callable[[], bytes]:
    """Let a file be made for whoever looks at the page now: with their right, and a line of the log.

    Takes: store - bound to them; name, mime - of the file, as the page gives it
    """

    def make_for_them() -> bytes:
        viewer = store.viewer
        if not viewer.account:
            return make()
        viewer.require(EXPORT)
        with doing(Deed(EXPORT, viewer, viewer.name, name)):
            content = make()
            with writing_aside(store):
                pass  # the line of the log is what is written
        remember_owner(_calculate_file_id(content, mime, name), viewer.account, shared=True)
        return content

    return make_for_them
