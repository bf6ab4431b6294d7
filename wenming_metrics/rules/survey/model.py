"""两率一度: what is asked, what answers count for, and which figures are made of them.

The definitions of a rule set stand in `survey.toml` of its folder. Codes of questions and options
are for ever: stored answers carry them, so a code never changes its meaning from version to version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FILE = "survey.toml"
SINGLE, MULTIPLE, SCALE, COUNT = "single", "multiple", "scale", "count"
QUESTIONS = (SINGLE, MULTIPLE, SCALE, COUNT)
"""单选, 多选, 打分 (a whole number from low to high), and figures that only counted tables have."""
VALID, UNKNOWN, REFUSED = "valid", "unknown", "refused"
STATES = (VALID, UNKNOWN, REFUSED)
"""What an option says: an answer, 不了解 or 说不清, or 拒答. Blank and not asked are no options."""
SHARE, VALUES = "share", "values"
METHODS = (SHARE, VALUES)
"""How a figure is made: the share of some options, or the mean of what each option is worth."""
CITY = ("pooled", "units", "population")
"""The city's figure: all questionnaires together, the mean of the units, or units by population."""
WAVES = ("month", "quarter", "half", "year")


@dataclass(frozen=True)
class Option:
    """One answer that may be given. aliases - how else workbooks write it; state - of STATES"""

    code: str
    title: str
    aliases: tuple[str, ...] = ()
    state: str = VALID


@dataclass(frozen=True)
class Question:
    """One question.

    headers - how workbooks head its column, without numbering; kind - of QUESTIONS; low, high - of
    a SCALE; people - its answers are groups of people (年龄, 性别), by which figures are split
    """

    code: str
    title: str
    headers: tuple[str, ...]
    kind: str = SINGLE
    options: tuple[Option, ...] = ()
    low: int = 0
    high: int = 0
    people: bool = False


@dataclass(frozen=True)
class Rate:
    """One figure (知晓率, 参与率, 满意度 ...).

    numerator - codes of options, of a SHARE; values - code of an option -> what it is worth, 0 to 1,
    of VALUES (its own keys are the base); base - codes of options, () = all that are valid, and those
    unknown where `unknown` is "in"; blank - whether questionnaires without an answer are in the base
    ("in") or not ("out"); target - in per cent, None = none
    """

    code: str
    title: str
    question: str
    method: str = SHARE
    numerator: tuple[str, ...] = ()
    base: tuple[str, ...] = ()
    unknown: str = "out"
    blank: str = "out"
    values: Mapping[str, float] = field(default_factory=dict)
    target: float | None = None


@dataclass(frozen=True)
class Weighed:
    """One question of a score: its weight, and what each option, or each value of a scale, is worth
    (0 to 1); options that are not named are left out."""

    question: str
    weight: float
    values: Mapping[str, float]


@dataclass(frozen=True)
class SurveyScore:
    """问卷得分: points = full mark x weighted mean of what the answers are worth.

    bands - (from this score on, points), highest first: the score is turned into points by a table
    """

    title: str
    full_mark: float
    parts: tuple[Weighed, ...]
    bands: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Margin:
    """How many of the people are of each group (年龄, 性别): the city's figures are weighted to it.

    question - one that groups people; shares - code of an option -> its share, on any scale
    """

    question: str
    shares: Mapping[str, float]


@dataclass(frozen=True)
class DisclosureLimits:
    """What small samples may say.

    hide - below, a figure is not shown (样本过少,不公布); flag - below, it is grey and not ranked;
    caution - below, it is ranked with a mark; max_width - an interval that is wider (in percentage
    points) is not ranked; unknown_share - from this share (%) on, 不了解 is pointed at
    """

    hide: int = 10
    flag: int = 30
    caution: int = 50
    max_width: float = 30.0
    unknown_share: float = 10.0


@dataclass(frozen=True)
class Survey:
    """All definitions of a rule set.

    id, title, place, source - whose they are (place "": the office's own); wave - the period of a
    wave, of WAVES; grace_days - how long after its end answers may still come in; city - of CITY;
    decimals - of published percentages; fast - seconds below which nobody answers; near - minutes
    within which two equal answers of one address are doubles
    """

    id: str
    title: str
    source: str
    questions: tuple[Question, ...]
    rates: tuple[Rate, ...]
    place: str = ""
    wave: str = "quarter"
    grace_days: int = 20
    city: str = "pooled"
    decimals: int = 2
    limits: DisclosureLimits = DisclosureLimits()
    score: SurveyScore | None = None
    margins: tuple[Margin, ...] = ()
    fast: int = 30
    near: int = 10

    def question(self, code: str) -> Question:
        """Give a question by its code. Raises KeyError."""
        return {question.code: question for question in self.questions}[code]

    def rate(self, code: str) -> Rate:
        """Give a figure by its code. Raises KeyError."""
        return {rate.code: rate for rate in self.rates}[code]
