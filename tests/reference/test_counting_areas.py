"""382 counting areas through upload: every published percentage, groups and the whole pooled."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office
from tests.reference.test_by_mapping import WHO, Row, point_at, table, workbook
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.rates import rates, waves

SURVEY = """
id = "areas"
title = "Counting areas"
source = "SOURCE.md"
wave = "month"
city = "pooled"
[limits]
hide = 1
[[question]]
code = "papers"
title = "Papers"
headers = []
kind = "count"
option = [
    { code = "eligible", title = "Eligible" },
    { code = "returned", title = "Returned" },
    { code = "invalid", title = "Invalid" },
]
[[question]]
code = "choice"
title = "Choice"
headers = []
option = [{ code = "option_a", title = "A" }, { code = "option_b", title = "B" }]
"""
RATES = {
    "participation": ("papers", "returned", "eligible"),
    "option_a": ("choice", "option_a", ""),
    "option_b": ("choice", "option_b", ""),
    "invalid": ("papers", "invalid", "returned"),
}
"""Rate -> question, numerator, base ("": the options of the question)."""


def _survey() -> str:
    parts = [SURVEY]
    for code, (question, top, base) in RATES.items():
        told = f'base = ["{base}"]\n' if base else ""
        head = f'[[rate]]\ncode = "{code}"\ntitle = "{code}"\nquestion = "{question}"\n'
        parts.append(f'{head}numerator = ["{top}"]\n{told}')
    return "\n".join(parts)


@pytest.fixture(scope="module")
def areas() -> list[Row]:
    return table("counting_areas/inputs.csv")


@pytest.fixture(scope="module")
def office(tmp_path_factory, areas) -> Office:
    folder: Path = tmp_path_factory.mktemp("areas")
    leaf = {"code": "A", "weight": 100}
    made = make_office(folder, [["A", "A", 5, "*"]], [leaf], files={"survey.toml": _survey()})
    header = ["单位编号", "单位名称", "单位类别", "上级单位", "分组"]
    lines = [[row["unit"], row["unit"], "街道", "全部", row["group"]] for row in areas]
    register = [header, ["D1", "全部", "区", "", ""], *lines]
    ingest(made, xlsx({"单位名册": register}), "名册.xlsx")
    said = {"kind": "counts", "unit": "subject", "group": "group", "valid": ""}
    preview = point_at(made, workbook({"2016年6月": areas}), {"2016年6月": said})
    assert preview.reading.outcome == "共 382 行，382 行可入库。"
    assert preview.problems == ()
    commit.commit(made, preview, WHO)
    return made


@pytest.fixture(scope="module")
def found(office):
    return rates(office, waves(office)[0])


def test_every_published_percentage(found):
    expected = {row["unit"]: row for row in table("counting_areas/expected.csv")}
    for code in RATES:
        own = found.units[found.units["rate"] == code].set_index("unit_name")["shown"]
        assert len(own) == 382
        told = {unit: float(row[f"{code}_pct"]) for unit, row in expected.items()}
        assert own.round(6).to_dict() == pytest.approx(told, abs=1e-9)


def test_groups_and_the_whole_are_pooled(found, areas):
    groups = {row["group"]: row for row in table("counting_areas/groups.csv")}
    del groups["TOTAL"]
    for code, (_, top, base) in RATES.items():
        own = found.totals[found.totals["rate"] == code]
        named = own[own["level"] == "group"].set_index("name")["value"]
        told = {name: float(row[f"{code}_pct"]) for name, row in groups.items()}
        assert named.to_dict() == pytest.approx(told, abs=1e-6)
        above = sum(int(row[top]) for row in areas)
        bases = [base] if base else ["option_a", "option_b"]
        below = sum(int(row[name]) for row in areas for name in bases)
        exact = Decimal(100 * above) / Decimal(below)
        whole = own[own["level"] == "city"].iloc[0]
        assert whole["value"] == pytest.approx(float(exact), abs=1e-9)
        assert whole["shown"] == float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))
    overall = found.totals[found.totals["level"] == "city"].set_index("rate")["shown"]
    assert overall["participation"] == 72.21
    assert overall["option_b"] == 51.89
