"""Moves of problems (问题整改) that a person makes: one act over one or many problems, all or none."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from wenming_metrics.access.viewer import (
    PARTY_ACTS,
    AccessError,
    Deed,
    Viewer,
    doing,
    permitted,
)
from wenming_metrics.domain.periods import today
from wenming_metrics.domain.photo_facts import taken_on
from wenming_metrics.domain.problems import messages
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.book import ProblemBook, book_of, present_minute
from wenming_metrics.queries.problems.choices import Finding
from wenming_metrics.queries.problems.orders import (
    Complaint,
    Order,
    complaints,
    event_of,
    hand_out_complaints,
    hand_out_lines,
)
from wenming_metrics.queries.problems.visible import visible_part
from wenming_metrics.reading.sandbox.pictures import bare_content, type_of
from wenming_metrics.store.database import writing
from wenming_metrics.store.pictures import keep_pictures
from wenming_metrics.store.problems import (
    add_events,
    add_hand_outs,
    handed_out,
    number_problems,
)

_log = logging.getLogger(__name__)
_LARGEST = 8_000_000
"""Bytes of a picture that is sent along with the page."""
_MOST_SAID = 20
"""So many complaints are told in one message; the rest are counted."""


def make_moves(
    office: Office,
    problems: Sequence[str | Finding],
    order: Order,
    pictures: Sequence[bytes] = (),
) -> list[str]:
    """Make one move of some problems; where one of them is not allowed, none is moved.

    Findings without a number get one, which stays theirs.

    Takes:   problems - numbers, or rows of findings; pictures - that show what was done; one that
             is stored already is marked, for a person to judge
    Returns: the numbers
    Raises IntakeError that says of each problem why not.
    """
    return make_several(office, [(problems, order)], pictures)


def make_several(
    office: Office,
    moves: Sequence[tuple[Sequence[str | Finding], Order]],
    pictures: Sequence[bytes] = (),
) -> list[str]:
    """Make moves of several orders, such as 交办 to each of many units; all or none.

    Takes:   moves - problems as `make_moves` takes them, each with its order
    Returns: the numbers
    Raises IntakeError that says of each problem why not; AccessError for an act that is not theirs.
    """
    if not any(problems for problems, _ in moves):
        raise IntakeError("请先勾选问题。")
    moves = _as_asked_by(office, moves)
    contents, sentences, numbers_done = _check_pictures(pictures), [], []
    with _deed_of(office, moves), writing(office.store) as connection:
        marks = _keep_pictures(connection, contents)
        for problems, order in moves:
            order = replace(order, details={**(order.details or {}), **marks})
            numbers = _numbers(connection, problems, order.who)
            book = book_of(connection, office.rules.loop, numbers)
            book = visible_part(connection, book, office.viewer)
            order = _by_own_unit(book, order, office.viewer)
            complaints_found = list(_complain(connection, book, numbers, order))
            sentences += complaints_found
            if not complaints_found:
                _append(connection, book, numbers, order)
            numbers_done += numbers
        if sentences:
            uncounted = (
                f"另有 {len(sentences) - _MOST_SAID} 条。" if len(sentences) > _MOST_SAID else ""
            )
            raise IntakeError("\n".join([*sentences[:_MOST_SAID], uncounted]).strip())
    _log.info("%s %s 条问题 经办 %r", moves[0][1].act, len(numbers_done), moves[0][1].who)
    return numbers_done


def _as_asked_by(office: Office, moves: Sequence[tuple[Sequence, Order]]) -> list:
    """Ask for the right to each move; who signed in is who made it. Raises AccessError."""
    viewer, acts = office.viewer, office.rules.loop.acts
    for _, order in moves:
        viewer.require(
            PARTY_ACTS[acts[order.act].by] if order.act in acts else PARTY_ACTS["office"]
        )
    if not viewer.account:
        return list(moves)
    return [(problems, replace(order, who=viewer.name)) for problems, order in moves]


def _by_own_unit(book: ProblemBook, order: Order, viewer: Viewer) -> Order:
    """Let who is bound to a unit answer for that unit alone. Raises AccessError."""
    move = book.rules.acts.get(order.act)
    if viewer.units is None or move is None or move.by != "unit":
        return order
    parents = book.register.units["parent"]
    own = [unit for unit in viewer.units if int(parents.get(unit, -1)) not in viewer.units]
    if order.unit >= 0 and order.unit not in viewer.units:
        raise AccessError("只能替本单位办理，没有改动。")
    return replace(order, unit=order.unit if order.unit >= 0 else min(own, default=-1))


def _deed_of(office: Office, moves: Sequence[tuple[Sequence, Order]]) -> AbstractContextManager:
    order, count = moves[0][1], sum(len(problems) for problems, _ in moves)
    return doing(
        Deed(f"问题{order.act}", office.viewer, order.who, f"{count} 条 {order.document_no}")
    )


def _keep_pictures(connection: Connection, contents: Mapping[str, bytes]) -> dict[str, list]:
    """Keep the pictures of moves; gives what their events say of them."""
    if not contents:
        return {}
    doubles = keep_pictures(connection, contents)
    days = [day for _, content, *_ in contents.values() if (day := taken_on(content))]
    return {
        **{"pictures": list(contents), "photos_seen": len(doubles)},
        "taken": min(days, default=0),
    }


@permitted("交办", "登记：{source}")
def add_problem(
    office: Office, source: str, content: str, who: str, day: date | None = None
) -> str:
    """Take up what comes from elsewhere (领导批示, 会议定事项) as a problem; gives its number."""
    if not (content.strip() and who.strip() and source.strip()):
        raise IntakeError("请写明来源、内容和经办人。")
    ordinal = (day or today()).toordinal()
    if ordinal > today().toordinal():
        raise IntakeError("日期不能晚于今天。")
    with writing(office.store) as connection:
        facts = {"day": ordinal, "source": source.strip(), "content": content.strip()}
        (number,) = number_problems(connection, [facts], who.strip())
    _log.info("%s 登记为问题 %s 经办 %r", source, number, who)
    return number


def order_now(act: str, who: str, day: int = 0, **facts: object) -> Order:
    """Make an order of today, or of a day before it. Takes: day - ordinal, 0: now"""
    ordinal = today().toordinal()
    when = {"day": day or ordinal}
    if when["day"] == ordinal:
        when["minute"] = present_minute()
    return Order(act, who.strip(), **when, **facts)


def _check_pictures(pictures: Sequence[bytes]) -> dict[str, tuple[str, bytes]]:
    """Tell pictures by their first bytes; gives type and bytes by digest."""
    contents = {}
    for position, content in enumerate(pictures, 1):
        kind = type_of(content)
        if not kind:
            raise IntakeError(f"第 {position} 个文件不是图片，请传 JPG 或 PNG 图片。")
        if len(content) > _LARGEST:
            raise IntakeError(
                f"第 {position} 张图片太大，请缩小到 {_LARGEST // 1_000_000} MB 以内。"
            )
        digest, typed_bytes = bare_content(kind, content)
        contents[digest] = typed_bytes
    return contents


def _numbers(connection: Connection, problems: Sequence[str | Finding], who: str) -> list[str]:
    findings = [problem for problem in problems if not isinstance(problem, str)]
    facts = [{"day": day, "batch": batch, "seq": seq} for day, batch, seq in findings]
    number_of = dict(zip(findings, number_problems(connection, facts, who), strict=True))
    numbers = [number_of.get(problem, problem) for problem in problems]
    return list(dict.fromkeys(numbers))


def _complain(
    connection: Connection, book: ProblemBook, numbers: Sequence[str], order: Order
) -> Iterator[str]:
    hand_outs = handed_out(connection, numbers)
    for number in numbers:
        index = book.by_number.get(number)
        if index is None:
            is_shared = (book.lines["number"] == number).sum() > 1
            yield sentence(("流转-02" if is_shared else "流转-01", {"number": number}), number)
            continue
        course = book.play(index)
        faults = [
            *complaints(book, index, order, course),
            *hand_out_complaints(book, hand_outs, number, order, course),
        ]
        yield from (sentence(complaint, number) for complaint in faults)


def sentence(complaint: Complaint, number: str) -> str:
    """Say what is wrong, and what to do."""
    code, facts = complaint
    message = messages()[code]
    text = (message.text + message.remedy).format_map({"number": number, "found": number, **facts})
    return f"{text}[{code}]"


def _append(
    connection: Connection, book: ProblemBook, numbers: Sequence[str], order: Order
) -> None:
    lines = []
    for number in numbers:
        index = book.by_number[number]
        course = book.play(index)
        lines.append((event_of(order, index, book, course), course.round))
    events = add_events(connection, [line for line, _ in lines])
    add_hand_outs(connection, hand_out_lines(zip(lines, events, strict=True), order))
