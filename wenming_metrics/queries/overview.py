"""The city at a glance: its score, what it lost most on, the sites that keep coming back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.periods import Window, previous
from wenming_metrics.queries.details import node_path
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.windows import Standings, score_windows, statuses
from wenming_metrics.rounding import half_up
from wenming_metrics.scoring.losses import node_losses
from wenming_metrics.scoring.ranking import RANKED
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_sites_met
from wenming_metrics.store.tallies import read_days


@dataclass(frozen=True)
class City:
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


def city(office: Office, window: Window, board: str = "street") -> City:
    """Sum up the city in one window: S = mean of the scored units' exact scores, equal weights."""
    windows = [previous(window), window]
    with reading(office.store) as connection:
        standings = score_windows(connection, office, windows, office.rules.board(board))
    before, now = (_city_score(standings, office, number) for number in (-2, -1))
    at, sums = standings.at(-1), standings.scores.sums
    lines = standings.sites[standings.sites["window"] == len(windows) - 1]
    return City(
        score=now,
        score_change=None if now is None or before is None else float(half_up(now - before, 9)),
        target=office.rules.target,
        scored=int((statuses(standings, office.rules) == RANKED).sum()),
        units=len(standings.units),
        sites=lines["site"].nunique(),
        visits=int(lines["visits"].sum()),
        checks=int(sums.checks[:, at].sum()),
        failed=int(sums.failed[:, at].sum()),
        places=int(sums.places[:, at].sum()),
    )


def _city_score(standings: Standings, office: Office, number: int) -> float | None:
    scored = statuses(standings, office.rules, number) == RANKED
    if not scored.any():
        return None
    exact = standings.scores.scores[standings.at(number)][scored].mean()
    return float(half_up(exact, office.rules.decimals))


def top_losses(
    office: Office, window: Window, count: int = 5, board: str = "street"
) -> pd.DataFrame:
    """List the indicators that cost the city most.

    A node that deducts stands for all below it.

    Returns: node, code, name, path, loss (points of the city's score), share (of all points lost),
             failed, checks; the largest first
    """
    with reading(office.store) as connection:
        standings = score_windows(connection, office, [window], office.rules.board(board))
    scored = statuses(standings, office.rules) == RANKED
    if not scored.any():
        return pd.DataFrame(
            columns=["node", "code", "name", "path", "loss", "share", "failed", "checks"]
        )
    losses = node_losses(standings.scores, office.rules)[:, scored].mean(axis=1)
    nodes, sums = office.rules.nodes, standings.scores.sums
    frame = pd.DataFrame({"node": nodes.index, "code": nodes["code"], "name": nodes["name"]})
    frame["loss"], frame["share"] = losses, losses / max(losses.sum(), np.finfo(float).tiny)
    frame["failed"] = _subtree(sums.failed.sum(1), nodes).astype(int)
    frame["checks"] = _subtree(sums.checks.sum(1), nodes).astype(int)
    best = frame.sort_values("loss", ascending=False, kind="stable").head(count)
    best = best[best["loss"] > 0].reset_index(drop=True)
    return best.assign(path=[node_path(office.rules, node) for node in best["node"]])


def category_shares(office: Office, window: Window, board: str = "street") -> pd.DataFrame:
    """Share out the city's lost points over the top indicators: name, loss, share, largest first."""
    with reading(office.store) as connection:
        standings = score_windows(connection, office, [window], office.rules.board(board))
    scored = statuses(standings, office.rules) == RANKED
    nodes = office.rules.nodes
    tops = nodes.index[nodes["parent"] == 0]
    if not scored.any():
        return pd.DataFrame({"name": [], "loss": [], "share": []})
    losses = node_losses(standings.scores, office.rules)[:, scored].mean(axis=1)
    whole = _subtree(losses, nodes)[tops]
    share = whole / max(whole.sum(), np.finfo(float).tiny)
    frame = pd.DataFrame(
        {"name": nodes.loc[tops, "name"].to_numpy(), "loss": whole, "share": share}
    )
    return frame.sort_values("loss", ascending=False, kind="stable").reset_index(drop=True)


def repeat_sites(
    office: Office, window: Window, count: int = 5, board: str = "street"
) -> pd.DataFrame:
    """List the sites with problems on the most visits (反复问题): at least two such days.

    Returns: site, site_name, unit_name, point_type_name, visits, times (days with a problem),
             failed; the most frequent first
    """
    with reading(office.store) as connection:
        standings = score_windows(connection, office, [window], office.rules.board(board))
        by_day = read_days(connection, window.days, "visits")
        names = read_sites_met(connection).set_index("site")["name"]
    lines = pd.concat([v.assign(day=d) for d, v in by_day.items()]) if by_day else pd.DataFrame()
    if lines.empty:
        return pd.DataFrame(
            columns=[
                "site",
                "site_name",
                "unit_name",
                "point_type_name",
                "visits",
                "times",
                "failed",
            ]
        )
    place = standings.column_of[lines["unit"].to_numpy()]
    lines = lines.assign(place=place, bad=np.where(lines["failed"] > 0, lines["day"], np.nan))
    found = (
        lines[place >= 0]
        .groupby(["place", "site", "point_type"])
        .agg(visits=("visit", "nunique"), times=("bad", "nunique"), failed=("failed", "sum"))
    )
    found = found[found["times"] >= 2].reset_index()
    found = found.sort_values(["times", "failed", "site"], ascending=[False, False, True]).head(
        count
    )
    types = office.catalogue.point_types["name"]
    return found.assign(
        site_name=found["site"].map(names),
        unit_name=standings.units["name"].reindex(found["place"]).to_numpy(),
        point_type_name=types.reindex(found["point_type"]).to_numpy(),
    ).reset_index(drop=True)


def _subtree(values: np.ndarray, nodes: pd.DataFrame) -> np.ndarray:
    """Sum values of nodes into everything above them."""
    found, parents = values.astype(float).copy(), nodes["parent"].to_numpy()
    for node in range(len(parents) - 1, 0, -1):
        found[parents[node]] += found[node]
    return found


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
    place = standings.column_of[lines["unit"].to_numpy()]
    street = standings.units["name"].reindex(place).to_numpy()
    own = units.reindex(lines["unit"]).to_numpy()
    lines = lines.assign(unit_name=np.where(place >= 0, street, own))
    found = lines.groupby(["unit_name", "site", "point_type"], as_index=False).agg(
        visits=("visit", "nunique"),
        checks=("checks", "sum"),
        failed=("failed", "sum"),
        lost=("lost", "sum"),
    )
    found = found.sort_values(["failed", "lost"], ascending=False, kind="stable")
    return found.assign(
        site_name=found["site"].map(names),
        point_type_name=types.reindex(found["point_type"]).to_numpy(),
        lost=found["lost"] / 10_000,
    )[columns].reset_index(drop=True)
