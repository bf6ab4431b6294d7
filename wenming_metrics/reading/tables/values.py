"""One cell to one typed value: 日期、分数、处数、检查结果, as people write them.

Every function takes one distinct value of a column, so a column of 100,000 rows costs as many calls
as it has different values. What cannot be typed is told by a negative number and never guessed.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from unicodedata import normalize

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.reading.model.grid import CellError, Value
from wenming_metrics.reading.tables import remarks
from wenming_metrics.reading.tables.everyday_words import (
    day_in_figures,
    points_in_figures,
    ticked_word,
)
from wenming_metrics.vocabulary import RESULTS, mixes_digits, normalise, numeral, visible

BLANK, UNREADABLE, TOO_FINE, STROKE, BROKEN = -1, -2, -3, -4, -5
"""Nothing written · not understood · more decimals than 1e-4 · 「/」 or 「—」 · an error cell."""
NO_YEAR, SPAN, CUT_SHORT, OTHER_WEEKDAY = -6, -7, -8, -9
"""A day without a year · several days · 11.1 as a number, which may be the 1st or the 10th · a day that is
not the day of the week that is written behind it."""
_EXCEL_DAY_0 = date(1899, 12, 30).toordinal()
SERIALS = (20_000, 100_000)
"""Numbers that are days as Excel counts them."""
_EXACT = 2**53
_LARGEST = Decimal(100_000_000)
_MOST_PLACES = 100_000
_MOST_PEOPLE = 100_000_000
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*日?\s*(.*)", re.DOTALL
)
_SHORT_DAY = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*日?\s*(.*)", re.DOTALL)
_SPAN_REST = re.compile(r"(-|~|至|到)\s*\d.*", re.DOTALL)
_SHORT_NUMBER = re.compile(r"(1[0-2]|[1-9])\.(\d{1,2})")
_DIGITS_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_CLOCK = re.compile(
    r"([t,]?\d{1,2}[:时点].*|\(?(星期|周).*|(上午|中午|下午|晚上|早上).*)?", re.DOTALL
)
_WEEKDAY = re.compile(
    r"(?:星期|周)([一二三四五六日天])(?=$|\W|\d|[上中下]午|[早晚夜第]|凌晨|傍晚|[白全]天|[巡督检抽复]查|暗访"
    r"|测评|周|星期|[至到和及与或](?:周|星期|\d))"
)
"""A day of the week, and no 周日常巡查 or 周一路段."""
_WEEKDAYS = "日一二三四五六天"
_MORE_DAYS = re.compile(
    r"\d\s*日|(?<!\d)[-~至到、,和及与/;]\s*"
    r"(?:\d+(?=[号月年]|\s*(?:$|[^\w\s:]))|(?:星期|周)?[一二三四五六日天](?!\w))"
)
"""What tells another day behind a day: (周三)-20日(周五), 周三至周五; hours (9:00-11:00) do not."""
_NUMBER = r"((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)"
_POINTS = re.compile(rf"(?:扣减?|减|失)?分?:?(-?){_NUMBER}分?")
_LOSS_WORD = re.compile("[扣减失]")
_PLACES = re.compile(r"共?(\d{1,9})(?:\.0+)?[处个起]?")
_REMARK = re.compile(r"\(.*\)$")
_NUMBERING = re.compile(r"^[\d一二三四五六七八九十]+[.、)]?|\(\d+(\.\d+)?分\)$")
_NOTHING_LOST = {"不扣分", "不扣", "未扣分", "无扣分", "没扣分", "免扣分"}
_RESULT_WORDS = {
    "符合": "符合 √ ✓ ✔ ☑ 达标 合格 是 通过 正常 有效 无问题 没有问题 未发现问题 没发现问题 没有发现问题 暂未发现问题 未见问题 对 yes y ok true",
    "不符合": "不符合 × ✗ ✘ ✕ ✖ ☒ x 不达标 未达标 不合格 否 不通过 未通过 有问题 存在问题 错 no n false",
    "不涉及": "不涉及 / 不适用 无此项 不存在此项 n/a",
    "未查": "未查 - -- 未测评 未检查 未督查 未抽中 没查 未看",
    "未开门": "未开门 暂停营业 停业 歇业 关门 未营业 闭店 休息 没开门",
}
_RESULT = {
    normalise(word): RESULTS.index(result)
    for result, words in _RESULT_WORDS.items()
    for word in words.split()
}

_FAULT = dict.fromkeys("是 有 存在 y yes true 1".split(), RESULTS.index("不符合"))
_FAULT |= dict.fromkeys("否 无 没有 不存在 未发现 n no false 0".split(), RESULTS.index("符合"))
_EITHER = set(map(normalise, "√ ✓ ✔ ☑ × ✗ ✘ ✕ ✖ ☒ x 对 错 ok".split()))


def spell(value: Value) -> str:
    """Write a cell as its sender sees it: 0.5, 12, 2026-11-03, 「#N/A」; blank is ""."""
    if value is None:
        return ""
    if isinstance(value, str):
        return visible(value).strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # As a number of 15 digits; one of 16 that a program wrote whole is a name (2026112400000001).
        is_long = 1e15 <= abs(value) < _EXACT and value.is_integer()
        return f"{value:.0f}" if is_long else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    if isinstance(value, CellError):
        return value.text
    return str(value)


