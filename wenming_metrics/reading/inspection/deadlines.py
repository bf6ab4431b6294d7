"""What a row tells of its problem besides: number, deadline (整改时限), severity, state.

Columns that a sheet lacks cost nothing. Deadlines written as a number of days are counted from
the day the problem was handed out (交办), else from the day it was found; what was counted is
stored as a day, so a calendar that comes later does not judge anew what a unit was told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import normalize

import numpy as np

from wenming_metrics.domain.working_days import WorkingDays
from wenming_metrics.reading.inspection.time_limits import (
    NO_MINUTE,
    NONE,
    OPEN_ENDED,
    UNKNOWN,
    TimeLimit,
    minute_of,
    read_limit,
)
from wenming_metrics.reading.resolve.periods_and_units import iso
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    Table,
    column,
    column_location,
    combine,
    report,
    report_rows,
    typed,
)
from wenming_metrics.reading.tables.values import Value
from wenming_metrics.vocabulary import SEVERITIES, STATES, normalise

_HANDED = re.compile(r"(?:交办|下发|派发)(?:日期|时间):\s*([\d./年月-]+日?)(\s*\d{1,2}[:时点]\d*)?")
_LIMIT = re.compile(r"整改(?:时限|期限):\s*([^\s(;,。]+)")
_STARRED = re.compile("标★的?.{0,4}(?:立行立改|立即)")
_SEVERITY_WORDS = {
    "一般": "一般 一般性 轻微 轻度 较轻 轻 普通 低",
    "较重": "较重 较严重 较大 中度 中等 中",
    "严重": "严重 重度 重大 重 特别严重 突出 高",
}
_SEVERITY = {
    normalise(word): SEVERITIES.index(name)
    for name, words in _SEVERITY_WORDS.items()
    for word in words.split()
}
_STATE = (
    ("连续通报", re.compile("连续.{0,4}通报|连续[两二三四五2-5]次|再次通报")),
    (
        "未及时整改",
        re.compile("未(?:能)?(?:及时|按时|按期|如期)(?:整改|完成)|逾期|超期|整改不及时"),
    ),
    ("反弹", re.compile("反弹|复发|回潮")),
    ("重复", re.compile("重复")),
    ("已发现", re.compile("^(?:已|新|首次|初次)?发现$|^新增$|^首次$")),
)


def read_finding_facts(
    table: Table, day: np.ndarray, failed: np.ndarray, calendar: WorkingDays
) -> dict[str, np.ndarray]:
    """Read what failed rows tell of their problems, where the sheet has columns or titles for it.

    Takes:   day - ordinals, below 0 where unknown; failed - which rows are problems;
             calendar - by which working days are counted
    Returns: some of severity, state (numbers), number (texts, "": none), due (ordinals, 0: none),
             one value per data row; 0 and "" for rows that are no problem
    """
    if table.cells is not None:
        return {}  # a row of several items: nothing on it is said of one of them
    facts = {}
    for name, of, code in (("severity", severity, "程度-01"), ("problem_state", state, "状态-01")):
        if name in table.columns:
            codes = typed(table, name, of)
            report(table, failed & (codes == UNKNOWN), code, name)
            facts[name.removeprefix("problem_")] = np.where(failed, np.maximum(codes, 0), 0)
    numbers, starred = _numbers(table, failed)
    due = _due(table, day, failed, starred, calendar)
    facts |= {} if numbers is None else {"number": numbers}
    return facts if due is None else {**facts, "due": due}


def severity(value: Value) -> int:
    """Number a severity: 一般, 较重, 严重 and what stands for them. Returns: 0 blank, -1 unknown."""
    text = values.word(value).removesuffix("问题")
    return _SEVERITY.get(text, UNKNOWN) if text.strip("-/") else NONE


def state(value: Value) -> int:
    """Number a state: 未及时整改, 逾期未整改, 连续通报二次 ... Returns: 0 blank, -1 unknown."""
    text = values.word(value)
    if not text.strip("-/"):
        return NONE
    states = (STATES.index(name) for name, words in _STATE if words.search(text))
    return next(states, UNKNOWN)


def number_of(text: str) -> str:
    """Give a problem's number as it is compared: narrow, without spaces and 「★」.

    >>> number_of("★ dc1115－001")
    'DC1115-001'
    """
    return normalise(text).replace("★", "").strip("-/无").upper()


def _numbers(table: Table, failed: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Give the number of each problem, and which cells bear a star."""
    if "problem_no" not in table.columns:
        return None, None
    number_column = column(table, "problem_no")
    texts = [values.spell(value) for value in number_column.values]
    words = np.array([number_of(text) for text in texts], object)
    starred = np.array(["★" in text for text in texts], bool)
    return np.where(failed, words[number_column.codes], ""), starred[number_column.codes]


