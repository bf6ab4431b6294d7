"""问卷得分: every question is worth something, and what the answers are worth is weighed together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_sum, half_up, quotient
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.rates import CITY_NAME, total_of
from wenming_metrics.queries.survey.sums import hidden_units, rate_of, sums_of
from wenming_metrics.queries.survey.waves import WaveAnswers, counting_answers, read_wave
from wenming_metrics.rules.survey.wording import spell_survey_score
from wenming_metrics.scoring.survey.rates import HIDDEN, rank_figures, state_of


@dataclass(frozen=True, eq=False)
class SurveyScores:
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


def score(office: Office, wave: Window) -> SurveyScores | None:
    """Make the 问卷得分 of a wave; None where the rules have none. Raises LookupError."""
    return score_of(read_wave(office, wave))


def score_of(wave_answers: WaveAnswers) -> SurveyScores | None:
    """Make the 问卷得分 of what came in of a wave, as `score`."""
    survey, settings = wave_answers.survey, wave_answers.survey.score
    if settings is None:
        return None
    counting = counting_answers(wave_answers, without_flagged=False)
    sums = [sums_of(wave_answers, rate_of(weighed), counting) for weighed in settings.parts]
    hidden = np.any(
        [hidden_units(wave_answers, weighed.question)[0] for weighed in settings.parts], axis=0
    )
    names = wave_answers.units[["unit", "unit_name", "group"]].reset_index(drop=True)
    lines = pd.concat([names, _points(*_of_units(sums), wave_answers, hidden)], axis=1)
    lines = lines.assign(place=rank_figures(lines, wave_answers.ties))
    city = _points(*_of_city(wave_answers, sums, counting), wave_answers, np.zeros(1, bool)).iloc[0]
    return SurveyScores(
        wave_answers.wave,
        settings.title,
        settings.full_mark,
        lines[lines["n"] > 0].reset_index(drop=True),
        pd.concat([pd.Series({"unit_name": CITY_NAME}), city]),
        spell_survey_score(survey),
    )


def _of_units(sums: list[pd.DataFrame]) -> tuple[np.ndarray, np.ndarray]:
    """Give what the answers are worth on average, and how many there are: (question, unit)."""
    means = np.array([quotient(unit_sums["weighted"], unit_sums["weight"]) for unit_sums in sums])
    return means, np.array([unit_sums["n"].to_numpy(float) for unit_sums in sums])


def _of_city(
    wave_answers: WaveAnswers, sums: list[pd.DataFrame], counting: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give the same of the city, made of its units as its rates are."""
    every, questions = np.ones(len(wave_answers.units), bool), wave_answers.survey.score.parts
    totals = [
        total_of(wave_answers, rate_of(weighed), unit_sums, counting, every)
        for weighed, unit_sums in zip(questions, sums, strict=True)
    ]
    return tuple(np.array([[total[name]] for total in totals], float) for name in ("mean", "n"))


def _points(
    means: np.ndarray, counts: np.ndarray, wave_answers: WaveAnswers, hidden: np.ndarray
) -> pd.DataFrame:
    """Weigh the questions that anybody answered; the weight of the others goes to them."""
    settings = wave_answers.survey.score
    weights = np.array([weighed.weight for weighed in settings.parts])[:, None]
    is_answered = ~np.isnan(means)
    weight = exact_sum(weights * is_answered, 0)
    share = exact_sum(weights * np.nan_to_num(means), 0) / np.where(weight > 0, weight, np.nan)
    exact, decimals = settings.full_mark * share, wave_answers.survey.decimals
    rounded = half_up(exact, decimals)
    points = _by_table(rounded, settings.bands) if settings.bands else rounded
    n = np.where(is_answered, counts, np.inf).min(0)
    n = np.where(np.isinf(n), 0, n).astype(int)
    state = state_of(n, np.zeros(len(n)), wave_answers.survey.limits, hidden)
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
