"""Composite scores from what was really uploaded, down to file and row."""

from dataclasses import replace
from datetime import date

import pytest

from tests.builders import xlsx
from tests.monday.files import build
from tests.offices import (
    checklist,
    ingest,
    make_office,
    new_store,
    register_units,
    write_catalogue,
    write_rules,
)
from tests.reading.test_external import GRID, MERGED
from tests.scoring.test_composing import settings_of
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.ranking.composite import (
    composite,
    composite_lines,
    known_profiles,
    printed_total,
    unit_sources,
)
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.rules.composite import composite_faults, profiles_of
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.runtime.settings import ROOT, Settings
from wenming_metrics.scoring.tree.composite import worked_line

QUARTER = window("quarter", date(2026, 9, 30))
LATER = window("quarter", date(2026, 11, 30))
TEST = "演示市2026年第三季度文明程度指数测评结果(报创建办)0930.xls"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = make_office(
        tmp_path_factory.mktemp("office"),
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100}],
    )
    streets = ["河西街道", "城东街道", "龙潭街道"]
    register_units(made, [(name, "主城区") for name in streets])
    table = commit.inspect(made, build({"表3 街道得分": (GRID, MERGED)}), TEST)
    commit.commit(made, table, "测试")
    rows = [  # 河西:两周 90 与 60,合并 (9+9+6)/30 = 80;城东:70
        ["2026-11-02", "市督查组", "河西街道", "小区", "一号", "环境", "不符合", 1],
        ["2026-11-03", "市督查组", "河西街道", "小区", "二号", "环境", "不符合", 1],
        ["2026-11-09", "市督查组", "河西街道", "小区", "一号", "环境", "不符合", 4],
        ["2026-11-09", "市督查组", "城东街道", "小区", "三号", "环境", "不符合", 3],
    ]
    ingest(made, checklist(rows), "督查表.xlsx")
    header = ["测评内容", "责任单位", "截止日期", "报送时间", "审核意见"]
    documents = [
        ["说明报告", "河西街道", "2026-10-10", "2026-10-09", "通过"],
        ["实景图片", "河西街道", "2026-10-20", "2026-10-21", "退回修改"],
    ]
    ingest(made, xlsx({"台账": [["台账材料进度"], header, *documents]}), "台账.xlsx")
    header = ["单位", "指标", "期间", "分子", "分母"]
    metrics = [["河西街道", "活跃志愿者比例", "2026年10月", 45, 60]]
    ingest(made, xlsx({"指标": [["量化指标"], header, *metrics]}), "指标.xlsx")
    header = ["问题编号", "单位", "存在问题", "整改情况"]
    answers = [["1", "河西街道", "乱停放", "已整改"], ["2", "河西街道", "积水", "整改中"]]
    title = ["整改反馈 填报日期:2026-11-10"]
    ingest(made, xlsx({"反馈": [title, header, *answers]}), "反馈.xlsx")
    return made


def profile_of(*components, **changes):
    parts = [
        {"name": source, "from": source, "weight": weight, **rest}
        for source, weight, rest in components
    ]
    told = settings_of(component=parts, **{"period": "quarter", **changes})
    assert composite_faults(told, {}) == []
    return profiles_of(told)[0]


def matrix(rounding):
    told = {"rounding": rounding}
    return profile_of(
        ("external:市季度测评:原始得分", 85, told),
        ("external:市季度测评:满意度(%)", 15, told),
        missing="exclude",
    )


def scores(found):
    return found.units.set_index("unit_name")["score"].dropna().to_dict()


@pytest.mark.parametrize(
    ("rounding", "second", "line", "compared"),
    [
        (
            *("printed", 86.95, "0.85 × 86.37（取 73.41） + 0.15 × 90.29（取 13.54） = 86.95"),
            "原表印的总得分也是 86.95。",
        ),
        (
            *("exact", 86.96, "0.85 × 86.37 + 0.15 × 90.29 = 86.96"),
            "原表印的总得分是 86.95，重算为 86.96，相差 +0.01；原表的数照原样保存。",
        ),
    ],
)
def test_the_table_of_a_quarter_as_printed_and_made_again(office, rounding, second, line, compared):
    """Printed 88.93 and 86.95; rounded once the second is 86.96; 龙潭 was not drawn: no rank."""
    found = composite(office, matrix(rounding), QUARTER)
    assert scores(found) == {"河西街道": 88.93, "城东街道": second}
    unit = int(found.units.set_index("unit_name").at["城东街道", "unit"])
    assert worked_line(found.composed, unit, found.profile) == line
    assert printed_total(found, unit) == compared
    sources = unit_sources(found, unit)
    assert sources[["told", "of", "sheet"]].values.tolist() == [
        ["86.37", "2026年第三季度", "表3 街道得分"],
        ["90.29", "2026年第三季度", "表3 街道得分"],
    ]
    assert sources["file"].tolist() == [TEST] * 2
    assert sources["source_row"].tolist() == [7, 7]
    assert found.sources["restricted"].all()
    (lacking,) = composite_lines(found).query("score.isna()").to_dict("records")
    assert lacking["unit_name"] == "龙潭街道"
    assert lacking["missing"] == "external:市季度测评:原始得分：缺"


