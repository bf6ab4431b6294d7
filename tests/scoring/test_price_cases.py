"""Worked cases of deductions by a table, from workbooks to the score and back to the rows."""

import tomllib

import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office
from tests.scoring.test_cases import FOLDER, check_losses, window_of
from wenming_metrics.queries.ranking.ranking import ranking

CASES = tomllib.loads((FOLDER / "prices" / "扣分标准.toml").read_text("utf-8"))["case"]
PRICES = """\
source,state,severity,points
city,已发现,,0.3
city,未及时整改,,1
city,连续通报,,2
district,已发现,,0.2
district,未及时整改,,0.5
district,连续通报,,1
bureau,已发现,,0.1
bureau,未及时整改,,0.3
bureau,连续通报,,0.6
"""
PLACE = ["督查日期", "来源", "街道", "点位类型", "点位名称"]
HEADER = [*PLACE, "测评项", "问题描述", "处数", "扣分", "问题状态", "整改时限"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_worked_case(case, tmp_path):
    settings = f'first = "{case.get("first", "row")}"\nper = "{case.get("per", "row")}"'
    leaf = {"code": "A", "weight": 100, "mode": "deduct", "settlement": "window", "full_mark": 10}
    office = make_office(
        tmp_path,
        [["A", "环境", 5, "*"]],
        [leaf],
        extra=f"[deductions]\n{settings}",
        files={"deductions.csv": PRICES},
        streets=[("甲街道", "主城区")],
    )
    rows = [[*row, case.get("due", "")] for row in case["rows"]]
    visits = list(dict.fromkeys(tuple(row[:5]) for row in rows))
    ingest(office, xlsx({"检查点位": [PLACE, *visits], "问题清单": [HEADER, *rows]}), "督查表.xlsx")
    window = window_of(case)
    found = ranking(office, window).set_index("unit_name")
    assert found["score"].to_dict() == case["expect"]
    check_losses(office, window)
