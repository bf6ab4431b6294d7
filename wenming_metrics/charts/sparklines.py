"""Small lines of many units (小图), all on one scale, as a grid that folds itself on a narrow screen.

A figure of plotly has as many columns as the server says, and the server does not know the width of
the screen; a grid of small drawings has as many as there is room for. So these are SVG.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from wenming_metrics.charts.template import ACCENT, LINE, QUIET

_WIDTH, _HEIGHT, _EDGE = 200, 56, 5
"""Of one drawing, in its own units."""


@dataclass(frozen=True)
class Small:
    """One unit: its name, what is said below it, where a click leads, its values (None = none)."""

    name: str
    caption: str
    link: str
    values: tuple[float | None, ...]


def small_lines(units: Iterable[Small], low: float, high: float) -> str:
    """Draw units as a grid of small lines, in the order in which they come.

    Takes:   low, high - ends of the scale that all share
    Returns: HTML; texts are escaped
    """
    cards = [
        f"<a class='small' href='{escape(unit.link, quote=True)}' target='_self'>"
        f"<span class='name'>{escape(unit.name)}</span>{small_line(unit.values, low, high)}"
        f"<span class='said'>{escape(unit.caption)}</span></a>"
        for unit in units
    ]
    return f"<div class='smalls'>{''.join(cards)}</div>"


def small_line(
    values: Sequence[float | None], low: float, high: float, target: float | None = None
) -> str:
    """Draw one series as a picture in HTML; gaps are bridged. Takes: target - its line is dotted"""
    step = (_WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    scale = (_HEIGHT - 2 * _EDGE) / max(high - low, 1e-9)
    points = [
        (_EDGE + index * step, _HEIGHT - _EDGE - (value - low) * scale)
        for index, value in enumerate(values)
        if value is not None
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    last = points[-1] if points and values[-1] is not None else None
    dot = f"<circle cx='{last[0]:.1f}' cy='{last[1]:.1f}' r='3.5' fill='{ACCENT}'/>" if last else ""
    edges = "".join(
        f"<line x1='0' x2='{_WIDTH}' y1='{y}' y2='{y}' stroke='{LINE}' stroke-width='1'/>"
        for y in (_EDGE, _HEIGHT - _EDGE)
    )
    if target is not None and low <= target <= high:
        y = _HEIGHT - _EDGE - (target - low) * scale
        edges += (
            f"<line x1='0' x2='{_WIDTH}' y1='{y:.1f}' y2='{y:.1f}' stroke='{QUIET}'"
            " stroke-width='1' stroke-dasharray='3 3'/>"
        )
    drawing = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {_HEIGHT}'>{edges}"
        f"<polyline points='{path}' fill='none' stroke='{ACCENT}' stroke-width='2'/>{dot}</svg>"
    )
    # Streamlit takes drawings out of HTML, but leaves pictures.
    return f"<img alt='' src='data:image/svg+xml;base64,{b64encode(drawing.encode()).decode()}'>"
