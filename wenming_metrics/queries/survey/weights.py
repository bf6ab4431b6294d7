"""Weights that bring the questionnaires of a wave to the make-up of the people (常住人口构成)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from wenming_metrics.domain.numbers import exact_bins
from wenming_metrics.queries.survey.waves import Taken
from wenming_metrics.rules.survey.model import Margin, Question
from wenming_metrics.scoring.survey.design_based import expand
from wenming_metrics.scoring.survey.raking import Raked, rake

_SHORT = 0.0005
"""A share that is missed by less (0.05 percentage points) is met, as far as anybody can see."""


@dataclass(frozen=True, eq=False)
class Weighted:
    """Questionnaires as they count for the city and its groups.

    weight - per questionnaire, 0 for those that do not count; told - what they are weighted to, and
    by how much that was missed (Chinese)
    """

    weight: np.ndarray
    told: str


def weights_of(taken: Taken, kept: np.ndarray, how: str) -> Weighted | None:
    """Weigh questionnaires to the margins of the rules; None where the rules have none.

    Takes: kept - per questionnaire, whether it counts; how - of rules.survey.CITY: units count by
           their people, all alike, or by their questionnaires, before they are weighted to margins
    """
    if not taken.survey.margins:
        return None
    known, key = _weighted.setdefault(taken, {}), (kept.tobytes(), how)
    if key not in known:
        known[key] = _weigh(taken, kept & (taken.place >= 0), how)
    return known[key]


_weighted: WeakKeyDictionary[Taken, dict[tuple[bytes, str], Weighted]] = WeakKeyDictionary()
"""What has been found of a wave as long as it is in use: every figure asks for it."""


def _weigh(taken: Taken, own: np.ndarray, how: str) -> Weighted:
    survey, frame = taken.survey, taken.answers.frame
    questions = [survey.question(margin.question) for margin in survey.margins]
    groups = [_groups(taken, question, own) for question in questions]
    shares = [_shares(*both) for both in zip(survey.margins, questions, strict=True)]
    first = frame["weight"].to_numpy(float)[own]
    raked = rake(_by_units(taken, first, taken.place[own], how), groups, shares)
    weight = np.zeros(len(frame))
    weight[own] = raked.weight
    return Weighted(weight, _tell([one.title for one in questions], raked))


def _groups(taken: Taken, question: Question, own: np.ndarray) -> np.ndarray:
    """Number the group of people of each questionnaire as the question's options are, -1: not known."""
    frame, codes = taken.answers.frame, [option.code for option in question.options]
    if question.code not in frame:
        return np.full(int(own.sum()), -1)
    known = [codes.index(code) for code in taken.answers.options.get(question.code, ())]
    said = frame[question.code].to_numpy(np.int64)[own]
    return np.array([*known, -1])[np.maximum(said, -1)]


def _shares(margin: Margin, question: Question) -> np.ndarray:
    """Give the share of each option; an option that is no group (拒答) has none."""
    return np.array([margin.shares.get(option.code, 0.0) for option in question.options])


def _by_units(taken: Taken, weight: np.ndarray, place: np.ndarray, how: str) -> np.ndarray:
    """Weigh units against each other first."""
    if how == "pooled" or not len(weight):
        return weight
    if how == "units":
        return weight / exact_bins(place, weight)[place]
    rows = range(len(taken.units))
    people: Mapping[int, float] = dict(zip(rows, taken.units["population"], strict=True))
    group = dict(zip(rows, taken.units["group"], strict=True))
    return expand(weight, place, {unit: n for unit, n in people.items() if n > 0}, group)


def _tell(titles: list[str], raked: Raked) -> str:
    told = f"再按常住人口的{'、'.join(titles)}构成加权"
    if raked.off < _SHORT:
        return told
    return f"{told}(权数限在 0.3 到 3 倍,最多还差 {100 * raked.off:.1f} 个百分点)"
