"""The definitions of surveys as the page shows them: figures, questions, and examples of places."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from wenming_metrics.rules.survey.model import SCALE, VALID, Question, Survey
from wenming_metrics.rules.survey.wording import (
    KIND_WORDS,
    STATE_WORDS,
    count_word,
    name_option,
    spell_rate,
    spell_survey_score,
    spell_values,
    states_of,
)


def rate_lines(survey: Survey) -> pd.DataFrame:
    """List what is worked out: title, made (one line), target (%, NaN = none).

    The score stands last, and below it what answers are worth for it, questions alike on one line.
    """
    lines = [(rate.title, spell_rate(survey, rate), rate.target) for rate in survey.rates]
    if survey.score:
        lines.append((survey.score.title, spell_survey_score(survey), None))
        worth: dict[str, list[str]] = {}
        for weighed in survey.score.parts:
            titles = worth.setdefault(spell_values(survey, weighed), [])
            titles.append(survey.question(weighed.question).title)
        lines += [("、".join(titles), values_text, None) for values_text, titles in worth.items()]
    return pd.DataFrame(lines, columns=["title", "made", "target"]).astype({"target": "Float64"})


def answer_lines(survey: Survey) -> pd.DataFrame:
    """List what may be answered.

    Returns: question, kind, option, aliases, state, counted (what it counts for in each figure made
        of the question, "" = only counted by itself); a scale is one line
    """
    lines = []
    for question in survey.questions:
        kind = KIND_WORDS[question.kind] + ("，分人群" if question.people else "")
        for code, state in _answers(question).items():
            title, aliases = _spelled(question, code)
            counted = _counted(survey, question, code)
            lines.append((question.title, kind, title, aliases, STATE_WORDS[state], counted))
    return pd.DataFrame(
        lines, columns=["question", "kind", "option", "aliases", "state", "counted"]
    )


def example_lines(examples: Iterable[Survey]) -> pd.DataFrame:
    """List how other places do it: place, made (one line per figure), source."""
    lines = []
    for example in examples:
        sentences = [spell_rate(example, rate) for rate in example.rates]
        sentences += [spell_survey_score(example)] if example.score else []
        lines += [(example.place, sentence, example.source) for sentence in sentences]
    return pd.DataFrame(lines, columns=["place", "made", "source"])


def _answers(question: Question) -> dict[str, str]:
    """Give the answers that stand on a line of their own, a scale as one."""
    return {"": VALID} if question.kind == SCALE else states_of(question)


def _spelled(question: Question, code: str) -> tuple[str, str]:
    """Give the title of an answer and how else it is written."""
    if question.kind == SCALE:
        return f"{question.low} 到 {question.high} 分", ""
    option = next(candidate for candidate in question.options if candidate.code == code)
    return option.title, "、".join(option.aliases)


def _counted(survey: Survey, question: Question, code: str) -> str:
    question_rates = [rate for rate in survey.rates if rate.question == question.code]
    if question.kind == SCALE:
        tops = (
            f"{rate.title} {'、'.join(name_option(question, c) for c in rate.numerator)}计入分子"
            for rate in question_rates
            if rate.numerator
        )
        return "；".join(tops)
    return "；".join(f"{rate.title} {count_word(survey, rate, code)}" for rate in question_rates)
