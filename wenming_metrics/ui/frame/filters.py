"""All controls that choose what is shown, in one row; their values live in the address.

So a view can be sent to a colleague. Options are plain strings; what a control says on screen is also
what stands in the address. Names in the address differ from page to page: on the way to another page
Streamlit drops the parameters that the first page's controls are bound to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st

from wenming_metrics.domain.periods import (
    KINDS,
    Window,
    custom,
    is_to_date,
    previous,
    to_date,
    today,
    window,
)
from wenming_metrics.rules.calendar import calendar_of, is_usual, slot_at
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.ui.frame import navigation, page

EVERY_GROUP = "全部"
ISSUE = "issue"
_CARRIED = "carried-view"
_PERIODS = {**KINDS, ISSUE: "期"}
_SHORT = ("day", "week", "month")
_ONE_UNIT = ("day", "week", "month", "quarter")
_COURSE = ("week", "month", "day")
_LONG = ("day", "week", "month", "quarter", "year", "custom")


@dataclass(frozen=True)
class Selection:
    """What a reader chose: a window, a board and a group of it ("" = all).

    signed - the issue whose signed lists are shown (its number in the store), 0: live figures
    """

    window: Window
    board: str = ""
    group: str = ""
    signed: int = 0

    @property
    def key(self) -> str:
        """What a selectable table must carry in its key."""
        signed = f"-signed{self.signed}" if self.signed else ""
        return f"{self.board}-{self.window.key}{signed}"


def choose_period(rules: RuleSet, days: Sequence[date], first: Window) -> Selection:
    """Draw the controls of a page that shows the city: 日/周/月, a date, the way to a newer day.

    Takes: first - what the page opens on, of a kind that `period_kind` names
    """
    with page.row("controls"):
        inspected = [day for day in days if first.start <= day <= first.end]
        kind = period_kind(first, rules) or _SHORT[1]
        shown = _window(
            _SHORT, days, "city_", rules, kind, inspected[-1] if inspected else first.end
        )
        if not shown.start <= days[-1] <= shown.end:
            label = f"看{days[-1].month}月{days[-1].day}日（最近一天）"
            st.button(label, key="newest-day", on_click=_go_to, args=("city_", days[-1]))
    selection = Selection(shown)
    carry(rules, days, selection)
    return selection


def _go_to(prefix: str, day: date) -> None:
    st.session_state[f"{prefix}period"], st.session_state[f"{prefix}date"] = "day", day


def period_kind(span: Window, rules: RuleSet) -> str:
    """Name the kind under which the page of the city offers a window; "" where it does not."""
    calendar = calendar_of(rules.issues)
    if span.kind in _SHORT and replace(span, number=0) == window(span.kind, span.end):
        return span.kind
    slot = slot_at(calendar, span.end).window
    is_offered = not is_usual(calendar) and (slot.start, slot.end) == (span.start, span.end)
    return ISSUE if is_offered else ""


def choose_ranking(rules: RuleSet, days: Sequence[date]) -> Selection:
    """Draw the controls of the ranking: board, group, period and its dates."""
    with page.row("controls"):
        board = _board(rules.boards)
        group = _group(board)
        selection = Selection(_window(_LONG, days, "", rules), board.kind, group)
    carry(rules, days, selection)
    return selection


def choose_trend(rules: RuleSet, days: Sequence[date], *, any_period: bool = False) -> Selection:
    """Draw the controls of a course: board, period and its last date, in the caller's row.

    Takes: any_period - longer periods and any two dates too
    """
    ranked = [board for board in rules.boards if board.ranked]
    board = ranked[0]
    if len(ranked) > 1:
        board = _board(ranked, "trend_board")
    else:
        navigation.remark_missing("榜单", "trend_board", board.title)
    kinds = (*_COURSE, "quarter", "year", "custom") if any_period else _COURSE
    if st.session_state.get("trend_period") not in (None, ISSUE, *kinds):
        st.session_state["trend_period"] = kinds[0]
    return Selection(_window(kinds, days, "trend_", rules), board.kind)


def any_dates(days: Sequence[date], prefix: str, first: Window) -> Window:
    """Draw two dates; gives the days from one to the other. Takes: first - what they open on"""
    low, high = days[0], _latest(days)
    start = _date("比较开始日期", f"{prefix}from", min(max(first.start, low), high), days)
    end = _date("比较结束日期", f"{prefix}to", min(max(first.end, low), high), days)
    return custom(start, end)


def same_kind(after: Window, days: Sequence[date], rules: RuleSet) -> Window:
    """Draw a date; gives the window of the kind of another that it lies in."""
    usual = min(max(previous(after).start, days[0]), _latest(days))
    on = _date("比较日期", "trend_other", usual, days)
    if after.number:
        return slot_at(calendar_of(rules.issues), on).window
    compared = window(after.kind, on)
    return (
        to_date(compared, compared.start + (after.end - after.start))
        if is_to_date(after)
        else compared
    )


def trend_query(chosen: Selection, days: Sequence[date], rules: RuleSet) -> dict[str, str]:
    """Give the address parameters of `choose_trend` for a selection."""
    query = query_of(chosen.window, days, "trend_")
    if sum(board.ranked for board in rules.boards) > 1:
        query["trend_board"] = rules.board(chosen.board).title
    return query


def choose_losses(rules: RuleSet, days: Sequence[date]) -> Selection:
    """Draw the controls of the lost points: period and its dates; first the week."""
    with page.row("controls"):
        return Selection(_window(_LONG, days, "lost_", rules, "week"), rules.boards[0].kind)


def choose_portrait(rules: RuleSet, days: Sequence[date]) -> Selection:
    """Draw the controls of one unit: board, period and its date, in the caller's row; first the week."""
    board = _board(rules.boards, "unit_board")
    return Selection(_window(_ONE_UNIT, days, "unit_", rules, "week"), board.kind)


