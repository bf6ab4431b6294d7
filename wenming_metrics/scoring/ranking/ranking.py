"""Places inside a group: the better score first, equal scores share the better place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_score, half_up

RANKED, THIN, UNVISITED, VETOED = "已排名", "检查项不足", "未督查", "一票否决"
"""Status of a unit in a window: has a place · too little looked at to be scored · not visited ·
has a score but no place, by a decision with a document number."""
FEW_SEEN = "当日督查面不足"
"""Status of a unit with a score on a day on which too few of its group were looked at for places."""
SCORED = (RANKED, VETOED, FEW_SEEN)
"""Statuses of units that have a score."""


def status_of(scores: np.ndarray, coverage: np.ndarray, limit: float) -> np.ndarray:
    """Say of each unit whether it is ranked.

    Takes: scores - NaN = not looked at; coverage - share looked at (NaN counts as enough);
           limit - share that must be reached
    """
    thin = np.nan_to_num(coverage, nan=1.0) < limit
    status = np.select([np.isnan(scores), thin], [UNVISITED, THIN], RANKED)
    return status.astype(object)


def without_few(status: np.ndarray, groups: np.ndarray, share: float) -> np.ndarray:
    """Take places from groups of which a day looked at less than a share of the units.

    Takes: status - per unit; groups - per unit; share - of a group that must have a place
    """
    reduced = status.copy()
    for group in dict.fromkeys(groups.tolist()) if share else ():
        members = groups == group
        if (status[members] == RANKED).sum() < share * members.sum():
            reduced[members & (status == RANKED)] = FEW_SEEN
    return reduced


def rank_units(
    units: pd.DataFrame, decimals: int, by: str, ties: str, order: Sequence[str] = ()
) -> pd.DataFrame:
    """Give places within each group.

    Takes:   units - one line per unit: group, score (exact, NaN = none), status
             by - "published" ranks the rounded score, "exact" the score rounded to 1e-9
             ties - "competition" (1, 1, 3) or "dense" (1, 1, 2)
             order - what decides between equal scores: "failed" (fewer first), "coverage" (more
             first), "exact" (the score before rounding); `units` has failed and coverage then
    Returns: the same lines with score rounded half up, rank (Int64, <NA> without a place) and
             tied (another unit of the group has the same place)
    """
    exact = units["score"].to_numpy(float)
    published = half_up(exact, decimals)
    compared = exact_score(published if by == "published" else exact)
    value = _before_ties(compared, units, order)
    group = pd.factorize(units["group"])[0]
    placed = (units["status"] == RANKED).to_numpy() & ~np.isnan(value) & (group >= 0)
    rank, tied = np.ones(len(units), np.int64), np.zeros(len(units), bool)
    rank[placed], tied[placed] = _places(value[placed], group[placed], ties)
    return units.assign(score=published, rank=pd.arrays.IntegerArray(rank, ~placed), tied=tied)


def _places(value: np.ndarray, group: np.ndarray, ties: str) -> tuple[np.ndarray, np.ndarray]:
    """Give each value its place in its group, the largest first, and say whether it shares it."""
    order = np.lexsort((-value, group))
    value, group = value[order], group[order]
    opens_group = np.append(True, group[1:] != group[:-1])[: len(group)]
    opens_place = opens_group | np.append(True, value[1:] != value[:-1])[: len(group)]
    run = np.cumsum(opens_place) - 1
    first = np.flatnonzero(opens_place)
    places = run if ties == "dense" else first[run]
    places = places - np.maximum.accumulate(np.where(opens_group, places, 0)) + 1
    shares = np.bincount(run, minlength=len(first))[run] > 1
    as_given = np.argsort(order)
    return places[as_given], shares[as_given]


def _before_ties(value: np.ndarray, units: pd.DataFrame, order: Sequence[str]) -> np.ndarray:
    """Part equal scores by further figures; gives a number that grows with the better place."""
    if not order:
        return value
    figures = {"failed": -units["failed"], "coverage": units["coverage"].fillna(0.0)}
    figures["exact"] = pd.Series(exact_score(units["score"].to_numpy(float)), units.index)
    keys = pd.DataFrame({"score": value, **{name: figures[name] for name in order}})
    numbers = keys.groupby(["score", *order], sort=True, dropna=True).ngroup().astype(float)
    return np.where(np.isnan(value), np.nan, numbers.to_numpy(float))


def order_units(ranked: pd.DataFrame) -> pd.DataFrame:
    """Order a list: by group, place, then the order of the register; units without place last."""
    rank = ranked["rank"].to_numpy("float64", na_value=np.inf)
    return ranked.iloc[np.lexsort((rank, ranked["group_order"].to_numpy()))]


def rank_changes(now: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    """Give places gained since the window before: positive is better, <NA> when either has none.

    Takes: now, before - lines with unit and rank
    """
    earlier = before.set_index("unit")["rank"].reindex(now["unit"]).to_numpy()
    return pd.Series(pd.array(earlier, "Int64") - now["rank"].array, now.index)
