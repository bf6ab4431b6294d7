"""The course of one series (走势): its points, its usual range, what lies out of it, new rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, LINE, MUTED, QUIET, Drawing
from wenming_metrics.scoring.trend.control_limits import NONE, Control

_BAND = "#eef2f7"
_DOWN = "#4b5a68"
_HEIGHT = 380
_LABELS = 5
"""About so many labels stand on the time axis."""


def course_line(
    control: Control,
    positions: Sequence[int],
    labels: Sequence[str],
    hovers: Sequence[str],
    *,
    before: Sequence[float] | None = None,
    cuts: Mapping[float, str] | None = None,
    ends: Sequence[tuple[float, str, str]] = (),
    target: float | None = None,
) -> go.Figure:
    """Draw a series with its mean and usual range.

    Takes:   control - the series; positions - where on the axis each of its points stands; labels -
             one for every place of the axis; hovers - one per point; before - the year before, for
             every place (NaN = none); cuts - place -> what the vertical line there is; ends - place,
             mark and hover text of thin lines that divide nothing; target - drawn where it is not
             far from the series
    Returns: line with dots; dots out of the usual are larger, above blue triangles, below grey ones.
             The axis of the values does not begin at zero, and says so by its labels.
    """
    drawing = Drawing()
    where = np.asarray(positions)
    for number in range(int(control.stretch.max()) + 1 if len(where) else 0):
        in_stretch = control.stretch == number
        _range(
            drawing,
            where[in_stretch],
            *(level[in_stretch] for level in (control.mean, control.low, control.high)),
        )
    if before is not None and has_line(before):
        _earlier(drawing, before)
    drawing.traces.append(_line(control, where, hovers))
    for position, text in (cuts or {}).items():
        _cut(drawing, position, text)
    reach = _reach(control, before)
    if target is not None and reach is not None and _is_near(target, reach):
        reach = (min(reach[0], target - 0.2), max(reach[1], target + 0.2))
        drawing.line_across({"color": QUIET, "width": 1, "dash": "dot"}, y=target)
        drawing.write(
            f"目标 {target:g}",
            x=len(labels) - 0.6,
            y=target,
            xanchor="right",
            yanchor="bottom",
            bgcolor="white",
        )
    if ends and reach is not None:
        _ends(drawing, ends, reach[0], len(labels) + 0.2)
    figure = drawing.figure()
    _axes(figure, labels)
    figure.update_yaxes(range=reach)
    return figure


def _line(control: Control, where: np.ndarray, hovers: Sequence[str]) -> go.Scatter:
    return go.Scatter(
        x=where,
        y=control.values,
        mode="lines+markers",
        line={"color": ACCENT, "width": 2},
        marker={
            "size": np.where(control.signal != NONE, 12, 6),
            "opacity": 1,
            "symbol": np.select([control.side > 0, control.side < 0], _MARKS, "circle"),
            "color": np.where(control.side < 0, _DOWN, ACCENT),
        },
        hovertext=list(hovers),
        hovertemplate="%{hovertext}<extra></extra>",
    )


def has_line(values: Sequence[float]) -> bool:
    """Say whether values (NaN = none) make a line: one alone is not seen."""
    return int((~np.isnan(np.asarray(values, float))).sum()) > 1


def _is_near(target: float, ends: tuple[float, float]) -> bool:
    """Say whether a target can be drawn without pressing the series flat."""
    span = ends[1] - ends[0]
    return ends[0] - span / 2 <= target <= ends[1] + span / 2


def _reach(control: Control, before: Sequence[float] | None) -> tuple[float, float] | None:
    """Give the ends of the axis: all that is drawn, with a little room."""
    drawn = [
        control.values,
        control.low,
        control.high,
        np.asarray([] if before is None else before, float),
    ]
    all_of = np.concatenate(drawn)
    if np.isnan(all_of).all():
        return None
    low, high = float(np.nanmin(all_of)), float(np.nanmax(all_of))
    room = max((high - low) * 0.08, 0.2)
    return low - room, high + room


_MARK_WIDTH, _JOINED_WIDTH = 0.05, 0.13
"""What a mark at the foot, and several joined, take of the width of a phone."""
_MARKS = ["triangle-up", "triangle-down"]


def _range(
    drawing: Drawing, where: np.ndarray, mean: np.ndarray, low: np.ndarray, high: np.ndarray
) -> None:
    """Draw mean and usual range of one stretch as a quiet band."""
    first, last = where[0] - 0.4, where[-1] + 0.4
    if not np.isnan(low[0]):
        drawing.shape(
            **{"type": "rect", "x0": first, "x1": last, "y0": low[0], "y1": high[0]},
            **{"fillcolor": _BAND, "line": {"width": 0}, "layer": "below"},
        )
    line = {"color": MUTED, "width": 1.5}
    drawing.shape(type="line", x0=first, x1=last, y0=mean[0], y1=mean[0], line=line)


def _earlier(drawing: Drawing, before: Sequence[float]) -> None:
    drawing.traces.append(
        go.Scatter(
            x=np.arange(len(before)),
            y=np.asarray(before, float),
            mode="lines",
            line={"color": MUTED, "width": 1.5, "dash": "dash"},
            hovertemplate="去年同期 %{y:.2f}<extra></extra>",
        )
    )


def _cut(drawing: Drawing, position: float, text: str) -> None:
    drawing.line_across({"color": QUIET, "width": 1.5, "dash": "dash"}, x=position)
    drawing.write(text, x=position, y=1, yref="paper", yanchor="bottom", xanchor="left")


def clear_marks(
    ends: Sequence[tuple[float, str, str]], span: float
) -> list[tuple[float, str, str]]:
    """Join marks that would lie on each other on a phone: 「③–⑧」, at the last of them.

    Takes: ends - position, mark, hover; span - of the axis. Returns: the same, from left to right
    """
    groups: list[list[tuple[float, str, str]]] = []
    for end in sorted(ends):
        groups.append([end])
        while len(groups) > 1 and groups[-1][-1][0] - _width(groups[-1]) * span < groups[-2][-1][0]:
            groups[-2:] = [groups[-2] + groups[-1]]
    return [
        (
            group[-1][0],
            group[0][1] if len(group) == 1 else f"{group[0][1]}–{group[-1][1]}",
            "<br>".join(hover for _, _, hover in group),
        )
        for group in groups
    ]


def _width(group: Sequence[object]) -> float:
    return _MARK_WIDTH if len(group) == 1 else _JOINED_WIDTH


def _ends(
    drawing: Drawing, ends: Sequence[tuple[float, str, str]], floor: float, span: float
) -> None:
    """Draw thin lines whose marks stand at the foot of the figure and tell more when pointed at."""
    for position, _, _ in ends:
        drawing.line_across({"color": QUIET, "width": 1, "dash": "dot"}, x=position)
    positions, marks, hovers = zip(*clear_marks(ends, span), strict=True)
    drawing.traces.append(
        go.Scatter(
            **{"x": positions, "y": [floor] * len(positions), "mode": "text", "text": marks},
            **{"textposition": "top left", "textfont": {"size": 14, "color": QUIET}},
            **{"hovertext": hovers, "hovertemplate": "%{hovertext}<extra></extra>"},
            cliponaxis=False,
        )
    )


def _axes(figure: go.Figure, labels: Sequence[str]) -> None:
    step = max(1, -(-len(labels) // _LABELS))
    ticks = list(range(len(labels) - 1, -1, -step))[::-1]
    figure.update_layout(height=_HEIGHT, margin={"t": 26})
    figure.update_xaxes(
        tickvals=ticks, ticktext=[labels[tick] for tick in ticks], range=[-0.6, len(labels) - 0.4],
        tickangle=0, showgrid=False, zeroline=False, linecolor=LINE, showline=True,
    )  # fmt: skip
    figure.update_yaxes(nticks=6, tickformat=".4~g")
