"""Problems that are followed until 销号: numbers, events and hand-outs, all found by index.

Events are only added to. Those of a file count while its batch does; those that were entered always.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, or_, select

from wenming_metrics.store import schema
from wenming_metrics.store.batches import live_at
from wenming_metrics.store.database import stamp
from wenming_metrics.store.days import among
from wenming_metrics.store.frames import add_rows, next_number, read_frame

SAME_DAY = "当日"
"""Finished on the day on which the problem was found."""
CO_ACTS = {"反馈": "协办反馈"}
"""What the answer of a unit does that only assists; one that does not say it is done is CO_PROGRESS."""
CO_PROGRESS = "协办进展"
ANSWER_ACTS = {"反馈已整改": "反馈", "反映不属实": "申请不属实", "申请挂账": "挂账申请"}
"""What an answer in a file (整改反馈) does; one that says anything else is 进展."""
PROGRESS = "进展"
PIECE = r"-\d{1,2}$"
"""What is put behind the number of a cell for each of its problems."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TOLD = ("state", "measure", "description", "finished")
_EVENT_COLUMNS = [column.name for column in schema.problem_event.columns]
_MANY = 5_000
"""So many numbers are asked for at once."""


def happened_on(answer: Mapping[str, str], day: int, known_at: str) -> int:
    """Give the day of an answer: when it was done, else when it was filed, else when it came.

    Returns: ordinal; 0: on the day of the problem itself (当日)
    """
    if answer["finished"] == SAME_DAY:
        return 0
    for text in (answer["finished"], answer["filed"]):
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).toordinal()
    return day or date.fromisoformat(known_at[:10]).toordinal()


def save_answers(
    connection: Connection,
    batch: int,
    records: pd.DataFrame,
    photos: Mapping[tuple[int, int], Mapping],
) -> None:
    """Store the answers of a file (整改反馈) as events; those of units that assist as theirs.

    Takes: records - as `reading.Reading.records`; photos - sheet and row -> what the pictures of a row
           say (photos_seen, taken), for `details`
    """
    moment, lines = stamp(), []
    answers = records[records["kind"] == "rectification"]
    roles = _roles(connection, {answer["problem_no"] for answer in answers["told"]})
    for record in answers.itertuples():
        answer = record.told
        if answer["problem_no"]:
            details = {name: answer[name] for name in _TOLD} | {"not_ours": answer["not_ours"]}
            details |= photos.get((int(record.sheet), int(record.source_row)), {})
            act = ANSWER_ACTS.get(answer["state"], PROGRESS)
            if roles.get((answer["problem_no"], int(record.unit))) == "协办":
                act = CO_ACTS.get(act, CO_PROGRESS)
            lines.append(
                {
                    **{"number": answer["problem_no"], "unit": int(record.unit), "batch": batch},
                    **{"act": act, "details": details},
                    **{"day": happened_on(answer, int(record.day), moment), "at": moment},
                    **{"sheet": int(record.sheet), "source_row": int(record.source_row)},
                }
            )
    add_events(connection, lines)


def _roles(connection: Connection, numbers: Iterable[str]) -> dict[tuple[str, int], str]:
    """Give the role of each unit in the last round of some problems."""
    handed = handed_out(connection, numbers)
    return {
        (line.number, int(line.unit)): line.role for line in handed.itertuples(index=False)
    }  # rounds come in order: the last one holds


def add_events(connection: Connection, lines: Sequence[Mapping]) -> list[int]:
    """Append events, each a mapping of columns of the table; gives their numbers.

    Takes: lines - details as a mapping; what is left out takes its usual value
    """
    first = next_number(connection, schema.problem_event.c.event)
    names = [name for name in _EVENT_COLUMNS if name != "event"]
    usual = {"unit": -1, "minute": 24 * 60, "due_minute": 24 * 60, "at": stamp()}
    numeric = {c.name for c in schema.problem_event.columns if c.type.python_type is int}
    ready = [
        {name: usual.get(name, 0 if name in numeric else "") for name in names}
        | {**line, "details": json.dumps(line.get("details", {}), ensure_ascii=False)}
        for line in lines
    ]
    columns = {name: [line[name] for line in ready] for name in names}
    numbers = list(range(first, first + len(ready)))
    add_rows(connection, schema.problem_event, {"event": numbers, **columns})
    return numbers


