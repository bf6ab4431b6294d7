"""Commands that set something going: the demo and the page."""

from __future__ import annotations

import argparse

from rich.progress import track

from wenming_metrics import intake, periods, settings
from wenming_metrics.commands import HELD, OK, Add
from wenming_metrics.commands.files import told, verdict
from wenming_metrics.queries import ranking
from wenming_metrics.queries.office import days_known, open_office
from wenming_metrics.terminal import err, out, print_files, print_ranking


def add_commands(add: Add) -> None:
    """Add the commands of this theme."""
    demo = add("demo", _demo, "生成演示市的表格并全部入库,打印日、周排名", json=False)
    demo.add_argument("--days", type=int, default=60, help="演示多少天(默认 60)")
    serve = add("serve", _serve, "打开网页(只有本机能访问)", json=False)
    serve.add_argument("--port", type=int, default=8501, help="端口(默认 8501)")


def _serve(given: argparse.Namespace) -> int:
    from wenming_metrics.server import serve  # Streamlit is not needed by other commands

    out.print(f"网页地址:http://127.0.0.1:{given.port}(按 Ctrl+C 停止)")
    serve(given.port)
    return OK


def _demo(given: argparse.Namespace) -> int:
    from wenming_metrics.demo.workbooks import find_or_make_workbooks

    office = open_office(settings.load())
    folder = settings.ROOT / "data" / "store" / "demo"
    out.print("正在准备演示市的表格……")
    files = find_or_make_workbooks(folder, days=given.days)
    codes = []
    for path in track(files, "入库", console=err, transient=True):
        preview = intake.inspect(office, path.read_bytes(), path.name)
        codes.append(verdict(preview))
        if preview.can_commit:
            intake.commit(office, preview, "演示")
        if codes[-1] != OK:
            print_files([told(preview)])
    last = days_known(office)[-1]
    out.print(
        f"{len(files)} 个文件已入库(放在 {folder.relative_to(settings.ROOT)})。", markup=False
    )
    for kind in ("day", "week"):
        window = periods.window(kind, last)
        print_ranking(office, window, ranking.ranking(office, window))
    # A row that waits is part of what is shown.
    return max((code for code in codes if code != HELD), default=OK)
