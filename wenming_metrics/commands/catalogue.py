"""Commands about the office's own items and point types: `catalogue list`, `catalogue add` and the like."""

from __future__ import annotations

import argparse
from pathlib import Path

from wenming_metrics.commands import OK, Add
from wenming_metrics.commands.printing import plain, print_json, print_lines, say, say_saved
from wenming_metrics.commands.rules import acts_of
from wenming_metrics.decisions.own_entries import add_own, retire_own
from wenming_metrics.domain.numbers import to_points
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.files.forms import own_form
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.revising import drafts
from wenming_metrics.revising.own_items import draft_with_own, own_lines, read_own_book
from wenming_metrics.revising.questionnaire import questionnaire_form, read_questionnaire
from wenming_metrics.rules.entries import ITEM, KIND_WORDS, POINT_TYPE, Entry
from wenming_metrics.runtime import settings
from wenming_metrics.vocabulary import titles

_LINES = titles(
    *("kind=entry_kind", "code", "name=entry_name", "full_mark", "point_types", "indicator"),
    *("state=entry_state", "who"),
)


def add_commands(add: Add) -> None:
    """Add the commands of this theme."""
    command = add(
        "catalogue", _needs_act, "本单位自己的测评项和点位类型：列出、添加、归入办法", json=False
    )
    act = acts_of(command)
    act("list", _list, "列出本单位的测评项和点位类型，各自计不计分")
    form = act("form", _form, "存一份填写用的 Excel 表，已有的也在里面")
    form.add_argument("--out", type=Path, required=True, help="存到哪个 .xlsx 文件")
    book = act("add", _add_book, "按填好的 Excel 表添加、修改")
    book.add_argument("source", metavar="表格", type=Path, help="填好的 .xlsx")
    item = act("item", _add_item, "添加一个测评项")
    item.add_argument("name", metavar="名称")
    item.add_argument("--mark", required=True, metavar="分值", help="满分几分")
    item.add_argument(
        "--types", required=True, nargs="+", metavar="点位类型", help="在哪几种点位看，或“全部”"
    )
    item.add_argument(
        "--leaf", default="", metavar="指标", help="归入哪个末级指标（编号或名称），缺省不计分"
    )
    item.add_argument("--category", default="", metavar="类别", help="测评项的类别")
    point_type = act("type", _add_type, "添加一种点位类型")
    point_type.add_argument("name", metavar="名称")
    point_type.add_argument(
        "--like", nargs="*", default=[], metavar="点位类型", help="看的测评项与哪种点位相同"
    )
    retired = act("retire", _retire, "停用一项：下一版办法不再计分，以前的得分和已签发的各期不变")
    retired.add_argument("code", metavar="编号")
    for parser in (item, point_type):
        parser.add_argument("--also", nargs="*", default=[], metavar="写法", help="其他写法")
    survey = act(
        "survey", _survey, "问卷的题目、选项和指标：存一份 Excel 表，或把填好的存为下一版的草案"
    )
    survey.add_argument("source", metavar="表格", type=Path, nargs="?", help="填好的 .xlsx")
    survey.add_argument("--out", type=Path, help="把现在的问卷存到这个 .xlsx 文件")
    draft = act("draft", _draft, "把等着的都归入办法，存为下一版的草案")
    for parser in (book, item, point_type, retired, survey, draft):
        parser.add_argument("--who", default="命令行", help="经办人")


def _needs_act(options: argparse.Namespace) -> int:
    raise IntakeError("请写明做什么，如 catalogue list。")


def _list(options: argparse.Namespace) -> int:
    table = own_lines(open_office(settings.load()))
    if options.json:
        print_json({"entries": plain(table)})
    elif table.empty:
        say("还没有本单位自己的测评项和点位类型。")
    else:
        marks = ["" if mark != mark else f"{mark:g}" for mark in table["full_mark"]]
        lines = table.assign(full_mark=marks)[list(_LINES)].rename(columns=_LINES)
        print_lines(f"本单位的测评项和点位类型（{len(table)}）", lines)
    return OK


def _form(options: argparse.Namespace) -> int:
    options.out.write_bytes(own_form(open_office(settings.load())))
    say_saved(options)
    return OK


def _add_book(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
    if not options.source.is_file():
        raise IntakeError(f"没有文件 {options.source}。")
    wishes = read_own_book(office, options.source.read_bytes())
    return _keep(office, wishes, options)


def _add_item(options: argparse.Namespace) -> int:
    wish = Entry(
        *(ITEM, -1, "", options.name, options.category, to_points(options.mark) or 0),
        *(tuple(options.types), tuple(options.also), options.leaf),
    )
    return _keep(open_office(settings.load()), [wish], options)


def _add_type(options: argparse.Namespace) -> int:
    wish = Entry(POINT_TYPE, -1, "", options.name, "", 0, tuple(options.like), tuple(options.also))
    return _keep(open_office(settings.load()), [wish], options)


def _retire(options: argparse.Namespace) -> int:
    entry = retire_own(open_office(settings.load()), options.code, options.who)
    text = f"已停用“{entry.name}”。发布下一版办法以前照旧计分，用 catalogue draft 生成草案。"
    say(text, as_json=options.json, codes=[entry.code])
    return OK


def _keep(office: Office, wishes: list[Entry], options: argparse.Namespace) -> int:
    entries = add_own(office, wishes, options.who)
    names = "、".join(f"{KIND_WORDS[e.kind]}“{e.name}”（{e.code}）" for e in entries)
    text = f"已存下：{names}。归入办法以后才计分，用 catalogue draft 生成下一版的草案。"
    codes = [entry.code for entry in entries]
    say(text if entries else "与现有的没有差别。", as_json=options.json, codes=codes)
    return OK


def _survey(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
    if options.out:
        options.out.write_bytes(questionnaire_form(office))
        say_saved(options)
        return OK
    if not options.source or not options.source.is_file():
        raise IntakeError("请写填好的表格，或用 --out 存一份来填。")
    files = read_questionnaire(office, options.source.read_bytes())
    draft = drafts.keep(office, files, options.source.name, options.who)
    text = f"已存为第 {draft} 号草案，核对以后用 rules publish {draft} 发布。"
    say(text, as_json=options.json, draft=draft)
    return OK


def _draft(options: argparse.Namespace) -> int:
    draft = draft_with_own(open_office(settings.load()), options.who)
    text = f"已存为第 {draft} 号草案，核对以后用 rules publish {draft} 发布。"
    say(text, as_json=options.json, draft=draft)
    return OK
