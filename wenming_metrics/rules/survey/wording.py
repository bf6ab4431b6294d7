"""The definitions of a survey in plain Chinese, as they are printed beside every figure."""

from __future__ import annotations

from collections.abc import Iterable

from wenming_metrics.rules.survey.model import (
    COUNT,
    MULTIPLE,
    REFUSED,
    SCALE,
    SHARE,
    UNKNOWN,
    VALID,
    Question,
    Rate,
    Survey,
    SurveyScore,
    Weighed,
)

KIND_WORDS = {"single": "单选", "multiple": "多选", "scale": "打分", "count": "计数"}
STATE_WORDS = {VALID: "有效回答", UNKNOWN: "不了解", REFUSED: "拒答"}
CITY_WORDS = {
    "pooled": "全部问卷合在一起算",
    "units": "各单位的简单平均",
    "population": "按各单位常住人口加权",
}
WAVE_WORDS = {
    "month": "每月一轮",
    "quarter": "每季度一轮",
    "half": "每半年一轮",
    "year": "每年一轮",
}
IN_TOP, IN_BASE, OUT = "计入分子", "只计入分母", "不计入"


def spell_rate(survey: Survey, rate: Rate) -> str:
    """Say in one line how a figure is made: numerator, base, and what else is in or out.

    「知晓率 = 回答「知道」的 ÷ 全部有效回答(「不太清楚」计入分母;空白、没有问到的不计)」
    """
    question = survey.question(rate.question)
    formula = (
        _spell_share(question, rate) if rate.method == SHARE else _spell_values(question, rate)
    )
    return f"{rate.title} = {formula}{_spell_rest(question, rate)}"


def spell_margins(survey: Survey) -> str:
    """Say what the city's figures are weighted to: 「性别(男 51%、女 49%)」; "" for nothing."""
    sentences = []
    for margin in survey.margins:
        question, total = survey.question(margin.question), sum(margin.shares.values())
        shares = "、".join(
            f"{name_option(question, code)} {100 * share / total:.3g}%"
            for code, share in margin.shares.items()
        )
        sentences.append(f"{question.title}（{shares}）")
    return "、".join(sentences)


def spell_survey_score(survey: Survey) -> str:
    """Say in one line how the score of a survey is made; "" without one."""
    score = survey.score
    if score is None:
        return ""
    total = sum(weighed.weight for weighed in score.parts)
    weights = "、".join(
        f"{survey.question(weighed.question).title} {100 * weighed.weight / total:g}%"
        for weighed in score.parts
    )
    formula = f"{score.title} = 各题折算值按权重平均（{weights}）"
    return f"{formula} × {score.full_mark:g} 分" + (_spell_bands(score) if score.bands else "")


def spell_values(survey: Survey, weighed: Weighed) -> str:
    """Say what each answer of a question of the score is worth: 「非常满意」1、「一般」0.6."""
    question = survey.question(weighed.question)
    return "、".join(_worth(question, code, value) for code, value in weighed.values.items())


def count_word(survey: Survey, rate: Rate, option: str) -> str:
    """Say what one answer of a figure's question counts for: of IN_TOP, IN_BASE, OUT, or 折 0.75."""
    question = survey.question(rate.question)
    if rate.method != SHARE:
        return f"折 {rate.values[option]:g}" if option in rate.values else OUT
    if option in rate.numerator:
        return IN_TOP
    state = states_of(question)[option]
    if state == VALID:
        return IN_BASE if not rate.base or option in rate.base else OUT
    return IN_BASE if state == UNKNOWN and rate.unknown == "in" else OUT


def states_of(question: Question) -> dict[str, str]:
    """Give what each answer of a question says, by its code; each step of a scale is an answer."""
    if question.kind == SCALE:
        return {str(step): VALID for step in range(question.low, question.high + 1)}
    return {option.code: option.state for option in question.options}


def name_option(question: Question, code: str) -> str:
    """Give the title of an answer; a step of a scale is so many points."""
    if question.kind == SCALE:
        return f"{code} 分"
    return next(option.title for option in question.options if option.code == code)


def _spell_share(question: Question, rate: Rate) -> str:
    top = _quote_options(question, rate.numerator)
    if question.kind == COUNT:
        return f"{top} ÷ {_quote_options(question, rate.base)}"
    verb = "选了" if question.kind == MULTIPLE else "打" if question.kind == SCALE else "回答"
    below = f"{verb}{_quote_options(question, rate.base)}的" if rate.base else "全部有效回答"
    return f"{verb}{top}的 ÷ {below}"


def _spell_values(question: Question, rate: Rate) -> str:
    worths = "、".join(_worth(question, code, value) for code, value in rate.values.items())
    return f"各份回答折算值的平均，{worths}"


def _spell_rest(question: Question, rate: Rate) -> str:
    """Say what 不了解, 拒答 and blanks do, and which answers count nowhere."""
    if question.kind == COUNT:
        return ""
    states = states_of(question)
    unknown = [code for code, state in states.items() if state == UNKNOWN]
    out = [code for code, state in states.items() if state == REFUSED]
    if rate.method != SHARE:
        out = [c for c, state in states.items() if state == VALID and c not in rate.values] + out
    clauses = (
        [f"{_quote_options(question, unknown)}计入分母"] if unknown and rate.unknown == "in" else []
    )
    out = (unknown if rate.unknown == "out" else []) + out
    blank = ["没有问到的"] if rate.blank == "in" else ["空白", "没有问到的"]
    clauses += ["空白计入分母"] if rate.blank == "in" else []
    clauses.append(f"{'、'.join([_quote_options(question, out), *blank] if out else blank)}不计")
    return f"（{'；'.join(clauses)}）"


def _spell_bands(score: SurveyScore) -> str:
    bands = "、".join(f"{start:g} 分起得 {points:g} 分" for start, points in score.bands)
    return f"，再按档次得分（{bands}）"


def _worth(question: Question, code: str, value: float) -> str:
    return f"“{name_option(question, code)}”{value:g}"


def _quote_options(question: Question, codes: Iterable[str]) -> str:
    return "".join(f"“{name_option(question, code)}”" for code in codes)
