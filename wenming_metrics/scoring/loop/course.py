"""The course of a problem (问题整改): its events played through the table of moves, as of a moment.

Nothing of it is stored but the events: a deadline passes without any file arriving. A problem that
is 已销号 is frozen: its last event holds what was counted on that day, so a calendar that is
changed later does not judge it anew.

The unit's time stops while others have the problem. Back with the same unit it goes on, with
another unit, or a new printed limit, it starts anew. Whether a unit was late is judged by the
moments themselves: an answer after the end of the last day is late, be that a holiday.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from wenming_metrics.domain.working_hours import (
    DAY,
    ROUND_THE_CLOCK,
    WORK_HOUR,
    Clock,
    day_of,
    end_of,
)
from wenming_metrics.rules.loop import ON_CHECK, LoopRules
from wenming_metrics.vocabulary import LOOP_STATES, PARTIES

START, UNDER_WAY, WAITS_FOR_CHECK, SETTLED, SUSPENDED = (
    "待交办",
    "整改中",
    "待核查",
    "已销号",
    "挂账",
)
HAND_OUT, BY_TABLE, ANSWER, PROGRESS, CO_ANSWER = "交办", "随表交办", "反馈", "进展", "协办反馈"
PASSED, REFUSED, CLOSED, RELAPSE, HOLDS = "核查通过", "核查不通过", "销号", "反弹", "回头看保持"
EXTEND, SUSPEND, LONG_TERM, LOOK = "批准延期", "批准挂账", "列入长期整改", "整改复查"
SIGN, SEND_BACK, APPEAL, EXEMPT = "签收", "退回", "逾期申诉", "采纳申诉"
"""States and acts that are more than a step along the table: they set clocks, counts or figures."""
REPLIES = (ANSWER, PROGRESS, "申请不属实", "挂账申请")
"""What a unit may say to what it was handed: each is 反馈, done or not; 退回 is none."""
EVENT_COLUMNS = {
    **{"event": "int64", "number": object, "act": object, "unit": "int64", "day": "int64"},
    **{"minute": "int64", "due": "int64", "due_minute": "int64", "time_unit": object},
    **{"until": "int64", "who": object, "approver": object, "way": object, "outcome": object},
    **{"reason": object, "document_no": object, "frozen": object, "at": object},
}
"""Columns of events; day, due, until are ordinals (0: none), minute is DAY where no hour is known.

unit - -1: none; frozen - what was counted at 销号, a mapping, {} before."""
_RUNS = {state for state, party in LOOP_STATES.items() if party == "unit"}


@dataclass(frozen=True)
class Span:
    """A stretch of time in one state: whose it is (of PARTIES), which unit has it, two moments."""

    state: str
    party: str
    unit: int
    begin: int
    end: int


@dataclass(frozen=True)
class ProblemCourse:
    """What became of one problem, as of a moment. Moments are those of `domain.working_hours`, 0: never.

    state, since - where it is, and from when; opened - when it was found; unit - who has it (-1: nobody)
    round - from 1, one more with each 反弹; handed - the first hand-out of the round
    due - when the unit's time ends (0: no limit); time_left - working minutes left while it stands still
    is_late - the unit was past its limit when it gave the problem back, in this round; is_exempt - an
    appeal against that was heard; answered (that it is done), closed, signed - moments; reported - when
    the unit last said one of REPLIES, whatever a check made of it; checked_by, approved_by - who
    returns, extensions, send_backs, appeals - how often; co_answered - the 协办 units that reported
    way - how it was checked; looked - what 整改复查 found; relapsed, held - moments of 回头看; closed_before - of the 销号 before that
    until - end of 挂账 or 长期整改; moved - the last event that counted; acts - all that counted
    spans - the time so far, without gaps; frozen - what was counted at the last 销号
    ignored - events that the table of moves does not allow where they stand
    """

    number: str
    state: str = START
    since: int = 0
    opened: int = 0
    unit: int = -1
    round: int = 1
    handed: int = 0
    due: int = 0
    time_unit: str = ""
    time_left: int = 0
    is_late: bool = False
    is_exempt: bool = False
    reported: int = 0
    answered: int = 0
    closed: int = 0
    signed: int = 0
    checked_by: str = ""
    approved_by: str = ""
    returns: int = 0
    extensions: int = 0
    send_backs: int = 0
    appeals: int = 0
    co_answered: tuple[int, ...] = ()
    way: str = ""
    looked: str = ""
    relapsed: int = 0
    closed_before: int = 0
    held: int = 0
    until: int = 0
    moved: int = 0
    acts: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    frozen: Mapping = field(default_factory=dict)
    ignored: tuple[int, ...] = ()

    @property
    def acts_of_round(self) -> tuple[str, ...]:
        """The acts since the problem last came back."""
        last = len(self.acts) - 1 - self.acts[::-1].index(RELAPSE) if RELAPSE in self.acts else -1
        return self.acts[last + 1 :]

    def is_overdue(self, as_of: int) -> bool:
        """Say whether the unit's time is over while it still has the problem."""
        return self.state in _RUNS and 0 < self.due < as_of

    def minutes(self, clock: Clock) -> dict[str, int]:
        """Give the working minutes of each party; together they are all from the first to the last."""
        sums = dict.fromkeys(PARTIES, 0) | dict(self.frozen.get("minutes", {}))
        for span in self.spans:
            if span.begin >= self.frozen.get("moment", 0):
                sums[span.party] += clock.between(span.begin, span.end)
        return sums