def portrait_query(chosen: Window, days: Sequence[date], board: Board, name: str) -> dict[str, str]:
    """Give the address parameters that open one unit of a board in the same period.

    Periods that are not offered there are opened at the month of their last day.
    """
    period = query_of(_near(chosen, _ONE_UNIT, days), days, "unit_")
    return {**period, "unit_board": board.title, "unit_who": name}


def carry(rules: RuleSet, days: Sequence[date], chosen: Selection, unit: str = "") -> None:
    """Let the links of the bar open the same days, board and unit on the other pages.

    Takes: unit - name of the one that is looked at; "": the city
    """
    st.session_state[_CARRIED] = chosen
    shown_window, board = (
        chosen.window,
        rules.board(chosen.board) if chosen.board else rules.boards[0],
    )
    unit_query = portrait_query(shown_window, days, board, unit)
    lost, ranked = query_of(shown_window, days, "lost_"), query_of(shown_window, days)
    course = Selection(near_course(shown_window, days), board.kind)
    trends = trend_query(course, days, rules) if board.ranked else {}
    if unit:
        trends |= {"trend_whom": unit} if trends else {}
        lost |= {"lost_unit" if board == rules.boards[0] else "lost_named": unit}
    else:
        del unit_query["unit_who"]
    navigation.carry(
        {
            "总览": query_of(_near(shown_window, _SHORT, days), days, "city_"),
            "排名": {**ranked, "board": board.title},
            "单位画像": unit_query,
            "失分分析": lost,
            "趋势": trends,
            **navigation.of_unit(unit),
        }
    )


def carry_unit(rules: RuleSet, days: Sequence[date], unit: str | None) -> None:
    """Let the links keep the unit that a page without board and period looks at; none: as they were."""
    view = st.session_state.get(_CARRIED)
    if unit and view:
        carry(rules, days, Selection(view.window), unit)
    elif unit:
        navigation.carry(navigation.of_unit(unit))


