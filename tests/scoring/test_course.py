"""The course of a problem: states along the table of moves, clocks that stop and go, hours that add up."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenming_metrics.domain.working_days import announced
from wenming_metrics.domain.working_hours import DAY, OfficeHours, day_of, end_of, make_clock
from wenming_metrics.rules.loop import LoopRules
from wenming_metrics.rules.moves import read_moves
from wenming_metrics.scoring.loop.course import follow
from wenming_metrics.vocabulary import LOOP_STATES

MONDAY = date(2026, 11, 16).toordinal()
RULES = LoopRules(read_moves(None, []))
CHECKED = replace(RULES, closes="check")
CLOCK = make_clock(announced(), OfficeHours(), MONDAY - 30, MONDAY + 60)


def event(act, day, minute=DAY, **more):
    """One event on a day after MONDAY."""
    texts = dict.fromkeys(("who", "approver", "way", "outcome", "reason", "time_unit"), "")
    numbers = {"unit": -1, "due": 0, "due_minute": DAY, "until": 0, "frozen": {}, "event": 1}
    due = {name: MONDAY + more.pop(name) for name in ("due", "until") if name in more}
    return {**texts, **numbers, "act": act, "day": MONDAY + day, "minute": minute, **more, **due}


def course(*events, rules=RULES, as_of=30):
    return follow("1", end_of(MONDAY), events, rules, CLOCK, end_of(MONDAY + as_of))


def after(day):
    """The number of days after MONDAY that a moment lies in."""
    return day_of(day) - MONDAY


HANDED = event("交办", 0, unit=5, due=3)


def test_the_straight_way_to_the_end():
    done = course(
        *(HANDED, event("签收", 1), event("反馈", 2), event("核查通过", 3, way="现场", who="甲")),
        event("销号", 4, who="乙"),
    )
    assert (done.state, done.unit, done.round, done.is_late) == ("已销号", 5, 1, False)
    assert [after(m) for m in (done.handed, done.signed, done.answered, done.closed)] == [
        0,
        1,
        2,
        2,
    ]
    assert (done.way, done.checked_by, done.approved_by) == ("现场", "甲", "乙")


def test_what_closes_is_a_rule():
    answered = (HANDED, event("签收", 1), event("反馈", 2))
    assert after(course(*answered).closed) == 2
    assert course(*answered, rules=CHECKED).closed == 0
    closed = course(*answered, event("核查通过", 3), event("销号", 8), rules=CHECKED)
    assert after(closed.closed) == 8
    assert not closed.is_late, "the unit's time ended with its answer"


def test_the_last_day_is_in_time_and_the_next_is_late():
    assert not course(HANDED, event("反馈", 3)).is_late
    assert course(HANDED, event("反馈", 4)).is_late
    assert course(HANDED, as_of=3).is_overdue(end_of(MONDAY + 3)) is False
    assert course(HANDED, as_of=4).is_overdue(end_of(MONDAY + 4)) is True


def test_an_answer_on_a_saturday_after_friday_is_late():
    assert course(event("交办", 0, unit=5, due=4), event("反馈", 5)).is_late


def test_time_of_checking_is_not_the_units():
    # Handed out on Monday until Thursday; answered on Tuesday with two days left; refused the Monday after.
    again = course(HANDED, event("反馈", 1), event("核查不通过", 7, reason="不彻底"))
    assert (again.state, again.returns, after(again.due)) == ("整改中", 1, 9)
    assert not course(
        HANDED, event("反馈", 1), event("核查不通过", 7, reason="不彻底"), event("反馈", 9)
    ).is_late
    assert course(
        HANDED, event("反馈", 1), event("核查不通过", 7, reason="不彻底"), event("反馈", 10)
    ).is_late


def test_for_a_faked_one_the_time_of_checking_is_the_units():
    faked = course(HANDED, event("反馈", 1), event("核查不通过", 7, reason="虚假整改"))
    assert faked.is_late
    assert faked.minutes(CLOCK)["checker"] == 0


def test_sent_back_to_the_office_the_clock_stands_still():
    back = event("退回", 1, reason="不是本单位职责")
    same = course(HANDED, back, event("改派", 7, unit=5, reason="是"))
    assert after(same.due) == 9, "two days were left"
    other = course(HANDED, back, event("改派", 7, unit=6, due=14, reason="属乙"))
    assert (other.unit, after(other.due)) == (6, 14)


def test_a_suspension_stops_the_clock_and_ends_by_itself():
    suspended = event("批准挂账", 1, until=10, approver="丙", document_no="1号")
    during = course(HANDED, suspended, as_of=9)
    assert during.state == "挂账"
    assert not during.is_overdue(end_of(MONDAY + 9))
    ended = course(HANDED, suspended, as_of=20)
    assert (ended.state, after(ended.due)) == (
        "整改中",
        14,
    )  # Thursday 26 and Monday 30: two days left


def test_an_extension_is_another_last_day():
    longer = course(
        HANDED, event("批准延期", 2, due=6, approver="丙", reason="下雨"), event("反馈", 6)
    )
    assert (longer.extensions, longer.is_late) == (1, False)


def test_a_relapse_is_a_new_round_of_the_same_problem():
    back = course(
        *(HANDED, event("反馈", 2), event("核查通过", 3), event("销号", 4), event("反弹", 10)),
        event("交办", 11, unit=6, due=14),
    )
    assert (back.state, back.round, back.unit, back.closed) == ("待签收", 2, 6, 0)
    assert [after(back.relapsed), after(back.closed_before), after(back.due)] == [10, 2, 14]


def test_every_word_of_the_unit_is_an_answer_and_only_that_it_is_done_is_one_of_rectification():
    refused = (event("反馈", 1), event("核查不通过", 7, reason="不彻底"))
    cases = {
        "nothing": ((), 0, 0),
        "under way": ((event("进展", 1),), 1, 0),
        "not true": ((event("申请不属实", 1, reason="不是"),), 1, 0),
        "suspend": ((event("挂账申请", 1, reason="待拆迁"),), 1, 0),
        "done": ((event("反馈", 1),), 1, 1),
        "done and refused": (refused, 1, 0),
        "sent back": ((event("退回", 1, reason="不是本单位职责"),), 0, 0),
        "another unit": ((event("进展", 1), event("改派", 2, unit=6, due=9, reason="属乙")), 0, 0),
    }
    for events, reported, answered in cases.values():
        played = course(HANDED, *events)
        days = [after(moment) if moment else 0 for moment in (played.reported, played.answered)]
        assert days == [reported, answered], events


def test_what_was_frozen_stays_whatever_the_calendar():
    frozen = {
        "minutes": {"office": 1, "unit": 2, "checker": 3, "paused": 4},
        "moment": end_of(MONDAY + 4),
    }
    frozen |= {"due": end_of(MONDAY + 3), "is_late": True, "calendar": "x"}
    closing = event("销号", 4, who="乙", frozen=frozen)
    done = course(HANDED, event("反馈", 2), event("核查通过", 3), closing)
    assert done.is_late
    assert done.minutes(CLOCK) == {"office": 1, "unit": 2, "checker": 3, "paused": 4}


ACTS = sorted(RULES.acts)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(ACTS),
            st.integers(0, 4),
            st.integers(0, DAY),
            st.sampled_from([0, 2, 9]),
        ),
        max_size=14,
    ),
    st.integers(0, 40),
)
def test_any_events_keep_to_the_table_and_hours_add_up(steps, as_of):
    """States only along allowed moves; whose time it was adds up to all of it; the future adds nothing."""
    day, events = 0, []
    for number, (act, later, minute, limit) in enumerate(steps, 1):
        day += later
        more = {"due": day + limit} if limit else {}
        events.append(event(act, day, minute, unit=number % 3, until=day + 5, event=number, **more))
    events.sort(key=lambda each: (each["day"], each["minute"], each["event"]))
    end = end_of(MONDAY + as_of)
    played = follow("1", end_of(MONDAY), events, RULES, CLOCK, end)
    state = "待交办"
    for act in played.acts:
        resumed = state if RULES.find(state, act) else "整改中"  # a 挂账 that ended by itself
        assert state == "挂账" or resumed == state
        state = RULES.find(resumed, act).to or resumed
    assert played.state in (state, "整改中")
    assert all(span.begin < span.end for span in played.spans)
    spans = [span for span in played.spans]
    covered = sum(CLOCK.between(span.begin, span.end) for span in spans)
    assert sum(played.minutes(CLOCK).values()) == covered
    # Without gaps as long as the problem was open.
    for left, right in zip(spans, spans[1:], strict=False):
        if left.end != right.begin:
            assert {"销号", "认定不属实", "核实不属实"} & set(played.acts)
    if LOOP_STATES[played.state] and not {"反弹", "销号"} & set(played.acts):
        assert covered == CLOCK.between(end_of(MONDAY), max(end, played.since))
    known = [each for each in events if each["day"] * DAY + each["minute"] <= end]
    assert follow("1", end_of(MONDAY), known, RULES, CLOCK, end) == played


@pytest.mark.parametrize("state", LOOP_STATES)
def test_every_state_can_be_reached_and_left_or_is_an_end(state):
    reached = {move.to for move in RULES.moves.values()}
    assert state in reached | {"待核实", "待交办"}
    left = {source for source, _ in RULES.moves}
    assert state in left or state == "不属实"
