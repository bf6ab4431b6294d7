"""Who stands where: the list of units in one window, with movement and recent course."""

from __future__ import annotations

from statistics import fmean

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import POINT_SCALE, half_up
from wenming_metrics.domain.periods import Window, series
from wenming_metrics.queries.office import Office, under
from wenming_metrics.queries.scores.deadline_rates import on_time
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.queries.scores.score_windows import (
    COURSE,
    Standings,
    score_windows,
    standings_now,
    statuses,
)
from wenming_metrics.scoring.ranking.ranking import (
    RANKED,
    SCORED,
    order_units,
    rank_changes,
    rank_units,
)
from wenming_metrics.store.database import reading


def ranking(office: Office, window: Window, board: str = "street") -> pd.DataFrame:
    """List the units of a board in one window.

    Returns: one line per unit that exists at the window's end, by group and place: unit,
        unit_name, group, status, rank (Int64), tied, rank_change (Int64, positive = up), is_new
        (ranked now, not before), score (rounded), score_change (of rounded scores), trend (list
        of rounded scores, oldest first, None = not scored), sites, visits, checks, failed,
        places, lost (points), coverage, registered (coverage by the register of sites), filled (points got for leaves not looked at), adjusted
        (points of 加减分 and 难度系数, in the score), document_no (of a 一票否决). Units without a place come last, their rank is <NA>.
    """
    windows = series(window, COURSE[window.kind])
    standings = standings_now(office, windows, board)
    return rank_standings(standings)


def ranking_under(office: Office, window: Window, board: str, rules_id: str) -> pd.DataFrame:
    """List the units as `ranking`, every day scored by one version of the rules, for comparison."""
    return ranking(under(office, rules_id), window, board)


def rank_standings(standings: Standings) -> pd.DataFrame:
    """Make the list of `ranking` from scored windows; the last window is the one listed."""
    now = rank_window(standings, -1)
    if len(standings.windows) > 1:
        before = rank_window(standings, -2)
        now["rank_change"] = rank_changes(now, before)
        now["is_new"] = now["rank"].notna() & before["rank"].isna().to_numpy()
        now["score_change"] = half_up(now["score"] - before["score"].to_numpy(), 9)
    else:
        now = now.assign(rank_change=pd.NA, is_new=False, score_change=np.nan)
    now["trend"] = _course(standings)
    return order_units(now).drop(columns="group_order").reset_index(drop=True)


def listing(
    office: Office, window: Window, board: str = "department", moment: Moment | None = None
) -> pd.DataFrame:
    """List the units of a board that is not ranked, most problems first.

    Takes:   moment - as of when deadlines are looked at; None: today
    Returns: unit, unit_name, checks (that name the unit), failed, places, lost (points),
        failed_before, and of `queries.scores.deadline_rates`: fell_due, in_time, not_due, recurred, as_of
    """
    windows = series(window, 2)
    with reading(office.store) as connection:
        standings = score_windows(connection, office, windows, office.rules.board(board))
        became = on_time(connection, standings, office.rules.pricing, moment)
    return list_standings(standings).merge(became, on="unit")


def list_standings(standings: Standings) -> pd.DataFrame:
    """Make the list of `listing` from two scored windows; the last one is listed."""
    frame = pd.DataFrame(
        {
            "unit": standings.units["unit"],
            "unit_name": standings.units["name"],
            **_counts(standings, -1),
            "failed_before": standings.counted("failed", -2).astype(int),
        }
    )
    return frame.sort_values("failed", ascending=False, kind="stable").reset_index(drop=True)


def group_means(ranked: pd.DataFrame) -> pd.DataFrame:
    """Give the mean score of the ranked units of each group: group, score (exact), units."""
    with_rank = ranked[ranked["status"] == RANKED]
    means = with_rank.groupby("group", sort=False)["score"].agg([fmean, "size"])
    return means.reset_index().rename(columns={"fmean": "score", "size": "units"})


def _counts(standings: Standings, number: int) -> dict[str, np.ndarray]:
    """Count per unit in one window what was looked at and what was lost."""
    counts = ("checks", "failed", "places")
    sums = {name: standings.counted(name, number).astype(int) for name in counts}
    return {**sums, "lost": standings.counted("lost", number) / POINT_SCALE}


def rank_window(standings: Standings, number: int) -> pd.DataFrame:
    """Rank the units in one of the scored windows, in the order of the register.

    Returns: the columns of `ranking` but those that look at other windows, and group_order
    """
    columns, units = standings.window_columns(number), standings.units
    frame = pd.DataFrame(
        {
            "unit": units["unit"],
            "unit_name": units["name"],
            "group": units["group"],
            "group_order": units["group_order"],
            "status": statuses(standings, number),
            "score": standings.total[columns],
            **_visits(standings, number),
            **_counts(standings, number),
            "coverage": standings.coverage[columns],
            "registered": standings.registered[columns],
            "filled": standings.filled(number),
            "adjusted": standings.adjusted(number),
            "document_no": [
                standings.vetoes.get(column, "") for column in range(columns.start, columns.stop)
            ],
        }
    )
    return _rank(frame, standings, number)


def place_window(standings: Standings, number: int) -> pd.DataFrame:
    """Rank as `rank_window`, with no more than decides: unit, group, status, score, rank, tied."""
    columns, units = standings.window_columns(number), standings.units
    frame = units[["unit", "group"]].assign(
        status=statuses(standings, number),
        score=standings.total[columns],
        failed=standings.counted("failed", number).astype(int),
        coverage=standings.coverage[columns],
    )
    return _rank(frame, standings, number)


def _rank(frame: pd.DataFrame, standings: Standings, number: int) -> pd.DataFrame:
    frame.loc[~frame["status"].isin(SCORED), "score"] = np.nan
    rules = standings.rules(number)
    return rank_units(frame, rules.decimals, rules.ranked_by, rules.ties, rules.tie_order)


def _visits(standings: Standings, number: int) -> dict[str, np.ndarray]:
    """Count distinct sites and visits per unit in one window."""
    columns, size = standings.window_columns(number), len(standings.units)
    lines = standings.sites[standings.sites["column"].between(columns.start, columns.stop - 1)]
    position = (lines["column"] - columns.start).to_numpy(np.int64)
    once = lines.assign(place=position).drop_duplicates(["place", "site"])
    visits = np.bincount(position, lines["visits"].to_numpy(float), size).astype(int)
    return {"sites": np.bincount(once["place"], minlength=size), "visits": visits}


def _course(standings: Standings) -> list[list[float | None]]:
    count, size = len(standings.windows), len(standings.units)
    decimals = standings.rules().decimals
    rounded = half_up(standings.total, decimals).reshape(count, size)
    scored = np.array([np.isin(statuses(standings, n), SCORED) for n in range(count)])
    return [
        [float(v) if ok else None for v, ok in zip(rounded[:, u], scored[:, u], strict=True)]
        for u in range(size)
    ]
