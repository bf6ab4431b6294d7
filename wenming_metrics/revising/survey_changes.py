"""What differs between two versions of the definitions of surveys, in the words of the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wenming_metrics.rules.paths import flatten, spell
from wenming_metrics.rules.survey.load import survey_of
from wenming_metrics.rules.survey.model import Option, Question, Survey
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
_HEAD = {
    **{"title": "名称", "source": "依据", "wave": "一轮多长", "grace_days": "截止后宽限天数"},
    **{"city": "全市数怎样算", "decimals": "小数位", "fast": "答卷过快(秒)"},
    **{"near": "重复答卷间隔(分钟)"},
}
_LIMITS = {
    **{"hide": "不公布的份数", "flag": "不排名的份数", "caution": "加注的份数"},
    **{"max_width": "误差范围过宽(百分点)", "unknown_share": "不了解偏多(%)"},
}


def compare_surveys(old: Mapping, new: Mapping) -> list[SurveyChange]:
    """List what differs; each of the two as read from `survey.toml`, {} without, both sound."""
    was, now = (survey_of(raw) if raw else None for raw in (old, new))
    if was is None or now is None:
        titles = [survey.title if survey else "" for survey in (was, now)]
        return [("问卷调查", "新增" if was is None else "取消", *titles)] if was is not now else []
    return [
        *_head_changes(was, now),
        *_question_changes(was, now),
        *_rate_changes(was, now),
        *_score_changes(was, now),
        *_unnamed(old, new),
    ]


def _head_changes(was: Survey, now: Survey) -> Iterator[SurveyChange]:
    words = {"wave": WAVE_WORDS, "city": CITY_WORDS}
    for name, title in _HEAD.items():
        sides = [getattr(survey, name) for survey in (was, now)]
        if sides[0] != sides[1]:
            yield (
                "问卷调查",
                title,
                *(words.get(name, {}).get(setting, str(setting)) for setting in sides),
            )
    people = [spell_margins(survey) for survey in (was, now)]
    if people[0] != people[1]:
        yield "问卷调查", "按人口构成加权", *people
    for name, title in _LIMITS.items():
        sides = [f"{getattr(survey.limits, name):g}" for survey in (was, now)]
        if sides[0] != sides[1]:
            yield "样本少的界限", title, *sides


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
        if texts[0] != texts[1]:
            yield title, "算法", *texts
        targets = [
            "" if rate.target is None else f"{rate.target:g}%" for rate in (old_rate, new_rate)
        ]
        if targets[0] != targets[1]:
            yield title, "目标", *targets


def _question_changes(was: Survey, now: Survey) -> Iterator[SurveyChange]:
    before, after = (
        {question.code: question for question in survey.questions} for survey in (was, now)
    )
    for code in dict.fromkeys([*before, *after]):
        old_question, new_question = before.get(code), after.get(code)
        what = f"题目“{(new_question or old_question).title}”"
        if old_question is None or new_question is None:
            yield (
                what,
                "新增" if old_question is None else "取消",
                *(question.title if question else "" for question in (old_question, new_question)),
            )
            continue
        for name, title in (("title", "题目"), ("kind", "题型"), ("headers", "表头")):
            texts = [_side(question, name) for question in (old_question, new_question)]
            if texts[0] != texts[1]:
                yield what, title, *texts
        if (old_question.low, old_question.high) != (new_question.low, new_question.high):
            yield (
                what,
                "打分",
                *(
                    f"{question.low} 到 {question.high}"
                    for question in (old_question, new_question)
                ),
            )
        if old_question.people != new_question.people:
            yield (
                what,
                "分人群",
                *("是" if question.people else "否" for question in (old_question, new_question)),
            )
        yield from _option_changes(what, old_question, new_question)


def _side(question: Question, name: str) -> str:
    if name == "kind":
        return KIND_WORDS[question.kind]
    return "、".join(question.headers) if name == "headers" else question.title


def _option_changes(what: str, was: Question, now: Question) -> Iterator[SurveyChange]:
    before, after = (
        {option.code: option for option in question.options} for question in (was, now)
    )
    for code in dict.fromkeys([*before, *after]):
        texts = [_option_text(side.get(code)) for side in (before, after)]
        if texts[0] != texts[1]:
            yield what, f"选项“{(after.get(code) or before[code]).title}”", *texts


def _option_text(option: Option | None) -> str:
    if option is None:
        return ""
    aliases = f",也写作{'、'.join(option.aliases)}" if option.aliases else ""
    return f"{option.title}({STATE_WORDS[option.state]}){aliases}"


def _score_changes(was: Survey, now: Survey) -> Iterator[SurveyChange]:
    texts = [spell_survey_score(survey) for survey in (was, now)]
    if texts[0] != texts[1]:
        yield "问卷得分", "算法", *texts
    before, after = (
        {weighed.question: spell_values(survey, weighed) for weighed in survey.score.parts}
        if survey.score
        else {}
        for survey in (was, now)
    )
    for code in before.keys() & after.keys():
        if before[code] != after[code]:
            yield "问卷得分", f"“{now.question(code).title}”的折算值", before[code], after[code]


def _unnamed(old: Mapping, new: Mapping) -> Iterator[SurveyChange]:
    """Name by their paths what has no words of its own: the id and the place."""
    was, now = dict(flatten(old)), dict(flatten(new))
    for path in ("id", "place"):
        if was.get(path) != now.get(path):
            yield (
                "问卷调查",
                path,
                *(spell(side[path]) if path in side else "" for side in (was, now)),
            )
