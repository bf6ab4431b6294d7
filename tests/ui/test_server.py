"""The door of the server: who is let in, and where it may stand."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit import delta_generator

from wenming_metrics.__main__ import main
from wenming_metrics.access.viewer import EVERYBODY, SignedOutError
from wenming_metrics.commands import FAILED
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.ui import gate, server
from wenming_metrics.ui.frame import identity
from wenming_metrics.ui.own_answer import OwnAnswer

OURS = {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:8501"}
LET_IN = [
    OURS,
    {"host": "localhost:8501"},
    {"host": "LOCALHOST:8501"},
    {"host": "127.0.0.1:8501"},  # typed into the browser: no page asks
]
TURNED_AWAY = [
    {"host": "evil.example:8501", "origin": "http://evil.example:8501"},
    {"host": "evil.example"},
    {"host": "127.0.0.1.evil.example:8501"},
    {"host": "127.0.0.1:8501", "origin": "http://evil.example"},
    {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:9000"},
    {"host": "127.0.0.1:8501", "origin": "null"},
    {"host": "user@evil.example"},
    {"host": "[::1"},
    {"host": "127.0.0.1:8501, evil.example"},
    {"host": "127.0.0.1:x"},
    {"host": "127.0.0.1:8501", "origin": "https://127.0.0.1:8501"},
    {"host": ""},
    {},
]


@pytest.fixture(autouse=True)
def _no_accounts(monkeypatch):
    monkeypatch.setattr(gate, "needs_sign_in", lambda store: False)


def answer(kind: str, headers: dict, path: str = "/") -> str:
    """Ask the door for something; gives "in" where it was handed on, else how it was refused."""
    sent = []

    async def inside(scope, receive, send):
        sent.append({"type": "in"})

    async def send(message):
        sent.append(message)

    raw = [(name.encode(), text.encode()) for name, text in headers.items()]
    scope = {"type": kind, "path": path, "method": "GET", "headers": raw}
    # A thread has no loop: a browser that an earlier test drives keeps one running in this one.
    with ThreadPoolExecutor(1) as thread:
        door = gate.Gate(inside, None, is_local=True, is_secure=False)
        thread.submit(asyncio.run, door(scope, None, send)).result()
    return str(sent[0].get("status", sent[0]["type"]))


@pytest.mark.parametrize("headers", LET_IN)
def test_who_asks_for_this_machine_is_let_in(headers):
    assert (answer("http", headers), answer("websocket", headers)) == ("in", "in")


@pytest.mark.parametrize("headers", TURNED_AWAY)
def test_who_comes_by_another_name_or_from_another_page_is_not(headers):
    assert answer("http", headers) == "403"
    assert answer("websocket", headers) == "websocket.close"


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/_stcore/agent/mcp", "/_stcore/agent/openapi.json"]
)
def test_what_streamlit_tells_of_itself_is_shut(path):
    assert answer("http", OURS, path) == "404"
    assert answer("http", OURS, "/_stcore/health") == "in"


def asked(content_type: str, body: bytes, **headers: str) -> tuple[dict, bytes, set]:
    """Ask for a page; gives headers and body of the answer, and the headers that were handed on."""
    seen, sent = set(), []

    async def inside(scope, receive, send):
        seen.update(name for name, _ in scope["headers"])
        raw = [(b"content-type", content_type.encode()), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await send({"type": "http.response.body", "body": body[:9], "more_body": True})
        await send({"type": "http.response.body", "body": body[9:]})

    async def send(message):
        sent.append(message)

    raw = [(name.encode(), text.encode()) for name, text in {**OURS, **headers}.items()]
    scope = {"type": "http", "path": "/ranks", "method": "GET", "headers": raw}
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, OwnAnswer(inside)(scope, None, send)).result()
    answered = {name.decode(): text.decode() for name, text in sent[0]["headers"]}
    return answered, b"".join(message["body"] for message in sent[1:]), seen


def test_no_other_page_may_frame_ours_and_the_history_is_plain_from_the_first_moment():
    page = b'<!DOCTYPE html><html lang="en"><head><title>Streamlit</title></head></html>'
    sparing = {"accept": "text/html", "accept-encoding": "gzip", "if-none-match": "x"}
    headers, body, seen = asked("text/html; charset=utf-8", page, **sparing)
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert int(headers["content-length"]) == len(body)
    assert body.index(b"plainHistory") < body.index(b"<title>")
    assert b"Streamlit<" not in body
    assert b'lang="zh-CN"' in body
    assert not seen & {b"accept-encoding", b"if-none-match"}
    headers, body, seen = asked("text/css", page, **{"accept-encoding": "gzip"})
    assert (body, headers["x-frame-options"]) == (page, "DENY")
    assert b"accept-encoding" in seen


def test_the_server_starts_and_ends_as_ever():
    assert answer("lifespan", {}) == "in"


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.7", "::"])
def test_another_address_is_refused_with_words(address, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert server.refusal(server.Listening()) == ""
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", address)
    monkeypatch.setattr(server, "serve", lambda port: pytest.fail("served all the same"))
    assert main(["serve", "--port", "8599"]) == FAILED
    printed = capsys.readouterr()
    assert f"设置里的网页地址是 {address}" in printed.err.replace("\n", "")
    assert "只能在本机使用" in printed.err.replace("\n", "")
    assert "网页地址：" not in printed.out


@pytest.mark.parametrize("address", ["0.0.0.0", None])
def test_a_server_that_was_started_otherwise_shows_no_page(address, monkeypatch):
    monkeypatch.setattr(identity, "needs_sign_in", lambda store: False)
    monkeypatch.setattr(identity.runtime, "exists", lambda: True)
    monkeypatch.setattr(identity.config, "get_option", lambda name: address)
    with pytest.raises(SignedOutError, match="只能在服务器本机使用"):
        identity.viewer_of_run(None)
    monkeypatch.setattr(identity.config, "get_option", lambda name: "127.0.0.1")
    assert identity.viewer_of_run(None) == EVERYBODY


@pytest.mark.parametrize("size", ["50.0MB", "512.0KB", "1.5GB"])
def test_a_file_over_the_limit_is_told_in_chinese(size):
    """As the page writes it: `File must be ${toFixed(1) and unit} or smaller.`"""
    script = (ROOT / "wenming_metrics" / "ui" / "frame" / "chinese.js").read_text("utf-8")
    (pattern,) = re.findall(r"\[/(\^File must be .*?)/, \(all", script)
    assert re.match(pattern, f"File must be {size} or smaller.")


def test_streamlit_still_has_the_warning_that_is_left_out():
    assert delta_generator._use_warning_has_been_displayed in (False, True)
