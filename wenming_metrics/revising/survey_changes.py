"""What differs between two versions of the definitions of surveys, in the words of the office."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from wenming_metrics.rules.paths import flatten, spell
from wenming_metrics.rules.survey.load import survey_of
from wenming_metrics.rules.survey.model import Option, Question, Survey
from wenming_metrics.rules.survey.settings_table import SURVEY
from wenming_metrics.rules.survey.wording import (
    CITY_WORDS,
    KIND_WORDS,
    STATE_WORDS,
    WAVE_WORDS,
    spell_margins,
    spell_rate,
    spell_survey_score,
    spell_values,
)

SurveyChange = tuple[str, str, str, str]
"""What it is about, which side of it, as it was and as it is; "" = not there."""
_SURVEY = "问卷调查"
_HEAD = ("title", "source", "wave", "grace_days", "city", "decimals", "fast", "near")
_LIMITS = ("hide", "flag", "caution", "max_width", "unknown_share")


def compare_surveys(old: Mapping, new: Mapping) -> list[SurveyChange]:
    """List what differs; each of the two as read from `survey.toml`, {} without, both sound."""
    was, now = (survey_of(raw) if raw else None for raw in (old, new))
    if was is None or now is None:
        titles = [survey.title if survey else "" for survey in (was, now)]
        return [(_SURVEY, "新增" if was is None else "取消", *titles)] if was is not now else []
    compared = (
        *_head_changes(was, now),
        *_question_changes(was, now),
        *_rate_changes(was, now),
        *_score_changes(was, now),
        *_unnamed(old, new),
    )
    return [change for change in compared if change[2] != change[3]]


def _head_changes(was: Survey, now: Survey) -> Iterator[SurveyChange]:
    words = {"wave": WAVE_WORDS, "city": CITY_WORDS}
    for name in _HEAD:
        sides = [getattr(survey, name) for survey in (was, now)]
        texts = [words.get(name, {}).get(setting, str(setting)) for setting in sides]
        yield _SURVEY, SURVEY.find(name).title, *texts
    yield _SURVEY, "按人口构成加权", spell_margins(was), spell_margins(now)
    for name in _LIMITS:
        texts = [f"{getattr(survey.limits, name):g}" for survey in (was, now)]
        yield "样本少的界限", SURVEY.find(f"limits.{name}").title, *texts


def _rate_changes(was: Survey, now: Survey) -> Iterator[SurveyChange]:
    before, after = ({rate.code: rate for rate in survey.rates} for survey in (was, now))
    for code in dict.fromkeys([*before, *after]):
        old_rate, new_rate = before.get(code), after.get(code)
        texts = [
            spell_rate(was, old_rate) if old_rate else "",
            spell_rate(now, new_rate) if new_rate else "",
        ]
        title = (new_rate or old_rate).title
        if old_rate is None or new_rate is None:
            yield title, "新增" if old_rate is None else "取消", *texts
            continue
        yield title, "算法", *texts
        targets = [
            "" if rate.target is None else f"{rate.target:g}%" for rate in (old_rate, new_rate)
        ]
        yield title, "目标", *targets


def _question_changes(was: Survey, now: Survey) -> Iterator[SurveyChange]:
    before, after = (
        {question.code: question for question in survey.questions} for survey in (was, now)
    )
    for code in dict.fromkeys([*before, *after]):
        pair = before.get(code), after.get(code)
        what = f"题目“{(pair[1] or pair[0]).title}”"
        if None in pair:
            titles = [question.title if question else "" for question in pair]
            yield what, "新增" if pair[0] is None else "取消", *titles
            continue
        for title, spell_side in _SIDES.items():
            yield what, title, *map(spell_side, pair)
        yield from _option_changes(what, *pair)


_SIDES: dict[str, Callable[[Question], str]] = {
    "题目": lambda question: question.title,
    "题型": lambda question: KIND_WORDS[question.kind],
    "表头": lambda question: "、".join(question.headers),
    "打分": lambda question: f"{question.low} 到 {question.high}",
    "分人群": lambda question: "是" if question.people else "否",
}
"""What a question may have changed: its title, and how each of two versions is spelled."""


def _option_changes(what: str, was: Question, now: Question) -> Iterator[SurveyChange]:
    before, after = (
        {option.code: option for option in question.options} for question in (was, now)
    )
    for code in dict.fromkeys([*before, *after]):
        texts = [_option_text(side.get(code)) for side in (before, after)]
        yield what, f"选项“{(after.get(code) or before[code]).title}”", *texts


def _option_text(option: Option | None) -> str:
    if option is None:
        return ""
    aliases = f"，也写作{'、'.join(option.aliases)}" if option.aliases else ""
    return f"{option.title}（{STATE_WORDS[option.state]}）{aliases}"


def _score_changes(was: Survey, now: Survey) -> Iterator[SurveyChange]:
    yield "问卷得分", "算法", spell_survey_score(was), spell_survey_score(now)
    before, after = (
        {weighed.question: spell_values(survey, weighed) for weighed in survey.score.parts}
        if survey.score
        else {}
        for survey in (was, now)
    )
    for code in before.keys() & after.keys():
        yield "问卷得分", f"“{now.question(code).title}”的折算值", before[code], after[code]


def _unnamed(old: Mapping, new: Mapping) -> Iterator[SurveyChange]:
    """Name by their paths what has no words of its own: the id and the place."""
    was, now = dict(flatten(old)), dict(flatten(new))
    for path in ("id", "place"):
        yield _SURVEY, path, *(spell(side[path]) if path in side else "" for side in (was, now))
