"""How sure a score and a place are: errors over sites, bands of places, tiers, what is more than noise.

A score is a weighted sum over checks, and the checks of one site go together: the site is the
cluster, however often it was visited. What a site lost is held against what the unit loses on all
its sites together, whatever their type, so that a type with a single site does not seem sure. The
spread over sites gives the error of the unit's score; spreads of few sites are moderated towards
the group (Smyth's form, ten degrees of freedom of prior). No correction for the share of sites that
were visited: the same site scores differently on another day.

Places: scores are drawn towards the group as far as their errors say (normal-normal), then the
exact chance of every place is summed, without random numbers, so that a list verifies everywhere.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_bins, exact_product, exact_sum, quotient, rounded
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.losses.losses import node_losses
from wenming_metrics.scoring.tally.leaves import visit_averages
from wenming_metrics.scoring.tree.roll_up import Scores
from wenming_metrics.scoring.tree.settling import plan_of
from wenming_metrics.vocabulary import band_text

LEVEL = 0.90
"""Bands of scores and of places hold the truth with this chance."""
LEAST_SITES = 3
"""A unit of which fewer sites were seen has no band: 点位不足."""
FRONT_HALF, MIDDLE, BACK_HALF, FEW_SITES = "靠前", "居中", "靠后", "点位不足"
"""Where a unit stands as far as its sample can tell."""
CLEAR = 2.1
"""Scores are clearly apart from so many standard errors of their difference on: two units of equal
truth are taken apart in 4 of 100 cases, two that are three errors apart in 82."""
SITE_COLUMNS = ["column", "site", "lost", "weight"]
BAND_COLUMNS = [
    *("score_low", "score_high", "place_low", "place_high", "tier", "standing", "alike"),
]
_PRIOR = 10.0
"""Degrees of freedom with which the group's spread counts in that of each unit."""
_NODES = 41
"""Points at which a unit's score is put when places are summed, over ten deviations."""
_NOTHING = 1e-12


def check_factors(tree: Scores, rules: RuleSet) -> tuple[np.ndarray, np.ndarray]:
    """Give what a lost and a possible point of a check weigh in the score, per node and column.

    Below a node that settles, what it lost is shared by points lost. Where a leaf is the mean of its
    visits, a check's points are its rate: lost ÷ possible, and 1.

    Returns: points of the score per point lost, and per point that could be earned; 0 where nothing
             was looked at
    """
    plan, nodes = plan_of(rules), np.arange(len(rules.nodes))
    owner = np.where(plan.owner >= 0, plan.owner, nodes)
    by_visit = visit_averages(rules)[:, None]
    sums = tree.sums
    lost, possible = np.zeros(tree.rates.shape), np.zeros(tree.rates.shape)
    rate_lost = sums.checks - sums.rates * 1e-9
    np.add.at(lost, owner, np.where(by_visit, rate_lost, sums.lost))
    np.add.at(possible, owner, np.where(by_visit, sums.checks, sums.possible))
    actual = ~tree.filled
    cost = quotient(node_losses(tree, rules) * actual, np.where(lost > _NOTHING, lost, 0.0), 0.0)
    worth = quotient(rules.full_mark * tree.weights * actual, possible, 0.0)
    return cost[owner], worth[owner]


def site_sums(
    placed: pd.DataFrame, factors: tuple[np.ndarray, np.ndarray], rules: RuleSet
) -> pd.DataFrame:
    """Sum some checks by unit and site.

    Takes:   placed - checks with node, column, site, lost, possible; factors - `check_factors`
    Returns: SITE_COLUMNS: points of the score that the site lost, and that it weighs
    """
    node, column = (placed[name].to_numpy(np.int64) for name in ("node", "column"))
    possible = np.where(visit_averages(rules)[node], 1.0, placed["possible"].to_numpy(float))
    points = {"lost": check_points(placed, factors[0], rules)}
    points["weight"] = factors[1][node, column] * possible
    return sum_sites(pd.DataFrame({"column": column, "site": placed["site"].to_numpy(), **points}))


def check_points(placed: pd.DataFrame, cost: np.ndarray, rules: RuleSet) -> np.ndarray:
    """Give the points of the score that each check lost. Takes: cost - the first of `check_factors`"""
    node, column = (placed[name].to_numpy(np.int64) for name in ("node", "column"))
    lost, possible = (placed[name].to_numpy(float) for name in ("lost", "possible"))
    share = np.where(visit_averages(rules)[node], quotient(lost, possible, 0.0), lost)
    return cost[node, column] * share


def sum_sites(sites: pd.DataFrame) -> pd.DataFrame:
    """Sum lines of SITE_COLUMNS by column and site, the same in whatever order they stand."""
    if sites.empty:
        return pd.DataFrame(columns=SITE_COLUMNS, dtype=float)
    distinct, site = np.unique(sites["site"].to_numpy(np.int64), return_inverse=True)
    key = sites["column"].to_numpy(np.int64) * len(distinct) + site
    keys, bins = np.unique(key, return_inverse=True)
    sums = {name: exact_bins(bins, sites[name].to_numpy()) for name in ("lost", "weight")}
    column = keys // len(distinct)
    return pd.DataFrame({"column": column, "site": distinct[keys % len(distinct)], **sums})


