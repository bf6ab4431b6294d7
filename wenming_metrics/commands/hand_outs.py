"""The commands that send problems out and take them back: dispatch, answers, recheck."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta

from wenming_metrics.commands import OK, command, of_unit, this_office
from wenming_metrics.commands.printing import plain, print_json, print_lines, say
from wenming_metrics.commands.problems import DAYS
from wenming_metrics.decisions.answers import accept_answers
from wenming_metrics.decisions.dispatch import (
    WAITING,
    DispatchTerms,
    dispatch,
    due_after,
    problems_by_unit,
)
from wenming_metrics.decisions.look_back import (
    RECHECK,
    draw_look_back,
    look_form,
    recheck_list,
)
from wenming_metrics.domain.periods import today
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.choices import unit_numbers
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.queries.problems.matches import unmatched_answers
from wenming_metrics.vocabulary import titles

_ANSWERS = titles(
    *("serial", "unit_name", "site=answer_site", "description=answer_text", "state=answer_says"),
    *("number=offered_number", "site_name=offered_site", "item_name=offered_item", "likeness"),
    *("second", "file", "source_row"),
)
_DISPATCHES = titles(
    *("document_no=dispatch_no", "at=dispatched_at", "units=dispatch_units"),
    "problems=dispatch_problems",
)


@command("answers")
def _answers(options: Namespace) -> int:
    office = this_office()
    lines = unmatched_answers(office, options.days)
    if options.accept:
        wrong = [number for number in options.accept if not 0 < number <= len(lines)]
        if wrong:
            raise IntakeError(f"没有第 {wrong[0]} 条，一共 {len(lines)} 条。")
        confirmed = lines.iloc[[number - 1 for number in options.accept]]
        numbers = accept_answers(office, confirmed, options.who)
        say(f"已确认 {len(numbers)} 条反馈。", as_json=options.json, numbers=numbers)
        return OK
    sent_lines = lines.assign(serial=range(1, len(lines) + 1))[list(_ANSWERS)]
    if options.json:
        print_json({"answers": plain(sent_lines)})
        return OK
    print_lines(f"对不上号的反馈（{len(lines)} 条）", sent_lines, _ANSWERS)
    return OK


@command("dispatch")
def _dispatch(options: Namespace) -> int:
    # Word's library takes half a second to load, which no other command should wait for.
    from wenming_metrics.publishing.dispatch.orders import dispatches
    from wenming_metrics.publishing.dispatch.papers import dispatch_papers

    office = this_office()
    if not options.document:
        sent_lines = dispatches(office)
        if options.json:
            print_json({"dispatches": plain(sent_lines)})
        else:
            sent_lines = sent_lines.assign(at=[moment(stamp) for stamp in sent_lines["at"]])
            print_lines("已有的交办", sent_lines, _DISPATCHES)
        return OK
    numbers: list[str] = []
    if options.day or options.numbers:
        numbers = _hand_out(office, options)
    name = ""
    if options.out:
        name, content = dispatch_papers(office, options.document)
        options.out.write_bytes(content)
    handed_text = f"已交办 {len(numbers)} 条。" if numbers else ""
    stored = f"交办单已存到 {options.out}。" if options.out else ""
    if not handed_text and not stored:
        raise IntakeError(
            "请用 --day 或 --numbers 写明交办哪些问题，或者用 --out 写明交办单存到哪里。"
        )
    say(handed_text + stored, as_json=options.json, numbers=numbers, file=str(options.out or ""))
    return OK


def _hand_out(office: Office, options: Namespace) -> list[str]:
    back = DAYS
    day = options.day
    if day is not None:
        back = max(back, (today() - day).days + 1)
    lines = problem_view(office, back).lines
    lines = lines[lines["state"] == WAITING]
    if day is not None:
        lines = lines[lines["day"] == day.toordinal()]
    if options.numbers:
        lines = lines[lines["number"].isin(options.numbers)]
    lines = of_unit(office, lines, options.unit)
    if lines.empty:
        raise IntakeError("没有符合条件、待交办的问题。")
    limit = office.rules.loop.limit if options.limit is None else options.limit
    due = options.due or due_after(office, limit)
    terms = DispatchTerms(options.document, due, options.requirement, options.chief)
    return dispatch(office, problems_by_unit(lines, unit_numbers(office)), terms, options.who)


@command("recheck")
def _recheck(options: Namespace) -> int:
    office, seed = this_office(), 0
    if options.kind == RECHECK:
        last = options.last or today()
        first = options.first or last - timedelta(days=7)
        drawn = recheck_list(office, first, last)
    else:
        facts = {"least": options.least, "closed_days": options.closed_days, "seed": options.seed}
        seed, drawn = draw_look_back(office, options.who, options.size, **facts)
    options.out.write_bytes(look_form(office, drawn, options.kind))
    drawn_by = f"，抽样号 {seed}" if seed else ""
    text = f"{options.kind}：{drawn['unit_name'].nunique()} 个单位、{len(drawn)} 条{drawn_by}，已存到 {options.out}。"
    say(
        text,
        as_json=options.json,
        numbers=drawn["number"].tolist(),
        seed=seed,
        file=str(options.out),
    )
    return OK
