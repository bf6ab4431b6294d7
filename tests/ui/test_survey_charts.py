"""The figures of 两率一度 show what they are given, and no more than may be shown."""

import pandas as pd
import pytest

from tests.ui.survey_frames import CITY, totals
from wenming_metrics.charts.answer_bars import Bar, QuestionBars, option_bars
from wenming_metrics.charts.dot_plot import Section, dots, reach
from wenming_metrics.charts.funnel import FunnelLimits, funnel_chart
from wenming_metrics.charts.waves import BROKEN, stretches, wave_line
from wenming_metrics.ui.survey.frames import sections, totals_of


def line(name, value, half):
    return {
        **{"name": name, "value": value, "low": value - half, "high": value + half},
        **{"said": f"{value}%", "hover": name},
    }


def test_each_dot_carries_its_margin_and_small_samples_are_open_and_last():
    groups = totals_of(totals(主城区=94.0, 其他=80.0), "satisfied", "group")
    figure = dots(sections(CITY, groups, 2), {"全市 93.20": 93.2}, 90.0)
    assert [list(one.x) for one in figure.data if one.marker.symbol == "diamond"] == [[94], [80]]
    small = figure.data[-1]
    named = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    marks = [trace for trace in figure.data if trace.marker.symbol != "diamond"]
    assert [named[row] for row in marks[0].y] == ["甲街道", "乙街道", "丙街道"]
    assert list(marks[0].error_x.array) == pytest.approx([2.0, 7.0, 9.0])
    assert list(marks[0].error_x.arrayminus) == pytest.approx([2.0, 7.0, 9.0])
    assert [named[row] for row in small.y] == ["戊街道"]
    assert small.marker.color == "white"
    assert "样本不足" in named[small.y[0] - 1]
    assert "仅供参考，不参与排名" in [note.text for note in figure.layout.annotations]
    beside = [note.text for note in figure.layout.annotations]
    assert "<b>91.00%</b> 40份*" in beside
    assert not any("己街道" in text for text in [*named.values(), *beside])


def test_the_axis_holds_all_that_is_drawn_and_stays_in_per_cent():
    lines = pd.DataFrame([line("甲", 97.0, 2.5), line("乙", 82.0, 6.0)])
    assert reach([Section("", lines)], [90.0]) == (74.0, 101.0)
    assert reach([Section("", lines)], [60.0]) == (59.0, 101.0)
    assert reach([Section("", lines.iloc[:0])]) == (0.0, 100.0)


def test_the_labels_of_city_and_target_stand_on_sides_away_from_each_other():
    lines = pd.DataFrame([line("甲", 92.0, 2.0)])
    for city, sides in ((93.2, ("left", "right")), (88.0, ("right", "left"))):
        figure = dots([Section("", lines)], {"全市": city}, 90.0)
        said = {note.text: note.xanchor for note in figure.layout.annotations}
        assert (said["全市"], said["目标 90"]) == sides


def test_a_figure_without_units_is_empty_but_stands():
    assert dots([], {}, None).layout.xaxis.range == (0.0, 100.0)


def funnel_lines():
    n = [10, 50, 100, 200]
    limits = {"low": [70, 84, 87, 88], "high": [100, 98, 97, 96]}
    limits |= {"far_low": [60, 80, 84, 86], "far_high": [100, 100, 99, 98]}
    return FunnelLimits(92.0, pd.DataFrame({"n": n, **limits}))


def test_those_that_differ_are_marked_and_named_and_the_others_are_not():
    units = pd.DataFrame(
        {
            "name": ["高", "偏低", "平", "少"],
            "n": [180, 90, 60, 15],
            "value": [99.5, 86.0, 91.0, 70.0],
            "verdict": [2, -1, 0, 0],
            "quiet": [False, False, False, True],
            "hover": [""] * 4,
        }
    )
    figure = funnel_chart(units, funnel_lines(), "全市 92.00")
    assert list(figure.data[-1].marker.symbol) == [
        *("triangle-up", "diamond", "circle", "circle-open")
    ]
    assert [note.text for note in figure.layout.annotations] == ["全市 92.00", "高", "偏低"]
    low, high = figure.layout.yaxis.range
    assert 60 < low < 70  # limits where there are no units do not press the others flat
    assert high <= 101.5


def waves(*changed):
    return pd.DataFrame(
        {
            "label": [f"第{at}期" for at in range(len(changed))],
            **{name: [90.0 + at for at in range(len(changed))] for name in ("value",)},
            "low": [85.0] * len(changed),
            "high": [97.0] * len(changed),
            "changed": changed,
            "hover": "",
        }
    )


def test_a_line_stops_where_the_definition_changes():
    figure = wave_line(waves(False, False, True, False), 90.0, 2)
    assert [list(trace.x) for trace in figure.data] == [[0, 1], [2, 3]]
    (cut,) = [shape for shape in figure.layout.shapes if shape.yref == "y domain"]
    assert cut.x0 == 1.5
    said = [note.text for note in figure.layout.annotations]
    assert BROKEN in said
    assert "<b>93.00</b>" in said
    assert wave_line(waves(False), None, 1).data[0].x == (0,)
    assert stretches([True, False]) == [slice(0, 2)]


def test_bars_of_options_are_shares_from_zero_and_texts_are_escaped():
    page = option_bars(
        [
            QuestionBars(
                "您<满意>吗",
                "各项占 98 份的比例",
                (Bar("满意", 85, 86.7347), Bar("不满意", 13, 13.2653)),
                (Bar("说不清", 2),),
            )
        ]
    )
    assert "您&lt;满意&gt;吗" in page
    assert "width:86.73%" in page
    assert "86.7%" in page
    assert page.index("class='apart'") < page.index("说不清")
    assert "2 份" in page
    assert "<满意>" not in page
