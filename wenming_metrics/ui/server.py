"""Start the dashboard: Streamlit with what its command line cannot say, behind the gate."""

from __future__ import annotations

import os
import ssl
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit import delta_generator
from streamlit.runtime.pages_manager import PagesManager

from wenming_metrics.queries.viewers import needs_sign_in
from wenming_metrics.runtime import settings
from wenming_metrics.runtime.settings import ROOT, SettingsError
from wenming_metrics.store.database import Store, open_store
from wenming_metrics.ui.frame.identity import LOCAL
from wenming_metrics.ui.gate import Gate
from wenming_metrics.ui.own_answer import OwnAnswer
from wenming_metrics.ui.ready import keep_ready
from wenming_metrics.ui.sign_on import read_sign_on
from wenming_metrics.ui.wall.door import WallDoor
from wenming_metrics.upkeep.prune import prune
from wenming_metrics.upkeep.schedule import keep_backing_up
from wenming_metrics.upkeep.start import check_once
from wenming_metrics.upkeep.upgrade import is_older, upgrade

PORT = 8501
ADDRESS = "127.0.0.1"
_VARIABLE = "STREAMLIT_SERVER_ADDRESS"
_WARN_BEFORE = 30
"""Days before the end of a certificate from which on it is told."""


@dataclass(frozen=True)
class Listening:
    """Where the server is reached.

    host - address that it listens on; cert, key - files of a certificate, None: no TLS of its own;
    behind_https - browsers reach it over a proxy that speaks TLS
    """

    port: int = PORT
    host: str = ADDRESS
    cert: Path | None = None
    key: Path | None = None
    behind_https: bool = False

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host in LOCAL and not self.behind_https

    @property
    def url(self) -> str:
        """What to type into a browser."""
        return f"{'https' if self.cert else 'http'}://{self.host}:{self.port}"


def refusal(listening: Listening) -> str:
    """Say why the pages are not served where somebody wants them; "" where they may be.

    What stands in the environment goes before the file, as with Streamlit itself.

    Raises StoreError when the store cannot be opened.
    """
    settings_file = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    address = os.environ.get(_VARIABLE) or settings_file["server"].get("address")
    if address not in LOCAL:
        return (
            f"设置里的网页地址是 {address or '所有网卡'}，这样别的电脑不用登录就能打开、修改数据。"
            f"没有账号只能在本机使用：请去掉环境变量 {_VARIABLE}，"
            f"或把 .streamlit/config.toml 里的 address 改回 {ADDRESS}；要给别的电脑用，请建立账号，用 --host 打开。"
        )
    if not listening.is_local and not needs_sign_in(_open(settings.load().store_url)):
        return (
            f"还没有账号，只能在本机使用，没有在 {listening.host} 打开。"
            "请先建立管理员账号：python -m wenming_metrics accounts add"
        )
    return _certificate_refusal(listening)


def _certificate_refusal(listening: Listening) -> str:
    """Say why a certificate cannot be used."""
    if bool(listening.cert) != bool(listening.key):
        return "证书和私钥要一起给：--cert 证书文件 --key 私钥文件。"
    if not listening.cert:
        return ""
    for path in (listening.cert, listening.key):
        if not path.is_file():
            return f"没有这个文件：{path}"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            listening.cert, listening.key, password=""
        )
        days = days_left(listening.cert)
    except (ssl.SSLError, OSError, ValueError) as error:
        return f"证书或私钥不能用，可能不是一对，也可能不是 PEM 格式，或者私钥设了密码（{error}）。"
    if days < 0:
        return f"证书 {listening.cert} 已过期 {-days} 天，浏览器会拒绝打开。请换新证书。"
    return ""


def certificate_warning(listening: Listening) -> str:
    """Say that a certificate ends soon; "" where it does not."""
    days = days_left(listening.cert) if listening.cert else _WARN_BEFORE + 1
    return f"证书还有 {days} 天到期，请准备换新证书。" if days <= _WARN_BEFORE else ""


def days_left(cert: Path) -> int:
    """Say for how many whole days a certificate holds; negative: since when it does not."""
    # There is no public way in the standard library to read a certificate from a file.
    ends = ssl._ssl._test_decode_cert(str(cert))["notAfter"]
    return int((ssl.cert_time_to_seconds(ends) - time.time()) // 86_400)


def serve(listening: Listening) -> None:
    """Serve the pages until stopped.

    Raises StoreError when the store cannot be opened or is found damaged, SettingsError where it may
    not be served so.
    """
    store = _make_ready(settings.load())
    if reason := refusal(listening):
        raise SettingsError(reason)
    sign_on = read_sign_on(settings.load().sign_on)
    # Until some session has run app.py, Streamlit takes the files of pages/ for the pages: the
    # first visitor of a page's own address would be told that there is no such page.
    PagesManager.uses_pages_directory = False
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml from the working directory
    script = ROOT / "app.py"
    sys.argv = [str(script)]  # the folder of what was started becomes the first to import from
    keep_ready()
    # Whether to warn who runs a page as a script Streamlit asks of all modules: half a second of the first page.
    delta_generator._use_warning_has_been_displayed = True
    rules = {"is_local": listening.is_local, "sign_on": sign_on}
    rules["is_secure"] = bool(listening.cert) or listening.behind_https
    doors = [Middleware(OwnAnswer), Middleware(Gate, store=store, **rules), Middleware(WallDoor)]
    app = st.App(script, middleware=doors)
    try:
        app.run(config=_config(listening))
    except KeyboardInterrupt:
        return  # Ctrl+C, by which the console says to stop: the server has ended in order


def _config(listening: Listening) -> dict[str, object]:
    config: dict[str, object] = {"server.port": listening.port, "server.address": listening.host}
    if not listening.is_local:
        config["server.allowedHosts"] = []  # the gate holds Host and Origin against each other
    if listening.cert:
        config["server.sslCertFile"] = str(listening.cert)
        config["server.sslKeyFile"] = str(listening.key)
    return config


def _open(url: str) -> Store:
    """Open a store; an older one is migrated as `upgrade` does it."""
    if is_older(url):
        upgrade(url)
    return open_store(url)


def _make_ready(environment: settings.Settings) -> Store:
    """Look at the store before anybody is shown its figures, and drop files kept long enough."""
    store = _open(environment.store_url)
    check_once(store)
    if environment.backup:
        keep_backing_up(store, environment.backup)
    if environment.keep_originals:
        prune(store, environment.keep_originals)
    return store
