"""What is wrong with the definitions of a survey: every fault at once, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wenming_metrics.rules.faults import Fault, locate
from wenming_metrics.rules.setting import PathFault, tables_in
from wenming_metrics.rules.survey.answers import NOT_QUESTIONS
from wenming_metrics.rules.survey.model import (
    COUNT,
    FILE,
    MULTIPLE,
    REFUSED,
    SCALE,
    SHARE,
    SINGLE,
    UNKNOWN,
    VALID,
    VALUES,
    DisclosureLimits,
    Survey,
)
from wenming_metrics.rules.survey.settings_table import SURVEY
from wenming_metrics.vocabulary import normalise

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_MOST_OPTIONS = 60
"""Options that a multiple answer has room for in one whole number."""
_SLACK = 1e-9
Questions = Mapping[str, Mapping]
"""Code of a question -> the question."""


def survey_faults(written: Mapping, file: str = FILE, text: str = "") -> list[Fault]:
    """List what is wrong with the definitions of a survey.

    Takes: written - as read from TOML; text - the file itself, by which lines are found
    """
    wrong = list(SURVEY.faults(written))
    if not wrong:
        questions = {question["code"]: question for _, question in tables_in(written, "question")}
        wrong = [
            *_head_faults(written),
            *_question_faults(written),
            *_rate_faults(written, questions),
        ]
        wrong += [
            *_score_faults(written.get("score"), questions),
            *_margin_faults(written, questions),
        ]
    return locate(file, wrong, text)


def _head_faults(written: Mapping) -> Iterator[PathFault]:
    limits = DisclosureLimits(**written.get("limits", {}))
    if not limits.hide <= limits.flag <= limits.caution:
        yield "limits", "hide、flag、caution 应从小到大：不公布、不排名、提醒的份数界限。"
    if not written.get("question"):
        yield "", "至少要有一道题 [[question]]。"
    if not written.get("rate") and "score" not in written:
        yield "", "至少要有一个指标 [[rate]]，或者问卷得分 [score]。"


def _question_faults(written: Mapping) -> Iterator[PathFault]:
    seen: set[str] = set()
    heads: dict[str, str] = {}
    for path, question in tables_in(written, "question"):
        code, kind = question["code"], question.get("kind", SINGLE)
        if not _CODE.fullmatch(code) or code in NOT_QUESTIONS:
            yield (
                f"{path}.code",
                f"题目代号“{code}”不能用：小写字母开头，不用 {'、'.join(sorted(NOT_QUESTIONS))}。",
            )
        if code in seen:
            yield f"{path}.code", f"题目代号“{code}”写了两次。"
        seen.add(code)
        for head in question.get("headers", []) or [question["title"]]:
            first_code = heads.setdefault(normalise(head), code)
            if first_code != code:
                yield f"{path}.headers", f"表头“{head}”同时指题目“{first_code}”和“{code}”。"
        yield from _option_faults(question, path, kind)
        if kind == SCALE and not question.get("low", 0) < question.get("high", 0):
            yield path, f"打分题“{code}”要写 low 和 high,low 小于 high。"
        if kind != SCALE and ("low" in question or "high" in question):
            yield path, f"题目“{code}”不是打分题，不写 low、high。"
        if question.get("people") and kind != SINGLE:
            yield f"{path}.people", f"题目“{code}”分人群，只能是单选题。"


def _option_faults(question: Mapping, above: str, kind: str) -> Iterator[PathFault]:
    code, options = question["code"], question.get("option", [])
    if kind == SCALE and options:
        yield f"{above}.option", f"打分题“{code}”没有选项；要写选项，请改成单选题。"
    if kind != SCALE and not options:
        yield above, f"题目“{code}”没有选项。"
    if len(options) > _MOST_OPTIONS:
        yield f"{above}.option", f"题目“{code}”的选项太多，最多 {_MOST_OPTIONS} 个。"
    codes: set[str] = set()
    means: dict[str, str] = {}
    for path, option in tables_in(question, "option", above):
        if option["code"] in codes:
            yield f"{path}.code", f"题目“{code}”的选项代号“{option['code']}”写了两次。"
        codes.add(option["code"])
        for word in (option["title"], *option.get("aliases", ())):
            first_code = means.setdefault(normalise(word), option["code"])
            if first_code != option["code"]:
                message = f"题目“{code}”里“{word}”同时指选项“{first_code}”和“{option['code']}”。"
                yield path, message


def _states(question: Mapping) -> dict[str, str]:
    """Give what each answer of a question says; each step of a scale is an answer."""
    if question.get("kind") == SCALE:
        steps = range(question.get("low", 0), question.get("high", 0) + 1)
        return {str(step): VALID for step in steps}
    return {option["code"]: option.get("state", VALID) for option in question.get("option", [])}


def _rate_faults(written: Mapping, questions: Questions) -> Iterator[PathFault]:
    seen: set[str] = set()
    for path, rate in tables_in(written, "rate"):
        code = rate["code"]
        if not _CODE.fullmatch(code):
            yield f"{path}.code", f"指标代号“{code}”应以小写字母开头，只用字母、数字、下划线。"
        if code in seen:
            yield f"{path}.code", f"指标代号“{code}”写了两次。"
        if rate["title"] in seen:
            yield f"{path}.title", f"有两个指标都叫“{rate['title']}”，分不清是哪一个。"
        seen |= {code, rate["title"]}
        question = questions.get(rate["question"])
        if question is None:
            yield f"{path}.question", f"指标“{code}”的题目“{rate['question']}”不存在。"
            continue
        states = _states(question)
        for name in ("numerator", "base", "values"):
            for option in rate.get(name, ()):
                yield from _option_name_faults(f"{path}.{name}", code, option, states)
        yield from _method_faults(rate, path, question)


def _option_name_faults(
    path: str, code: str, option: str, states: Mapping[str, str]
) -> Iterator[PathFault]:
    """Say what is wrong with an option that a figure names."""
    if option not in states:
        yield path, f"“{code}”里的选项“{option}”在题目里没有。"
    elif states[option] == UNKNOWN:
        yield path, f'“{code}”里的“{option}”是不了解：计不计入分母，写 unknown = "in" 或 "out"。'
    elif states[option] == REFUSED:
        yield path, f"“{code}”里的“{option}”是拒答，不是有效回答。"


def _method_faults(rate: Mapping, path: str, question: Mapping) -> Iterator[PathFault]:
    code, method = rate["code"], rate.get("method", SHARE)
    kind = question.get("kind", SINGLE)
    wanted, unwanted = ("numerator", ("values",)) if method == SHARE else (
        "values", ("numerator", "base"))  # fmt: skip
    if not rate.get(wanted):
        yield path, f"指标“{code}”没有写 {wanted}。"
    for name in unwanted:
        if name in rate:
            yield f"{path}.{name}", f"指标“{code}”的算法是 {method}，不写 {name}。"
    if method == VALUES and "in" in (rate.get("unknown"), rate.get("blank")):
        yield path, f"指标“{code}”按折算值平均，不了解、空白没有折算值，不能计入分母。"
    if method == VALUES and kind in (MULTIPLE, COUNT):
        yield f"{path}.method", f"指标“{code}”的题目是多选或计数，不能按折算值平均。"
    if kind == MULTIPLE and rate.get("base"):
        yield f"{path}.base", f"指标“{code}”的题目是多选，分母是答了这道题的，不写 base。"
    if kind == COUNT and not rate.get("base"):
        yield path, f"指标“{code}”的题目是计数，要写 base。"
    outside = set(rate.get("numerator", ())) - set(rate.get("base", ()))
    if rate.get("base") and outside and kind != COUNT:
        yield (
            f"{path}.numerator",
            f"指标“{code}”的分子“{'、'.join(sorted(outside))}”不在 base 里。",
        )


def _score_faults(score: Mapping | None, questions: Questions) -> Iterator[PathFault]:
    if score is None:
        return
    weighed = list(tables_in(score, "part", "score"))
    if not weighed:
        yield "score", "问卷得分至少要有一道题 [[score.part]]。"
        return
    for path, part in weighed:
        question = questions.get(part["question"])
        if question is None:
            yield f"{path}.question", f"问卷得分里的题目“{part['question']}”不存在。"
        elif question.get("kind") in (MULTIPLE, COUNT):
            yield f"{path}.question", f"问卷得分里的题目“{part['question']}”应是单选或打分题。"
        else:
            for option in part.get("values", {}):
                yield from _option_name_faults(
                    f"{path}.values", part["question"], option, _states(question)
                )
            if not part.get("values"):
                yield path, f"问卷得分里的题目“{part['question']}”没有写 values。"
    total = sum(part["weight"] for _, part in weighed)
    if all(abs(total - wanted) > _SLACK for wanted in (1, 100, score["full_mark"])):
        yield "score.part", f"问卷得分各题权重之和是 {total:g}，应为 1、100 或满分。"
    starts = [start for start, _ in score.get("bands", [])]
    if starts and (starts != sorted(set(starts), reverse=True) or starts[-1] != 0):
        yield "score.bands", "bands 应从高分到低分，最后一档从 0 分起。"


def _margin_faults(written: Mapping, questions: Questions) -> Iterator[PathFault]:
    seen: set[str] = set()
    for path, margin in tables_in(written, "margin"):
        code = margin["question"]
        question = questions.get(code)
        if question is None or not question.get("people"):
            yield (
                f"{path}.question",
                f"人口构成里的题目“{code}”应是一道分人群的题（people = true）。",
            )
            continue
        if code in seen:
            yield f"{path}.question", f"题目“{code}”的人口构成写了两次。"
        seen.add(code)
        if sum(margin["shares"].values()) <= 0:
            yield f"{path}.shares", f"题目“{code}”的人口构成各项之和应大于 0。"
        groups = {option for option, state in _states(question).items() if state == VALID}
        for option in sorted(margin["shares"].keys() ^ groups):
            lacks = "没有写占多少" if option in groups else "在题目里没有，或者不是有效回答"
            yield f"{path}.shares", f"题目“{code}”的人口构成里，选项“{option}”{lacks}。"


def component_faults(composite: Mapping, survey: Survey | None, file: str) -> list[Fault]:
    """List the components of the composite score that are made of no figure of the survey.

    Takes: composite - profiles without faults of their own; survey - None: nothing is checked
    """
    if survey is None:
        return []
    codes = {rate.code for rate in survey.rates}
    wrong = []
    for above, profile in tables_in(composite, "profile"):
        for holder, component in tables_in(profile, "component", above):
            source, _, code = component["from"].partition(":")
            if source != "survey" or code in codes:
                continue
            name, path = component["name"], f"{holder}.from"
            if code:
                wrong.append((path, f"“{name}”的指标“{code}”在 {FILE} 里没有。"))
            elif survey.score is None:
                wrong.append((path, f"“{name}”取问卷得分，{FILE} 里却没有 [score]。"))
    return locate(file, wrong)
