"""Exact numbers: points as integers, sums that no order changes, one way to round what people see.

No figure hangs on the order in which a processor adds (`@` adds in another one on every kind):

1. What can be counted is an integer: points (扣分, 分值) in 1e-4, visit rates in 1e-9.
2. Fractions that make a figure are added by `exact_sum`, `exact_bins`, `exact_product` (a few by
   `math.fsum`): the same bits in whatever order, so that equal scores tie everywhere. Outside of this
   file `@` is for whole numbers.
3. What comes of distributions, roots of equations and rounds of weighting (limits of intervals,
   raked weights) is rounded to 1e-9 where it is made, by `rounded`.

Steps that are taken one by one in an order which the code fixes (up the tree) need none of it.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import numpy as np

POINT_SCALE = 10_000
"""One point is this many stored units."""
RATE_SCALE = 1_000_000_000
"""A rate of 1 is this many stored units."""
SMALL_BASE = 10
"""A share of fewer than this is told as one of a small base."""
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


def share_text(numerator: int, denominator: int) -> str:
    """Spell a share with what it rests on; nothing to share is 「—」, neither 0 nor all of it.

    >>> share_text(30, 40), share_text(3, 4), share_text(0, 0)
    ('75.0%（30/40）', '75.0%（3/4，基数小）', '—')
    """
    if not denominator:
        return "—"
    return f"{float(half_up(numerator / denominator * 100, 1)):.1f}%（{numerator}/{denominator}{small_base(denominator)}）"


def small_base(denominator: int) -> str:
    """Say of what a share is made that it is little: one more or less would move it by a tenth and more."""
    return "，基数小" if 0 < denominator < SMALL_BASE else ""


def rate(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Give numerator / denominator in units of 1e-9, half up; denominator must be positive.

    Takes:   numerator, denominator - int64 points, 0 <= numerator <= denominator
    Returns: int64 rates (1e-9)
    """
    numerator, denominator = np.asarray(numerator, np.int64), np.asarray(denominator, np.int64)
    return (2 * numerator * RATE_SCALE + denominator) // (2 * denominator)


def quotient(dividend: np.ndarray, divisor: np.ndarray, nothing: float = np.nan) -> np.ndarray:
    """Divide; `nothing` where the divisor is not above 0, so there is nothing to share."""
    dividend, divisor = np.asarray(dividend, float), np.asarray(divisor, float)
    out = np.full(np.broadcast_shapes(dividend.shape, divisor.shape), nothing)
    return np.divide(dividend, divisor, out=out, where=divisor > 0)


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


def rounded(values: np.ndarray | float) -> np.ndarray:
    """Round to 1e-9 what a distribution or a series of steps gave; NaN and infinity stay."""
    return np.round(np.asarray(values, float), 9)[()]


def exact_sum(values: np.ndarray, axis: int = -1) -> np.ndarray:
    """Sum fractions along an axis: the nearest float, the same in whatever order they stand.

    Takes:   values - floats without infinity; NaN makes the sum NaN
    Returns: as np.sum

    >>> [float(exact_sum(row)) for row in ([0.1] * 10, [1e16, 1.0, -1e16])]
    [1.0, 1.0]
    """
    values = np.asarray(values, float)
    pieces = _pieces(values, axis, _bits(values.shape[axis]))
    return sum(piece.sum(axis) for piece in pieces[::-1])


def exact_bins(bins: np.ndarray, values: np.ndarray, size: int = 0) -> np.ndarray:
    """Sum fractions by the number of their bin, as np.bincount; the same in whatever order they stand.

    Takes:   bins - number of each value's bin, 0 or more; values - floats without infinity and NaN; size - at
             least so many bins
    """
    values = np.asarray(values, float)
    pieces = _pieces(values, 0, _bits(len(values)))
    return sum(np.bincount(bins, piece, size) for piece in pieces[::-1])


def exact_product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Multiply matrices or vectors as `@`; the same in whatever order a processor adds.

    Both are cut into pieces of so few digits that products of pieces, and their sums, are exact
    (Ozaki's scheme); what is added at last is added in one order, the smallest first.

    Takes: left (m, n) or (n,), right (n, p) or (n,) - floats without infinity; NaN as in `@`
    """
    left, right = np.asarray(left, float), np.asarray(right, float)
    bits = _bits(left.shape[-1]) // 2
    first, second = _pieces(left, -1, bits), _pieces(right, 0, bits)
    pairs = [(row, depth - row) for depth in range(len(first))[::-1] for row in range(depth + 1)]
    return sum(first[row] @ second[column] for row, column in pairs)


_DIGITS = 53
"""Binary digits that a float holds."""
_KEPT = 64
"""Binary digits below the largest number that count: more than any number near it has."""


def _bits(count: int) -> int:
    """Say how many digits numbers may have so that so many of them are added exactly."""
    return _DIGITS - int(max(count, 1)).bit_length()


def _pieces(values: np.ndarray, axis: int, bits: int) -> list[np.ndarray]:
    """Cut numbers into pieces of so many digits each, the highest first, along an axis at one point.

    Adding a large number, and taking it away again, leaves the digits above a point.
    """
    most = np.abs(values).max(axis=axis, keepdims=True, initial=0.0)
    power, pieces = np.frexp(most)[1], []
    for number in range(-(-_KEPT // bits)):
        large = np.ldexp(1.5, power + _DIGITS - 1 - bits * (number + 1))
        pieces.append((values + large) - large)
        values = values - pieces[-1]
    return pieces


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
