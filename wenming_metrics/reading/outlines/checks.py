"""What is wrong with shapes: names nobody has, coordinates the wrong way round, lines that cross, sites in the sea."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from rapidfuzz import process

from wenming_metrics.domain.problems import REJECT, Problem
from wenming_metrics.domain.registers import Register, alias_map
from wenming_metrics.reading.outlines.shapes import (
    DEGREES,
    SITE_SHAPE,
    SYSTEMS,
    UNIT_SHAPE,
    Shape,
    centre_of,
    contains,
    crosses_itself,
    distance,
    in_metres,
)
from wenming_metrics.vocabulary import UNIT_KINDS, normalise

_CHINA = ((73.0, 136.0), (3.0, 54.0))
"""Degrees east, degrees north."""
_NORTHING = (2e6, 6.1e6)
"""Metres from the equator of a place in China."""
_SLACK = 30.0
"""Metres by which lines drawn by two hands differ along one border."""
_MOST_DEGREES, _LEAST_WIDTH = 180.0, 100.0
"""Numbers up to the first, and all within so many of one another, are degrees: no city is so small in metres."""


def check_shapes(
    shapes: Sequence[Shape], system: str, register: Register, ranked_kind: str
) -> tuple[list[Shape], list[Problem]]:
    """Check the shapes of a file against the register.

    Takes:   system - of SYSTEMS; ranked_kind - kind of the units that are to have an outline
    Returns: the shapes that can be drawn, named as in the register; and all that is to be said
    """
    faults = list(_swapped(shapes, system)) or list(_degrees_as_metres(shapes, system))
    if faults:
        return [], faults
    registered, faults = _named(shapes, register)
    centre = centre_of(registered)
    sound = []
    for shape in registered:
        rings = [in_metres(ring, system, centre) for ring in shape.rings]
        if shape.kind == UNIT_SHAPE and any(len(np.unique(r, axis=0)) < 3 for r in rings):
            faults.append(Problem("轮廓-08", row=shape.row, found=shape.name))
        elif shape.kind == UNIT_SHAPE and any(map(crosses_itself, rings)):
            faults.append(Problem("轮廓-09", row=shape.row, found=shape.name))
        else:
            sound.append(shape)
    faults += _overlaps(sound, system, centre)
    faults += _in_the_sea(sound, system, centre)
    if any(shape.kind == UNIT_SHAPE for shape in sound):
        faults += _without(sound, register, ranked_kind)
    return sound, faults


def is_refused(faults: Sequence[Problem]) -> bool:
    """Say whether a file cannot be used at all."""
    return any(problem.severity == REJECT for problem in faults)


def _swapped(shapes: Sequence[Shape], system: str) -> Iterator[Problem]:
    """Find coordinates that are no place in the country, and say whether they would be the other way round."""
    for shape in shapes:
        points = np.array([point for ring in shape.rings for point in ring])
        if _is_here(points, system):
            continue
        code = "轮廓-06" if _is_here(points[:, ::-1], system) else "轮廓-07"
        spelled = "、".join(f"{value:g}" for value in points[0])
        yield Problem(
            code, row=shape.row, found=shape.name, details={"where": spelled, "system": system}
        )


def _degrees_as_metres(shapes: Sequence[Shape], system: str) -> Iterator[Problem]:
    """Find a file in degrees that is said to be in metres: every check by metres would pass."""
    points = np.array([point for shape in shapes for ring in shape.rings for point in ring])
    if SYSTEMS[system] == DEGREES or not len(points):
        return
    width = np.ptp(points, axis=0).max()
    if np.abs(points).max() <= _MOST_DEGREES and width < _LEAST_WIDTH:
        first = "、".join(f"{value:g}" for value in points[0])
        yield Problem(
            "轮廓-16",
            row=shapes[0].row,
            found=shapes[0].name,
            details={"where": first, "width": f"{width:.2g}", "system": system},
        )


def _is_here(points: np.ndarray, system: str) -> bool:
    east, north = points.T
    if SYSTEMS[system] == DEGREES:
        ranges = zip((east, north), _CHINA, strict=True)
        return all(((axis >= low) & (axis <= high)).all() for axis, (low, high) in ranges)
    is_far = (north >= _NORTHING[0]) & (north <= _NORTHING[1])
    is_local = (np.abs(east) < 1e6) & (np.abs(north) < 1e6)  # from a city's own point of origin
    return bool((is_far & ((east < 1e6) | (east > 1e7)) | is_local).all())


def _named(shapes: Sequence[Shape], register: Register) -> tuple[list[Shape], list[Problem]]:
    """Name shapes as the register does."""
    units, sites = alias_map(register, UNIT_KINDS), register.sites
    unit_names = register.units["name"]
    streets = sites["street"].map(unit_names)
    site_keys = {
        (normalise(name), normalise(street)): name
        for name, street in zip(sites["name"], streets, strict=True)
    }
    by_site = Counter(name for name, _ in site_keys)
    registered, faults = [], []
    for shape in shapes:
        key = normalise(shape.name)
        if shape.kind == UNIT_SHAPE:
            numbers = units.get(key, [])
            if len(numbers) == 1:
                registered.append(replace(shape, name=str(unit_names[numbers[0]])))
                continue
            options = [str(name) for name in unit_names]
        else:
            street = normalise(shape.street)
            is_known = (key, street) in site_keys if street else by_site[key] == 1
            if is_known:
                registered.append(shape)
                continue
            options = [str(name) for name in sites["name"]]
        near = process.extractOne(shape.name, options, score_cutoff=50)
        nearest = f"，最接近的是“{near[0]}”" if near else ""
        faults.append(
            Problem("轮廓-10", row=shape.row, found=shape.name, details={"nearest": nearest})
        )
    for (kind, name), count in Counter(
        (s.kind, s.name) for s in registered if s.kind == UNIT_SHAPE
    ).items():
        if count > 1:
            faults.append(Problem("轮廓-11", found=name))
            registered = [shape for shape in registered if (shape.kind, shape.name) != (kind, name)]
    return registered, faults


def _overlaps(
    shapes: Sequence[Shape], system: str, centre: tuple[float, float]
) -> Iterator[Problem]:
    """Find outlines that reach into another's by more than two hands differ along one border."""
    outlines = [
        (shape.name, in_metres(ring, system, centre))
        for shape in shapes
        if shape.kind == UNIT_SHAPE
        for ring in shape.rings
    ]
    reported = set()
    for index, (name, ring) in enumerate(outlines):
        for neighbour, other_ring in outlines[index + 1 :]:
            couple = tuple(sorted((name, neighbour)))
            apart = (ring.max(axis=0) < other_ring.min(axis=0)) | (
                other_ring.max(axis=0) < ring.min(axis=0)
            )
            if name == neighbour or couple in reported or apart.any():
                continue
            if _reaches_into(ring, other_ring) or _reaches_into(other_ring, ring):
                reported.add(couple)
                yield Problem("轮廓-12", found=name, details={"other": neighbour})


