"""A map of the made-up city: crooked cells side by side, with its sites in them; no real place has this shape."""

from __future__ import annotations

import json
from math import ceil, sqrt
from pathlib import Path

import numpy as np

from wenming_metrics.demo.city import SEED, DemoCity, build_city

SYSTEM = "CGCS2000 经纬度"
NAME = "演示市轮廓.geojson"
_WEST, _SOUTH, _CELL = 106.0, 36.0, 0.03
"""Degrees: where the made-up city is laid, and how wide a street is."""


def write_outlines(workplace: Path, city: DemoCity | None = None, seed: int = SEED) -> Path:
    """Write the outlines of all streets and the points of all sites as GeoJSON."""
    city = city or build_city(seed)
    names = city.units.loc[city.units["unit_kind"] == "街道", "unit_name"].tolist()
    dice = np.random.default_rng(seed)
    across = ceil(sqrt(len(names) * 1.4))
    down = ceil(len(names) / across)
    corners = np.stack(np.meshgrid(np.arange(across + 1), np.arange(down + 1)), axis=-1) * _CELL
    corners = corners + dice.uniform(-0.3, 0.3, corners.shape) * _CELL + (_WEST, _SOUTH)
    features, cells = [], {}
    for index, name in enumerate(names):
        y, x = divmod(index, across)
        cell = np.array(
            [corners[y, x], corners[y, x + 1], corners[y + 1, x + 1], corners[y + 1, x]]
        )
        cells[name] = cell
        ring = [*cell.round(6).tolist(), cell[0].round(6).tolist()]
        features.append(_feature({"名称": name}, {"type": "Polygon", "coordinates": [ring]}))
    for site in city.sites.itertuples():
        if site.street in cells:
            shares = dice.dirichlet(np.ones(4) * 3)
            point = (shares[:, None] * cells[site.street]).sum(axis=0).round(6).tolist()
            facts = {"名称": site.site_name, "所属街道": site.street}
            features.append(_feature(facts, {"type": "Point", "coordinates": point}))
    path = workplace / NAME
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def _feature(facts: dict, geometry: dict) -> dict:
    return {"type": "Feature", "properties": facts, "geometry": geometry}
