"""How one unit stood, period by period: its place above, its score below; a figure, and a drawing.

The figure is for the screen. The drawing is for paper: it carries all its numbers, needs no colour
and is as wide as the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go

from wenming_metrics.charts.svg import picture
from wenming_metrics.charts.template import ACCENT, FONTS, LINE, MUTED, QUIET, TEXT, Drawing

_HEIGHT = 300
_WIDE, _TALL, _EDGE = 720, 98, 34
"""Of the drawing, in its own units."""
_TOP, _BOTTOM = 36, 72
"""Between these lie the dots of the drawing."""


@dataclass(frozen=True)
class PeriodRank:
    """One period: what it is called, score (None = none), rank (0 = none), why there is no score,
    and what is said on pointing at it."""

    label: str
    score: float | None
    rank: int
    why: str
    hover: str


def rank_lines(points: Sequence[PeriodRank]) -> go.Figure:
    """Draw places (the first on top) above scores; a period without a score is a hatched gap.

    Takes:   points - oldest first
    Returns: two lines on one time axis; the axis of scores does not begin at zero
    """
    drawing, where = Drawing(), list(range(len(points)))
    ranks = [point.rank or None for point in points]
    scores = [point.score for point in points]
    low, high = _reach(scores)
    gaps = [index for index, score in enumerate(scores) if score is None]
    drawing.traces.append(_gaps(gaps, [points[gap].why for gap in gaps], (low, high), len(points)))
    hovers = [point.hover for point in points]
    drawing.traces.append(_line(where, scores, _few(scores), hovers, "y", _sides(scores)))
    texts = ["" if rank is None else str(rank) for rank in ranks]
    drawing.traces.append(_line(where, ranks, texts, hovers, "y2", ["top center"] * len(points)))
    worst = max([2, *(rank for rank in ranks if rank)])
    step = max(1, -(-len(points) // 12))
    figure = drawing.figure()
    figure.update_layout(height=_HEIGHT, barmode="overlay", bargap=0)
    figure.update_xaxes(
        tickvals=where[::-1][::step],
        ticktext=[point.label for point in points][::-1][::step],
        range=[-0.6, len(points) - 0.4],
        showgrid=False,
    )
    figure.update_layout(
        yaxis={"domain": [0, 0.56], "range": [low, high], "nticks": 4, "title": _title("得分")},
        yaxis2={
            **{"domain": [0.64, 1], "range": [worst * 1.15, 1 - 0.3 * worst], "fixedrange": True},
            **{
                "showticklabels": False,
                "showgrid": False,
                "title": _title("名次"),
                "automargin": True,
            },
        },
    )
    return figure


def _title(text: str) -> dict[str, object]:
    return {"text": text, "standoff": 14, "font": {"size": 13}}


def _line(
    where: list[int],
    values: list[float | None],
    texts: list[str],
    hovers: list[str],
    axis: str,
    sides: list[str],
) -> go.Scatter:
    return go.Scatter(
        x=where,
        y=values,
        yaxis=axis,
        mode="lines+markers+text",
        connectgaps=False,
        text=texts,
        textposition=sides,
        textfont={"size": 12, "color": TEXT},
        cliponaxis=False,
        line={"color": ACCENT if axis == "y" else MUTED, "width": 2},
        marker={"size": 7, "color": ACCENT, "opacity": 1},
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _gaps(where: list[int], why: list[str], ends: tuple[float, float], size: int) -> go.Bar:
    low, high = ends
    return go.Bar(
        x=where,
        y=[high - low] * len(where),
        base=[low] * len(where),
        width=min(0.8, 0.08 * size),
        text=why,
        textangle=-90,
        textposition="inside",
        insidetextanchor="middle",
        textfont={"color": QUIET, "size": 12},
        marker={"color": "white", "pattern": {"shape": "/", "fgcolor": LINE, "size": 6}},
        hovertemplate="%{text}<extra></extra>",
    )


def _few(scores: Sequence[float | None]) -> list[str]:
    """Spell the last score, the best and the worst; more would not fit on a phone."""
    scored = [index for index, score in enumerate(scores) if score is not None]
    if not scored:
        return [""] * len(scores)
    ordered = sorted(scored, key=lambda index: scores[index])
    labelled = {scored[-1], ordered[0], ordered[-1]}
    return [f"{score:.2f}" if index in labelled else "" for index, score in enumerate(scores)]


def _sides(scores: Sequence[float | None]) -> list[str]:
    """Say on which side of its dot each score is written: away from the line to its neighbours."""
    sides = []
    for index, score in enumerate(scores):
        beside = [
            neighbour
            for neighbour in (*scores[max(index - 1, 0) : index], *scores[index + 1 : index + 2])
            if neighbour
        ]
        high = score is not None and bool(beside) and score >= sum(beside) / len(beside)
        sides.append("top center" if high else "bottom center")
    return sides


def _reach(scores: Sequence[float | None]) -> tuple[float, float]:
    drawn = [score for score in scores if score is not None] or [0.0, 100.0]
    low, high = min(drawn), max(drawn)
    room = max((high - low) * 0.3, 1.0)
    return low - room, high + room


def rank_drawing(points: Sequence[PeriodRank]) -> str:
    """Draw scores with their places as a picture for paper, all numbers written.

    Takes:   points - oldest first, at most a dozen
    Returns: HTML of a picture
    """
    step = (_WIDE - 2 * _EDGE) / max(len(points) - 1, 1)
    x_positions = [_EDGE + number * step for number in range(len(points))]
    scores = np.array([np.nan if point.score is None else point.score for point in points], float)
    scored = ~np.isnan(scores)
    low, high = (scores[scored].min(), scores[scored].max()) if scored.any() else (0.0, 1.0)
    span = max(high - low, 1e-9)
    tall = [_BOTTOM - (score - low) / span * (_BOTTOM - _TOP) for score in scores]
    shapes = [_strokes(x_positions, tall, scored)]
    for x, y, point in zip(x_positions, tall, points, strict=True):
        shapes.append(_words(x, _TALL - 4, point.label, QUIET))
        if point.score is None:
            shapes.append(_hatched(x, min(step, 60) * 0.7))
            shapes.append(_words(x, (_TOP + _BOTTOM) / 2 + 4, point.why, TEXT))
            continue
        shapes.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{TEXT}'/>")
        rank_text = f"第{point.rank} " if point.rank else ""
        shapes.append(_words(x, y - 20, rank_text, TEXT, bold=True))
        shapes.append(_words(x, y - 7, f"{point.score:.2f}", TEXT))
    return picture("".join(shapes), _WIDE, _TALL)


def _strokes(x_positions: Sequence[float], tall: Sequence[float], scored: np.ndarray) -> str:
    """Join neighbouring dots; what is between two gaps stands alone."""
    lines = [
        f"<line x1='{x_positions[n]:.1f}' y1='{tall[n]:.1f}' x2='{x_positions[n + 1]:.1f}' y2='{tall[n + 1]:.1f}' "
        f"stroke='{TEXT}' stroke-width='1.4'/>"
        for n in range(len(x_positions) - 1)
        if scored[n] and scored[n + 1]
    ]
    return "".join(lines)


def _hatched(x: float, width: float) -> str:
    strokes = "".join(
        f"<line x1='{x - width / 2:.1f}' x2='{x + width / 2:.1f}' y1='{y}' y2='{y - 10}' "
        f"stroke='{LINE}' stroke-width='1'/>"
        for y in range(_TOP, _BOTTOM + 10, 8)
    )
    return strokes


def _words(x: float, y: float, text: str, colour: str, *, bold: bool = False) -> str:
    weight = " font-weight='700'" if bold else ""
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' font-size='12' text-anchor='middle' fill='{colour}'"
        f'{weight} font-family="{FONTS}">{escape(text)}</text>'
    )


def count_bars(labels: Sequence[str], counts: Sequence[int], hovers: Sequence[str]) -> go.Figure:
    """Draw how many problems there were, period by period, as bars from zero."""
    drawing = Drawing()
    drawing.traces.append(
        go.Bar(
            x=list(range(len(labels))),
            y=list(counts),
            text=[str(count) for count in counts],
            textposition="outside",
            cliponaxis=False,
            marker_color=[MUTED] * (len(counts) - 1) + [ACCENT],
            hovertext=list(hovers),
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    step = max(1, -(-len(labels) // 12))
    where = list(range(len(labels)))[::-1][::step]
    figure = drawing.figure()
    figure.update_xaxes(tickvals=where, ticktext=[labels[index] for index in where], showgrid=False)
    figure.update_yaxes(visible=False, rangemode="tozero")
    figure.update_layout(height=220, margin={"l": 8, "r": 8, "t": 28, "b": 8})
    return figure
