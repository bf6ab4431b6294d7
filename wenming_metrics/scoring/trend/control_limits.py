"""What is more than the usual ups and downs of a series, by the rules of the NHS (Making Data Count).

The usual range is the mean +- 2.66 x the mean step from one point to the next; steps that are
themselves out of the ordinary are left out of that mean once. Seven points in a row on one side of
the mean, seven in a row that rise or fall, two of three near the edge, and a point outside the range
are signals. A series is cut where the rules change: what lies before is no measure for what follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

FACTOR, SCREEN, NEAR = 2.66, 3.267, 2 / 3
"""Limits are mean +- FACTOR x mean step; a step of SCREEN x mean step or more is no usual step; from
NEAR of the way to the limit on, a point is near it."""
RUN = 7
"""So many points in a row on one side of the mean, or rising, or falling, are a signal."""
FIRM = 12
"""With fewer points the range is provisional."""
_NOISE = 1e-9
"""Less than this is what binary fractions leave behind."""
NONE, OUTSIDE, TREND, CLOSE, SHIFT = "", "outside", "trend", "close", "shift"
"""What is said of a point; where several hold, the first of this order."""


@dataclass(frozen=True, eq=False)
class Control:
    """A series with its usual range; arrays with one entry per point.

    mean, low, high - of the stretch that a point lies in (NaN: fewer than two points); near_low,
    near_high - from where on a point is near the edge; signal - what is said of the point; side - 1
    for above the mean or rising, -1 for below or falling, 0 without a signal; stretch - number of
    the stretch
    """

    values: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    signal: np.ndarray
    side: np.ndarray
    stretch: np.ndarray


def control(values: Sequence[float], cuts: Sequence[int] = ()) -> Control:
    """Find the usual range of a series without gaps, and what lies out of it.

    Takes: cuts - positions at which a new stretch begins, which is judged by itself
    """
    series = np.asarray(values, float)
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(series)}), len(series)]
    stretches = [_stretch(series[a:b]) for a, b in zip(edges, edges[1:], strict=False)]
    joined = [np.concatenate(arrays) for arrays in zip(*stretches, strict=True)]
    number = np.repeat(np.arange(len(stretches)), np.diff(edges))
    return Control(series, *joined, number)


def limits(values: np.ndarray) -> tuple[float, float, float]:
    """Give mean, lower and upper limit; limits are NaN for fewer than two points."""
    if not len(values):
        return np.nan, np.nan, np.nan
    mean = fmean(values)
    steps = np.abs(np.diff(values))
    if not len(steps):
        return mean, np.nan, np.nan
    usual = steps[steps < SCREEN * fmean(steps)] if steps.any() else steps
    reach = FACTOR * fmean(usual)
    return mean, mean - reach, mean + reach


def run_length(values: np.ndarray) -> int:
    """Count the last points that lie on one side of the mean: positive above, negative below."""
    return _last_run(_sides(values, fmean(values))) if len(values) else 0


def trend_length(values: np.ndarray) -> int:
    """Count the last points that rise (positive) or fall (negative), each beyond the one before."""
    steps = _last_run(_sides(values[1:], values[:-1]))
    return steps + int(np.sign(steps))


def _last_run(side: np.ndarray) -> int:
    if not len(side) or side[-1] == 0:
        return 0
    other_side = np.flatnonzero(side != side[-1])
    length = len(side) - (other_side[-1] + 1 if len(other_side) else 0)
    return int(length * side[-1])


def _stretch(values: np.ndarray) -> tuple[np.ndarray, ...]:
    """Judge one stretch: mean, low, high, signal, side per point.

    The last point, on which everybody looks, is held against the range of those before it, which it
    may not widen; where it lies outside, theirs is the range of the stretch. Held so, every point would
    be outside three times as often by mere chance: earlier ones are judged together.
    """
    earlier = values[:-1]
    mean, low, high = limits(values)
    if len(earlier) >= RUN and _is_outside(values[-1], limits(earlier)):
        mean, low, high = limits(earlier)
    above, reach = _sides(values, mean), high - mean
    away = np.abs(values - mean)
    outside = away > reach + _NOISE
    near = ~outside & (away > NEAR * reach + _NOISE)
    trend = _covered(_sides(values[1:], values[:-1]), RUN - 1, 1)[: len(values)]
    shift = _covered(above, RUN, 0)
    close = np.where(near, _two_of_three(near, above), 0)
    signal = np.full(len(values), NONE, object)
    side = np.zeros(len(values), np.int64)
    signals = ((SHIFT, shift), (CLOSE, close), (TREND, trend), (OUTSIDE, outside * above))
    for name, sign in signals:  # the strongest last: it overwrites the others
        marked = sign != 0
        signal[marked], side[marked] = name, sign[marked]
    return *(np.full(len(values), level) for level in (mean, low, high)), signal, side


def _is_outside(value: float, usual: tuple[float, float, float]) -> bool:
    """Say whether a value lies outside a range. Takes: usual - of `limits`"""
    _, low, high = usual
    return bool(value < low - _NOISE or value > high + _NOISE)


def _sides(values: np.ndarray, reference: np.ndarray | float) -> np.ndarray:
    """Say which values are larger (1), smaller (-1) or equal (0)."""
    return np.where(np.abs(values - reference) < _NOISE, 0.0, np.sign(values - reference))


def _covered(sign: np.ndarray, length: int, extra: int) -> np.ndarray:
    """Mark every point of a run of equal signs that is long enough; steps cover one point more."""
    covered = np.zeros(len(sign) + extra, np.int64)
    for first in range(len(sign) - length + 1):
        window = sign[first : first + length]
        if window[0] and (window == window[0]).all():
            covered[first : first + length + extra] = window[0]
    return covered


def _two_of_three(near: np.ndarray, above: np.ndarray) -> np.ndarray:
    marks = np.zeros(len(near), np.int64)
    for first in range(len(near) - 2):
        three = slice(first, first + 3)
        if near[three].sum() >= 2 and abs(above[three].sum()) == 3:
            marks[three] = above[first]
    return marks
