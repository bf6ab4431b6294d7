"""节假日 as a register of an office: files read later go by it, what is stored stays and is listed."""

from datetime import date

import numpy as np
import pytest
from sqlalchemy import update

from tests.builders import xlsx
from tests.offices import ingest, make_office
from wenming_metrics.domain import periods
from wenming_metrics.intake import commit
from wenming_metrics.publishing.acts_since import IN_FORCE, _of_others
from wenming_metrics.queries.files.record_lists import record_list
from wenming_metrics.queries.files.recounted import recounted_deadlines
from wenming_metrics.queries.ranking.ranking import listing
from wenming_metrics.queries.scores.deductions import finding_of_row
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.queries.unit.open_problems import unsolved
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading, writing
from wenming_metrics.store.rows import read_failed
from wenming_metrics.ui.frame import words

HEADERS = ["日期", "来源", "街道", "点位类型", "点位名称", "测评项", "问题描述", "责任单位", "扣分"]
HEADERS += ["编号", "整改时限"]
BOARD = '[[board]]\nkind = "department"\ntitle = "部门"\nrole = "responsible"\nranked = false'
TITLES = ["开始日期", "结束日期", "安排", "节日"]
ANSWERS = SenderAnswers(confirm_visits=True)


def problems(*rows):
    fixed = ["市督查组", "甲街道", "小区", "一号", "环境", "堆物", "城管局", 1]
    lines = [[day, *fixed, number, limit] for day, number, limit in rows]
    return xlsx({"问题清单": [["督查问题清单"], HEADERS, *lines]})


def holidays(*rows):
    return xlsx({"节假日": [["2026年节假日安排"], TITLES, *rows]})


@pytest.fixture
def office(tmp_path):
    return make_office(
        tmp_path,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100}],
        extra=BOARD,
        streets=[("甲街道", "主城区")],
    )


def dues(office):
    with reading(office.store) as connection:
        days = connection.scalars(schema.finding.select().with_only_columns(schema.finding.c.due))
        return [date.fromordinal(day).isoformat() for day in days]


def listed(office):
    lines = recounted_deadlines(office)
    return [(row.source_row, row.due, row.due_now) for row in lines.itertuples()]


def test_a_local_holiday_moves_what_is_read_later_and_nothing_that_is_stored(office):
    data = problems(("2026-11-09", "1", "3个工作日"), ("2026-11-09", "2", "11月12日前"))
    first = ingest(office, data, "清单.xlsx", answers=ANSWERS)
    local = holidays(["2026-11-11", None, "放假", "当地节日"])
    preview = commit.inspect(office, local, "节假日.xlsx")
    told = {problem.code: problem.details for problem in preview.problems}
    assert set(told) == {"节假日-05", "节假日-06"}
    assert told["节假日-06"] == {"count": 2, "batches": str(first)}
    commit.commit(office, preview, "测试")
    assert dues(office) == ["2026-11-12"] * 2
    assert listed(office) == [(3, "2026-11-12", "2026-11-13")]  # the printed day stays
    commit.withdraw(office, first, "测试", "节假日已登记,重新入库")
    ingest(office, data, "清单.xlsx", answers=ANSWERS)
    assert dues(office)[2:] == ["2026-11-13", "2026-11-12"]
    assert listed(office) == []


def test_a_register_of_holidays_is_superseded_and_told_among_what_is_in_force(office):
    number = ingest(office, holidays(["2026-11-11", None, "放假", "当地节日"]), "节假日.xlsx")
    with pytest.raises(commit.IntakeError, match="节假日正在使用"):
        commit.withdraw(office, number, "测试", "")
    ingest(office, holidays(["2026-11-11", None, "上班", ""]), "更正.xlsx")
    ingest(office, problems(("2026-11-09", "1", "3个工作日")), "清单.xlsx", answers=ANSWERS)
    assert dues(office) == ["2026-11-12"]

    class Issue:
        window = periods.window("week", date(2026, 11, 9))

    with reading(office.store) as connection:
        acts = _of_others(connection, Issue, "", facts=False)
    assert acts["what"].tolist()[1:] == ["节假日 节假日.xlsx", "节假日 更正.xlsx"]
    assert set(acts["effect"]) == {IN_FORCE}


