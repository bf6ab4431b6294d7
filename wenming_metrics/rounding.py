"""Exact numbers: points as integers, and one way to round what people see.

Points (扣分, 分值) are stored as int64 in units of 1e-4 and visit rates in 1e-9, because sums of
floats depend on their order and a different order can flip a tie in a ranking.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import numpy as np

POINT_SCALE = 10_000
"""One point is this many stored units."""
RATE_SCALE = 1_000_000_000
"""A rate of 1 is this many stored units."""
_SCORE_SCALE = 1_000_000_000
"""Scores are compared after rounding to 1e-9: what lies below is noise of binary fractions."""


def to_points(value: float | int | str | Decimal) -> int | None:
    """Turn a number as people write it into stored points (1e-4), exactly.

    Takes:   value - a number or its decimal text; floats are read as their shortest decimal
    Returns: points x 10,000, or None when the value has more than four decimals or is no number
    """
    try:
        scaled = Decimal(str(value)) * POINT_SCALE
    except InvalidOperation:
        return None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        return None
    return int(scaled)


def share_text(part: int, whole: int) -> str:
    """Spell a share with what it rests on; nothing to share is 「—」, neither 0 nor all of it.

    >>> share_text(3, 4), share_text(0, 0)
    ('75.0%(3/4)', '—')
    """
    return f"{float(half_up(part / whole * 100, 1)):.1f}%({part}/{whole})" if whole else "—"


def rate(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Give part / whole in units of 1e-9, half up; whole must be positive.

    Takes:   part, whole - int64 points, 0 <= part <= whole
    Returns: int64 rates (1e-9)
    """
    part, whole = np.asarray(part, np.int64), np.asarray(whole, np.int64)
    return (2 * part * RATE_SCALE + whole) // (2 * whole)


def half_up(values: np.ndarray | float, decimals: int) -> np.ndarray:
    """Round decimal half up (四舍五入) as a person with a calculator does.

    Takes:   values - floats; NaN stays NaN. decimals - digits kept
    Returns: floats holding the rounded decimal. 2.675 gives 2.68, -2.675 gives -2.68.
    """
    exact = exact_score(values)
    step = 10 ** (9 - decimals)
    sign = np.where(exact < 0, -1, 1)
    rounded = sign * ((np.abs(exact) + step // 2) // step)
    return np.where(np.isnan(np.asarray(values, float)), np.nan, rounded / 10**decimals)


def exact_score(values: np.ndarray | float) -> np.ndarray:
    """Give scores as int64 in 1e-9, so that equal scores compare equal; NaN becomes 0.

    Use only where NaN has been set apart already.
    """
    filled = np.nan_to_num(np.asarray(values, float), nan=0.0)
    return np.rint(filled * _SCORE_SCALE).astype(np.int64)


def allocate(values: np.ndarray, total: float, decimals: int) -> np.ndarray:
    """Round parts so that they add up to the rounded total (largest remainder, 最大余数法).

    Takes:   values - non-negative floats that sum to total within 1e-9; total - shown parent;
             decimals - digits kept
    Returns: floats with that many decimals whose sum is half_up(total). Ties go to the earlier.
    """
    values = np.asarray(values, float)
    step = 10**decimals
    want = int(np.rint(float(half_up(total, decimals)) * step))
    floors = np.floor(values * step + 1e-9)
    short = want - int(floors.sum())
    order = np.argsort(-(values * step - floors), kind="stable")
    if short > 0:
        floors[order[:short]] += 1
    elif short < 0:
        floors[order[::-1][:-short]] -= 1
    return floors / step
