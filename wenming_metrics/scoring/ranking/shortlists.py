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

    positions: list[int]
    left_out: int = 0
    edge: int = 0


def name_units(ranked: pd.DataFrame, lists: Lists) -> pd.DataFrame:
    """Name the units at both ends of every group.

    Takes:   ranked - group, unit, unit_name, rank (<NA> = no place), tied, score (published)
    Returns: one line per named unit, by group in the order of `ranked`, front before back, the best
             first: group, side (FRONT or BACK), unit, unit_name, rank, tied, score, below (under
             the threshold line), left_out (0); and, with unit -1 and its rank, one line per tie
             that the cap left out: left_out = how many units
    """
    placed = ranked[ranked["rank"].notna()]
    frames = [pd.DataFrame(columns=_COLUMNS, dtype=object)]
    for group in dict.fromkeys(ranked["group"].tolist()):
        group_units = placed[placed["group"] == group].sort_values("rank", kind="stable")
        frames += _name_group(group_units.reset_index(drop=True), group, lists)
    named_units = pd.concat(frames[1:] or frames, ignore_index=True)
    return named_units.astype({"unit": "int64", "rank": "Int64", "tied": bool, "below": bool})


def running(sides: Iterable[Mapping[int, str]], absent: str = "skip") -> dict[int, int]:
    """Count for each unit named in the last period at how many running it stood on that end.

    A period in which a unit had no place neither breaks its run nor counts ("skip"), or ends it
    ("break"). No more periods are looked at than it takes.

    Takes: sides - per period, the last one first: unit with a place -> FRONT, BACK or "" (between)
    """
    periods = iter(sides)
    going = {unit: side for unit, side in next(periods, {}).items() if side}
    runs = dict.fromkeys(going, 1)
    while going and (period := next(periods, None)) is not None:
        period_sides = {unit: period.get(unit) for unit in going}
        for unit, side in list(going.items()):
            if period_sides[unit] == side:
                runs[unit] += 1
            elif period_sides[unit] is not None or absent == "break":
                del going[unit]
    return runs


def sides_of(ranked: pd.DataFrame, lists: Lists) -> dict[int, str]:
    """Say of each unit with a place on which end it is named, "" for neither; see `running`."""
    placed = ranked["rank"].notna().to_numpy()
    ranks = ranked["rank"].to_numpy(float)[placed].astype(np.int64)
    units, scores = (ranked[name].to_numpy()[placed] for name in ("unit", "score"))
    groups = ranked["group"].to_numpy(object)[placed]
    side_of = dict.fromkeys(units.tolist(), "")
    for group in dict.fromkeys(groups.tolist()):
        members = np.flatnonzero(groups == group)
        members = members[np.argsort(ranks[members], kind="stable")]
        front, back, _ = _ends(ranks[members], scores[members].astype(float), group, lists)
        for side, end in ((FRONT, front), (BACK, back)):
            side_of |= dict.fromkeys(units[members[end.positions]].tolist(), side)
    return side_of


def _name_group(group_units: pd.DataFrame, group: str, lists: Lists) -> list[pd.DataFrame]:
    ranks, scores = group_units["rank"].to_numpy(np.int64), group_units["score"].to_numpy(float)
    front, back, below = _ends(ranks, scores, group, lists)
    lines = group_units.assign(group=group, below=below, left_out=0)
    return [_lines(lines, FRONT, front), _lines(lines, BACK, back)]


def _ends(
    ranks: np.ndarray, scores: np.ndarray, group: str, lists: Lists
) -> tuple[_End, _End, np.ndarray]:
    """Give both ends of a group in the order of rank, and which of its units are under the line."""
    below = np.zeros(len(ranks), bool) if lists.line is None else scores < lists.line
    counts = _counts(group, len(ranks), lists)
    front = _front(ranks, counts[0], lists.cap, np.flatnonzero(~below))
    in_front = np.isin(np.arange(len(ranks)), front.positions)
    return front, _back(ranks, counts[1], lists.cap, below, np.flatnonzero(~in_front)), below


def _counts(group: str, size: int, lists: Lists) -> tuple[int, int]:
    """Give how many are named in front and at the back of a group, before ties."""
    if not lists.groups:
        return min(_USUAL, (size + 1) // 2), _USUAL
    return lists.groups.get(group) or lists.groups.get(EVERY_GROUP) or (0, 0)


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
    left = [
        position for position in np.flatnonzero(ranks == edge).tolist() if position not in under
    ]
    return _End(sorted({*end.positions, *under}), len(left) if end.left_out else 0, edge)


def _within(
    ranks: np.ndarray, candidates: np.ndarray, count: int, cap: int | None, edge: int
) -> _End:
    """Leave out the tie at the edge of a list where it makes the list longer than its cap."""
    if cap is None or len(candidates) <= max(cap, count):
        return _End(candidates.tolist())
    without_tie = candidates[ranks[candidates] != edge]
    return _End(without_tie.tolist(), len(candidates) - len(without_tie), edge)


def _lines(group_units: pd.DataFrame, side: str, end: _End) -> pd.DataFrame:
    lines = group_units.iloc[end.positions].assign(side=side)
    if end.left_out:
        cut = {"group": group_units["group"].iloc[0], "side": side, "unit": -1, "unit_name": ""}
        cut |= {"rank": end.edge, "tied": True, "below": False, "left_out": end.left_out}
        lines = pd.concat([lines, pd.DataFrame([cut])]).sort_values("rank", kind="stable")
    return lines.reindex(columns=list(_COLUMNS))
