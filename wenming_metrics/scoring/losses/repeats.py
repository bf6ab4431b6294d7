"""Problems that come back (反复问题): the four meanings counted, each with what it is a part of.

重复, 反弹 and 连续通报 are what `scoring.tree.states` makes of each problem; 反复点位 looks at visits. Findings
that a person calls one problem (same_problem) count together here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import quotient
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


def put_under(findings: pd.DataFrame, pairs: pd.DataFrame) -> np.ndarray:
    """Say under which further item each problem counts: that of the first one of its kind.

    Takes:   findings - batch, seq, item, by day; pairs - batch, seq, other_batch, other_seq: two
             findings that are one problem; those that are not both among `findings` say nothing
    Returns: per finding an item, -1: only its own
    """
    position_of = {
        key: position
        for position, key in enumerate(zip(findings["batch"], findings["seq"], strict=True))
    }
    lead = list(range(len(findings)))

    def root(position: int) -> int:
        while lead[position] != position:
            position = lead[position]
        return position

    for pair in pairs.itertuples():
        position = position_of.get((pair.batch, pair.seq))
        other_position = position_of.get((pair.other_batch, pair.other_seq))
        if position is not None and other_position is not None:
            first, second = sorted((root(position), root(other_position)))
            lead[second] = first
    item, first = findings["item"].to_numpy(np.int64), np.arange(len(findings))
    for position in np.flatnonzero(np.array(lead, np.int64) != first):
        first[position] = root(position)
    return np.where(item[first] == item, -1, item[first])


def judge_together(
    findings: pd.DataFrame,
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

    Takes:   findings - as `judge` takes it, and under (`put_under`)
    Returns: as `judge`; also next: the day on which the same was found next, 0: not
    """
    lines, sign = with_copies(findings)
    copies = pd.Series(lines.index[sign < 0], lines["label"][sign < 0].to_numpy())
    copied_answers = answers[answers["finding"].isin(copies.index)]
    copied_answers = copied_answers.assign(
        finding=copies.reindex(copied_answers["finding"]).to_numpy()
    )
    answers = (
        pd.concat([answers, copied_answers], ignore_index=True) if len(copied_answers) else answers
    )
    settings = {"as_of": as_of, "relapse_days": relapse_days}
    settings |= {"running": running, "issue_of": issue_of}
    judged = judge(lines, answers, **settings)
    lines = lines.loc[judged.index]
    judged = judged.assign(next=_next(lines))
    return _merged(judged, lines["label"])


