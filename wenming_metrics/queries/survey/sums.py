"""Sums of a wave's answers by unit, and of which units nothing may be told."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from wenming_metrics.queries.survey.waves import Taken, kept_answers
from wenming_metrics.rules.survey.model import COUNT, VALUES, Rate, Survey, Weighed
from wenming_metrics.rules.survey.wording import states_of
from wenming_metrics.scoring.survey.rates import hide_units, judge_rate, sum_counts, sum_said


def sums_of(taken: Taken, rate: Rate, kept: np.ndarray) -> pd.DataFrame:
    """Sum questionnaires and counted tables for a rate, a line per unit: `scoring.survey.rates.SUMS`."""
    weight, size = taken.answers.frame["weight"].to_numpy(float), len(taken.units)
    place = np.where(kept, taken.place, -1)
    asked = sum_said(judge_rate(taken.answers, taken.survey, rate), place, size, weight)
    if not taken.counted["question"].eq(rate.question).any():
        return asked
    return asked + sum_counts(taken.counted, taken.survey, rate, size)


def rate_of(part: Weighed) -> Rate:
    """Give a question of the score as a rate: the mean of what its answers are worth."""
    return Rate(f"#{part.question}", "", part.question, method=VALUES, values=part.values)


def hidden_units(taken: Taken, question: str) -> tuple[np.ndarray, bool]:
    """Say of which units nothing is told to a question, in whatever figure, table or file.

    It is the same for all figures that are made of the question, with doubtful questionnaires and
    without: were it not, one table less another would give away what a third one hides.

    Returns: bool per unit; whether totals of groups are told
    """
    known = _hidden.setdefault(taken, {})
    if question not in known:
        known[question] = _find_hidden(taken, question)
    return known[question]


_hidden: WeakKeyDictionary[Taken, dict[str, tuple[np.ndarray, bool]]] = WeakKeyDictionary()
"""What has been found of a wave as long as it is in use: every figure of a question asks for it."""


def _find_hidden(taken: Taken, question: str) -> tuple[np.ndarray, bool]:
    made, tables = _made_of(taken.survey, question), []
    for without in (False, True):
        kept = kept_answers(taken, without_flagged=without)
        for rate in made or [_answered(taken.survey, question)]:
            sums = sums_of(taken, rate, kept)
            tables.append((sums["n"].to_numpy(), sums["k"].to_numpy() if made else None))
    groups = taken.units["group"].tolist()
    return hide_units(tables, groups, taken.survey.limits.hide)


def _made_of(survey: Survey, question: str) -> list[Rate]:
    """List the figures that are made of a question."""
    parts = survey.score.parts if survey.score else ()
    own = [rate_of(part) for part in parts if part.question == question]
    return [*(rate for rate in survey.rates if rate.question == question), *own]


def _answered(survey: Survey, question: str) -> Rate:
    """Give a figure that everybody is in who answered a question; a counted one has none."""
    asked = survey.question(question)
    codes = () if asked.kind == COUNT else states_of(asked)
    return Rate(f"#{question}", "", question, method=VALUES, values=dict.fromkeys(codes, 1.0))