def test_a_figure_of_an_earlier_period_counts_until_there_is_a_later_one(office):
    assert scores(composite(office, matrix("printed"), LATER))["河西街道"] == 88.93
    before = window("quarter", date(2026, 6, 30))
    assert scores(composite(office, matrix("printed"), before)) == {}


@pytest.mark.parametrize(
    ("month", "score"),
    [("pooled", 0.6 * 80 + 0.4 * 88.45), ("mean_of_issues", 0.6 * 75 + 0.4 * 88.45)],
)
def test_inspections_beside_a_test(office, month, score):
    """Weeks: 90 and 60, mean 75; pooled (9+9+6)/30 = 80."""
    profile = profile_of(
        ("inspection", 60, {}), ("external:市季度测评:原始得分", 40, {}), month=month
    )
    found = composite(office, profile, LATER).units.set_index("unit_name")
    assert found.at["河西街道", "exact"] == pytest.approx(score, abs=1e-9)


@pytest.mark.parametrize(
    ("source", "value", "told"),
    [
        ("document", 50, "应报 2 项，通过 1 项"),
        ("rectification", 50, "反馈 2 项，反馈已整改 1 项"),
        ("metric:活跃志愿者比例", 75, "45/60"),
        ("external:市季度测评", 88.93, "88.93"),
        ("survey", None, None),
    ],
)
def test_each_kind_of_component(office, source, value, told):
    found = composite(office, profile_of((source, 100, {}), missing="exclude"), LATER)
    assert scores(found).get("河西街道") == value
    if told:
        unit = int(found.units.set_index("unit_name").at["河西街道", "unit"])
        assert unit_sources(found, unit)["told"].tolist() == [told]


def test_years_take_figures_of_their_own_year_only(office):
    profile = profile_of(
        ("external:市季度测评", 100, {}), period="year", years=[40, 60], missing="renormalise"
    )
    found = composite(office, profile, window("year", date(2026, 6, 1)))
    assert scores(found)["河西街道"] == 88.93  # nothing of 2025: all weight is on 2026
    missing = composite(office, replace(profile, missing="zero"), found.window)
    assert scores(missing)["河西街道"] == 53.36  # 0.6 x 88.93 = 53.358
    assert scores(composite(office, profile, window("year", date(2027, 6, 1)))) == {
        "河西街道": 88.93,
        "城东街道": 86.95,
    }


def test_the_offices_own_profiles_come_first(office):
    own = settings_of(id="own", title="本市方案")
    rules = replace(office.rules, composite=own)
    found = known_profiles(replace(office, rules=rules), ROOT / "data")
    assert [found[0].id, found[0].is_example] == ["own", False]
    assert all(one.is_example for one in found[1:])


ONLY = """
[[profile]]
id = "only"
title = "第三方"
source = "算例"
effective_from = 2020-01-01
period = "quarter"
[[profile.component]]
name = "指数"
from = "{source}"
weight = 100
"""


def only_composite(folder, source):
    """Open an office whose rules are rules.toml and composite.toml alone."""
    write_rules(
        folder / "data" / "rules" / "only",
        [],
        [],
        files={"composite.toml": ONLY.format(source=source)},
    )
    for name in ("indicators.csv", "items.csv"):
        (folder / "data" / "rules" / "only" / name).unlink()
    write_catalogue(folder / "data", [["A", "环境", 10, "*"]], ("小区", "市场"))
    return open_office(Settings(folder / "data", new_store(folder), None))


def test_an_office_that_only_brings_together_needs_no_tree(tmp_path):
    made = only_composite(tmp_path, "external:市季度测评:原始得分")
    register_units(made, [(name, "主城区") for name in ("河西街道", "城东街道", "龙潭街道")])
    table = commit.inspect(made, build({"表3 街道得分": (GRID, MERGED)}), TEST)
    commit.commit(made, table, "测试")
    (profile,) = profiles_of(made.rules.composite)
    found = composite(made, profile, QUARTER)
    assert scores(found) == {"河西街道": 88.45, "城东街道": 86.37}  # as the table prints them
    assert ranking(made, QUARTER)["status"].unique().tolist() == ["未督查"]


def test_without_a_tree_nothing_can_come_of_inspections(tmp_path):
    with pytest.raises(RuleSetError, match="“指数”取日常督查的得分，要有 indicators.csv"):
        only_composite(tmp_path, "inspection")
