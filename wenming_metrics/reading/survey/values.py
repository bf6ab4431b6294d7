"""One cell of a questionnaire to one answer, as people and tools write it.

Every function takes one distinct value of a column. What cannot be taken is told by a number below
those of `rules.survey.answers` and never guessed: an answer that nobody gave is no dissatisfaction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from unicodedata import normalize

from wenming_metrics.reading.model.grid import CellError, Value
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.values import spell
from wenming_metrics.rules.survey.answers import BLANK, NOT_ASKED
from wenming_metrics.rules.survey.model import MULTIPLE, SCALE, Question
from wenming_metrics.vocabulary import normalise, visible

UNKNOWN, SEVERAL, BEYOND = -11, -12, -13
"""No option that there is; several answers to a single choice; a number that no answer has."""
BY_NUMBER = 1 << 60
"""Added to an answer that was given as a number or a letter: by its place among the options."""
_SKIPPED = {"(跳过)", "跳过", "(未作答-跳过)", "-3", "n/a", "不适用"}
_BLANKS = {"(空)", "", "-", "/", "-2", "未填", "未答", "未作答", "无回答"}
_SEPARATORS = (r"┋|\|", r"[;,、\n/]", r"\s+")
_LEAD = re.compile(r"^(?:[a-z]|\d{1,2})[.、:):_-]\s*(.*\D.*)$")
_REMARK = re.compile(r"[〖\[(【].*[〗\])】]$|^(其[他它]):.*$")
_STEP = re.compile(r"(\d+)(?:分|星|级)?(?:[(.、:-]\D.*)?")
_DURATION = re.compile(
    r"(?:(\d+)(?:小时|时|h))?(?:(\d+)(?:分钟?|m|min))?(?:(\d+(?:\.\d+)?)(?:秒钟?|s|sec)?)?"
)
_USUAL = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?\S*")
_LETTERS = re.compile(r"[a-z]{2,}")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_YES = {"1", "是", "√", "✓", "✔", "☑", "true", "y", "yes", "选中", "已选", "有"}
_NO = {"0", "否", "×", "✗", "☐", "false", "n", "no", "未选", "未选中", "没有"}
_WHOLE = re.compile(r"^(\d+)\.0+$")
"""A whole number as some programs write it: 4.00."""
_DAY_SECONDS = 86_400


@dataclass(frozen=True, eq=False)
class Choice:
    """A question as its answers are read: words of options -> place among them."""

    question: Question
    positions: Mapping[str, int]


@lru_cache(maxsize=256)
def choice_of(question: Question) -> Choice:
    """Make the words of a question."""
    positions: dict[str, int] = {}
    for position, option in enumerate(question.options):
        for text in (option.code, option.title, *option.aliases):
            positions.setdefault(normalise(text), position)
    return Choice(question, positions)


def answer(choice: Choice, value: Value) -> int:
    """Read the whole answer to a question.

    Returns: place of the option, bit mask or number, with BY_NUMBER where it was so written;
             BLANK, NOT_ASKED, UNKNOWN, SEVERAL or BEYOND
    """
    text = _plain(value)
    raw = normalize("NFKC", visible(value)) if isinstance(value, str) else text
    state = _state(text) if text not in choice.positions else None
    if state is not None:
        return state
    if isinstance(value, CellError):
        return BLANK  # what is said of such a cell is said already
    if choice.question.kind == SCALE:
        return _step(choice.question, text)
    if choice.question.kind == MULTIPLE:
        return _several(choice, text, raw)
    position = _option(choice, text)
    if position >= 0 or position == BEYOND:
        return position
    return SEVERAL if _parts(choice, raw) else UNKNOWN


def unknown_word(choice: Choice, text: str) -> str:
    """Give the first of the answers in a cell that is no option; the whole cell where it is one answer."""
    if choice.question.kind == MULTIPLE:
        for marks in _SEPARATORS[:2]:
            words = [word.strip() for word in re.split(marks, visible(text)) if word.strip()]
            if len(words) > 1:
                return next((w for w in words if _option(choice, normalise(w)) < 0), text)
    return text


def is_chosen(choice: Choice, option: int, value: Value) -> int:
    """Read the cell of one option of a multiple answer. Returns: 1, 0 or as `answer`"""
    text = _plain(value)
    if text in _YES or choice.positions.get(text) == option:
        return 1
    if text in _NO:
        return 0
    state = _state(text)
    if state is not None:
        return state
    position = _option(choice, text)
    if position >= 0 and position & (BY_NUMBER - 1) == option and position < BY_NUMBER:
        return 1
    # Who chose 其他 writes there what else it was.
    is_other = normalise(choice.question.options[option].title).startswith(("其他", "其它"))
    return 1 if is_other and position < 0 else UNKNOWN


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return _WHOLE.sub(r"\1", normalise(spell(value)))


def _state(text: str) -> int | None:
    if text in _SKIPPED:
        return NOT_ASKED
    return BLANK if text in _BLANKS else None


def _step(question: Question, text: str) -> int:
    match = _STEP.fullmatch(text)
    if not match:
        return UNKNOWN
    number = int(match[1])
    return number if question.low <= number <= question.high else BEYOND


def _option(choice: Choice, text: str) -> int:
    """Read one option: by its words, by words behind a letter or a number, by either alone."""
    bare = _REMARK.sub(lambda match: match[1] or "", text)
    for word in (text, bare, *(match[1] for t in (text, bare) if (match := _LEAD.match(t)))):
        if word in choice.positions:
            return choice.positions[word]
    count = len(choice.question.options)
    if re.fullmatch(r"\d+", text):
        return int(text) - 1 | BY_NUMBER if 1 <= int(text) <= count else BEYOND
    if len(text) == 1 and "a" <= text <= "z":
        position = ord(text) - ord("a")
        return position | BY_NUMBER if position < count else BEYOND
    return UNKNOWN


def _parts(choice: Choice, text: str) -> list[int]:
    """Take several answers in one cell apart; [] where they are not all options."""
    for marks in _SEPARATORS:
        words = [normalise(word) for word in re.split(marks, text) if word.strip()]
        if len(words) > 1:
            positions = [_option(choice, word) for word in words]
            if min(positions) >= 0:
                return positions
    letters = normalise(text)
    positions = (
        [_option(choice, letter) for letter in letters] if _LETTERS.fullmatch(letters) else []
    )
    return (
        positions
        if positions and min(positions) >= 0 and len(set(positions)) == len(positions)
        else []
    )


def _several(choice: Choice, text: str, raw: str) -> int:
    single = _option(choice, text)
    positions = [single] if single >= 0 else _parts(choice, raw)
    if not positions:
        return single
    mask = 0
    for position in positions:
        mask |= 1 << (position & (BY_NUMBER - 1))
    return mask | BY_NUMBER if positions[0] & BY_NUMBER else mask


def moment(value: Value, year: int | None = None) -> tuple[int, int]:
    """Read when a questionnaire was answered.

    Returns: day as `values.day` gives it; second of that day, -1 where no time of day is written
    """
    if isinstance(value, datetime):
        return value.toordinal(), value.hour * 3600 + value.minute * 60 + value.second
    if isinstance(value, date):
        return value.toordinal(), -1
    if isinstance(value, float):
        day = values.day(value, year)
        day_second = round((value - int(value)) * _DAY_SECONDS)
        return day, day_second if day_second and 20_000 <= value < 100_000 else -1
    usual = _USUAL.fullmatch(value) if isinstance(value, str) else None
    if usual:  # as tools write it: as many different ones as rows
        hour, minute, second = usual[4], usual[5], usual[6] or 0
        on = _on(usual[1], usual[2], usual[3])
        return on, int(hour) * 3600 + int(minute) * 60 + int(second)
    day = values.day(value, year)
    clock = _CLOCK.search(value) if isinstance(value, str) and day > 0 else None
    if not clock:
        return day, -1
    return day, int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)


@lru_cache(maxsize=4096)
def _on(year: str, month: str, day: str) -> int:
    return values.day(f"{year}-{month}-{day}")


def seconds(value: Value) -> int:
    """Read how long it took: 156秒, 2分36秒, 00:02:36, 156. Returns: seconds, -1 where not said"""
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, time):
        return value.hour * 3600 + value.minute * 60 + value.second
    if isinstance(value, float):
        return int(value) if value >= 1 else round(value * _DAY_SECONDS)
    text = normalise(spell(value))
    if clock := re.fullmatch(r"(\d+):(\d{2}):(\d{2})", text):
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3])
    match = _DURATION.fullmatch(text) if text else None
    if not match:
        return -1
    hours, minutes, rest = (float(digits or 0) for digits in match.groups())
    return int(hours * 3600 + minutes * 60 + rest)
