"""先进候选: who stood in front over a year's signed issues, on what it rests, and what speaks against."""

from datetime import date, timedelta

import pytest

from tests.publishing.city import MONDAY, open_city, put, row
from wenming_metrics.decisions.negative_list import note_negative_check, set_negative_items
from wenming_metrics.domain.periods import window
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.merit import FIT, merits
from wenming_metrics.queries.progress.negative_list import HAPPENED

ENDS = "[lists]\n[[lists.group]]\nfront = 1\nback = 1\n"
WEEKS = [MONDAY + timedelta(7 * week) for week in range(5)]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Open a city whose 乙 leads four weeks and is last in the fifth; the sixth is not signed."""
    made = open_city(tmp_path_factory.mktemp("merit"), ENDS)
    for week in WEEKS:
        ahead, behind = ("甲街道", "乙街道") if week == WEEKS[4] else ("乙街道", "甲街道")
        put(made, f"{week}", row(ahead, 1, week), row(behind, 2, week))
    return made


def sign(office, week):
    issue = signing.draft(office, week, "张三")
    signing.sign(office, issue.key, "王五", f"演字{issue.number}号")


def told(office, year=2025):
    frame = merits(office, year)
    return {line.unit_name: line for line in frame.itertuples()}


def test_what_speaks_for_a_unit_grows_with_what_is_signed(office):
    assert merits(office, 2025).empty
    for week in WEEKS[:3]:
        sign(office, week)
    assert told(office)["乙街道"].verdict == "只有3期有名次，至少4期，暂不考虑"
    sign(office, WEEKS[3])
    line = told(office)["乙街道"]
    assert (line.front, line.back, line.ranked, line.mean_rank) == (4, 0, 4, 1.0)
    assert (
        line.issues
        == "第10期（演字10号）、第11期（演字11号）、第12期（演字12号）、第13期（演字13号）"
    )
    assert (line.against, line.verdict) == ("", FIT)
    assert "甲街道" not in told(office)
    sign(office, WEEKS[4])
    set_negative_items(office, ["弄虚作假"], "张三")
    april = window("month", date(2025, 4, 1))
    facts = ("弄虚作假", HAPPENED, "督查通报", "李四", "张三")
    note_negative_check(office, april, ["乙街道"], *facts)
    lines = told(office)
    assert lines["乙街道"].against == "1期排名靠后；负面清单：弄虚作假（2025年4月）"
    assert lines["乙街道"].verdict == "有不利情况，由人审定"
    # 甲 was second four times and first once: (4 x 2 + 1) / 5.
    assert (lines["甲街道"].front, lines["甲街道"].mean_rank) == (1, pytest.approx(1.8))
    assert merits(office, 2024).empty
