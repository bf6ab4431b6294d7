"""Moves that somebody wants to make, held against the table of moves: what would be wrong with each.

Page, command and workbook ask the same questions and give the same sentences (codes 流转 of
`data/messages.toml`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from wenming_metrics.domain.periods import today
from wenming_metrics.domain.registers import Register
from wenming_metrics.domain.working_days import working_day_after
from wenming_metrics.domain.working_hours import DAY, calendar_version, day_of, end_of
from wenming_metrics.queries.problems.book import ProblemBook
from wenming_metrics.queries.scores.moves import REPORTED
from wenming_metrics.rules.loop import CALL_BACK, NEEDS, REPLY, LoopRules, Move
from wenming_metrics.scoring.loop.course import (
    ANSWER,
    APPEAL,
    CLOSED,
    EXTEND,
    HAND_OUT,
    SEND_BACK,
    SUSPEND,
    ProblemCourse,
)
from wenming_metrics.store.problems import CO_ACTS, CO_PROGRESS
from wenming_metrics.vocabulary import CHECK_WAYS

LEAD, ASSISTING = "主办", "协办"
"""Roles in which a problem is handed out."""
ASKED_EXTENSION = "延期申请"
_DISPUTE = "职责争议"
_CLOSING = {CLOSED}
_CO_ACTS = (*CO_ACTS.values(), CO_PROGRESS)
_OF_UNIT = (ANSWER, "进展", SEND_BACK, "签收", ASKED_EXTENSION, "挂账申请", APPEAL)


@dataclass(frozen=True)
class Order:
    """One move as somebody asks for it. Days are ordinals, 0: none; unit -1: none is written.

    act - of the table of moves; who - acts; day, minute - when (DAY: the hour is not known)
    unit, assisting - to whom, for 交办 and 改派; due, due_minute, time_unit - the limit
    until - end of 挂账 or 长期整改; details - measure, pictures ..., as the event keeps them
    origin - batch, sheet and row of the file that says so; 0: entered
    """

    act: str
    who: str
    day: int
    minute: int = DAY
    unit: int = -1
    assisting: tuple[int, ...] = ()
    due: int = 0
    due_minute: int = DAY
    time_unit: str = ""
    until: int = 0
    approver: str = ""
    way: str = ""
    outcome: str = ""
    reason: str = ""
    document_no: str = ""
    details: Mapping[str, object] | None = None
    origin: tuple[int, int, int] = (0, 0, 0)


Complaint = tuple[str, Mapping[str, object]]
"""A code of `data/messages.toml`, and what its sentence says."""


def complaints(
    book: ProblemBook, index: int, order: Order, course: ProblemCourse
) -> Iterator[Complaint]:
    """Say what is wrong with a move of a problem. Takes: index - of `book.lines`"""
    line, move = book.line_of[index], book.rules.find(course.state, order.act)
    facts = {"number": line["number"], "act": order.act, "state": course.state}
    if order.act not in book.rules.acts:
        yield "流转-15", {"found": order.act, "acts": "、".join(book.rules.acts)}
        return
    if order.day > today().toordinal():
        yield "流转-06", facts
    if order.day < day_of(course.since) or order.day < int(line["day"]):
        yield "流转-05", facts | {"since": _iso(max(day_of(course.since), int(line["day"])))}
    if move is None:
        yield "流转-03", facts | {"states": "、".join(book.rules.sources_of(order.act))}
        return
    if missing := _missing(order, move):
        yield "流转-04", facts | {"missing": "、".join(missing)}
    yield from _wrong_words(order, book.rules)
    yield from _wrong_days(order, facts)
    yield from _broken_limits(book, index, order, course, facts)
    yield from _wrong_people(book, order, course, facts)


def _missing(order: Order, move: Move) -> list[str]:
    empty = {"unit": order.unit < 0, "due": not order.due, "until": not order.until}
    missing = [NEEDS[need] for need in move.needs if empty.get(need, not getattr(order, need, 1))]
    return missing if order.who else [*missing, "办理人"]


def _wrong_words(order: Order, rules: LoopRules) -> Iterator[Complaint]:
    outcomes = rules.outcomes(order.act)
    for text, choices, title in (
        (order.way, CHECK_WAYS, "way"),
        (order.outcome, outcomes, "outcome"),
    ):
        if text and text not in choices:
            yield "流转-18", {"title": NEEDS[title], "text": text, "choices": "、".join(choices)}


def _wrong_days(order: Order, facts: Mapping[str, object]) -> Iterator[Complaint]:
    for name in ("due", "until"):
        day = getattr(order, name)
        if day and day < order.day:
            yield (
                "流转-17",
                {**facts, "title": NEEDS[name], "day": _iso(day), "on": _iso(order.day)},
            )


def _broken_limits(
    book: ProblemBook, index: int, order: Order, course: ProblemCourse, facts: Mapping[str, object]
) -> Iterator[Complaint]:
    """Hold the limits of rules: so many 延期, so long a 挂账, 退回 soon after 签收, one appeal."""
    rules, calendar = book.rules, book.register.calendar
    line = book.line_of[index]
    if order.act in (EXTEND, ASKED_EXTENSION):
        if course.extensions >= rules.extensions:
            yield "流转-09", {**facts, "why": f"已经延期 {course.extensions} 次"}
        if order.act == ASKED_EXTENSION and course.due and end_of(order.day) > course.due:
            yield "流转-09", {**facts, "why": "申请时已经逾期"}
        first = day_of(course.due) - day_of(course.handed) if course.due and course.handed else 0
        if order.due and first and order.due > day_of(course.due) + first:
            yield "流转-09", {**facts, "why": "延长的时间超过原来的时限"}
    if order.act == SUSPEND and order.until and order.until > order.day + rules.pause_days:
        yield "流转-10", {**facts, "days": rules.pause_days}
    if order.act == SUSPEND and SUSPEND in course.acts:
        yield (
            "流转-10",
            {**facts, "days": f"{rules.pause_days} 天，只能一次，最长 {rules.pause_days}"},
        )
    if order.act == SEND_BACK:
        if course.send_backs:
            yield "流转-11", {**facts, "why": f"已经退回过一次，请按“{_DISPUTE}”办"}
        elif course.signed:
            last = working_day_after(calendar, day_of(course.signed), 1)
            if order.day > last:
                yield "流转-11", {**facts, "why": "签收已超过 1 个工作日，视为接收"}
    if order.act == APPEAL and course.appeals:
        yield "流转-13", dict(facts)
    if order.act == CLOSED and rules.call_back and line["source"] == REPORTED and line["batch"]:
        owed = [act for act in (REPLY, CALL_BACK) if act not in course.acts_of_round]
        if owed:
            yield "流转-20", {**facts, "owed": "、".join(owed)}


def _wrong_people(
    book: ProblemBook, order: Order, course: ProblemCourse, facts: Mapping[str, object]
) -> Iterator[Complaint]:
    """Who checked may not approve; who answers is the unit that has it."""
    if order.act in _CLOSING and not book.rules.same_person and order.who == course.checked_by:
        yield "流转-07", {**facts, "who": order.who}
    if order.act in _OF_UNIT and order.unit >= 0 and course.unit >= 0:
        if not same_house(book.register, order.unit, course.unit):
            names = book.register.units["name"]
            unit_names = {"unit": names.get(course.unit, ""), "written": names.get(order.unit, "")}
            yield "流转-08", {**facts, **unit_names}


def _not_assisting(
    book: ProblemBook, hand_outs: pd.DataFrame, number: str, order: Order, course: ProblemCourse
) -> Iterator[Complaint]:
    """Say that a unit reports as one that assists, and was not asked to."""
    mine = hand_outs[(hand_outs["number"] == number) & (hand_outs["round"] == course.round)]
    asked = mine.loc[mine["role"] == ASSISTING, "unit"].tolist()
    if order.unit >= 0 and not any(same_house(book.register, order.unit, unit) for unit in asked):
        names = book.register.units["name"]
        assisting = "、".join(names[unit] for unit in asked) or "没有协办单位的一轮"
        yield "流转-08", {"number": number, "unit": assisting, "written": names.get(order.unit, "")}


def same_house(register: Register, unit: int, holder: int) -> bool:
    """Say whether one unit is the other, or lies below it."""
    parents = register.units["parent"]
    for low, high in ((unit, holder), (holder, unit)):
        while low >= 0:
            if low == high:
                return True
            low = int(parents.get(low, -1))
    return False


def hand_out_complaints(
    book: ProblemBook, hand_outs: pd.DataFrame, number: str, order: Order, course: ProblemCourse
) -> Iterator[Complaint]:
    """Say whether a problem was handed out in its round already, or 协办 units have not reported.

    Takes: hand_outs - `store.problems.handed_out` of the problem, and of others
    """
    if order.act in _CO_ACTS:
        yield from _not_assisting(book, hand_outs, number, order, course)
    if hand_outs.empty or order.act not in (HAND_OUT, CLOSED):
        return
    lines = hand_outs[(hand_outs["number"] == number) & (hand_outs["round"] == course.round)]
    if order.act == HAND_OUT and len(lines):
        yield "流转-12", {"number": number}
    if order.act == CLOSED:
        assisting = set(lines.loc[lines["role"] == ASSISTING, "unit"]) - set(course.co_answered)
        if assisting:
            names = book.register.units["name"]
            units = "、".join(names.get(unit, "") for unit in sorted(assisting))
            yield "流转-14", {"number": number, "units": units}


def hand_out_lines(stored: object, order: Order) -> list[Mapping[str, object]]:
    """List to whom an order hands problems: 主办 and 协办, a line each; nothing for other acts.

    Takes: stored - ((event line, round), number of the event) of each problem
    """
    if order.act not in (HAND_OUT, "改派"):
        return []
    units = {order.unit: LEAD, **dict.fromkeys(order.assisting, ASSISTING)}
    dispatch = order.document_no
    return [
        {
            **{"number": line["number"], "round": course_round, "unit": unit},
            **{"role": role, "dispatch": dispatch, "event": event},
        }
        for (line, course_round), event in stored
        for unit, role in units.items()
    ]


def event_of(
    order: Order, index: int, book: ProblemBook, course: ProblemCourse
) -> dict[str, object]:
    """Make the event of a move that is allowed; 销号 writes down what was counted by then."""
    names = ("act", "who", "day", "unit", "due", "due_minute", "time_unit", "until")
    names += ("approver", "way", "outcome", "reason", "document_no")
    line = {
        "number": book.line_of[index]["number"],
        **{name: getattr(order, name) for name in names},
    }
    # What happened on the same day, at an hour that nobody wrote, went before.
    line["minute"] = max(order.minute, min(course.since - order.day * DAY, DAY))
    details = dict(order.details or {})
    if order.act == CLOSED:
        details["frozen"] = freeze(book, index, order.day * DAY + line["minute"])
    batch, sheet, source_row = order.origin
    return {**line, "details": details, "batch": batch, "sheet": sheet, "source_row": source_row}


def freeze(book: ProblemBook, index: int, moment: int) -> dict[str, object]:
    """Write down what was counted of a problem by 销号, and by which calendar."""
    course = book.play(index, as_of=moment)
    return {
        **{"minutes": course.minutes(book.clock), "moment": moment, "due": course.due},
        **{"is_late": course.is_late, "calendar": calendar_version(book.register.calendar)},
    }


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
