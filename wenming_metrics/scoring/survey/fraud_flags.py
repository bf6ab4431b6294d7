"""Questionnaires to look at: doubles, one address, straight lines, haste, an interviewer's own hand.

Flags are found while a file is read, before addresses are left out, and say nothing but "look":
no questionnaire is taken out by them, a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from wenming_metrics.rules.survey.model import MULTIPLE, SCALE, SHARE, Survey

DOUBLE, ADDRESS, STRAIGHT, FAST, INTERVIEWER = 1, 2, 4, 8, 16
FLAGS = {
    DOUBLE: "同一地址、回答相同、时间相近",
    ADDRESS: "同一地址多份",
    STRAIGHT: "分项打分全一样",
    FAST: "答得太快",
    INTERVIEWER: "同一访问员的全是最好回答",
}
"""What each bit of `flags` says, as users read it."""
MANY, SAME, INTERVIEWS = 5, 4, 20
"""From how many on: questionnaires of one address, equal answers in a row, of one interviewer."""


def spell_flags(flags: int) -> str:
    """Write out flags: 「同一地址多份、答得太快」; "" for none."""
    return "、".join(text for bit, text in FLAGS.items() if flags & bit)


def find_flags(
    survey: Survey,
    answers: Mapping[str, np.ndarray],
    *,
    address: np.ndarray,
    moment: np.ndarray,
    took: np.ndarray,
    interviewer: np.ndarray,
) -> np.ndarray:
    """Find what is to be looked at among the questionnaires of a file.

    Takes:   answers - per question, as in `rules.survey.answers`; address, interviewer - numbers, below
             0: not said; moment - in seconds, below 0: not said; took - seconds, below 0 likewise
    Returns: bits per questionnaire
    """
    flags = np.zeros(len(moment), np.int64)
    flags[_is_near(survey, answers, address, moment)] |= DOUBLE
    flags[_share_address(survey, address, moment)] |= ADDRESS
    flags[_is_straight(survey, answers)] |= STRAIGHT
    flags[(took >= 0) & (took < survey.fast)] |= FAST
    flags[_one_hand(survey, answers, interviewer)] |= INTERVIEWER
    return flags


def _is_near(
    survey: Survey, answers: Mapping[str, np.ndarray], address: np.ndarray, moment: np.ndarray
) -> np.ndarray:
    """Mark those of one address with the same answers within minutes of one another."""
    answer_numbers = _numbered([values for values in answers.values()], len(moment))
    return _close(survey, [address, answer_numbers], address, moment)


def _share_address(survey: Survey, address: np.ndarray, moment: np.ndarray) -> np.ndarray:
    """Mark addresses that many came from, and those that came from one within minutes."""
    _, number, count = np.unique(address, return_inverse=True, return_counts=True)
    many = (address >= 0) & (count[number] >= MANY)
    return many | _close(survey, [address], address, moment)


def _close(
    survey: Survey, keys: list[np.ndarray], address: np.ndarray, moment: np.ndarray
) -> np.ndarray:
    """Mark rows that are equal in some keys and less than `near` minutes apart."""
    order = np.lexsort([moment, *keys])
    same = (address[order][1:] >= 0) & (moment[order][:-1] >= 0)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    same &= moment[order][1:] - moment[order][:-1] <= survey.near * 60
    is_close = np.zeros(len(address), bool)
    is_close[order[1:][same]] = True
    is_close[order[:-1][same]] = True
    return is_close


def _numbered(columns: list[np.ndarray], size: int) -> np.ndarray:
    """Number the distinct rows of some columns."""
    number = np.zeros(size, np.int64)
    for column in columns:
        _, codes = np.unique(column, return_inverse=True)
        _, number = np.unique(number * (codes.max(initial=0) + 1) + codes, return_inverse=True)
    return number


def _is_straight(survey: Survey, answers: Mapping[str, np.ndarray]) -> np.ndarray:
    """Mark those whose answers to the questions of one table, four or more, are all the same."""
    tables: dict[object, list[np.ndarray]] = {}
    for question in survey.questions:
        if question.code in answers and question.kind != MULTIPLE and not question.people:
            form = (
                (question.low, question.high)
                if question.kind == SCALE
                else tuple(option.code for option in question.options)
            )
            tables.setdefault(form, []).append(answers[question.code])
    size = len(next(iter(answers.values()), ()))
    straight = np.zeros(size, bool)
    for columns in tables.values():
        if len(columns) >= SAME:
            table = np.stack(columns)
            answered = table >= 0
            low = np.where(answered, table, np.iinfo(np.int64).max).min(axis=0)
            high = np.where(answered, table, -1).max(axis=0)
            straight |= (answered.sum(axis=0) >= SAME) & (low == high)
    return straight


def _one_hand(
    survey: Survey, answers: Mapping[str, np.ndarray], interviewer: np.ndarray
) -> np.ndarray:
    """Mark the questionnaires of interviewers who brought nothing but the best answers."""
    best = np.ones(len(interviewer), bool)
    has_answers = np.zeros(len(interviewer), bool)
    for code, top in _best(survey).items():
        if code in answers:
            answered = answers[code] >= 0
            best &= ~answered | (answers[code] == top)
            has_answers |= answered
    good = best & has_answers
    _, number, count = np.unique(interviewer, return_inverse=True, return_counts=True)
    all_good = np.bincount(number, weights=good, minlength=len(count)) == count
    return (interviewer >= 0) & (all_good & (count >= INTERVIEWS))[number]


def _best(survey: Survey) -> dict[str, int]:
    """Give the best answer to each question that a figure is made of, and to each scale."""
    best = {question.code: question.high for question in survey.questions if question.kind == SCALE}
    for rate in survey.rates:
        question = survey.question(rate.question)
        codes = [option.code for option in question.options]
        worth = rate.numerator if rate.method == SHARE else sorted(rate.values, key=rate.values.get)
        positions = [codes.index(code) for code in worth if code in codes]
        if question.kind != MULTIPLE and positions:
            best.setdefault(
                rate.question, min(positions) if rate.method == SHARE else positions[-1]
            )
    return best
