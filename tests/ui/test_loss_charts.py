"""The figures of 失分分析: nothing crosses a name, no block without one, no loss is not "not looked at"."""

import numpy as np
import pandas as pd

from wenming_metrics.charts.losses import loss_bars
from wenming_metrics.charts.pareto import pareto
from wenming_metrics.charts.treemap import join_narrow, shades, tree_blocks
from wenming_metrics.charts.waterfall import change_bars


def blocks(*below: float) -> pd.DataFrame:
    """One branch of 60 points with parts below it, and another of 40 without."""
    paths = [("甲",), *(("甲", f"{number}") for number in range(len(below))), ("乙",)]
    losses = [60.0, *below, 40.0]
    starts = [0.0, *np.cumsum([0.0, *below])[:-1], 60.0]
    frame = {"level": [len(path) - 1 for path in paths], "name": [path[-1] for path in paths]}
    return pd.DataFrame({**frame, "start": starts, "loss": losses, "shown": losses, "path": paths})


def test_narrow_blocks_are_joined_until_their_name_has_room():
    tree = blocks(40.0, 17.0, 1.0, 1.0, 1.0)
    joined = join_narrow(tree)
    assert joined["name"].tolist() == ["甲", "0", "乙", "其余 4 项"], "1+1+1 is too low: one more"
    rest = joined.iloc[-1]
    assert (rest["loss"], rest["start"], rest["path"]) == (20.0, 40.0, ("甲",))
    inner = joined[joined["level"] == 1]
    assert inner["loss"].sum() == 60
    drawn = tree_blocks(joined).data[0]
    assert all(drawn.text), "every block bears its name"
    pd.testing.assert_frame_equal(join_narrow(blocks(30.0, 30.0)), blocks(30.0, 30.0))


def test_a_cell_without_loss_reads_0_and_one_that_nobody_looked_at_is_hatched():
    table = pd.DataFrame({"环境": [1.5, np.nan], "秩序": [np.nan, 2.0]}, index=["甲街道", "乙街道"])
    drawn = shades(table, np.array([[False, True], [False, False]])).data[0]
    assert list(drawn.text) == ["1.50", "", "0", "2.00"]
    assert list(drawn.marker.pattern.shape) == ["", "/", "", ""]
    assert "没有检查" in drawn.customdata[1]
    assert "失 0.00 分" in drawn.customdata[2]


def test_single_things_fill_the_figure_and_no_line_crosses_their_names():
    lost = pd.DataFrame(
        {"name": list("甲乙丙"), "loss": [0.3, 0.2, 0.1], "share": [0.03, 0.02, 0.01]}
    )
    figure = pareto(lost, 2)
    assert [trace.type for trace in figure.data] == ["bar"]
    assert not figure.layout.shapes
    assert figure.layout.xaxis.range[1] < 0.032, "the longest bar is as wide as the figure"
    assert "占 3% 累计 3%" in figure.layout.annotations[0].text
    assert "累计 6%" in figure.layout.annotations[2].text


def test_figures_of_bars_stand_above_them_where_a_narrow_screen_cuts_nothing():
    lost = pd.DataFrame({"name": ["甲"], "path": [""], "loss": [2.0], "failed": [1], "checks": [9]})
    figure = loss_bars(lost.assign(share=0.5))
    assert figure.data[0].text is None
    assert "2.00 分（50.0%）" in figure.layout.annotations[0].text


def test_what_takes_points_is_hatched_for_a_printer_without_colours():
    figure = change_bars(["表现", "更正"], [1.0, -0.5], ("前", "后"), (80.0, 80.5))
    assert list(figure.data[0].marker.pattern.shape) == ["", "/"]
