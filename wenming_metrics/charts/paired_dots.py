"""Two figures of the same units against each other: a dot a unit, the middle of each as a thin line."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, LINE, Drawing

_HEIGHT = 400


def paired_dots(units: pd.DataFrame, across: str, up: str) -> go.Figure:
    """Draw units by two figures.

    Takes:   units - x, y, hover; across, up - what the axes are called
    Returns: one trace of dots; the axes need not begin at zero
    """
    drawing = Drawing()
    for name, along in (("x", "x"), ("y", "y")):
        drawing.line_across({"color": LINE, "width": 1.2}, **{along: float(units[name].median())})
    drawing.traces.append(
        go.Scatter(
            x=units["x"],
            y=units["y"],
            mode="markers",
            marker={"size": 10, "color": ACCENT, "opacity": 0.75},
            hovertext=units["hover"],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    figure = drawing.figure()
    figure.update_layout(height=_HEIGHT, margin={"t": 12})
    font = {"size": 12}
    figure.update_xaxes(title={"text": across, "font": font}, tickfont=font, nticks=6)
    figure.update_yaxes(title={"text": up, "font": font}, tickfont=font, nticks=6)
    return figure
