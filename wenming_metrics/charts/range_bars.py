"""One unit against its group: a dot on the group's range per indicator, as lines of a table.

Names and figures are text of the table, so they fold on a phone and stay readable on paper; only
the range is a drawing. All lines share one scale, whose ends are said below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from wenming_metrics.charts.svg import picture
from wenming_metrics.charts.template import LINE, QUIET, TEXT

_WIDE, _TALL, _EDGE = 160, 16, 7
"""Of one drawing, in its own units."""
_BAND = "#b5c4d6"


@dataclass(frozen=True)
class Range:
    """One indicator: low, high and middle of the group, the unit's value (per cent; None = none),
    what is said of it and what it rests on, and where a click leads ("" = nowhere)."""

    name: str
    low: float | None
    high: float | None
    middle: float | None
    value: float | None
    value_text: str
    basis: str
    link: str = ""


def left_end(lines: Sequence[Range]) -> int:
    """Give where the scale begins: the ten below whatever is drawn."""
    drawn = [figure for line in lines for figure in (line.low, line.value) if figure is not None]
    return int(min([90.0, *drawn]) // 10 * 10)


def range_lines(lines: Sequence[Range]) -> str:
    """Draw indicators below one another.

    Returns: HTML of a table; texts are escaped
    """
    first = left_end(lines)
    rows = "".join(
        f"<tr><td class='name'>{_name(line)}</td><td class='range'>{_drawing(line, first)}</td>"
        f"<td class='number'>{escape(line.value_text)}<span class='quiet'>{escape(line.basis)}</span></td>"
        "</tr>"
        for line in lines
    )
    return f"<table class='ranges'>{rows}</table>"


def _name(line: Range) -> str:
    if not line.link:
        return escape(line.name)
    return f"<a href='{escape(line.link, quote=True)}' target='_self'>{escape(line.name)}</a>"


def _drawing(line: Range, first: int) -> str:
    scale = (_WIDE - 2 * _EDGE) / max(100 - first, 1)

    def x_of(value: float) -> float:
        return _EDGE + (value - first) * scale

    half = _TALL / 2
    shapes = [f"<line x1='0' x2='{_WIDE}' y1='{half}' y2='{half}' stroke='{LINE}'/>"]
    if line.low is not None and line.high is not None:
        wide = max(x_of(line.high) - x_of(line.low), 2.0)
        shapes.append(
            f"<rect x='{x_of(line.low):.1f}' y='{half - 3}' width='{wide:.1f}' height='6' "
            f"fill='{_BAND}'/>"
        )
    if line.middle is not None:
        x = f"{x_of(line.middle):.1f}"
        shapes.append(
            f"<line x1='{x}' x2='{x}' y1='1' y2='{_TALL - 1}' stroke='{QUIET}' stroke-width='2'/>"
        )
    if line.value is not None:
        shapes.append(f"<circle cx='{x_of(line.value):.1f}' cy='{half}' r='5.5' fill='{TEXT}'/>")
    return picture("".join(shapes), _WIDE, _TALL)
