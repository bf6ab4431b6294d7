"""Signing in elsewhere: at a proxy that names who came, and at a made-up provider that speaks OpenID Connect."""

import json
import re
import socket
import time
from threading import Thread
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.access.test_gate import HOST, RIGHTS, SECRET, Browser, store_with_accounts
from wenming_metrics.runtime.settings import SettingsError
from wenming_metrics.store import schema
from wenming_metrics.store.accounts import Account, add_account, change_account
from wenming_metrics.store.database import reading
from wenming_metrics.store.sessions import sign_in, sign_in_named
from wenming_metrics.ui.frame.identity import COOKIE
from wenming_metrics.ui.sign_on import PROOF, Provider, Proxy, SignOn, read_sign_on

pytestmark = pytest.mark.only("sqlite")
PROOF_TEXT = "the proxy proves itself by this text"
PROXY = SignOn(proxy=Proxy("X-Remote-User", PROOF_TEXT))


@pytest.fixture
def store(tmp_path):
    return store_with_accounts(tmp_path)


def session_of(headers):
    found = re.search(rf"{COOKIE}=([\w-]+)", headers.get("set-cookie", ""))
    return found and found[1]


def log_of(store):
    table = schema.access_log
    with reading(store) as connection:
        lines = connection.execute(select(table.c.act, table.c.login, table.c.subject))
        return [tuple(line) for line in lines]


def vouched(login, proof=PROOF_TEXT):
    return {PROOF: proof, "x-remote-user": login}


def test_a_proxy_that_proves_itself_names_who_came(store):
    browser = Browser(store, sign_on=PROXY)
    status, headers, _ = browser.ask("/ranks", **vouched("JIA"))
    assert (status, headers["location"]) == (303, "/sign-in?goal=%2Franks")
    status, headers, text = browser.ask(headers["location"], **vouched("JIA"))
    # not a redirect: who comes from another site would not bring the new cookie along
    assert (status, 'content="0;url=/ranks"' in text) == (200, True)
    token = session_of(headers)
    assert browser.ask("/ranks", token, **vouched("jia"))[0] == 299
    assert log_of(store)[-1] == ("登录", "jia", "前置代理")
    # the proxy names somebody else on the same browser: what was begun is not theirs
    assert browser.ask("/ranks", token, **vouched("yi"))[0] == 303
    assert browser.ask("/", token, kind="websocket", **vouched("yi"))[0] == 1008
    other = session_of(browser.ask("/sign-in", token, **vouched("yi"))[1])
    assert other not in (None, token)


def test_a_header_that_anybody_may_send_names_nobody(store):
    browser = Browser(store, sign_on=PROXY)
    wrong = [
        {"x-remote-user": "guan"},
        vouched("guan", PROOF_TEXT + "x"),
        vouched("guan", ""),
        vouched("guan", "口令"),
        {PROOF: PROOF_TEXT},
        vouched(" "),
    ]
    for headers in wrong:
        status, answered, text = browser.ask("/sign-in", **headers)
        assert (status, session_of(answered), "请用本人的账号登录" in text) == (200, None, True)
    assert session_of(Browser(store).ask("/sign-in", **vouched("guan"))[1]) is None
    token = sign_in(store, "jia", SECRET).token  # a password signs in as before
    assert browser.ask("/", token, **{"x-remote-user": "guan"})[0] == 299


def test_a_header_given_twice_names_nobody():
    from starlette.datastructures import Headers

    raw = [(b"x-remote-user", b"jia"), (b"x-remote-user", b"guan"), (PROOF.encode(), b"")]
    raw[2] = (PROOF.encode(), PROOF_TEXT.encode())
    assert PROXY.proxy.named(Headers(raw=raw)) == ""
    assert PROXY.proxy.named(Headers(raw=raw[1:])) == "guan"
    chinese = [(b"x-remote-user", "张三".encode()), raw[2]]
    assert PROXY.proxy.named(Headers(raw=chinese)) == "张三"


@pytest.mark.parametrize(
    "login",
    [
        "guan" + " " * 16 + "x-evil",
        "guan" + "x" * 20,
        "\u24d6uan",
        "\u1d4duan",
        "guan ",
        "gu\u00e4n",
    ],
)
def test_nobody_becomes_another_by_a_name_that_is_nearly_theirs(store, login):
    outcome = sign_in_named(store, login, "前置代理")
    assert (outcome.token, "还没有建立" in outcome.refusal) == ("", True)
    long = Account(0, "liwei.chuangjianban1", "李甲", "领导")
    add_account(store, long, SECRET, RIGHTS, "终端")
    assert sign_in_named(store, "liwei.chuangjianban12", "前置代理").token == ""
    assert sign_in_named(store, "LiWei.chuangjianban1", "前置代理").token