def _due(
    table: Table,
    day: np.ndarray,
    failed: np.ndarray,
    starred: np.ndarray | None,
    calendar: WorkingDays,
) -> np.ndarray | None:
    """Give the deadline of each problem: its own cell, else what the titles say of all."""
    above = normalize("NFKC", table.header.above)
    title = _LIMIT.search(above)
    if "deadline" not in table.columns and not title:
        return None
    start, minute = _starts(table, day, failed, above)
    cells, unit = column(table, "deadline"), _unit(table)

    def of_cell(code: int, from_day: int, at_minute: int) -> TimeLimit:
        return read_limit(cells.values[code], from_day, calendar, unit, at_minute)

    time_limits = _each(cells.codes, start, minute, of_cell)
    limit_texts = np.array([values.spell(value) for value in cells.values], object)[cells.codes]
    if title:
        starred = np.zeros(table.n_rows, bool) if starred is None else starred
        stars = (starred & bool(_STARRED.search(above))).astype(np.int64)
        words = np.array([title[1], "立行立改"], object)

        def of_title(star: int, from_day: int, at_minute: int) -> TimeLimit:
            return read_limit(words[star], from_day, calendar, minute=at_minute)

        by_title = np.array([limit.day == NONE for limit in time_limits], bool)
        time_limits = np.where(by_title, _each(stars, start, minute, of_title), time_limits)
        limit_texts = np.where(by_title, words[stars], limit_texts)
    return _settle(table, failed & (day > 0), start, time_limits, limit_texts)


def _settle(
    table: Table,
    dated: np.ndarray,
    start: np.ndarray,
    time_limits: np.ndarray,
    limit_texts: np.ndarray,
) -> np.ndarray:
    """Give the due days of the rows that are dated problems, 0 for none; tell what is unsure."""
    due = np.array([limit.day for limit in time_limits], np.int64)
    is_counted = dated & (due >= start)
    years = np.array(["、".join(map(str, limit.years)) for limit in time_limits], object)
    late_starts = np.array([limit.is_late_start for limit in time_limits], bool)
    masks = {
        "期限-01": dated & (due == UNKNOWN),
        "期限-02": dated & (due > 0) & (due < start),
        "期限-03": dated & (due == OPEN_ENDED),
        "期限-04": is_counted & (years != ""),
        "期限-05": is_counted & late_starts,
    }
    for code, mask in masks.items():
        rows = np.flatnonzero(mask)
        details = [
            {"written": limit_texts[row], "years": years[row]}
            | {"start": iso(int(start[row])), "due": iso(int(due[row]))}
            for row in rows.tolist()
        ]
        report_rows(table, rows, code, "deadline", details)
    return np.where(is_counted, due, NONE)


def _each(
    codes: np.ndarray,
    start: np.ndarray,
    minute: np.ndarray,
    of: Callable[[int, int, int], TimeLimit],
) -> np.ndarray:
    """Work out a deadline once for each distinct cell and moment it is counted from."""
    first, number = combine([codes, start, minute])
    triples = zip(*(array[first].tolist() for array in (codes, start, minute)), strict=True)
    time_limits = np.empty(len(first), object)
    time_limits[:] = [of(*triple) if triple[1] > 0 else TimeLimit(NONE) for triple in triples]
    return time_limits[number]


def _starts(
    table: Table, day: np.ndarray, failed: np.ndarray, above: str
) -> tuple[np.ndarray, np.ndarray]:
    """Give the day from which days are counted, and the minute of it where that is written.

    It is 交办 by the row, else by a title, else the row's own day.
    """
    year = table.header.titles.year
    titled = _HANDED.search(above)
    handed = np.full(table.n_rows, values.day(titled[1], year) if titled else values.BLANK)
    minute = np.full(table.n_rows, minute_of(titled[0]) if titled else NO_MINUTE)
    if "handed_out" in table.columns:
        row_days = typed(table, "handed_out", lambda value: values.day(value, year))
        minute = np.where(row_days > 0, typed(table, "handed_out", minute_of), minute)
        handed = np.where(row_days > 0, row_days, handed)
        is_dated = failed & (day > 0)
        report(table, is_dated & (row_days < values.BLANK), "期限-06", "handed_out")
        report(table, is_dated & (row_days > 0) & (row_days < day), "期限-07", "handed_out")
    start = np.where(day > 0, np.maximum(day, handed), values.BLANK)
    return start, np.where((handed == start) & (start > 0), minute, NO_MINUTE)


def _unit(table: Table) -> str:
    if "deadline" not in table.columns:
        return ""
    match = re.search("工作日|工作时|天|小时", column_location(table, "deadline")[1])
    return match[0] if match else ""