def read_events(
    connection: Connection,
    numbers: Iterable[str],
    known_at: str = "",
    *conditions: ColumnElement[bool],
) -> pd.DataFrame:
    """Read the events of some problems that count, in the order in which they became known.

    Takes:   known_at - a `stamp`: as known then; "": now; conditions - on the table, that hold as well
    Returns: the columns of the table, details as a mapping
    """
    table, distinct = schema.problem_event, sorted(set(numbers) - {""})
    query = _that_count(select(table).where(*conditions), connection, known_at)
    frames = [
        read_frame(connection, query.where(table.c.number.in_(chunk)))
        for chunk in _in_chunks(distinct)
    ]
    events = pd.concat(frames, ignore_index=True).sort_values("event", ignore_index=True)
    return events.assign(details=list(map(_details, events["details"].tolist())))


def _details(text: str) -> dict:
    """Read the details of an event; most have none, and a parser takes its time to find that out."""
    return {} if text in ("", "{}") else json.loads(text)


def _in_chunks(values: Sequence) -> list[Sequence]:
    """Part what is asked for: a question takes so many values only. One empty part for nothing."""
    return [values[first : first + _MANY] for first in range(0, len(values), _MANY)] or [[]]


def _that_count(query: Select, connection: Connection, known_at: str) -> Select:
    table, batch = schema.problem_event, schema.batch
    if known_at:
        live = live_at(connection, known_at).index.tolist()
        return query.where(table.c.at <= known_at, table.c.batch.in_([0, *live]))
    joined = query.outerjoin(batch, batch.c.batch == table.c.batch)
    return joined.where(or_(table.c.batch == 0, batch.c.live == 1))


def moved_numbers(connection: Connection, numbers: Iterable[str], known_at: str = "") -> set[str]:
    """List those of some numbers of which more is known than answers in files (整改反馈)."""
    table, distinct = schema.problem_event, sorted(set(numbers) - {""})
    is_move = or_(table.c.batch == 0, table.c.act.not_in([*ANSWER_ACTS.values(), PROGRESS]))
    query = _that_count(select(table.c.number).distinct().where(is_move), connection, known_at)
    return {
        number
        for chunk in _in_chunks(distinct)
        for number in connection.scalars(query.where(table.c.number.in_(chunk)))
    }


def own_numbers(connection: Connection, days: Iterable[int], known_at: str = "") -> pd.DataFrame:
    """Read the problems of some days that the office numbered: the columns of the table `problem`."""
    table = schema.problem
    query = select(table).where(among(table.c.day, days))
    if known_at:
        query = query.where(table.c.at <= known_at)
    return read_frame(connection, query.order_by(table.c.number))


def with_bare(numbers: Iterable[str]) -> set[str]:
    """Give numbers, and of those with -1, -2 also that of the cell that was split."""
    numbers = set(numbers)
    return numbers | {re.sub(PIECE, "", number) for number in numbers if "-" in number}


def locate_numbers(connection: Connection, numbers: Iterable[str]) -> tuple[list[int], list[int]]:
    """Find by index where the problems of some numbers lie: days (ordinals) and sites.

    A number with -1, -2 is also looked for as the number of the cell that was split.
    """
    chunks = _in_chunks(sorted(with_bare(set(numbers) - {""})))
    problem, finding, state = schema.problem, schema.finding, schema.finding_state
    numbered = select(problem.c.day, problem.c.batch, problem.c.seq)
    first = (state.c.batch == finding.c.batch) & (state.c.seq == finding.c.seq) & (state.c.n == 0)
    rows = select(state.c.happened_on.label("day"), finding.c.batch, finding.c.seq)
    rows = rows.select_from(finding.join(state, first))
    located = pd.concat(
        [
            read_frame(connection, query.where(column.in_(chunk)))
            for query, column in ((numbered, problem.c.number), (rows, finding.c.number))
            for chunk in chunks
        ]
    )
    located = located.drop_duplicates()
    row = schema.row
    sites: set[int] = set()
    for day, day_rows in located[located["batch"] > 0].groupby("day"):
        query = select(row.c.site).where(row.c.day == int(day), row.c.result == 1)
        query = query.where(row.c.batch.in_(day_rows["batch"].unique().tolist()))
        for chunk in _in_chunks(day_rows["seq"].tolist()):
            sites |= set(connection.scalars(query.where(row.c.seq.in_(chunk))))
    return sorted(int(day) for day in located["day"].unique()), sorted(sites)


