"""Moves that were made of problems (问题整改), played: where each stands, and what that does to scores.

A problem is known by its number: its own, else the one that the office gave it. What a file hands
out itself (a number or a limit in the row) is 随表交办 on the day it was found; all else is an event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.working_hours import DAY, Clock, day_of, end_of, make_clock
from wenming_metrics.queries.scores.findings import Moment, link
from wenming_metrics.rules.loop import ON_CHECK, LoopRules
from wenming_metrics.scoring.loop.course import (
    ANSWER,
    BY_TABLE,
    HAND_OUT,
    PROGRESS,
    START,
    ProblemCourse,
    follow,
)
from wenming_metrics.scoring.loop.figures import EXCUSED
from wenming_metrics.scoring.tree.states import BY_MOVES, EXCUSE, OPEN, SET_ASIDE
from wenming_metrics.store.problems import (
    ANSWER_ACTS,
    moved_numbers,
    own_numbers,
    read_events,
    with_bare,
)
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.rows import read_role
from wenming_metrics.vocabulary import ANSWERED, ROLE_CODES, SOURCE_CODES

REPORTED = SOURCE_CODES.index("public")
"""Source of what people report: whether it is true is asked first (核实)."""
TO_VERIFY = "待核实"
_KEY = ["batch", "seq"]
_FOLLOWED = (ANSWER, PROGRESS)
_OF_ANSWERS = {*ANSWER_ACTS.values(), PROGRESS}
_OPENING = ("number", "day", "due_by_row", "by_table", "start")
"""What a problem begins with: columns of the lines of a book."""


def apply_moves(
    connection: Connection,
    problems: pd.DataFrame,
    answers: pd.DataFrame,
    rules: LoopRules,
    moment: Moment,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let the moves that were made decide what is closed, when it was due and who was late.

    Problems of which only files with answers tell stay as they are, unless 销号 alone closes them.

    Takes:   problems - of `findings.read_problems`; answers - linked to them
    Returns: both, the problems with BY_MOVES, SET_ASIDE and EXCUSE where any was moved
    """
    if problems.empty or not rules.moves:
        return problems, answers
    numbered = number_rows(connection, problems, moment.known_at)
    every = rules.closes == ON_CHECK
    numbers = set(numbered["number"]) - {""}
    moved = numbers if every else moved_numbers(connection, numbers, moment.known_at)
    followed = numbered[numbered["number"].isin(moved)]
    if followed.empty:
        return problems, answers
    labels = followed.index
    followed = followed.reset_index(drop=True)
    calendar = read_register(connection).calendar
    clock = make_clock(calendar, rules.hours, int(followed["day"].min()), moment.as_of + 1)
    events = linked_events(connection, followed, moment)
    events = events[events["finding"] >= 0]
    courses = play_events(followed, row_holders(connection, followed), events, rules, clock, moment)
    decided = _decided({labels[index]: course for index, course in courses.items()}, moment)
    if every:
        open_ones = numbered.index.difference(decided.index)
        answers = answers[~answers["finding"].isin(open_ones)]
    due = decided["due"].reindex(problems.index).fillna(problems["due"]).astype("int64")
    usual = {BY_MOVES: -1, SET_ASIDE: False, EXCUSE: ""}
    by_moves = {
        name: decided[name].reindex(problems.index, fill_value=value)
        for name, value in usual.items()
    }
    return problems.assign(due=due, **by_moves), _settled(answers, decided, moment)


def _decided(courses: Mapping[int, ProblemCourse], moment: Moment) -> pd.DataFrame:
    """Say what the moves of each problem come to, by the label of its line: closed, due, BY_MOVES, SET_ASIDE, EXCUSE."""
    last_day = end_of(moment.as_of) - DAY + 1
    lines = []
    for course in courses.values():
        is_late = (course.is_late or course.is_overdue(last_day)) and not course.is_exempt
        lines.append(
            (
                day_of(course.closed) if course.closed else OPEN,
                day_of(course.due) if course.due else 0,
                int(is_late),
                course.state in EXCUSED or not (course.closed or is_late),
                course.state if course.state in EXCUSED else "",
            )
        )
    index = pd.Index(courses, name="finding")
    return pd.DataFrame(lines, columns=["closed", "due", BY_MOVES, SET_ASIDE, EXCUSE], index=index)


def _settled(answers: pd.DataFrame, decided: pd.DataFrame, moment: Moment) -> pd.DataFrame:
    """Put the closures by moves in the place of what files answered of the same problems."""
    kept_answers = answers[~answers["finding"].isin(decided.index)]
    closed = decided[decided["closed"] < OPEN]
    if closed.empty:
        return kept_answers
    by_moves = pd.DataFrame({"finding": closed.index, "happened_on": closed["closed"].to_numpy()})
    by_moves = by_moves.assign(state=ANSWERED, known_at=moment.known_at)
    return pd.concat([kept_answers, by_moves], ignore_index=True)


def number_rows(connection: Connection, findings: pd.DataFrame, known_at: str) -> pd.DataFrame:
    """Put the numbers that the office gave to findings."""
    numbered = own_numbers(connection, findings["day"].unique(), known_at)
    problems = findings.assign(by_table=(findings["number"] != "") | (findings["due"] > 0))
    office_numbers = numbered[numbered["batch"] > 0].set_index(_KEY)["number"]
    if len(office_numbers):
        own_number = office_numbers.reindex(pd.MultiIndex.from_frame(problems[_KEY])).to_numpy(
            object
        )
        has_own = pd.notna(own_number)
        problems = problems.assign(number=np.where(has_own, own_number, problems["number"]))
    reported = (problems["source"] == REPORTED) & ~problems["by_table"]
    start = np.where(reported, TO_VERIFY, START).astype(object)
    return problems.assign(content="", origin="", start=start, due_by_row=problems["due"])


