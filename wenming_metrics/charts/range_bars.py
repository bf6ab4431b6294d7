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
    said: str
    basis: str
    link: str = ""


def left_end(lines: Sequence[Range]) -> int:
    """Give where the scale begins: the ten below whatever is drawn."""
    drawn = [one for line in lines for one in (line.low, line.value) if one is not None]
    return int(min([90.0, *drawn]) // 10 * 10)


def range_lines(lines: Sequence[Range]) -> str:
    """Draw indicators below one another.

    Returns: HTML of a table; texts are escaped
    """
    first = left_end(lines)
    rows = "".join(
        f"<tr><td class='name'>{_name(one)}</td><td class='range'>{_drawing(one, first)}</td>"
        f"<td class='number'>{escape(one.said)}<span class='quiet'>{escape(one.basis)}</span></td>"
        "</tr>"
        for one in lines
    )
    return f"<table class='ranges'>{rows}</table>"


def _name(one: Range) -> str:
    if not one.link:
        return escape(one.name)
    return f"<a href='{escape(one.link, quote=True)}' target='_self'>{escape(one.name)}</a>"


def _drawing(one: Range, first: int) -> str:
    scale = (_WIDE - 2 * _EDGE) / max(100 - first, 1)

    def place(value: float) -> float:
        return _EDGE + (value - first) * scale

    half = _TALL / 2
    parts = [f"<line x1='0' x2='{_WIDE}' y1='{half}' y2='{half}' stroke='{LINE}'/>"]
    if one.low is not None and one.high is not None:
        wide = max(place(one.high) - place(one.low), 2.0)
        parts.append(
            f"<rect x='{place(one.low):.1f}' y='{half - 3}' width='{wide:.1f}' height='6' "
            f"fill='{_BAND}'/>"
        )
    if one.middle is not None:
        x = f"{place(one.middle):.1f}"
        parts.append(
            f"<line x1='{x}' x2='{x}' y1='1' y2='{_TALL - 1}' stroke='{QUIET}' stroke-width='2'/>"
        )
    if one.value is not None:
        parts.append(f"<circle cx='{place(one.value):.1f}' cy='{half}' r='5.5' fill='{TEXT}'/>")
    return picture("".join(parts), _WIDE, _TALL)
