"""All controls that choose what is shown, in one row; their values live in the address.

So a view can be sent to a colleague. Options are plain strings; what a control says on screen is also
what stands in the address. Names in the address differ from page to page: on the way to another page
Streamlit drops the parameters that the first page's controls are bound to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from wenming_metrics.periods import KINDS, Window, custom, today, window
from wenming_metrics.rules.model import Board, RuleSet

EVERY_GROUP = "全部"
_SHORT = ("day", "week", "month")
_LONG = ("day", "week", "month", "quarter", "year", "custom")


@dataclass(frozen=True)
class Selection:
    """What a reader chose: a window, a board and a group of it ("" = all)."""

    window: Window
    board: str = ""
    group: str = ""


def choose_period(days: Sequence[date]) -> Selection:
    """Draw the controls of a page that shows the city: 日/周/月 and a date."""
    with _row():
        return Selection(_window(_SHORT, days, "city_"))


def choose_ranking(rules: RuleSet, days: Sequence[date]) -> Selection:
    """Draw the controls of the ranking: board, group, period and its dates."""
    with _row():
        board = _board(rules.boards)
        group = _group(board)
        return Selection(_window(_LONG, days, ""), board.kind, group)


def choose_steps(days: Sequence[date]) -> Selection:
    """Draw the controls of a score worked out: period and its dates."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="steps-controls"):
        return Selection(_window(_LONG, days, "step_"))


def _row() -> st.delta_generator.DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="bottom", key="controls")


def _board(boards: Sequence[Board]) -> Board:
    titles = {board.kind: board.title for board in boards}
    kind = st.segmented_control(
        "榜单",
        list(titles),
        format_func=titles.get,
        default=boards[0].kind,
        required=True,
        key="board",
        bind="query-params",
    )
    return next(board for board in boards if board.kind == kind)


def _group(board: Board) -> str:
    if len(board.groups) < 2:
        return ""
    options = [EVERY_GROUP, *board.groups]
    chosen = st.selectbox("分组", options, key="group", bind="query-params", width=160)
    return "" if chosen == EVERY_GROUP else chosen


def _window(kinds: Sequence[str], days: Sequence[date], prefix: str) -> Window:
    kind = st.segmented_control(
        "时段",
        kinds,
        format_func=KINDS.get,
        default=kinds[0],
        required=True,
        key=f"{prefix}period",
        bind="query-params",
    )
    last = days[-1]
    if kind != "custom":
        return window(kind, _date("日期", f"{prefix}date", last, days))
    start = _date("开始日期", f"{prefix}from", max(days[0], window("month", last).start), days)
    return custom(start, _date("结束日期", f"{prefix}to", last, days))


def _date(label: str, key: str, value: date, days: Sequence[date]) -> date:
    return st.date_input(
        label,
        value,
        min_value=days[0],
        max_value=_latest(days),
        format="YYYY-MM-DD",
        key=key,
        bind="query-params",
        width=160,
    )


def _latest(days: Sequence[date]) -> date:
    """The last day that can be chosen."""
    return max(days[-1], today())


def query_of(chosen: Window, days: Sequence[date]) -> dict[str, str]:
    """Give the address parameters that open the ranking on the same calendar period."""
    on = min(chosen.end, _latest(days))
    return {"period": KINDS[chosen.kind], "date": on.isoformat()}


def last_days(chosen: Window, count: int) -> Window:
    """Give the days up to the end of a window, not beyond today."""
    end = max(chosen.start, min(chosen.end, today()))
    return custom(end - timedelta(days=count - 1), end)
