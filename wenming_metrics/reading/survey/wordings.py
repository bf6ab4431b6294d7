"""What people said that an answer means: kept beside the headers that they explained, laid over the survey.

Codes of questions and options are for ever, so what was said holds in every later version of the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wenming_metrics.rules.survey.model import Option, Question, Survey
from wenming_metrics.vocabulary import normalise

_OPTIONS = "option:"


def option_form(question: str) -> str:
    """Name the place in which the answers to a question (its code) are remembered."""
    return _OPTIONS + question


def question_of(fingerprint: str) -> str:
    """Give the code of the question that a place is for; "" for the form of a table."""
    return fingerprint.removeprefix(_OPTIONS) if fingerprint.startswith(_OPTIONS) else ""


def spell_option(survey: Survey | None, question: str, code: str) -> tuple[str, str]:
    """Write question and option as people read them; their codes where the survey has them no more."""
    for topic in survey.questions if survey else ():
        if topic.code == question:
            titles = {choice.code: choice.title for choice in topic.options}
            return topic.title, titles.get(code, code)
    return question, code


def with_wordings(survey: Survey | None, headers: Mapping[str, Mapping[str, str]]) -> Survey | None:
    """Give a survey whose options are also written as people said.

    Takes: headers - `RememberedChoices.headers`
    """
    wordings = {
        question_of(fingerprint): words
        for fingerprint, words in headers.items()
        if question_of(fingerprint)
    }
    if survey is None or not wordings:
        return survey
    questions = (_with_words(q, wordings.get(q.code, {})) for q in survey.questions)
    return replace(survey, questions=tuple(questions))


def _with_words(question: Question, words: Mapping[str, str]) -> Question:
    # What the rules say of a word goes before what a person said of it.
    texts = (text for choice in question.options for text in (choice.title, *choice.aliases))
    ruled = {normalise(text) for text in texts}
    words = {word: code for word, code in words.items() if word not in ruled}
    if not words:
        return question
    options = (_with_aliases(choice, words) for choice in question.options)
    return replace(question, options=tuple(options))


def _with_aliases(choice: Option, words: Mapping[str, str]) -> Option:
    added = tuple(word for word, code in words.items() if code == choice.code)
    return replace(choice, aliases=(*choice.aliases, *added))
