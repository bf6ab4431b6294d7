"""Remarks on days: they stand on their day, stay when taken back, and change no figure."""

from datetime import date

import pytest

from tests.offices import copy_office
from tests.store.test_split import open_office
from wenming_metrics.decisions.dated_notes import add_remark_on, take_back_remark
from wenming_metrics.domain.periods import series, window
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.trend.dated_notes import remarks_within
from wenming_metrics.store.database import reading
from wenming_metrics.store.notes import REMARKS, read_note
from wenming_metrics.ui.trends.sentences import remark_lines, remark_marks

WEEKS = series(window("week", date(2026, 11, 18)), 4)


@pytest.fixture
def office(tmp_path):
    return copy_office(tmp_path, "remarks", open_office)


def test_a_remark_stands_before_its_day_and_only_where_it_lies(office):
    add_remark_on(office, date(2026, 11, 16), "起施工", "张三")
    add_remark_on(office, date(2026, 11, 5), "<b>停工</b>", "李四")
    add_remark_on(office, date(2026, 9, 1), "早就过去", "李四")
    remarks = remarks_within(office, WEEKS)
    # Monday of the fourth week begins where the third ends; Thursday lies 3 of 7 days into the second.
    assert [(remark.text, remark.axis_position) for remark in remarks] == [
        ("<b>停工</b>", pytest.approx(0.5 + 3 / 7)),
        ("起施工", 2.5),
    ]
    assert (
        remark_lines(remarks)
        == "注1 2026年11月5日<b>停工</b>（李四）；注2 2026年11月16日起施工（张三）"
    )
    marks = remark_marks(remarks)
    assert [mark for _, mark, _ in marks] == ["注1", "注2"]
    assert "<b>" not in marks[0][2], "a browser must not take it for code"


def test_one_that_is_taken_back_keeps_who_wrote_it_and_who_took_it_back(office):
    with reading(office.store) as connection:
        before = read_note(connection, REMARKS)
    add_remark_on(office, date(2026, 11, 16), "写错了", "张三")
    add_remark_on(office, date(2026, 11, 17), "对的", "张三")
    take_back_remark(office, 0, "李四")
    assert [remark.text for remark in remarks_within(office, WEEKS)] == ["对的"]
    with pytest.raises(IntakeError, match="已经删去"):
        take_back_remark(office, 0, "李四")
    with reading(office.store) as connection:
        lines = read_note(connection, REMARKS)["lines"]
    assert before is None
    assert (lines[0]["who"], lines[0]["gone_by"]) == ("张三", "李四")


@pytest.mark.parametrize(("text", "who"), [("  ", "张三"), ("起施工", " "), ("长" * 41, "张三")])
def test_what_cannot_stand_on_a_line_is_refused_with_words(office, text, who):
    with pytest.raises(IntakeError, match="请先填写说明|最多40个字"):
        add_remark_on(office, date(2026, 11, 16), text, who)
    assert remarks_within(office, WEEKS) == []