def word(value: Value) -> str:
    """Give the form in which a cell is compared with names; blank and error cells are ""."""
    if isinstance(value, str) and value.isascii() and value.isalnum():
        return value.casefold()  # numbers and codes, often as many as rows, need no more than that
    return "" if isinstance(value, CellError) else normalise(spell(value))


def day(value: Value, year: int | None = None) -> int:
    """Read a date, written in any usual way, with or without a time behind it.

    Takes:   year - what the titles say, for days without a year; None: nothing
    Returns: its ordinal, or BLANK, UNREADABLE, NO_YEAR, SPAN, CUT_SHORT, OTHER_WEEKDAY, BROKEN
    """
    if isinstance(value, datetime | date):
        return value.toordinal()
    if isinstance(value, str):
        if mixes_digits(value):
            return UNREADABLE  # 2026-11-1② is no 12th
        plain = normalize("NFKC", visible(value)).strip().casefold()
        return _day_of_text(re.sub("[—–‐−]", "-", plain), year)
    if isinstance(value, float):
        short = _SHORT_NUMBER.fullmatch(f"{value:.15g}")
        return _short_number(short, year) if short else _day_of_number(value)
    return _without(value)


def _day_of_text(text: str, year: int | None) -> int:
    if not text:
        return BLANK
    text = day_in_figures(text)
    if _SERIAL.fullmatch(text):
        return _day_of_number(float(text))
    match = _DIGITS_DAY.fullmatch(text)
    if match:
        return _calendar(int(match[1]), int(match[2]), int(match[3]))
    match = _DAY.fullmatch(text)
    date_parts = (int(match[1]), match[2], match[3], match[4]) if match else None
    if not match:
        match = _SHORT_DAY.fullmatch(text)
        date_parts = (year, *match.groups()) if match else None
    if not date_parts or not (
        _CLOCK.fullmatch(date_parts[3]) or _SPAN_REST.fullmatch(date_parts[3])
    ):
        return UNREADABLE
    if date_parts[0] is None:
        day_without_year = _calendar(2000, int(date_parts[1]), int(date_parts[2]))
        return UNREADABLE if day_without_year < 0 else NO_YEAR
    on = _calendar(date_parts[0], int(date_parts[1]), int(date_parts[2]))
    return on if on < 0 else _checked_day(on, date_parts[3])


def _checked_day(on: int, ending: str) -> int:
    """Check a day against what is written behind it: other days, the day of the week."""
    weekdays = {_WEEKDAYS.index(sign) % 7 for sign in _WEEKDAY.findall(ending)}
    if len(weekdays) > 1 or _MORE_DAYS.search(ending) or not _CLOCK.fullmatch(ending):
        return SPAN
    return OTHER_WEEKDAY if weekdays and on % 7 not in weekdays else on


def _short_number(match: re.Match, year: int | None) -> int:
    """Read 11.13 that Excel took for a number; of 11.1 nobody knows whether a 0 was lost."""
    if len(match[2]) < 2 and int(match[2]) <= 3:
        return CUT_SHORT
    if year is None:
        return NO_YEAR
    return _calendar(year, int(match[1]), int(match[2]))


