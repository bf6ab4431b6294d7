"""What a metric counts as: its counts where they are told, for those are not rounded."""

from datetime import date

import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office, register_units
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.scores.dated_facts import metric
from wenming_metrics.store.database import reading

HEADER = ["单位", "指标", "期间", "数值", "分子", "分母", "计量单位"]
CASES = {
    "志愿者占比": ("18.6%", 21, 113, None, 100 * 21 / 113, "18.6%（21/113）"),
    "无百分号": (18.58, 21, 113, None, 100 * 21 / 113, "18.58（21/113）"),
    "小数": (0.95, 95, 100, None, 95, "0.95（95/100）"),
    "印错": ("81.6%", 21, 113, None, 100 * 21 / 113, "81.6%（21/113）"),
    "千分比": (185.8, 21, 113, "‰", 1000 * 21 / 113, "185.8‰（21/113）"),
    "人均": (12.5, 12500, 1000, "平方米", 12.5, "12.5平方米"),
    "只有数值": ("12.5%", None, None, None, 12.5, "12.5%"),
    "只有分子分母": (None, 45, 60, None, 75, "45/60"),
    "写反": (80, 60, 48, None, 80, "80"),
}


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    leaf = [{"code": "A", "weight": 100}]
    made = make_office(tmp_path_factory.mktemp("office"), [["A", "环境", 10, "*"]], leaf)
    register_units(made, [("河西街道", "主城区")])
    rows = [["河西街道", name, "2026年10月", *case[:4]] for name, case in CASES.items()]
    ingest(made, xlsx({"指标": [["量化指标"], HEADER, *rows]}), "指标.xlsx")
    return made


@pytest.mark.parametrize("name", CASES)
def test_a_metric_counts_by_its_counts(office, name):
    with reading(office.store) as connection:
        found = metric(connection, name, window("quarter", date(2026, 11, 30)))
    *_, value, told = CASES[name]
    assert found["value"].tolist() == pytest.approx([value])
    assert found["told"].tolist() == [told]
