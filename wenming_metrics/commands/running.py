"""Commands that set something going: the demo and the page."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
import webbrowser
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor

from rich.progress import track

from wenming_metrics.commands import FAILED, HELD, OK, command, this_office
from wenming_metrics.commands.files import file_facts, verdict
from wenming_metrics.commands.printing import err, out, print_files, print_ranking
from wenming_metrics.decisions.outlines import keep_outlines, look_at_outlines
from wenming_metrics.domain import periods
from wenming_metrics.domain.periods import today
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import days_known
from wenming_metrics.queries.ranking import ranking
from wenming_metrics.queries.ranking.bands import bands, join_bands
from wenming_metrics.runtime import settings
from wenming_metrics.upkeep.start import check_early

_LAST_PORT = 65535
_PATIENCE = 300
"""Seconds within which a server listens, however large its store."""


@command("serve")
def _serve(options: Namespace) -> int:
    if refusal := _port_refusal(options.port, options.host):
        err.print(refusal)
        return FAILED
    with ThreadPoolExecutor(1) as beside:  # the store is looked at while Streamlit is brought in
        checked = beside.submit(check_early, settings.load().store_url)
        from wenming_metrics.ui import server  # Streamlit is not needed by other commands
    checked.result()
    listening = server.Listening(
        options.port, options.host, options.cert, options.key, options.behind_https
    )
    if refusal := server.refusal(listening):
        err.print(refusal)
        return FAILED
    if warning := server.certificate_warning(listening):
        err.print(warning)
    out.print(f"网页地址：{listening.url}（按 Ctrl+C 停止）")
    if options.open:
        threading.Thread(
            target=_open_browser, args=(options.port, listening.url), daemon=True
        ).start()
    server.serve(listening)
    return OK


def _open_browser(port: int, url: str) -> None:
    """Open the page as soon as the server listens."""
    for _ in range(_PATIENCE):
        time.sleep(1)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                webbrowser.open(url)
                return


def _port_refusal(port: int, host: str) -> str:
    """Say why nothing can be served on a port, and what to type instead; "" when it is free."""
    other_port = port + 1 if port < _LAST_PORT else port - 1
    again = f"换一个端口再试：make demo PORT={other_port}，或 python -m wenming_metrics serve --port {other_port}"
    with socket.socket() as probe:
        # As the server does: a port that was closed a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")
        try:
            probe.bind((host, port))
        except PermissionError:
            return f"端口 {port} 要管理员权限才能用。{again}"
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                return f"端口 {port} 打不开（{error.strerror}）。{again}"
            return (
                f"端口 {port} 已经被占用。也许本软件已经打开：先看看 http://127.0.0.1:{port}。"
                f"不是的话，{again}"
            )
    return ""


@command("demo")
def _demo(options: Namespace) -> int:
    from wenming_metrics.demo import outlines
    from wenming_metrics.demo.inspections import END
    from wenming_metrics.demo.month_check import check_month
    from wenming_metrics.demo.signed import sign_weeks
    from wenming_metrics.demo.workbooks import find_or_make_workbooks

    if today() < END:
        err.print(
            f"本机日期是 {today()}，早于演示市的最后一天（{END}）：那时的督查还没有发生，不能入库。"
            "请先校准本机的日期和时间，再运行一次。"
        )
        return FAILED
    office = this_office()
    folder = settings.ROOT / "data" / "store" / "demo"
    out.print("正在准备演示市的表格（第一次约 20 秒）……")
    files = find_or_make_workbooks(folder, days=options.days)
    out.print(f"正在入库 {len(files)} 个文件（第一次约 1 分钟）……")
    codes = []
    for path in track(files, "入库", console=err, transient=True):
        preview = commit.inspect(office, path.read_bytes(), path.name)
        codes.append(verdict(preview))
        if preview.can_commit:
            commit.commit(office, preview, "演示")
        if codes[-1] != OK:
            print_files([file_facts(preview)])
    content = outlines.write_outlines(folder).read_bytes()
    outline_file = look_at_outlines(office, content, outlines.NAME, outlines.SYSTEM)
    keep_outlines(office, outline_file, "演示")
    last = days_known(office)[-1]
    check_month(office, last)
    out.print(f"{len(files)} 个文件已入库（放在 {folder.relative_to(settings.ROOT)}）。")
    for kind in ("day", "week"):
        window = periods.window(kind, last)
        banded = join_bands(ranking.ranking(office, window), bands(office, window))
        print_ranking(office, window, banded)
    out.print("正在签发最近两期周通报（约 10 秒）……")
    for title in sign_weeks(office, last):
        out.print(f"已签发 {title}。")
    # A row that waits is part of what is shown.
    return max((code for code in codes if code != HELD), default=OK)
