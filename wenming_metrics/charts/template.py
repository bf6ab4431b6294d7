"""The one look of all figures: colours, fonts, margins, and Chinese words of the chart tools."""

from __future__ import annotations

from dataclasses import dataclass, field

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


@dataclass(frozen=True, eq=False)
class Drawing:
    """The parts of a figure, collected before it is made: plotly checks all earlier ones at each that is added."""

    traces: list[go.Trace] = field(default_factory=list)
    annotations: list[dict[str, object]] = field(default_factory=list)
    shapes: list[dict[str, object]] = field(default_factory=list)

    def write(self, text: str, **where: object) -> None:
        """Write, small and quiet unless a font is given. Takes: where - x, y, xanchor, ..."""
        small = {"font": {"size": 12, "color": QUIET}}
        self.annotations.append({"text": text, "showarrow": False, **small, **where})

    def write_over_bar(self, row: int, text: str) -> None:
        """Write what a bar is about above its left end."""
        over_bar = {"x": 0, "y": row, "yshift": 19, "xanchor": "left"}
        self.annotations.append({"text": text, "showarrow": False, **over_bar})

    def shape(self, **looks: object) -> None:
        """Draw a line or a rectangle."""
        self.shapes.append(looks)

    def line_across(
        self,
        line: dict[str, object],
        *,
        x: float | None = None,
        y: float | None = None,
        **looks: object,
    ) -> None:
        """Draw a line over the whole height at an x, or over the whole width at a y."""
        along, over, position = ("x", "y", x) if y is None else ("y", "x", y)
        ends = {f"{along}0": position, f"{along}1": position, f"{over}0": 0, f"{over}1": 1}
        axes = {f"{along}ref": along, f"{over}ref": f"{over} domain"}
        self.shapes.append({"type": "line", **ends, **axes, "line": line, **looks})

    def figure(self) -> go.Figure:
        """Make the figure, in the common look."""
        layout = {"annotations": self.annotations, "shapes": self.shapes}
        filled = {name: lines for name, lines in layout.items() if lines}
        return go.Figure(self.traces, layout={"template": TEMPLATE, **filled})


def settled(figure: go.Figure) -> go.Figure:
    """Fix a figure that is drawn many times: plotly copies all of it whenever its parts are asked for."""
    content = figure.to_dict()
    figure.to_dict = lambda: content
    return figure
