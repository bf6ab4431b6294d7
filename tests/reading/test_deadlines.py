"""Number, deadline, severity and state of problems, as lists of problems write them."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.builders import CHECKLIST, FINDINGS, check_row, read_sheets
from tests.builders import register as city
from tests.uploads.case import finding
from wenming_metrics.domain.working_days import OFF, announced, arrange
from wenming_metrics.reading.inspection.deadlines import number_of, severity, state
from wenming_metrics.reading.inspection.time_limits import read_limit
from wenming_metrics.vocabulary import SEVERITIES, STATES

SUNDAY = date(2026, 11, 15).toordinal()
FRIDAY = date(2026, 11, 13).toordinal()


def due_day(written, start):
    return read_limit(written, start, announced()).day


def listed(*rows, more=(), title="督查问题清单", **context):
    """Read a list of problems, each row with further cells behind it."""
    sheets = {"问题清单": [[title], [*FINDINGS, *more], *rows]}
    return read_sheets(sheets, confirm_visits=True, **context)


def told(reading):
    days = [date.fromordinal(day).isoformat() if day else "" for day in reading.findings["due"]]
    return list(zip(reading.findings["number"], days, strict=True))


def codes(reading):
    kinds = ("期限", "程度", "状态")
    return [(one.code, one.row) for one in reading.problems if one.code.startswith(kinds)]


@pytest.mark.parametrize(
    ("written", "start", "due"),
    [
        ("3个工作日", SUNDAY, "2026-11-18"),
        ("3个工作日", FRIDAY, "2026-11-18"),  # Monday, Tuesday, Wednesday
        ("五个工作日内", FRIDAY, "2026-11-20"),
        ("限2个工作日内整改到位", SUNDAY, "2026-11-17"),
        ("3天", FRIDAY, "2026-11-16"),
        ("3日内", FRIDAY, "2026-11-16"),
        ("24小时内", FRIDAY, "2026-11-14"),
        ("36小时", FRIDAY, "2026-11-15"),
        ("一周内", FRIDAY, "2026-11-20"),
        ("立行立改", SUNDAY, "2026-11-15"),
        ("当日", SUNDAY, "2026-11-15"),
        ("11月18日前", SUNDAY, "2026-11-18"),
        ("11月18日17:00前", SUNDAY, "2026-11-18"),
        ("11月底前", SUNDAY, "2026-11-30"),
        ("十五日内", SUNDAY, "2026-11-30"),
        ("一个月内", date(2026, 1, 15).toordinal(), "2026-02-15"),
        ("一个月内", date(2026, 1, 31).toordinal(), "2026-02-28"),
        ("本周五前", FRIDAY - 2, "2026-11-13"),
        ("本周日前", SUNDAY, "2026-11-15"),
        ("下周一前", FRIDAY, "2026-11-16"),
        ("月底前", SUNDAY, "2026-11-30"),
        ("本月内", SUNDAY, "2026-11-30"),
        ("下月底前", date(2026, 1, 31).toordinal(), "2026-02-28"),
        ("次日", SUNDAY, "2026-11-16"),
        ("1月5日前", SUNDAY, "2027-01-05"),  # without a year: the next one
        ("2026年11月20日", SUNDAY, "2026-11-20"),
        (date(2026, 11, 20), SUNDAY, "2026-11-20"),
        (46346.0, SUNDAY, "2026-11-20"),
    ],
)
def test_a_deadline_as_people_write_it(written, start, due):
    assert date.fromordinal(due_day(written, start)).isoformat() == due


@pytest.mark.parametrize(
    ("written", "due"),
    [
        *((None, 0), ("/", 0), ("—", 0), ("不限", 0), ("尽快", -1), ("5", -1)),
        *(("11月中旬", -1), ("周五前", -1), ("本周内", -1), ("18日", -1), ("11月", -1)),
        ("立即整改,3日内完成", -1),  # two limits
        *(("长期坚持", -2), ("长期整改", -2), ("挂账", -2), ("列入长期整改", -2)),
    ],
)
def test_what_is_no_deadline(written, due):
    assert due_day(written, SUNDAY) == due


def test_a_bare_number_counts_what_the_header_says():
    found = listed([*finding(), 3], more=["整改时限(工作日)"])
    assert told(found) == [("", "2026-11-19")]  # from Monday the 16th
    assert codes(listed([*finding(), 3], more=["整改时限"])) == [("期限-01", 3)]


@pytest.mark.parametrize(
    ("written", "means"),
    [
        *(("未按时整改", 2), ("逾期未整改", 2), ("未及时整改", 2), ("连续通报二次", 5)),
        *(("连续两次通报", 5), ("反弹", 4), ("重复问题", 3), ("已发现", 1), (None, 0), ("/", 0)),
        ("好的", -1),
    ],
)
def test_states(written, means):
    assert state(written) == means
    assert STATES[2] == "未及时整改"


@pytest.mark.parametrize(
    ("written", "means"), [("一般", 1), ("较重", 2), ("严重问题", 3), ("轻微", 1), (None, 0)]
)
def test_severities(written, means):
    assert severity(written) == means
    assert SEVERITIES[1:] == ("一般", "较重", "严重")


def test_a_star_is_no_part_of_a_number():
    assert (number_of("★ dc1115－001"), number_of("★"), number_of("无")) == ("DC1115-001", "", "")


def test_rows_with_all_four_columns():
    more = ["编号", "整改时限", "严重程度", "问题状态"]
    rows = [
        [*finding(), "DC-1", "3个工作日", "严重", "逾期未整改"],
        [*finding(扣分=None), None, None, None, None],
    ]
    found = listed(*rows, more=more)
    own = found.checks[found.checks["basis"] == 2]
    assert own[["severity", "state", "given"]].to_numpy().tolist() == [[3, 2, 1], [0, 0, 0]]
    assert told(found) == [("DC-1", "2026-11-19")]
    assert codes(found) == []


def test_what_is_not_understood_is_told_and_the_row_counts():
    rows = [[*finding(), "尽快", "特急", "好了"], [*finding(), "2026-11-01", "", ""]]
    found = listed(*rows, more=["整改时限", "严重程度", "问题状态"])
    assert codes(found) == [("程度-01", 3), ("状态-01", 3), ("期限-01", 3), ("期限-02", 4)]
    assert found.counts.held == 0
    assert found.findings.empty


def test_titles_speak_for_all_rows():
    title = "交办时间:2026年11月17日18:30    整改时限:3个工作日(标★的立行立改)"
    rows = [[*finding(), "★2", None], [*finding(), "3", "11月30日前"], [*finding(), "4", None]]
    found = listed(*rows, more=["编号", "整改时限"], title=title)
    days = ["2026-11-17", "2026-11-30", "2026-11-20"]  # Wednesday, Thursday, Friday
    assert told(found) == list(zip("234", days, strict=True))


def test_days_are_counted_from_the_day_it_was_handed_out():
    found = listed([*finding(), "2026-11-19", "1个工作日"], more=["交办日期", "整改时限"])
    assert told(found) == [("", "2026-11-20")]


def test_a_sheet_without_such_columns_has_none_of_it():
    found = listed(finding())
    assert not {"severity", "state", "given"} & set(found.checks)
    assert found.findings.empty


def test_only_failed_rows_of_a_checklist_are_problems():
    rows = [[*check_row(), "A1"], [*check_row(测评项="公厕干净无异味", 检查结果="×"), "A2"]]
    found = read_sheets({"检查表": [[*CHECKLIST, "编号"], *rows]})
    assert told(found) == [("A2", "")]
    assert found.checks["given"].tolist() == [1, 0]


def notes(reading):
    return [(one.code, one.row, one.details) for one in reading.problems if "期限" in one.code]


def test_a_day_before_its_own_start_is_told_with_both_days():
    """Found on the 16th, handed out on the 19th, to be put right by the 17th."""
    row = [*finding(), "2026-11-19", "11月17日前"]
    reading = listed(row, more=["交办日期", "整改时限"])
    ((code, excel, details),) = notes(reading)
    assert (code, excel, details["due"], details["start"]) == (
        *("期限-02", 3),
        *("2026-11-17", "2026-11-19"),
    )
    assert told(reading) == []
    past = listed([*finding(), "10月底前"], more=["整改时限"])  # said in November
    assert [note[0] for note in notes(past)] == ["期限-02"]


def test_a_limit_without_a_day_is_told():
    rows = [[*finding(), "长期整改"], [*finding(), "挂账"], [*finding(), "/"]]
    assert codes(listed(*rows, more=["整改时限"])) == [("期限-03", 3), ("期限-03", 4)]


def test_a_limit_through_a_year_that_is_not_announced_is_told_and_counts():
    rows = [[*finding(督查日期="2026-12-30"), "2个工作日"]]
    rows.append([*finding(督查日期="2026-12-30"), "2027-01-04"])
    reading = listed(*rows, more=["整改时限"], today=date(2026, 12, 31))
    assert told(reading) == [("", "2027-01-04")] * 2  # New Year's Day is off by law
    ((code, excel, details),) = notes(reading)
    assert (code, excel, details["years"], details["due"]) == ("期限-04", 3, "2027", "2027-01-04")


def test_a_registered_year_is_not_told():
    days = [date(2027, *on).toordinal() for on in ((1, 1), (1, 4), (10, 1))]
    register = replace(city(), calendar=arrange(announced(), [(day, day, OFF) for day in days]))
    row = [*finding(督查日期="2026-12-30"), "2个工作日"]
    context = {"register": register, "today": date(2026, 12, 31)}
    reading = listed(row, more=["整改时限"], **context)
    assert told(reading) == [("", "2027-01-05")]
    assert notes(reading) == []


@pytest.mark.parametrize(
    ("handed", "written", "due", "code"),
    [
        ("2026-11-17 9:30", "4个工作时", "2026-11-17", []),
        ("2026-11-17 15:30", "4工作时", "2026-11-18", []),
        ("2026-11-17", "4个工作时", "2026-11-18", ["期限-05"]),  # as late as it can have been
        ("2026-11-17 22:30", "2小时", "2026-11-18", []),
        ("2026-11-17 下午3点", "2小时", "2026-11-17", []),
        ("2026-11-17", "2小时", "2026-11-18", ["期限-05"]),
        ("2026-11-17", "24小时", "2026-11-18", []),
        (datetime(2026, 11, 17, 18, 30), "2紧急工作时", "2026-11-17", []),
        ("2026-11-10", "1个工作日", "2026-11-17", ["期限-07"]),  # handed out before it was found
        ("昨天", "1个工作日", "2026-11-17", ["期限-06"]),
    ],
)
def test_hours_run_from_the_hour_of_the_hand_out(handed, written, due, code):
    reading = listed([*finding(), handed, written], more=["交办时间", "整改时限"])
    assert told(reading) == [("", due)]
    assert [note[0] for note in notes(reading)] == code


def test_a_title_that_is_not_understood_is_told_of_each_row_that_rests_on_it():
    rows = [[*finding(), None], [*finding(), "2026-11-20"]]
    reading = listed(*rows, more=["整改时限"], title="整改时限:尽快")
    assert [(code, row, details["written"]) for code, row, details in notes(reading)] == [
        ("期限-01", 3, "尽快")
    ]


def test_working_hours_of_a_title_run_from_its_hour():
    title = "交办时间:2026年11月17日15:30    整改时限:4个工作时"
    assert told(listed(finding(), title=title)) == [("", "2026-11-18")]
    title = title.replace("15:30", "9:30")
    assert told(listed(finding(), title=title)) == [("", "2026-11-17")]
