"""The city at a glance: its score, what it lost most on, the sites that keep coming back."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_product, exact_sum, half_up
from wenming_metrics.domain.periods import Window, previous
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.details import PATH_MARK, node_path
from wenming_metrics.queries.scores.score_windows import (
    Standings,
    score_windows,
    standings_now,
    statuses,
)
from wenming_metrics.scoring.ranking.ranking import SCORED
from wenming_metrics.scoring.tree.coverage import gather_up
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_sites_met
from wenming_metrics.store.tallies import read_days


@dataclass(frozen=True)
class CityOverview:
    """The city in one window.

    score - mean of the scored units, rounded half up; None when no unit is scored
    score_change - against the window before, None when either has no score
    scored, units - units with a score, units of the board; sites, visits, checks, failed, places
    """

    score: float | None
    score_change: float | None
    target: float | None
    scored: int
    units: int
    sites: int
    visits: int
    checks: int
    failed: int
    places: int


def city(office: Office, window: Window, board: str = "street") -> CityOverview:
    """Sum up the city in one window: S = mean of the scored units' exact scores, equal weights."""
    windows = [previous(window), window]
    standings = standings_now(office, windows, board)
    before, now = (city_score(standings, number) for number in (-2, -1))
    lines = standings.sites[standings.sites["window"] == len(windows) - 1]
    return CityOverview(
        score=now,
        score_change=None if now is None or before is None else float(half_up(now - before, 9)),
        target=office.rules.target,
        scored=int(np.isin(statuses(standings), SCORED).sum()),
        units=len(standings.units),
        sites=lines["site"].nunique(),
        visits=int(lines["visits"].sum()),
        **{name: int(standings.counted(name).sum()) for name in ("checks", "failed", "places")},
    )


def city_score(standings: Standings, number: int = -1) -> float | None:
    """Give the city's score in one window, rounded half up; None where no unit is scored."""
    weights = city_weights(standings, number)
    if not weights.any():
        return None
    exact = exact_product(weights, np.nan_to_num(standings.total[standings.window_columns(number)]))
    return float(half_up(exact, standings.rules(number).decimals))


def city_weights(standings: Standings, number: int = -1) -> np.ndarray:
    """Give what each unit weighs in the city's score, 0 for those without; they add up to 1.

    By the rules every scored unit weighs the same, or as its people (a unit of which they are not
    known weighs nothing), or as its checks.
    """
    scored = np.isin(statuses(standings, number), SCORED).astype(float)
    by = standings.rules(number).city_weight
    if by == "population":
        people = standings.register.units["population"].reindex(standings.units["unit"])
        scored *= people.fillna(0).to_numpy(float)
    elif by == "checks":
        scored *= standings.counted("checks", number)
    return scored / exact_sum(scored) if scored.any() else scored


def top_losses(
    office: Office, window: Window, count: int = 5, board: str = "street"
) -> pd.DataFrame:
    """List the indicators that cost the city most.

    A node that settles stands for all below it.

    Returns: node, code, name, path, loss (points of the city's score), share (of all points lost),
             failed, checks; the largest first
    """
    standings = standings_now(office, [window], board)
    return largest(city_losses(standings), count)


def largest(losses: pd.DataFrame, count: int = 5) -> pd.DataFrame:
    """Give the lines of `city_losses` that cost the city most, as `top_losses`."""
    best = losses.sort_values("loss", ascending=False, kind="stable").head(count)
    return best[best["loss"] > 0].reset_index(drop=True)


def category_shares(office: Office, window: Window, board: str = "street") -> pd.DataFrame:
    """Share out the city's lost points over the top indicators: name, loss, share, largest first."""
    standings = standings_now(office, [window], board)
    return by_category(city_losses(standings))


def by_category(losses: pd.DataFrame) -> pd.DataFrame:
    """Sum the lines of `city_losses` over the top indicators, as `category_shares`."""
    sums = losses.groupby("top", sort=False)[["loss", "share"]].agg(fsum)
    sums = sums.rename_axis("name").reset_index()
    return sums.sort_values("loss", ascending=False, kind="stable").reset_index(drop=True)


def city_losses(standings: Standings) -> pd.DataFrame:
    """List what the city lost per node, version by version of the rules.

    Returns: node, code, name, path, top (name of the indicator at the first level), loss, share,
             failed, checks; one line per node that makes its own rate and has lost
    """
    weights, frames = city_weights(standings), []
    for weighted_span, (rules, losses) in zip(
        standings.spans_in(), standings.losses(), strict=True
    ):
        span, columns, _ = weighted_span
        nodes, sums = rules.nodes, span.scores.sums
        frame = pd.DataFrame({"node": nodes.index, "code": nodes["code"], "name": nodes["name"]})
        frame["loss"] = exact_product(np.nan_to_num(losses), weights)
        for name in ("failed", "checks"):
            frame[name] = gather_up(getattr(sums, name)[:, columns].sum(1), rules).astype(int)
        frame = frame[frame["loss"] > 0]
        paths = [node_path(rules, node) for node in frame["node"]]
        tops = [path.split(PATH_MARK)[0] for path in paths]
        tops = [top or name for top, name in zip(tops, frame["name"], strict=True)]
        frames.append(frame.assign(path=paths, top=tops))
    lines = pd.concat(frames, ignore_index=True)
    total = max(fsum(lines["loss"]), np.finfo(float).tiny)
    return lines.assign(share=lines["loss"] / total)


def sites_of_day(office: Office, window: Window) -> pd.DataFrame:
    """List the sites looked at in a window with what was found there.

    Returns: unit_name, site_name, point_type_name, visits, checks, failed, lost (points); the most
             problems first
    """
    with reading(office.store) as connection:
        standings = score_windows(connection, office, [window], office.rules.boards[0])
        by_day = read_days(connection, window.days, "visits")
        names = read_sites_met(connection).set_index("site")["name"]
    units, types = standings.register.units["name"], office.catalogue.point_types["name"]
    columns = ["unit_name", "site_name", "point_type_name", "visits", "checks", "failed", "lost"]
    if not by_day:
        return pd.DataFrame(columns=columns)
    lines = pd.concat(by_day.values())
    position = standings.column_of[lines["unit"].to_numpy()]
    street = standings.units["name"].reindex(position).to_numpy()
    unit_names = units.reindex(lines["unit"]).to_numpy()
    lines = lines.assign(unit_name=np.where(position >= 0, street, unit_names))
    sites = lines.groupby(["unit_name", "site", "point_type"], as_index=False).agg(
        visits=("visit", "nunique"),
        checks=("checks", "sum"),
        failed=("failed", "sum"),
        lost=("lost", "sum"),
    )
    sites = sites.sort_values(["failed", "lost"], ascending=False, kind="stable")
    return sites.assign(
        site_name=sites["site"].map(names),
        point_type_name=types.reindex(sites["point_type"]).to_numpy(),
        lost=sites["lost"] / 10_000,
    )[columns].reset_index(drop=True)
