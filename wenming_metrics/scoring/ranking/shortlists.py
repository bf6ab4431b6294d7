"""Who is named in front and at the back of each group (排名靠前、靠后; 红黑榜), and how often running.

Ties are named together. Where a tie would make a list longer than its cap, the whole tie is left
out and said: nobody is chosen among equals by the order of the register. A unit under the threshold
line is named at the back whatever its place, and never in front. Nobody stands on both lists.
The lists name; what follows from a name is for people to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.rules.model import Lists

FRONT, BACK = "front", "back"
EVERY_GROUP = "*"
_USUAL = 3
"""How many are named at each end where the rules say nothing: at most half of a group."""
_COLUMNS = ("group", "side", "unit", "unit_name", "rank", "tied", "score", "below", "left_out")


@dataclass(frozen=True)
class _End:
    """One list of one group: positions of the named lines, and how large a tie was left out,
    and at what place."""

    places: list[int]
    left_out: int = 0
    edge: int = 0


def name_units(ranked: pd.DataFrame, told: Lists) -> pd.DataFrame:
    """Name the units at both ends of every group.

    Takes:   ranked - group, unit, unit_name, rank (<NA> = no place), tied, score (published)
    Returns: one line per named unit, by group in the order of `ranked`, front before back, the best
             first: group, side (FRONT or BACK), unit, unit_name, rank, tied, score, below (under
             the threshold line), left_out (0); and, with unit -1 and its rank, one line per tie
             that the cap left out: left_out = how many units
    """
    placed = ranked[ranked["rank"].notna()]
    parts = [pd.DataFrame({name: pd.Series(dtype=object) for name in _COLUMNS})]
    for group in dict.fromkeys(ranked["group"].tolist()):
        own = placed[placed["group"] == group].sort_values("rank", kind="stable")
        parts += _name_group(own.reset_index(drop=True), group, told)
    found = pd.concat(parts[1:] or parts, ignore_index=True)
    return found.astype({"unit": "int64", "rank": "Int64", "tied": bool, "below": bool})


def running(sides: Iterable[Mapping[int, str]], absent: str = "skip") -> dict[int, int]:
    """Count for each unit named in the last period at how many running it stood on that end.

    A period in which a unit had no place neither breaks its run nor counts ("skip"), or ends it
    ("break"). No more periods are looked at than it takes.

    Takes: sides - per period, the last one first: unit with a place -> FRONT, BACK or "" (between)
    """
    periods = iter(sides)
    going = {unit: side for unit, side in next(periods, {}).items() if side}
    found = dict.fromkeys(going, 1)
    while going and (period := next(periods, None)) is not None:
        there = {unit: period.get(unit) for unit in going}
        for unit, side in list(going.items()):
            if there[unit] == side:
                found[unit] += 1
            elif there[unit] is not None or absent == "break":
                del going[unit]
    return found


def sides_of(ranked: pd.DataFrame, told: Lists) -> dict[int, str]:
    """Say of each unit with a place on which end it is named, "" for neither; see `running`."""
    placed = ranked["rank"].notna().to_numpy()
    ranks = ranked["rank"].to_numpy(float)[placed].astype(np.int64)
    units, scores = (ranked[name].to_numpy()[placed] for name in ("unit", "score"))
    groups = ranked["group"].to_numpy(object)[placed]
    found = dict.fromkeys(units.tolist(), "")
    for group in dict.fromkeys(groups.tolist()):
        own = np.flatnonzero(groups == group)
        own = own[np.argsort(ranks[own], kind="stable")]
        front, back, _ = _ends(ranks[own], scores[own].astype(float), group, told)
        for side, end in ((FRONT, front), (BACK, back)):
            found |= dict.fromkeys(units[own[end.places]].tolist(), side)
    return found


def _name_group(own: pd.DataFrame, group: str, told: Lists) -> list[pd.DataFrame]:
    ranks, scores = own["rank"].to_numpy(np.int64), own["score"].to_numpy(float)
    front, back, below = _ends(ranks, scores, group, told)
    lines = own.assign(group=group, below=below, left_out=0)
    return [_lines(lines, FRONT, front), _lines(lines, BACK, back)]


def _ends(
    ranks: np.ndarray, scores: np.ndarray, group: str, told: Lists
) -> tuple[_End, _End, np.ndarray]:
    """Give both ends of a group in the order of rank, and which of its units are under the line."""
    below = np.zeros(len(ranks), bool) if told.line is None else scores < told.line
    counts = _counts(group, len(ranks), told)
    front = _front(ranks, counts[0], told.cap, np.flatnonzero(~below))
    taken = np.isin(np.arange(len(ranks)), front.places)
    return front, _back(ranks, counts[1], told.cap, below, np.flatnonzero(~taken)), below


def _counts(group: str, size: int, told: Lists) -> tuple[int, int]:
    """Give how many are named in front and at the back of a group, before ties."""
    if not told.groups:
        return min(_USUAL, (size + 1) // 2), _USUAL
    return told.groups.get(group) or told.groups.get(EVERY_GROUP) or (0, 0)


def _front(ranks: np.ndarray, count: int, cap: int | None, free: np.ndarray) -> _End:
    """Take the first ones of those not under the line."""
    if not count or not len(free):
        return _End([])
    edge = int(ranks[free[min(count, len(free)) - 1]])
    return _within(ranks, free[ranks[free] <= edge], count, cap, edge)


def _back(
    ranks: np.ndarray, count: int, cap: int | None, below: np.ndarray, rest: np.ndarray
) -> _End:
    """Take the last ones of those not in front, and all under the line, which knows no cap."""
    under = np.flatnonzero(below).tolist()
    if not count or not len(rest):
        return _End(under)
    edge = int(ranks[rest[-min(count, len(rest))]])
    end = _within(ranks, rest[ranks[rest] >= edge], count, cap, edge)
    left = [at for at in np.flatnonzero(ranks == edge).tolist() if at not in under]
    return _End(sorted({*end.places, *under}), len(left) if end.left_out else 0, edge)


def _within(ranks: np.ndarray, named: np.ndarray, count: int, cap: int | None, edge: int) -> _End:
    """Leave out the tie at the edge of a list where it makes the list longer than its cap."""
    if cap is None or len(named) <= max(cap, count):
        return _End(named.tolist())
    kept = named[ranks[named] != edge]
    return _End(kept.tolist(), len(named) - len(kept), edge)


def _lines(own: pd.DataFrame, side: str, end: _End) -> pd.DataFrame:
    lines = own.iloc[end.places].assign(side=side)
    if end.left_out:
        cut = {"group": own["group"].iloc[0], "side": side, "unit": -1, "unit_name": ""}
        cut |= {"rank": end.edge, "tied": True, "below": False, "left_out": end.left_out}
        lines = pd.concat([lines, pd.DataFrame([cut])]).sort_values("rank", kind="stable")
    return lines.reindex(columns=list(_COLUMNS))
