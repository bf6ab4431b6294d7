"""The map of the city: outlines of units with their figures, sites with what was found there again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import alias_map
from wenming_metrics.queries.losses.repeat_sites import returning_sites
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import present_view
from wenming_metrics.queries.ranking.ranking import ranking
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
from wenming_metrics.vocabulary import UNIT_KINDS, normalise

BACK = 90
"""Days in which open problems were found that the map counts."""


@dataclass(frozen=True, eq=False)
class CityMap:
    """A map in metres from the city's middle.

    units - unit_name, rings (arrays of east, north), score, lost (full mark - score; NaN without one), held (open
            problems of BACK days on its territory), relapsed (of those found again after they were closed), returning (sites)
    sites - site_name, east, north, unit_name, times (problems found, 0: does not come back)
    system - of coordinates, as the sender named it
    """

    units: pd.DataFrame
    sites: pd.DataFrame
    system: str


def city_map(office: Office, window: Window, board: str) -> CityMap | None:
    """Lay the figures of a window on the map; None for a city without outlines."""
    with reading(office.store) as connection:
        version, register = stored_outlines(connection), read_register(connection)
    if version is None:
        return None
    shapes = [_shape(facts) for facts in version.shapes]
    centre = centre_of(shapes)
    numbers = alias_map(register, UNIT_KINDS)
    unit_scores = ranking(office, window, board).set_index("unit_name")
    problems = present_view(office, BACK).lines
    open_problems = problems[problems["is_open"]]
    back = returning_sites(office, window, board)
    lines = []
    for shape in shapes:
        if shape.kind != UNIT_SHAPE or shape.name not in unit_scores.index:
            continue
        unit = numbers[normalise(shape.name)][0]
        line, unit_problems = (
            unit_scores.loc[shape.name],
            open_problems[open_problems["unit"] == unit],
        )
        lines.append(
            {
                "unit_name": shape.name,
                "rings": [in_metres(ring, version.system, centre) for ring in shape.rings],
                "score": line["score"],
                "lost": office.rules.full_mark - line["score"],
                "held": len(unit_problems),
                "relapsed": int(unit_problems["is_relapsed"].sum()),
                "returning": int((back["unit_name"] == shape.name).sum()),
            }
        )
    names = ["unit_name", "rings", "score", "lost", "held", "relapsed", "returning"]
    units = pd.DataFrame(lines, columns=names)
    return CityMap(units, _sites(shapes, back, version, centre), version.system)


def _shape(facts: dict) -> Shape:
    rings = tuple(tuple((x, y) for x, y in ring) for ring in facts["rings"])
    return Shape(facts["kind"], facts["name"], facts["row"], rings, facts["street"])


def _sites(
    shapes: list[Shape], back: pd.DataFrame, version: OutlineVersion, centre: tuple[float, float]
) -> pd.DataFrame:
    times = back.groupby(["site_name", "unit_name"])["times"].sum().to_dict()
    by_name = back.groupby("site_name")["times"].sum().to_dict()
    lines = []
    for shape in shapes:
        if shape.kind == SITE_SHAPE:
            east, north = in_metres(shape.rings[0], version.system, centre)[0]
            count = (
                times.get((shape.name, shape.street), 0)
                if shape.street
                else by_name.get(shape.name, 0)
            )
            lines.append((shape.name, east, north, shape.street, int(count)))
    frame = pd.DataFrame(lines, columns=["site_name", "east", "north", "unit_name", "times"])
    return frame.astype({"east": np.float64, "north": np.float64, "times": np.int64})
