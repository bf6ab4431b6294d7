"""Commands about issues of a period (签发): the same services as the pages 签发 and 核对."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

import pandas as pd

from wenming_metrics.commands import FAILED, OK, command, this_office
from wenming_metrics.commands.printing import plain, print_json, print_lines, say, say_saved
from wenming_metrics.domain.periods import today
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.check_sheets import send
from wenming_metrics.publishing.corrections import corrections, verify_issue
from wenming_metrics.publishing.issues import (
    SIGNED,
    SPAN_NAMES,
    Issue,
    find_issue,
    find_slot,
    issues,
    nearest_day,
    slot_for,
    without_rows,
)
from wenming_metrics.publishing.proposals import (
    DECIDED,
    PROPOSALS_NOTE,
    PROPOSED,
    decide_measure,
    decisions,
    proposals,
)
from wenming_metrics.publishing.signed_workbook import moment, period_file
from wenming_metrics.publishing.steps import note_step
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.vocabulary import titles


@command("issue")
def _issue(options: Namespace) -> int:
    office = this_office()
    does = {"list": _list, "draft": _draft, "sheets": _sheets, "sign": _sign}
    does |= {"export": _export, "withdraw": _withdraw, "verify": _verify, "step": _step}
    does |= {"waive": _waive, "propose": _propose, "decide": _decide}
    does |= {"archive": _archive}
    return does[options.act](office, options)


def _list(office: Office, options: Namespace) -> int:
    all_issues = issues(office)
    if options.json:
        print_json({"issues": [_facts(issue) for issue in all_issues]})
        return OK
    lines = [
        (
            f"{issue.year}-{issue.number}",
            issue.title,
            issue.state,
            moment(issue.cutoff),
            issue.document,
        )
        + (moment(issue.signed_at), issue.short_hash)
        for issue in all_issues
    ]
    heads = titles("issue_number", "issue", "state", "cutoff", "document_no", "signed", "hash")
    print_lines(f"共 {len(all_issues)} 期", pd.DataFrame(lines, columns=list(heads.values())))
    return OK


def _draft(office: Office, options: Namespace) -> int:
    if options.date is None and not options.which:
        raise IntakeError("请写期号，或者用 --date 写明哪一天所在的一期。")
    if options.which and (options.date or options.kind or options.last):
        raise IntakeError("期号不能和 --date、--kind、--last 一起写。")
    if options.last and options.kind not in SPAN_NAMES:
        raise IntakeError("--last 只和 --kind special、--kind review 一起用。")
    first = options.date or find_slot(office, options.which).window.start
    _, slot = slot_for(office, [], options.kind, first, options.last)
    days = days_known(office)
    nearest = nearest_day(slot.window, days)
    if slot.window.start <= today() and (nearest or not days):
        raise IntakeError(f"{without_rows(slot.window, nearest)}，不能建草稿。")
    issue = signing.draft(
        office,
        first,
        options.who,
        until_now=options.until_now,
        kind=options.kind,
        last=options.last,
    )
    text = f"{issue.title}已建草稿，{moment(issue.cutoff)} 截止。"
    say(text, as_json=options.json, **_facts(issue))
    return OK


def _sheets(office: Office, options: Namespace) -> int:
    if options.out is None:
        raise IntakeError("请用 --out 写明存到哪个文件。")
    _, content = send(office, _chosen_issue(office, options).key, options.who)
    options.out.write_bytes(content)
    say(f"核对稿已存到 {options.out}", as_json=options.json, file=str(options.out))
    return OK


def _waive(office: Office, options: Namespace) -> int:
    issue = _chosen_issue(office, options)
    count = signing.waive_all(office, issue.key, options.who, options.reason)
    text = f"{issue.title}不等 {count} 行待核的。" if count else f"{issue.title}没有要等的行。"
    say(text, as_json=options.json, **_facts(issue), waived=count)
    return OK


def _sign(office: Office, options: Namespace) -> int:
    issue = signing.sign(office, _chosen_issue(office, options).key, options.who, options.document)
    text = f"{issue.title}已签发，文号 {issue.document}，校验码 {issue.short_hash}。"
    say(text, as_json=options.json, **_facts(issue))
    return OK


def _export(office: Office, options: Namespace) -> int:
    if options.out is None:
        raise IntakeError("请用 --out 写明存到哪个文件。")
    options.out.write_bytes(period_file(office, _signed_issue(office, options))[1])
    say_saved(options)
    return OK


def _archive(office: Office, options: Namespace) -> int:
    # Word's library takes half a second to load, which no other command should wait for.
    from wenming_metrics.publishing.year_archive import year_archive

    if options.out is None or not (options.which or "").isdecimal():
        raise IntakeError("请写明年份，并用 --out 写明存到哪个 .zip 文件。")
    options.out.write_bytes(year_archive(office, int(options.which)))
    say_saved(options)
    return OK


def _withdraw(office: Office, options: Namespace) -> int:
    issue = signing.withdraw(
        office, _chosen_issue(office, options).key, options.who, options.reason
    )
    say(f"{issue.title}已作废。", as_json=options.json, **_facts(issue))
    return OK


def _step(office: Office, options: Namespace) -> int:
    issue = _chosen_issue(office, options)
    note_step(office, issue.key, options.step, options.who, options.reason)
    say(f"{issue.title}{options.step}已记下。", as_json=options.json, **_facts(issue))
    return OK


def _propose(office: Office, options: Namespace) -> int:
    issue = _chosen_issue(office, options)
    lines, decided = proposals(office, issue.key), decisions(office, issue)
    if options.json:
        print_json({**_facts(issue), "proposals": plain(lines), "decisions": plain(decided)})
        return OK
    print_lines(f"{issue.title}建议名单", lines, titles(*PROPOSED))
    if len(decided):
        told = decided.assign(at=[moment(stamp) for stamp in decided["at"]])
        print_lines(f"登记的决定（{len(decided)} 条）", told, titles(*DECIDED))
    say(PROPOSALS_NOTE)
    return OK


def _decide(office: Office, options: Namespace) -> int:
    issue = _chosen_issue(office, options)
    decide_measure(
        office,
        issue.key,
        options.unit,
        options.measure,
        options.reason,
        options.document,
        options.who,
    )
    text = f"{options.unit}{options.measure}的决定已登记。"
    say(text, as_json=options.json, **_facts(issue))
    return OK


def _verify(office: Office, options: Namespace) -> int:
    issue = _signed_issue(office, options)
    verdict, since = verify_issue(office, issue), corrections(office, issue)
    if options.json:
        facts = {"same": verdict.same, "why": list(verdict.why), "units": plain(verdict.units)}
        facts |= {"corrections": plain(since.units), "acts": plain(since.acts)}
        print_json({**_facts(issue), **facts})
        return OK if verdict.same else FAILED
    say(
        f"{issue.title} {issue.document}：{'一致' if verdict.same else '不一致'}。{''.join(verdict.why)}"
    )
    _print_units("重算与签发不同的", verdict.units)
    _print_units("更正（签发以后有变动的）", since.units)
    return OK if verdict.same else FAILED


def _print_units(title: str, units: pd.DataFrame) -> None:
    names = titles(
        *("unit_name", "score_signed", "score_now", "rank_signed", "rank_now"),
        *("other=other_figures", "reason"),
    )
    if len(units):
        lines = units[list(names)].astype(object).where(units[list(names)].notna(), None)
        print_lines(f"{title}（{len(units)} 个单位）", lines, names)


def _chosen_issue(office: Office, options: Namespace) -> Issue:
    if not options.which:
        raise IntakeError("请写明哪一期：期号（如 47、2026-47）或校验码。")
    return find_issue(office, options.which)


def _signed_issue(office: Office, options: Namespace) -> Issue:
    issue = _chosen_issue(office, options)
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
