"""A street that is merged into another goes on in it; a window ranks those alive on its last day."""

from datetime import date

import pytest

from tests.builders import xlsx
from tests.offices import checklist, ingest, make_office
from wenming_metrics.domain import periods
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.details import leaf_rows, unit_leaves
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

HEADER = [
    *("单位编号", "单位名称", "单位类别", "上级单位", "分组", "常住人口"),
    *("停用日期", "并入单位"),
]
NOVEMBER = periods.window("month", date(2026, 11, 1))
EARLY = periods.custom(date(2026, 11, 1), date(2026, 11, 10))


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """乙街道 went into 甲街道 on 11 November."""
    made = make_office(
        tmp_path_factory.mktemp("merged"),
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100}],
        extra='[city]\nweight = "population"',
    )
    units = [
        ["D1", "演示区", "区", "", "", "", "", ""],
        ["S1", "甲街道", "街道", "演示区", "主城区", 30000, "", ""],
        ["S2", "乙街道", "街道", "演示区", "主城区", 20000, date(2026, 11, 10), "甲街道"],
        ["S3", "丙街道", "街道", "演示区", "主城区", 10000, "", ""],
    ]
    ingest(made, xlsx({"单位名册": [HEADER, *units]}), "名册.xlsx")
    rows = [
        [date(2026, 11, 3), "市督查组", "甲街道", "小区", "一号", "环境", "不符合", 1],
        [date(2026, 11, 3), "市督查组", "乙街道", "小区", "二号", "环境", "不符合", 6],
        [date(2026, 11, 3), "市督查组", "丙街道", "小区", "三号", "环境", "不符合", 3],
        [date(2026, 11, 20), "市督查组", "甲街道", "小区", "一号", "环境", "不符合", 2],
    ]
    ingest(made, checklist(rows), "督查表.xlsx")
    return made


def test_the_successor_is_ranked_with_what_was_found_before(office):
    found = ranking(office, NOVEMBER).set_index("unit_name")
    # 30 points, 1 + 6 + 2 lost: 21/30 = 0.7
    assert found["score"].to_dict() == {"甲街道": 70.0, "丙街道": 70.0}
    assert found.at["甲街道", "checks"] == 3
    with reading(office.store) as connection:
        units = read_register(connection).units.set_index("name")
    unit = int(units.at["甲街道", "unit"])
    leaves, rows = unit_leaves(office, NOVEMBER, unit), leaf_rows(office, NOVEMBER, unit)
    assert leaves["loss"].sum() == pytest.approx(30, abs=1e-9)
    assert rows["loss"].sum() == pytest.approx(30, abs=1e-9)
    assert sorted(rows["source_row"]) == [2, 3, 5]


def test_before_the_merger_both_are_ranked(office):
    found = ranking(office, EARLY).set_index("unit_name")
    assert found["score"].to_dict() == {"甲街道": 90.0, "乙街道": 40.0, "丙街道": 70.0}
    # by people: (90 x 3 + 40 x 2 + 70 x 1) / 6 = 70
    assert city(office, EARLY).score == 70.0


def test_the_city_weighs_by_people(office):
    # both have 70, whatever they weigh
    assert city(office, NOVEMBER).score == 70.0