def _day_of_number(number: float) -> int:
    if SERIALS[0] <= number < SERIALS[1]:
        return _EXCEL_DAY_0 + int(number)
    if 10_000_000 <= number < 100_000_000 and number == int(number):
        digits = int(number)
        return _calendar(digits // 10_000, digits // 100 % 100, digits % 100)
    return UNREADABLE


def _calendar(year: int, month: int, on: int) -> int:
    try:
        return date(year, month, on).toordinal()
    except ValueError:
        return UNREADABLE


def points(value: Value) -> int:
    """Read points lost: 0.5, -0.5, 「扣0.5分」, 「不扣分」 (0), with a bracketed remark behind.

    Returns: 1e-4 points without sign, or BLANK, STROKE, UNREADABLE, TOO_FINE, BROKEN
    """
    return _points(value, signed=True)


def sign(value: Value) -> int:
    """Give the sign that a cell writes: -1 for -2 and 「扣-2分」, 1 for 2, 0 where words say what it is
    (扣2分) and for what is no number."""
    if isinstance(value, float):
        return -1 if value < 0 else 1
    match = _POINTS.fullmatch(_REMARK.sub("", word(value))) if isinstance(value, str) else None
    if match and match[1]:
        return -1
    return int(bool(match) and not _LOSS_WORD.search(value))


def mark(value: Value) -> int:
    """Read a full mark, which is greater than 0.

    Returns: 1e-4 points, or BLANK (also for 「/」 and 「—」), UNREADABLE, TOO_FINE, BROKEN
    """
    full_mark = _points(value, signed=False)
    return {0: UNREADABLE, STROKE: BLANK}.get(full_mark, full_mark)


def _points(value: Value, *, signed: bool) -> int:
    if not isinstance(value, float | str):
        return _without(value)
    text = numeral(spell(value))
    remark = _REMARK.search(text)
    if signed and remark and remarks.tells_other_points(remark[0][1:-1]):
        return UNREADABLE
    text = _REMARK.sub("", text) or text
    if not text:
        return BLANK
    if not text.strip("-/"):
        return STROKE
    if text in _NOTHING_LOST:
        return 0
    if isinstance(value, float):
        return _scaled(Decimal(text), signed)
    match = _POINTS.fullmatch(points_in_figures(text))
    if not match:
        return UNREADABLE
    return _scaled(Decimal(match[1] + match[2].replace(",", "")), signed)


def _scaled(number: Decimal, signed: bool) -> int:
    if not number.is_finite() or abs(number) >= _LARGEST or (number < 0 and not signed):
        return UNREADABLE
    scaled = abs(number) * POINT_SCALE
    return int(scaled) if scaled == scaled.to_integral_value() else TOO_FINE


def place_count(value: Value) -> int:
    """Read a number of places: 3, 「3处」, 「/」 (0). Returns: count, BLANK, UNREADABLE, BROKEN."""
    if not isinstance(value, float | str):
        return _without(value)
    text = numeral(spell(value))
    text = _REMARK.sub("", text) or text
    if not text:
        return BLANK
    if not text.strip("-/"):
        return 0
    match = _PLACES.fullmatch(text)
    return int(match[1]) if match and int(match[1]) <= _MOST_PLACES else UNREADABLE


def people(value: Value, times: int = 1) -> int:
    """Read a whole number of people: 12000, 「1.2万」, 「12,000人」. Returns as `place_count`.

    Takes: times - 10,000 where the header counts in 万; more than any city has are none
    """
    text = "" if isinstance(value, CellError) else numeral(spell(value))
    text = text.replace(",", "").removesuffix("人")
    if not text.strip("-/"):
        return _without(value) if isinstance(value, CellError) else BLANK
    match = re.fullmatch(r"(\d{1,12}(?:\.\d{1,9})?)(万?)", text)
    if not match:
        return UNREADABLE
    count = Decimal(match[1]) * (10_000 if match[2] else times)
    return int(count) if count == int(count) and count < _MOST_PEOPLE else UNREADABLE


def bare_item(word: str) -> str:
    """Take the number before an item and the full mark behind it off its (normalised) name.

    >>> bare_item("2摊位整洁(5分)")
    '摊位整洁'
    """
    return _NUMBERING.sub("", word)


def result(value: Value) -> int:
    """Read the result of a check: √, 符合, ×, 「/」, 「—」, 暂停营业 ...

    Returns: its number in vocabulary.RESULTS, or BLANK, UNREADABLE, BROKEN
    """
    if isinstance(value, bool):
        return 0 if value else 1
    if not isinstance(value, float | str):
        return _without(value)
    text = normalise(spell(value))
    if not text:
        return BLANK
    ticked = ticked_word(text)
    if ticked or text in _RESULT:
        # A mark with a ticked box behind it, ×(√), is two answers.
        return UNREADABLE if ticked in _EITHER else _RESULT.get(ticked or text, UNREADABLE)
    remark, number = _REMARK.search(text), _RESULT.get(_REMARK.sub("", text), UNREADABLE)
    return UNREADABLE if remark and _is_denied(number, remark[0][1:-1]) else number


def _is_denied(number: int, remark: str) -> bool:
    """Say whether a remark in brackets tells another result than the word before it."""
    if remark in _RESULT:
        return bool(remark.strip("-/")) and _RESULT[remark] != number
    harmless = (remarks.is_harmless_when_good, remarks.is_harmless_when_bad)
    return number >= 0 and not (*harmless, *[remarks.is_harmless_when_not_seen] * 3)[number](remark)


def fault(value: Value) -> int:
    """Read the answer to whether there is a problem: 是 and 有 are 不符合, 否 and 无 are 符合.

    A mark (√, ×) may mean either and is not understood. Returns: as `result`
    """
    if isinstance(value, bool):
        return _FAULT["是" if value else "否"]
    if not isinstance(value, float | str):
        return _without(value)
    text = normalise(spell(value))
    remark, text = _REMARK.search(text), ticked_word(text) or _REMARK.sub("", text)
    if text in _FAULT:
        number = _FAULT[text]
        return UNREADABLE if remark and _is_denied(number, remark[0][1:-1]) else number
    return UNREADABLE if text in _EITHER else result(text)


def plain_result(value: Value) -> int:
    """Read a result that says itself whether it is good; 是, 有 and marks do not. Returns: as `result`"""
    text = normalise(spell(value))
    text = ticked_word(text) or _REMARK.sub("", text)
    is_open = isinstance(value, bool) or text in _FAULT or text in _EITHER
    return UNREADABLE if is_open else result(value)


def _without(value: bool | time | timedelta | CellError | date | None) -> int:
    """Tell why a value that is neither a number nor text has no number."""
    if value is None:
        return BLANK
    return BROKEN if isinstance(value, CellError) else UNREADABLE
