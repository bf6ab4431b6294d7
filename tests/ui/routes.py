"""Ask every route of the server, by every method, as different callers; prints what each was answered.

A program of its own: a process has one server. Run as `python -m tests.ui.routes`.
"""

import asyncio
import json
import os
import sys

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.ui import gate
from wenming_metrics.ui.gate import Gate

CALLERS = {
    "ourselves": {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:8501"},
    "by hand": {"host": "localhost:8501"},
    "foreign host": {"host": "evil.example:8501", "origin": "http://evil.example:8501"},
    "foreign host without origin": {"host": "evil.example"},
    "foreign origin": {"host": "127.0.0.1:8501", "origin": "http://evil.example"},
    "foreign origin that is like ours": {
        "host": "127.0.0.1:8501",
        "origin": "http://127.0.0.1:8501.evil.example",
    },
    "local port": {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:9000"},
    "local name": {"host": "127.0.0.1:8501", "origin": "http://localhost:8501"},
    "sandboxed frame": {"host": "127.0.0.1:8501", "origin": "null"},
    "two hosts": {"host": "127.0.0.1:8501, evil.example"},
    "address of the net": {"host": "192.168.1.7:8501", "origin": "http://192.168.1.7:8501"},
}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT")


async def answer(app, kind: str, path: str, method: str, headers: dict[str, str]) -> str:
    """Ask once; gives the status, or how a socket was answered."""
    answers = []
    is_http = kind == "http"
    begun = {"type": "http.request", "body": b""} if is_http else {"type": "websocket.connect"}
    asked = [begun]

    async def receive():
        if not asked and is_http:
            await asyncio.Event().wait()  # the caller stays until it is answered
        return asked.pop() if asked else {"type": "websocket.disconnect", "code": 1000}

    async def send(message):
        answers.append(message)

    raw = [(name.encode(), text.encode()) for name, text in headers.items()]
    scope = {
        "type": kind,
        "path": path,
        "raw_path": path.encode(),
        "method": method,
        "headers": raw,
    }
    scope |= {
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "server": None,
        "client": None,
        "subprotocols": [],
    }
    await app(scope, receive, send)
    return str(answers[0].get("status", answers[0]["type"]))


async def ask_all() -> dict[str, dict[str, dict[str, str]]]:
    """Ask all; gives path -> caller -> method -> answer."""
    gate.needs_sign_in = lambda store: False
    app = st.App(
        ROOT / "app.py", middleware=[Middleware(Gate, store=None, is_local=True, is_secure=False)]
    )._build_starlette_app()
    routes = {
        getattr(route, "path", "") or "/": isinstance(route, WebSocketRoute) for route in app.routes
    }
    table: dict[str, dict[str, dict[str, str]]] = {}
    for path, is_socket in routes.items():
        asked_path = path.replace(":path}", "}").format(file_id="x", session_id="x", path="x")
        for caller, headers in CALLERS.items():
            if is_socket and caller in ("ourselves", "by hand"):
                continue  # a session would begin; the tests in a browser do that
            kinds = {"websocket": ("GET",)} if is_socket else {"http": METHODS}
            table.setdefault(path, {})[caller] = {
                method: await answer(app, kind, asked_path, method, headers)
                for kind, methods in kinds.items()
                for method in methods
            }
    return table


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.stdout.write(json.dumps(asyncio.run(ask_all())))
