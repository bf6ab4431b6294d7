"""How many questionnaires, how high (份数与高低): which units differ from the city beyond chance.

Where few were asked, figures swing; the limits narrow as the number grows. Only what lies out of
them differs. There are no ranks in this figure, on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, LINE, MUTED, QUIET, Drawing

CLEARLY, PERHAPS, SAME = 2, 1, 0
"""How far a unit lies from the city: out of the far limits, of the near ones only, of none."""
_HEIGHT = 400
_OUTER, _INNER = "#f1f4f8", "#e2e9f1"
"""Ground within the far limits, and within the near ones."""
_DOWN = "#4b5a68"
_NAMES_TO = 12
"""So many units are named in the figure; the table beside names all."""


@dataclass(frozen=True, eq=False)
class FunnelLimits:
    """Between which figures a unit like the city would lie, by number of questionnaires.

    centre - of the city; lines - n, low, high (95 %), far_low, far_high (99.8 %), all in per cent
    """

    centre: float
    lines: pd.DataFrame


def funnel_chart(units: pd.DataFrame, limits: FunnelLimits, city_label: str) -> go.Figure:
    """Draw units by number of questionnaires and rate, within the limits around the city.

    Takes:   units - name, n, value (per cent), verdict (of CLEARLY, PERHAPS, SAME, below the city
             with a minus), quiet (too few for a verdict), hover; city_label - beside the line of the
             city (「全市<br>93.24」)
    Returns: last of all one trace of units: those out of the far limits as dark triangles with their
             names, out of the near ones as diamonds, the others as light circles, the quiet ones
             open; the axis of the rates need not begin at zero
    """
    drawing = Drawing()
    lines = limits.lines
    _ground(drawing, lines, "far_low", "far_high", _OUTER)
    _ground(drawing, lines, "low", "high", _INNER)
    drawing.line_across({"color": QUIET, "width": 1.2}, y=limits.centre)
    beside = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 4, "align": "left"}
    drawing.write(city_label, y=limits.centre, **beside)
    drawing.traces.append(_units(units))
    for unit in _units_to_name(units).itertuples():
        _name(drawing, unit)
    figure = drawing.figure()
    figure.update_layout(height=_HEIGHT, margin={"t": 12, "r": 52})
    last = float(lines["n"].max()) if len(lines) else 1.0
    figure.update_xaxes(
        range=[0, last],
        title={"text": "有效问卷（份）", "font": {"size": 12}},
        tickfont={"size": 12},
    )
    figure.update_yaxes(range=_ends(units, limits), ticksuffix="%", nticks=6, tickfont={"size": 12})
    return figure


def _ground(drawing: Drawing, lines: pd.DataFrame, low: str, high: str, colour: str) -> None:
    drawing.traces.append(
        go.Scatter(
            x=[*lines["n"], *lines["n"][::-1]],
            y=[*lines[high], *lines[low][::-1]],
            mode="lines",
            fill="toself",
            fillcolor=colour,
            line={"color": LINE, "width": 1},
            hoverinfo="skip",
        )
    )


def _units(units: pd.DataFrame) -> go.Scatter:
    verdict = units["verdict"].to_numpy(int)
    far, near = np.abs(verdict) == CLEARLY, np.abs(verdict) == PERHAPS
    marks = np.select(
        [verdict == CLEARLY, verdict == -CLEARLY, near, units["quiet"].to_numpy(bool)],
        ["triangle-up", "triangle-down", "diamond", "circle-open"],
        "circle",
    )
    return go.Scatter(
        x=units["n"],
        y=units["value"],
        mode="markers",
        marker={
            "symbol": marks,
            "size": np.select([far, near], [12, 10], 8),
            "color": np.select([verdict == -CLEARLY, far | near], [_DOWN, ACCENT], MUTED),
            "line": {"width": np.where(units["quiet"], 2, 0)},
            "opacity": 1,
        },
        hovertext=units["hover"],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _units_to_name(units: pd.DataFrame) -> pd.DataFrame:
    """Give the units that are named in the figure: those that differ, the clearest first."""
    apart = units[units["verdict"] != SAME]
    order = apart["verdict"].abs().sort_values(ascending=False, kind="stable").index
    return apart.loc[order].head(_NAMES_TO)


def _name(drawing: Drawing, unit: tuple) -> None:
    above = unit.verdict > 0
    side = {"yshift": 9, "yanchor": "bottom"} if above else {"yshift": -9, "yanchor": "top"}
    drawing.write(unit.name, x=unit.n, y=unit.value, font={"size": 12}, **side)


def _ends(units: pd.DataFrame, limits: FunnelLimits) -> tuple[float, float]:
    """Give the ends of the axis: all units, and the limits from the smallest of them on."""
    lines = limits.lines
    visible_lines = lines[lines["n"] >= units["n"].min()] if len(units) else lines
    every = np.concatenate(
        [units["value"], visible_lines["far_low"], visible_lines["far_high"], [limits.centre]]
    )
    every = every[~np.isnan(every.astype(float))]
    low, high = float(every.min()), float(every.max())
    room = max((high - low) * 0.08, 1.0)
    return max(low - room, -1.0), min(high + room, 101.5)
