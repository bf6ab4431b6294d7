"""From a unit to its rows: whose they are, what they were, and their state."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.builders import xlsx
from tests.offices import CHECK_HEADERS, copy_office, ingest, make_office
from wenming_metrics.domain import periods
from wenming_metrics.queries.ranking.ranking import listing, ranking
from wenming_metrics.queries.scores.details import leaf_rows, named_rows, problem_rows
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading
from wenming_metrics.store.frames import read_frame
from wenming_metrics.store.rows import FOUND

DAY = date(2026, 11, 16)
WEEK = periods.window("week", DAY)
BOARD = '[[board]]\nkind = "department"\ntitle = "部门"\nrole = "responsible"\nranked = false'
ROWS = [
    [
        DAY,
        "市督查组",
        "甲街道",
        "小区",
        "一号",
        "环境",
        "不符合",
        2,
        "楼下堆物",
        "城管局",
        "王家巷口",
    ],
    [DAY, "市督查组", "甲街道", "小区", "一号", "秩序", "不符合", 1, "车辆乱停", "甲街道", ""],
    [
        DAY,
        "市督查组",
        "乙街道",
        "小区",
        "二号",
        "环境",
        "不符合",
        5,
        "垃圾满溢",
        "城管局、乙街道",
        "",
    ],
    [DAY, "市督查组", "乙街道", "小区", "二号", "秩序", "符合", "", "", "城管局", ""],
]


@pytest.fixture
def office(tmp_path):
    return copy_office(tmp_path, "details", make)


def make(folder):
    made = make_office(
        folder,
        [["A", "环境", 10, "*"], ["B", "秩序", 10, "*"]],
        [{"code": "A", "weight": 60}, {"code": "B", "weight": 40}],
        extra=BOARD,
        streets=[("甲街道", "主城区"), ("乙街道", "主城区")],
    )
    headers = [*CHECK_HEADERS, "问题描述", "责任单位", "巡查员随记"]
    ingest(made, xlsx({"督查表": [["标题"], headers, *ROWS]}), "督查表.xlsx")
    return made


def unit_of(frame, name: str) -> int:
    return int(frame.set_index("unit_name").at[name, "unit"])


def test_a_department_opens_to_the_rows_that_name_it(office):
    listed = listing(office, WEEK, "department").set_index("unit_name").loc["城管局"]
    assert (listed["checks"], listed["failed"], listed["lost"]) == (3, 2, 7.0)
    rows = named_rows(office, WEEK, int(listed["unit"]), "department")
    assert list(rows["description"]) == ["楼下堆物", "垃圾满溢"]
    assert list(rows["unit_name"]) == ["甲街道", "乙街道"]
    assert list(rows["source_row"]) == [3, 5]


def test_rows_show_every_original_cell_known_or_not(office):
    unit = unit_of(ranking(office, WEEK), "甲街道")
    row = leaf_rows(office, WEEK, unit).iloc[0]
    assert row["cells"]["巡查员随记"] == "王家巷口"
    assert (row["file"], row["sheet"], row["source_row"]) == ("督查表.xlsx", "督查表", 3)
    # 甲: 100 - 60 x 8/10 - 40 x 9/10 = 16 lost, 12 of them on this row
    assert row["loss"] == pytest.approx(12, abs=1e-9)
    assert row["responsible"] == "城管局"


def test_every_problem_of_the_window_is_listed(office):
    assert list(problem_rows(office, WEEK)["responsible"]) == ["城管局", "甲街道", "城管局、乙街道"]


def test_every_finding_begins_its_log_as_found(office):
    with reading(office.store) as connection:
        log = schema.finding_state
        states = read_frame(connection, select(log).where(log.c.batch == 2))
    assert set(states["state"]) == {FOUND}
    assert list(states["seq"]) == [0, 1, 2]
    assert set(states["happened_on"]) == {DAY.toordinal()}
