"""Problems that come back (反复问题): the four meanings counted, each with what it is a part of.

重复, 反弹 and 连续通报 are what `scoring.tree.states` makes of each problem; 反复点位 looks at visits. Findings
that a person calls one problem (same_problem) count together here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from wenming_metrics.scoring.tree.states import LOOK_BACK, OPEN, judge

LOOKS, FAILS = 3, 2
"""反复点位: failed on so many of the last looks at an item."""
_FLAGS = ["again", "relapsed", "running"]
_PLACE = ["site", "item"]
COUNTS = ["found", *_FLAGS, "any", "closed", "rechecked", "reopened", "sites", "returning"]
"""What `count` gives, beside rates in per cent."""
RATES = {
    "again_rate": ("again", "found"),
    "reopened_rate": ("reopened", "closed"),
    "recheck_rate": ("reopened", "rechecked"),
    "running_rate": ("running", "found"),
    "returning_rate": ("returning", "sites"),
    "any_rate": ("any", "found"),
}
"""Rate: what is counted, and of what."""


def put_under(found: pd.DataFrame, pairs: pd.DataFrame) -> np.ndarray:
    """Say under which further item each problem counts: that of the first one of its kind.

    Takes:   found - batch, seq, item, by day; pairs - batch, seq, other_batch, other_seq: two
             findings that are one problem; those that are not both among `found` say nothing
    Returns: per finding an item, -1: only its own
    """
    place = {key: at for at, key in enumerate(zip(found["batch"], found["seq"], strict=True))}
    lead = list(range(len(found)))

    def root(one: int) -> int:
        while lead[one] != one:
            one = lead[one]
        return one

    for pair in pairs.itertuples():
        one = place.get((pair.batch, pair.seq))
        other = place.get((pair.other_batch, pair.other_seq))
        if one is not None and other is not None:
            first, second = sorted((root(one), root(other)))
            lead[second] = first
    item, first = found["item"].to_numpy(np.int64), np.arange(len(found))
    for one in np.flatnonzero(np.array(lead, np.int64) != first):
        first[one] = root(one)
    return np.where(item[first] == item, -1, item[first])


def judge_together(
    found: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    as_of: int,
    relapse_days: int,
    running: int,
    issue_of: Mapping[int, int] | None = None,
) -> pd.DataFrame:
    """Say what became of each problem, as `states.judge`, also by what people put together.

    What was put under another item is 重复 if what was found of either before was open; likewise
    反弹 and 连续通报; and what is found of either later comes after it.

    Takes:   found - as `judge` takes it, and under (`put_under`)
    Returns: as `judge`; also next: the day on which the same was found next, 0: not
    """
    lines, own = with_copies(found)
    copies = pd.Series(lines.index[own < 0], lines["label"][own < 0].to_numpy())
    told = answers[answers["finding"].isin(copies.index)]
    told = told.assign(finding=copies.reindex(told["finding"]).to_numpy())
    answers = pd.concat([answers, told], ignore_index=True) if len(told) else answers
    settings = {"as_of": as_of, "relapse_days": relapse_days}
    settings |= {"running": running, "issue_of": issue_of}
    judged = judge(lines, answers, **settings)
    lines = lines.loc[judged.index]
    judged = judged.assign(next=_next(lines))
    return _merged(judged, lines["label"])


def with_copies(found: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Put a line for each finding that counts under a further item beside its own, by day.

    Returns: the lines with new labels after those of `found`, and label (that in `found`); per line
             1 for a finding's own, -1 for a copy
    """
    lines = found.assign(label=found.index)
    copies = lines[lines["under"] >= 0]
    if copies.empty:
        return lines, np.ones(len(lines), np.int64)
    start = int(found.index.max()) + 1
    copies = copies.assign(item=copies["under"])
    copies.index = pd.RangeIndex(start, start + len(copies))
    both = pd.concat([lines, copies]).sort_values("day", kind="stable")
    return both, np.where(both.index >= start, -1, 1)


