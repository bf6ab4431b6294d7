"""节假日: a register of days off and weekends worked; what is not sure is held where it stands."""

from datetime import date

import pytest

from tests.builders import read_sheets
from wenming_metrics.domain.working_days import (
    announced,
    arrange,
    arrangement_of,
    is_working,
    unannounced,
)

HEADER = ("开始日期", "结束日期", "安排", "节日", "文号")
YEAR = [
    ["2027-01-01", "2027-01-03", "放假", "元旦", "国办发明电〔2026〕1号"],
    ["2027-02-05", "2027-02-11", "放假", "春节", None],
    ["2027-01-30", None, "上班", "春节", None],
    ["2027-10-01", "2027-10-07", "放假", "国庆节", None],
]


def holidays(*rows, header=HEADER, title="2027年节假日安排"):
    return read_sheets({"节假日": [[title], list(header), *rows]})


def codes(reading):
    return [(problem.code, problem.row, problem.column) for problem in reading.problems]


def test_a_year_is_registered():
    reading = holidays(*YEAR)
    assert (reading.kind, reading.counts.good) == ("holidays", 4)
    assert codes(reading) == []
    calendar = arrange(announced(), map(arrangement_of, reading.records["told"]))
    days = {"2027-01-30": True, "2027-02-05": False, "2027-02-12": True, "2027-10-08": True}
    worked = {day: is_working(calendar, date.fromisoformat(day).toordinal()) for day in days}
    assert worked == days
    span = (date(2026, 12, 30).toordinal(), date(2028, 1, 2).toordinal())
    assert unannounced(calendar, *span) == [2028]
    assert unannounced(announced(), *span) == [2027, 2028]


def test_days_without_a_year_are_those_of_the_title_and_words_are_understood():
    header = ("放假日期", "安排", "节假日名称")
    reading = holidays(["4月9日", "补班", "清明节"], ["4.12", "休", "清明节"], header=header)
    assert [facts["first"] for facts in reading.records["told"]] == ["2027-04-09", "2027-04-12"]
    assert [facts["arrangement"] for facts in reading.records["told"]] == ["上班", "放假"]
    assert codes(reading) == [("节假日-05", None, "")]  # no National Day: not a whole year


def test_days_with_a_type_are_no_holidays_unless_something_says_so():
    rows = [["日期", "类型", "备注"], ["2026-11-03", "上班", ""]]
    assert read_sheets({"值班表": rows}).kind == ""
    assert read_sheets({"2026年放假安排": rows}).kind == "holidays"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["不详", None, "放假", "", ""], ("节假日-01", 3, "A")),
        (["2027-05-01", "五号", "放假", "", ""], ("节假日-01", 3, "B")),
        (["2027-05-05", "2027-05-01", "放假", "", ""], ("节假日-02", 3, "B")),
        (["2027-05-01", "2028-05-05", "放假", "", ""], ("节假日-02", 3, "B")),
        (["2027-05-01", "2027-05-05", "调休", "", ""], ("节假日-03", 3, "C")),  # off, or worked?
    ],
)
def test_a_stretch_that_is_not_sure_is_held(row, code):
    reading = holidays(row, ["2027-06-09", None, "放假", "端午节", ""])
    assert codes(reading) == [("节假日-05", None, ""), code]
    assert (reading.counts.good, reading.counts.held) == (1, 1)


def test_a_day_that_is_off_and_worked_is_held():
    reading = holidays(
        ["2027-05-01", "2027-05-05", "放假", "", ""], ["2027-05-04", None, "上班", "", ""]
    )
    assert codes(reading)[1:] == [("节假日-04", 4, "C")]
    assert reading.problems[1].details == {"day": "2027-05-04", "first": 3}


def test_the_opposite_in_a_later_file_undoes_a_day():
    calendar = arrange(announced(), map(arrangement_of, holidays(*YEAR).records["told"]))
    mend = holidays(["2027-01-30", None, "放假", "", ""]).records["told"]
    again = arrange(calendar, map(arrangement_of, mend))
    saturday = date(2027, 1, 30).toordinal()
    assert is_working(calendar, saturday)
    assert not is_working(again, saturday)