Progress = dict[str, object]
"""The fields of a ProblemCourse while it is played: one dict that moves change, for speed."""
_FRESH = {f.name: getattr(ProblemCourse(""), f.name) for f in fields(ProblemCourse)}


def follow(
    number: str,
    opened: int,
    events: Sequence[Mapping],
    rules: LoopRules,
    clock: Clock,
    as_of: int,
    state: str = START,
) -> ProblemCourse:
    """Play the events of a problem through the moves, up to a moment.

    Takes:   opened - moment from which it is followed; events - rows of EVENT_COLUMNS in the order in
             which they happened; as_of - what happened later is left out
    """
    now: Progress = {**_FRESH, "number": number, "state": state, "opened": opened}
    now |= {"since": opened, "moved": opened, "spans": [], "acts": [], "ignored": []}
    for event in events:
        if moment_of(event) > as_of:
            break
        _resume(now, clock, moment_of(event))
        _step(now, event, rules, clock)
    _resume(now, clock, as_of)
    _write_span(now, max(as_of, now["since"]))
    return ProblemCourse(
        **{**now, **{name: tuple(now[name]) for name in ("spans", "acts", "ignored")}}
    )


def moment_of(event: Mapping) -> int:
    """Give the moment of an event."""
    return event["day"] * DAY + event["minute"]


def _step(now: Progress, event: Mapping, rules: LoopRules, clock: Clock) -> None:
    """Make one move; one that is not allowed, or lies before the last one, is only noted."""
    move, moment = rules.find(now["state"], event["act"]), moment_of(event)
    if move is None or moment < now["since"]:
        now["ignored"].append(event["event"])
        return
    _note(now, event, moment, rules)
    if move.act not in rules.reminders:  # who is reminded has not moved anything
        now["moved"] = moment
    now["acts"].append(move.act)
    if move.act == EXTEND:
        _limit(now, event)
    if not move.to:
        return
    stopped_due = now["due"] if now["state"] == WAITS_FOR_CHECK else 0
    _stop(now, clock, moment)
    _enter(now, move.to, moment)
    if move.kind == "return" and move.to in _RUNS:
        _refuse(now, event, rules, stopped_due)
    if move.kind == "assign" and move.to in _RUNS:
        now["handed"] = moment if move.act == HAND_OUT else now["handed"] or moment
        if move.act == HAND_OUT or event["unit"] not in (
            now["unit"],
            -1,
        ):  # with another unit the time starts anew
            unit = now["unit"] if event["unit"] < 0 else event["unit"]
            now |= {"unit": unit, "is_late": False, "due": 0, "time_left": 0, "reported": 0}
    if move.to in _RUNS:
        _run(now, event, clock, moment)
    if move.act == CLOSED and event["frozen"]:
        now["frozen"] = event["frozen"]
        now["due"], now["is_late"] = now["frozen"]["due"], now["frozen"]["is_late"]


def _enter(now: Progress, state: str, moment: int) -> None:
    """Go into another state; the time since the last one is the party's whose it was."""
    _write_span(now, moment)
    now["state"], now["since"] = state, moment


