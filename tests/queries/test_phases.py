"""Where phases of campaigns fall due on the axis of a course, as the files say it."""

from datetime import date, timedelta

import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office
from wenming_metrics.charts.control_chart import course_line
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.trend.campaign_phases import PhaseEnd, phase_ends
from wenming_metrics.scoring.trend.control_limits import control
from wenming_metrics.ui.trends.sentences import marked, phase_hover, phases

HEADER = ("任务", "责任单位", "阶段", "完成时限")
WEEKS = [window("week", date(2026, 11, 2) + timedelta(weeks=n)) for n in range(3)]


@pytest.fixture
def office(tmp_path):
    indicators = [{"code": "A", "weight": 100}]
    streets = [("甲街道", "主城区"), ("乙街道", "主城区")]
    return make_office(tmp_path, [["A", "环境", 10, "*"]], indicators, streets=streets)


def put(office, title, *rows):
    ingest(office, xlsx({"行动": [[title], HEADER, *rows]}), f"{title}{len(rows)}.xlsx")


def test_a_phase_ends_with_its_last_deadline_as_last_told(office):
    put(
        office,
        "小巷整治行动",
        ["清理堆放", "甲街道", "摸底", "2026-11-04"],
        ["拆除违建", "乙街道", "摸底", "2026-11-18"],
        ["补划车位", "各街道", "集中整治", "2026-11-12"],
        ["修补路面", "甲街道", "收尾", "2026-12-31"],  # after the last window
        ["回头看", "甲街道", "巩固", "适时"],  # no day
    )
    assert [(end.day.day, *end.names) for end in phase_ends(office, WEEKS)] == [
        (12, "小巷整治行动·集中整治"),
        (18, "小巷整治行动·摸底"),
    ]
    put(office, "小巷整治行动", ["拆除违建", "乙街道", "摸底", "2026-11-08"])  # brought forward
    put(office, "市场提升行动", ["规范摊位", "乙街道", None, "2026-11-12"])
    first, second = phase_ends(office, WEEKS)
    assert (first.day, first.names) == (date(2026, 11, 8), ("小巷整治行动·摸底",))
    assert first.axis_position == 0.5  # a Sunday: the end of the first week
    assert second.names == ("小巷整治行动·集中整治", "市场提升行动")
    assert second.axis_position == pytest.approx(0.5 + 4 / 7)  # a Thursday of the second week
    days = [window("day", date(2026, 11, day)) for day in (6, 9)]
    assert [end.axis_position for end in phase_ends(office, days)] == [
        0.5
    ]  # no day of its own: between
    assert phase_ends(office, [window("week", date(2026, 9, 1))]) == ()


def test_marks_are_explained_below_and_nothing_in_a_name_is_code():
    ends = marked([PhaseEnd(date(2026, 11, 8), 0.5, ("<b>行动*",))])
    assert phases(ends).endswith(r"① 2026年11月8日 \<b\>行动\*。")
    assert phases({}) == ""
    hover = phase_hover(ends["①"])
    assert hover == "2026年11月8日到期<br>&lt;b&gt;行动*"
    judged = control([60, 61, 60])
    line = course_line(judged, range(3), list("abc"), [""] * 3, ends=[(0.5, "①", hover)])
    assert [(shape.x0, shape.line.dash) for shape in line.layout.shapes][-1] == (0.5, "dot")
    assert list(line.data[-1].text) == ["①"]
    assert line.data[-1].y[0] == line.layout.yaxis.range[0]
    many = [PhaseEnd(date(2026, 1, day), day, ("甲",)) for day in range(1, 24)]
    assert [(mark, end.axis_position) for mark, end in marked(many).items()][::19] == [
        ("①", 4),
        ("⑳", 23),
    ]
