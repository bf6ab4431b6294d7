"""The share of a city or a group from samples of its units: stratified, clustered, weighted.

Units are strata, drawn separately; a 社区 in which several people were asked is a cluster, whose
people resemble each other; questionnaires may count unequally. The interval is that of Korn and
Graubard: as many independent questionnaires as the design is worth, never more than were asked.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from wenming_metrics.domain.numbers import exact_bins, exact_product, exact_sum, rounded
from wenming_metrics.rules.survey.model import CITY
from wenming_metrics.scoring.survey.intervals import effective

_NOISE = 1e-12
"""Less than this is what binary fractions leave behind."""


@dataclass(frozen=True)
class Estimate:
    """A figure made of samples; all NaN, n 0, where nobody is in the base.

    value, low, high, se - 0 to 1; n - questionnaires in the base; n_eff - independent questionnaires
    they are worth, at most n; deff - variance against that of as many drawn at random; df - degrees
    of freedom, clusters less strata (0: no interval, low and high are NaN)
    """

    value: float
    low: float
    high: float
    se: float
    n: int
    n_eff: float
    deff: float
    df: int


def estimate(
    values: ArrayLike,
    in_base: ArrayLike,
    stratum: ArrayLike,
    cluster: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    population: Mapping[int, float] | None = None,
    *,
    how: str = "population",
    group: Mapping[int, Hashable] | None = None,
    level: float = 0.95,
) -> Estimate:
    """Estimate a share, or a mean of values between 0 and 1, from all questionnaires of a design.

    Takes:   one entry per questionnaire that was asked the question, of every unit, whether or not
             it is in the base (a sub-group keeps the whole design):
             values - 0 to 1 (out of the base: anything, NaN too); in_base - bool; stratum - the unit;
             cluster - 社区, 0 = none, each questionnaire by itself; weight - 1 where None;
             population - people of each unit, units without questionnaires too where group is given
             (their people then go to the other units of their group);
             how - of rules.survey.CITY: "population" units by their people, "pooled" every
             questionnaire by its own weight, "units" the mean of the units' figures;
             group - of each unit: where neighbours are looked for
    Returns: values by "population" and "pooled" are sums of weighted values over sums of weights of
             the base: a unit counts by those of its people who are in the base. Units of one
             questionnaire are put together with a neighbour, by number, in their group
    Raises:  ValueError - how is "population" and a unit with questionnaires has no population
    """
    if how not in CITY:
        raise ValueError(f"no such way to make a city's figure: {how}")
    base = np.asarray(in_base, bool)
    x = np.where(base, np.asarray(values, float), 0.0)
    w = np.ones(len(x)) if weight is None else np.asarray(weight, float)
    units, home = np.unique(np.asarray(stratum), return_inverse=True)
    if not (w * base > 0).any():
        return Estimate(*[np.nan] * 4, 0, np.nan, np.nan, 0)
    family = _families(units, group)
    if how == "population":
        w = _by_people(w, units, home, family, population or {}, group)
    share = w * base
    if how == "units":
        share = share / np.where(base, exact_bins(home, share)[home], 1)
    total = exact_sum(share)
    # Divided once, at the end: shares of each that are rounded first make 74.999… of 75.
    centre, share = exact_product(share, x) / total, share / total
    drawn = _drawn(home, cluster)
    off = share * (
        x - (centre if how != "units" else _centres(share, x, base, home, drawn, family))
    )
    variance, df = _variance(off, home, drawn, family)
    return _with_limits(centre, variance, df, x[base], share[base], level)


def expand(
    weight: ArrayLike,
    stratum: ArrayLike,
    population: Mapping[int, float],
    group: Mapping[int, Hashable] | None = None,
) -> np.ndarray:
    """Weigh questionnaires so that each unit counts by its people, as `estimate` does.

    Takes:   as `estimate`, of those who were asked. Raises ValueError: a unit without population
    """
    units, home = np.unique(np.asarray(stratum), return_inverse=True)
    family = _families(units, group)
    return _by_people(np.asarray(weight, float), units, home, family, population, group)


def _families(units: np.ndarray, group: Mapping[int, Hashable] | None) -> np.ndarray:
    """Number the groups of units in the order of their first unit; no groups: one for all."""
    numbers: dict[Hashable, int] = {}
    of = group or {}
    return np.array([numbers.setdefault(of.get(int(unit)), len(numbers)) for unit in units], int)


def _drawn(home: np.ndarray, cluster: ArrayLike | None) -> np.ndarray:
    """Number what was drawn: clusters inside their unit, or questionnaires by themselves."""
    alone = -1 - np.arange(len(home))
    clusters = np.zeros(len(home), np.int64) if cluster is None else np.asarray(cluster, np.int64)
    if not clusters.any():
        return np.arange(len(home))
    _, number = np.unique(np.where(clusters == 0, alone, clusters), return_inverse=True)
    return np.unique(home * (number.max() + 1) + number, return_inverse=True)[1]


def _by_people(
    w: np.ndarray,
    units: np.ndarray,
    home: np.ndarray,
    family: np.ndarray,
    population: Mapping[int, float],
    group: Mapping[int, Hashable] | None,
) -> np.ndarray:
    """Weigh questionnaires so that each unit counts by its people."""
    people = np.array([population.get(int(unit), np.nan) for unit in units], float)
    if not (people > 0).all():
        raise ValueError(f"no population for units {units[~(people > 0)].tolist()}")
    if group:
        people = people * _left_over(units, people, family, population, group)
    bins = _join(np.bincount(home), family)
    sums, all_people = exact_bins(bins[home], w), exact_bins(bins, people)
    return w * (all_people / np.where(sums > 0, sums, 1))[bins][home]


def _left_over(
    units: np.ndarray,
    people: np.ndarray,
    family: np.ndarray,
    population: Mapping[int, float],
    group: Mapping[int, Hashable],
) -> np.ndarray:
    """Give by how much the people of a group's units without questionnaires raise the others."""
    number = {
        group.get(int(unit)): family_number
        for unit, family_number in zip(units, family, strict=True)
    }
    every = np.zeros(len(number))
    for unit, some in population.items():
        if group.get(unit) in number and some > 0:
            every[number[group.get(unit)]] += some
    return (every / exact_bins(family, people))[family]


