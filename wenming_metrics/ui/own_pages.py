"""What answers on the pages of the gate itself: signing in here or elsewhere, out, and one's own account."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from wenming_metrics.access.viewer import AccessError
from wenming_metrics.store.accounts import Account, set_password, vouched_login
from wenming_metrics.store.database import Store
from wenming_metrics.store.sessions import (
    HOURS,
    check_own_password,
    digest_of,
    sign_in,
    sign_in_named,
    sign_out,
)
from wenming_metrics.ui import plain_pages
from wenming_metrics.ui.frame.identity import COOKIE
from wenming_metrics.ui.sign_on import (
    BACK,
    BEGIN,
    ProviderClient,
    SignOn,
    SignOnError,
    with_short_memory,
)

_BY_PROXY = "前置代理"
_Handler = Callable[..., Awaitable[Response]]


class OwnPages:
    """The pages of signing in and out.

    store - bound to nobody; sign_on - where else somebody may sign in; end_tabs - called with the digest of a
    session that has ended; is_secure - whether browsers reach the server over TLS
    """

    def __init__(
        self, store: Store, sign_on: SignOn, end_tabs: Callable[[str], None], *, is_secure: bool
    ) -> None:
        self._end_tabs = end_tabs
        self._store, self._proxy, self._is_secure = store, sign_on.proxy, is_secure
        self._provider = sign_on.provider and ProviderClient(sign_on.provider)
        self._one_guess = asyncio.Semaphore(1)
        """Passwords are looked at one by one: hashing must not take all processors."""

    def answering(self, scope: Scope, account: Account | None) -> ASGIApp | None:
        """Give what answers a request for one of these pages, None for any other. Takes: account - who asks"""
        handler = self._handlers().get((scope["path"], scope.get("method", "")))
        if handler is None or scope["type"] != "http":
            return None

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            response = await handler(Request(scope, receive), account)
            await response(scope, receive, send)

        if self._provider is None:
            return answer
        return with_short_memory(answer, self._provider.provider, is_secure=self._is_secure)

    def named(self, sent: Headers) -> str:
        """Give the login that a proxy vouches for, "" where none does."""
        return vouched_login(self._proxy.named(sent)) if self._proxy else ""

    def _handlers(self) -> dict[tuple[str, str], _Handler]:
        elsewhere = {
            (BEGIN, "GET"): self._send_to_provider,
            (BACK, "GET"): self._come_back_from_provider,
        }
        return {
            **(elsewhere if self._provider else {}),
            ("/sign-in", "GET"): self._show_sign_in,
            ("/sign-in", "POST"): self._sign_in,
            ("/sign-out", "POST"): self._sign_out,
            ("/me", "GET"): self._show_own,
            ("/me", "POST"): self._change_password,
        }

    async def _show_sign_in(self, request: Request, account: Account | None) -> Response:
        if account is not None:
            return RedirectResponse("/", 303)
        goal = _goal(request)
        if named := self.named(request.headers):
            return await self._let_in(request, named, _BY_PROXY, goal)
        return self._ask_to_sign_in(goal=goal)

    def _ask_to_sign_in(
        self, refusal: str = "", login: str = "", hint: str = "", goal: str = "/", code: int = 200
    ) -> Response:
        elsewhere = (
            plain_pages.elsewhere_link(BEGIN, self._provider.provider.title, goal)
            if self._provider
            else ""
        )
        return _html(plain_pages.sign_in_page(refusal, login, hint, goal, elsewhere), code)

    async def _send_to_provider(self, request: Request, _: Account | None) -> Response:
        return_address = (
            f"{'https' if self._is_secure else 'http'}://{request.headers['host']}{BACK}"
        )
        try:
            return await self._provider.send_there(request, return_address, _goal(request))
        except SignOnError as error:
            return self._ask_to_sign_in(str(error), code=503)

    async def _come_back_from_provider(self, request: Request, _: Account | None) -> Response:
        try:
            login, goal = await self._provider.who_came_back(request)
        except SignOnError as error:
            return self._ask_to_sign_in(str(error), code=403)
        return await self._let_in(request, login, self._provider.provider.title, goal)

    async def _let_in(self, request: Request, login: str, voucher: str, goal: str) -> Response:
        """Begin a session for whom somebody else vouches. Takes: voucher - who vouches"""
        outcome = await run_in_threadpool(
            sign_in_named, self._store, login, voucher, _address(request)
        )
        if not outcome.token:
            return self._ask_to_sign_in(outcome.refusal, goal=goal, code=403)
        response = _html(plain_pages.going_on_page(plain_pages.goal_of(goal)))
        self._set_cookie(response, outcome.token)
        return response

    async def _sign_in(self, request: Request, _: Account | None) -> Response:
        form = await plain_pages.read_form(request)
        if form is None:
            return self._ask_to_sign_in("填写的内容太长。", code=413)
        async with self._one_guess:
            outcome = await run_in_threadpool(
                sign_in, self._store, form["login"], form["password"], _address(request)
            )
        goal = plain_pages.goal_of(form["goal"])
        if not outcome.token:
            return self._ask_to_sign_in(outcome.refusal, form["login"][:40], goal=goal, code=403)
        response = RedirectResponse(goal, 303)
        self._set_cookie(response, outcome.token)
        return response

    def _set_cookie(self, response: Response, token: str) -> None:
        rules = {"httponly": True, "samesite": "strict", "secure": self._is_secure, "path": "/"}
        if token:
            response.set_cookie(COOKIE, token, max_age=HOURS * 3600, **rules)
        else:
            response.delete_cookie(COOKIE, **rules)

    async def _sign_out(self, request: Request, account: Account | None) -> Response:
        token = token_of(request.headers)
        if account is not None:
            await run_in_threadpool(sign_out, self._store, token)
        self._end_tabs(digest_of(token))
        response = self._ask_to_sign_in(hint="已退出登录。")
        self._set_cookie(response, "")
        return response

    async def _show_own(self, _: Request, account: Account | None) -> Response:
        if account is None:
            return RedirectResponse("/sign-in", 303)
        return _html(plain_pages.own_page(account.name, account.role))

    async def _change_password(self, request: Request, account: Account | None) -> Response:
        form = await plain_pages.read_form(request)
        if account is None or form is None:
            return RedirectResponse("/sign-in", 303)
        try:
            if form["fresh"] != form["again"]:
                raise AccessError("两次输入的新密码不一样，没有改动。")
            async with self._one_guess:
                await run_in_threadpool(
                    *(check_own_password, self._store, account.login, form["present"]),
                    _address(request),
                )
                await run_in_threadpool(
                    set_password, self._store, account.login, form["fresh"], account.name
                )
        except AccessError as error:
            return _html(plain_pages.own_page(account.name, account.role, str(error)), 403)
        return self._ask_to_sign_in(hint="密码已修改，请用新密码登录。")


def token_of(headers: Headers) -> str:
    """Give the token of a session; "" where there is none, or more than one."""
    values = re.findall(
        rf"(?:^|;)\s*{COOKIE}=([A-Za-z0-9_-]{{20,100}})(?=;|$)", headers.get("cookie", "")
    )
    return values[0] if len(values) == 1 else ""


def _goal(request: Request) -> str:
    """Give the page that was asked for."""
    return plain_pages.goal_of(request.query_params.get("goal", ""))


def _address(request: Request) -> str:
    """Give the address that a request comes from; behind a proxy on this machine the one that it names."""
    return request.client.host if request.client else ""


def _html(text: str, code: int = 200) -> Response:
    headers = {"content-security-policy": plain_pages.POLICY, "cache-control": "no-store"}
    return HTMLResponse(text, code, headers=headers)