def _reaches_into(ring: np.ndarray, neighbour: np.ndarray) -> bool:
    points = np.vstack([ring, ring.mean(axis=0)])
    within = points[contains(neighbour, points)]
    return bool(len(within) and (distance(neighbour, within) > _SLACK).any())


def _in_the_sea(
    shapes: Sequence[Shape], system: str, centre: tuple[float, float]
) -> Iterator[Problem]:
    outlines = [
        in_metres(ring, system, centre)
        for shape in shapes
        if shape.kind == UNIT_SHAPE
        for ring in shape.rings
    ]
    sites = [shape for shape in shapes if shape.kind == SITE_SHAPE]
    if not outlines or not sites:
        return
    points = np.vstack([in_metres(site.rings[0], system, centre) for site in sites])
    on_land = np.zeros(len(points), bool)
    for ring in outlines:
        on_land |= contains(ring, points)
        near = ~on_land
        on_land[near] = distance(ring, points[near]) <= _SLACK
    for site, is_inside in zip(sites, on_land, strict=True):
        if not is_inside:
            yield Problem("轮廓-13", row=site.row, found=site.name)


def _without(shapes: Sequence[Shape], register: Register, kind: str) -> Iterator[Problem]:
    outlined = {shape.name for shape in shapes if shape.kind == UNIT_SHAPE}
    units = register.units
    missing = [name for name in units.loc[units["kind"] == kind, "name"] if name not in outlined]
    if missing:
        names_text = "、".join(missing[:10]) + (
            f"等 {len(missing)} 个" if len(missing) > 10 else ""
        )
        yield Problem("轮廓-14", found=names_text)