def _join(counts: np.ndarray, family: np.ndarray) -> np.ndarray:
    """Put strata of fewer than two together with a neighbour of their family, or of the next one.

    Returns: per stratum the number of the stratum it ends up in
    """
    bins = _runs(counts, family)
    sizes = np.bincount(bins, counts)
    return bins if (sizes > 1).all() else _runs(sizes, np.zeros(len(sizes)))[bins]


def _runs(counts: np.ndarray, family: np.ndarray) -> np.ndarray:
    """Join each stratum of fewer than two to the one before it, the first of a family to the next."""
    bins, size, last, number = np.zeros(len(counts), np.int64), 0, None, -1
    for unit_number in np.argsort(family, kind="stable"):
        if family[unit_number] != last or (counts[unit_number] > 1 and size > 1):
            number, size, last = number + 1, 0, family[unit_number]
        bins[unit_number], size = number, size + counts[unit_number]
    return bins


def _centres(
    share: np.ndarray,
    x: np.ndarray,
    base: np.ndarray,
    home: np.ndarray,
    drawn: np.ndarray,
    family: np.ndarray,
) -> np.ndarray:
    """Give the figure that each questionnaire's unit is measured by.

    A unit of which one alone is in the base is measured by its neighbours too: by itself it would
    seem free of chance.
    """
    inside = np.unique(np.column_stack([home[base], drawn[base]]), axis=0)[:, 0]
    bins = _join(np.bincount(inside, minlength=len(family)), family)[home]
    sums = exact_bins(bins, share)
    return (exact_bins(bins, share * x) / np.where(sums > 0, sums, 1))[bins]


def _variance(
    off: np.ndarray, home: np.ndarray, drawn: np.ndarray, family: np.ndarray
) -> tuple[float, int]:
    """Give the variance of a sum over clusters drawn inside strata, and its degrees of freedom."""
    sums = exact_bins(drawn, off)
    where = np.zeros(len(sums), np.int64)
    where[drawn] = home
    where = _join(np.bincount(where, minlength=len(family)), family)[where]
    many = np.bincount(where)
    mean = exact_bins(where, sums) / many
    squares = exact_bins(where, (sums - mean[where]) ** 2)
    df = len(sums) - len(many)
    return (float(exact_sum(squares * many / np.maximum(many - 1, 1))) if df else np.nan), df


def _with_limits(
    value: float, variance: float, df: int, x: np.ndarray, share: np.ndarray, level: float
) -> Estimate:
    """Add Korn and Graubard's limits to a value; x, share - of those in the base, share sums to 1."""
    from scipy.special import stdtrit

    n, value = len(x), float(min(max(value, 0), 1))
    squares, worth = float(exact_product(share, x**2)), 1 / exact_product(share, share)
    spread = squares - value * value
    # all say the same: there is no variance to go by, but the weights still cost
    simple = spread > _NOISE and variance > _NOISE**2
    deff = float(n * variance / spread if simple else n / worth)
    n_eff = float(min(n / deff, n))
    if not df:
        return Estimate(value, np.nan, np.nan, np.nan, n, n_eff, deff, 0)
    gain = effective(n * value, n * squares, n) / n
    cautious = np.square(stdtrit(max(n - 1, 1), (1 - level) / 2) / stdtrit(df, (1 - level) / 2))
    design_n = value * (1 - value) / variance if simple else n_eff * gain
    star = min(design_n * cautious, n * gain)
    low, high = _exact_limits(value * star, star, level)
    return Estimate(value, low, high, math.sqrt(variance), n, n_eff, deff, df)


def _exact_limits(k: float, n: float, level: float) -> tuple[float, float]:
    """Give Clopper and Pearson's interval of a share, k of n."""
    from scipy.special import betainccinv, betaincinv

    tail = (1 - level) / 2
    low = betaincinv(k, n - k + 1, tail) if k > 0 else 0
    high = betainccinv(k + 1, n - k, tail) if k < n else 1
    return float(rounded(low)), float(rounded(high))
