"""The days as a calendar: one square per day, the darker the more points were lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, QUIET, Drawing

_WEEKDAYS = ["一", "二", "三", "四", "五", "六", "日"]
_NOT_THERE = "#f1f3f5"
_SCALE = [[0.0, "#e3ecf5"], [1.0, ACCENT]]
_HEIGHT = 250


def day_squares(days: pd.DataFrame, last: date, weeks: int) -> go.Figure:
    """Draw the days up to one, a week per column, Monday on top.

    Takes:   days - day (date), value (score or rate, NaN = no score), lost (points), checks; days
             without a line are days without inspection; weeks - how many columns
    """
    monday = last - timedelta(days=last.weekday())
    first = monday - timedelta(weeks=weeks - 1)
    lines_by_day = {line.day: line for line in days.itertuples()}
    lost, texts = np.full((7, weeks), np.nan), np.full((7, weeks), "", object)
    ground = np.full((7, weeks), np.nan)
    for week in range(weeks):
        for weekday in range(7):
            day = first + timedelta(weeks=week, days=weekday)
            if day > last:
                continue
            ground[weekday, week] = 0
            texts[weekday, week] = _hover_text(day, lines_by_day.get(day))
            if day in lines_by_day:
                lost[weekday, week] = lines_by_day[day].lost
    drawing = Drawing()
    plain = {"showscale": False, "xgap": 2, "ygap": 2, "hoverinfo": "skip"}
    drawing.traces.append(
        go.Heatmap(z=ground, colorscale=[[0, _NOT_THERE], [1, _NOT_THERE]], **plain)
    )
    drawing.traces.append(
        go.Heatmap(
            **{"z": lost, "colorscale": _SCALE, "xgap": 2, "ygap": 2, "text": texts},
            **{"hovertemplate": "%{text}<extra></extra>", "showscale": False},
            **_span(lost),
        )
    )
    figure = drawing.figure()
    _axes(figure, [first + timedelta(weeks=week) for week in range(weeks)])
    return figure


def _hover_text(day: date, line: tuple | None) -> str:
    day_text = f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"
    if line is None:
        return f"{day_text} 未督查"
    value = "没有得分" if np.isnan(line.value) else f"得分 {line.value:.2f}，失 {line.lost:.2f} 分"
    return f"{day_text}<br>{value}<br>{line.checks:,} 项检查"


def _span(lost: np.ndarray) -> dict[str, float]:
    """Give the ends of the scale: from the least lost to the most, but at least a point apart."""
    if np.isnan(lost).all():
        return {}
    low, high = float(np.nanmin(lost)), float(np.nanmax(lost))
    return {"zmin": low, "zmax": max(high, low + 1.0)}


def _axes(figure: go.Figure, mondays: Sequence[date]) -> None:
    months = [
        (column, f"{day.month}月")
        for column, day in enumerate(mondays)
        if column == 0 or day.month != mondays[column - 1].month
    ]
    if len(months) > 1 and months[1][0] - months[0][0] < 2:
        months = months[1:]  # the first would run into the second
    figure.update_layout(height=_HEIGHT, plot_bgcolor="white", font={"color": QUIET, "size": 12})
    figure.update_xaxes(
        tickvals=[column for column, _ in months], ticktext=[text for _, text in months],
        side="top", showgrid=False, constrain="domain", constraintoward="left", tickangle=0,
        ticks="", zeroline=False,
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(7)), ticktext=_WEEKDAYS, range=[6.5, -0.5], showgrid=False,
        scaleanchor="x", constrain="domain", constraintoward="top", ticks="",
    )  # fmt: skip
