"""Pictures: each function takes a frame and gives a plotly figure.

`template` the one look of all figures · `losses` bars of lost points · `blocks` their tree and their
shades · `pareto` which few make up most · `change` what moved a score · `course` one series with its
usual range · `days` the calendar · `small` a line per unit (a grid of drawings, no plotly figure) ·
`placed` the places of one unit, `ranges` its rates on those of its group · `drawing` pictures of SVG.
"""