def with_copies(findings: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Put a line for each finding that counts under a further item beside its own, by day.

    Returns: the lines with new labels after those of `findings`, and label (that in `findings`); per line
             1 for a finding's own, -1 for a copy
    """
    lines = findings.assign(label=findings.index)
    copies = lines[lines["under"] >= 0]
    if copies.empty:
        return lines, np.ones(len(lines), np.int64)
    start = int(findings.index.max()) + 1
    copies = copies.assign(item=copies["under"])
    copies.index = pd.RangeIndex(start, start + len(copies))
    combined = pd.concat([lines, copies]).sort_values("day", kind="stable")
    return combined, np.where(combined.index >= start, -1, 1)


def _merged(judged: pd.DataFrame, label: pd.Series) -> pd.DataFrame:
    """Put what was judged of a finding under two items into one line."""
    again = label.index.to_numpy() != label.to_numpy()
    merged, also = judged[~again].copy(), judged[again].set_index(label[again].to_numpy())
    labels = also.index
    for name in _FLAGS:
        merged.loc[labels, name] |= also[name]
    merged.loc[labels, "state"] = np.maximum(merged.loc[labels, "state"], also["state"])
    next_day, copy_day = merged.loc[labels, "next"], also["next"]
    either = np.maximum(next_day, copy_day)
    merged.loc[labels, "next"] = np.where(
        (next_day == 0) | (copy_day == 0), either, np.minimum(next_day, copy_day)
    )
    return merged


def _next(findings: pd.DataFrame) -> np.ndarray:
    """Give the next day on which the same item was found at the same site; 0: none."""
    days = findings[[*_PLACE, "day"]].drop_duplicates().sort_values("day")
    later = days.groupby(_PLACE)["day"].shift(-1).fillna(0).astype(np.int64)
    joined = findings[[*_PLACE, "day"]].merge(
        days.assign(next=later), on=[*_PLACE, "day"], how="left"
    )
    return joined["next"].to_numpy(np.int64)


def closings(findings: pd.DataFrame, days: range, relapse_days: int) -> pd.DataFrame:
    """List the problems answered as 已整改 that could come back (反弹) on some days.

    Those whose `relapse_days` after the answer run into the days, if they had not been found again
    before; of one site, item and day one.

    Takes:   findings - with `judge_together`
    Returns: of `findings` the line of each; reopened (bool): found again on the days, in time
    """
    keys = [*_PLACE, "day"]
    closed = findings.groupby(keys)["closed"].transform("max")
    lines = findings.assign(closed=closed).drop_duplicates(keys, keep="last")
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
    lines = closed[[*_PLACE, "closed"]].reset_index(drop=True).rename_axis("line").reset_index()
    pairs = lines.merge(looks[[*_PLACE, "day"]], on=_PLACE)
    in_time = (pairs["day"] > pairs["closed"]) & (pairs["day"] - pairs["closed"] <= relapse_days)
    in_time &= (pairs["day"] >= days.start) & (pairs["day"] < days.stop)
    seen = np.zeros(len(closed), bool)
    seen[pairs.loc[in_time, "line"].unique()] = True
    return seen | closed["reopened"].to_numpy(bool)


def failed_twice(findings: pd.DataFrame, days: range) -> pd.DataFrame:
    """List what may be 反复点位, site and item: found on at least two visits, on the days too.

    Takes: findings - site, item, under, day, visit
    """
    lines, _ = with_copies(findings)
    groups = lines.groupby(_PLACE)
    often = groups["visit"].transform("nunique") >= FAILS
    now = groups["day"].transform("max") >= days.start
    return lines.loc[often & now, _PLACE].drop_duplicates(ignore_index=True)


def returning(findings: pd.DataFrame, looks: pd.DataFrame, wanted: pd.DataFrame) -> np.ndarray:
    """Mark the findings at sites that failed an item on 2 of the last 3 visits that looked at it.

    A visit that found what was put under the item has looked at it, and it failed.

    Takes: looks - site, item, day, visit, failed: every look at the wanted items; wanted - of
           `failed_twice`
    """
    visit = [*_PLACE, "day", "visit"]
    copies = findings[findings["under"] >= 0]
    copies = copies.assign(item=copies["under"], failed=1)[[*visit, "failed"]]
    seen = pd.concat([looks[[*visit, "failed"]], copies]).merge(wanted, on=_PLACE)
    seen = seen.groupby(visit, as_index=False)["failed"].max()
    last = seen.sort_values(["day", "visit"]).groupby(_PLACE).tail(LOOKS)
    failed = last.groupby(_PLACE)["failed"].sum()
    often = failed.index[failed >= FAILS]
    under = findings.assign(item=findings["under"])
    originals, copies = (pd.MultiIndex.from_frame(frame[_PLACE]) for frame in (findings, under))
    return originals.isin(often) | copies.isin(often)


def count(findings: pd.DataFrame, closed: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count the four meanings by a column, and say of what they are a part.

    Takes:   findings - problems of a window: `by`, site, again, relapsed, running, returning (bool);
             closed - of `closings`: `by`, rechecked, reopened
    Returns: name, COUNTS, RATES (per cent, NaN without a whole); most problems that come back first
    """
    recurs = findings[_FLAGS].any(axis=1)
    groups = findings.assign(found=1, any=recurs).groupby(by, observed=True)
    counts = groups[["found", *_FLAGS, "any"]].sum()
    back = findings[findings["returning"]].groupby(by, observed=True)["site"].nunique()
    counts = counts.join(groups["site"].nunique().rename("sites"), how="outer")
    counts = counts.join(back.rename("returning"), how="left")
    answered = closed.assign(closed=1).groupby(by, observed=True)
    counts = counts.join(answered[["closed", "rechecked", "reopened"]].sum(), how="outer")
    counts = (
        counts.reindex(columns=COUNTS).fillna(0).astype(np.int64).rename_axis("name").reset_index()
    )
    counts = counts.assign(name=counts["name"].astype(object), **_rates(counts))
    order = ["any", "returning", "found"]
    return counts.sort_values(order, ascending=False, kind="stable", ignore_index=True)


def total(findings: pd.DataFrame, closed: pd.DataFrame) -> pd.Series:
    """Count the four meanings over everything, as `count`; zeros where there is nothing."""
    counts = count(findings.assign(whole=0), closed.assign(whole=0), "whole")
    none = dict.fromkeys(COUNTS, 0) | dict.fromkeys(RATES, np.nan)
    line = next(iter(counts.to_dict("records")), none)
    return pd.Series({name: line[name] for name in none}, dtype=object)  # counts stay whole


def _rates(counts: pd.DataFrame) -> dict[str, np.ndarray]:
    return {
        name: quotient(counts[counted] * 100, counts[base])
        for name, (counted, base) in RATES.items()
    }


def worst_sites(findings: pd.DataFrame, most: int) -> pd.DataFrame:
    """List the sites that keep coming back, by the days on which what recurs was found.

    Takes:   findings - problems of a window and of before: site, item, under, day, closed, again,
             relapsed, running, returning, current (bool: of the window)
    Returns: site, days (distinct), times (problems), open (not answered as 已整改), first and last
             (ordinals), lines (labels in `findings`, by day); sites with at least two days
    """
    recurs = findings["current"] & (findings[_FLAGS].any(axis=1) | findings["returning"])
    first = findings["item"].where(findings["under"] < 0, findings["under"])
    site_items = [
        pd.MultiIndex.from_arrays([findings["site"], item]) for item in (first, findings["item"])
    ]
    wanted = site_items[0][recurs]
    recurring = site_items[0].isin(wanted) | site_items[1].isin(wanted)
    site_findings = findings[recurring].sort_values(["day", "item"], kind="stable")
    site_findings = site_findings.assign(open=site_findings["closed"] == OPEN)
    groups = site_findings.groupby("site")
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
    lines = _labels(site_findings, sites["site"])
    return sites.assign(lines=lines)


def _labels(findings: pd.DataFrame, sites: Iterable[int]) -> list[tuple[int, ...]]:
    by_site = findings[findings["site"].isin(list(sites))].groupby("site").groups
    return [tuple(by_site[site].tolist()) for site in sites]
