"""A rate wave by wave (各期): dots with margins of error; a line only where one definition holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, LINE, MUTED, QUIET, Drawing

_HEIGHT = 340
BROKEN = "口径调整，前后不可比"
"""What stands at the line between two definitions."""


def wave_line(waves: pd.DataFrame, target: float | None, decimals: int) -> go.Figure:
    """Draw the course of a rate.

    Takes:   waves - in order of time: label, value, low, high (per cent, NaN = none), changed
             (defined differently from the wave before), hover; target - None = none
    Returns: one trace per stretch of one definition, and a vertical line between two of them; the
             axis of the rates need not begin at zero
    """
    drawing = Drawing()
    for stretch in stretches(waves["changed"]):
        drawing.traces.append(_stretch(waves.iloc[stretch], stretch.start))
    for index in np.flatnonzero(waves["changed"].to_numpy(bool)):
        _break(drawing, int(index), len(waves))
    _values(drawing, waves, decimals)
    low, high = _ends(waves, target)
    if target is not None:
        drawing.line_across({"color": QUIET, "width": 1.2, "dash": "dash"}, y=target)
        beside = {"x": 0, "xref": "paper", "xanchor": "left", "yanchor": "bottom"}
        drawing.write(f"目标 {target:g}", y=target, **beside)
    figure = drawing.figure()
    figure.update_layout(height=_HEIGHT, margin={"t": 30})
    figure.update_xaxes(
        tickvals=list(range(len(waves))), ticktext=list(waves["label"]), tickangle=0,
        range=[-0.6, max(len(waves), 1) - 0.4], showgrid=False, linecolor=LINE, showline=True,
        zeroline=False,
    )  # fmt: skip
    figure.update_yaxes(range=[low, high], ticksuffix="%", nticks=6, tickfont={"size": 12})
    return figure


def stretches(changed: Sequence[bool]) -> list[slice]:
    """Give the runs of waves that one definition holds for.

    >>> stretches([False, False, True, False])
    [slice(0, 2, None), slice(2, 4, None)]
    """
    starts = [0, *(index for index, new in enumerate(changed) if new and index)]
    ends = [*starts[1:], len(list(changed))]
    return [slice(start, end) for start, end in zip(starts, ends, strict=True) if end > start]


def _stretch(waves: pd.DataFrame, start: int) -> go.Scatter:
    value = waves["value"].to_numpy(float)
    return go.Scatter(
        x=list(range(start, start + len(waves))),
        y=value,
        mode="lines+markers",
        line={"color": ACCENT, "width": 2},
        marker={"size": 10, "color": ACCENT},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": waves["high"].to_numpy(float) - value,
            "arrayminus": value - waves["low"].to_numpy(float),
            "color": MUTED,
            "thickness": 2,
            "width": 0,
        },
        hovertext=waves["hover"],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _values(drawing: Drawing, waves: pd.DataFrame, decimals: int) -> None:
    """Write each figure above its dot: a picture is read without a pointer."""
    for index, (value, high) in enumerate(zip(waves["value"], waves["high"], strict=True)):
        if not np.isnan(value):
            top = value if np.isnan(high) else high
            font, text = {"size": 12, "color": ACCENT}, f"<b>{value:.{decimals}f}</b>"
            drawing.write(text, x=index, y=top, yanchor="bottom", yshift=3, font=font)


def _break(drawing: Drawing, index: int, count: int) -> None:
    drawing.line_across({"color": QUIET, "width": 1.5, "dash": "dash"}, x=index - 0.5)
    # A label beside the last waves would run out of the picture.
    side = "left" if index <= count / 2 else "right"
    drawing.write(BROKEN, x=index - 0.5, y=1, yref="paper", yanchor="bottom", xanchor=side)


def _ends(waves: pd.DataFrame, target: float | None) -> tuple[float, float]:
    every = waves[["value", "low", "high"]].to_numpy(float).ravel()
    every = np.append(every, [] if target is None else [target])
    every = every[~np.isnan(every)]
    if not len(every):
        return 0.0, 100.0
    room = max((every.max() - every.min()) * 0.12, 1.0)
    return max(every.min() - room, -1.0), every.max() + room
