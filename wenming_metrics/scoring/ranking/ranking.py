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
    published = half_up(units["score"].to_numpy(float), decimals)
    compared = published if by == "published" else units["score"].to_numpy(float)
    ranked = (units["status"] == RANKED).to_numpy()
    value = _before_ties(pd.Series(exact_score(compared), units.index), units, order)[ranked]
    groups = value.groupby(units["group"][ranked])
    method = {"competition": "min", "dense": "dense"}[ties]
    ranks = groups.rank(method=method, ascending=False).astype("Int64")
    shared = pd.Series(False, units.index)
    shared[ranked] = value.groupby([units["group"][ranked], value]).transform("size") > 1
    return units.assign(score=published, rank=ranks.reindex(units.index), tied=shared)


def _before_ties(value: pd.Series, units: pd.DataFrame, order: Sequence[str]) -> pd.Series:
    """Part equal scores by further figures; gives a number that grows with the better place."""
    if not order:
        return value
    figures = {"failed": -units["failed"], "coverage": units["coverage"].fillna(0.0)}
    figures["exact"] = pd.Series(exact_score(units["score"].to_numpy(float)), units.index)
    keys = pd.DataFrame({"score": value, **{name: figures[name] for name in order}})
    numbers = keys.groupby(["score", *order], sort=True, dropna=True).ngroup().astype(float)
    return numbers.where(value.notna())


def order_units(ranked: pd.DataFrame) -> pd.DataFrame:
    """Order a list: by group, place, then the order of the register; units without place last."""
    rank = ranked["rank"].astype("float64").fillna(np.inf)
    keys = ranked.assign(_place=rank, _own=np.arange(len(ranked)))
    return keys.sort_values(["group_order", "_place", "_own"]).drop(columns=["_place", "_own"])


def rank_changes(now: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    """Give places gained since the window before: positive is better, <NA> when either has none.

    Takes: now, before - lines with unit and rank
    """
    earlier = before.set_index("unit")["rank"].reindex(now["unit"]).to_numpy()
    return pd.Series(pd.array(earlier, "Int64") - now["rank"].array, now.index)
