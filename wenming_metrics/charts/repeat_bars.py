"""Bars of problems that come back, per class: how many of those found, the most on top."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, MUTED, QUIET, new_figure

_ROW, _EDGE = 44, 30
"""Height of one bar and of what is above and below all bars, in pixels."""


def recurring_bars(counts: pd.DataFrame) -> go.Figure:
    """Draw how many problems were found, and how many of them come back.

    Takes:   counts - name, found, any, any_rate (per cent), most on top
    Returns: horizontal bars from zero, the dark part comes back; the name stands above its bar
    """
    figure, rows = new_figure(), list(range(len(counts)))
    for values, colour in ((counts["any"], ACCENT), (counts["found"] - counts["any"], MUTED)):
        figure.add_trace(
            go.Bar(
                x=values,
                y=rows,
                orientation="h",
                marker_color=colour,
                customdata=[
                    f"<b>{name}</b><br>{problems:,} 条问题,{repeated:,} 条反复"
                    for name, problems, repeated in counts[["name", "found", "any"]].to_numpy()
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    for row, name, repeated, rate in zip(
        rows, counts["name"], counts["any"], counts["any_rate"], strict=True
    ):
        figure.add_annotation(
            x=0,
            y=row,
            yshift=17,
            xanchor="left",
            showarrow=False,
            text=f"{name} <b>{repeated:,}</b> 条"
            f" <span style='color:{QUIET};font-size:12px'>占 {rate:.0f}%</span>",
        )
    longest = float(counts["found"].max()) if len(counts) else 1.0
    figure.update_layout(barmode="stack", height=_ROW * len(counts) + _EDGE, bargap=0.66)
    figure.update_xaxes(range=[0, longest * 1.04 or 1.0], visible=False)
    figure.update_yaxes(range=[len(counts) - 0.5, -0.75], visible=False)
    return figure
