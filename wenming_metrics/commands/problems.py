"""The commands about 问题整改: the list and its figures, moves, reminders, a past period judged anew."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path

from wenming_metrics.commands import OK, Add
from wenming_metrics.commands.printing import plain, print_json, print_lines, say
from wenming_metrics.decisions.answers import accept_answers
from wenming_metrics.decisions.dispatch import (
    WAITING,
    DispatchTerms,
    dispatch,
    due_after,
    problems_by_unit,
)
from wenming_metrics.decisions.look_back import (
    LOOK_BACK,
    RECHECK,
    draw_look_back,
    look_form,
    recheck_list,
)
from wenming_metrics.decisions.problem_moves import add_problem, make_moves, order_now
from wenming_metrics.domain.periods import custom, today
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.queries.problems import wording
from wenming_metrics.queries.problems.choices import unit_numbers, usual_due
from wenming_metrics.queries.problems.lists import TERMS, ProblemView, problem_view, with_term
from wenming_metrics.queries.problems.matches import unmatched_answers
from wenming_metrics.queries.problems.rejudge import TAKEN_BACK, rejudge
from wenming_metrics.queries.problems.reminders import reminders
from wenming_metrics.runtime import settings
from wenming_metrics.vocabulary import CHECK_WAYS, LOOKS, LOOP_SOURCES, LOOP_STATES, titles

_LIST = {column.name: column.title for column in wording.LIST}
_UNITS = {column.name: column.title for column in wording.UNITS}
_FIGURES = {column.name: column.title for column in wording.FIGURES[:4]}
_REMINDERS = titles("level=reminder", "unit_name", "problems=in_hand", "most_late", problems="件数")
_REJUDGED = titles(
    *("number=problem_number", "unit_name", "due=due_stored", "due_now", "mark=late_mark"),
    *("file", "sheet", "source_row"),
)
_RANKS = titles("unit_name", "score", "rank", "score_now", "rank_now")
_ANSWERS = titles(
    *("serial", "unit_name", "site=answer_site", "description=answer_text", "state=answer_says"),
    *("number=offered_number", "site_name=offered_site", "item_name=offered_item", "likeness"),
    *("second", "file", "source_row"),
)
_DISPATCHES = titles(
    *("document_no=dispatch_no", "at=dispatched_at", "units=dispatch_units"),
    "problems=dispatch_problems",
)
_DAYS, _LINES = 90, 200


def add_commands(add: Add) -> None:
    """Add the commands of this theme."""
    problems = add("problems", _problems, "列出问题整改的清单、指标和各单位手里的问题")
    _add_span(problems)
    problems.add_argument("--state", choices=tuple(LOOP_STATES), help="只列这个状态的")
    problems.add_argument("--unit", metavar="单位", help="只列这个单位的")
    problems.add_argument(
        "--term", choices=TERMS, help="只列这样的：逾期、临期、未到期、无期限、长期无进展"
    )
    problems.add_argument("--out", type=Path, help="存成 .xlsx 文件")
    problems.add_argument(
        "--rejudge",
        nargs=2,
        metavar=("开始", "结束"),
        help="按现在登记的放假和调休重新判定这些天发现的问题是否逾期，只列出不改动，如 2026-10-01 2026-10-31",
    )
    move = add("move", _move, "办理一步问题整改：交办、签收、反馈、核查、销号等，一件或几件")
    move.add_argument("act", metavar="办理事项", help="如 交办、签收、反馈、核查通过、销号")
    move.add_argument("numbers", nargs="+", metavar="编号", help="问题编号，可以写几个")
    move.add_argument("--who", required=True, metavar="姓名", help="谁办的")
    move.add_argument("--day", metavar="日期", help="哪一天办的，默认今天")
    move.add_argument("--unit", metavar="单位", help="交办、改派给哪个单位")
    move.add_argument("--assisting", nargs="*", default=[], metavar="单位", help="协办单位")
    move.add_argument("--due", metavar="日期", help="整改时限；交办、改派不写的按测评办法的时限")
    move.add_argument("--until", metavar="日期", help="挂账、长期整改到哪一天")
    move.add_argument("--reason", default="", metavar="原因", help="退回、核查不通过等的原因")
    move.add_argument("--approver", default="", metavar="姓名", help="延期、挂账等的批准人")
    move.add_argument("--document", default="", metavar="文号", help="文号或批次")
    move.add_argument(
        "--way", default="", choices=("", *CHECK_WAYS), help="核查方式：现场、图片、视频"
    )
    move.add_argument("--outcome", default="", choices=("", *LOOKS), help="整改复查的结果")
    register = add("register", _register, "登记领导批示、会议定事项，和督查发现的问题一样办理")
    register.add_argument(
        "source", choices=LOOP_SOURCES[1:], metavar="来源", help="、".join(LOOP_SOURCES[1:])
    )
    register.add_argument("content", metavar="内容", help="要办的事")
    register.add_argument("--who", required=True, metavar="姓名", help="谁登记的")
    matched = add("answers", _answers, "列出对不上号的整改反馈，和各自最相近的问题；看过的可以确认")
    matched.add_argument(
        "--days", type=_count, default=_DAYS, metavar="天数", help="与最近多少天的问题相比"
    )
    matched.add_argument(
        "--accept",
        nargs="+",
        type=int,
        default=[],
        metavar="序号",
        help="确认列出的第几条，可以写几个",
    )
    matched.add_argument("--who", default="", metavar="姓名", help="谁确认的")
    _add_dispatch(add)
    looked = add(
        "recheck", _recheck, "整改复查、销号后回头看：列出或抽取要再去看的问题，存成可以填写的表"
    )
    looked.add_argument(
        "kind", choices=(RECHECK, LOOK_BACK), metavar="哪一种", help=f"{RECHECK} 或 {LOOK_BACK}"
    )
    looked.add_argument(
        "--from", dest="first", metavar="日期", help="复查哪一天起发现的，默认七天前"
    )
    looked.add_argument("--to", dest="last", metavar="日期", help="到哪一天，默认今天")
    looked.add_argument(
        "--size", type=int, default=30, metavar="件数", help="回头看抽多少件，默认 30"
    )
    looked.add_argument(
        "--least", type=int, default=1, metavar="件数", help="每个单位至少几件，默认 1"
    )
    looked.add_argument(
        "--closed-days", type=int, default=90, metavar="天数", help="最近多少天销号的"
    )
    looked.add_argument("--seed", type=int, default=0, metavar="数", help="同一个数抽出同一份名单")
    looked.add_argument("--who", default="", metavar="姓名", help="谁抽的")
    looked.add_argument("--out", type=Path, required=True, help="存到哪个 .xlsx 文件")
    remind = add(
        "remind", _remind, "列出没有签收、没有按时反馈的单位，印出可以转发的提示、催办、督办文字"
    )
    _add_span(remind)


def _recheck(options: argparse.Namespace) -> int:
    office, seed = open_office(settings.load()), 0
    if options.kind == RECHECK:
        last = _day(options.last) or today()
        first = _day(options.first) or last - timedelta(days=7)
        drawn = recheck_list(office, first, last)
    else:
        facts = {"least": options.least, "closed_days": options.closed_days, "seed": options.seed}
        seed, drawn = draw_look_back(office, options.who, options.size, **facts)
    options.out.write_bytes(look_form(office, drawn, options.kind))
    drawn_by = f"，抽样号 {seed}" if seed else ""
    text = f"{options.kind}：{drawn['unit_name'].nunique()} 个单位、{len(drawn)} 件{drawn_by}，已存到 {options.out}。"
    say(
        text,
        as_json=options.json,
        numbers=drawn["number"].tolist(),
        seed=seed,
        file=str(options.out),
    )
    return OK


def _answers(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
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
    print_lines(f"对不上号的反馈（{len(lines)} 条）", sent_lines.rename(columns=_ANSWERS))
    return OK


def _add_dispatch(add: Add) -> None:
    """Add 交办 of many problems at once, and its papers."""
    sent = add(
        "dispatch",
        _dispatch,
        "交办：待交办的问题各交给责任单位，每个单位一份交办单和反馈表（.zip）",
    )
    sent.add_argument(
        "document", nargs="?", metavar="文号", help="文号或批次；不写则列出已有的交办"
    )
    sent.add_argument("--day", metavar="日期", help="交办这一天发现、还没有交办的问题")
    sent.add_argument("--numbers", nargs="*", default=[], metavar="编号", help="只交办这些编号的")
    sent.add_argument("--unit", metavar="单位", help="只交办给这个单位的")
    sent.add_argument("--limit", type=int, metavar="天数", help="几个工作日内整改，默认按测评办法")
    sent.add_argument("--due", metavar="日期", help="整改到哪一天，代替 --limit")
    sent.add_argument("--requirement", default="", metavar="文字", help="承办要求")
    sent.add_argument("--chief", default="", metavar="姓名", help="签发人")
    sent.add_argument("--who", default="", metavar="姓名", help="谁办的；只重新存文件的不用写")
    sent.add_argument("--out", type=Path, help="交办单存到哪个 .zip 文件")


def _dispatch(options: argparse.Namespace) -> int:
    # Word's library takes half a second to load, which no other command should wait for.
    from wenming_metrics.publishing.dispatch.orders import dispatches
    from wenming_metrics.publishing.dispatch.papers import dispatch_papers

    office = open_office(settings.load())
    if not options.document:
        sent_lines = dispatches(office)
        if options.json:
            print_json({"dispatches": plain(sent_lines)})
        else:
            sent_lines = sent_lines.assign(at=[moment(stamp) for stamp in sent_lines["at"]])
            print_lines(
                "已有的交办", sent_lines.rename(columns=_DISPATCHES)[list(_DISPATCHES.values())]
            )
        return OK
    numbers: list[str] = []
    if options.day or options.numbers:
        numbers = _hand_out(office, options)
    name = ""
    if options.out:
        name, content = dispatch_papers(office, options.document)
        options.out.write_bytes(content)
    handed_text = f"已交办 {len(numbers)} 件。" if numbers else ""
    stored = f"交办单已存到 {options.out}。" if options.out else ""
    if not handed_text and not stored:
        raise IntakeError(
            "请用 --day 或 --numbers 写明交办哪些问题，或者用 --out 写明交办单存到哪里。"
        )
    say(handed_text + stored, as_json=options.json, numbers=numbers, file=str(options.out or ""))
    return OK


def _hand_out(office: Office, options: argparse.Namespace) -> list[str]:
    back = _DAYS
    day = _day(options.day)
    if day is not None:
        back = max(back, (today() - day).days + 1)
    lines = problem_view(office, back).lines
    lines = lines[lines["state"] == WAITING]
    if day is not None:
        lines = lines[lines["day"] == day.toordinal()]
    if options.numbers:
        lines = lines[lines["number"].isin(options.numbers)]
    if options.unit:
        lines = lines[lines["unit_name"] == options.unit]
    if lines.empty:
        raise IntakeError("没有符合条件、待交办的问题。")
    limit = office.rules.loop.limit if options.limit is None else options.limit
    due = _day(options.due) or due_after(office, limit)
    terms = DispatchTerms(options.document, due, options.requirement, options.chief)
    return dispatch(office, problems_by_unit(lines, unit_numbers(office)), terms, options.who)


def _add_span(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--days",
        type=_count,
        default=_DAYS,
        metavar="天数",
        help=f"看最近多少天发现的问题，默认 {_DAYS}",
    )
    command.add_argument("--as-of", metavar="日期", help="截至哪一天，默认今天")
    command.add_argument(
        "--known-at",
        default="",
        metavar="时刻",
        help="按这一刻已经入库的算，如 2026-11-20T18:00:00",
    )


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 3660:
        raise argparse.ArgumentTypeError(f"应是 1 到 3660 的整数，现在是“{text}”")
    return int(text)


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise IntakeError(f"“{text}”不是日期，请写成 2026-11-15。") from error


def _view(office: Office, options: argparse.Namespace) -> ProblemView:
    return problem_view(office, options.days, _day(options.as_of), options.known_at)


def _problems(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
    if options.rejudge:
        return _rejudge(office, options)
    view = _view(office, options)
    lines = view.lines
    lines = lines[lines["state"] == options.state] if options.state else lines
    if options.unit:
        lines = lines[lines["unit_name"] == options.unit]
    lines = with_term(lines, options.term or "").reset_index(drop=True)
    if options.out:
        options.out.write_bytes(wording.list_file(lines, view))
    if options.json:
        print_json(
            {
                **{"as_of": view.as_of.isoformat(), "since": view.begin.isoformat()},
                **{"closes": view.closes, "figures": plain(view.figures)},
                **{"units": plain(view.by_unit), "problems": plain(lines[list(_LIST)])},
            }
        )
        return OK
    print_lines("各项指标", wording.figure_lines(view)[list(_FIGURES)].rename(columns=_FIGURES))
    print_lines("各单位手里的问题", view.by_unit[list(_UNITS)].rename(columns=_UNITS))
    remainder = f"，列出最急的 {_LINES} 件" if len(lines) > _LINES else ""
    drawn = lines.head(_LINES)[list(_LIST)].astype(object)
    drawn = drawn.where(drawn.notna(), "")
    print_lines(f"问题清单（{len(lines):,} 件{remainder}）", drawn.rename(columns=_LIST))
    say(wording.basis(view))
    if options.out:
        say(f"已存到 {options.out}")
    return OK


def _rejudge(office: Office, options: argparse.Namespace) -> int:
    begin, end = (_day(text) for text in options.rejudge)
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
        f"期限会是另一天的问题（{len(rejudged.lines)} 件，其中取消逾期 {taken_back} 件）",
        rejudged.lines[list(_REJUDGED)].rename(columns=_REJUDGED),
    )
    if len(rejudged.ranks):
        print_lines("得分或名次会变的单位", rejudged.ranks.rename(columns=_RANKS))
    else:
        say("各单位的得分和名次都不会变。")
    say("只列出，没有改动任何数据；已签发的各期不变。")
    return OK


def _move(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
    moves = office.rules.loop.acts
    if options.act not in moves:
        raise IntakeError(f"没有办理事项“{options.act}”，可以用：{'、'.join(moves)}。")
    needs = moves[options.act].needs
    due = _day(options.due) or (usual_due(office) if _is_hand_out(needs) else None)
    day = _day(options.day)
    until = _day(options.until)
    order = order_now(
        options.act,
        options.who,
        day.toordinal() if day else 0,
        unit=_unit(office, options.unit) if options.unit else -1,
        assisting=tuple(_unit(office, name) for name in options.assisting),
        due=due.toordinal() if due else 0,
        until=until.toordinal() if until else 0,
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


def _register(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
    number = add_problem(office, options.source, options.content, options.who)
    if options.json:
        print_json({"number": number})
    else:
        say(f"已登记，问题编号 {number}。")
    return OK


def _remind(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
    view = _view(office, options)
    lines = reminders(office, view)
    if options.json:
        print_json({"as_of": view.as_of.isoformat(), "reminders": plain(lines)})
        return OK
    if lines.empty:
        say(f"截至 {view.as_of.isoformat()}，没有要提醒的单位。")
        return OK
    print_lines("要提醒的单位", lines[list(_REMINDERS)].rename(columns=_REMINDERS))
    for text in lines["text"]:
        say(f"\n{text}")
    return OK
