"""Problems and what became of each, as of a day: rows of files, and what comes from elsewhere.

How the moves of each are played: `queries.scores.moves`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import now, today
from wenming_metrics.domain.registers import Register
from wenming_metrics.domain.working_days import is_working
from wenming_metrics.domain.working_hours import Clock, day_of, end_of, make_clock
from wenming_metrics.queries.scores.findings import Moment, read_problems
from wenming_metrics.queries.scores.moves import (
    follow_line,
    linked_events,
    number_rows,
    play_events,
    row_holders,
)
from wenming_metrics.rules.loop import LoopRules
from wenming_metrics.scoring.loop.course import (
    START,
    UNDER_WAY,
    ProblemCourse,
)
from wenming_metrics.scoring.loop.figures import add_flags
from wenming_metrics.scoring.tree.states import OPEN
from wenming_metrics.store.batches import live_on
from wenming_metrics.store.problems import locate_numbers, own_numbers
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.rows import FAILED_COLUMNS, has_numbers
from wenming_metrics.vocabulary import LOOP_STATES

_NUMBERS = ("handed", "due", "reported", "answered", "moved", "held", "relapsed", "until", "signed")
"""Moments of a ProblemCourse that lines give as days."""


@dataclass(frozen=True, eq=False)
class ProblemBook:
    """Problems found on some days, each with its course.

    lines   - one per problem: FAILED_COLUMNS of its row (batch 0: from elsewhere), number ("" = none),
              content, unit (territory), holder (unit that has it, -1), state, since, moments of
              _NUMBERS as days (0: never), closed (day, OPEN), round, returns, extensions, way, looked,
              is_late, is_exempt and the flags of `scoring.loop.figures.add_flags`
    events  - those of the problems: columns of the table `problem_event` and finding (index of `lines`)
    courses - index of `lines` -> ProblemCourse, of those that have events
    unlinked - events whose problem is none of these: why says so; begin - the first of the days
    """

    lines: pd.DataFrame
    events: pd.DataFrame
    courses: Mapping[int, ProblemCourse]
    unlinked: pd.DataFrame
    register: Register
    clock: Clock
    rules: LoopRules
    moment: Moment
    begin: int

    @cached_property
    def by_number(self) -> dict[str, int]:
        """Number -> index of `lines`; a number that several bear is none."""
        numbered = self.lines[self.lines["number"] != ""]
        alone = numbered[~numbered["number"].duplicated(keep=False)]
        return dict(zip(alone["number"], alone.index.tolist(), strict=True))

    @cached_property
    def line_of(self) -> dict[int, Mapping]:
        """Index of `lines` -> that line."""
        return dict(zip(self.lines.index.tolist(), self.lines.to_dict("records"), strict=True))

    @cached_property
    def _events_of(self) -> dict[int, list[Mapping]]:
        """Index of `lines` -> its events."""
        events: dict[int, list[Mapping]] = {}
        for event in self.events.to_dict("records"):
            events.setdefault(event["finding"], []).append(event)
        return events

    def play(self, index: int, further: Sequence[Mapping] = (), as_of: int = 0) -> ProblemCourse:
        """Give the course of a problem up to a moment, as if further events had happened.

        Takes: further - columns of the table `problem_event`; as_of - 0: to the end of the book's day
        """
        stored = self._events_of.get(index, [])
        added = [{**event, "batch": 0, "event": 0} for event in further]
        frozen = [{**event, "frozen": event["details"].get("frozen", {})} for event in added]
        until = as_of or end_of(self.moment.as_of)
        line = self.line_of[index]
        return follow_line(line, [*stored, *frozen], self.rules, self.clock, until)


def book_of(connection: Connection, rules: LoopRules, numbers: Iterable[str]) -> ProblemBook:
    """Read the problems of some numbers, as of today; their days and sites are found by index."""
    days, sites = locate_numbers(connection, numbers)
    return read_book(connection, rules, days, sites=sites)


def read_book(
    connection: Connection,
    rules: LoopRules,
    days: Sequence[int],
    moment: Moment | None = None,
    sites: Iterable[int] | None = None,
    period_start: int = 0,
) -> ProblemBook:
    """Read the problems found on some days, at some sites only where they are given.

    Takes: period_start - of what was found before this day only that is given which was handed out
           and not closed by then (上期结转); 0: all
    """
    moment = moment or Moment(today().toordinal())
    begin = period_start or min(days, default=moment.as_of)
    days = [day for day in days if day <= moment.as_of]
    days_read = days
    if days and days[0] < begin:
        numbered = _are_numbered(connection, range(days[0], begin), moment.known_at)
        # Of before only what was handed out is given.
        days_read = days if numbered else [day for day in days if day >= begin]
    findings = read_problems(connection, days_read, moment.known_at, sites)
    elsewhere = own_numbers(connection, days, moment.known_at)
    problems = number_rows(connection, findings, moment.known_at)
    problems = _with_elsewhere(problems, elsewhere)
    register = read_register(connection)
    clock = make_clock(register.calendar, rules.hours, min(days, default=begin), moment.as_of + 1)
    events = linked_events(connection, problems, moment)
    is_linked = events["finding"] >= 0
    linked = events[is_linked]
    # Of what was found before, most was never handed out, and is not given: nobody asks who has it.
    may_stay = (problems["day"] >= begin) | problems["by_table"]
    may_stay |= problems.index.isin(linked["finding"])
    holder = np.full(len(problems), -1)
    holder[may_stay] = row_holders(connection, problems[may_stay])
    courses = play_events(problems, holder, linked, rules, clock, moment)
    lines = _lines(problems, holder, courses)
    lines = _flagged(lines, register, rules, moment, begin)
    lines = lines[(lines["day"] >= begin) | lines["is_carried"]]
    unlinked = events[~is_linked & (events["finding"] == -1)]
    facts = (register, clock, rules, moment, begin)
    return ProblemBook(lines, linked, courses, unlinked, *facts)


def _are_numbered(connection: Connection, days: range, known_at: str) -> bool:
    """Say whether anything found on some days has a number or a limit: nothing else is handed out."""
    batches = live_on(connection, days, known_at)
    return has_numbers(connection, batches) or not own_numbers(connection, days, known_at).empty


def _with_elsewhere(problems: pd.DataFrame, numbered: pd.DataFrame) -> pd.DataFrame:
    """Add what comes from elsewhere: 领导批示, 会议定事项."""
    elsewhere = numbered[numbered["batch"] == 0]
    if elsewhere.empty:
        return problems
    usual_values = dict.fromkeys((*FAILED_COLUMNS, "due", "due_by_row", "result"), 0)
    usual_values |= {"by_table": False, "start": START, "unit": -1, "item": -1}
    names = {name: elsewhere[name] for name in ("day", "seq", "number", "content")}
    added = elsewhere[["source"]].rename(columns={"source": "origin"})
    added = added.assign(**{**usual_values, **names})
    return pd.concat([problems, added[problems.columns]], ignore_index=True)


def _lines(
    problems: pd.DataFrame, holder: np.ndarray, courses: Mapping[int, ProblemCourse]
) -> pd.DataFrame:
    """Lay courses beside their problems; those without events stand where their rows put them."""
    by_table = problems["by_table"].to_numpy(bool)
    day, due = problems["day"].to_numpy(np.int64), problems["due"].to_numpy(np.int64)
    state = np.where(by_table, UNDER_WAY, problems["start"]).astype(object)
    columns: dict[str, np.ndarray] = {
        **{name: np.zeros(len(problems), np.int64) for name in _NUMBERS},
        **{"state": state, "since": day.copy(), "holder": np.where(by_table, holder, -1)},
        **{"closed": np.full(len(problems), OPEN), "round": np.ones(len(problems), np.int64)},
        **{name: np.zeros(len(problems), np.int64) for name in ("returns", "extensions")},
        **{name: np.full(len(problems), "", object) for name in ("way", "looked")},
        **{name: np.zeros(len(problems), bool) for name in ("is_late", "is_exempt")},
        "closed_before": np.zeros(len(problems), np.int64),
    }
    columns["handed"] = np.where(by_table, day, 0)
    columns["due"], columns["moved"] = due.copy(), day.copy()
    positions = problems.index.get_indexer(list(courses))
    same_named = (
        "state",
        "round",
        "returns",
        "extensions",
        "way",
        "looked",
        "is_late",
        "is_exempt",
    )
    for name in same_named:
        columns[name][positions] = [getattr(course, name) for course in courses.values()]
    for name in (*_NUMBERS, "since", "closed_before"):
        columns[name][positions] = _days_of(courses.values(), name, 0)
    columns["closed"][positions] = _days_of(courses.values(), "closed", OPEN)
    columns["holder"][positions] = [course.unit for course in courses.values()]
    answering = np.where(columns["holder"] >= 0, columns["holder"], holder)
    return problems.assign(**columns, named=answering)


def _days_of(courses: Iterable[ProblemCourse], name: str, never: int) -> np.ndarray:
    """Give the days of one moment of each course; so much where it never came."""
    moments = np.array([getattr(course, name) for course in courses], np.int64)
    return np.where(moments > 0, day_of(moments), never)


def _flagged(
    lines: pd.DataFrame, register: Register, rules: LoopRules, moment: Moment, begin: int
) -> pd.DataFrame:
    """Say of each problem whether it is overdue, stands still, came back ..."""
    runs = lines["state"].map(lambda state: LOOP_STATES[state] in ("office", "unit", "checker"))
    stalled_before = working_days_back(register, moment.as_of, rules.stalled_days)
    lines = add_flags(lines.assign(runs=runs), moment.as_of, stalled_before, begin)
    with_unit = lines["state"].map(LOOP_STATES) == "unit"
    is_overdue = with_unit & (lines["due"] > 0) & (lines["due"] < moment.as_of)
    within = (lines["relapsed"] > 0) & (
        lines["relapsed"] - lines["closed_before"] <= rules.relapse_days
    )
    found_again = _found_again(lines, rules.relapse_days)
    return lines.assign(
        is_overdue=is_overdue,
        is_late=lines["is_late"] | is_overdue,
        is_relapsed=within | found_again,
        was_closed=(lines["closed"] < OPEN) | (lines["relapsed"] > 0),
    )


def _found_again(lines: pd.DataFrame, days: int) -> np.ndarray:
    """Say of problems that were closed whether the same was found at the site within some days after."""
    rows = lines[["site", "item", "day"]].assign(rank=np.arange(len(lines)))
    rows = rows[(lines["batch"] > 0).to_numpy()].sort_values(["site", "item", "day"])
    distinct = rows.drop_duplicates(["site", "item", "day"])
    following = distinct.groupby(["site", "item"])["day"].shift(-1, fill_value=0)
    later = distinct.assign(later=following)[["site", "item", "day", "later"]]
    merged = lines[["site", "item", "day"]].merge(later, on=["site", "item", "day"], how="left")
    next_day = merged["later"].fillna(0).to_numpy(np.int64)
    closed = lines["closed"].to_numpy(np.int64)
    return (next_day > closed) & (next_day - closed <= days)


def working_days_back(register: Register, day: int, count: int) -> int:
    """Give the day that lies some working days before another."""
    while count:
        count -= is_working(register.calendar, day)
        day -= 1
    return day


def present_minute() -> int:
    """Give the minute of the day, for what is done now."""
    moment = now()
    return moment.hour * 60 + moment.minute
