"""Metrics as cities have printed them, from uploaded rows: shares of their own bases, targets, two 活跃度 apart."""

from tests.builders import xlsx
from tests.offices import ingest, make_office, register_units
from wenming_metrics.queries.progress.metrics import metric_summary, metrics

HEAD = ["单位", "指标", "期间", "数值", "计量单位", "分子", "分母", "目标值"]
# Of a population of 9,000,000 spread over three units, 8 % are 720,000 (洛阳 asks for 8 %);
# 宁波 printed 2,145,965 registered volunteers and an activity of 62.59 %.
POPULATION = {"河西街道": 4_000_000, "城东街道": 3_000_000, "龙潭街道": 2_000_000}
REGISTERED = {"河西街道": 1_000_000, "城东街道": 800_000, "龙潭街道": 345_965}
ACTIVE = {"河西街道": 700_000, "城东街道": 500_000, "龙潭街道": 143_159}


def test_figures_that_cities_printed_come_out_of_their_rows(tmp_path):
    office = make_office(tmp_path, [["A", "环境", 10, "*"]], [{"code": "A", "weight": 100}])
    register_units(office, [(name, "主城区") for name in POPULATION])
    month = "2026年10月"
    rows = [
        line
        for unit in POPULATION
        for line in (
            [unit, "注册率", month, "", "", REGISTERED[unit], POPULATION[unit], 8],
            [unit, "活跃率", month, "", "", ACTIVE[unit], REGISTERED[unit], 50],
        )
    ]
    # 象山 printed 90.1 % and 慈溪 28.29 %, of two things that are both called 活跃度.
    rows += [
        ["河西街道", "综合活跃度", month, 90.1, "%", "", "", ""],
        ["城东街道", "信用活跃度", month, 28.29, "%", "", "", ""],
    ]
    ingest(office, xlsx({"指标": [["量化指标"], HEAD, *rows]}), "指标.xlsx")
    lines = metrics(office)
    summary = metric_summary(lines).set_index("indicator")
    # 1,343,159 / 2,145,965 = 62.5900 %; the base is the sum of the units' registered.
    assert summary.loc["活跃率", "denominator"] == 2_145_965
    assert round(summary.loc["活跃率", "pooled"], 2) == 62.59
    assert summary.loc["注册率", "numerator"] == 2_145_965
    # 南宁's 50 %: 143,159 / 345,965 = 41.38 falls short, the two others do not.
    assert summary.loc["活跃率", ["with_target", "below"]].tolist() == [3, 1]
    assert summary.loc["注册率", "below"] == 0
    per_unit = lines.set_index(["indicator", "unit_name"])
    assert round(per_unit.loc[("活跃率", "龙潭街道"), "gap"], 2) == -8.62
    assert per_unit.loc[("综合活跃度", "河西街道"), "printed"] == "90.1%"
    assert per_unit.loc[("信用活跃度", "城东街道"), "printed"] == "28.29%"
    assert {"综合活跃度", "信用活跃度"} <= set(summary.index)
