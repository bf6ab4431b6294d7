"""问卷得分: every question is worth something, and what the answers are worth is weighed together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_sum, half_up
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.rates import CITY_NAME, total_of
from wenming_metrics.queries.survey.sums import hidden_units, rate_of, sums_of
from wenming_metrics.queries.survey.waves import Taken, kept_answers, take
from wenming_metrics.rules.survey.wording import spell_survey_score
from wenming_metrics.scoring.survey.rates import HIDDEN, places_in, state_of


@dataclass(frozen=True, eq=False)
class Scores:
    """问卷得分 of one wave.

    units - a line per unit with questionnaires: unit, unit_name, group, n (of the question that
            fewest answered), score (exact), shown (rounded; by the table of points where there is
            one), state, place (in its group, NaN = none); NaN for what is hidden
    city  - the same line for the city, made of its units as its rates are
    sentence - how it is made
    """

    wave: Window
    title: str
    full_mark: float
    units: pd.DataFrame
    city: pd.Series
    sentence: str


def score(office: Office, wave: Window) -> Scores | None:
    """Make the 问卷得分 of a wave; None where the rules have none. Raises LookupError."""
    return score_of(take(office, wave))


def score_of(taken: Taken) -> Scores | None:
    """Make the 问卷得分 of what came in of a wave, as `score`."""
    survey, told = taken.survey, taken.survey.score
    if told is None:
        return None
    kept = kept_answers(taken, without_flagged=False)
    sums = [sums_of(taken, rate_of(part), kept) for part in told.parts]
    hidden = np.any([hidden_units(taken, part.question)[0] for part in told.parts], axis=0)
    names = taken.units[["unit", "unit_name", "group"]].reset_index(drop=True)
    lines = pd.concat([names, _points(*_of_units(sums), taken, hidden)], axis=1)
    lines = lines.assign(place=places_in(lines, taken.ties))
    city = _points(*_of_city(taken, sums, kept), taken, np.zeros(1, bool)).iloc[0]
    return Scores(
        taken.wave,
        told.title,
        told.full_mark,
        lines[lines["n"] > 0].reset_index(drop=True),
        pd.concat([pd.Series({"unit_name": CITY_NAME}), city]),
        spell_survey_score(survey),
    )


def _of_units(sums: list[pd.DataFrame]) -> tuple[np.ndarray, np.ndarray]:
    """Give what the answers are worth on average, and how many there are: (question, unit)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.array([(one["weighted"] / one["weight"]).to_numpy(float) for one in sums])
    return means, np.array([one["n"].to_numpy(float) for one in sums])


def _of_city(
    taken: Taken, sums: list[pd.DataFrame], kept: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give the same of the city, made of its units as its rates are."""
    every, parts = np.ones(len(taken.units), bool), taken.survey.score.parts
    found = [
        total_of(taken, rate_of(part), one, kept, every)
        for part, one in zip(parts, sums, strict=True)
    ]
    return tuple(np.array([[one[name]] for one in found], float) for name in ("mean", "n"))


def _points(
    means: np.ndarray, counts: np.ndarray, taken: Taken, hidden: np.ndarray
) -> pd.DataFrame:
    """Weigh the questions that anybody answered; the weight of the others goes to them."""
    told = taken.survey.score
    weights = np.array([part.weight for part in told.parts])[:, None]
    there = ~np.isnan(means)
    weight = exact_sum(weights * there, 0)
    share = exact_sum(weights * np.nan_to_num(means), 0) / np.where(weight > 0, weight, np.nan)
    exact, decimals = told.full_mark * share, taken.survey.decimals
    shown = half_up(exact, decimals)
    points = _by_table(shown, told.bands) if told.bands else shown
    n = np.where(there, counts, np.inf).min(0)
    n = np.where(np.isinf(n), 0, n).astype(int)
    state = state_of(n, np.zeros(len(n)), taken.survey.limits, hidden)
    secret = state == HIDDEN
    return pd.DataFrame(
        {
            "n": n,
            "score": np.where(secret, np.nan, exact),
            "shown": np.where(secret, np.nan, points),
            "state": state,
        }
    )


def _by_table(scores: np.ndarray, bands: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Turn scores into points: of the first line, from the top, that a score reaches."""
    reached = [scores >= start for start, _ in bands]
    return np.select(reached, [points for _, points in bands], np.nan)