@pytest.mark.parametrize("metadata", ["[]", "null", "7", '{"authorization_endpoint": 7}', "<html>"])
def test_a_provider_that_answers_something_else_is_told(store, provider, metadata):
    provider.other_metadata = metadata
    try:
        status, headers, text = by_provider(provider, store).ask("/sign-in/provider")
    finally:
        provider.other_metadata = ""
    assert (status, session_of(headers), "的答复不能用" in text) == (503, None, True)


def test_whoever_has_no_account_here_is_told_and_logged(store):
    browser = Browser(store, sign_on=PROXY)
    status, headers, text = browser.ask("/sign-in", **vouched("bing<b>"))
    assert (status, session_of(headers)) == (403, None)
    assert "账号“bing&lt;b&gt;”还没有建立，请找管理员。" in text
    assert log_of(store)[-1] == ("登录被拒", "bing<b>", "前置代理给出的账号还没有建立")
    change_account(store, "jia", RIGHTS, "管甲", disabled=True)
    status, headers, text = browser.ask("/sign-in", **vouched("jia"))
    assert (status, session_of(headers), "已停用" in text) == (403, None, True)


class MadeUpProvider:
    """An identity provider on this machine: what its next token says is set by the test."""

    def __init__(self):
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "alg": "RS256", "use": "sig"})
        self.claims, self.signer, self.asked, self.other_metadata = {}, self.key, [], ""
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.metadata),
                Route("/keys", self.keys),
                Route("/token", self.token, methods=["POST"]),
            ]
        )
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        self.thread = Thread(
            target=self.server.run, kwargs={"sockets": [self.listening]}, daemon=True
        )

    def __enter__(self):
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.server.should_exit = True
        self.thread.join(20)
        self.listening.close()

    async def metadata(self, _):
        if self.other_metadata:
            return Response(self.other_metadata, media_type="application/json")
        ways = {"authorization_endpoint": "/go", "token_endpoint": "/token", "jwks_uri": "/keys"}
        facts = {name: self.address + path for name, path in ways.items()}
        return JSONResponse(
            {
                **facts,
                "issuer": self.address,
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def keys(self, _):
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def token(self, request):
        self.asked.append(await request.form())
        signed = jwt.encode({"alg": "RS256", "kid": "k1"}, self.claims, self.signer)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": signed})


@pytest.fixture(scope="module")
def provider():
    with MadeUpProvider() as made:
        yield made


def by_provider(provider, store):
    facts = Provider(
        title="市统一身份认证",
        metadata=f"{provider.address}/.well-known/openid-configuration",
        client_id="wenming",
        client_secret="s3",
        claim="preferred_username",
    )
    return Browser(store, sign_on=SignOn(provider=facts))


def go_there(browser, goal="/ranks?x=1"):
    """Give what the browser carries, and what the provider was asked."""
    status, headers, _ = browser.ask(f"/sign-in/provider?goal={quote(goal, safe='')}")
    assert status == 302
    asked = parse_qs(urlsplit(headers["location"]).query)
    cookie = re.search(r"wenming_sign_on=[^;]+", headers["set-cookie"])[0]
    assert "samesite=lax" in headers["set-cookie"]
    return cookie, {name: values[0] for name, values in asked.items()}


def claims(provider, asked, **others):
    moment = int(time.time())
    facts = {
        **{"iss": provider.address, "aud": "wenming", "sub": "1", "iat": moment},
        **{"exp": moment + 300, "nonce": asked["nonce"], "preferred_username": "jia"},
    }
    return {key: value for key, value in (facts | others).items() if value is not None}


def test_the_provider_says_who_came(store, provider):
    browser = by_provider(provider, store)
    assert "用市统一身份认证登录" in browser.ask("/sign-in?goal=%2Franks")[2]
    cookie, asked = go_there(browser)
    assert asked["redirect_uri"] == f"http://{HOST}/sign-in/back"
    assert asked["code_challenge_method"] == "S256"
    provider.claims = claims(provider, asked)
    back = f"/sign-in/back?code=c&state={asked['state']}"
    status, headers, text = browser.ask(back, cookie=cookie)
    assert (status, 'content="0;url=/ranks?x=1"' in text) == (200, True)
    assert len(provider.asked[-1]["code_verifier"]) >= 43
    assert browser.ask("/ranks", session_of(headers))[0] == 299
    assert log_of(store)[-1] == ("登录", "jia", "市统一身份认证")


WRONG = {
    "no cookie": ({}, {"cookie": ""}),
    "a state of somebody else": ({}, {"state": "zzz"}),
    "a nonce of another visit": ({"nonce": "other"}, {}),
    "for another program": ({"aud": "other"}, {}),
    "of another provider": ({"iss": "http://evil.example"}, {}),
    "too old": ({"exp": 1_600_000_000}, {}),
    "without the account": ({"preferred_username": None}, {}),
    "an account that is no text": ({"preferred_username": 7}, {}),
    "signed by another": ({}, {"signer": True}),
    "refused": ({}, {"error": "access_denied"}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_answer_that_is_not_sound_lets_nobody_in(store, provider, wrong):
    others, way = WRONG[wrong]
    browser = by_provider(provider, store)
    cookie, asked = go_there(browser)
    provider.claims = claims(provider, asked, **others)
    stranger = RSAKey.generate_key(2048, {"kid": "k1", "alg": "RS256"})
    provider.signer = stranger if way.get("signer") else provider.key
    said = f"error={way['error']}" if "error" in way else "code=c"
    back = f"/sign-in/back?{said}&state={way.get('state', asked['state'])}"
    status, headers, text = browser.ask(back, cookie=way.get("cookie", cookie) or None)
    provider.signer = provider.key
    assert (status, session_of(headers)) == (403, None)
    assert "市统一身份认证" in text
    assert log_of(store)[-1][0] != "登录"


def test_a_provider_that_is_away_leaves_the_password(store):
    with MadeUpProvider() as gone:
        pass
    browser = by_provider(gone, store)
    status, headers, text = browser.ask("/sign-in/provider")
    assert (status, "现在连不上，请稍后再试，或用密码登录" in text) == (503, True)
    assert session_of(headers) is None
    assert 'name="password"' in text


def test_nobody_is_let_in_without_a_name(store):
    assert sign_in_named(store, "", "前置代理").token == ""


SOUND = {
    "proxy": {"header": "X-Remote-User", "secret": "s" * 32},
    "provider": {
        **{"title": "认证", "metadata": "https://id.example/x", "client_id": "a"},
        **{"client_secret": "b", "claim": "email"},
    },
}


def as_toml(parts):
    lines = [
        f"[{p}]\n" + "\n".join(f"{k} = {json.dumps(v)}" for k, v in facts.items())
        for p, facts in parts.items()
    ]
    return "\n".join(lines)


def test_settings_are_read(tmp_path):
    path = tmp_path / "sign-on.toml"
    path.write_text(as_toml(SOUND), "utf-8-sig")  # as Notepad writes it
    read = read_sign_on(path)
    assert (read.proxy.header, read.provider.claim) == ("X-Remote-User", "email")
    assert "s" * 32 not in repr(read)
    assert read_sign_on(None) == SignOn()


@pytest.mark.parametrize(
    ("part", "facts", "said"),
    [
        ("proxy", {"secret": "short"}, "secret 至少要 32 个字符，现在是 5 个"),
        ("proxy", {"header": ""}, "要用文字写明 header"),
        ("proxy", {"header": "X Remote"}, "只能由字母、数字和 - 组成"),
        ("proxy", {"allow": "all"}, "不认识 allow"),
        ("proxy", {"header": "X-Wenming-Proxy"}, "它另有用处"),
        ("proxy", {"header": "Cookie"}, "它另有用处"),
        ("proxy", {"secret": "s" * 32 + " "}, "不能有空格"),
        ("provider", {"metadata": "https://[bad"}, "要用 https 的地址"),
        ("provider", {"metadata": "https://"}, "要用 https 的地址"),
        ("provider", {"metadata": "file://localhost/x"}, "要用 https 的地址"),
        ("provider", {"claim": 3}, "要用文字写明 claim"),
        ("provider", {"metadata": "http://id.example/x"}, "要用 https 的地址"),
        ("ldap", {"a": "b"}, "不认识 [ldap]"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path, part, facts, said):
    path = tmp_path / "sign-on.toml"
    path.write_text(as_toml({part: SOUND.get(part, {}) | facts}), "utf-8")
    with pytest.raises(SettingsError, match=re.escape(said)):
        read_sign_on(path)


def test_a_settings_file_that_is_missing_broken_or_empty_is_refused(tmp_path):
    path = tmp_path / "sign-on.toml"
    wrong = {None: "没有统一认证的设置文件", b"[proxy": "读不了", b"": "是空的"}
    wrong["# 认证".encode("gbk")] = "要存成 UTF-8 编码"
    for content, said in wrong.items():
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(SettingsError, match=said):
            read_sign_on(path)
