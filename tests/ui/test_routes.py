"""The table of every route, method and caller: whoever does not ask for this machine from its own page gets nothing."""

import json
import subprocess
import sys

import pytest

from tests.ui.routes import METHODS
from wenming_metrics.runtime.settings import ROOT

READ = dict.fromkeys(("GET", "HEAD"))
OPEN = {
    "/_stcore/health": {
        **READ,
        "GET": "503",
        "HEAD": "503",
        "OPTIONS": "204",
    },  # the server is not begun
    "/_stcore/metrics": dict.fromkeys(METHODS, "404"),
    "/_stcore/host-config": dict.fromkeys(READ, "200"),
    "/media/{file_id:path}": {**dict.fromkeys(READ, "404"), "OPTIONS": "204"},
    # By GET the page itself, as at every address that is none; without the sign of our page 403.
    "/_stcore/upload_file/{session_id}/{file_id}": {
        **dict.fromkeys(READ, "200"),
        **dict.fromkeys(("PUT", "DELETE"), "403"),
        "OPTIONS": "204",
    },
    "/component/{path:path}": {**dict.fromkeys(READ, "404"), "OPTIONS": "204"},
    "/_stcore/bidi-components/{path:path}": {**dict.fromkeys(READ, "404"), "OPTIONS": "204"},
    "/auth/login": dict.fromkeys(READ, "302"),
    "/auth/logout": dict.fromkeys(READ, "302"),
    "/oauth2callback": dict.fromkeys(READ, "302"),
    "/_stcore/agent/interact": dict.fromkeys(METHODS, "404"),
    "/_stcore/agent/openapi.json": dict.fromkeys(METHODS, "404"),
    "/_stcore/agent/mcp": dict.fromkeys(METHODS, "404"),
    "/": dict.fromkeys(READ, "200"),
}
"""What our own page is answered; by every other method 405. A new version of Streamlit with another route
is to be looked at before it stands here."""
SOCKET = "/_stcore/stream"
OURS = ("ourselves", "by hand")


@pytest.fixture(scope="module")
def table() -> dict[str, dict[str, dict[str, str]]]:
    command = [sys.executable, "-m", "tests.ui.routes"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
    return json.loads(printed.stdout)


def test_every_route_is_known(table):
    assert set(table) == {*OPEN, SOCKET}


def test_our_own_page_gets_what_it_needs_and_no_more(table):
    expected = {
        path: {**dict.fromkeys(METHODS, "405"), **answers} for path, answers in OPEN.items()
    }
    assert {path: table[path][caller] for path in OPEN for caller in OURS} == expected


def test_everybody_else_is_refused_at_every_route_by_every_method(table):
    let_in = {
        (path, caller, method): answer
        for path, callers in table.items()
        for caller, answers in callers.items()
        for method, answer in answers.items()
        if caller not in OURS and answer not in ("403", "websocket.close")
    }
    assert let_in == {}
    assert sum(len(answers) for callers in table.values() for answers in callers.values()) > 1_300