def number_problems(
    connection: Connection, problems: Sequence[Mapping[str, object]], who: str
) -> list[str]:
    """Give numbers to problems, the same ones to those that have them already.

    Takes:   problems - day (ordinal), and batch and seq of a finding, or source and content of what
             comes from elsewhere
    Returns: a number each, such as 2026000012 of the year 2026
    """
    table = schema.problem
    numbers, lines, serials = [], [], {}
    elsewhere = _next_elsewhere(connection)
    for entry in problems:
        batch, seq = int(entry.get("batch", 0)), int(entry.get("seq", 0))
        if batch:
            mine = and_(table.c.batch == batch, table.c.seq == seq)
            stored = connection.execute(select(table.c.number).where(mine)).scalar()
            if stored:
                numbers.append(stored)
                continue
        else:
            seq, elsewhere = elsewhere, elsewhere + 1
        calendar_year = date.fromordinal(int(entry["day"])).year
        serials[calendar_year] = serials.get(calendar_year) or _next_serial(
            connection, calendar_year
        )
        numbers.append(f"{calendar_year}{serials[calendar_year]:06}")
        serials[calendar_year] += 1
        facts = {"source": entry.get("source", ""), "content": entry.get("content", "")}
        key = {"number": numbers[-1], "day": int(entry["day"]), "batch": batch, "seq": seq}
        lines.append({**key, **facts, "who": who, "at": stamp()})
    if lines:
        connection.execute(insert(table), lines)
    return numbers


def _next_elsewhere(connection: Connection) -> int:
    table = schema.problem
    query = select(func.max(table.c.seq)).where(table.c.batch == 0)
    return (connection.execute(query).scalar() or 0) + 1


def _next_serial(connection: Connection, calendar_year: int) -> int:
    """Give the first serial of a year that neither the office nor any file has used."""
    largest = 0
    for table in (schema.problem, schema.finding):
        digits = and_(
            table.c.number.like(f"{calendar_year}______"), table.c.number <= f"{calendar_year}99999"
        )
        numbers = connection.execute(select(func.max(table.c.number)).where(digits)).scalar() or ""
        largest = max(largest, int(numbers[4:]) if numbers[4:].isdecimal() else 0)
    return largest + 1


def add_hand_outs(connection: Connection, lines: Sequence[Mapping[str, object]]) -> None:
    """Note to whom problems were handed out: number, round, unit, role, dispatch, event.

    Who was given a problem in its round already is not noted twice; what a file said that was
    withdrawn gives way.
    """
    table, moment = schema.hand_out, stamp()
    numbers = [line["number"] for line in lines]
    noted = set(_keys_of(handed_out(connection, numbers)))
    fresh = {
        (line["number"], line["round"], line["unit"]): {**line, "at": moment}
        for line in reversed(lines)
        if (line["number"], line["round"], line["unit"]) not in noted
    }
    for number, course_round, unit in fresh:
        connection.execute(
            delete(table).where(
                table.c.number == number, table.c.round == course_round, table.c.unit == unit
            )
        )
    if fresh:
        connection.execute(insert(table), list(fresh.values()))


def _keys_of(hand_outs: pd.DataFrame) -> Iterable[tuple[str, int, int]]:
    return zip(hand_outs["number"], hand_outs["round"], hand_outs["unit"], strict=True)


def handed_out(
    connection: Connection, numbers: Iterable[str], *conditions: ColumnElement[bool]
) -> pd.DataFrame:
    """Read to whom some problems were handed out, by what still counts: the columns of the table.

    Takes: conditions - on the table, that hold as well
    """
    table, distinct = schema.hand_out, sorted(set(numbers) - {""})
    query = (
        hand_outs_that_count(connection)
        .where(*conditions)
        .order_by(table.c.number, table.c.round, table.c.event, table.c.unit)
    )
    frames = [
        read_frame(connection, query.where(table.c.number.in_(chunk)))
        for chunk in _in_chunks(distinct)
    ]
    return pd.concat(frames, ignore_index=True)


def hand_outs_that_count(connection: Connection) -> Select:
    """Ask for hand-outs that were entered, or whose file counts: the columns of the table."""
    table, event = schema.hand_out, schema.problem_event
    query = select(table).join(event, event.c.event == table.c.event)
    return _that_count(query, connection, "")
