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
from rich.console import Console
from rich.progress import track
from rich.table import Table

from wenming_metrics import intake, periods, settings
from wenming_metrics.export.tables import ranking_workbook
from wenming_metrics.problems import problem_frame
from wenming_metrics.queries import history, ranking
from wenming_metrics.queries.office import Office, days_known, open_office
from wenming_metrics.queries.overview import city
from wenming_metrics.rules.model import RuleSetError
from wenming_metrics.scoring.ranking import RANKED, THIN, UNVISITED
from wenming_metrics.store.database import StoreError

OK, HELD, FAILED = 0, 1, 3
_WIDTH = 150
out = Console(width=_WIDTH, highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    given = _parser().parse_args(arguments)
    try:
        return given.run(given)
    except (RuleSetError, StoreError, intake.IntakeError) as error:
        err.print(str(error), markup=False)
    except OSError as error:
        err.print(f"打不开文件:{error.filename or ''}({error.strerror})", markup=False)
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m wenming_metrics", description="文明创建督查考评:表格入库、评分、排名。"
    )
    commands = parser.add_subparsers(title="命令", required=True, metavar="命令")

    def add(name: str, run: Callable, told: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=told, description=told)
        command.set_defaults(run=run)
        command.add_argument("--json", action="store_true", help="输出 JSON")
        return command

    demo = add("demo", _demo, "生成演示市的表格并全部入库,打印日、周排名")
    demo.add_argument("--days", type=int, default=60, help="演示多少天(默认 60)")
    for name, run, told in (
        ("check", _check, "只检查文件,不入库"),
        ("ingest", _ingest, "检查并入库"),
    ):
        command = add(name, run, told)
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
    _add_window(add("ranking", _ranking, "打印排名"))
    export = add("export", _export, "把排名存成 Excel 文件")
    _add_window(export)
    export.add_argument("--out", type=Path, required=True, help="存到哪个 .xlsx 文件")
    serve = add("serve", _serve, "打开网页(只有本机能访问)")
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
    office, codes, told = open_office(settings.load()), [], []
    for path in given.files:
        preview = _read(office, path, given)
        codes.append(_verdict(preview))
        told.append(_told(preview))
    _report(told, given.json)
    return max(codes)


def _ingest(given: argparse.Namespace) -> int:
    office, codes, told = open_office(settings.load()), [], []
    for path in track(
        given.files, "入库", console=err, disable=given.json or len(given.files) < 2, transient=True
    ):
        preview = _read(office, path, given)
        batch = intake.commit(office, preview, given.who) if preview.can_commit else None
        codes.append(_verdict(preview))
        told.append({**_told(preview), "batch": batch})
    _report(told, given.json)
    return max(codes)


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


def _report(told: list[dict], as_json: bool) -> None:
    if as_json:
        _print_json(told)
        return
    for one in told:
        batch = f"  → 批次 {one['batch']}" if one.get("batch") else ""
        out.print(f"{one['file']}({one['kind'] or '未读入'}):{one['outcome']}{batch}", markup=False)
        for problem in one["problems"]:
            out.print(f"  {problem['severity']} {problem['text']}", markup=False)


def _ranking(given: argparse.Namespace) -> int:
    office = open_office(settings.load())
    window = _window(given, office)
    board = office.rules.board(given.board)
    if not board.ranked:
        return _print_listing(office, window, given)
    ranked = ranking.ranking(office, window, given.board)
    if given.group:
        ranked = ranked[ranked["group"] == given.group]
    if given.json:
        _print_json({"window": window.title, "rules": office.rules.digest, "units": _plain(ranked)})
    else:
        print_ranking(office, window, ranked)
    return OK


def print_ranking(office: Office, window: periods.Window, ranked: pd.DataFrame) -> None:
    """Print a ranking as people read it: one table per group, the others below."""
    facts = city(office, window)
    score = "—" if facts.score is None else f"{facts.score:.2f}"
    out.print(
        f"\n{window.title} 全市得分 {score}(办法:{office.rules.short} {office.rules.version})"
    )
    out.print(
        f"{facts.scored} 个单位参与排名,{facts.sites} 个点位,{facts.checks} 项检查,{facts.failed} 项问题。"
    )
    if window.kind == "day":
        out.print("当日点位少,名次仅供参考。")
    for group, part in ranked[ranked["status"] == RANKED].groupby("group", sort=False):
        table = Table(title=str(group), title_justify="left")
        for name in ("名次", "升降", "单位", "得分", "较上期", "点位", "检查项", "问题", "覆盖"):
            table.add_column(name, justify="left" if name == "单位" else "right")
        for line in part.itertuples():
            table.add_row(*_line(line))
        out.print(table)
    for status, told in ((THIN, "检查项不足,暂不评分"), (UNVISITED, "本期未督查")):
        names = ranked.loc[ranked["status"] == status, "unit_name"]
        if len(names):
            out.print(f"{told}({len(names)} 个):{'、'.join(names)}")