def _write_span(now: Progress, moment: int) -> None:
    """Write down the time in the present state up to a moment; states that are over take none."""
    party = LOOP_STATES[now["state"]]
    if party and moment > now["since"]:
        now["spans"].append(Span(now["state"], party, now["unit"], now["since"], moment))


def _stop(now: Progress, clock: Clock, moment: int) -> None:
    """Let the unit's time stand still: was it late, how much is left."""
    if now["state"] not in _RUNS or not now["due"]:
        return
    now["is_late"] = now["is_late"] or moment > now["due"]
    is_wall = now["time_unit"] in ROUND_THE_CLOCK
    now["time_left"] = now["due"] - moment if is_wall else clock.between(moment, now["due"])


def _run(now: Progress, event: Mapping, clock: Clock, moment: int) -> None:
    """Let the unit's time run: to the limit that is given, else with what was left of it."""
    if event["due"]:
        _limit(now, event)
    elif now["time_left"] and (now["time_left"] < 0 or now["time_unit"] in ROUND_THE_CLOCK):
        now["due"] = moment + now["time_left"]
    elif now["time_left"]:
        due = clock.advance(moment, now["time_left"])
        # A limit of days ends with its day.
        now["due"] = due if now["time_unit"] == WORK_HOUR else end_of(day_of(due))
    now["time_left"] = 0


def _limit(now: Progress, event: Mapping) -> None:
    """Set the end of the unit's time."""
    now["due"] = event["due"] * DAY + event["due_minute"]
    now["time_unit"] = event["time_unit"] or now["time_unit"]


def _refuse(now: Progress, event: Mapping, rules: LoopRules, stopped_due: int) -> None:
    """A check that failed gives the problem back; for some reasons its time is the unit's."""
    now["returns"] += 1
    if event["reason"] not in rules.unpaused or not now["spans"]:
        return
    check = now["spans"].pop()
    now["spans"].append(Span(check.state, "unit", check.unit, check.begin, check.end))
    now["is_late"] = now["is_late"] or 0 < stopped_due < now["since"]
    now["time_left"] = 0


def _note(now: Progress, event: Mapping, moment: int, rules: LoopRules) -> None:
    """Write down what an act says besides the state that it leads to."""
    act = event["act"]
    if act in REPLIES:
        now["reported"] = moment
    if act == RELAPSE:
        zero = (
            "handed",
            "reported",
            "answered",
            "closed",
            "signed",
            "due",
            "time_left",
            "extensions",
        )
        now |= {
            "round": now["round"] + 1,
            "relapsed": moment,
            "closed_before": now["closed"],
            "unit": -1,
            "is_late": False,
        }
        now |= {"is_exempt": False, "co_answered": ()}
        now |= dict.fromkeys((*zero, "send_backs", "appeals"), 0)
    elif act == ANSWER:
        now |= {"answered": moment, "closed": moment if rules.closes != ON_CHECK else 0}
        now["is_late"] |= now["state"] == WAITS_FOR_CHECK and 0 < now["due"] < moment
    elif act == REFUSED or (act == PROGRESS and now["state"] == WAITS_FOR_CHECK):
        now |= {"answered": 0, "closed": 0}
    elif act == CLOSED:
        now |= {"approved_by": event["who"], "closed": now["closed"] or moment}
    elif act == PASSED:
        now |= {"checked_by": event["who"], "way": event["way"]}
    elif act in (SUSPEND, LONG_TERM):
        now["until"] = end_of(event["until"]) if event["until"] else 0
    elif act in _MOMENTS:
        now[_MOMENTS[act]] = moment
    elif act in _COUNTS:
        now[_COUNTS[act]] += 1
    elif act == LOOK:
        now["looked"] = event["outcome"]
    elif act == EXEMPT:
        now["is_exempt"] = True
    elif act == CO_ANSWER:
        now["co_answered"] = (*now["co_answered"], event["unit"])


_MOMENTS = {SIGN: "signed", HOLDS: "held"}
_COUNTS = {EXTEND: "extensions", SEND_BACK: "send_backs", APPEAL: "appeals"}


def _resume(now: Progress, clock: Clock, moment: int) -> None:
    """End a 挂账 whose time is over; the unit's time goes on by itself."""
    if now["state"] == SUSPENDED and 0 < now["until"] < moment:
        begin, now["until"] = now["until"], 0
        _enter(now, UNDER_WAY, begin)
        _run(now, {"due": 0}, clock, begin)