def near_course(chosen: Window, days: Sequence[date]) -> Window:
    """Give the window of a kind that 趋势 offers which is nearest to another."""
    return _near(chosen, _COURSE, days)


def _near(chosen: Window, kinds: Sequence[str], days: Sequence[date]) -> Window:
    """Give a window itself where its kind is offered, else the month of its last day."""
    if chosen.number or chosen.kind in kinds:
        return chosen
    return window("month", min(chosen.end, _latest(days)))


def choose_steps(days: Sequence[date]) -> Selection:
    """Draw the controls of a score worked out: period and its dates, in the caller's row."""
    return Selection(_window(_LONG, days, "step_"))


def _board(boards: Sequence[Board], key: str = "board") -> Board:
    titles = {board.kind: board.title for board in boards}
    kind = page.switch("榜单", list(titles), key, format_func=titles.get)
    return next(board for board in boards if board.kind == kind)


def _group(board: Board) -> str:
    if len(board.groups) < 2:
        navigation.remark_missing("分组", "group")
        return ""
    options = [EVERY_GROUP, *board.groups]
    chosen = page.select("分组", options, "group", width=160)
    return "" if chosen == EVERY_GROUP else chosen


def _window(
    kinds: Sequence[str],
    days: Sequence[date],
    prefix: str,
    rules: RuleSet | None = None,
    first: str = "",
    newest: date | None = None,
) -> Window:
    """Draw period and dates; the issues of the office too, unless they are weeks or months anyway.

    Takes: rules - None: without issues; newest - the day it opens on, None: the last with inspections
    """
    if rules is not None and not is_usual(calendar_of(rules.issues)):
        kinds = (*kinds, ISSUE)
    key, is_dated = f"{prefix}period", newest is not None
    kind = page.switch("时段", kinds, key, first, is_dated=is_dated, format_func=_PERIODS.get)
    last = days[-1]
    if kind != "custom":
        on = _date("日期", f"{prefix}date", newest or last, days)
        return slot_at(calendar_of(rules.issues), on).window if kind == ISSUE else window(kind, on)
    start = _date("开始日期", f"{prefix}from", max(days[0], window("month", last).start), days)
    return custom(start, _date("结束日期", f"{prefix}to", last, days))


def _date(label: str, key: str, usual: date, days: Sequence[date]) -> date:
    first, last, in_address = days[0], _latest(days), st.query_params.get(key)
    if in_address and (on := _day(in_address)) and not first <= on <= last:
        del st.query_params[key]
        st.session_state[key] = min(max(on, first), last)
    page.hold(key, usual, usual.isoformat())
    chosen = st.date_input(
        label,
        None,
        min_value=first,
        max_value=last,
        format="YYYY-MM-DD",
        key=key,
        bind="query-params",
        width=160,
    )
    chosen = chosen or usual
    navigation.remark(label, in_address, chosen.isoformat())
    return chosen


def _day(in_address: str) -> date | None:
    try:
        return date.fromisoformat(in_address)
    except ValueError:
        return None


def _latest(days: Sequence[date]) -> date:
    """The last day that can be chosen."""
    return max(days[-1], today())


def query_of(chosen: Window, days: Sequence[date], prefix: str = "") -> dict[str, str]:
    """Give the address parameters that open the same calendar period on another page.

    Takes: prefix - of the other page's parameters, "": the ranking's
    """
    if chosen.kind == "custom":
        ends = {f"{prefix}from": chosen.start.isoformat(), f"{prefix}to": chosen.end.isoformat()}
        return {f"{prefix}period": _PERIODS["custom"], **ends}
    on = min(chosen.end, _latest(days))
    usual = not chosen.number or window(chosen.kind, chosen.start).start == chosen.start
    period = _PERIODS[chosen.kind if usual else ISSUE]
    return {f"{prefix}period": period, f"{prefix}date": on.isoformat()}