def _line(line: object) -> list[str]:
    moved = "新" if line.is_new else "—"
    if pd.notna(line.rank_change):
        moved = (
            "—"
            if line.rank_change == 0
            else f"{'↑' if line.rank_change > 0 else '↓'}{abs(line.rank_change)}"
        )
    change = "—" if pd.isna(line.score_change) else f"{line.score_change:+.2f}"
    covered = "—" if pd.isna(line.coverage) else f"{line.coverage:.0%}"
    place = f"{line.rank}{'(并列)' if line.tied else ''}"
    figures = [str(line.sites), str(line.checks), str(line.failed), covered]
    return [place, moved, line.unit_name, f"{line.score:.2f}", change, *figures]


def _print_listing(office: Office, window: periods.Window, given: argparse.Namespace) -> int:
    found = ranking.listing(office, window, given.board)
    if given.json:
        _print_json({"window": window.title, "units": _plain(found)})
        return OK
    table = Table(title=f"{window.title} 各部门责任问题(不排名)", title_justify="left")
    for name in ("单位", "问题", "处数", "扣分", "上期问题"):
        table.add_column(name, justify="left" if name == "单位" else "right")
    for line in found.itertuples():
        figures = [str(line.failed), str(line.places), f"{line.lost:.2f}", str(line.failed_before)]
        table.add_row(line.unit_name, *figures)
    out.print(table)
    return OK


def _export(given: argparse.Namespace) -> int:
    office = open_office(settings.load())
    window = _window(given, office)
    ranked = ranking.ranking(office, window, given.board)
    if given.group:
        ranked = ranked[ranked["group"] == given.group]
    rules = office.rules
    notes = [f"办法:{rules.title}({rules.source},版本 {rules.version})", f"时段:{window.title}"]
    given.out.write_bytes(ranking_workbook(ranked, f"{window.title}排名", notes))
    out.print(f"已存到 {given.out}", markup=False)
    return OK


def _batches(given: argparse.Namespace) -> int:
    found = history.batches(open_office(settings.load()))
    if given.json:
        _print_json(_plain(found))
        return OK
    table = Table(title=f"共 {len(found)} 个批次", title_justify="left")
    for name in ("批次", "状态", "文件", "种类", "经办人", "时间", "入库行", "暂不计", "跳过"):
        table.add_column(name)
    for line in found.itertuples():
        facts = [line.name, line.kind, line.who, line.at[:16].replace("T", " ")]
        table.add_row(
            str(line.batch), line.state, *facts, str(line.good), str(line.held), str(line.skipped)
        )
    out.print(table)
    return OK


def _withdraw(given: argparse.Namespace) -> int:
    intake.withdraw(open_office(settings.load()), given.batch, given.who, given.reason)
    return _said(f"批次 {given.batch} 已撤回,各项分数已按余下的批次重算。", given)


def _restore(given: argparse.Namespace) -> int:
    intake.restore(open_office(settings.load()), given.batch, given.who, given.reason)
    return _said(f"批次 {given.batch} 已恢复,各项分数已重算。", given)


def _said(text: str, given: argparse.Namespace) -> int:
    if given.json:
        _print_json({"batch": given.batch, "text": text})
    else:
        out.print(text)
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
            _report([_told(preview)], as_json=False)
    last = days_known(office)[-1]
    out.print(
        f"{len(files)} 个文件已入库(放在 {folder.relative_to(settings.ROOT)})。", markup=False
    )
    for kind in ("day", "week"):
        window = periods.window(kind, last)
        print_ranking(office, window, ranking.ranking(office, window))
    return max(codes)


def _plain(frame: pd.DataFrame) -> list[dict]:
    return json.loads(frame.to_json(orient="records", date_format="iso", force_ascii=False))


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


if __name__ == "__main__":
    sys.exit(main())
