"""What a row tells of its problem besides: number, deadline (整改时限), severity, state.

Columns that a sheet lacks cost nothing. Deadlines written as a number of days are counted from
the day the problem was handed out (交办), else from the day it was found; 工作日 are Monday to
Friday, for the registers hold no holidays.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from unicodedata import normalize

import numpy as np

from wenming_metrics.reading.resolve.periods_and_units import deadline
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    Table,
    column,
    column_location,
    combine,
    report,
    typed,
)
from wenming_metrics.reading.tables.values import Value
from wenming_metrics.vocabulary import SEVERITIES, STATES, normalise

NONE, UNKNOWN = 0, -1
_NUMERALS = {word: number for number, word in enumerate("零一二三四五六七八九十")} | {"两": 2}
_SPAN = re.compile(
    r"(?:限|在|于)?(\d{1,3}|[一二两三四五六七八九十])(个?工作日|个?自然日|[日天]|个?小时|周|个?星期|个月)"
    r"(?:内|以内|之内)?(?:整改|完成|到位|办结|改正)*"
)
_SAME_DAY = re.compile("当[日天]|立行立改|立即|即时|马上|立整立改|即知即改")
_OPEN = {"长期", "长期坚持", "持续", "持续整改", "常态化", "无", "不限", "待定"}
_LENGTHS = {"日": 1, "天": 1, "自然日": 1, "周": 7, "星期": 7, "个月": 30}
_HANDED = re.compile(r"(?:交办|下发|派发)(?:日期|时间):\s*([\d./年月-]+日?)")
_LIMIT = re.compile(r"整改(?:时限|期限):\s*([^\s(;,。]+)")
_STARRED = re.compile("标★的?.{0,4}(?:立行立改|立即)")
_HALF_A_YEAR = 183
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


def read_finding_facts(table: Table, day: np.ndarray, failed: np.ndarray) -> dict[str, np.ndarray]:
    """Read what failed rows tell of their problems, where the sheet has columns or titles for it.

    Takes:   day - ordinals, below 0 where unknown; failed - which rows are problems
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
    due = _due(table, day, failed, starred)
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


def due_day(value: Value, start: int, unit: str = "") -> int:
    """Give the last day of a deadline, itself included.

    Takes:   start - ordinal from which days are counted, and whose year a date without one has;
             unit - 工作日, 天 or 小时 where the header says what a bare number counts
    Returns: its ordinal, 0 where none is written, -1 where it is not understood
    """
    text = values.word(value)
    if not text.strip("-/") or text in _OPEN:
        return NONE
    if _SAME_DAY.search(text):
        return start
    span = _SPAN.fullmatch(text + unit if text.isdigit() and len(text) < 4 else text)
    if span:
        count = int(span[1]) if span[1].isdigit() else _NUMERALS[span[1]]
        return _after(start, count, span[2].removeprefix("个") if span[2] != "个月" else span[2])
    year = date.fromordinal(start).year
    day = deadline(value, year)
    if 0 < day < start - _HALF_A_YEAR:
        day = max(deadline(value, year + 1), day)
    return day if day > 0 else UNKNOWN


def _after(start: int, count: int, unit: str) -> int:
    if unit == "小时":
        return start + -(-count // 24)
    if unit != "工作日":
        return start + count * _LENGTHS[unit]
    day = start
    while count:
        day += 1
        count -= date.fromordinal(day).weekday() < 5
    return day


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
    table: Table, day: np.ndarray, failed: np.ndarray, starred: np.ndarray | None
) -> np.ndarray | None:
    """Give the deadline of each problem: its own cell, else what the titles say of all."""
    above = normalize("NFKC", table.header.above)
    limit = _LIMIT.search(above)
    if "deadline" not in table.columns and not limit:
        return None
    start = _starts(table, day, above)
    deadline_column = column(table, "deadline")
    unit = _unit(table)
    due = _each(
        deadline_column.codes,
        start,
        lambda code, on: due_day(deadline_column.values[code], on, unit),
    )
    dated = failed & (day > 0)
    report(table, dated & (due == UNKNOWN), "期限-01", "deadline")
    report(table, dated & (due > 0) & (due < day), "期限-02", "deadline")
    if limit:
        starred = np.zeros(len(due), bool) if starred is None else starred
        stars = (starred & bool(_STARRED.search(above))).astype(np.int64)
        words = (limit[1], "立行立改")
        of_all = _each(stars, start, lambda star, on: due_day(words[star], on))
        due = np.where(due == NONE, of_all, due)
    return np.where(dated & (due >= day), np.maximum(due, 0), 0)


def _each(codes: np.ndarray, start: np.ndarray, of: Callable[[int, int], int]) -> np.ndarray:
    """Work out a deadline once for each distinct cell and day it is counted from."""
    first, number = combine([codes, start])
    pairs = zip(codes[first].tolist(), start[first].tolist(), strict=True)
    due_days = [of(code, on) if on > 0 else NONE for code, on in pairs]
    return np.array(due_days, np.int64)[number]


def _starts(table: Table, day: np.ndarray, above: str) -> np.ndarray:
    """Give the day from which days are counted: 交办 by the row, else by a title, else its own."""
    year = table.header.titles.year
    titled = _HANDED.search(above)
    handed = values.day(titled[1], year) if titled else values.BLANK
    if "handed_out" in table.columns:
        row_days = typed(table, "handed_out", lambda value: values.day(value, year))
        handed = np.where(row_days > 0, row_days, handed)
    return np.where(day > 0, np.maximum(day, handed), values.BLANK)


def _unit(table: Table) -> str:
    if "deadline" not in table.columns:
        return ""
    match = re.search("工作日|天|小时", column_location(table, "deadline")[1])
    return match[0] if match else ""
