"""Why a score moved (得分变动原因): from one score over its causes to the other."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, LINE, MUTED, QUIET, Drawing

_ROW, _EDGE = 52, 34
_DOWN = "#6b7683"
"""What takes points: hatched in grey, so that a black-and-white printer tells it from what gives too; the
sign is written as well."""


def change_bars(
    names: Sequence[str], moved: Sequence[float], ends: tuple[str, str], scores: tuple[float, float]
) -> go.Figure:
    """Draw a waterfall: the first score, what each cause moved it by, the second score.

    Takes:   names, moved - the causes and their points, which add up to the difference of the
             scores; ends - what the two scores are called
    Returns: one line per bar from top to bottom. Its axis does not begin at zero: the bars of the
             causes have a length that counts, the scores are marks without one.
    """
    starts, start = [], scores[0]
    for points in moved:
        starts.append(start)
        start += points
    rows = len(moved) + 2
    drawing = Drawing()
    drawing.traces.append(
        go.Bar(
            x=list(moved),
            base=starts,
            y=list(range(1, rows - 1)),
            orientation="h",
            marker={
                "color": [ACCENT if points > 0 else _DOWN for points in moved],
                "pattern": {"shape": ["" if points > 0 else "/" for points in moved]},
            },
            hovertext=[
                f"{name} {signed(points)} 分" for name, points in zip(names, moved, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    drawing.traces.append(
        go.Scatter(
            x=list(scores),
            y=[0, rows - 1],
            mode="markers",
            marker={"symbol": "diamond", "size": 12, "color": [MUTED, ACCENT]},
            hoverinfo="skip",
        )
    )
    _join(drawing, [*starts, scores[1]])
    _name(drawing, names, moved, ends, scores)
    low, high = _reach([*starts, *scores])
    figure = drawing.figure()
    figure.update_layout(height=_ROW * rows + _EDGE, bargap=0.64)
    figure.update_xaxes(range=[low, high], nticks=6, ticksuffix=" 分", showgrid=True)
    figure.update_yaxes(range=[rows - 0.5, -0.8], visible=False)
    return figure


def signed(points: float) -> str:
    """Spell points with their sign: +0.40, -0.22, 0."""
    return f"{points:+.2f}".replace("-", "−") if abs(points) >= 0.005 else "0"


def _join(drawing: Drawing, heights: Sequence[float]) -> None:
    """Draw the thin lines from the end of one bar to the start of the next."""
    for row, value in enumerate(heights):
        line = {"color": LINE, "width": 1}
        drawing.shape(type="line", x0=value, x1=value, y0=row, y1=row + 1, line=line)


def _name(
    drawing: Drawing,
    names: Sequence[str],
    moved: Sequence[float],
    ends: tuple[str, str],
    scores: tuple[float, float],
) -> None:
    """Write above each bar what it is, at the left edge, so that a narrow screen cuts nothing."""
    texts = [f"{ends[0]} <b>{scores[0]:.2f}</b>"]
    texts += [f"{name} <b>{signed(points)}</b>" for name, points in zip(names, moved, strict=True)]
    texts.append(f"{ends[1]} <b>{scores[1]:.2f}</b>")
    for row, text in enumerate(texts):
        over_bar = {"x": 0, "xref": "paper", "xanchor": "left", "align": "left", "yshift": 19}
        over_bar["bgcolor"] = "rgba(255,255,255,0.8)"  # no line runs through a name
        drawing.write(text, y=row, font={"color": QUIET}, **over_bar)


def _reach(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = max((high - low) * 0.12, 0.25)
    return low - room, high + room
