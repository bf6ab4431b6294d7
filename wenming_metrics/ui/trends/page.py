"""The parts of the page 趋势: whom and what to follow, the course, what moved it, days, all units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st

from wenming_metrics.charts.calendar import day_squares
from wenming_metrics.charts.control_chart import course_line, has_line
from wenming_metrics.charts.sparklines import Small, small_lines
from wenming_metrics.domain.numbers import half_up
from wenming_metrics.domain.periods import Window, is_to_date, previous, window
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.trend.campaign_phases import phase_ends
from wenming_metrics.queries.trend.change import UNIT
from wenming_metrics.queries.trend.dated_notes import remarks_within
from wenming_metrics.queries.trend.trend import Course, course, days_scored, indicators, year_before
from wenming_metrics.rules.calendar import calendar_of, slot_at
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.trend.control_limits import control
from wenming_metrics.ui.frame import cache, filters, page, signed_view, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.trends import change, remark_lines, sentences, side_by_side

_FIRST = 24
"""So many small lines a phone shows at once."""
COURSE, WHY, SIDE, CALENDAR, UNITS = "走势", "得分变动原因", "并排比较", "日历", "各单位"
SCORE, CITY = "总分", "全市"
_LENGTH = {"day": 92, "week": 26, "month": 24}
"""How many windows a course spans at most; issues as weeks."""
_COURSES = 32
"""So many courses are kept."""
_WEEKS, _LEAST_WEEKS = 26, 10
"""How many weeks a calendar shows at most and at least."""
_USUAL, _YEAR, _OTHER, _ANY = "上一期", "去年同期", "另选一期", "任选起止日期"


@dataclass(frozen=True)
class TrendView:
    """What a reader follows: until which window, on which board, whom, which indicator ("" = score).

    compared - the window before; query - what stands in the address for window and board
    """

    window: Window
    board: str
    name: str
    code: str
    indicator: str
    view: str
    compared: Window
    query: dict[str, str]


def choose(office: Office, days: Sequence[date]) -> TrendView:
    """Draw the controls: view, period and date, whom, which indicator."""
    with page.row("controls"):
        view = page.switch("看什么", [COURSE, WHY, SIDE, CALENDAR, UNITS], "trend_view")
        selection = filters.choose_trend(office.rules, days, any_period=view == WHY)
        selection = replace(selection, window=signed_view.present_part(selection.window))
        names = ask(course, (selection.window,), selection.board, shared=True).wholes["name"]
        name, indicator, code = CITY, SCORE, ""
        compared = _before(selection.window, office.rules)
        if view not in (SIDE, UNITS):
            whom = list(dict.fromkeys(names))
            name = page.select("单位", whom, "trend_whom", width=170)
        if view in (COURSE, UNITS):
            codes = {SCORE: "", **{path: code for code, path in ask(indicators, shared=True)}}
            indicator = page.select("指标", list(codes), "trend_leaf", width=300)
            code = codes[indicator]
        if view == WHY:
            compared = _compared(selection.window, compared, days)
    if selection.window.kind in _LENGTH or selection.window.number:
        filters.carry(office.rules, days, selection, "" if name == CITY else name)
    query = filters.trend_query(selection, days, office.rules)
    return TrendView(
        selection.window, selection.board, name, code, indicator, view, compared, query
    )


def draw(office: Office, chosen: TrendView, days: Sequence[date]) -> None:
    """Draw the view that is chosen."""
    if chosen.view == WHY:
        windows = (chosen.compared, chosen.window)
        cache.draw(change.draw_change, *windows, chosen.board, chosen.name)
    elif chosen.view == CALENDAR:
        cache.draw(_draw_days, chosen)
    elif chosen.view == UNITS:
        cache.draw(_draw_units, chosen)
    elif chosen.view == SIDE:
        cache.draw(_draw_side, chosen, side_by_side.choose(chosen.window, chosen.board))
    else:
        cache.draw(_draw_course, chosen)
        series = _course(office, chosen, days)
        if not np.isnan(series.values[_row(series, chosen)]).all():
            remarks = ask(remarks_within, series.windows)
            remark_lines.draw(office, remarks, series.windows[-1].end)


def _draw_side(office: Office, chosen: TrendView, listed_units: list[str]) -> None:
    series = _course(office, chosen, ask(days_known))
    links = {name: _link(name, chosen) for name in listed_units}
    side_by_side.draw(listed_units, Selection(chosen.window, chosen.board), series, links)


def _course(office: Office, chosen: TrendView, days: Sequence[date]) -> Course:
    """Follow the windows up to the chosen one."""
    windows = _windows(office, chosen, days)
    return ask(course, windows, chosen.board, chosen.code, shared=True, most=_COURSES)


def _row(series: Course, chosen: TrendView) -> int:
    """Find whom the reader follows among the courses."""
    return int(series.wholes.index[series.wholes["name"] == chosen.name][0])


def _windows(office: Office, chosen: TrendView, days: Sequence[date]) -> tuple[Window, ...]:
    """List the windows up to the chosen one, from the first with inspections on.

    Single days without inspection are left out: a city does not inspect on Sundays.
    """
    length = _LENGTH.get(chosen.window.kind, 26)
    if chosen.window.kind == "day":
        inspected = [day for day in days if day <= chosen.window.end][-length:]
        windows = [window("day", day) for day in inspected] or [chosen.window]
    else:
        windows = [chosen.window]
        while len(windows) < length and windows[0].start > days[0]:
            windows.insert(0, _before(windows[0], office.rules))
    return tuple(windows)


def _draw_course(office: Office, chosen: TrendView) -> None:
    """Draw the sentence, the line with its usual range, and how to read it."""
    series = _course(office, chosen, ask(days_known))
    row = _row(series, chosen)
    values, kind = series.values[row], chosen.window.kind
    scored = np.flatnonzero(~np.isnan(values))
    name = chosen.name if not chosen.code else f"{chosen.name}“{chosen.indicator}”得分率"
    latest = sentences.latest(
        name,
        [shown_window.title for shown_window in series.windows],
        values,
        series.before[row][-1],
        than=_than(series),
        rate=bool(chosen.code),
        unit_values=_unit_values(series, row),
    )
    if not len(scored):
        page.say(latest)
        return
    judged = control(values[scored], [int((scored < first).sum()) for first in series.changes])
    target = None if chosen.code else office.rules.target
    full = 100.0 if chosen.code else office.rules.full_mark
    gaps = scored[-1] - scored[0] + 1 > len(scored)  # then what follows each other are no weeks
    page.say(latest + sentences.reading(judged, "day" if gaps else kind, target, full))
    ends = sentences.marked(ask(phase_ends, series.windows))
    remarks = ask(remarks_within, series.windows)
    line = course_line(
        judged,
        scored,
        [_label(shown_window) for shown_window in series.windows],
        [_hover(series, row, position, rate=bool(chosen.code)) for position in scored],
        before=series.before[row],
        cuts={first - 0.5: "改办法" for first in series.changes},
        ends=[
            *((end.axis_position, mark, sentences.phase_hover(end)) for mark, end in ends.items()),
            *sentences.remark_marks(remarks),
        ],
        target=target,
    )
    page.chart(line, "course")
    _explain(series, row, kind)
    if latest := sentences.phases(ends):
        page.note(latest)


def _unit_values(series: Course, row: int) -> np.ndarray | None:
    """Give the values of the units of a whole; None for a unit itself."""
    wholes = series.wholes
    if wholes.at[row, "kind"] == UNIT:
        return None
    group = wholes.at[row, "group"]
    return series.values[(wholes["kind"] == UNIT) & ((wholes["group"] == group) | (group == ""))]


def _than(series: Course) -> str:
    """Name the window before the last one that is shown: days without inspection are left out."""
    last = series.windows[-1]
    if len(series.windows) < 2 or one_before(last, series.windows[-2]):
        return words.before(last)
    return series.windows[-2].title


def one_before(of: Window, earlier: Window) -> bool:
    """Say whether another window ends where this one begins."""
    return earlier.end + timedelta(days=1) == of.start


def _before(of: Window, rules: RuleSet) -> Window:
    """Give the window of the same kind before one: of an issue the issue before."""
    if not of.number:
        return previous(of)
    return slot_at(calendar_of(rules.issues), of.start - timedelta(days=1)).window


def _explain(series: Course, row: int, kind: str) -> None:
    """Say how the picture is to be read, and what it rests on."""
    of = sentences.COUNTED.get(kind, "期")
    what = {"day": "日子", "week": "周", "month": "月"}.get(kind, "期")
    dashed = "虚线是去年同期。" if has_line(series.before[row]) else ""
    page.note(
        f"横线是平均，浅色带是正常波动范围：落在带内的升降，多半只是抽到的点位不同。▲▼是超出正常波动范围的{what}："
        f"落到带外，三{of}里有两{of}靠近带边，连续 7 {of}在平均的一边，或者连续 7 个点一路升、一路降。{dashed}"
        "纵轴不从 0 起。"
    )
    if kind == "day":
        page.note(
            "一天只查少数点位，按日的升降多半来自查到了谁；看走势以周、月为准。没有督查的日子略去。"
        )
    if is_to_date(series.windows[-1]):
        page.note(f"本期没有过完：各期都只取开头的 {len(series.windows[-1].days)} 天，好作比较。")
    if rule_note := sentences.new_rules(series.changes):
        page.note(rule_note)


def _label(of: Window) -> str:
    if of.number:
        return f"{of.number}期"
    if of.kind == "month":
        return f"{of.start.year % 100}年{of.start.month}月"
    return f"{of.start.month}/{of.start.day}"


def _hover(series: Course, row: int, column: int, *, rate: bool) -> str:
    value = f"{series.values[row, column]:.2f}{'%' if rate else ' 分'}"
    return f"{series.windows[column].title}<br><b>{value}</b><br>{series.checks[row, column]:,.0f} 项检查"


def _compared(after: Window, before: Window, days: Sequence[date]) -> Window:
    """Draw the controls of what to compare with; gives that window. Takes: before - the usual one"""
    options = [_USUAL, _YEAR, _OTHER, _ANY] if after.kind != "custom" else [_USUAL, _ANY]
    than = page.select("与哪一期比", options, "trend_than", width=150)
    if than == _USUAL:
        return before
    if than == _YEAR:
        return year_before(after)
    if than == _ANY:
        return filters.any_dates(days, "trend_than_", before)
    return filters.same_kind(after, days, cache.office().rules)


def _draw_days(office: Office, chosen: TrendView) -> None:
    """Draw the calendar of the last half year."""
    days = ask(days_known)
    last = min(chosen.window.end, days[-1])
    first = last - timedelta(days=last.weekday(), weeks=_WEEKS - 1)
    wanted = tuple(day for day in days if first <= day <= last)
    scored_days = ask(days_scored, wanted, chosen.board)
    days_of_name = scored_days[scored_days["name"] == chosen.name]
    days_of_name = days_of_name.assign(
        lost=office.rules.full_mark - days_of_name["value"]
    ).drop_duplicates("day")
    first_shown = wanted[0] if wanted else last
    weeks = max(
        _LEAST_WEEKS, (last - first_shown + timedelta(days=first_shown.weekday())).days // 7 + 1
    )
    page.say(sentences.calendar(days_of_name, chosen.name, weeks))
    page.chart(day_squares(days_of_name, last, weeks), "calendar")
    lost = days_of_name["lost"].dropna()
    scale = f"最浅失 {lost.min():.2f} 分，最深失 {lost.max():.2f} 分。" if len(lost) else ""
    page.note(
        f"一格是一天，颜色越深失分越多；灰格没有督查或没有得分。{scale}一天只查少数点位，深浅只供参考。"
    )


def _draw_units(office: Office, chosen: TrendView) -> None:
    """Draw a small line per unit, the one that rose most first, all on one scale."""
    series = _course(office, chosen, ask(days_known))
    lines = unit_moves(series)
    page.say(sentences.spread(lines, _than(series)))
    unit_values = series.values[lines["at"]]
    if np.isnan(unit_values).all():
        return
    low, high = float(np.floor(np.nanmin(unit_values))), float(np.ceil(np.nanmax(unit_values)))
    what = chosen.indicator if chosen.code else "得分"
    page.note(
        f"{words.plain(what)}；按升降从多到少。各图同一刻度：下边 {low:g}，上边 {high:g}。"
        "点一个单位看它的走势。"
    )
    smalls = _smalls(series, lines, chosen)
    st.html(small_lines(smalls[:_FIRST], low, high))
    if smalls[_FIRST:]:
        with page.fold(f"其余{len(smalls) - _FIRST}个单位", "smalls"):
            st.html(small_lines(smalls[_FIRST:], low, high))


def unit_moves(series: Course) -> pd.DataFrame:
    """List the units by what they moved since the window before, the one that rose most first.

    Returns: at (position in `found.wholes`), name, moved (NaN = not in both windows), value
    """
    rows = series.wholes.index[series.wholes["kind"] == UNIT].to_numpy()
    last = series.values[rows, -1]
    before = series.values[rows, -2] if len(series.windows) > 1 else np.full(len(rows), np.nan)
    lines = pd.DataFrame(
        {"at": rows, "name": series.wholes.loc[rows, "name"].to_numpy(), "value": last}
    ).assign(moved=half_up(last - before, 2))
    return lines.sort_values("moved", ascending=False, kind="stable", ignore_index=True)


def _smalls(series: Course, lines: pd.DataFrame, chosen: TrendView) -> list[Small]:
    smalls = []
    for line in lines.itertuples():
        value = "本期没有得分" if np.isnan(line.value) else f"{line.value:.2f}"
        moved = words.signed(line.moved)
        values = tuple(
            None if np.isnan(score) else float(score) for score in series.values[line.at]
        )
        smalls.append(
            Small(line.name, f"{value} {moved}".strip(), _link(line.name, chosen), values)
        )
    return smalls


def _link(name: str, chosen: TrendView) -> str:
    """Give the address of one unit's course."""
    query = {**chosen.query, "trend_whom": name}
    query |= {"trend_leaf": chosen.indicator} if chosen.code else {}
    return f"course?{urlencode(query)}"
