"""A city whose truth is known: every site's chances, what a window of visits shows of them, its score.

Streets, sites, items and the sizes of their differences are those of the made-up city; what a visit
finds is drawn anew as often as asked. The truth of a unit is its score when every site is looked at
for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from wenming_metrics.demo import inspections
from wenming_metrics.demo.city import build_city, demo_catalogue
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.ranking.bands import check_factors, score_errors, site_sums
from wenming_metrics.scoring.tally.leaves import LEAF_SUMS, LeafSums
from wenming_metrics.scoring.tree.roll_up import Scores, score
from wenming_metrics.scoring.tree.settling import DEDUCTIONS

NO_DEDUCTIONS = pd.DataFrame(columns=DEDUCTIONS, dtype=np.int64)
_HALF = 0.3


@dataclass(frozen=True, eq=False)
class City:
    """unit, kind - of every site; chance - (site, item) of failing; group - of every unit."""

    unit: np.ndarray
    kind: np.ndarray
    logit: np.ndarray
    group: np.ndarray
    marks: np.ndarray
    applies: np.ndarray


@lru_cache(maxsize=4)
def make_city(seed: int, *, spread: float = 1.0) -> City:
    """Draw the lasting chances of every site. Takes: spread - of streets, 1: as in the made-up city"""
    rng, city, catalogue = np.random.default_rng(seed), build_city(), demo_catalogue()
    streets = city.units[city.units["unit_kind"] == "街道"].reset_index(drop=True)
    numbers = pd.Series(streets.index, streets["unit_name"])
    kinds = pd.Series(range(len(catalogue.point_types)), catalogue.point_types["name"])
    unit = numbers[city.sites["street"]].to_numpy()
    kind = kinds[city.sites["point_type"]].to_numpy()
    base = rng.permutation(np.linspace(*inspections._FAILING, len(catalogue.items)))
    quality = rng.permutation(np.linspace(-1.9, 1.9, len(streets))) * inspections._STREETS * spread
    site = rng.normal(0, inspections._SITES, len(unit))
    site += inspections._OFFENCE * (rng.random(len(unit)) < inspections._OFFENDERS)
    again = rng.normal(0, inspections._AGAIN, (len(unit), len(base)))
    logit = np.log(base / (1 - base)) + again + (site + quality[unit])[:, None]
    group = pd.factorize(streets["group"])[0]
    marks = catalogue.items["full_mark"].to_numpy(float)
    return City(unit, kind, logit, group, marks, catalogue.applies)


def truth(city: City, rules: RuleSet) -> np.ndarray:
    """Give every unit's score when all sites are looked at for ever."""
    site, item = np.nonzero(city.applies.T[city.kind])
    # The spread of visits bends the mean chance a little: put in by three points of it.
    chance = sum(
        share / (1 + np.exp(-(city.logit[site, item] + step * inspections._VISITS)))
        for share, step in ((1 / 6, -(3**0.5)), (2 / 3, 0.0), (1 / 6, 3**0.5))
    )
    lost = chance * np.where(city.marks[item] > 1e4, 1 - _HALF / 2, 1.0) * city.marks[item]
    checks = pd.DataFrame({"site": site, "item": item, "lost": lost, "failed": chance})
    return _score(city, checks, rules, 1e6)[0].scores


def draw(city: City, visits: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw one window: so many sites of every unit, never one twice while others are left."""
    order = rng.random(len(city.unit))
    rank = pd.Series(order).groupby(city.unit).rank(method="first").to_numpy()
    picked = np.flatnonzero(rank <= visits)
    visit, item = np.nonzero(city.applies.T[city.kind[picked]])
    site = picked[visit]
    effect = rng.normal(0, inspections._VISITS, len(picked))[visit]
    failed = rng.random(len(site)) < 1 / (1 + np.exp(-(city.logit[site, item] + effect)))
    half = (city.marks[item] > 1e4) & (rng.random(len(site)) < _HALF)
    lost = failed * city.marks[item] * np.where(half, 0.5, 1.0)
    return pd.DataFrame({"site": site, "item": item, "lost": lost, "failed": failed})


def measure(city: City, checks: pd.DataFrame, rules: RuleSet) -> tuple[Scores, pd.DataFrame]:
    """Score one window and give the errors of its scores (`bands.score_errors`)."""
    scores, placed = _score(city, checks, rules)
    factors = check_factors(scores, rules)
    sites = site_sums(placed, factors, rules)
    return scores, score_errors(sites, city.group)


def _score(
    city: City, checks: pd.DataFrame, rules: RuleSet, times: float = 1.0
) -> tuple[Scores, pd.DataFrame]:
    item, site = checks["item"].to_numpy(), checks["site"].to_numpy()
    node, column = rules.leaf_of[item, city.kind[site]], city.unit[site]
    placed = checks.assign(node=node, column=column, possible=city.marks[item])[node >= 0]
    shape = (len(rules.nodes), len(city.group))
    values = {
        "checks": np.ones(len(placed)),
        "failed": placed["failed"],
        "places": placed["failed"],
    }
    values |= {"lost": placed["lost"], "possible": placed["possible"]}
    values["rates"] = (1 - placed["lost"] / placed["possible"]) * 1e9
    sums = {name: np.zeros(shape) for name in LEAF_SUMS}
    for name, points in values.items():
        where = (placed["node"], placed["column"])
        np.add.at(sums[name], where, np.asarray(points, float) * times)
    return score(NO_DEDUCTIONS, LeafSums(**sums), rules), placed