def _merged(judged: pd.DataFrame, label: pd.Series) -> pd.DataFrame:
    """Put what was judged of a finding under two items into one line."""
    again = label.index.to_numpy() != label.to_numpy()
    own, also = judged[~again].copy(), judged[again].set_index(label[again].to_numpy())
    at = also.index
    for name in _FLAGS:
        own.loc[at, name] |= also[name]
    own.loc[at, "state"] = np.maximum(own.loc[at, "state"], also["state"])
    one, other = own.loc[at, "next"], also["next"]
    either = np.maximum(one, other)
    own.loc[at, "next"] = np.where((one == 0) | (other == 0), either, np.minimum(one, other))
    return own


def _next(found: pd.DataFrame) -> np.ndarray:
    """Give the next day on which the same item was found at the same site; 0: none."""
    days = found[[*_PLACE, "day"]].drop_duplicates().sort_values("day")
    later = days.groupby(_PLACE)["day"].shift(-1).fillna(0).astype(np.int64)
    both = found[[*_PLACE, "day"]].merge(days.assign(next=later), on=[*_PLACE, "day"], how="left")
    return both["next"].to_numpy(np.int64)


def closings(found: pd.DataFrame, days: range, relapse_days: int) -> pd.DataFrame:
    """List the problems answered as 已整改 that could come back (反弹) on some days.

    Those whose `relapse_days` after the answer run into the days, if they had not been found again
    before; of one site, item and day one.

    Takes:   found - with `judge_together`
    Returns: of `found` the line of each; reopened (bool): found again on the days, in time
    """
    keys = [*_PLACE, "day"]
    closed = found.groupby(keys)["closed"].transform("max")
    lines = found.assign(closed=closed).drop_duplicates(keys, keep="last")
    after, closed = lines["next"].to_numpy(np.int64), lines["closed"].to_numpy(np.int64)
    at_risk = (closed >= days.start - relapse_days) & (closed < days.stop - 1)
    at_risk &= (after == 0) | ((after > closed) & (after >= days.start))
    gap = after - lines["day"].to_numpy(np.int64)
    reopened = (after > 0) & (after < days.stop) & (after - closed <= relapse_days)
    return lines.assign(reopened=reopened & (gap <= LOOK_BACK))[at_risk & (closed < OPEN)]


def rechecked(
    closed: pd.DataFrame, looks: pd.DataFrame, days: range, relapse_days: int
) -> np.ndarray:
    """Say of each answered problem whether its item was looked at again on some days, in time.

    Takes: closed - of `closings`; looks - site, item, day
    """
    own = closed[[*_PLACE, "closed"]].reset_index(drop=True).rename_axis("line").reset_index()
    both = own.merge(looks[[*_PLACE, "day"]], on=_PLACE)
    in_time = (both["day"] > both["closed"]) & (both["day"] - both["closed"] <= relapse_days)
    in_time &= (both["day"] >= days.start) & (both["day"] < days.stop)
    seen = np.zeros(len(closed), bool)
    seen[both.loc[in_time, "line"].unique()] = True
    return seen | closed["reopened"].to_numpy(bool)


def failed_twice(found: pd.DataFrame, days: range) -> pd.DataFrame:
    """List what may be 反复点位, site and item: found on at least two visits, on the days too.

    Takes: found - site, item, under, day, visit
    """
    lines, _ = with_copies(found)
    groups = lines.groupby(_PLACE)
    often = groups["visit"].transform("nunique") >= FAILS
    now = groups["day"].transform("max") >= days.start
    return lines.loc[often & now, _PLACE].drop_duplicates(ignore_index=True)


def returning(found: pd.DataFrame, looks: pd.DataFrame, wanted: pd.DataFrame) -> np.ndarray:
    """Mark the findings at sites that failed an item on 2 of the last 3 visits that looked at it.

    A visit that found what was put under the item has looked at it, and it failed.

    Takes: looks - site, item, day, visit, failed: every look at the wanted items; wanted - of
           `failed_twice`
    """
    visit = [*_PLACE, "day", "visit"]
    put = found[found["under"] >= 0]
    put = put.assign(item=put["under"], failed=1)[[*visit, "failed"]]
    seen = pd.concat([looks[[*visit, "failed"]], put]).merge(wanted, on=_PLACE)
    seen = seen.groupby(visit, as_index=False)["failed"].max()
    last = seen.sort_values(["day", "visit"]).groupby(_PLACE).tail(LOOKS)
    failed = last.groupby(_PLACE)["failed"].sum()
    often = failed.index[failed >= FAILS]
    under = found.assign(item=found["under"])
    own, put = (pd.MultiIndex.from_frame(one[_PLACE]) for one in (found, under))
    return own.isin(often) | put.isin(often)


