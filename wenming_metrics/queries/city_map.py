"""The map of the city: outlines of units and points of sites, each with its figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import POINT_SCALE, half_up, quotient
from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import Register, ancestors
from wenming_metrics.queries.losses.repeat_sites import returning_sites
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import present_view
from wenming_metrics.queries.scores.score_windows import standings_now
from wenming_metrics.reading.outlines.shapes import (
    SITE_SHAPE,
    UNIT_SHAPE,
    Shape,
    centre_of,
    in_metres,
)
from wenming_metrics.store.database import reading
from wenming_metrics.store.outlines import OutlineVersion, stored_outlines
from wenming_metrics.store.registers import read_register, read_sites_met

BACK = 90
"""Days in which open problems were found that the map counts."""
_LOOKED_AT = ["checks", "lost", "possible"]


@dataclass(frozen=True, eq=False)
class CityMap:
    """A map in metres from the city's middle.

    units - unit_name, rings (arrays of east, north), held (open problems of BACK days on its territory), relapsed
            (of those found again after they were closed), returning (sites); with scores: score, lost (full
            mark - score; NaN without one)
    sites - site_name, east, north, unit_name, held, relapsed (as of units), returning (problems found at a 反复点位, 0: is
            none), checks (items looked at in the window), lost (points), score (what was earned of the full
            marks looked at, out of the full mark of the rules, rounded; NaN where nothing was looked at)
    system - of coordinates, as the sender named it
    """

    units: pd.DataFrame
    sites: pd.DataFrame
    system: str


def city_map(office: Office, window: Window, board: str) -> CityMap | None:
    """Lay what is found on the map, without scores; None for a city without outlines.

    Returns: a map of all units with an outline; problems are those of today, sites those of the window
    """
    with reading(office.store) as connection:
        version, register = stored_outlines(connection), read_register(connection)
        met = read_sites_met(connection)
    if version is None:
        return None
    shapes = [_shape(facts) for facts in version.shapes]
    centre = centre_of(shapes)
    problems = present_view(office, BACK).lines
    open_problems = problems[problems["is_open"] & (problems["unit"] >= 0)]
    # A problem lies in the most local territory: a community counts for its street.
    bearing = ancestors(register, board)[open_problems["unit"].to_numpy(np.int64)]
    held_by = pd.Series(bearing).map(register.units["name"])
    open_counts = held_by.value_counts()
    relapsed = held_by[open_problems["is_relapsed"].to_numpy(bool)].value_counts()
    back = returning_sites(office, window, board)
    problem_counts = {
        "held": open_problems.groupby("site").size(),
        "relapsed": open_problems.groupby("site")["is_relapsed"].sum(),
        "returning": back.groupby("site")["times"].sum(),
    }
    looked_at = standings_now(office, [window], board).sites.groupby("site")[_LOOKED_AT].sum()
    per_site = looked_at.join(pd.DataFrame(problem_counts), how="outer").fillna(0)
    outlines = [shape for shape in shapes if shape.kind == UNIT_SHAPE]
    units = pd.DataFrame(
        {
            "unit_name": [shape.name for shape in outlines],
            "rings": [
                [in_metres(ring, version.system, centre) for ring in shape.rings]
                for shape in outlines
            ],
        }
    )
    counts = {
        "held": open_counts,
        "relapsed": relapsed,
        "returning": back["unit_name"].value_counts(),
    }
    for name, by_unit in counts.items():
        units[name] = units["unit_name"].map(by_unit).fillna(0).astype(int)
    met = _named(register, board, met).join(per_site, on="site")
    return CityMap(units, _sites(office, shapes, met, version, centre), version.system)


def with_scores(laid: CityMap, lines: pd.DataFrame, full_mark: float) -> CityMap:
    """Put the scores of a list, live or signed, on the map, and leave out who is not in it.

    Takes: lines - unit_name, score, as `ranking` or a signed list gives them
    """
    units = laid.units.merge(lines[["unit_name", "score"]], on="unit_name")
    sites = laid.sites[laid.sites["unit_name"].isin(units["unit_name"])]
    return replace(laid, units=units.assign(lost=full_mark - units["score"]), sites=sites)


def _shape(facts: dict) -> Shape:
    rings = tuple(tuple((x, y) for x, y in ring) for ring in facts["rings"])
    return Shape(facts["kind"], facts["name"], facts["row"], rings, facts["street"])


def _named(register: Register, board: str, met: pd.DataFrame) -> pd.DataFrame:
    """Name the street of each site met, and the unit of a board that it lies in; "" for none."""
    local = np.where(met["unit"] >= 0, met["unit"], met["street"]).astype(np.int64)
    unit = np.where(local >= 0, ancestors(register, board)[local], -1)
    columns = {"unit_name": pd.Series(unit, met.index), "street_name": met["street"]}
    names = register.units["name"]
    return met.assign(
        **{name: units.map(names).fillna("").astype(object) for name, units in columns.items()}
    )


def _sites(
    office: Office,
    shapes: list[Shape],
    met: pd.DataFrame,
    version: OutlineVersion,
    centre: tuple[float, float],
) -> pd.DataFrame:
    """Lay the points with what is known of the sites of their name and street.

    A point without a street is the one place of its name; of several of one name it is none.
    """
    counts = [*_LOOKED_AT, "held", "relapsed", "returning"]
    how = {"unit_name": "first", **dict.fromkeys(counts, "sum")}
    addresses = met.groupby(["name", "street_name"], as_index=False).agg(how)
    alone = addresses[~addresses["name"].duplicated(keep=False)].assign(street_name="")
    located = pd.concat([addresses[addresses["street_name"] != ""], alone])
    points = [
        (shape.name, shape.street, *in_metres(shape.rings[0], version.system, centre)[0])
        for shape in shapes
        if shape.kind == SITE_SHAPE
    ]
    columns = ["name", "street_name", "east", "north"]
    spots = pd.DataFrame(points, columns=columns).astype({"east": float, "north": float})
    lines = spots.merge(located, on=["name", "street_name"], how="left")
    lines["unit_name"] = lines["unit_name"].fillna(lines["street_name"])
    lines = lines.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, np.int64))
    share = quotient(lines["possible"] - lines["lost"], lines["possible"], np.nan)
    score = half_up(share * office.rules.full_mark, office.rules.decimals)
    lines = lines.assign(score=score, lost=lines["lost"] / POINT_SCALE)
    return lines.rename(columns={"name": "site_name"}).drop(columns=["street_name", "possible"])
