"""The figures of 趋势 show what they are given."""

import re
from base64 import b64decode
from datetime import date

import numpy as np
import pandas as pd
import pytest

from wenming_metrics.charts.calendar import day_squares
from wenming_metrics.charts.control_chart import clear_marks, course_line
from wenming_metrics.charts.sparklines import Small, small_lines
from wenming_metrics.charts.waterfall import change_bars
from wenming_metrics.scoring.trend.control_limits import control


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ([1, 5, 9], ["①", "②", "③"]),
        # Of a phone's 310 points one of 10 weeks is 31: a mark takes 15, two joined take 40.
        ([1, 1.2, 5], ["①–②", "③"]),
        ([1, 5, 5.4, 5.6, 9], ["①", "②–④", "⑤"]),
        # Joined, the later two would lie on the first: so all are.
        ([4.5, 5, 5.2], ["①–③"]),
    ],
)
def test_marks_at_the_foot_do_not_lie_on_each_other(places, told):
    ends = [(place, "①②③④⑤"[n], f"第{n}") for n, place in enumerate(places)]
    joined = clear_marks(ends[::-1], 10.0)
    assert [mark for _, mark, _ in joined] == told
    assert "<br>".join(hover for *_, hover in joined) == "<br>".join(hover for *_, hover in ends)


def test_the_bars_lead_from_one_score_to_the_other():
    figure = change_bars(
        ["表现", "构成", "办法"], [-0.4, -0.22, 0], ("上周", "本周"), (88.0, 87.38)
    )
    bars = figure.data[0]
    assert list(bars.base) == pytest.approx([88, 87.6, 87.38])
    assert bars.base[-1] + bars.x[-1] == pytest.approx(87.38)
    texts = [note.text for note in figure.layout.annotations]
    assert texts == [
        *("上周 <b>88.00</b>", "表现 <b>−0.40</b>", "构成 <b>−0.22</b>", "办法 <b>0</b>"),
        "本周 <b>87.38</b>",
    ]


def test_what_is_out_of_the_usual_is_marked_and_new_rules_have_a_line():
    judged = control([*[86, 87] * 6, 80, 90, 91], [13])
    labels = [str(number) for number in range(16)]
    line = course_line(judged, [*range(13), 14, 15], labels, [""] * 15, cuts={12.5: "改办法"})
    marks = list(line.data[-1].marker.symbol)
    assert marks == ["circle"] * 12 + ["triangle-down", "circle", "circle"]
    (rule,) = [shape for shape in line.layout.shapes if shape.yref == "y domain"]
    assert rule.x0 == 12.5
    assert list(line.data[-1].x)[-2:] == [14, 15]


def test_a_target_far_away_does_not_press_the_series_flat():
    judged = control([60, 61, 60, 61, 60])
    told = (judged, range(5), list("abcde"), [""] * 5)
    near, far = (course_line(*told, target=target) for target in (62, 90))
    assert far.layout.yaxis.range[1] < 70
    assert "目标 62" in [note.text for note in near.layout.annotations]
    assert not far.layout.annotations


def test_a_day_without_inspection_is_no_day_without_loss():
    days = pd.DataFrame({"day": [date(2026, 11, 17), date(2026, 11, 19)]})
    days = days.assign(value=[90.0, 95.0], lost=[10.0, 5.0], checks=[8, 9])
    squares = day_squares(days, date(2026, 11, 20), 2).data[1]
    shown = np.array(squares.z, float)
    assert np.flatnonzero(~np.isnan(shown.T.ravel())).tolist() == [8, 10]  # Tuesday, Thursday
    assert squares.text[1][1] == "11月17日（周二）<br>得分 90.00，失 10.00 分<br>8 项检查"
    assert squares.text[2][1] == "11月18日（周三） 未督查"
    assert squares.text[5][1] == ""  # not yet


def test_small_lines_share_one_scale_and_their_texts_are_escaped():
    units = [Small("<甲>", "90", "a?b=1&c='2'", (90, 80)), Small("乙", "", "x", (85, None))]
    html = small_lines(units, 80, 90)
    assert "<甲>" not in html
    assert "c='2'" not in html
    first, second = (
        b64decode(found).decode() for found in re.findall(r"base64,([A-Za-z0-9+/=]+)", html)
    )
    assert "points='5.0,5.0 195.0,51.0'" in first
    assert "points='5.0,28.0'" in second
    assert "<circle" not in second