def count(found: pd.DataFrame, closed: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count the four meanings by a column, and say of what they are a part.

    Takes:   found - problems of a window: `by`, site, again, relapsed, running, returning (bool);
             closed - of `closings`: `by`, rechecked, reopened
    Returns: name, COUNTS, RATES (per cent, NaN without a whole); most problems that come back first
    """
    recurs = found[_FLAGS].any(axis=1)
    own = found.assign(found=1, any=recurs).groupby(by, observed=True)
    told = own[["found", *_FLAGS, "any"]].sum()
    back = found[found["returning"]].groupby(by, observed=True)["site"].nunique()
    told = told.join(own["site"].nunique().rename("sites"), how="outer")
    told = told.join(back.rename("returning"), how="left")
    answered = closed.assign(closed=1).groupby(by, observed=True)
    told = told.join(answered[["closed", "rechecked", "reopened"]].sum(), how="outer")
    told = told.reindex(columns=COUNTS).fillna(0).astype(np.int64).rename_axis("name").reset_index()
    told = told.assign(name=told["name"].astype(object), **_rates(told))
    order = ["any", "returning", "found"]
    return told.sort_values(order, ascending=False, kind="stable", ignore_index=True)


def total(found: pd.DataFrame, closed: pd.DataFrame) -> pd.Series:
    """Count the four meanings over everything, as `count`; zeros where there is nothing."""
    told = count(found.assign(whole=0), closed.assign(whole=0), "whole")
    none = dict.fromkeys(COUNTS, 0) | dict.fromkeys(RATES, np.nan)
    line = next(iter(told.to_dict("records")), none)
    return pd.Series({name: line[name] for name in none}, dtype=object)  # counts stay whole


def _rates(told: pd.DataFrame) -> dict[str, np.ndarray]:
    found = {}
    for name, (part, whole) in RATES.items():
        size = told[whole].to_numpy(float)
        share = np.full(len(told), np.nan)
        found[name] = np.divide(told[part].to_numpy(float) * 100, size, where=size > 0, out=share)
    return found


def worst_sites(found: pd.DataFrame, most: int) -> pd.DataFrame:
    """List the sites that keep coming back, by the days on which what recurs was found.

    Takes:   found - problems of a window and of before: site, item, under, day, closed, again,
             relapsed, running, returning, current (bool: of the window)
    Returns: site, days (distinct), times (problems), open (not answered as 已整改), first and last
             (ordinals), lines (labels in `found`, by day); sites with at least two days
    """
    recurs = found["current"] & (found[_FLAGS].any(axis=1) | found["returning"])
    first = found["item"].where(found["under"] < 0, found["under"])
    named = [pd.MultiIndex.from_arrays([found["site"], item]) for item in (first, found["item"])]
    wanted = named[0][recurs]
    own = named[0].isin(wanted) | named[1].isin(wanted)
    part = found[own].sort_values(["day", "item"], kind="stable")
    part = part.assign(open=part["closed"] == OPEN)
    groups = part.groupby("site")
    sites = groups.agg(
        days=("day", "nunique"),
        times=("day", "size"),
        open=("open", "sum"),
        first=("day", "min"),
        last=("day", "max"),
    )
    sites = sites[sites["days"] > 1].reset_index()
    order = ["days", "times", "last"]
    sites = sites.sort_values(order, ascending=False, kind="stable", ignore_index=True).head(most)
    lines = _labels(part, sites["site"])
    return sites.assign(lines=lines)


def _labels(part: pd.DataFrame, sites: Iterable[int]) -> list[tuple[int, ...]]:
    at = part[part["site"].isin(list(sites))].groupby("site").groups
    return [tuple(at[site].tolist()) for site in sites]
