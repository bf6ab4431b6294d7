"""How the city's score moved: its recent course, and whether the last step is more than noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wenming_metrics.domain.numbers import exact_product, half_up, rounded
from wenming_metrics.domain.periods import Window, series
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.bands import errors_now
from wenming_metrics.queries.ranking.overview import city_score, city_weights
from wenming_metrics.queries.scores.score_windows import COURSE, standings_now, statuses
from wenming_metrics.scoring.ranking.bands import CLEAR
from wenming_metrics.scoring.ranking.ranking import SCORED

LEAST_SHARED = 0.5
"""Less than this part of the units scored in both windows: the means are those of other units."""


@dataclass(frozen=True)
class CityMovement:
    """The city's score over the last windows, and its last step.

    values  - rounded scores, oldest first, None = no unit was scored
    change  - of the last two, None: one of them is missing
    error   - standard error of the change in points, None: cannot be said
    is_like - whether at least half of the units were scored in both windows
    """

    values: tuple[float | None, ...]
    change: float | None
    error: float | None
    is_like: bool

    @property
    def is_clear(self) -> bool | None:
        """Say whether the step is more than sampling explains; None: cannot be said."""
        if self.change is None or self.error is None or not self.is_like:
            return None
        return bool(rounded(abs(self.change)) > rounded(CLEAR * self.error))


def city_movement(office: Office, window: Window, board: str = "street") -> CityMovement:
    """Follow the city up to a window; windows and weights as `queries.ranking.overview.city`.

    The error of the city's score is that of a weighted sum of independent units: the root of Σw²e².
    """
    windows = series(window, COURSE[window.kind])
    course = standings_now(office, windows, board)
    values = tuple(city_score(course, number) for number in range(len(windows)))
    is_scored = None not in values[-2:]
    standings, errors = errors_now(office, window, board)
    squares = [
        _square(city_weights(standings, number), frame["error"].to_numpy(float))
        for number, frame in zip((-2, -1), errors, strict=True)
    ]
    scored = [np.isin(statuses(standings, number), SCORED) for number in (-2, -1)]
    either, both = int((scored[0] | scored[1]).sum()), int((scored[0] & scored[1]).sum())
    is_known = is_scored and not np.isnan(sum(squares))
    return CityMovement(
        values=values,
        change=float(half_up(values[-1] - values[-2], 9)) if is_scored else None,
        error=float(np.sqrt(sum(squares))) if is_known else None,
        is_like=both >= LEAST_SHARED * either if either else False,
    )


def _square(weights: np.ndarray, error: np.ndarray) -> float:
    """Give the square of the error of a weighted mean; NaN where that of a unit in it is unknown."""
    in_mean = weights > 0
    return float(exact_product(weights[in_mean] ** 2, error[in_mean] ** 2))
