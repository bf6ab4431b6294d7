"""Commands about the office's own items and point types: `catalogue list`, `catalogue add` and the like."""

from __future__ import annotations

from argparse import Namespace

from wenming_metrics.commands import OK, command, this_office
from wenming_metrics.commands.printing import plain, print_json, print_lines, say, say_saved
from wenming_metrics.decisions.own_entries import add_own, retire_own
from wenming_metrics.domain.numbers import to_points
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.files.forms import own_form
from wenming_metrics.queries.office import Office
from wenming_metrics.revising import drafts
from wenming_metrics.revising.own_items import draft_with_own, own_lines, read_own_book
from wenming_metrics.revising.questionnaire import questionnaire_form, read_questionnaire
from wenming_metrics.rules.entries import ITEM, KIND_WORDS, POINT_TYPE, Entry
from wenming_metrics.vocabulary import titles

_LINES = titles(
    *("kind=entry_kind", "code", "name=entry_name", "full_mark", "point_types", "indicator"),
    *("state=entry_state", "who"),
)


@command("catalogue list")
def _list(options: Namespace) -> int:
    table = own_lines(this_office())
    if options.json:
        print_json({"entries": plain(table)})
    elif table.empty:
        say("还没有本单位自己的测评项和点位类型。")
    else:
        marks = ["" if mark != mark else f"{mark:g}" for mark in table["full_mark"]]
        lines = table.assign(full_mark=marks)[list(_LINES)].rename(columns=_LINES)
        print_lines(f"本单位的测评项和点位类型（{len(table)}）", lines)
    return OK


@command("catalogue form")
def _form(options: Namespace) -> int:
    options.out.write_bytes(own_form(this_office()))
    say_saved(options)
    return OK


@command("catalogue add")
def _add_book(options: Namespace) -> int:
    office = this_office()
    if not options.source.is_file():
        raise IntakeError(f"没有文件 {options.source}。")
    wishes = read_own_book(office, options.source.read_bytes())
    return _keep(office, wishes, options)


@command("catalogue item")
def _add_item(options: Namespace) -> int:
    wish = Entry(
        *(ITEM, -1, "", options.name, options.category, to_points(options.mark) or 0),
        *(tuple(options.types), tuple(options.also), options.leaf),
    )
    return _keep(this_office(), [wish], options)


@command("catalogue type")
def _add_type(options: Namespace) -> int:
    wish = Entry(POINT_TYPE, -1, "", options.name, "", 0, tuple(options.like), tuple(options.also))
    return _keep(this_office(), [wish], options)


@command("catalogue retire")
def _retire(options: Namespace) -> int:
    entry = retire_own(this_office(), options.code, options.who)
    text = f"已停用“{entry.name}”。发布下一版办法以前照旧计分，用 catalogue draft 生成草案。"
    say(text, as_json=options.json, codes=[entry.code])
    return OK


def _keep(office: Office, wishes: list[Entry], options: Namespace) -> int:
    entries = add_own(office, wishes, options.who)
    names = "、".join(f"{KIND_WORDS[e.kind]}“{e.name}”（{e.code}）" for e in entries)
    text = f"已存下：{names}。归入办法以后才计分，用 catalogue draft 生成下一版的草案。"
    codes = [entry.code for entry in entries]
    say(text if entries else "与现有的没有差别。", as_json=options.json, codes=codes)
    return OK


@command("catalogue survey")
def _survey(options: Namespace) -> int:
    office = this_office()
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


@command("catalogue draft")
def _draft(options: Namespace) -> int:
    draft = draft_with_own(this_office(), options.who)
    text = f"已存为第 {draft} 号草案，核对以后用 rules publish {draft} 发布。"
    say(text, as_json=options.json, draft=draft)
    return OK