def row_holders(connection: Connection, problems: pd.DataFrame) -> np.ndarray:
    """Give who has a problem by its row: the first responsible unit, else the territory."""
    holder = problems["unit"].to_numpy(np.int64).copy()
    rows = problems[problems["batch"] > 0]
    if rows.empty:
        return holder
    role = ROLE_CODES.index("responsible")
    roles = read_role(connection, rows["day"].unique(), rows["batch"].unique(), role)
    first = roles.sort_values("unit").drop_duplicates(_KEY).set_index(_KEY)["unit"]
    first_unit = first.reindex(pd.MultiIndex.from_frame(problems[_KEY])).to_numpy(float)
    return np.where(np.isnan(first_unit), holder, first_unit).astype(np.int64)


def linked_events(connection: Connection, problems: pd.DataFrame, moment: Moment) -> pd.DataFrame:
    """Read the events of problems, each with its finding (-1: none of these)."""
    numbers = problems["number"].tolist()
    events = read_events(connection, with_bare(set(numbers) - {""}), moment.known_at)
    described = [details.get("description", "") for details in events["details"]]
    events = events.assign(description=described, happened_on=events["day"])
    if events.empty:
        return events.assign(finding=np.array([], np.int64), why="", frozen="")
    linked = link(connection, events, problems, moment.known_at)
    found_on = problems["day"].reindex(np.maximum(linked["finding"], 0), fill_value=0).to_numpy()
    # Nobody answers before there is a problem: such a day is taken for the day it was found on.
    is_file = (linked["batch"] > 0).to_numpy()
    day = linked["happened_on"].to_numpy(np.int64)
    day = np.where(is_file & (linked["finding"] >= 0), np.maximum(day, found_on), day)
    frozen = [details.get("frozen", {}) for details in linked["details"]]
    return linked.assign(day=day, frozen=frozen)


def play_events(
    problems: pd.DataFrame,
    holder: np.ndarray,
    events: pd.DataFrame,
    rules: LoopRules,
    clock: Clock,
    moment: Moment,
) -> dict[int, ProblemCourse]:
    """Play the events of each problem that has any."""
    as_of = end_of(moment.as_of)
    grouped: dict[int, list[Mapping]] = {}
    for event in _records(events):
        grouped.setdefault(event["finding"], []).append(event)
    openings = problems.loc[list(grouped), list(_OPENING)].assign(named=holder[list(grouped)])
    return {
        index: follow_line(line, grouped[index], rules, clock, as_of)
        for index, line in zip(grouped, _records(openings), strict=True)
    }


def _records(frame: pd.DataFrame) -> list[dict]:
    """Give the lines of a frame as mappings; `to_dict` asks each cell of a column of texts by itself."""
    names = list(frame.columns)
    columns = [frame[name].to_numpy(object).tolist() for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def follow_line(
    line: Mapping, events: Sequence[Mapping], rules: LoopRules, clock: Clock, as_of: int
) -> ProblemCourse:
    """Play the events of one problem. Takes: line - _OPENING and named"""
    sequence, opened = _in_order(events, day_of(as_of)), end_of(int(line["day"]))
    if line["by_table"]:
        first = by_table_event(int(line["day"]), int(line["due_by_row"]), int(line["named"]))
        sequence = [first, *sequence]
    return follow(line["number"], opened, sequence, rules, clock, as_of, line["start"])


def by_table_event(day: int, due: int, unit: int) -> dict[str, object]:
    """Make the event by which a file hands a problem out itself, on the day it was found."""
    event = {"event": 0, "act": BY_TABLE, "unit": unit, "day": day, "minute": DAY}
    event |= {"due": due, "due_minute": DAY, "time_unit": "", "until": 0, "frozen": {}}
    return event | dict.fromkeys(("who", "approver", "way", "outcome", "reason"), "")


def _in_order(events: Sequence[Mapping], as_of: int) -> list[Mapping]:
    """Put events in the order in which they happened.

    Of answers in files alone the one that became known last holds: it corrects those before.
    """
    past = [event for event in events if event["day"] <= as_of]
    if any(event["batch"] for event in past):
        past = _after_hand_out(past)
        if all(event["batch"] and event["act"] in _FOLLOWED for event in past):
            return past[-1:]
    return sorted(past, key=_when)


def _when(event: Mapping) -> tuple[int, int, int]:
    return event["day"], event["minute"], event["event"]


def _after_hand_out(events: Sequence[Mapping]) -> list[Mapping]:
    """Let answers in files that came after the first 交办 not lie before it.

    What was put right before the office handed it out is answered from the hand-out on.
    """
    first = min((event for event in events if event["act"] == HAND_OUT), key=_when, default=None)
    if first is None:
        return list(events)
    handed = {"day": first["day"], "minute": first["minute"]}
    return [
        {**event, **handed}
        if event["batch"]
        and event["act"] in _OF_ANSWERS
        and event["event"] > first["event"]
        and _when(event) < _when(first)
        else event
        for event in events
    ]
