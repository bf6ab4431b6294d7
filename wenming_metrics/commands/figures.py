"""Commands that ask for figures: ranking, export, trial, repeats."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from wenming_metrics.commands import OK, Add, add_workers, workers_on_store
from wenming_metrics.commands.printing import (
    plain,
    print_json,
    print_lines,
    print_listing,
    print_named,
    print_ranking,
    print_trial,
    say,
)
from wenming_metrics.domain import periods
from wenming_metrics.export.tables import listing_workbook, ranking_workbook
from wenming_metrics.intake import commit
from wenming_metrics.queries.losses.repeat_sites import sites_back
from wenming_metrics.queries.losses.repeats import part_of, repeats
from wenming_metrics.queries.losses.same_problem import suggestions
from wenming_metrics.queries.office import Office, days_known, open_office, under
from wenming_metrics.queries.ranking import ranking
from wenming_metrics.queries.ranking.shortlists import named_units
from wenming_metrics.queries.ranking.trial import try_rules
from wenming_metrics.queries.scores.rule_spans import names_of
from wenming_metrics.rules.load import choose, load_all, load_rules
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.runtime import settings
from wenming_metrics.scoring.losses.repeats import count, total
from wenming_metrics.scoring.tally.tally import TERRITORY
from wenming_metrics.vocabulary import ROLE_CODES

_BY = {"unit": "unit_name", "item": "item_name", "category": "category"}
_COUNTS = {"name": "名称", "found": "问题", "any": "反复", "any_rate": "反复率%", "again": "重复"}
_COUNTS |= {"relapsed": "反弹", "closed": "整改完", "reopened_rate": "反弹率%", "rechecked": "复查"}
_COUNTS |= {"recheck_rate": "复查再现率%", "running": "连续通报", "returning": "反复点位"}
_COUNTS |= {"sites": "问题点位", "returning_rate": "点位占比%"}
_SITES = {"site_name": "点位", "unit_name": "单位", "days": "查出天数", "times": "问题"}
_SITES |= {"open": "未整改", "state": "最近一次", "last": "最近", "items": "测评项"}
_SITES |= {"responsible": "责任单位"}
_ALIKE = {"site_name": "点位", "day": "日期", "item_name": "测评项", "text": "问题"}
_ALIKE |= {"other_day": "又一条日期", "other_item_name": "又一条测评项", "other_text": "又一条问题"}


def add_commands(add: Add) -> None:
    """Add the commands of this theme."""
    listed = add("ranking", _ranking, "打印排名")
    export = add("export", _export, "把排名存成 Excel 文件")
    for command in (listed, export):
        _add_window(command)
        _add_version(command)
    export.add_argument("--out", type=Path, required=True, help="存到哪个 .xlsx 文件")
    trial = add("trial", _trial, "试算:换一套办法,得分和名次会怎样(不保存)")
    trial.add_argument("rules", metavar="办法", help="办法的文件夹,或 data/rules 里的编号")
    _add_window(trial)
    add_workers(trial)
    back = add("repeats", _repeats, "反复问题:重复、反弹、连续通报、反复点位")
    _add_window(back)
    back.add_argument("--unit", help="只看一个单位")
    which = back.add_mutually_exclusive_group()
    which.add_argument(
        "--by", choices=tuple(_BY), default="unit", help="按单位、测评项、问题类别列"
    )
    which.add_argument("--sites", action="store_true", help="列出反复最多的点位")
    which.add_argument("--alike", action="store_true", help="列出写法相近、可能是同一问题的")


def _add_window(command: argparse.ArgumentParser) -> None:
    when = command.add_mutually_exclusive_group()
    when.add_argument("--date", type=date.fromisoformat, help="某日,如 2026-11-20")
    when.add_argument("--week", type=periods.parse_week, help="某周,如 2026-W47 或其中一天")
    when.add_argument("--month", type=periods.parse_month, help="某月,如 2026-11")
    when.add_argument("--from", dest="start", type=date.fromisoformat, help="自选时段的第一天")
    command.add_argument("--to", dest="end", type=date.fromisoformat, help="自选时段的最后一天")
    command.add_argument("--board", default="street", help="榜单:street 街道,department 部门")
    command.add_argument("--group", help="只看一组,如 主城区")


def _add_version(command: argparse.ArgumentParser) -> None:
    command.add_argument("--under", metavar="编号", help="整个时段都按这一版办法算,只供比较")


def _office(given: argparse.Namespace) -> Office:
    """Open the office, under the one version of its rules that was asked for."""
    office = open_office(settings.load())
    if not given.under:
        return office
    try:
        return under(office, given.under)
    except KeyError:
        known = "、".join(one.id for one in office.rule_sets)
        raise commit.IntakeError(f"没有这一版办法“{given.under}”,有:{known}。") from None


def _window(given: argparse.Namespace, office: Office) -> periods.Window:
    if (given.start is None) != (given.end is None):
        raise commit.IntakeError("--from 和 --to 要一起用。")
    if given.start:
        return periods.custom(given.start, given.end)
    for kind, on in (("day", given.date), ("week", given.week), ("month", given.month)):
        if on:
            return periods.window(kind, on)
    known = days_known(office)
    if not known:
        raise commit.IntakeError("还没有入库数据。请先用 ingest 入库,或用 demo 生成演示数据。")
    return periods.window("day", known[-1])


def _ranking(given: argparse.Namespace) -> int:
    office = _office(given)
    window = _window(given, office)
    found = _listed(given, office, window)
    ranked = _board(given, office).ranked
    named = _named(given, office, window) if ranked else None
    if given.json:
        told = {"window": window.title, "rules": office.rules.digest, "units": plain(found)}
        print_json(told | ({"lists": plain(named)} if ranked else {}))
    elif ranked:
        print_ranking(office, window, found)
        print_named(named)
    else:
        print_listing(window, found)
    return OK


def _board(given: argparse.Namespace, office: Office) -> Board:
    try:
        return office.rules.board(given.board)
    except KeyError:
        known = "、".join(f"{board.kind}({board.title})" for board in office.rules.boards)
        raise commit.IntakeError(f"没有榜单“{given.board}”,可以用:{known}。") from None


def _listed(given: argparse.Namespace, office: Office, window: periods.Window) -> pd.DataFrame:
    """List the units that were asked for: ranked, or by problems where the board has no ranks."""
    if not _board(given, office).ranked:
        return ranking.listing(office, window, given.board)
    ranked = ranking.ranking(office, window, given.board)
    return ranked[ranked["group"] == given.group] if given.group else ranked


def _named(given: argparse.Namespace, office: Office, window: periods.Window) -> pd.DataFrame:
    """List who is named in front and at the back, of the group that was asked for."""
    named = named_units(office, window, given.board)
    return named[named["group"] == given.group] if given.group else named


def _trial(given: argparse.Namespace) -> int:
    here = settings.load()
    office = open_office(here)
    rules, window = _rules_on_trial(given.rules, here, office), _window(given, office)
    if not (_board(given, office).ranked and _board(given, replace(office, rules=rules)).ranked):
        raise commit.IntakeError(f"榜单“{given.board}”不排名,不能试算。")
    with workers_on_store(given, here.store_url) as executor:
        found = try_rules(office, rules, window, given.board, executor)
    if given.group:
        found = replace(found, units=found.units[found.units["group"] == given.group])
    if given.json:
        told = {"window": window.title, "rules": rules.digest, "rules_before": office.rules.digest}
        print_json({**told, "units": plain(found.units), "months": plain(found.months)})
    else:
        print_trial(found)
    return OK


def _rules_on_trial(named: str, here: settings.Settings, office: Office) -> RuleSet:
    """Find rules by the path of their folder, or by their id among those of this office."""
    if Path(named).is_dir():
        return load_rules(Path(named), office.catalogue)
    known = load_all(here.data / "rules", office.catalogue)
    return choose(known, periods.today(), named)


def _repeats(given: argparse.Namespace) -> int:
    office = open_office(settings.load())
    window = _window(given, office)
    if _board(given, office).role != ROLE_CODES[TERRITORY]:
        raise commit.IntakeError(f"反复问题按属地列,不能用榜单“{given.board}”。")
    found = part_of(repeats(office, window, given.board), group=given.group, unit_name=given.unit)
    if given.alike:
        title, names, lines = "可能是同一问题", _ALIKE, suggestions(office, found)
    elif given.sites:
        title, names = "反复最多的点位", _SITES
        lines = sites_back(office, found.found).drop(columns="lines")
    else:
        title, names = "反复问题", _COUNTS
        lines = count(found.current, found.closed, _BY[given.by])
    if given.json:
        told = {"window": window.title, "as_of": found.as_of, "answers": found.answers}
        whole = plain(pd.DataFrame([total(found.current, found.closed)]))[0]
        print_json({**told, "total": whole, "lines": plain(lines)})
        return OK
    shown = lines[list(names)].rename(columns=names)
    rates = {name: 1 for name in shown if name.endswith("%")}
    print_lines(f"{window.title} {title}(截至 {found.as_of})", shown.round(rates))
    return OK


def _export(given: argparse.Namespace) -> int:
    office = _office(given)
    window = _window(given, office)
    found = _listed(given, office, window)
    notes = [f"办法:{named}" for named in names_of(window, office)] + [f"时段:{window.title}"]
    if given.under:
        notes.append("整个时段都按这一版办法计算,只供比较。")
    board = _board(given, office)
    title = f"{board.title}{'排名' if board.ranked else '责任问题'}({window.title})"
    if board.ranked:
        book = ranking_workbook(found, title, notes, _named(given, office, window))
    else:
        book = listing_workbook(found, title, notes)
    given.out.write_bytes(book)
    say(f"已存到 {given.out}", as_json=given.json, file=str(given.out))
    return OK
