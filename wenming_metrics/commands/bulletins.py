"""Commands about the 通报 as a Word document: make one, check one that comes back."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from wenming_metrics.commands import FAILED, OK, command, this_office
from wenming_metrics.commands.printing import plain, print_json, print_lines, say
from wenming_metrics.domain import periods
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.issues import Issue, find_issue
from wenming_metrics.queries.office import Office
from wenming_metrics.store.database import reading
from wenming_metrics.vocabulary import titles

_HEADS = titles(
    *("state=check_state", "expected", "actual", "line=text_line", "context", "note=remark")
)


@command("bulletin")
def _bulletin(options: Namespace) -> int:
    # Word's library takes half a second to load, which no other command should wait for.
    from wenming_metrics.publishing.bulletin.layout import shell_in_force

    office = this_office()
    _set_layout(office, options)
    if options.save_shell:
        options.save_shell.write_bytes(shell_in_force(office))
        say(f"外壳已存到 {options.save_shell}", as_json=options.json, file=str(options.save_shell))
        return OK
    if options.out is None:
        raise IntakeError("请用 --out 写明存到哪个文件。")
    content, warnings = _make(office, options)
    options.out.write_bytes(content)
    text = "".join([f"通报已存到 {options.out}。", *warnings])
    say(text, as_json=options.json, file=str(options.out), warnings=list(warnings))
    return OK


def _make(office: Office, options: Namespace) -> tuple[bytes, tuple[str, ...]]:
    """Make the file that is asked for; gives its bytes, and what its makers should look at."""
    from wenming_metrics.publishing.bulletin import document, printed
    from wenming_metrics.publishing.signed_workbook import period_file

    makers = {"units": document.make_unit_sheets, "slides": document.make_slides}
    makers |= {"pdf": printed.make_pdf, "leader": printed.make_leader_page}
    makers |= {"phone": printed.make_phone_picture}
    issue = _issue(office, options)
    if options.xlsx:
        return period_file(office, issue)[1], ()
    form = next((form for form in makers if getattr(options, form)), "")
    bulletin = makers.get(form, document.make_bulletin)(office, issue)
    return bulletin.content, bulletin.warnings


def _set_layout(office: Office, options: Namespace) -> None:
    """Put into force what the options change of the layout."""
    from wenming_metrics.publishing.bulletin.layout import layout_in_force, save_layout, with_shell

    layout = old_layout = layout_in_force(office)
    if options.sections:
        names = options.sections.replace("，", ",").split(",")
        layout = replace(layout, sections=tuple(name.strip() for name in names))
    if options.shell:
        content = options.shell.read_bytes()
        layout = with_shell(office.store, layout, content, options.shell.name)
    if layout != old_layout:
        save_layout(office.store, layout)


def _issue(office: Office, options: Namespace) -> Issue:
    """Give the issue that is meant by its number, or by its days."""
    from wenming_metrics.publishing.bulletin.material import issue_of_span, issue_of_window

    if options.which:
        return find_issue(office, options.which)
    days = {"day": options.date, "week": options.week, "month": options.month}
    for kind, day in (days | {"quarter": options.quarter}).items():
        if day:
            with reading(office.store) as connection:
                return issue_of_window(connection, office, periods.window(kind, day))
    if options.first:
        with reading(office.store) as connection:
            return issue_of_span(connection, office, options.first, options.last, options.kind)
    raise IntakeError("请写明哪一期（期号或校验码），或者用 --date、--week、--month 等写明时段。")


def check_file(path: Path, *, as_json: bool) -> int:
    """Check a 通报 that comes back, and print what differs; gives the exit code."""
    from wenming_metrics.publishing.bulletin.recheck import recheck

    result = recheck(this_office(), path.read_bytes(), path.name)
    counts, lines = dict(result.counts), result.differences
    if as_json:
        facts = {"same": result.is_same, "counts": counts, "remarks": list(result.remarks)}
        print_json({"issue": result.subject.title, **facts, "differences": plain(lines)})
        return OK if result.is_same else FAILED
    verdict = "一致" if result.is_same else "不一致"
    numbers = "，".join(f"{state}{count}个" for state, count in counts.items())
    say(f"{result.subject.title}：{verdict}。数字：{numbers}。{''.join(result.remarks)}")
    if len(lines):
        print_lines(f"有出入的数字和名称（{len(lines)} 处）", lines, _HEADS)
    return OK if result.is_same else FAILED
