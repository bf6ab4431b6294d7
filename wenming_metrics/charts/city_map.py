"""The map: filled shapes in metres, one hue from light to dark; no tile, no request to anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, LINE, QUIET, TEMPLATE, TEXT

_LIGHT, _DARK = np.array([232, 239, 246]), np.array([31, 78, 121])
_NONE = "#f1f2f4"
_SMALL, _LARGE = 4, 9
_LABELLED = 60
"""So many units bear their name; of more, only the pointer tells."""


_NO_BORDERS = {
    "text": "示意图，不作为划界依据",
    "showarrow": False,
    "xref": "paper",
    "yref": "paper",
    "x": 1,
    "y": 0,
    "xanchor": "right",
    "font": {"size": 12, "color": QUIET},
}


def city_map_chart(
    units: pd.DataFrame,
    sites: pd.DataFrame,
    measure: str,
    spell: Callable[[pd.Series], str],
    *,
    is_dark_high: bool,
    by_site: bool = False,
) -> go.Figure:
    """Draw the units by one measure, and the sites that come back; or the sites by it, in bare outlines.

    Takes: units, sites - of `queries.city_map.CityMap`; measure - column of both; spell - what the pointer says
           of a unit, or of a site; is_dark_high - the highest is darkest (losses), else the lowest is
           (scores)
    """
    drawing = go.Figure()
    darkness = (sites if by_site else units)[measure].astype(float) * (1 if is_dark_high else -1)
    if by_site:  # the darkest on top
        darkness = darkness.sort_values(na_position="first", kind="stable")
        sites = sites.loc[darkness.index]
    shades = _shades(darkness)
    ground = [_NONE] * len(units) if by_site else shades
    for line, shade in zip(units.to_dict("records"), ground, strict=True):
        outline = _joined(line["rings"])
        drawing.add_scatter(
            x=outline[:, 0],
            y=outline[:, 1],
            fill="toself",
            mode="lines",
            fillcolor=shade,
            line={"color": "white", "width": 1.5},
            hoveron="fills",
            name=line["unit_name"],
            text=line["unit_name"] if by_site else spell(pd.Series(line)),
            hoverinfo="text",
        )
    if by_site:
        _add_shaded_sites(drawing, sites, shades, [spell(line) for _, line in sites.iterrows()])
    else:
        _add_returning_sites(drawing, sites[sites["returning"] > 0])
    axis = {"visible": False, "fixedrange": True}
    drawing.update_layout(
        template=TEMPLATE,
        height=560,
        xaxis=axis,
        yaxis={**axis, "scaleanchor": "x", "scaleratio": 1},
        hovermode="closest",
        annotations=[
            _NO_BORDERS,
            *(_labels(units, ground) if len(units) <= _LABELLED else ()),
        ],
    )
    return drawing


def _add_shaded_sites(
    drawing: go.Figure, sites: pd.DataFrame, shades: list[str], texts: list[str]
) -> None:
    """Mark every site by its shade; those without a value are small."""
    drawing.add_scatter(
        x=sites["east"],
        y=sites["north"],
        mode="markers",
        marker={
            "size": [_SMALL if shade == _NONE else _LARGE for shade in shades],
            "color": shades,
            "line": {"color": QUIET, "width": 1},
        },
        text=texts,
        hoverinfo="text",
    )


def _add_returning_sites(drawing: go.Figure, back: pd.DataFrame) -> None:
    """Mark the sites that come back, the larger the more was found there."""
    if back.empty:
        return
    marker = {"size": 6 + back["returning"].clip(upper=6), "color": "white", "symbol": "diamond"}
    texts = [f"{n}：查出 {t} 次" for n, t in zip(back["site_name"], back["returning"], strict=True)]
    drawing.add_scatter(
        x=back["east"],
        y=back["north"],
        mode="markers",
        marker=marker | {"line": {"color": TEXT, "width": 1}},
        text=texts,
        hoverinfo="text",
    )


def _joined(rings: list[np.ndarray]) -> np.ndarray:
    """Put rings of one unit one behind the other, with a gap between."""
    gap = np.full((1, 2), np.nan)
    strips = [strip for ring in rings for strip in (ring, ring[:1], gap)]
    return np.vstack(strips[:-1])


def _shades(values: pd.Series) -> list[str]:
    low, high = values.min(), values.max()
    span = high - low if high > low else 1.0
    shades = []
    for value in values:
        if np.isnan(value):
            shades.append(_NONE)
        else:
            red, green, blue = _LIGHT + (_DARK - _LIGHT) * (value - low) / span
            shades.append(f"rgb({red:.0f},{green:.0f},{blue:.0f})")
    return shades


def _labels(units: pd.DataFrame, shades: list[str]) -> Iterator[dict]:
    """Write the names above the sites, with the colour of their units around the letters.

    A name that is crossed cannot be read, and a name on a ground of its own would hide a site.
    """
    for name, rings, shade in zip(units["unit_name"], units["rings"], shades, strict=True):
        x, y = ring_centre(max(rings, key=len))
        ink = "white" if _is_dark(shade) else TEXT
        yield {
            **{"text": str(name).removesuffix("街道"), "showarrow": False, "x": x, "y": y},
            "font": {"size": 12, "color": ink, "shadow": ", ".join([f"0 0 2px {shade}"] * 6)},
        }


def ring_centre(ring: np.ndarray) -> tuple[float, float]:
    """Give the centre of an area; its middle where it has none."""
    x, y = ring[:, 0], ring[:, 1]
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    turn = x * next_y - next_x * y
    area = turn.sum()
    if abs(area) < 1e-9:
        return float(x.mean()), float(y.mean())
    return float(((x + next_x) * turn).sum() / (3 * area)), float(
        ((y + next_y) * turn).sum() / (3 * area)
    )


def _is_dark(shade: str) -> bool:
    if shade in (_NONE, LINE, ACCENT):
        return shade == ACCENT
    red, green, blue = (int(channel) for channel in shade[4:-1].split(","))
    return 0.3 * red + 0.59 * green + 0.11 * blue < 140
