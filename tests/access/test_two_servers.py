"""Two processes of the server on one PostgreSQL store, behind the proxy of the example, as a browser meets them."""

import os
import re
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from websockets.sync.client import connect

from tests import forked
from tests.access.test_walk import visit
from tests.browser.conftest import START, answers, free_port
from tests.conftest import proxy_program
from tests.decisions.test_problem_moves import make
from tests.offices import copy_office
from wenming_metrics.queries.viewers import shipped_rights
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.store import schema
from wenming_metrics.store.accounts import Account, add_account
from wenming_metrics.store.database import reading
from wenming_metrics.ui.frame.identity import COOKIE

pytestmark = [pytest.mark.store, pytest.mark.only("postgresql")]
RIGHTS, SECRET = shipped_rights(), "Wen-ming 2026"


@pytest.fixture
def begun(tmp_path):
    """Begins servers behind a proxy and ends each of them."""
    running = []

    def begin(port, environment):
        with (tmp_path / f"{port}.log").open("wb") as log:
            running.append(forked.serve(port, environment, log, "--behind-https"))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def nginx(tmp_path):
    """Starts the proxy as the example has it, with these ports and a certificate of its own."""
    running = []

    def start(ports):
        port, text = free_port(), (ROOT / "data" / "proxy" / "nginx.conf").read_text("utf-8")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj"]
            + ["/CN=127.0.0.1", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"],
            check=True,
            capture_output=True,
        )
        for old, new in zip(("8501", "8502"), ports, strict=True):
            text = re.sub(rf"127\.0\.0\.1:{old}", f"127.0.0.1:{new}", text)
        text = text.replace("/etc/ssl/wenming.pem", f"{tmp_path}/cert.pem")
        text = text.replace("/etc/ssl/wenming.key", f"{tmp_path}/key.pem")
        text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        temporary = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (tmp_path / "nginx.conf").write_text(
            f"daemon off; pid {tmp_path}/pid; error_log stderr; worker_processes 1; user root;\n"
            f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{text}}}\n",
            "utf-8",
        )
        words = [proxy_program(), "-p", tmp_path, "-c", tmp_path / "nginx.conf"]
        with (tmp_path / "nginx.log").open("wb") as log:
            running.append(subprocess.Popen(words, stdout=log, stderr=log))
        latest = time.monotonic() + START
        while not listens(port):
            assert time.monotonic() < latest
            time.sleep(0.1)
        return f"127.0.0.1:{port}"

    yield start
    for process in running:
        process.kill()
        process.wait(30)


class Browser:
    """Keeps the cookie of one address."""

    def __init__(self, host):
        self.host, self.cookie = host, ""
        self.trust = ssl._create_unverified_context()  # the certificate of the test is nobody's

    def ask(self, path, form=None, **headers):
        headers |= {"Accept": "text/html", "Origin": f"https://{self.host}"}
        headers |= {"Cookie": self.cookie} if self.cookie else {}
        wish = urllib.request.Request(
            f"https://{self.host}{path}", urlencode(form).encode() if form else None, headers
        )
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.trust), _Stay
        )
        try:
            answer = opener.open(wish, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        text = answer.read().decode("utf-8", "replace")
        if cookie := answer.headers.get("set-cookie"):
            self.cookie = cookie.split(";")[0]
        return answer.status, text, answer.headers

    def tab(self):
        return connect(
            f"wss://{self.host}/_stcore/stream",
            additional_headers={"Cookie": self.cookie},
            origin=f"https://{self.host}",
            subprotocols=["streamlit"],
            ssl=self.trust,
            max_size=None,
            proxy=None,
        )


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def up(host, path="/healthz"):
    latest = time.monotonic() + START
    while not answers(f"http://{host}", path):
        assert time.monotonic() < latest
        time.sleep(0.2)


def test_two_processes_are_one_server_and_one_that_is_lost_means_a_fresh_page(
    tmp_path, begun, nginx
):
    office = copy_office(tmp_path, "problem moves", make)
    for login in ("jia", "yi"):
        account = Account(0, login, f"人{login}", "领导")
        add_account(office.store, account, SECRET, RIGHTS, "终端")
    ports = [free_port(), free_port()]
    more = {
        "WENMING_STORE": office.store.engine.url.render_as_string(hide_password=False),
        "WENMING_DATA": str(tmp_path / "data"),
        "WENMING_LOGS": str(tmp_path / "logs"),
    }
    servers = {port: begun(port, more) for port in ports}
    for port in ports:
        up(f"127.0.0.1:{port}")
    browser = Browser(nginx(ports))
    assert browser.ask("/healthz")[:2] == (200, "正常")
    assert browser.ask("/")[0] == 303

    # what a browser says of where it comes from is not believed
    forged = {"X-Forwarded-For": "10.9.9.9"}
    assert browser.ask("/sign-in", {"login": "jia", "password": "wrong one"}, **forged)[0] == 403
    with reading(office.store) as connection:
        assert set(connection.scalars(select(schema.guess.c.address))) == {"127.0.0.1"}

    status, _, headers = browser.ask("/sign-in", {"login": "jia", "password": SECRET})
    assert status == 303
    assert "Secure" in headers["set-cookie"]
    for port in ports:  # a session holds on both
        token = browser.cookie.split("=")[1]
        direct = urllib.request.Request(
            f"http://127.0.0.1:{port}/me",
            headers={"Cookie": f"{COOKIE}={token}", "Host": browser.host},
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(direct) as page:
            assert "人jia" in page.read().decode()

    with browser.tab() as opened:
        _, pages, session = visit(opened, "guide")
        assert len(pages) == len(RIGHTS["领导"].pages)
        serving = [port for port in ports if connections(servers[port].pid, port)]
        assert len(serving) == 1, "sticky: the tab is with one of them"
        servers[serving[0]].kill()
        servers[serving[0]].wait()
    latest = time.monotonic() + 30
    while browser.ask("/me")[0] != 200:
        assert time.monotonic() < latest
    with browser.tab() as opened:  # still signed in, with a page of the other process
        _, pages, fresh = visit(opened, "guide")
    assert len(pages) == len(RIGHTS["领导"].pages)
    assert fresh != session


def connections(pid, port):
    """Count the sockets of a process that are connected at its own port."""
    inodes = {
        target[8:-1]
        for name in os.listdir(f"/proc/{pid}/fd")
        if (target := os.readlink(f"/proc/{pid}/fd/{name}")).startswith("socket:")
    }
    with open(f"/proc/{pid}/net/tcp", encoding="ascii") as table:
        lines = [line.split() for line in table.readlines()[1:]]
    return sum(
        line[1].endswith(f":{port:04X}") and line[3] == "01" and line[9] in inodes for line in lines
    )
