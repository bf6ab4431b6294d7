"""Bars of lost points (失分): the longest on top, from zero, each with its figure beside it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, MUTED, QUIET, Drawing

_ROW, _EDGE = 44, 30
"""Height of one bar and of what is above and below all bars, in pixels."""


def loss_bars(losses: pd.DataFrame, chosen: int | None = None) -> go.Figure:
    """Draw what cost how many points.

    Takes:   losses - one line per bar, largest first: name, path, loss, failed, checks, and share
             (of all lost points; may be missing). chosen - position of the bar to stress
    Returns: horizontal bars; the name stands above its bar, so that a narrow screen cuts nothing
    """
    drawing = Drawing()
    drawing.traces.append(
        go.Bar(
            x=losses["loss"],
            y=list(range(len(losses))),
            orientation="h",
            marker_color=_colours(len(losses), chosen),
            customdata=[_hover(line) for line in losses.itertuples()],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    for row, line in enumerate(losses.itertuples()):
        drawing.annotations.append(_heading(row, line))
    longest = float(losses["loss"].max()) if len(losses) else 1.0
    figure = drawing.figure()
    figure.update_layout(height=_ROW * len(losses) + _EDGE, bargap=0.66)
    figure.update_xaxes(range=[0, longest * 1.04 or 1.0], visible=False)
    figure.update_yaxes(range=[len(losses) - 0.5, -0.75], visible=False)
    return figure


def _colours(count: int, chosen: int | None) -> list[str]:
    if chosen is None:
        return [ACCENT] * count
    return [ACCENT if row == chosen else MUTED for row in range(count)]


def _value(line: tuple) -> str:
    share = getattr(line, "share", None)
    return f"{line.loss:.2f} 分" if share is None else f"{line.loss:.2f} 分（{share:.1%}）"


def _hover(line: tuple) -> str:
    path = f"{line.path} › {line.name}" if line.path else line.name
    return (
        f"<b>{path}</b><br>失分 {_value(line)}<br>{line.checks:,} 项检查，{line.failed:,} 项有问题"
    )


def _heading(row: int, line: tuple) -> dict[str, object]:
    """Write name and figure above a bar: beside its end a narrow screen would cut them."""
    top = line.path.split(" › ")[0] if line.path else ""
    above = f" <span style='color:{QUIET};font-size:12px'>{top}</span>" if top else ""
    return {
        "x": 0,
        "y": row,
        "yshift": 17,
        "xanchor": "left",
        "text": f"{line.name} <b>{_value(line)}</b>{above}",
        "showarrow": False,
        "align": "left",
    }
