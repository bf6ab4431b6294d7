"""Pictures: each function takes a frame and gives a plotly figure.

`template` the one look of all figures · `losses` bars of lost points · `treemap` their tree and their
shades · `pareto` which few make up most · `waterfall` what moved a score · `control_chart` one series
with its usual range · `calendar` the days · `sparklines` a line per unit (a grid of drawings, no plotly
figure) · `rank_history` the places of one unit, `range_bars` its rates on those of its group ·
of surveys: `dot_plot`, `answer_bars`, `waves`, `funnel` ·
`svg` pictures of SVG.
"""
