"""The gate, asked as a browser or a stranger asks it: nothing without a session, nothing of another's."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.offices import new_store
from wenming_metrics.domain import periods
from wenming_metrics.queries.viewers import shipped_rights
from wenming_metrics.store import sessions
from wenming_metrics.store.accounts import Account, add_account, change_account
from wenming_metrics.store.database import open_store
from wenming_metrics.store.sessions import sign_in, sign_out
from wenming_metrics.ui import gate as gates
from wenming_metrics.ui.frame import identity
from wenming_metrics.ui.frame.identity import COOKIE
from wenming_metrics.ui.gate import Gate
from wenming_metrics.ui.sign_on import NOWHERE

RIGHTS, SECRET = shipped_rights(), "Wen-ming 2026"
HOST = "wm.example.cn:8501"
ROUTES = (
    *(
        "/",
        "/ranks",
        "/accounts",
        "/files?x=1",
        "/media/abc.xlsx",
        "/_stcore/health",
        "/_stcore/host-config",
    ),
    *(
        "/_stcore/upload_file/s1/f1",
        "/component/x/index.html",
        "/static/js/index.js",
        "/app/static/x",
        "/nowhere",
    ),
)


@pytest.fixture
def store(tmp_path):
    return store_with_accounts(tmp_path)


def store_with_accounts(folder):
    """An administrator and two leaders."""
    made = open_store(new_store(folder))
    for login, role in (("guan", "管理员"), ("jia", "领导"), ("yi", "领导")):
        add_account(made, Account(0, login, f"人{login}", role), SECRET, RIGHTS, "终端")
    return made


class Browser:
    """Asks a gate; what comes behind it answers 299, or keeps what a socket says."""

    def __init__(self, store, *, is_local=False, is_secure=False, sign_on=NOWHERE):
        self.inside, self.messages = [], []
        rules = {"is_local": is_local, "is_secure": is_secure, "sign_on": sign_on}
        self.gate = Gate(self._app, store, **rules)

    async def _app(self, scope, receive, send):
        self.inside.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 299, "headers": []})
            await send({"type": "http.response.body", "body": b"secret"})
            return
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            self.messages.append(message)
        self.messages.append(message)

    def ask(
        self,
        path="/",
        token="",
        *,
        method="GET",
        form=None,
        kind="http",
        said=(),
        client=None,
        **headers,
    ):
        """Give the status or the close of a socket, with the headers and the body."""
        path, _, query = path.partition("?")
        body = form if isinstance(form, bytes) else urlencode(form or {}).encode()
        headers = {"host": HOST, "accept": "text/html", **headers}
        cookies = [headers.pop("cookie", None), f"{COOKIE}={token}" if token else None]
        headers |= {"cookie": "; ".join(filter(None, cookies))} if any(cookies) else {}
        raw = [
            (k.replace("_", "-").encode(), v.encode()) for k, v in headers.items() if v is not None
        ]
        scope = {"type": kind, "path": path, "query_string": query.encode(), "headers": raw}
        scope |= {"client": client}
        scope |= {"method": method} if kind == "http" else {"subprotocols": []}
        sent, incoming = [], [*said, {"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            if kind == "websocket" and len(incoming) == 1:
                await asyncio.sleep(30)
            item = incoming.pop(0)
            return item() if callable(item) else item

        async def send(message):
            sent.append(message)

        with ThreadPoolExecutor(1) as thread:
            thread.submit(
                asyncio.run, asyncio.wait_for(self._run(scope, receive, send), 20)
            ).result()
        start = sent[0]
        names = {}
        for key, value in start.get("headers", []):
            former = names.get(key.decode())
            names[key.decode()] = f"{former}\n{value.decode()}" if former else value.decode()
        text = b"".join(m.get("body", b"") for m in sent[1:]).decode()
        closes = [m.get("code") for m in sent if m["type"] == "websocket.close"]
        return start.get("status", closes[0] if closes else start["type"]), names, text

    async def _run(self, scope, receive, send):
        await self.gate(scope, receive, send)


def test_nothing_is_answered_to_nobody(store):
    browser = Browser(store)
    for path in ROUTES:
        for method in ("GET", "PUT", "POST", "DELETE", "HEAD"):
            for token in ("", "x" * 43):
                status, headers, text = browser.ask(path, token, method=method)
                assert status in (303, 401), (path, method)
                assert "secret" not in text
                if status == 303:
                    assert headers["location"].startswith("/sign-in?goal=")
    assert not browser.inside


def test_who_is_signed_in_gets_all_but_files_and_uploads_of_others(store):
    browser, token = Browser(store), sign_in(store, "jia", SECRET).token
    identity.remember_owner("s1", "yi")
    for path in ROUTES:
        expected = 404 if path.startswith(("/media", "/_stcore/upload")) else 299
        assert browser.ask(path, token)[0] == expected, path
    identity.remember_owner("s1", "jia")
    identity.remember_owner("abc", "jia")
    assert browser.ask("/media/abc.xlsx", token)[0] == 299
    assert browser.ask("/_stcore/upload_file/s1/f1", token, method="PUT")[0] == 299
    other = sign_in(store, "yi", SECRET).token
    assert browser.ask("/media/abc.xlsx", other)[0] == 404
    identity.remember_owner(
        "abc", "yi", shared=True
    )  # who made a file of the same bytes has it as well
    assert browser.ask("/media/abc.xlsx", other)[0] == 299
    assert browser.ask("/media/abc.xlsx", token)[0] == 299


def test_a_wrong_password_makes_only_its_own_address_wait(store):
    browser = Browser(store)

    def sign(password, address):
        form = {"login": "jia", "password": password}
        return browser.ask("/sign-in", method="POST", form=form, client=(address, 1))

    for _ in range(6):
        status, _, text = sign("wrong one", "10.0.0.9")
    assert (status, "请等 30 秒" in text) == (403, True)
    assert sign(SECRET, "10.0.0.2")[0] == 303


def test_the_wall_screen_is_for_who_may_see_the_city(store):
    add_account(store, Account(0, "ping", "屏甲", "大屏展示"), SECRET, RIGHTS, "终端")
    browser = Browser(store)
    for login, status in (("ping", 299), ("jia", 299), ("guan", 404)):
        token = sign_in(store, login, SECRET).token
        assert browser.ask("/?wall=1", token)[0] == status, login
    assert browser.ask("/?wall=1")[0] == 303


def test_a_session_that_is_over_is_nobodys(store, monkeypatch):
    browser, token = Browser(store), sign_in(store, "jia", SECRET).token
    assert browser.ask("/", token)[0] == 299
    real = periods.now
    monkeypatch.setattr(sessions, "now", lambda: real() + timedelta(hours=13))
    assert browser.ask("/", token)[0] == 303
    monkeypatch.setattr(sessions, "now", real)
    change_account(store, "jia", RIGHTS, "管甲", disabled=True)
    assert browser.ask("/", token)[0] == 303


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", f"https://{HOST}", "http://wm.example.cn"]
)
def test_another_origin_gets_nothing_though_it_brings_the_session(store, origin):
    browser, token = Browser(store), sign_in(store, "jia", SECRET).token
    assert browser.ask("/", token, origin=origin)[0] == 403
    assert browser.ask("/_stcore/stream", token, kind="websocket", origin=origin)[0] == 1008
    assert browser.ask("/sign-out", token, method="POST", origin=origin)[0] == 403
    assert not browser.inside


def test_two_cookies_of_the_name_are_none(store):
    browser, token = Browser(store), sign_in(store, "jia", SECRET).token
    assert browser.ask("/", cookie=f"{COOKIE}={token}; {COOKIE}={'x' * 43}")[0] == 303
    assert browser.ask("/", cookie=f"other=1; {COOKIE}={token}")[0] == 299


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/mcp"])
def test_what_streamlit_tells_of_itself_stays_shut(store, path):
    assert Browser(store).ask(path, sign_in(store, "jia", SECRET).token)[0] == 404


def test_a_monitor_is_told_that_all_is_well_and_nothing_else(store):
    assert Browser(store).ask("/healthz")[::2] == (200, "正常")


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(store):
    browser = Browser(store)
    status, headers, _ = browser.ask(
        "/sign-in", method="POST", form={"login": "jia", "password": SECRET, "goal": "/ranks?a=1"}
    )
    assert (status, headers["location"]) == (303, "/ranks?a=1")
    cookie = headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    token = cookie.split(";")[0].split("=")[1]
    assert browser.ask("/", token)[0] == 299
    secure = Browser(store, is_secure=True)
    form = {"login": "jia", "password": SECRET}
    headers = secure.ask("/sign-in", method="POST", form=form, origin=f"https://{HOST}")[1]
    assert "Secure" in headers["set-cookie"]


@pytest.mark.parametrize(
    "goal", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\r\nx: y"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(store, goal):
    form = {"login": "jia", "password": SECRET, "goal": goal}
    assert Browser(store).ask("/sign-in", method="POST", form=form)[1]["location"] == "/"


def test_a_refused_sign_in_says_so_and_repeats_nothing_raw(store):
    browser = Browser(store)
    form = {"login": "<script>x", "password": "wrong one"}
    status, headers, text = browser.ask("/sign-in", method="POST", form=form)
    assert status == 403
    assert "账号或密码不对。" in text
    assert "<script>" not in text
    assert "set-cookie" not in headers
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("body", [b"x" * 5_000, b"&" * 50, b"login=%ff%fe&password=\x00", b""])
def test_forms_of_any_kind_are_refused_in_words(store, body):
    status, _, text = Browser(store).ask("/sign-in", method="POST", form=body)
    assert status in (403, 413)
    assert "请用本人的账号登录" in text


def test_every_answer_carries_the_headers_that_keep_it_in_its_frame(store):
    headers = Browser(store).ask("/", sign_in(store, "jia", SECRET).token)[1]
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


def test_a_socket_needs_a_session_and_ends_with_it(store):
    browser = Browser(store)
    for token in ("", "x" * 43):
        assert browser.ask("/_stcore/stream", token, kind="websocket")[0] == 1008
    assert not browser.inside
    token = sign_in(store, "jia", SECRET).token
    hello = {"type": "websocket.receive", "bytes": b"hello"}

    def after_signing_out():
        sign_out(store, token)
        return {"type": "websocket.receive", "bytes": b"show me"}

    status = browser.ask(
        "/_stcore/stream", token, kind="websocket", said=[hello, after_signing_out]
    )[0]
    assert status == 4401
    assert [m.get("bytes", m.get("code")) for m in browser.messages] == [b"hello", 4401]


def test_signing_out_closes_a_tab_on_which_nothing_is_said(store, monkeypatch):
    monkeypatch.setattr(gates, "_LOOK", 0.05)
    browser, token = Browser(store), sign_in(store, "jia", SECRET).token

    def then_disable():
        change_account(store, "jia", RIGHTS, "管甲", disabled=True)
        return {"type": "websocket.connect"}

    status = browser.ask("/_stcore/stream", token, kind="websocket", said=[then_disable])[0]
    assert status == 4401


def test_a_page_of_another_is_not_gone_on_with(store):
    browser, token = Browser(store), sign_in(store, "jia", SECRET).token
    leave = [{"type": "websocket.disconnect", "code": 1000}]
    for owner, kept in (("jia", True), ("yi", False)):
        identity.remember_owner("page-1", owner)
        browser.ask(
            *("/_stcore/stream", token),
            kind="websocket",
            said=leave,
            sec_websocket_protocol="streamlit, xsrf, page-1",
        )
        (protocols,) = (
            v for k, v in browser.inside[-1]["headers"] if k == b"sec-websocket-protocol"
        )
        assert (b"page-1" in protocols) is kept
        assert ("page-1" in browser.inside[-1]["subprotocols"]) is False


def test_ones_own_page_changes_the_password(store):
    browser, token = Browser(store), sign_in(store, "jia", SECRET).token
    fresh = "another Mima 7"

    def change(**form):
        return browser.ask("/me", token, method="POST", form=form)

    assert "人jia（领导）" in browser.ask("/me", token)[2]
    assert "两次输入" in change(present=SECRET, fresh=fresh, again="other")[2]
    assert "原密码不对" in change(present="wrong", fresh=fresh, again=fresh)[2]
    assert "至少 10 个字符" in change(present=SECRET, fresh="short", again="short")[2]
    assert "密码已修改" in change(present=SECRET, fresh=fresh, again=fresh)[2]
    assert browser.ask("/me", token)[0] == 303
    assert sign_in(store, "jia", fresh).token


def test_accounts_that_are_gone_leave_the_network_outside(tmp_path):
    empty = open_store(new_store(tmp_path))
    assert Browser(empty).ask("/")[0] == 303
    local = Browser(empty, is_local=True)
    assert local.ask("/", host="127.0.0.1:8501")[0] == 299
    assert local.ask("/")[0] == 403
