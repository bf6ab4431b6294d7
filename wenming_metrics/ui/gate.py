"""The gate: every request passes here, pages, files, uploads and the socket, before Streamlit sees it.

Without accounts it lets in who asks for this machine by its own name. With accounts it also asks for a
session, whatever is asked for, but for the page to sign in by and the sign of life of monitors. The socket
is looked at again with every event, and once a minute: signing out ends every open tab.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import defaultdict
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wenming_metrics.access.viewer import AccessError
from wenming_metrics.queries.viewers import look_up_account, needs_sign_in, viewer_of_token
from wenming_metrics.store.accounts import Account
from wenming_metrics.store.database import Store
from wenming_metrics.store.failures import StoreError
from wenming_metrics.store.sessions import digest_of
from wenming_metrics.ui.frame.identity import is_owner
from wenming_metrics.ui.own_pages import OwnPages, token_of
from wenming_metrics.ui.sign_on import NOWHERE, SignOn
from wenming_metrics.ui.wall.door import is_wall

_OUR_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?", re.IGNORECASE)
_SHUT = ("/_stcore/metrics", "/_stcore/agent")
"""What Streamlit tells of itself, and lets programs do, without asking who it is."""
_ELSEWHERE = "只能在这台电脑上用 http://127.0.0.1 打开。"
_LOOK = 60.0
"""Seconds between two looks at the session of a socket on which nothing is said."""
_SIGNED_OUT = 4401
_OVERVIEW = "总览"
"""Who may see this page may see the wall screen: signed figures of the city."""
_FILES = "/media/"
_UPLOADS = "/_stcore/upload_file/"
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_log = logging.getLogger(__name__)


class Gate:
    """Lets in who may come in.

    store - bound to nobody; is_local - whether only this machine is served; is_secure - whether browsers
    reach the server over TLS; sign_on - where else somebody may sign in
    """

    def __init__(
        self,
        app: ASGIApp,
        store: Store,
        *,
        is_local: bool,
        is_secure: bool,
        sign_on: SignOn = NOWHERE,
    ) -> None:
        self._app, self._store = app, store
        self._is_local, self._is_secure = is_local, is_secure
        self._own = OwnPages(store, sign_on, self._end_tabs, is_secure=is_secure)
        self._tabs: dict[str, set[asyncio.Event]] = defaultdict(set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] not in ("http", "websocket"):  # the start and the end of the server
            await self._app(scope, receive, send)
            return
        if not self._is_ours(Headers(scope=scope)):
            await _refuse(scope, receive, send, _ELSEWHERE if self._is_local else "来源不对。", 403)
            return
        path = scope["path"]
        if path.startswith(_SHUT):
            await _refuse(scope, receive, send, "没有这个地址。", 404)
            return
        if path == "/healthz":
            await self._tell_health(scope, receive, send)
            return
        try:
            await self._let_in(scope, receive, send)
        except StoreError as error:
            _log.warning("%s", error)
            await _refuse(scope, receive, send, str(error), 503)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_local and not await run_in_threadpool(needs_sign_in, self._store):
            await self._app(scope, receive, send)
            return
        send = _with_headers(send)
        session_key = digest_of(token_of(Headers(scope=scope)))
        account = await self._account(session_key)
        named = self._own.named(Headers(scope=scope))
        if account is not None and named and named != account.login:
            account = None  # somebody else has signed in at the proxy since
        if own_page := self._own.answering(scope, account):
            await own_page(scope, receive, send)
        elif account is None:
            await self._send_away(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._keep_watch(scope, receive, send, session_key, account)
        elif not _is_theirs(scope["path"], account):
            await _refuse(scope, receive, send, "没有这个文件。", 404)
        elif is_wall(scope) and not await run_in_threadpool(self._sees_the_city, scope):
            await _refuse(scope, receive, send, "没有这一页。", 404)
        else:
            await self._app(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        """Say whether a request is for this server, and comes from our own page or from no page.

        A page of the internet whose name is made to point to 127.0.0.1 would else be taken for ours
        (DNS rebinding): the browser sends its name as Host, and as Origin.
        """
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if (
            len(hosts) != 1
            or not hosts[0]
            or (self._is_local and not _OUR_HOST.fullmatch(hosts[0]))
        ):
            return False
        scheme = "https" if self._is_secure else "http"
        return origins in ([], [f"{scheme}://{hosts[0]}"])

    async def _account(self, session_key: str) -> Account | None:
        return await run_in_threadpool(look_up_account, self._store, session_key)

    def _sees_the_city(self, scope: Scope) -> bool:
        try:
            viewer = viewer_of_token(self._store, token_of(Headers(scope=scope)))
        except AccessError:
            return False
        return viewer is not None and viewer.sees(_OVERVIEW)

    def _end_tabs(self, session_key: str) -> None:
        for tab in tuple(self._tabs.get(session_key, ())):
            tab.set()

    async def _send_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse who is not signed in; who opens a page is shown where to sign in."""
        accepts = Headers(scope=scope).get("accept", "")
        if scope["type"] == "http" and scope["method"] == "GET" and "text/html" in accepts:
            query = scope["query_string"].decode("latin-1")
            goal = quote(scope["path"] + (f"?{query}" if query else ""), safe="")
            await RedirectResponse(f"/sign-in?goal={goal}", 303)(scope, receive, send)
        else:
            await _refuse(scope, receive, send, "请先登录。", 401)

    async def _keep_watch(
        self, scope: Scope, receive: Receive, send: Send, session_key: str, account: Account
    ) -> None:
        """Hand on a socket for as long as its session lasts."""
        over = asyncio.Event()
        self._tabs[session_key].add(over)
        looking = asyncio.ensure_future(self._look_again(session_key, account, over))

        async def receive_while_signed_in() -> Message:
            event = await _first(receive, over)
            if event and event["type"] != "websocket.receive":
                return event
            if event is None or await self._account(session_key) != account:
                await send({"type": "websocket.close", "code": _SIGNED_OUT})
                return {"type": "websocket.disconnect", "code": _SIGNED_OUT}
            return event

        try:
            await self._app(_without_strange_session(scope, account), receive_while_signed_in, send)
        finally:
            looking.cancel()
            self._tabs[session_key].discard(over)
            if not self._tabs[session_key]:
                self._tabs.pop(session_key, None)

    async def _look_again(self, session_key: str, account: Account, over: asyncio.Event) -> None:
        """End a socket on which nothing is said when its session ends, whichever server ended it."""
        while not over.is_set():
            await asyncio.sleep(_LOOK)
            try:
                present = await self._account(session_key)
            except StoreError as error:
                _log.warning("%s", error)  # a store that is away for a moment ends nobody's work
                continue
            if present != account:
                over.set()

    async def _tell_health(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say to a monitor whether the store can be read, and nothing else."""
        try:
            await run_in_threadpool(needs_sign_in, self._store)
        except StoreError as error:
            _log.error("%s", error)
            await _refuse(scope, receive, send, "数据打不开", 503)
        else:
            await _refuse(scope, receive, send, "正常", 200)


async def _first(receive: Receive, over: asyncio.Event) -> Message | None:
    """Give the next event; None when the session is over."""
    event, end = asyncio.ensure_future(receive()), asyncio.ensure_future(over.wait())
    done, pending = await asyncio.wait({event, end}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return event.result() if event in done else None


def _is_theirs(path: str, account: Account) -> bool:
    """Say whether a file that was made, or a page that a file is sent to, is of whoever asks."""
    if path.startswith(_FILES):
        return is_owner(path.removeprefix(_FILES).split(".")[0], account.login)
    if path.startswith(_UPLOADS):
        return is_owner(path.removeprefix(_UPLOADS).split("/")[0], account.login)
    return True


def _without_strange_session(scope: Scope, account: Account) -> Scope:
    """Take out of a request the session of a page that it wants to go on with, unless it is theirs."""
    name = b"sec-websocket-protocol"
    protocols = Headers(scope=scope).get(name.decode(), "").split(",")
    if len(protocols) < 3 or is_owner(protocols[2].strip(), account.login):
        return scope
    headers = [(key, value) for key, value in scope["headers"] if key != name]
    headers.append((name, ",".join(protocols[:2]).encode("latin-1")))
    return {**scope, "headers": headers, "subprotocols": [p.strip() for p in protocols[:2]]}


def _with_headers(send: Send) -> Send:
    async def send_with_headers(event: Message) -> None:
        if event["type"] == "http.response.start":
            headers = MutableHeaders(scope=event)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("content-security-policy", _POLICY)
        await send(event)

    return send_with_headers


async def _refuse(scope: Scope, receive: Receive, send: Send, words: str, code: int) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await PlainTextResponse(words, code)(scope, receive, send)
