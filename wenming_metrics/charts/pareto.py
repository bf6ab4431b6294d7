"""The Pareto chart (帕累托图): which few make up most of what was lost."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, LINE, MUTED, QUIET, new_figure


def pareto(losses: pd.DataFrame, main: int, *, together: bool = True) -> go.Figure:
    """Draw what cost most, and how much the largest make up together, with a line at 80 %.

    Takes:   losses - name, loss (points as written, largest first), share (of all that was lost, also
             by what is not drawn); main - how many reach 80 % together; together - whether shares may
             be added up: else the bars stand alone
    Returns: horizontal bars from zero with the name above, and a line of the cumulated share, on one
             axis of shares of the whole; the first trace has a point per bar
    """
    figure, size = new_figure(), len(losses)
    rows = list(range(size))
    running = losses["share"].cumsum()
    colours = [ACCENT if row < main else MUTED for row in rows]
    figure.add_trace(
        go.Bar(
            x=losses["share"],
            y=rows,
            orientation="h",
            marker_color=colours,
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            customdata=[
                f"<b>{line.name}</b><br>失 {line.loss:.2f} 分{_running(share, together, 1)}"
                for line, share in zip(losses.itertuples(), running, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    for row, line, share in zip(rows, losses.itertuples(), running, strict=True):
        figure.add_annotation(
            x=0,
            y=row,
            yshift=17,
            xanchor="left",
            showarrow=False,
            text=f"{line.name} <b>{line.loss:.2f}</b> 分 "
            f"<span style='color:{QUIET};font-size:12px'>{_running(share, together, 0)}</span>",
        )
    figure.update_layout(height=44 * size + 60, bargap=0.66)
    figure.update_xaxes(range=[0, 1.04], visible=together)
    figure.update_yaxes(range=[size - 0.4, -0.75], visible=False)
    if together:
        _add_running(figure, running)
    return figure


def _running(share: float, together: bool, decimals: int) -> str:
    return f" 累计 {share:.{decimals}%}" if together else ""


def _add_running(figure: go.Figure, running: pd.Series) -> None:
    """Draw the cumulated shares as a line, and the line at 80 %."""
    figure.add_trace(
        go.Scatter(
            x=running,
            y=list(range(len(running))),
            mode="lines+markers",
            line={"color": QUIET, "width": 1.5},
            marker={"size": 6, "color": QUIET},
            hoverinfo="skip",
        )
    )
    figure.add_shape(
        type="line",
        xref="x",
        yref="paper",
        x0=0.8,
        x1=0.8,
        y0=0,
        y1=1,
        line={"color": QUIET, "width": 1, "dash": "dash"},
    )
    figure.update_xaxes(
        tickvals=[0, 0.2, 0.4, 0.6, 0.8, 1],
        tickformat=".0%",
        tickfont={"size": 12},
        linecolor=LINE,
    )
