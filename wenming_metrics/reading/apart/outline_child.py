"""The reader of GeoJSON: names and coordinates of its features, and nothing else of them.

Run isolated by `sandbox`; see `confined`. Standard library only. Messages: "feature" (name, code, street, geometry,
rings) for each; "end", or "refusal": not_outlines, too_many_points (limit).
"""

import json
import math

from confined import begin, end, send
from container import Refused

MOST_POINTS = 400_000
_NAMES = {
    "name": ("名称", "单位名称", "点位名称", "街道", "NAME", "name", "Name"),
    "code": ("编号", "单位编号", "点位编号", "code", "CODE"),
    "street": ("所属街道", "所属单位", "街道", "street"),
}


def main() -> None:
    """Read the features on standard input."""
    content, _ = begin()
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused("not_outlines") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise Refused("not_outlines")
    count = 0
    for feature in features:
        shape = _feature(feature)
        count += sum(len(ring) for ring in shape["rings"])
        if count > MOST_POINTS:
            raise Refused("too_many_points", limit=MOST_POINTS)
        send(shape)
    end()


def _feature(feature: object) -> dict:
    feature = feature if isinstance(feature, dict) else {}
    facts = feature.get("properties")
    facts = facts if isinstance(facts, dict) else {}
    geometry = feature.get("geometry")
    geometry = geometry if isinstance(geometry, dict) else {}
    words = {
        title: next((str(facts[key]).strip()[:80] for key in keys if facts.get(key)), "")
        for title, keys in _NAMES.items()
    }
    kind = str(geometry.get("type", ""))[:20]
    return {"type": "feature", "geometry": kind, "rings": _rings(kind, geometry), **words}


def _rings(kind: str, geometry: dict) -> list[list[list[float]]]:
    """Give outer rings; holes are left out, for a map of districts colours what surrounds them."""
    coordinates = geometry.get("coordinates")
    try:
        if kind == "Point":
            return [[_point(coordinates)]]
        if kind == "Polygon":
            return [[_point(position) for position in coordinates[0]]]
        if kind == "MultiPolygon":
            return [[_point(position) for position in polygon[0]] for polygon in coordinates]
    except (TypeError, ValueError, IndexError, KeyError):
        return []
    return []


def _point(position: list) -> list[float]:
    east, north = float(position[0]), float(position[1])
    if not (math.isfinite(east) and math.isfinite(north)):
        raise ValueError(position)
    return [east, north]
