"""Units as dots with their margins of error (误差范围), section by section, above one axis in per cent.

A rate of 90 % from 20 questionnaires is not one from 200: the line through a dot says how far the
figure may lie from what all would have said. Those with too few stand apart, in grey.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, LINE, MUTED, QUIET, Drawing

_ROW, _HEAD, _FOOT = 25, 30, 30
"""Height of a row, of what stands above the first and below the last, in pixels."""
_STEP = 5
"""Ends of the axis lie on multiples of this."""
_RIGHT = 96
"""Room for the figures beside the dots, in pixels."""


@dataclass(frozen=True, eq=False)
class Section:
    """Units that stand together.

    title - above them, "" = none; note - beside the title; lines - name, value, low, high (per cent), said (right of the
    dot), hover, in the order in which they are drawn; overall - value, low, high, label of all of them
    together, None = none; quiet - drawn grey and open: too few to be compared
    """

    title: str
    lines: pd.DataFrame
    overall: tuple[float, float, float, str] | None = None
    note: str = ""
    quiet: bool = False


def dots(
    sections: Sequence[Section], marks: Mapping[str, float], target: float | None
) -> go.Figure:
    """Draw units as dots with intervals, best readable on a phone too.

    Takes:   sections - from top to bottom; marks - what is said of a line across all rows -> its
             place (「全市 93.2」), at most one; target - its line is dashed, None = none
    Returns: one trace a section; names on the left, figures on the right, the axis from a multiple of
             5 below the lowest to one above the highest, within 0 and 100: it need not begin at zero
    """
    drawing, labels, row = Drawing(), [], 0
    for section in sections:
        if section.title:
            labels.append((row, f"<b>{section.title}</b>"))
            if section.overall is not None:
                _draw_overall(drawing, section.overall, row)
            if section.note:
                _note(drawing, row, section.note, QUIET, across=0)
            row += 1
        labels += [(row + index, name) for index, name in enumerate(section.lines["name"])]
        drawing.traces.append(_trace(section, row))
        _say_beside(drawing, section.lines["said"], row, quiet=section.quiet)
        row += len(section.lines)
    low, high = reach(sections, [*marks.values(), *([] if target is None else [target])])
    _draw_lines(drawing, marks, target)
    figure = drawing.figure()
    figure.update_layout(
        height=_ROW * max(row, 1) + _HEAD + _FOOT, margin={"t": _HEAD, "r": _RIGHT}
    )
    figure.update_xaxes(
        range=[low, high], ticksuffix="%", nticks=6, zeroline=False, tickfont={"size": 12},
        tickangle=0,
    )  # fmt: skip
    figure.update_yaxes(
        range=[max(row, 1) - 0.4, -0.6],
        tickvals=[label_row for label_row, _ in labels],
        ticktext=[name for _, name in labels],
        showgrid=False,
        tickfont={"size": 13},
    )
    return figure


def reach(sections: Sequence[Section], besides: Sequence[float] = ()) -> tuple[float, float]:
    """Give the ends of the axis: all dots, intervals and lines, on multiples of 5, in 0 to 100."""
    drawn = [section.lines[["value", "low", "high"]].to_numpy(float) for section in sections]
    drawn += [np.array(section.overall[:3], float) for section in sections if section.overall]
    every = np.concatenate([np.asarray(besides, float), *(figures.ravel() for figures in drawn)])
    every = every[~np.isnan(every)]
    if not len(every):
        return 0.0, 100.0
    low = np.floor(every.min() / _STEP) * _STEP
    high = np.ceil(every.max() / _STEP) * _STEP
    # A dot at the end of the axis needs room for its own half.
    return max(low - 1, -1.0), min(high + 1, 101.0)


def _trace(section: Section, row: int) -> go.Scatter:
    lines, colour = section.lines, MUTED if section.quiet else ACCENT
    return go.Scatter(
        x=lines["value"],
        y=list(range(row, row + len(lines))),
        mode="markers",
        cliponaxis=False,  # many lie at 100 %, where half a dot would be cut off
        marker={
            "size": 10,
            "color": "white" if section.quiet else colour,
            "line": {"color": colour, "width": 2},
        },
        error_x=_error(lines["value"], lines["low"], lines["high"], MUTED),
        hovertext=lines["hover"],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _error(value: pd.Series, low: pd.Series, high: pd.Series, colour: str) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": np.asarray(high, float) - np.asarray(value, float),
        "arrayminus": np.asarray(value, float) - np.asarray(low, float),
        "color": colour,
        "thickness": 2,
        "width": 0,
    }


def _draw_overall(drawing: Drawing, overall: tuple[float, float, float, str], row: int) -> None:
    """Draw the figure of a whole section in the row of its title."""
    value, low, high, label = overall
    drawing.traces.append(
        go.Scatter(
            x=[value],
            y=[row],
            mode="markers",
            marker={"size": 11, "symbol": "diamond", "color": QUIET},
            error_x=_error([value], [low], [high], QUIET),
            hoverinfo="skip",
        )
    )
    _note(drawing, row, f"<b>{label}</b>", QUIET)


def _say_beside(drawing: Drawing, texts: pd.Series, row: int, *, quiet: bool) -> None:
    for index, text in enumerate(texts):
        _note(drawing, row + index, text, QUIET if quiet else ACCENT)


def _note(drawing: Drawing, row: int, text: str, colour: str, across: float = 1) -> None:
    beside = {"xref": "paper", "x": across, "xanchor": "left", "xshift": 6, "align": "left"}
    drawing.write(text, y=row, font={"size": 12, "color": colour}, **beside)


def _draw_lines(drawing: Drawing, marks: Mapping[str, float], target: float | None) -> None:
    """Draw the lines across all rows; of two labels each stands on the side away from the other."""
    positions = [*marks.values(), *([] if target is None else [target])]
    middle = sum(positions) / len(positions) if positions else 0.0
    for label, position in marks.items():
        drawing.line_across({"color": QUIET, "width": 1.2}, x=position, layer="below")
        _label(drawing, position, label, on_the_right=position >= middle)
    if target is not None:
        dashed = {"color": QUIET, "width": 1.2, "dash": "dash"}
        drawing.line_across(dashed, x=target, layer="below")
        _label(drawing, target, f"目标 {target:g}", on_the_right=bool(marks) and target > middle)


def _label(drawing: Drawing, position: float, text: str, *, on_the_right: bool) -> None:
    side = {"xanchor": "left" if on_the_right else "right", "yanchor": "bottom"}
    drawing.write(text, x=position, yref="paper", y=1, **side, bordercolor=LINE, borderwidth=0)