def score_errors(sites: pd.DataFrame, group: np.ndarray) -> pd.DataFrame:
    """Give the standard error of every score.

    A unit's own spread is that of what its sites lost beyond their part of what the unit lost; it
    is moderated towards its group: s² = (10·s0² + df·s²) ÷ (10 + df), error = s ÷ √sites.

    Takes:   sites - SITE_COLUMNS; group - number of the group per column
    Returns: per column sites, error (points; NaN: not looked at, or nobody has two sites), freedom
             (of Student's t)
    """
    size = len(group)
    column = sites["column"].to_numpy(np.int64)
    count = np.bincount(column, minlength=size)
    lost, worth = (exact_bins(column, sites[name], size) for name in ("lost", "weight"))
    deviation = sites["lost"] - quotient(lost, worth, 0.0)[column] * sites["weight"]
    square = exact_bins(column, deviation.to_numpy(float) ** 2, size)
    freedom = np.maximum(count - 1, 0).astype(float)
    # A site stands for 1 ÷ n of the unit: deviations are brought to the size of a mean.
    spread = quotient(square * count.astype(float) ** 2, freedom, 0.0)
    numbers = np.unique(group, return_inverse=True)[1]
    within = [exact_bins(numbers, term)[numbers] for term in (freedom * spread, freedom)]
    overall = quotient(exact_sum(freedom * spread), exact_sum(freedom))
    pooled = np.where(within[1] > 0, quotient(*within), overall)
    moderated = (_PRIOR * pooled + freedom * spread) / (_PRIOR + freedom)
    error = rounded(np.sqrt(quotient(moderated, count)))
    return pd.DataFrame({"sites": count, "error": error, "freedom": _PRIOR + freedom})


def place_bands(units: pd.DataFrame, full_mark: float) -> pd.DataFrame:
    """Say how sure score and place of every unit are.

    Takes:   units - one line per unit: group, rank (<NA>: no place), score, sites, error, freedom
    Returns: same index: score_low, score_high (NaN: no band), place_low, place_high (Int64, the best
             and the worst place of a band), tier (Int64: units of one tier cannot be told apart),
             standing (FRONT_HALF, MIDDLE, BACK_HALF, FEW_SITES, "" without a place or an error),
             alike (Int64: how many of the group do not differ clearly)
    """
    columns = {name: np.full(len(units), np.nan) for name in BAND_COLUMNS}
    columns["standing"] = np.full(len(units), "", object)
    for lines in units.groupby("group", sort=False).indices.values():
        for name, values in _group_bands(units.iloc[lines], full_mark).items():
            columns[name][lines] = values
    integers = dict.fromkeys(("place_low", "place_high", "tier", "alike"), "Int64")
    return pd.DataFrame(columns, units.index).astype({**integers, "standing": object})


def _group_bands(units: pd.DataFrame, full_mark: float) -> dict[str, np.ndarray]:
    """Give the bands of one group; nothing where nobody's error is known, or all are without loss."""
    # Not scipy.stats, which gives the same quantiles: importing it takes a second.
    from scipy.special import ndtri, stdtrit

    names = ("score", "error", "freedom", "sites")
    score, error, freedom, sites = (units[name].to_numpy(float) for name in names)
    has_rank = units["rank"].notna().to_numpy()
    sure, few = has_rank & (error > 0), has_rank & (sites < LEAST_SITES)
    standing = np.where(few, FEW_SITES, "").astype(object)
    if not (sure & ~few).any():
        return {"standing": standing}
    score, error = score[sure], error[sure]
    factor = -stdtrit(freedom[sure], (1 - LEVEL) / 2)
    chances = place_chances(score, error * factor / -ndtri((1 - LEVEL) / 2))
    low, high = _within(chances, (1 - LEVEL) / 2)
    # A place that is printed lies in its band, and so do the ties that share it.
    rank = units["rank"].to_numpy(float, na_value=0)[sure].astype(np.int64)
    unsure = int(has_rank.sum()) - len(score)
    low, high = np.minimum(low, rank), np.minimum(np.maximum(high, rank) + unsure, len(units))
    half = (has_rank.sum() + 1) / 2
    banded = {
        "score_low": rounded(np.clip(score - factor * error, 0, None)),
        "score_high": rounded(np.clip(score + factor * error, None, max(full_mark, score.max()))),
        **{"place_low": low, "place_high": high, "tier": tiers(score, error)},
        "standing": np.select([high < half, low > half], [FRONT_HALF, BACK_HALF], MIDDLE),
        "alike": (~clearly_apart(score, error)).sum(1) - 1,
    }
    enough = ~few[sure]
    bands = {name: np.full(len(units), np.nan) for name in banded} | {"standing": standing}
    for name, values in banded.items():
        bands[name][np.flatnonzero(sure)[enough]] = values[enough]
    return bands


