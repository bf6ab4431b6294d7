"""The command line: `python -m wenming_metrics`, a second user of the services of the pages.

Exit codes: 0 all is well · 1 done, but some rows are held (暂不计) · 2 the command was mistyped ·
3 a file was returned or the request cannot be carried out.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
from rich.progress import track

from wenming_metrics import intake, periods, settings
from wenming_metrics.export.tables import listing_workbook, ranking_workbook
from wenming_metrics.problems import problem_frame
from wenming_metrics.queries import history, ranking
from wenming_metrics.queries.office import Office, days_known, open_office
from wenming_metrics.rules.model import Board, RuleSetError
from wenming_metrics.store.database import StoreError
from wenming_metrics.terminal import (
    err,
    out,
    plain,
    print_batches,
    print_files,
    print_json,
    print_listing,
    print_ranking,
)

OK, HELD, FAILED = 0, 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    given = _parser().parse_args(arguments)
    try:
        return given.run(given)
    except (RuleSetError, StoreError, intake.IntakeError) as error:
        err.print(str(error), markup=False)
    except OSError as error:
        err.print(_unopened(error), markup=False)
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m wenming_metrics", description="文明创建督查考评:表格入库、评分、排名。"
    )
    commands = parser.add_subparsers(title="命令", required=True, metavar="命令")

    def add(name: str, run: Callable, told: str, *, json: bool = True) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=told, description=told)
        command.set_defaults(run=run)
        if json:
            command.add_argument("--json", action="store_true", help="输出 JSON")
        return command

    demo = add("demo", _demo, "生成演示市的表格并全部入库,打印日、周排名", json=False)
    demo.add_argument("--days", type=int, default=60, help="演示多少天(默认 60)")
    for name, run, told in (
        ("check", _check, "只检查文件,不入库"),
        ("ingest", _ingest, "检查并入库"),
    ):
        _add_files(add(name, run, told))
    _add_window(add("ranking", _ranking, "打印排名"))
    export = add("export", _export, "把排名存成 Excel 文件")
    _add_window(export)
    export.add_argument("--out", type=Path, required=True, help="存到哪个 .xlsx 文件")
    serve = add("serve", _serve, "打开网页(只有本机能访问)", json=False)
    serve.add_argument("--port", type=int, default=8501, help="端口(默认 8501)")
    add("batches", _batches, "列出入库批次")
    for name, run, told in (
        ("withdraw", _withdraw, "撤回一个批次"),
        ("restore", _restore, "恢复已撤回的批次"),
    ):
        command = add(name, run, told)
        command.add_argument("batch", type=int, metavar="批次")
        command.add_argument("--who", default="命令行", help="经办人")
        command.add_argument("--reason", default="", help="原因")
    return parser


def _add_files(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="+", type=Path, metavar="文件")
    command.add_argument(
        "--confirm-visits",
        action="store_true",
        help="问题清单没有检查点位表时,确认各点位都按其类型的全部测评项查过",
    )
    command.add_argument(
        "--duplicates",
        choices=("once", "count"),
        default="once",
        help="与已入库的行相同的问题:once 只计一次(默认),count 另外计算",
    )
    command.add_argument("--who", default="命令行", help="经办人")


def _add_window(command: argparse.ArgumentParser) -> None:
    when = command.add_mutually_exclusive_group()
    when.add_argument("--date", type=date.fromisoformat, help="某日,如 2026-11-20")
    when.add_argument("--week", type=periods.parse_week, help="某周,如 2026-W47 或其中一天")
    when.add_argument("--month", type=periods.parse_month, help="某月,如 2026-11")
    when.add_argument("--from", dest="start", type=date.fromisoformat, help="自选时段的第一天")
    command.add_argument("--to", dest="end", type=date.fromisoformat, help="自选时段的最后一天")
    command.add_argument("--board", default="street", help="榜单:street 街道,department 部门")
    command.add_argument("--group", help="只看一组,如 主城区")


def _window(given: argparse.Namespace, office: Office) -> periods.Window:
    if (given.start is None) != (given.end is None):
        raise intake.IntakeError("--from 和 --to 要一起用。")
    if given.start:
        return periods.custom(given.start, given.end)
    for kind, on in (("day", given.date), ("week", given.week), ("month", given.month)):
        if on:
            return periods.window(kind, on)
    known = days_known(office)
    if not known:
        raise intake.IntakeError("还没有入库数据。请先用 ingest 入库,或用 demo 生成演示数据。")
    return periods.window("day", known[-1])


def _check(given: argparse.Namespace) -> int:
    return _each_file(given, lambda _, __: None)


def _ingest(given: argparse.Namespace) -> int:
    def store(office: Office, preview: intake.Preview) -> int | None:
        return intake.commit(office, preview, given.who) if preview.can_commit else None

    return _each_file(given, store)


def _each_file(given: argparse.Namespace, act: Callable[[Office, intake.Preview], object]) -> int:
    """Read file by file, do something with each, tell of all; a bad file does not stop the rest."""
    office, codes, told = open_office(settings.load()), [], []
    hidden = given.json or len(given.files) < 2
    for path in track(given.files, "读取", console=err, disable=hidden, transient=True):
        try:
            preview = _read(office, path, given)
            told.append({**_told(preview), "batch": act(office, preview)})
            codes.append(_verdict(preview))
        except (OSError, intake.IntakeError) as error:
            said = str(error) if isinstance(error, intake.IntakeError) else _unopened(error)
            told.append({"file": path.name, "kind": "", "outcome": said, "problems": []})
            codes.append(FAILED)
    _report(told, given)
    return max(codes)


def _unopened(error: OSError) -> str:
    return f"打不开文件:{error.filename or ''}({error.strerror})"


def _read(office: Office, path: Path, given: argparse.Namespace) -> intake.Preview:
    return intake.inspect(
        office,
        path.read_bytes(),
        path.name,
        confirm_visits=given.confirm_visits,
        count_again=given.duplicates == "count",
    )


def _verdict(preview: intake.Preview) -> int:
    if preview.is_known:
        return OK
    if not preview.can_commit:
        return FAILED
    return HELD if preview.reading.counts.held else OK


def _told(preview: intake.Preview) -> dict[str, object]:
    frame = problem_frame(preview.problems)
    return {
        "file": preview.filename,
        "kind": history.KINDS.get(preview.reading.kind, ""),
        "outcome": preview.reading.outcome,
        "can_commit": preview.can_commit,
        "rows": preview.reading.counts.rows,
        "good": preview.reading.counts.good,
        "held": preview.reading.counts.held,
        "skipped": preview.reading.counts.skipped,
        "problems": json.loads(frame.to_json(orient="records", force_ascii=False)),
    }


def _report(told: list[dict], given: argparse.Namespace) -> None:
    if given.json:
        print_json(told)
    else:
        print_files(told)


def _ranking(given: argparse.Namespace) -> int:
    office = open_office(settings.load())
    window = _window(given, office)
    found = _listed(given, office, window)
    if given.json:
        print_json({"window": window.title, "rules": office.rules.digest, "units": plain(found)})
    elif _board(given, office).ranked:
        print_ranking(office, window, found)
    else:
        print_listing(window, found)
    return OK


def _board(given: argparse.Namespace, office: Office) -> Board:
    try:
        return office.rules.board(given.board)
    except KeyError:
        known = "、".join(f"{board.kind}({board.title})" for board in office.rules.boards)
        raise intake.IntakeError(f"没有榜单“{given.board}”,可以用:{known}。") from None


def _listed(given: argparse.Namespace, office: Office, window: periods.Window) -> pd.DataFrame:
    """List the units that were asked for: ranked, or by problems where the board has no ranks."""
    if not _board(given, office).ranked:
        return ranking.listing(office, window, given.board)
    ranked = ranking.ranking(office, window, given.board)
    return ranked[ranked["group"] == given.group] if given.group else ranked


def _export(given: argparse.Namespace) -> int:
    office = open_office(settings.load())
    window, rules = _window(given, office), office.rules
    found = _listed(given, office, window)
    notes = [f"办法:{rules.title}({rules.source},版本 {rules.version})", f"时段:{window.title}"]
    board = _board(given, office)
    write = ranking_workbook if board.ranked else listing_workbook
    title = f"{board.title}{'排名' if board.ranked else '责任问题'}({window.title})"
    given.out.write_bytes(write(found, title, notes))
    return _said(f"已存到 {given.out}", given, file=str(given.out))


def _batches(given: argparse.Namespace) -> int:
    found = history.batches(open_office(settings.load()))
    if given.json:
        print_json(plain(found))
    else:
        print_batches(found)
    return OK


def _withdraw(given: argparse.Namespace) -> int:
    intake.withdraw(open_office(settings.load()), given.batch, given.who, given.reason)
    return _said(
        f"批次 {given.batch} 已撤回,各项分数已按余下的批次重算。", given, batch=given.batch
    )


def _restore(given: argparse.Namespace) -> int:
    intake.restore(open_office(settings.load()), given.batch, given.who, given.reason)
    return _said(f"批次 {given.batch} 已恢复,各项分数已重算。", given, batch=given.batch)


def _said(text: str, given: argparse.Namespace, **facts: object) -> int:
    if given.json:
        print_json({**facts, "text": text})
    else:
        out.print(text, markup=False)
    return OK


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
        codes.append(_verdict(preview))
        if preview.can_commit:
            intake.commit(office, preview, "演示")
        if codes[-1] != OK:
            print_files([_told(preview)])
    last = days_known(office)[-1]
    out.print(
        f"{len(files)} 个文件已入库(放在 {folder.relative_to(settings.ROOT)})。", markup=False
    )
    for kind in ("day", "week"):
        window = periods.window(kind, last)
        print_ranking(office, window, ranking.ranking(office, window))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
