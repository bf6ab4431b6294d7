"""Bars of the few that make up most: the Pareto chart (帕累托图) of losses, and classes that come back."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, MUTED, QUIET, Drawing

_ROW, _EDGE = 44, 30
"""Height of one bar and of what is above and below all bars, in pixels."""


def pareto(losses: pd.DataFrame, main: int, *, together: bool = True) -> go.Figure:
    """Draw what cost most, and how much the largest make up together: written, the few to 80 % in dark.

    Takes:   losses - name, loss (points as written, largest first), share (of all that was lost, also
             by what is not drawn); main - how many reach 80 % together; together - whether shares may
             be added up: else the bars stand alone
    Returns: horizontal bars from zero, the longest as wide as the figure, so that single sites can be
             told apart too; name, points and shares stand above
    """
    drawing, size = Drawing(), len(losses)
    rows = list(range(size))
    running = losses["share"].cumsum()
    colours = [ACCENT if row < main else MUTED for row in rows]
    drawing.traces.append(
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
        sum_text = (
            f"<span style='color:{QUIET};font-size:12px'>占 {line.share:.0%}"
            f"{_running(share, together, 0)}</span>"
        )
        drawing.write_over_bar(row, f"{line.name} <b>{line.loss:.2f}</b> 分 {sum_text}")
    figure = drawing.figure()
    figure.update_layout(height=_ROW * size + _EDGE, bargap=0.66)
    longest = float(losses["share"].max()) if size else 1.0
    figure.update_xaxes(range=[0, longest * 1.04 or 1.0], visible=False)
    figure.update_yaxes(range=[size - 0.4, -0.75], visible=False)
    return figure


def _running(share: float, together: bool, decimals: int) -> str:
    return f" 累计 {share:.{decimals}%}" if together else ""


def recurring_bars(counts: pd.DataFrame) -> go.Figure:
    """Draw how many problems were found, and how many of them come back.

    Takes:   counts - name, found, any, any_rate (per cent), most on top
    Returns: horizontal bars from zero, the dark part comes back; the name stands above its bar
    """
    drawing, rows = Drawing(), list(range(len(counts)))
    for values, colour in ((counts["any"], ACCENT), (counts["found"] - counts["any"], MUTED)):
        drawing.traces.append(
            go.Bar(
                x=values,
                y=rows,
                orientation="h",
                marker_color=colour,
                customdata=[
                    f"<b>{name}</b><br>{problems:,} 条问题，{repeated:,} 条反复"
                    for name, problems, repeated in counts[["name", "found", "any"]].to_numpy()
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    for row, name, repeated, rate in zip(
        rows, counts["name"], counts["any"], counts["any_rate"], strict=True
    ):
        share = f"<span style='color:{QUIET};font-size:12px'>占 {rate:.0f}%</span>"
        drawing.write_over_bar(row, f"{name} <b>{repeated:,}</b> 条 {share}")
    longest = float(counts["found"].max()) if len(counts) else 1.0
    figure = drawing.figure()
    figure.update_layout(barmode="stack", height=_ROW * len(counts) + _EDGE, bargap=0.66)
    figure.update_xaxes(range=[0, longest * 1.04 or 1.0], visible=False)
    figure.update_yaxes(range=[len(counts) - 0.5, -0.75], visible=False)
    return figure
