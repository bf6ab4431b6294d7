"""Do two figures of the same units go together: the rank correlation with its interval, and plain words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from wenming_metrics.scoring.survey.intervals import normal_quantile

LEAST_UNITS = 10
"""Of fewer units no order says anything."""
LEVEL = 0.95
AGREES, OPPOSES, UNCLEAR, TOO_FEW = "多数一致", "多数不一致", "看不出", "样本不足，看不出"


@dataclass(frozen=True)
class Agreement:
    """How far two orders of `n` units go together: rank correlation -1 to 1, its limits (95 %), verdict.

    NaN where there are too few units, or one figure is the same for all.
    """

    n: int
    correlation: float
    low: float
    high: float
    verdict: str


def agreement(first: ArrayLike, second: ArrayLike) -> Agreement:
    """Compare the orders of two figures of the same units; units without one of them are left out.

    Spearman's correlation; limits by Fisher's transformation with the error of Bonett and Wright (2000).
    """
    from scipy.stats import spearmanr

    couples = np.column_stack([np.asarray(first, float), np.asarray(second, float)])
    couples = couples[~np.isnan(couples).any(axis=1)]
    n = len(couples)
    if n < LEAST_UNITS or (couples == couples[:1]).all(axis=0).any():
        return Agreement(n, np.nan, np.nan, np.nan, TOO_FEW)
    correlation = float(spearmanr(*couples.T).statistic)
    reach = normal_quantile(LEVEL) * np.sqrt((1 + correlation**2 / 2) / (n - 3))
    # Two orders that are the same have no finite transform.
    middle = np.arctanh(np.clip(correlation, -0.9999, 0.9999))
    low, high = (float(np.tanh(middle + direction * reach)) for direction in (-1, 1))
    verdict = AGREES if low > 0 else OPPOSES if high < 0 else UNCLEAR
    return Agreement(n, correlation, low, high, verdict)
