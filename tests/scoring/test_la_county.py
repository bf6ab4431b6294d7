"""Los Angeles County, 25-30 June 2026: 400 published inspection scores, 2,007 findings.

Public record; see tests/reference/la_county/SOURCE.md. The published score of an inspection is
100 minus the points of its findings. Here it comes out of our own rule set (deduct at the root,
settled per visit), reader and store; every figure must be the published one.
"""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from tests.builders import xlsx as workbook
from tests.offices import ingest, make_office
from wenming_metrics.domain import periods
from wenming_metrics.queries.ranking.ranking import ranking

FOLDER = Path(__file__).resolve().parent.parent / "reference" / "la_county"
ROOT = '[root]\nmode = "deduct"\nsettlement = "visit"\nfull_mark = 100'
TYPE = "餐饮店"


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def tables():
    return read("inspections.csv"), read("violations.csv"), read("expected.csv")


def load(tmp_path, tables, unit_of):
    """Open an office whose streets are given by `unit_of` an inspection, and load both tables."""
    inspections, violations, _ = tables
    codes = sorted({row["VIOLATION CODE"] for row in violations})
    office = make_office(
        tmp_path,
        [[code, f"{code}项", 100, "*"] for code in codes],
        [{"code": code, "weight": 100} for code in codes],
        types=(TYPE,),
        extra=f"weights_sum = {100 * len(codes)}\n{ROOT}",
    )
    units = sorted({unit_of(row) for row in inspections})
    header = ["单位编号", "单位名称", "单位类别", "上级单位", "分组"]
    lines = [["D1", "洛杉矶县", "区", "", ""]]
    lines += [[f"S{n}", name, "街道", "洛杉矶县", "主城区"] for n, name in enumerate(units)]
    ingest(office, workbook({"单位名册": [header, *lines]}), "名册.xlsx")
    by_number = {row["SERIAL NUMBER"]: row for row in inspections}

    def visit(row):
        day = datetime.strptime(row["ACTIVITY DATE"], "%m/%d/%Y").date()
        return [day, "第三方", row["SERIAL NUMBER"], unit_of(row), TYPE, row["FACILITY ID"]]

    head = ["督查日期", "来源", "督查编号", "街道", "点位类型", "点位名称"]
    problems = [
        [
            *visit(by_number[row["SERIAL NUMBER"]]),
            row["VIOLATION CODE"],
            float(row["POINTS"]),
            row["VIOLATION DESCRIPTION"],
        ]
        for row in violations
    ]
    sheets = {
        "问题清单": [[*head, "测评项编号", "扣分", "问题描述"], *problems],
        "检查点位": [head, *(visit(row) for row in inspections)],
    }
    ingest(office, workbook(sheets), "inspections.xlsx")
    return office


YEAR = periods.window("year", datetime(2026, 6, 30).date())


def test_every_published_score(tmp_path, tables):
    office = load(tmp_path, tables, lambda row: row["SERIAL NUMBER"])
    found = ranking(office, YEAR).set_index("unit_name")["score"]
    published = {row["SERIAL NUMBER"]: float(row["SCORE"]) for row in tables[2]}
    assert len(published) == 400
    assert found.to_dict() == published
    with_findings = {row["SERIAL NUMBER"] for row in tables[1]}
    clean = [number for number in published if number not in with_findings]
    assert len(clean) == 15
    assert (found[clean] == 100).all()


def test_the_mean_of_a_city_is_the_mean_of_its_visits(tmp_path, tables):
    office = load(tmp_path, tables, lambda row: row["FACILITY CITY"])
    found = ranking(office, YEAR).set_index("unit_name")
    scores: dict[str, list[float]] = {}
    for row, published in zip(tables[0], tables[2], strict=True):
        assert row["SERIAL NUMBER"] == published["SERIAL NUMBER"]
        scores.setdefault(row["FACILITY CITY"], []).append(float(published["SCORE"]))
    assert len(scores) == 75
    for city, values in scores.items():
        assert found.at[city, "visits"] == len(values)
        assert found.at[city, "score"] == pytest.approx(sum(values) / len(values), abs=0.005 + 1e-9)
