"""The funnel: how far from the city's figure chance alone takes a unit with n questionnaires."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wenming_metrics.domain.numbers import rounded
from wenming_metrics.scoring.survey.intervals import normal_quantile

INNER, OUTER = 0.95, 0.998
"""Inside the inner limits: no clear difference (无显著差别); outside the outer ones: clear (明显)."""


def funnel(
    value0: float, n: ArrayLike, level: float = INNER, *, spread: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Give the limits around the city's share, for units with n questionnaires.

    Of shares they are exact binomial ones at every n: normal ones from a hundred on would jump there
    by a point and more where rates are near 100 %.

    Takes:   value0 - 0 to 1; n - per unit or point of the curve; level - of INNER, OUTER;
             spread - standard deviation of one questionnaire's value where it is not a yes or no
    Returns: low, high, inside 0 to 1; NaN where n is 0 or missing, or value0 is missing
    """
    size = np.asarray(n, float)
    size = np.where(size > 0, size, np.nan)
    tail, z = (1 - level) / 2, normal_quantile(level)
    wide = z * _deviation(value0, spread) / np.sqrt(size)
    low, high = value0 - wide, value0 + wide
    if spread is None and 0 < value0 < 1:
        low = _exact(tail, size, value0)
        # from the other side: 20 of 20 are beyond it only if 20 of 20 are rare themselves
        high = 1 - _exact(tail, size, 1 - value0)
    return rounded(np.clip(low, 0, 1)), rounded(np.clip(high, 0, 1))


def _deviation(value0: float, spread: float | None) -> float:
    """Give the standard deviation of one questionnaire."""
    return float(np.sqrt(max(value0 * (1 - value0), 0))) if spread is None else spread


def _exact(tail: float, n: np.ndarray, share: float) -> np.ndarray:
    """Give the share that binomial counts stay below with a chance of `tail`, between whole counts."""
    from scipy.stats import binom

    r = binom.ppf(tail, n, share)
    return (r - (binom.cdf(r, n, share) - tail) / binom.pmf(r, n, share)) / n
