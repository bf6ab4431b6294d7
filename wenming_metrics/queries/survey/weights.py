"""Weights that bring the questionnaires of a wave to the make-up of the people (常住人口构成)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from wenming_metrics.domain.numbers import exact_bins
from wenming_metrics.queries.survey.waves import WaveAnswers
from wenming_metrics.rules.survey.model import Margin, Question
from wenming_metrics.scoring.survey.design_based import expand
from wenming_metrics.scoring.survey.raking import Raked, rake

_SHORT = 0.0005
"""A share that is missed by less (0.05 percentage points) is met, as far as anybody can see."""


@dataclass(frozen=True, eq=False)
class Weighted:
    """Questionnaires as they count for the city and its groups.

    weight - per questionnaire, 0 for those that do not count; sentence - what they are weighted to, and
    by how much that was missed (Chinese)
    """

    weight: np.ndarray
    sentence: str


def weights_of(wave_answers: WaveAnswers, counting: np.ndarray, how: str) -> Weighted | None:
    """Weigh questionnaires to the margins of the rules; None where the rules have none.

    Takes: counting - per questionnaire, whether it counts; how - of rules.survey.CITY: units count by
           their people, all alike, or by their questionnaires, before they are weighted to margins
    """
    if not wave_answers.survey.margins:
        return None
    by_answers, key = _weighted.setdefault(wave_answers, {}), (counting.tobytes(), how)
    if key not in by_answers:
        by_answers[key] = _weigh(wave_answers, counting & (wave_answers.unit_rows >= 0), how)
    return by_answers[key]


_weighted: WeakKeyDictionary[WaveAnswers, dict[tuple[bytes, str], Weighted]] = WeakKeyDictionary()
"""What has been found of a wave as long as it is in use: every figure asks for it."""


def _weigh(wave_answers: WaveAnswers, counting: np.ndarray, how: str) -> Weighted:
    survey, frame = wave_answers.survey, wave_answers.answers.frame
    questions = [survey.question(margin.question) for margin in survey.margins]
    groups = [_groups(wave_answers, question, counting) for question in questions]
    shares = [_shares(*pair) for pair in zip(survey.margins, questions, strict=True)]
    first = frame["weight"].to_numpy(float)[counting]
    raked = rake(
        _by_units(wave_answers, first, wave_answers.unit_rows[counting], how), groups, shares
    )
    weight = np.zeros(len(frame))
    weight[counting] = raked.weight
    return Weighted(weight, _weighting_sentence([question.title for question in questions], raked))


def _groups(wave_answers: WaveAnswers, question: Question, counting: np.ndarray) -> np.ndarray:
    """Number the group of people of each questionnaire as the question's options are, -1: not known."""
    frame, codes = wave_answers.answers.frame, [option.code for option in question.options]
    if question.code not in frame:
        return np.full(int(counting.sum()), -1)
    option_numbers = [
        codes.index(code) for code in wave_answers.answers.options.get(question.code, ())
    ]
    answer_codes = frame[question.code].to_numpy(np.int64)[counting]
    return np.array([*option_numbers, -1])[np.maximum(answer_codes, -1)]


def _shares(margin: Margin, question: Question) -> np.ndarray:
    """Give the share of each option; an option that is no group (拒答) has none."""
    return np.array([margin.shares.get(option.code, 0.0) for option in question.options])


def _by_units(
    wave_answers: WaveAnswers, weight: np.ndarray, unit_rows: np.ndarray, how: str
) -> np.ndarray:
    """Weigh units against each other first."""
    if how == "pooled" or not len(weight):
        return weight
    if how == "units":
        return weight / exact_bins(unit_rows, weight)[unit_rows]
    rows = range(len(wave_answers.units))
    people: Mapping[int, float] = dict(zip(rows, wave_answers.units["population"], strict=True))
    group = dict(zip(rows, wave_answers.units["group"], strict=True))
    return expand(weight, unit_rows, {unit: n for unit, n in people.items() if n > 0}, group)


def _weighting_sentence(titles: list[str], raked: Raked) -> str:
    sentence = f"再按常住人口的{'、'.join(titles)}构成加权"
    if raked.off < _SHORT:
        return sentence
    return f"{sentence}（权数限在 0.3 到 3 倍，最多还差 {100 * raked.off:.1f} 个百分点）"
