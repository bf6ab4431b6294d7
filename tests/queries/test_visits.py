"""Every visit with its score and grade; the figures are worked out by hand."""

from datetime import date

import pytest

from tests.builders import xlsx
from tests.offices import CHECK_HEADERS, ingest, make_office
from wenming_metrics.domain import periods
from wenming_metrics.queries.ranking.visits import visits

DAY = date(2026, 11, 16)
WEEK = periods.window("week", DAY)
GRADES = 'visits.grades = { "优秀" = 90, "合格" = 60, "不合格" = 0 }\n'
WEIGHTS = {"A": 80, "B": 10, "C": 10}
ITEMS = [["A", "地面", 4, "*"], ["B", "墙面", 6, "*"], ["C", "秩序", 10, "*"]]


def row(day, street, site, item, lost):
    result = "不符合" if lost else "符合"
    return [date(2026, 11, day), "市督查组", street, "小区", site, item, result, lost or ""]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = make_office(
        tmp_path_factory.mktemp("visits"),
        ITEMS,
        [{"code": code, "name": code, "weight": weight} for code, weight in WEIGHTS.items()],
        extra=GRADES,
        streets=[("甲街道", "主城区"), ("乙街道", "主城区")],
    )
    rows = [row(16, "甲街道", "一号", "地面", 1), row(16, "甲街道", "一号", "墙面", 0)]
    rows += [row(18, "甲街道", "一号", "地面", 0), row(16, "甲街道", "二号", "秩序", 4.5)]
    rows += [row(16, "乙街道", "三号", "地面", 4)]
    ingest(made, xlsx({"督查表": [CHECK_HEADERS, *rows]}), "督查表.xlsx")
    return made


def test_each_visit_has_its_own_score_and_grade(office):
    """一号 on the 16th: 9 of 10 points are 90, the least of 优秀; the weight of 地面 plays no part."""
    found = visits(office, WEEK)[["day", "site_name", "checks", "score", "grade"]]
    assert [(line.day.day, *line[2:]) for line in found.itertuples()] == [
        (16, "三号", 1, 0.0, "不合格"),
        (16, "二号", 1, 55.0, "不合格"),
        (16, "一号", 2, 90.0, "优秀"),
        (18, "一号", 1, 100.0, "优秀"),
    ]


def test_visits_of_one_unit_and_of_a_day(office):
    unit = int(visits(office, WEEK).set_index("site_name")["unit"]["三号"])
    assert visits(office, WEEK, unit=unit)["unit_name"].tolist() == ["乙街道"]
    assert visits(office, periods.window("day", date(2026, 11, 18)))["lost"].tolist() == [0]
    assert visits(office, periods.window("day", date(2026, 11, 1))).empty
