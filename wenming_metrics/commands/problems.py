"""The commands about 问题整改: the list and its figures, moves, reminders, a past period judged anew."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pandas as pd

from wenming_metrics.commands import OK, command, of_unit, this_office
from wenming_metrics.commands.printing import plain, print_held, print_json, print_lines, say
from wenming_metrics.decisions.problem_moves import add_problem, make_moves, order_now
from wenming_metrics.decisions.reminders import send_reminders
from wenming_metrics.domain.periods import custom
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.files.held_effect import held_in, held_sentence
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems import channels, wording
from wenming_metrics.queries.problems.choices import unit_numbers, usual_due
from wenming_metrics.queries.problems.lists import ProblemView, problem_view, with_term
from wenming_metrics.queries.problems.rejudge import TAKEN_BACK, rejudge
from wenming_metrics.queries.problems.reminders import reminders
from wenming_metrics.vocabulary import OTHER_SOURCES, SOURCES, titles

_LIST = {column.name: column.title for column in wording.LIST}
_UNITS = {column.name: column.title for column in wording.UNITS}
_FIGURES = {column.name: column.title for column in wording.FIGURES[:4]}
_CHANNELS = {column.name: column.title for column in channels.TABLE}
_REMINDERS = titles(
    "level=reminder",
    "unit_name",
    "problems=in_hand",
    "most_late",
    "sent=reminder_no",
    problems="条数",
)
_REJUDGED = titles(
    *("number=problem_number", "unit_name", "due=due_stored", "due_now", "mark=late_mark"),
    *("file", "sheet", "source_row"),
)
_RANKS = titles("unit_name", "score", "rank", "score_now", "rank_now")
_ELSEWHERE = {
    "rejudge": ("期限会是另一天的问题", ("channels", "state", "unit", "term", "source", "out")),
    "channels": ("12345办理情况", ("state", "unit", "term", "source")),
}
"""What is listed instead of the problems -> its title, and the options that it does not take."""
DAYS, _LINES = 90, 200
"""Problems found in so many days are looked at, where nothing else is asked for."""


def _file(office: Office, lines: pd.DataFrame, view: ProblemView, out: Path) -> bytes:
    """Make the workbook of a list, or its 整改报告 where a document is asked for."""
    if out.suffix.lower() != ".docx":
        return wording.list_file(lines, view)
    # Word's library takes half a second to load, which no other command should wait for.
    from wenming_metrics.publishing.dispatch.rectification_report import rectification_report

    if lines.empty:
        raise IntakeError("没有这样的问题，没有可以报告的。")
    return rectification_report(office, lines, view)


def _view(office: Office, options: Namespace) -> ProblemView:
    return problem_view(office, options.days, options.as_of, options.known_at or "")


@command("problems")
def _problems(options: Namespace) -> int:
    office = this_office()
    for other, (title, unfit) in _ELSEWHERE.items():
        taken = next((name for name in unfit if getattr(options, name)), "")
        if getattr(options, other) and taken:
            raise IntakeError(f"“{title}”不能用 --{taken}。")
    if options.rejudge:
        return _rejudge(office, options)
    view = _view(office, options)
    if options.channels:
        return _channels(office, options, view)
    lines = view.lines
    lines = lines[lines["state"] == options.state] if options.state else lines
    lines = of_unit(office, lines, options.unit)
    if options.source:
        sources = (*SOURCES.values(), *OTHER_SOURCES)
        if options.source not in (*sources, *lines["source_name"]):
            raise IntakeError(f"没有来源“{options.source}”，可以用：{'、'.join(sources)}。")
        lines = lines[lines["source_name"] == options.source]
    lines = with_term(lines, options.term or "").reset_index(drop=True)
    if options.out:
        options.out.write_bytes(_file(office, lines, view, options.out))
    held_rows = held_in(office, custom(view.begin, view.as_of))
    if options.json:
        print_json(
            {
                **{"as_of": view.as_of.isoformat(), "since": view.begin.isoformat()},
                **{"closes": view.closes, "figures": plain(view.figures)},
                **{"units": plain(view.by_unit), "problems": plain(lines[list(_LIST)])},
                "held": held_sentence(held_rows),
            }
        )
        return OK
    print_lines("各项指标", wording.figure_lines(view), _FIGURES)
    print_lines("各单位在办问题", view.by_unit, _UNITS)
    remainder = f"，列出最急的 {_LINES} 条" if len(lines) > _LINES else ""
    drawn = lines.head(_LINES)[list(_LIST)].astype(object)
    drawn = drawn.where(drawn.notna(), "")
    print_lines(f"问题清单（{len(lines):,} 条{remainder}）", drawn, _LIST)
    say(wording.basis(view))
    print_held(held_rows)
    if options.out:
        say(f"已存到 {options.out}")
    return OK


def _channels(office: Office, options: Namespace, view: ProblemView) -> int:
    if options.out and options.out.suffix.lower() != ".xlsx":
        raise IntakeError("“12345办理情况”只能存成 .xlsx 文件。")
    counts = channels.reported(office, view, options.known_at or "")
    if options.out:
        options.out.write_bytes(channels.reported_file(counts, view))
    if options.json:
        print_json({"units": plain(counts.units), "remarks": list(counts.remarks)})
        return OK
    if counts.units.empty:
        say("没有交办的热线、网站反映的问题。")
    else:
        print_lines("12345办理情况", counts.units, _CHANNELS)
    for text in counts.remarks:
        say(text)
    if options.out:
        say(f"已存到 {options.out}")
    return OK


def _rejudge(office: Office, options: Namespace) -> int:
    begin, end = options.rejudge
    if end < begin:
        raise IntakeError("结束日期早于开始日期。")
    board = next(board.kind for board in office.rules.boards if board.ranked)
    rejudged = rejudge(office, custom(begin, end), board)
    if options.json:
        columns = {"lines": rejudged.lines[list(_REJUDGED)], "ranks": rejudged.ranks}
        print_json({name: plain(frame) for name, frame in columns.items()})
        return OK
    taken_back = int((rejudged.lines["mark"] == TAKEN_BACK).sum())
    print_lines(
        f"期限会是另一天的问题（{len(rejudged.lines)} 条，其中取消逾期 {taken_back} 条）",
        rejudged.lines,
        _REJUDGED,
    )
    if len(rejudged.ranks):
        print_lines("得分或名次会变的单位", rejudged.ranks, _RANKS)
    else:
        say("各单位的得分和名次都不会变。")
    say("只列出，没有改动任何数据；已签发的各期不变。")
    return OK


@command("move")
def _move(options: Namespace) -> int:
    office = this_office()
    moves = office.rules.loop.acts
    if options.act not in moves:
        raise IntakeError(f"没有办理事项“{options.act}”，可以用：{'、'.join(moves)}。")
    needs = moves[options.act].needs
    due = options.due or (usual_due(office) if _is_hand_out(needs) else None)
    order = order_now(
        options.act,
        options.who,
        options.day.toordinal() if options.day else 0,
        unit=_unit(office, options.unit) if options.unit else -1,
        assisting=tuple(_unit(office, name) for name in options.assisting),
        due=due.toordinal() if due else 0,
        until=options.until.toordinal() if options.until else 0,
        reason=options.reason,
        approver=options.approver,
        way=options.way,
        outcome=options.outcome,
        document_no=options.document,
    )
    numbers = make_moves(office, options.numbers, order)
    if options.json:
        print_json({"act": options.act, "numbers": numbers})
    else:
        say(f"已办{options.act}：{'、'.join(numbers)}。")
    return OK


def _is_hand_out(needs: tuple[str, ...]) -> bool:
    return {"unit", "due"} <= set(needs)


def _unit(office: Office, name: str) -> int:
    numbers = unit_numbers(office)
    if name not in numbers:
        raise IntakeError(f"名册里没有单位“{name}”。")
    return numbers[name]


@command("register")
def _register(options: Namespace) -> int:
    office = this_office()
    number = add_problem(office, options.source, options.content, options.who)
    if options.json:
        print_json({"number": number})
    else:
        say(f"已登记，问题编号 {number}。")
    return OK


@command("remind")
def _remind(options: Namespace) -> int:
    office = this_office()
    view = _view(office, options)
    lines = reminders(office, view)
    if options.out and not (options.who or options.papers):
        raise IntakeError(
            "没有写 --who，不发文，也没有文书可以存。请写 --who，或用 --papers 写明文号。"
        )
    lines = of_unit(office, lines, options.unit)
    documents = send_reminders(office, lines, options.who) if options.who else options.papers
    if options.out and documents:
        # Word's library takes half a second to load, which no other command should wait for.
        from wenming_metrics.publishing.dispatch.reminder_papers import reminder_papers

        options.out.write_bytes(reminder_papers(office, documents))
    if options.json:
        reminder_lines = plain(lines.drop(columns=["unit", "keys"]))
        facts = {
            "as_of": view.as_of.isoformat(),
            "reminders": reminder_lines,
            "documents": documents,
        }
        print_json(facts)
        return OK
    if documents:
        stored = f"，文书已存到 {options.out}" if options.out else ""
        say(f"{'、'.join(documents)}{stored}。")
        return OK
    if lines.empty:
        say(f"截至 {view.as_of.isoformat()}，没有要提醒的单位。")
        return OK
    print_lines("要提醒的单位", lines, _REMINDERS)
    for text in lines["text"]:
        say(f"\n{text}")
    return OK
