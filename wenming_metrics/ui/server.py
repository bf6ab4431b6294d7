"""Start the dashboard: Streamlit with what its command line cannot say, for this machine alone."""

from __future__ import annotations

import os
import re
import sys
import tomllib

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, runtime
from streamlit.runtime.pages_manager import PagesManager

from wenming_metrics.runtime import settings
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.store.database import open_store
from wenming_metrics.ui.frame.navigation import PRODUCT
from wenming_metrics.ui.ready import keep_ready
from wenming_metrics.ui.wall.door import WallDoor
from wenming_metrics.upkeep.prune import prune
from wenming_metrics.upkeep.start import check_once

PORT = 8501
ADDRESS = "127.0.0.1"
_VARIABLE = "STREAMLIT_SERVER_ADDRESS"
_OURSELVES = {ADDRESS, "localhost"}
_OUR_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?", re.IGNORECASE)
_SHUT = ("/_stcore/metrics", "/_stcore/agent")
"""What Streamlit tells of itself, and lets programs do, without asking who it is."""
_HEADERS = {
    "x-frame-options": "DENY",
    "content-security-policy": "frame-ancestors 'none'; object-src 'none'; base-uri 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
"""No other page may show ours in a frame, guess at its files or be told the address one came from."""
_SPARING = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
_ELSEWHERE = "只能在这台电脑上用 http://127.0.0.1 打开。"


def address_refusal() -> str:
    """Say why the pages are not served where somebody wants them; "" on this machine.

    What stands in the environment goes before the file, as with Streamlit itself.
    """
    settings_file = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    return _refusal(os.environ.get(_VARIABLE) or settings_file["server"].get("address"))


def refusal_elsewhere() -> str:
    """Say why a server that runs already shows nothing, however it was started; "" on this machine."""
    return _refusal(config.get_option("server.address")) if runtime.exists() else ""


def _refusal(address: str | None) -> str:
    if address in _OURSELVES:
        return ""
    return (
        f"设置里的网页地址是 {address or '所有网卡'}，这样别的电脑不用登录就能打开、修改数据。"
        f"软件还没有账号，只能在本机使用：请去掉环境变量 {_VARIABLE}，"
        f"或把 .streamlit/config.toml 里的 address 改回 {ADDRESS}。"
    )


def serve(port: int = PORT) -> None:
    """Serve the pages on this machine until stopped.

    Raises StoreError when the store cannot be opened or is found damaged.
    """
    _make_ready(settings.load())
    # Until some session has run app.py, Streamlit takes the files of pages/ for the pages: the
    # first visitor of a page's own address would be told that there is no such page.
    PagesManager.uses_pages_directory = False
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml from the working directory
    script = ROOT / "app.py"
    sys.argv = [str(script)]  # the folder of what was started becomes the first to import from
    keep_ready()
    app = st.App(script, middleware=[Middleware(OwnDoor), Middleware(WallDoor)])
    try:
        app.run(config={"server.port": port, "server.address": ADDRESS})
    except KeyboardInterrupt:
        return  # Ctrl+C, by which the console says to stop: the server has ended in order


def _make_ready(environment: settings.Settings) -> None:
    """Look at the store before anybody is shown its figures, and drop files kept long enough."""
    store = open_store(environment.store_url)
    check_once(store)
    if environment.keep_originals:
        prune(store, environment.keep_originals)


class OwnDoor:
    """Lets in only who asks for this machine by its own name, and for nothing that is shut.

    A page of the internet whose name is made to point to 127.0.0.1 would else be taken for ours
    (DNS rebinding): the browser sends its name as Host, and as Origin.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] not in ("http", "websocket"):  # the start and the end of the server
            await self._app(scope, receive, send)
        elif not _is_ours(Headers(scope=scope)):
            await _refuse(scope, receive, send, _ELSEWHERE, 403)
        elif scope["path"].startswith(_SHUT):
            await _refuse(scope, receive, send, "没有这个地址。", 404)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._app(_asked_whole(scope), receive, _OwnAnswer(send))


class _OwnAnswer:
    """Sends an answer on with our headers; the page itself with our name, language and history.

    The script of the history must stand in the page: sent with what the page shows, it comes after the
    first changes of the address.
    """

    def __init__(self, send: Send) -> None:
        self._send, self._start, self._body = send, None, b""

    async def __call__(self, event: Message) -> None:
        if event["type"] == "http.response.start":
            headers = MutableHeaders(scope=event)
            headers.update(_HEADERS)
            if headers.get("content-type", "").startswith("text/html"):
                self._start = event
                return
        elif self._start:
            self._body += event.get("body", b"")
            if event.get("more_body"):
                return
            body = _own_page(self._body) if self._body else b""
            if body:
                MutableHeaders(scope=self._start)["content-length"] = str(len(body))
            await self._send(self._start)
            event = {"type": "http.response.body", "body": body}
        await self._send(event)


def _own_page(page: bytes) -> bytes:
    script = (ROOT / "wenming_metrics" / "ui" / "frame" / "history.js").read_bytes()
    page = page.replace(b'<html lang="en">', b'<html lang="zh-CN" translate="no">')
    page = page.replace(b"<title>Streamlit</title>", f"<title>{PRODUCT}</title>".encode())
    return page.replace(b"<head>", b"<head><script>" + script + b"</script>", 1)


def _asked_whole(scope: Scope) -> Scope:
    """Ask for a page as it is, neither packed nor only if it has changed."""
    headers = Headers(scope=scope)
    if "text/html" not in headers.get("accept", ""):
        return scope
    headers_kept = [(name, text) for name, text in scope["headers"] if name.lower() not in _SPARING]
    return {**scope, "headers": headers_kept}


def _is_ours(headers: Headers) -> bool:
    """Say whether a request is for this machine, and comes from our own page or from no page."""
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or not _OUR_HOST.fullmatch(hosts[0]):
        return False
    return origins in ([], [f"http://{hosts[0]}"])


async def _refuse(scope: Scope, receive: Receive, send: Send, words: str, code: int) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await PlainTextResponse(words, code)(scope, receive, send)
