"""Commands about issues of a period (签发): the same services as the pages 签发 and 核对."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pandas as pd

from wenming_metrics.commands import FAILED, OK, Add
from wenming_metrics.commands.printing import plain, print_json, print_lines, say
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.check_sheets import send
from wenming_metrics.publishing.corrections import corrections, verify_issue
from wenming_metrics.publishing.issues import SIGNED, Issue, find_issue, issues
from wenming_metrics.publishing.signed_workbook import moment, signed_file
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.runtime import settings

_ACTS = ("list", "draft", "sheets", "sign", "export", "withdraw", "verify")


def add_commands(add: Add) -> None:
    """Add the command of this theme."""
    issue = add("issue", _issue, "通报:建草稿、出核对稿、签发、导出、作废、核对")
    issue.add_argument("act", choices=_ACTS, metavar="做什么", help="、".join(_ACTS))
    issue.add_argument("which", nargs="?", metavar="期", help="期号(47、2026-47)或校验码")
    issue.add_argument("--date", type=date.fromisoformat, help="draft:哪一天所在的一期")
    issue.add_argument("--who", default="", help="经办人或签发人")
    issue.add_argument("--document", default="", help="sign:文号")
    issue.add_argument("--reason", default="", help="withdraw:作废的原因")
    issue.add_argument("--out", type=Path, help="sheets、export:存到哪个文件")
    issue.add_argument("--until-now", action="store_true", help="draft:以现在为截止时刻")


def _issue(given: argparse.Namespace) -> int:
    office = open_office(settings.load())
    does = {"list": _list, "draft": _draft, "sheets": _sheets, "sign": _sign}
    does |= {"export": _export, "withdraw": _withdraw, "verify": _verify}
    return does[given.act](office, given)


def _list(office: Office, given: argparse.Namespace) -> int:
    found = issues(office)
    if given.json:
        print_json({"issues": [_facts(one) for one in found]})
        return OK
    lines = [
        (f"{one.year}-{one.number}", one.title, one.state, moment(one.cutoff), one.document)
        + (moment(one.signed_at), one.short_hash)
        for one in found
    ]
    names = ("期号", "通报", "状态", "截止", "文号", "签发时间", "校验码")
    print_lines(f"共 {len(found)} 期", pd.DataFrame(lines, columns=list(names)))
    return OK


def _draft(office: Office, given: argparse.Namespace) -> int:
    if given.date is None:
        raise IntakeError("请用 --date 写明哪一天所在的一期。")
    made = signing.draft(office, given.date, given.who, until_now=given.until_now)
    text = f"{made.title}已建草稿,{moment(made.cutoff)} 截止。"
    say(text, as_json=given.json, **_facts(made))
    return OK


def _sheets(office: Office, given: argparse.Namespace) -> int:
    if given.out is None:
        raise IntakeError("请用 --out 写明存到哪个文件。")
    _, content = send(office, _found(office, given).key, given.who)
    given.out.write_bytes(content)
    say(f"核对稿已存到 {given.out}", as_json=given.json, file=str(given.out))
    return OK


def _sign(office: Office, given: argparse.Namespace) -> int:
    made = signing.sign(office, _found(office, given).key, given.who, given.document)
    text = f"{made.title}已签发,文号 {made.document},校验码 {made.short_hash}。"
    say(text, as_json=given.json, **_facts(made))
    return OK


def _export(office: Office, given: argparse.Namespace) -> int:
    if given.out is None:
        raise IntakeError("请用 --out 写明存到哪个文件。")
    given.out.write_bytes(signed_file(office, _signed(office, given))[1])
    say(f"已存到 {given.out}", as_json=given.json, file=str(given.out))
    return OK


def _withdraw(office: Office, given: argparse.Namespace) -> int:
    made = signing.withdraw(office, _found(office, given).key, given.who, given.reason)
    say(f"{made.title}已作废。", as_json=given.json, **_facts(made))
    return OK


def _verify(office: Office, given: argparse.Namespace) -> int:
    issue = _signed(office, given)
    found, since = verify_issue(office, issue), corrections(office, issue)
    if given.json:
        told = {"same": found.same, "why": list(found.why), "units": plain(found.units)}
        told |= {"corrections": plain(since.units), "acts": plain(since.acts)}
        print_json({**_facts(issue), **told})
        return OK if found.same else FAILED
    say(
        f"{issue.title} {issue.document}:{'一致' if found.same else '不一致'}。{''.join(found.why)}"
    )
    _print_units("重算与签发不同的", found.units)
    _print_units("更正(签发以后有变动的)", since.units)
    return OK if found.same else FAILED


def _print_units(title: str, units: pd.DataFrame) -> None:
    names = {"unit_name": "单位", "score_signed": "签发得分", "score_now": "现在得分"}
    names |= {"rank_signed": "签发名次", "rank_now": "现在名次", "other": "其他", "reason": "原因"}
    if len(units):
        told = units[list(names)].astype(object).where(units[list(names)].notna(), None)
        print_lines(f"{title}({len(units)} 个单位)", told.rename(columns=names))


def _found(office: Office, given: argparse.Namespace) -> Issue:
    if not given.which:
        raise IntakeError("请写明哪一期:期号(如 47、2026-47)或校验码。")
    return find_issue(office, given.which)


def _signed(office: Office, given: argparse.Namespace) -> Issue:
    issue = _found(office, given)
    if not issue.was_signed:
        raise IntakeError(f"{issue.title}还没有签发。")
    return issue


def _facts(issue: Issue) -> dict[str, object]:
    """Tell of an issue to another program."""
    days = {"start": issue.window.start, "end": issue.window.end}
    return {
        **asdict(issue),
        "window": issue.window.title,
        **days,
        "is_signed": issue.state == SIGNED,
    }
