"""Blocks that can be clicked: the tree of lost points (冰柱图), and a table of shades (热力图).

One hue, light to dark: the darker, the more was lost. Drawn as bars, because of all shapes only
points of a trace can be picked.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from wenming_metrics.charts.template import ACCENT, MUTED, TEXT, Drawing

_LIGHT = (238, 242, 247)
_DARK = tuple(int(ACCENT[start : start + 2], 16) for start in (1, 3, 5))
_TREE = 640
_ROW, _HEAD, _EDGE = 28, 18, 10
"""Height of the tree; of a row of shades, a line of a heading, and the edge, in pixels."""
_FEW, _LONG = 4, 12
"""Columns that leave room for long lines of headings; characters of a heading."""
_LINE = 19
"""A block less high than this has no room for its name."""


def tree_blocks(blocks: pd.DataFrame) -> go.Figure:
    """Draw a tree of lost points from left to right; what lies below stands beside it.

    Takes:   blocks - level, name, start, loss, shown (points as written), and path (names from the
             branch on)
    Returns: one trace, a point per block in the order of the lines
    """
    drawing, total_loss, height = Drawing(), _whole(blocks), _height(blocks)
    shades = blocks["loss"].to_numpy(float) / (float(blocks["loss"].max()) or 1.0)
    drawing.traces.append(
        _bars(
            x=blocks["level"].to_numpy(float) + 0.5,
            base=blocks["start"],
            y=blocks["loss"],
            shades=shades,
            text=[
                f"{line.name} {line.shown:.2f}" if line.loss / total_loss * height >= _LINE else ""
                for line in blocks.itertuples()
            ],
            hover=[
                f"<b>{' › '.join(line.path)}</b><br>失 {line.shown:.2f} 分，"
                f"占所看全部的 {line.loss / total_loss:.1%}"
                for line in blocks.itertuples()
            ],
        )
    )
    levels = int(blocks["level"].max()) + 1 if len(blocks) else 1
    figure = drawing.figure()
    figure.update_layout(height=height, uniformtext={"minsize": 11, "mode": "hide"})
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0})
    figure.update_xaxes(range=[0, levels], visible=False)
    figure.update_yaxes(range=[total_loss, 0], visible=False)
    return figure


def _whole(blocks: pd.DataFrame) -> float:
    return float(blocks.loc[blocks["level"] == 0, "loss"].sum()) or 1.0


def _height(blocks: pd.DataFrame) -> int:
    return min(_TREE, 100 + 36 * len(blocks))


def join_narrow(blocks: pd.DataFrame) -> pd.DataFrame:
    """Join blocks that are too low for their name to one 「其余 3 项」 of the same branch, which opens it.

    Takes:   blocks - as `tree_blocks`
    Returns: the same columns; what lies below a joined block is left out
    """
    least = _LINE * _whole(blocks) / _height(blocks)
    paths = blocks["path"].tolist()
    narrow: set[tuple[str, ...]] = set()
    inner = blocks[blocks["level"] > 0]
    for _, lines in inner.groupby(inner["path"].map(lambda path: path[:-1]), sort=False):
        lines = lines.sort_values("loss", kind="stable")
        count = int((lines["loss"] < least).sum())
        # One more where they are too low even together.
        count += 0 < count < len(lines) and float(lines["loss"].iloc[:count].sum()) < least
        narrow |= set(lines["path"].iloc[:count])
    gone = [any(path[:depth] in narrow for depth in range(2, len(path) + 1)) for path in paths]
    # Of a block inside another that is joined nothing is drawn.
    is_joined = [path in narrow and path[:-1] not in narrow for path in paths]
    wide, joined = blocks[~np.array(gone, bool)], blocks[np.array(is_joined, bool)]
    remainders = [
        {
            "level": level,
            "name": f"其余 {len(lines)} 项",
            "start": lines["start"].min(),
            "loss": lines["loss"].sum(),
            "shown": lines["shown"].sum(),
            "path": branch,
        }
        for (level, branch), lines in joined.groupby(
            ["level", joined["path"].map(lambda path: path[:-1])], sort=False
        )
    ]
    return pd.concat([wide, pd.DataFrame(remainders)], ignore_index=True) if remainders else blocks


def shades(table: pd.DataFrame, unseen: np.ndarray | None = None) -> go.Figure:
    """Draw a table of lost points as shades.

    Takes:   table - index and columns are names, values points (NaN = nothing lost there); unseen -
             bool per cell: nothing was looked at there, None: not known of any
    Returns: one trace, a point per cell, row by row; 0 where nothing was lost, hatched where nothing
             was looked at
    """
    values = np.nan_to_num(table.to_numpy(float))
    rows, columns = values.shape
    most = max(float(values.max()) if values.size else 0.0, np.finfo(float).tiny)
    flat = np.clip(values.reshape(-1), 0.0, None)
    hidden = np.zeros(len(flat), bool) if unseen is None else unseen.reshape(-1) & (flat < 0.005)
    drawing = Drawing()
    names = [(row, column) for row in table.index for column in table.columns]
    drawing.traces.append(
        _bars(
            x=np.tile(np.arange(columns) + 0.5, rows),
            base=np.repeat(np.arange(rows), columns).astype(float),
            y=np.ones(rows * columns),
            shades=flat / most,
            text=[
                "" if gap else f"{value:.2f}" if value >= 0.005 else "0"
                for value, gap in zip(flat, hidden, strict=True)
            ],
            hover=[
                f"<b>{row}</b> {column}<br>" + ("没有检查" if gap else f"失 {value:.2f} 分")
                for (row, column), value, gap in zip(names, flat, hidden, strict=True)
            ],
        )
    )
    hatching = {"shape": np.where(hidden, "/", "").tolist(), "fgcolor": MUTED, "size": 7}
    drawing.traces[0].marker.pattern = {**hatching, "solidity": 0.25}
    heads = [_folded(str(name), 4 if columns <= _FEW else 2) for name in table.columns]
    lines = max((head.count("<br>") + 1 for head in heads), default=1)
    top = _HEAD * lines + _EDGE
    figure = drawing.figure()
    figure.update_layout(height=_ROW * rows + top, margin={"t": top, "b": 0})
    figure.update_xaxes(
        range=[0, columns],
        side="top",
        automargin=False,
        tickvals=np.arange(columns) + 0.5,
        ticktext=heads,
        tickangle=0,
        showgrid=False,
        tickfont={"size": 12},
    )
    figure.update_yaxes(
        range=[rows, 0],
        tickvals=np.arange(rows) + 0.5,
        ticktext=[str(name) for name in table.index],
        showgrid=False,
        tickfont={"size": 12},
    )
    return figure


def _bars(
    x: np.ndarray,
    base: np.ndarray | pd.Series,
    y: np.ndarray | pd.Series,
    shades: np.ndarray,
    text: list[str],
    hover: list[str],
) -> go.Bar:
    return go.Bar(
        x=x,
        base=base,
        y=y,
        width=1,
        marker={
            "color": [_shade(share) for share in shades],
            "line": {"color": "white", "width": 1},
        },
        text=text,
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        insidetextfont={"color": [_ink(share) for share in shades], "size": 12},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _shade(share: float) -> str:
    """Give the colour of a share of the largest: nothing is nearly white."""
    channels = (round(a + (b - a) * share) for a, b in zip(_LIGHT, _DARK, strict=True))
    return f"rgb({','.join(map(str, channels))})"


def _ink(share: float) -> str:
    return "white" if share > 0.45 else TEXT


def _folded(name: str, width: int) -> str:
    """Break a heading into short lines."""
    short = name if len(name) <= _LONG else name[: _LONG - 1] + "…"
    return "<br>".join(short[start : start + width] for start in range(0, len(short), width))
