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

Told = tuple[str, str, str, str]
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


def compare_surveys(old: Mapping, new: Mapping) -> list[Told]:
    """List what differs; each of the two as read from `survey.toml`, {} without, both sound."""
    was, now = (survey_of(told) if told else None for told in (old, new))
    if was is None or now is None:
        titles = [one.title if one else "" for one in (was, now)]
        return [("问卷调查", "新增" if was is None else "取消", *titles)] if was is not now else []
    return [
        *_head_changes(was, now),
        *_question_changes(was, now),
        *_rate_changes(was, now),
        *_score_changes(was, now),
        *_unnamed(old, new),
    ]


def _head_changes(was: Survey, now: Survey) -> Iterator[Told]:
    words = {"wave": WAVE_WORDS, "city": CITY_WORDS}
    for name, title in _HEAD.items():
        told = [getattr(one, name) for one in (was, now)]
        if told[0] != told[1]:
            yield "问卷调查", title, *(words.get(name, {}).get(one, str(one)) for one in told)
    people = [spell_margins(one) for one in (was, now)]
    if people[0] != people[1]:
        yield "问卷调查", "按人口构成加权", *people
    for name, title in _LIMITS.items():
        told = [f"{getattr(one.limits, name):g}" for one in (was, now)]
        if told[0] != told[1]:
            yield "样本少的界限", title, *told


def _rate_changes(was: Survey, now: Survey) -> Iterator[Told]:
    before, after = ({one.code: one for one in survey.rates} for survey in (was, now))
    for code in dict.fromkeys([*before, *after]):
        one, two = before.get(code), after.get(code)
        told = [spell_rate(was, one) if one else "", spell_rate(now, two) if two else ""]
        title = (two or one).title
        if one is None or two is None:
            yield title, "新增" if one is None else "取消", *told
            continue
        if told[0] != told[1]:
            yield title, "算法", *told
        targets = ["" if x.target is None else f"{x.target:g}%" for x in (one, two)]
        if targets[0] != targets[1]:
            yield title, "目标", *targets


def _question_changes(was: Survey, now: Survey) -> Iterator[Told]:
    before, after = ({one.code: one for one in survey.questions} for survey in (was, now))
    for code in dict.fromkeys([*before, *after]):
        one, two = before.get(code), after.get(code)
        what = f"题目“{(two or one).title}”"
        if one is None or two is None:
            yield (
                what,
                "新增" if one is None else "取消",
                *(x.title if x else "" for x in (one, two)),
            )
            continue
        for name, title in (("title", "题目"), ("kind", "题型"), ("headers", "表头")):
            told = [_side(x, name) for x in (one, two)]
            if told[0] != told[1]:
                yield what, title, *told
        if (one.low, one.high) != (two.low, two.high):
            yield what, "打分", *(f"{x.low} 到 {x.high}" for x in (one, two))
        if one.people != two.people:
            yield what, "分人群", *("是" if x.people else "否" for x in (one, two))
        yield from _option_changes(what, one, two)


def _side(question: Question, name: str) -> str:
    if name == "kind":
        return KIND_WORDS[question.kind]
    return "、".join(question.headers) if name == "headers" else question.title


def _option_changes(what: str, was: Question, now: Question) -> Iterator[Told]:
    before, after = ({one.code: one for one in question.options} for question in (was, now))
    for code in dict.fromkeys([*before, *after]):
        told = [_option_said(one.get(code)) for one in (before, after)]
        if told[0] != told[1]:
            yield what, f"选项“{(after.get(code) or before[code]).title}”", *told


def _option_said(option: Option | None) -> str:
    if option is None:
        return ""
    aliases = f",也写作{'、'.join(option.aliases)}" if option.aliases else ""
    return f"{option.title}({STATE_WORDS[option.state]}){aliases}"


def _score_changes(was: Survey, now: Survey) -> Iterator[Told]:
    told = [spell_survey_score(one) for one in (was, now)]
    if told[0] != told[1]:
        yield "问卷得分", "算法", *told
    before, after = (
        {part.question: spell_values(survey, part) for part in survey.score.parts}
        if survey.score
        else {}
        for survey in (was, now)
    )
    for code in before.keys() & after.keys():
        if before[code] != after[code]:
            yield "问卷得分", f"“{now.question(code).title}”的折算值", before[code], after[code]


def _unnamed(old: Mapping, new: Mapping) -> Iterator[Told]:
    """Name by their paths what has no words of its own: the id and the place."""
    was, now = dict(flatten(old)), dict(flatten(new))
    for path in ("id", "place"):
        if was.get(path) != now.get(path):
            yield "问卷调查", path, *(spell(x[path]) if path in x else "" for x in (was, now))
