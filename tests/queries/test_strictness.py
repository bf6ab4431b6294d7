"""Who looked is told by source and by the team that the plan sent; 群众 do not look."""

from datetime import date

from tests.builders import xlsx
from tests.offices import CHECK_HEADERS, ingest, make_office
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.ranking.strictness import who_scores_harder

STREETS = [f"{name}街道" for name in "甲乙丙丁戊己庚"]
DAYS = (16, 17)


def test_district_teams_that_take_off_less_are_found(tmp_path):
    """In each of 7 streets the city finds 2 of 10 sites bad on each of 2 days, the district 1 of 10."""
    office = make_office(
        tmp_path,
        [["A", "地面", 10, "*"]],
        [{"code": "A", "name": "A", "weight": 100}],
        streets=[(street, "主城区") for street in STREETS],
    )
    bad = {"市督查组": 2, "区督查组": 1, "群众": 9}
    rows = [
        [date(2026, 11, day), source, street, "小区", f"{street}{number}号", "地面"]
        + (["不符合", 10] if number < bad[source] else ["符合", ""])
        for street in STREETS
        for day in DAYS
        for source in bad
        for number in range(10)
        if source != "群众" or number < bad[source]
    ]
    ingest(office, xlsx({"督查表": [CHECK_HEADERS, *rows]}), "督查表.xlsx")
    lines = who_scores_harder(office, window("week", date(2026, 11, 16)))
    assert lines[["who", "checks", "units"]].to_numpy().tolist() == [
        ["市督查组", 140, 7],
        ["区督查组", 140, 7],
    ]
    assert lines["gap"].round(6).tolist() == [10.0, -10.0]
    assert who_scores_harder(office, window("day", date(2026, 11, 1))).empty
