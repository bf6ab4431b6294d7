"""The map of the city: outlines of units with their figures, sites with what was found there again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.losses.repeat_sites import returning_sites
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import present_view
from wenming_metrics.reading.outlines.shapes import (
    SITE_SHAPE,
    UNIT_SHAPE,
    Shape,
    centre_of,
    in_metres,
)
from wenming_metrics.store.database import reading
from wenming_metrics.store.outlines import OutlineVersion, stored_outlines
from wenming_metrics.store.registers import read_register

BACK = 90
"""Days in which open problems were found that the map counts."""


@dataclass(frozen=True, eq=False)
class CityMap:
    """A map in metres from the city's middle.

    units - unit_name, rings (arrays of east, north), held (open problems of BACK days on its territory), relapsed
            (of those found again after they were closed), returning (sites); with scores: score, lost (full
            mark - score; NaN without one)
    sites - site_name, east, north, unit_name, times (problems found, 0: does not come back)
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
    if version is None:
        return None
    shapes = [_shape(facts) for facts in version.shapes]
    centre = centre_of(shapes)
    problems = present_view(office, BACK).lines
    open_problems = problems[problems["is_open"] & (problems["unit"] >= 0)]
    # A problem lies in the most local territory: a community counts for its street.
    bearing = ancestors(register, board)[open_problems["unit"].to_numpy(np.int64)]
    held_by = pd.Series(bearing).map(register.units["name"])
    held = held_by.value_counts()
    relapsed = held_by[open_problems["is_relapsed"].to_numpy(bool)].value_counts()
    back = returning_sites(office, window, board)
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
    counts = {"held": held, "relapsed": relapsed, "returning": back["unit_name"].value_counts()}
    for name, by_unit in counts.items():
        units[name] = units["unit_name"].map(by_unit).fillna(0).astype(int)
    return CityMap(units, _sites(shapes, back, version, centre), version.system)


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


def _sites(
    shapes: list[Shape], back: pd.DataFrame, version: OutlineVersion, centre: tuple[float, float]
) -> pd.DataFrame:
    times = back.groupby(["site_name", "unit_name"])["times"].sum().to_dict()
    street_of = dict(zip(back["site_name"], back["unit_name"], strict=True))
    lines = []
    for shape in shapes:
        if shape.kind == SITE_SHAPE:
            east, north = in_metres(shape.rings[0], version.system, centre)[0]
            street = shape.street or street_of.get(shape.name, "")
            count = times.get((shape.name, street), 0)
            lines.append((shape.name, east, north, street, int(count)))
    frame = pd.DataFrame(lines, columns=["site_name", "east", "north", "unit_name", "times"])
    return frame.astype({"east": np.float64, "north": np.float64, "times": np.int64})
