"""The command of 督查安排: plan (draw a week's sites, the check forms of its teams, what was carried out)."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import pandas as pd

from wenming_metrics.commands import OK, Add
from wenming_metrics.commands.printing import plain, print_json, print_lines, say
from wenming_metrics.commands.progress import spell_table
from wenming_metrics.decisions.inspection_plan import (
    draw_week,
    keep_plan,
    next_monday,
    read_teams,
)
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.unit_sheets import pack
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.queries.progress.site_draw import DrawTerms
from wenming_metrics.queries.progress.week_plan import (
    carried_out,
    check_forms,
    week_lines,
    week_title,
)
from wenming_metrics.runtime import settings
from wenming_metrics.vocabulary import Column, columns

_STATUS = columns(
    "team=plan_team", "planned=planned_sites", "visited=visited_sites", "missed=missed_sites"
)
_LINES = columns(
    *("day=plan_day", "team=plan_team", "street_name=street", "type_name=point_type"),
    *("site_name", "chance"),
)


def add_commands(add: Add) -> None:
    """Add the command of this theme."""
    usual = DrawTerms(size=100)
    command = add("plan", _plan, "督查安排：抽取一周的点位、分到各督查组、出检查表；看计划完成多少")
    command.add_argument(
        "what",
        choices=("draw", "forms", "list", "status"),
        metavar="什么",
        help="draw 抽取并入库，forms 各组检查表，list 列出点位，status 完成情况",
    )
    command.add_argument(
        "--week", type=date.fromisoformat, metavar="日期", help="哪一天所在的一周，默认下周"
    )
    command.add_argument(
        "--size", type=int, default=usual.size, metavar="个数", help="大约抽多少个点位，默认 100"
    )
    command.add_argument(
        "--team",
        action="append",
        default=[],
        metavar="组",
        help="督查组；要回避的写“区组＝某区、某街道”；可以写几次",
    )
    counts = {
        "--each-unit": ("of_unit", "每个街道至少几个"),
        "--each-type": ("of_type", "每种点位类型至少随机抽几个"),
        "--revisits": ("revisits", "近期有问题的点位复访几个"),
        "--revisit-days": ("revisit_days", "近期是最近几天"),
    }
    for flag, (name, meaning) in counts.items():
        value = getattr(usual, name)
        command.add_argument(
            flag,
            dest=name,
            type=int,
            default=value,
            metavar="数",
            help=f"{meaning}，默认 {value}",
        )
    command.add_argument(
        "--random",
        type=int,
        default=30,
        metavar="百分数",
        help="分单位抽取里随机占百分之几，最少 30",
    )
    command.add_argument("--seed", type=int, default=0, metavar="数", help="抽样号，不写按时间")
    command.add_argument("--who", default="", metavar="姓名", help="谁抽的")
    command.add_argument("--out", type=Path, help="检查表存到哪个 .zip 文件")


def _plan(options: argparse.Namespace) -> int:
    office, week = open_office(settings.load()), options.week or next_monday()
    run = {"draw": _draw, "forms": _forms, "list": _list, "status": _status}[options.what]
    return run(office, week, options)


def _draw(office: Office, week: date, options: argparse.Namespace) -> int:
    names = ("size", "of_unit", "of_type", "revisits", "revisit_days")
    terms = DrawTerms(
        **{name: getattr(options, name) for name in names}, random_share=options.random / 100
    )
    drawn = draw_week(office, week, terms, read_teams(options.team), options.seed)
    batch = keep_plan(office, drawn, options.who)
    text = (
        f"已抽取 {len(drawn.lines)} 个点位，{drawn.lines['street'].nunique()} 个街道，抽样号 {drawn.seed}，"
        f"按督查计划入库（第 {batch} 批）。督查前请不要外传。"
    )
    say(text, as_json=options.json, batch=batch, seed=drawn.seed, sites=len(drawn.lines))
    return OK


def _forms(office: Office, week: date, options: argparse.Namespace) -> int:
    files = check_forms(office, week)
    if not files or not options.out:
        raise IntakeError(
            "请用 --out 写明检查表存到哪里。" if files else f"{week}这一周没有督查计划。"
        )
    options.out.write_bytes(pack(files))
    text = f"{len(files)} 个组的检查表已存到 {options.out}。督查前请不要外传。"
    say(text, as_json=options.json, files=list(files), file=str(options.out))
    return OK


def _list(office: Office, week: date, options: argparse.Namespace) -> int:
    return _print(week, week_lines(office, week), _LINES, options)


def _status(office: Office, week: date, options: argparse.Namespace) -> int:
    return _print(week, carried_out(office, week), _STATUS, options)


def _print(
    week: date, lines: pd.DataFrame, table_columns: tuple[Column, ...], options: argparse.Namespace
) -> int:
    lines = lines[[column.name for column in table_columns]]
    if options.json:
        print_json({"week": week.isoformat(), "lines": plain(lines)})
        return OK
    print_lines(week_title(week), spell_table(lines, table_columns))
    return OK
