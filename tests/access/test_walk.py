"""Every page by its address, over the socket of a real server, as roles and as nobody."""

from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.browser.conftest import serve
from tests.decisions.test_problem_moves import make, unit
from tests.offices import copy_office
from wenming_metrics.queries.viewers import shipped_rights
from wenming_metrics.store.accounts import Account, add_account
from wenming_metrics.store.sessions import sign_in, sign_out
from wenming_metrics.ui.frame.identity import COOKIE

pytestmark = pytest.mark.only("sqlite")
RIGHTS, SECRET = shipped_rights(), "Wen-ming 2026"
ADDRESSES = {
    **{"总览": "", "排名": "ranks", "单位画像": "unit", "通报": "issued", "失分分析": "lost"},
    **{"趋势": "course", "两率一度": "opinions", "综合考核": "composite", "问题整改": "problems"},
    **{"工作推进": "work", "数据上传": "files", "测评体系": "rules", "核对": "verify"},
    **{"使用说明": "guide", "账号": "access"},
}
ROLES = {"lingdao": "领导", "jiedao": "责任单位", "guanli": "管理员", "daping": "大屏展示"}
MORE_ROLES = {
    **{"jingban": "创建办经办", "shenhe": "审核", "qianfa": "签发", "ducha": "督查员"},
    **{"quban": "区创建办", "fenxi": "分析员"},
}
"""Walked by --explore: they see more of what the others see."""
EVERY_ROLE = ROLES | MORE_ROLES
FORGED = "wall=1&embed=true&unit_who=甲街道&fix_unit=城管局&fix_row=1-1-1&published=1&account=guanli&role=管理员"
"""What an address may bring; nothing in it says who somebody is."""


def pytest_generate_tests(metafunc):
    if "login" in metafunc.fixturenames:
        every = metafunc.config.getoption("explore")
        metafunc.parametrize("login", EVERY_ROLE if every else ROLES)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A fresh server on an office with accounts; gives its host and the office."""
    folder = tmp_path_factory.mktemp("walk")
    office = copy_office(folder, "problem moves", make)
    units = {"责任单位": "乙街道", "区创建办": "演示区"}
    for login, role in EVERY_ROLE.items():
        bound = unit(office, units[role]) if role in units else -1
        account = Account(0, login, f"{role}甲", role, bound)
        add_account(office.store, account, SECRET, RIGHTS, "终端")
    store = Path(office.store.engine.url.database)
    with serve(store, folder / "data", "/healthz") as running:
        yield running.address.removeprefix("http://"), office


@contextmanager
def tab(host, token, origin=None, session=""):
    headers = {"Cookie": f"{COOKIE}={token}"} if token else {}
    protocols = ["streamlit", "xsrf", session] if session else ["streamlit"]
    with connect(
        f"ws://{host}/_stcore/stream",
        additional_headers=headers,
        origin=origin or f"http://{host}",
        subprotocols=protocols,
        max_size=None,
        max_queue=None,  # else what nobody reads holds up the end of the tab for ten seconds
        proxy=None,
    ) as opened:
        yield opened


def visit(opened, address, *, beyond_root=False):
    """Go to a page by its address; gives the address of the page that is run, all there are, and the session.

    beyond_root - whoever is sent on from the root has two runs of pages: the second one is meant
    """
    wish = BackMsg()
    wish.rerun_script.page_name = address
    wish.rerun_script.query_string = quote(FORGED, safe="=&")
    opened.send(wish.SerializeToString())
    ran, session, pages = None, "", []
    while True:
        message = ForwardMsg()
        message.ParseFromString(opened.recv(timeout=60))
        kind = message.WhichOneof("type")
        if kind == "new_session":
            session = message.new_session.initialize.session_id
        if kind == "navigation":
            told = message.navigation
            paths = {page.page_script_hash: page.url_pathname for page in told.app_pages}
            # not by the message that there is no such page: a second run drops what waits of the first
            pages, ran = list(paths.values()), paths[told.page_script_hash]
        if pages and (ran or not beyond_root):
            return ran, pages, session


def visit_until_closed(opened):
    """The first visit may still be under way when the session ends."""
    for _ in range(50):
        visit(opened, "guide")


def test_pages_that_are_not_theirs_do_not_exist_by_whatever_address(site, login):
    host, office = site
    theirs = RIGHTS[EVERY_ROLE[login]].pages
    first = next(address for title, address in ADDRESSES.items() if title in theirs)
    opens_elsewhere = "总览" not in theirs
    with tab(host, sign_in(office.store, login, SECRET).token) as opened:
        for title, address in ADDRESSES.items():
            ran, pages, _ = visit(opened, address, beyond_root=opens_elsewhere)
            assert len(pages) == len(theirs) + opens_elsewhere, title
            # every site answers at its root: who may not see 总览 is sent on from there
            assert ran == (address if title in theirs else first), title


@pytest.mark.parametrize("brought", ["nothing", "a made-up session", "another origin"])
def test_nobody_gets_a_socket(site, brought):
    host, office = site
    token = sign_in(office.store, "lingdao", SECRET).token if brought == "another origin" else ""
    token = "x" * 43 if brought == "a made-up session" else token
    origin = "http://evil.example" if brought == "another origin" else None
    with pytest.raises(InvalidStatus) as caught, tab(host, token, origin):
        pytest.fail("let in")
    assert caught.value.response.status_code == 403


def test_signing_out_ends_the_tabs_that_are_open(site):
    host, office = site
    token = sign_in(office.store, "lingdao", SECRET).token
    with tab(host, token) as opened:
        assert visit(opened, "guide")[0] == "guide"
        sign_out(office.store, token)  # as another process of the server would
        with pytest.raises(ConnectionClosed) as caught:
            visit_until_closed(opened)
        assert caught.value.rcvd.code == 4401


def test_the_page_of_another_is_not_gone_on_with(site):
    host, office = site
    first, other = (sign_in(office.store, login, SECRET).token for login in ("lingdao", "jiedao"))
    with tab(host, first) as opened:
        session = visit(opened, "guide")[2]
        assert session
        with tab(host, other, session=session) as stranger:
            _, pages, fresh = visit(stranger, "guide")
        assert fresh != session
        assert len(pages) == len(RIGHTS["责任单位"].pages) + 1