def test_a_file_that_was_read_before_the_register_came_is_read_again(office):
    preview = commit.inspect(
        office, problems(("2026-11-09", "1", "3个工作日")), "清单.xlsx", answers=ANSWERS
    )
    ingest(office, holidays(["2026-11-11", None, "放假", "当地节日"]), "节假日.xlsx")
    with pytest.raises(commit.RegisterChangedError):
        commit.commit(office, preview, "测试")


def test_who_is_in_time_over_national_day_is_not_late(office):
    """Handed out on 30 September; three weekdays end on 5 October, three working days on the 10th."""
    ingest(office, problems(("2026-09-30", "1", "3个工作日")), "清单.xlsx", answers=ANSWERS)
    title = ["填报单位:城管局  填报日期:2026.10.10"]
    answer = [title, ["问题编号", "整改情况", "完成时间"], ["1", "已整改", "2026-10-09"]]
    ingest(office, xlsx({"反馈": answer}), "反馈.xlsx")
    moment = Moment(date(2026, 10, 12).toordinal())
    week = periods.window("week", date(2026, 9, 30))
    counts = listing(office, week, "department", moment).set_index("unit_name").loc["城管局"]
    assert counts[["fell_due", "in_time"]].tolist() == [1, 1]


def test_a_deadline_that_was_counted_from_monday_to_friday_is_listed(office):
    """As versions that did not know the holidays stored it."""
    ingest(office, problems(("2026-09-30", "1", "3个工作日")), "清单.xlsx", answers=ANSWERS)
    assert listed(office) == []
    with writing(office.store) as connection:
        monday = date(2026, 10, 5).toordinal()
        connection.execute(update(schema.finding).values(due=monday))
    assert listed(office) == [(3, "2026-10-05", "2026-10-10")]


def test_the_stretches_are_listed_as_they_were_sent(office):
    ingest(office, holidays(["2026-11-11", "2026-11-12", "放假", "当地节日"]), "节假日.xlsx")
    lines = record_list(office, "holidays")
    names = ["period", "first", "last", "arrangement", "holiday"]
    assert lines[names].to_numpy().tolist() == [
        ["2026年11月", "2026-11-11", "2026-11-12", "放假", "当地节日"]
    ]


def test_a_workbook_may_hold_several_registers_and_nothing_beside_them(office):
    units = [["单位名称", "单位类型", "上级单位"], ["乙街道", "街道", ""]]
    stretch = [TITLES, ["2026-11-11", None, "放假", "当地节日"]]
    both = xlsx({"单位名册": units, "节假日": stretch})
    preview = commit.inspect(office, both, "名册.xlsx")
    assert (preview.reading.kind, len(preview.reading.units)) == ("registers", 1)
    assert len(preview.reading.records) == 1
    beside = xlsx({"节假日": stretch, "问题清单": [HEADERS, ["2026-11-09"]]})
    preview = commit.inspect(office, beside, "混在一起.xlsx")
    assert [problem.code for problem in preview.problems] == ["表头-05"]


def test_a_year_that_is_not_announced_is_said_beside_each_date_that_rests_on_it(office):
    data = problems(("2026-11-09", "1", "40个工作日"), ("2026-11-09", "2", "2027-01-05"))
    batch = ingest(office, data, "清单.xlsx", answers=ANSWERS)
    as_of = date(2026, 11, 30)
    week = periods.window("week", date(2026, 11, 9))
    department = 1  # after the street
    lines = unsolved(office, week, "department", department, as_of).lines
    assert dict(zip(lines["number"], lines["years"], strict=True)) == {"1": "2027", "2": ""}
    with reading(office.store) as connection:
        seqs = read_failed(connection, [as_of.toordinal() - 21], np.array([batch]))["seq"]
    found = [finding_of_row(office, date(2026, 11, 9), batch, seq, as_of) for seq in seqs]
    assert sorted((one.number, str(one.due), one.years) for one in found) == [
        ("1", "2027-01-05", "2027"),
        ("2", "2027-01-05", ""),
    ]
    told = [words.problem(one).split(" · ")[1] for one in found if one.years]
    assert told == ["期限 2027\\-01\\-05（2027 年放假登记前数的）"]
