"""Sums of a wave's answers by unit, and of which units nothing may be told."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from wenming_metrics.queries.survey.waves import WaveAnswers, counting_answers
from wenming_metrics.rules.survey.model import COUNT, VALUES, Rate, Survey, Weighed
from wenming_metrics.rules.survey.wording import states_of
from wenming_metrics.scoring.survey.rates import hide_units, judge_rate, sum_counts, sum_judged


def sums_of(wave_answers: WaveAnswers, rate: Rate, counting: np.ndarray) -> pd.DataFrame:
    """Sum questionnaires and counted tables for a rate, a line per unit: `scoring.survey.rates.SUMS`."""
    weight, size = wave_answers.answers.frame["weight"].to_numpy(float), len(wave_answers.units)
    unit_rows = np.where(counting, wave_answers.unit_rows, -1)
    answer_sums = sum_judged(
        judge_rate(wave_answers.answers, wave_answers.survey, rate), unit_rows, size, weight
    )
    if not wave_answers.counted["question"].eq(rate.question).any():
        return answer_sums
    return answer_sums + sum_counts(wave_answers.counted, wave_answers.survey, rate, size)


def rate_of(weighed: Weighed) -> Rate:
    """Give a question of the score as a rate: the mean of what its answers are worth."""
    return Rate(f"#{weighed.question}", "", weighed.question, method=VALUES, values=weighed.values)


def hidden_units(wave_answers: WaveAnswers, question: str) -> tuple[np.ndarray, bool]:
    """Say of which units nothing is told to a question, in whatever figure, table or file.

    It is the same for all figures that are made of the question, with doubtful questionnaires and
    without: were it not, one table less another would give away what a third one hides.

    Returns: bool per unit; whether totals of groups are told
    """
    by_question = _hidden.setdefault(wave_answers, {})
    if question not in by_question:
        by_question[question] = _find_hidden(wave_answers, question)
    return by_question[question]


_hidden: WeakKeyDictionary[WaveAnswers, dict[str, tuple[np.ndarray, bool]]] = WeakKeyDictionary()
"""What has been found of a wave as long as it is in use: every figure of a question asks for it."""


def _find_hidden(wave_answers: WaveAnswers, question: str) -> tuple[np.ndarray, bool]:
    question_rates, tables = _made_of(wave_answers.survey, question), []
    for without in (False, True):
        counting = counting_answers(wave_answers, without_flagged=without)
        for rate in question_rates or [_answered(wave_answers.survey, question)]:
            sums = sums_of(wave_answers, rate, counting)
            tables.append((sums["n"].to_numpy(), sums["k"].to_numpy() if question_rates else None))
    groups = wave_answers.units["group"].tolist()
    return hide_units(tables, groups, wave_answers.survey.limits.hide)


def _made_of(survey: Survey, question: str) -> list[Rate]:
    """List the figures that are made of a question."""
    questions = survey.score.parts if survey.score else ()
    score_rates = [rate_of(weighed) for weighed in questions if weighed.question == question]
    return [*(rate for rate in survey.rates if rate.question == question), *score_rates]


def _answered(survey: Survey, question: str) -> Rate:
    """Give a figure that everybody is in who answered a question; a counted one has none."""
    definition = survey.question(question)
    codes = () if definition.kind == COUNT else states_of(definition)
    return Rate(f"#{question}", "", question, method=VALUES, values=dict.fromkeys(codes, 1.0))
