"""Was enough looked at? How many sites it takes to tell neighbours apart, and the office's sampling rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import Window, series
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.bands import ERROR, bands, join_bands
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.score_windows import standings_now
from wenming_metrics.queries.scores.standings import Standings
from wenming_metrics.queries.scores.window_sums import planned_types
from wenming_metrics.rules.model import Sampling
from wenming_metrics.scoring.ranking.bands import sites_needed
from wenming_metrics.store.database import reading

MET, MISSED = "达到", "未达到"


def sampling(office: Office, window: Window, board: str = "street") -> pd.DataFrame:
    """Say of each unit with a score whether its sample suffices.

    Returns: one line per unit, by group and place: unit, unit_name, group, rank, sites, types (of sites),
        revisited (share of its sites that were seen before: twice in the window, or in the window
        before too; NaN = no site), needed (sites of either unit until it can be told from the next in
        its group; <NA> = equal scores, or an error that is not known), next_name, gap (points between
        the two), and per sampling rule that the rules set - sites, types, revisits - MET or MISSED
    """
    standings = standings_now(office, series(window, 2), board)
    lines = join_bands(ranking(office, window, board), bands(office, window, board))
    lines = lines[lines["rank"].notna()].reset_index(drop=True)
    frames = [_next(group_lines) for _, group_lines in lines.groupby("group", sort=False)]
    lines = pd.concat(frames, ignore_index=True) if frames else _next(lines)
    lines = lines.merge(_seen_before(standings), on="unit", how="left")
    return _judge(lines, standings.rules().sampling)


def plan_sentence(office: Office, window: Window, board: str = "street") -> str:
    """Say what coverage is held against where no plan asks for a unit of the board; "" elsewhere."""
    standings = standings_now(office, series(window, 2), board)
    if standings.rules().coverage_by == "register":
        return ""
    types, size = office.catalogue.applies.shape[1], len(standings.units)
    with reading(office.store) as connection:
        planned = planned_types(connection, [window], standings.column_of, types, size)
    if planned.any():
        return ""
    return "本期没有督查计划，覆盖对照名册里的点位；名册里没有点位的单位，对照全部指标。"


def _next(lines: pd.DataFrame) -> pd.DataFrame:
    """Hold each unit of a group against the next one, the last against the last but one."""
    if len(lines) < 2:
        return lines.assign(
            next_name="", gap=np.nan, needed=pd.array([pd.NA] * len(lines), "Int64")
        )
    neighbour = np.append(np.arange(1, len(lines)), len(lines) - 2)
    points, error = lines["score"].to_numpy(float), lines[ERROR].to_numpy(float)
    spread = error * np.sqrt(lines["sites"].to_numpy(float))
    gap = np.abs(points - points[neighbour])
    needed = sites_needed(gap, spread, spread[neighbour]).array
    names = lines["unit_name"].to_numpy(object)[neighbour]
    return lines.assign(next_name=names, gap=gap, needed=needed)


def _seen_before(standings: Standings) -> pd.DataFrame:
    """Count per unit the types of its sites, and the share of them that had been seen before."""
    size = len(standings.units)
    lines = standings.sites.assign(place=standings.sites["column"] % size)
    now = lines[(lines["window"] == 1) & (lines["site"] >= 0)]
    earlier = set(lines.loc[lines["window"] == 0, "site"])
    per_site = now.groupby(["place", "site"], as_index=False)["visits"].sum()
    again = (per_site["visits"] > 1) | per_site["site"].isin(earlier)
    shares = again.groupby(per_site["place"]).mean()
    types = now.groupby("place")["point_type"].nunique()
    frame = pd.DataFrame({"unit": standings.units["unit"]})
    return frame.assign(
        types=types.reindex(frame.index).fillna(0).astype(int),
        revisited=shares.reindex(frame.index),
    )


def _judge(lines: pd.DataFrame, rules: Sampling) -> pd.DataFrame:
    """Hold the figures of each unit against the sampling rules that are set."""
    least_by_figure = {"sites": rules.sites, "types": rules.types, "revisited": rules.revisits}
    for name, least in least_by_figure.items():
        if least:
            reached = lines[name].fillna(0).to_numpy(float) >= least
            lines = lines.assign(**{f"{name}_met": np.where(reached, MET, MISSED)})
    return lines


def sampling_sentence(lines: pd.DataFrame) -> str:
    """Say how many sites it takes, and whose sample is short by the rules."""
    if lines.empty:
        return "本期没有可以排名的单位。"
    counts = lines["needed"].dropna()
    sentences = []
    if len(counts):
        share = int((lines["sites"] >= lines["needed"]).fillna(False).sum())
        sentences.append(
            f"{len(lines)}个单位中，点位够与相邻一名分清高低的有{share}个；一般要{int(counts.median()):,}个点位"
        )
    met = [name for name in lines if name.endswith("_met")]
    if met:
        short = int((lines[met] == MISSED).any(axis=1).sum())
        sentences.append(f"抽样要求未达到的有{short}个" if short else "抽样要求全部达到")
    return "；".join(sentences) + "。" if sentences else "误差无从估计，看不出要查多少点位。"
