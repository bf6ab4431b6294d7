"""What became of the problems of departments: in time, not yet due, found again."""

from datetime import date

import numpy as np
import pytest

from tests.builders import xlsx
from tests.offices import copy_office, ingest, make_office
from wenming_metrics.domain import periods
from wenming_metrics.queries.ranking.ranking import listing
from wenming_metrics.queries.scores.deductions import finding_of_row
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.store.database import reading
from wenming_metrics.store.rows import read_failed

MONDAY = date(2026, 11, 9)
BOARD = '[[board]]\nkind = "department"\ntitle = "部门"\nrole = "responsible"\nranked = false'
HEADERS = ["日期", "来源", "街道", "点位类型", "点位名称", "测评项", "问题描述", "责任单位", "扣分"]
HEADERS += ["编号", "整改时限"]


def line(site, item, responsible, number=None, due=None, mark=1):
    place = [MONDAY, "市督查组", "甲街道", "小区", site, item, "堆物", responsible]
    return [*place, mark, number, due]


@pytest.fixture
def office(tmp_path):
    return copy_office(tmp_path, "on time", make)


def make(folder):
    made = make_office(
        folder,
        [["A", "环境", 10, "*"], ["B", "秩序", 10, "*"]],
        [{"code": "A", "weight": 60}, {"code": "B", "weight": 40}],
        extra=BOARD,
        streets=[("甲街道", "主城区")],
    )
    rows = [
        line("一号", "环境", "城管局", "1", "11月12日前"),
        line("一号", "秩序", "城管局、甲街道", "2", "11月12日前"),
        line("二号", "环境", "城管局", "3", "11月13日前"),
        line("二号", "秩序", "城管局", "4", "11月20日前", mark=None),
        line("三号", "环境", "城管局"),
        line("四号", "环境", "甲街道"),
    ]
    data = xlsx({"问题清单": [["督查问题清单"], HEADERS, *rows]})
    ingest(made, data, "清单.xlsx", answers=SenderAnswers(confirm_visits=True))
    title = ["填报单位:城管局  填报日期:2026.11.14"]
    answers = [["1", "已整改", "2026-11-12"], ["2", "已整改", "2026-11-13"]]
    told = xlsx({"反馈": [title, ["问题编号", "整改情况", "完成时间"], *answers]})
    ingest(made, told, "反馈.xlsx")
    return made


def listed(office, as_of):
    at = Moment(date(2026, 11, as_of).toordinal())
    week = periods.window("week", MONDAY)
    found = listing(office, week, "department", at).set_index("unit_name").loc["城管局"]
    return found[["failed", "fell_due", "in_time", "not_due", "recurred"]].tolist()


@pytest.mark.parametrize(
    ("as_of", "counts"),
    [
        (12, [5, 0, 0, 4, 0]),  # due today is not due yet
        (13, [5, 2, 1, 2, 0]),  # the first was answered on its last day, the second a day late
        (14, [5, 3, 1, 1, 0]),  # nobody answered the third
        (21, [5, 4, 1, 0, 0]),  # the fifth has no deadline and is in no share
    ],
)
def test_what_fell_due_and_what_was_put_right_by_then(office, as_of, counts):
    assert listed(office, as_of) == counts


def test_found_again_the_next_day_is_counted(office):
    again = line("三号", "环境", "城管局")
    data = xlsx({"问题清单": [["问题清单"], HEADERS, [date(2026, 11, 10), *again[1:]]]})
    ingest(office, data, "又一份.xlsx", answers=SenderAnswers(confirm_visits=True))
    assert listed(office, 21)[-1] == 1


def test_one_problem_is_told_by_its_row(office):
    with reading(office.store) as connection:
        rows = read_failed(connection, [MONDAY.toordinal()], np.array([2]))
    lost = dict(zip(rows["source_row"], rows["seq"], strict=True))
    on = date(2026, 11, 20)
    late = finding_of_row(office, MONDAY, 2, lost[4], on)
    assert (late.number, late.due, late.state) == ("2", date(2026, 11, 12), "未及时整改")
    assert (late.closed, late.by_row, late.by_table) == (date(2026, 11, 13), 1.0, None)
    blank = finding_of_row(office, MONDAY, 2, lost[6], on)
    assert (blank.state, blank.by_row, blank.as_of) == ("已发现", None, on)
    assert finding_of_row(office, MONDAY, 2, 999) is None
