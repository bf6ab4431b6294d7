"""What is collected for a figure is what plotly itself would have drawn, part by part."""

import plotly.graph_objects as go
import pytest

from wenming_metrics.charts.template import QUIET, TEMPLATE, Drawing

LINE = {"color": QUIET, "width": 1, "dash": "dash"}


def by_plotly():
    """Draw the same by plotly's own functions, one after the other."""
    figure = go.Figure(layout={"template": TEMPLATE})
    figure.add_trace(go.Scatter(x=[1, 2], y=[3, 4]))
    figure.add_vline(x=1.5, line=LINE, layer="below")
    figure.add_hline(y=3.5, line=LINE)
    figure.add_shape(type="rect", x0=0, x1=1, y0=2, y1=3)
    small = {"showarrow": False, "font": {"size": 12, "color": QUIET}}
    figure.add_annotation(text="甲", x=1, y=1, yref="paper", **small)
    figure.add_annotation(text="乙", x=0, y=2, yshift=19, xanchor="left", showarrow=False)
    return figure


def collected():
    drawing = Drawing()
    drawing.traces.append(go.Scatter(x=[1, 2], y=[3, 4]))
    drawing.line_across(LINE, x=1.5, layer="below")
    drawing.line_across(LINE, y=3.5)
    drawing.shape(type="rect", x0=0, x1=1, y0=2, y1=3)
    drawing.write("甲", x=1, y=1, yref="paper")
    drawing.write_over_bar(2, "乙")
    return drawing


def test_a_collected_figure_is_that_of_plotly():
    assert collected().figure().to_plotly_json() == by_plotly().to_plotly_json()


def test_a_label_more_costs_as_much_as_the_first(monkeypatch: pytest.MonkeyPatch):
    made = []
    create = go.layout.Annotation.__init__
    monkeypatch.setattr(
        go.layout.Annotation,
        "__init__",
        lambda self, *given, **facts: (made.append(1), create(self, *given, **facts))[1],
    )
    counts = []
    for labels in (10, 20):
        made.clear()
        drawing = Drawing()
        for row in range(labels):
            drawing.write("甲", x=0, y=row)
        assert len(drawing.figure().layout.annotations) == labels
        counts.append(len(made))
    assert counts[1] == 2 * counts[0]