def spell_bands(lines: pd.DataFrame) -> dict[str, list[str]]:
    """Spell the bands of places and of scores, one text per line; {} for a list that has none."""
    if "place_low" not in lines:
        return {}
    spelled = [
        FEW_SITES if line.standing == FEW_SITES else band_text(line.place_low, line.place_high)
        for line in lines.itertuples()
    ]
    points = map(partial(band_text, form="{:.1f}"), lines["score_low"], lines["score_high"])
    return {"place_band": spelled, "score_band": list(points)}


def place_chances(score: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Give the chance of each unit (row) to be truly at each place (column), best first.

    Scores are drawn towards their mean by B = error² ÷ (error² + τ²), τ² of DerSimonian and Laird;
    where τ² is 0 nothing tells the units apart, and every place is as likely. Rows sum to 1.
    """
    from scipy.special import ndtr

    count = len(score)
    between, weights = spread_between(score, error), 1 / error**2
    if not between > 0:
        return np.full((count, count), 1 / count)
    drawn = error**2 / (error**2 + between)
    weights = 1 / (error**2 + between)
    mean = exact_sum(weights * score) / exact_sum(weights)
    middle = drawn * mean + (1 - drawn) * score
    deviation = np.sqrt(error**2 * (1 - drawn) + drawn**2 / exact_sum(weights))
    steps = np.linspace(-5, 5, _NODES)
    density = np.exp(-(steps**2) / 2)
    level = middle[:, None] + deviation[:, None] * steps  # (unit, step)
    better = np.zeros((count, _NODES, count))  # how many others are better: a sum of yes and no
    better[:, :, 0] = 1
    for rival in range(count):
        chance = ndtr((middle[rival] - level) / deviation[rival])
        chance[rival] = 0.0
        reached = better[
            :, :, : rival + 1
        ]  # no more can be better of those that have been looked at
        moved = reached * chance[:, :, None]
        reached *= 1 - chance[:, :, None]
        better[:, :, 1 : rival + 2] += moved[:, :, : count - 1]
    by_step = better.transpose(1, 0, 2).reshape(_NODES, -1)
    return exact_product(density / density.sum(), by_step).reshape(count, count)


def _within(chances: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    """Give the first and last place between two tails, from 1."""
    summed = rounded(np.cumsum(chances, axis=1))
    low = (summed <= tail).sum(1) + 1
    return low, np.minimum((summed < 1 - tail).sum(1) + 1, chances.shape[1])


def spread_between(score: np.ndarray, error: np.ndarray) -> float:
    """Give τ², what of the differences between units sampling does not explain (DerSimonian–Laird)."""
    weights = 1 / error**2
    total = exact_sum(weights)
    mean = exact_sum(weights * score) / total
    spare = total - exact_sum(weights**2) / total
    excess = exact_sum(weights * (score - mean) ** 2) - (len(score) - 1)
    return float(max(0.0, quotient(np.array(excess), np.array(spare), 0.0)))


def sites_needed(gap: np.ndarray, spread: np.ndarray, other_spread: np.ndarray) -> pd.Series:
    """Say how many sites of each of two units it takes until their gap is clear.

    n = CLEAR² · (s1² + s2²) ÷ gap²

    Takes:   gap - points; spread, other_spread - error × √sites of the two
    Returns: Int64; <NA> where there is no gap or no error
    """
    exact = quotient(CLEAR**2 * (spread**2 + other_spread**2), gap**2)
    needed = np.ceil(rounded(exact))
    return pd.Series(needed, dtype="Float64").mask(np.isnan(needed) | (needed == 0)).astype("Int64")


def clearly_apart(score: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Say of each two units whether their scores differ by CLEAR errors of their difference."""
    gap = np.abs(score[:, None] - score)
    return rounded(gap) > rounded(CLEAR * np.sqrt(error[:, None] ** 2 + error**2))


def tiers(score: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Part units into tiers (第一档 is 1), by score: a unit that lies clearly below the mean of the tier
    above begins the next one.

    The mean weighs by 1 ÷ error²; equal scores are of one tier.
    """
    tier = np.ones(len(score), np.int64)
    order = np.argsort(-rounded(score), kind="stable")
    number, members = 1, []
    for index, unit in enumerate(order):
        ties = index and rounded(score[unit]) == rounded(score[order[index - 1]])
        if members and not ties:
            weights = 1 / error[members] ** 2
            mean = exact_sum(weights * score[members]) / exact_sum(weights)
            limit = CLEAR * np.sqrt(error[unit] ** 2 + 1 / exact_sum(weights))
            if rounded(mean - score[unit]) > rounded(limit):
                number, members = number + 1, []
        members.append(unit)
        tier[unit] = number
    return tier
