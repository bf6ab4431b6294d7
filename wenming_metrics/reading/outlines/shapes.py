"""Shapes on a map: rings of units, points of sites, in one system of coordinates; and the plane they are drawn in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

DEGREES, METRES = "经纬度", "平面坐标"
SYSTEMS = {
    "CGCS2000 经纬度": DEGREES,
    "WGS84 经纬度": DEGREES,
    "GCJ02 经纬度（高德、腾讯）": DEGREES,
    "BD09 经纬度（百度）": DEGREES,
    "平面坐标（东、北，米）": METRES,
}
"""System, as the sender names it -> in what it measures. Systems are never mixed, and none is turned into another."""
UNIT_SHAPE, SITE_SHAPE = "unit", "site"
_PER_DEGREE = 111_320.0
"""Metres of a degree of latitude: the plane is for looking, not for measuring."""
_AT_ONCE = 2_000
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Shape:
    """The outline of a unit, or the point of a site.

    kind - of UNIT_SHAPE, SITE_SHAPE; name - as the file writes it; row - Excel's row, or the place of a feature;
    street - where a site lies, "" = not said; rings - (east, north) in the file's own system, a site has one point
    """

    kind: str
    name: str
    row: int
    rings: tuple[Ring, ...]
    street: str = ""


def centre_of(shapes: Iterable[Shape]) -> tuple[float, float]:
    """Give the middle of all points, by which a plane is laid."""
    points = np.array([point for shape in shapes for ring in shape.rings for point in ring])
    return tuple((points.min(axis=0) + points.max(axis=0)) / 2) if len(points) else (0.0, 0.0)


def in_metres(
    ring: Sequence[Sequence[float]], system: str, centre: tuple[float, float]
) -> np.ndarray:
    """Lay a ring into the plane, in metres from the centre: columns east, north."""
    flat = np.asarray(ring, float) - centre
    if SYSTEMS[system] == DEGREES:
        flat *= (_PER_DEGREE * np.cos(np.radians(centre[1])), _PER_DEGREE)
    return flat


def crosses_itself(ring: np.ndarray) -> bool:
    """Say whether the line around a shape crosses itself; touching is not crossing."""
    begins = ring[:-1] if (ring[0] == ring[-1]).all() else ring
    ends, count = np.roll(begins, -1, axis=0), len(begins)
    for first in range(0, count, _AT_ONCE):
        chunk = slice(first, first + _AT_ONCE)
        a, b = begins[chunk, None], ends[chunk, None]
        crossing = (_side(a, b, begins) * _side(a, b, ends) < 0) & (
            _side(begins, ends, a) * _side(begins, ends, b) < 0
        )
        if crossing.any():
            return True
    return False


def _side(a: np.ndarray, b: np.ndarray, point: np.ndarray) -> np.ndarray:
    turn = b - a
    return np.sign(turn[..., 0] * (point - a)[..., 1] - turn[..., 1] * (point - a)[..., 0])


def contains(ring: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Say which points lie within a ring, by the crossings of a line to the east."""
    begins, ends = ring, np.roll(ring, -1, axis=0)
    x, y = points[:, 0, None], points[:, 1, None]
    rise = ends[:, 1] - begins[:, 1]
    spans = (begins[:, 1] > y) != (ends[:, 1] > y)
    crossing_x = begins[:, 0] + (y - begins[:, 1]) * (ends[:, 0] - begins[:, 0]) / np.where(
        rise == 0, 1, rise
    )
    return (spans & (x < crossing_x)).sum(axis=1) % 2 == 1


def distance(ring: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Give how far points are from the line around a shape."""
    begins, turn = ring, np.roll(ring, -1, axis=0) - ring
    off = points[:, None] - begins
    length = (turn**2).sum(axis=1)
    along = np.clip((off * turn).sum(axis=2) / np.where(length == 0, 1, length), 0, 1)
    return np.sqrt(((off - along[..., None] * turn) ** 2).sum(axis=2)).min(axis=1)
