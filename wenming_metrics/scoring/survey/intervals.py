"""How sure a share, or a mean of what answers are worth, can be: intervals, differences, sizes.

Shares are counts: k of n. Their interval is Wilson's, which never leaves 0 to 1 and says something
at 20 of 20, where the textbook's p +- 1.96 s covers far less than it claims. Everything takes and
gives numpy arrays, or numbers, of 0 to 1 (no per cent); where n is 0 or missing the answer is NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

LEVEL = 0.95
"""Of all intervals, so many are to hold what they are about."""
_EXTRA = 0.25
"""So much of one answer more, half 0 and half 1, is thought of when the spread is judged: with more
of it intervals hold too often (98 % with a whole one, at n = 20), with less too seldom near 0 and 1."""
_NOISE = 1e-9
"""Less than this is what binary fractions leave behind."""
Interval = tuple[np.ndarray, np.ndarray]


def limits(k: ArrayLike, n: ArrayLike, level: float = LEVEL) -> Interval:
    """Give Wilson's interval of a share.

    Takes:   k - how many said so, n - of how many, both may be fractions (weighted counts)
    Returns: low, high, 0 to 1; NaN where n is 0 or missing
    """
    k, n = np.broadcast_arrays(np.asarray(k, float), np.asarray(n, float))
    safe = np.where(n > 0, n, np.nan)
    share, z = k / safe, normal_quantile(level)
    base = 1 + z**2 / safe
    center = (share + z**2 / (2 * safe)) / base
    reach = z * np.sqrt(share * (1 - share) / safe + z**2 / (4 * safe**2)) / base
    return np.clip(center - reach, 0, 1)[()], np.clip(center + reach, 0, 1)[()]


def normal_quantile(level: float = LEVEL) -> float:
    """Give how many standard deviations to either side hold a share of a normal distribution."""
    # Not scipy.stats, which gives the same: importing it takes every server a second of its first page.
    from scipy.special import ndtri

    return float(-ndtri((1 - level) / 2))


def mean_limits(total: ArrayLike, squares: ArrayLike, n: ArrayLike) -> Interval:
    """Give an interval of the mean of values between 0 and 1 (1 / 0.75 / 0, a scale cut to 0..1).

    Wilson's, of as many yes-or-no answers as say as much about their mean: see `effective`. The usual
    mean +- t s covers 92 % at n = 20 (86 to 90 % near the ceiling), has no width where all say the
    same and leaves 0 to 1; counting values as if they were shares makes intervals far too wide.

    Takes:   total - sum of the values; squares - sum of their squares; n - how many
    Returns: low, high, inside 0 to 1; NaN where n is 0 or missing
    """
    n = np.asarray(n, float)
    mean = np.asarray(total, float) / np.where(n > 0, n, np.nan)
    worth = effective(total, squares, n)
    return limits(mean * worth, worth)


def effective(total: ArrayLike, squares: ArrayLike, n: ArrayLike) -> np.ndarray:
    """Give how many yes-or-no answers would say as much of their mean as these values do.

    Values between 0 and 1 vary less than a yes or no of the same mean, so it is n or more: n x
    p (1 - p) / variance. The variance is judged as if a little of one answer more had been half 0
    and half 1: 20 equal answers are no proof that the next one is the same. For values 0 and 1 it is
    n itself.

    Returns: n or more; NaN where n is 0 or missing
    """
    n = np.asarray(n, float)
    n = np.where(n > 0, n, np.nan)
    mean = (np.asarray(total, float) + _EXTRA / 2) / (n + _EXTRA)
    spread = (np.asarray(squares, float) + _EXTRA / 2) / (n + _EXTRA) - np.square(mean)
    return (n * np.maximum(mean * (1 - mean) / spread, 1))[()]


def difference(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, level: float = LEVEL
) -> Interval:
    """Give Newcombe's interval of k1/n1 - k2/n2.

    Two shares differ when it leaves out 0; whether their own intervals overlap says nothing.

    Returns: low, high, -1 to 1; NaN where one of them has n 0 or missing
    """
    first, second = limits(k1, n1, level), limits(k2, n2, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        share1 = np.asarray(k1, float) / np.asarray(n1, float)
        share2 = np.asarray(k2, float) / np.asarray(n2, float)
    return between((share1, *first), (share2, *second))


def between(
    first: tuple[ArrayLike, ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike, ArrayLike]
) -> Interval:
    """Give the interval of first - second, any two figures with an interval each, independent.

    Takes:   value, low, high of each (of `limits`, `mean_limits` or an Estimate of `design_based`)
    Returns: low, high; NaN where one of the figures is missing
    """
    (value1, low1, high1), (value2, low2, high2) = (
        tuple(np.asarray(number, float) for number in figure) for figure in (first, second)
    )
    gap = value1 - value2
    low = gap - np.hypot(value1 - low1, high2 - value2)
    high = gap + np.hypot(high1 - value1, value2 - low2)
    return low[()], high[()]


def needed(p: ArrayLike, d: ArrayLike, level: float = LEVEL) -> np.ndarray:
    """Give how many questionnaires tell a share near p to +- d (0.05 = five percentage points).

    Returns: whole numbers (as float); near 0 or 1, what an interval of width 2 d takes there
    """
    p, d, z = np.asarray(p, float), np.asarray(d, float), normal_quantile(level)
    size, z2 = p * (1 - p) / (d / z) ** 2, z**2
    # all or none of n say so: Wilson's interval is z2 / (n + z2) wide
    return np.ceil(np.maximum(size, z2 / (2 * d) - z2) - _NOISE)[()]


def more_needed(k: ArrayLike, n: ArrayLike, d: ArrayLike, level: float = LEVEL) -> np.ndarray:
    """Give how many further questionnaires bring a share, k of n so far, to +- d.

    The share is expected at the middle of its present interval, not at k / n: after 5 of 5 the next
    ones will hardly all say so.

    Returns: whole numbers (as float); 0 where the interval is narrow enough; n = 0: as for a share
    of one half, the most that can be needed; NaN where n is missing
    """
    k, n, d = np.broadcast_arrays(*(np.asarray(numbers, float) for numbers in (k, n, d)))
    z2 = normal_quantile(level) ** 2
    more = np.ceil(needed((k + z2 / 2) / (n + z2), d, level) - n - _NOISE)
    low, high = limits(k, n, level)
    enough = (n > 0) & (high - low <= 2 * d + _NOISE)
    return np.where(enough, 0, np.maximum(more, 0))[()]
