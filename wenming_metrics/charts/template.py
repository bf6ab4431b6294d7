"""The one look of all figures: colours, fonts, margins, and Chinese words of the chart tools."""

from __future__ import annotations

import plotly.graph_objects as go

ACCENT = "#1f4e79"
"""Deep blue: what a figure is about."""
MUTED = "#9fb3c8"
"""The same hue, light: what is there for comparison."""
TEXT, QUIET, LINE = "#1f2933", "#52606d", "#d9dee4"
FONTS = "Microsoft YaHei, PingFang SC, Noto Sans CJK SC, Noto Sans SC, sans-serif"

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONTS, "size": 14, "color": TEXT},
        # Streamlit's theme does not reach graph objects, so the colours stand here.
        "colorway": [ACCENT, "#6d8fb3", "#8a949e", "#b5c4d6", "#4b5a68"],
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "separators": ".,",
        "showlegend": False,
        "dragmode": False,
        "bargap": 0.42,
        "hoverlabel": {"bgcolor": "white", "bordercolor": LINE, "font": {"size": 14}},
        "xaxis": {
            "gridcolor": "#eceff3",
            "zerolinecolor": LINE,
            "fixedrange": True,
            "automargin": True,
        },
        "yaxis": {
            "gridcolor": "#eceff3",
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
        },
    }
)

CONFIG = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2, "filename": "图"},
    "locale": "zh-CN",
    "locales": {
        "zh-CN": {
            "dictionary": {
                "Download plot as a PNG": "保存为图片",
                "Download plot": "保存为图片",
                "Taking snapshot - this may take a few seconds": "正在生成图片",
                "Snapshot succeeded": "图片已保存",
            },
            "format": {},
        }
    },
}
"""What every chart is drawn with: one tool (保存为图片), words in Chinese."""


def write(figure: go.Figure, text: str, **where: object) -> None:
    """Write into a figure, small and quiet unless a font is given. Takes: where - x, y, xanchor, ..."""
    small = {"font": {"size": 12, "color": QUIET}}
    figure.add_annotation(text=text, showarrow=False, **small | where)


def write_over_bar(figure: go.Figure, row: int, text: str) -> None:
    """Write what a bar is about above its left end."""
    figure.add_annotation(text=text, x=0, y=row, yshift=17, xanchor="left", showarrow=False)


def new_figure() -> go.Figure:
    """Give an empty figure in the common look."""
    return go.Figure(layout={"template": TEMPLATE})
