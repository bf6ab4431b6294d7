"""What every answer of the server carries: headers of our own; the page itself our name, language and history."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.ui.frame.navigation import PRODUCT

_HEADERS = {
    "x-frame-options": "DENY",
    "content-security-policy": "frame-ancestors 'none'; object-src 'none'; base-uri 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
"""No other page may show ours in a frame, guess at its files or be told the address one came from."""
_SPARING = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
_TITLE = b"<title>Streamlit</title>"


class OwnAnswer:
    """Hands every request on, and its answer back as ours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            await self._app(_asked_whole(scope), receive, _Answer(send))
        else:
            await self._app(scope, receive, send)


class _Answer:
    """Sends an answer on, a page once it is whole.

    The script of the history must stand in the page: sent with what the page shows, it comes after the
    first changes of the address.
    """

    def __init__(self, send: Send) -> None:
        self._send, self._start, self._body = send, None, b""

    async def __call__(self, event: Message) -> None:
        if event["type"] == "http.response.start":
            headers = MutableHeaders(scope=event)
            for name, text in _HEADERS.items():
                headers.setdefault(name, text)  # the gate is stricter where there are accounts
            if headers.get("content-type", "").startswith("text/html"):
                self._start = event
                return
        elif self._start:
            self._body += event.get("body", b"")
            if event.get("more_body"):
                return
            whole = _own_page(self._body)
            if whole:
                MutableHeaders(scope=self._start)["content-length"] = str(len(whole))
            await self._send(self._start)
            event = {"type": "http.response.body", "body": whole}
        await self._send(event)


def _own_page(page: bytes) -> bytes:
    if _TITLE not in page:
        return page
    script = (ROOT / "wenming_metrics" / "ui" / "frame" / "history.js").read_bytes()
    page = page.replace(b'<html lang="en">', b'<html lang="zh-CN" translate="no">')
    page = page.replace(_TITLE, f"<title>{PRODUCT}</title>".encode())
    return page.replace(b"<head>", b"<head><script>" + script + b"</script>", 1)


def _asked_whole(scope: Scope) -> Scope:
    """Ask for a page as it is, neither packed nor only if it has changed."""
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        return scope
    headers_kept = [(name, text) for name, text in scope["headers"] if name.lower() not in _SPARING]
    return {**scope, "headers": headers_kept}
