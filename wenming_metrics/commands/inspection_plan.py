"""The command of 督查安排: plan (draw a week's sites, the check forms of its teams, what was carried out)."""

from __future__ import annotations

from argparse import Namespace
from datetime import date

import pandas as pd

from wenming_metrics.commands import OK, command, this_office
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
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.site_draw import DrawTerms
from wenming_metrics.queries.progress.week_plan import (
    carried_out,
    check_forms,
    week_lines,
    week_title,
)
from wenming_metrics.vocabulary import Column, columns

_STATUS = columns(
    "team=plan_team", "planned=planned_sites", "visited=visited_sites", "missed=missed_sites"
)
_LINES = columns(
    *("day=plan_day", "team=plan_team", "street_name=street", "type_name=point_type"),
    *("site_name", "chance"),
)


@command("plan")
def _plan(options: Namespace) -> int:
    office, week = this_office(), options.week or next_monday()
    run = {"draw": _draw, "forms": _forms, "list": _list, "status": _status}[options.what]
    return run(office, week, options)


def _draw(office: Office, week: date, options: Namespace) -> int:
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


def _forms(office: Office, week: date, options: Namespace) -> int:
    files = check_forms(office, week)
    if not files or not options.out:
        raise IntakeError(
            "请用 --out 写明检查表存到哪里。" if files else f"{week}这一周没有督查计划。"
        )
    options.out.write_bytes(pack(files))
    text = f"{len(files)} 个组的检查表已存到 {options.out}。督查前请不要外传。"
    say(text, as_json=options.json, files=list(files), file=str(options.out))
    return OK


def _list(office: Office, week: date, options: Namespace) -> int:
    return _print(week, week_lines(office, week), _LINES, options)


def _status(office: Office, week: date, options: Namespace) -> int:
    return _print(week, carried_out(office, week), _STATUS, options)


def _print(
    week: date, lines: pd.DataFrame, table_columns: tuple[Column, ...], options: Namespace
) -> int:
    lines = lines[[column.name for column in table_columns]]
    if options.json:
        print_json({"week": week.isoformat(), "lines": plain(lines)})
        return OK
    print_lines(week_title(week), spell_table(lines, table_columns))
    return OK
