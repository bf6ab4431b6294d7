"""The wall screen at its address `/?wall=1`: a page of its own, which outlives a restart of the server.

A page of Streamlit stands still when its server has gone; a screen on a wall has nobody to reload it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from html import escape
from importlib import resources
from string import Template

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from wenming_metrics.publishing.issues import SIGNED, issues
from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.store.failures import StoreError
from wenming_metrics.ui.frame import cache
from wenming_metrics.ui.frame.identity import as_program
from wenming_metrics.ui.frame.navigation import PRODUCT
from wenming_metrics.ui.wall.sheets import listed_only, read_settings, wall_sheets

RENEW = 60_000
"""Milliseconds after which the screen asks again."""
_EMPTY = "<section><p class='empty'>{}</p></section>"
_UNSIGNED = _EMPTY.format("还没有签发的通报。大屏只显示签发的数。")
_NOTHING = _EMPTY.format("所选的几屏在这一期里没有可显示的内容。")
logger = logging.getLogger(__name__)


class WallDoor:
    """Answers `/?wall=1` itself and hands everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if not is_wall(scope):
            await self._app(scope, receive, send)
            return
        query = dict(Request(scope).query_params)
        try:
            response = HTMLResponse(await run_in_threadpool(_page_for_all, query))
        except (StoreError, RuleSetError) as error:
            logger.warning("大屏没有数据：%s", error)
            response = HTMLResponse("数据暂时读不出来。", 503)
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)


def _page_for_all(query: Mapping[str, str]) -> str:
    """Make the page for whoever the gate let in: it is the same for all."""
    with as_program():
        return page_of(cache.office(), query)


def is_wall(scope: Scope) -> bool:
    """Say whether a request is for the wall screen."""
    is_page = (
        scope["type"] == "http" and scope["path"] == "/" and scope["method"] in ("GET", "HEAD")
    )
    return is_page and QueryParams(scope.get("query_string", b"")).get("wall") == "1"


def page_of(office: Office, query: Mapping[str, str], renew: int = RENEW) -> str:
    """Make the page of the wall: the latest signed issue of more than a day, else the latest signed.

    Takes: query - parameters of the address, see `sheets.read_settings`; renew - milliseconds
    """
    settings, faults = read_settings(query)
    signed = [issue for issue in issues(office) if issue.state == SIGNED]
    signed = [issue for issue in signed if issue.window.kind != "day"] or signed
    title, state, sheets = "", "", _UNSIGNED
    if signed:
        issue = max(signed, key=lambda issue: (issue.window.end, issue.window.start))
        snapshot = frozen(office, issue.key)
        settings, left_out = listed_only(snapshot, settings)
        faults += left_out
        sheets = "".join(wall_sheets(snapshot, settings)) or _NOTHING
        title = f"{issue.title}　{issue.document}"
        state = f"数据截至{issue.cutoff[:10]}，{issue.signed_at[:10]}签发"
    told = "；".join([state, *faults] if state else faults)
    shell = (resources.files(__package__) / "wall.html").read_text(encoding="utf-8")
    return Template(shell).substitute(
        product=PRODUCT,
        turn=settings.turn,
        night=f"{settings.night[0]}-{settings.night[1]}",
        issue=escape(title),
        sheets=sheets,
        state=escape(told),
        renew=renew,
    )
