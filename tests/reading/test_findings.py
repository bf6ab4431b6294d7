"""Problems and the visits they belong to, plans, registers."""

from datetime import date

import pytest

from tests.builders import (
    FINDINGS,
    VISITS,
    catalogue,
    context,
    empty_register,
    read_sheets,
    register,
)
from tests.uploads.case import finding, visit
from wenming_metrics.domain.registers import build_sites, build_units

_UNIT_HEADER = ("单位名称", "单位类别", "上级单位", "别名", "常住人口", "启用日期")


def _both(findings, visits, header=VISITS, **changes):
    sheets = {"检查点位": [header, *visits], "问题清单": [FINDINGS, *findings]}
    return read_sheets(sheets, **changes)


def test_a_visit_without_scope_looks_at_every_item_of_its_point_type():
    checks = _both([finding()], [visit()]).checks
    scope = checks[checks["basis"] == 1]
    assert scope["item"].tolist() == [0, 2, 4, 5, 6]
    assert scope["possible"].tolist() == catalogue().items["full_mark"][[0, 2, 4, 5, 6]].tolist()
    assert (scope["lost"] == 0).all()
    assert (scope["result"] == 0).all()
    assert scope["source_row"].unique().tolist() == [2]


@pytest.mark.parametrize(
    ("scope", "items"),
    [
        ("公共环境", [0, 2]),
        ("公共环境、公益宣传", [0, 2, 6]),
        ("A01,C01", [0, 6]),
        ("非机动车停放有序;垃圾桶不满溢", [2, 4]),
        ("全部", [0, 2, 4, 5, 6]),
    ],
)
def test_scopes_name_categories_codes_or_items(scope, items):
    checks = _both([], [visit(检查范围=scope)]).checks
    assert checks["item"].tolist() == items


def test_a_problem_belongs_to_the_visit_of_its_day_source_and_site():
    checks = _both([finding(扣分=1), finding(测评项="公益广告完好", 扣分=None)], [visit()]).checks
    found = checks[checks["basis"] == 2]
    assert checks["visit"].nunique() == 1
    assert found["lost"].tolist() == [10000, 40000]
    assert found["possible"].tolist() == [40000, 40000]
    assert found["places"].tolist() == [2, 2]


def test_a_numbered_visit_is_found_by_a_problem_without_number():
    numbered = [[*visit(), "V-7"]]
    reading = _both([finding()], numbered, header=[*VISITS, "督查编号"])
    assert reading.checks["visit"].nunique() == 1
    assert [problem.code for problem in reading.problems] == []


def test_two_numbered_visits_of_one_site_leave_the_problem_alone():
    numbered = [[*visit(), "V-7"], [*visit(), "V-8"]]
    reading = _both([finding()], numbered, header=[*VISITS, "督查编号"])
    assert reading.checks["visit"].nunique() == 3
    assert [problem.code for problem in reading.problems] == ["到访-01"]


def test_a_problem_without_point_type_takes_that_of_its_visit():
    sheets = {
        "检查点位": [VISITS, visit(点位名称="解放路")],
        "问题清单": [FINDINGS, finding(点位名称="解放路", 点位类型=None)],
    }
    reading = read_sheets(sheets)
    assert reading.counts.held == 0
    assert set(reading.checks["point_type"]) == {1}


def test_a_held_visit_makes_no_checks():
    reading = _both([finding()], [visit(街道="成东街道")])
    assert set(reading.checks["basis"]) == {2}


def test_confirmed_visits_look_at_everything_once():
    rows = [finding(), finding(测评项="公益广告完好"), finding(督查日期="2026-11-17")]
    reading = read_sheets({"问题清单": [FINDINGS, *rows]}, confirm_visits=True)
    checks = reading.checks
    assert checks["basis"].value_counts().to_dict() == {1: 10, 2: 3}
    assert checks["visit"].nunique() == 2
    assert reading.counts.rows == 3


def test_problems_alone_are_returned_until_confirmed():
    reading = read_sheets({"问题清单": [FINDINGS, finding()]})
    assert reading.is_rejected
    assert reading.kind == ""
    assert reading.checks.empty


def test_a_plan():
    header = ["计划日期", "督查组", "街道", "点位类型", "点位名称", "轮次"]
    row = [date(2026, 12, 1), "一组", "河西街道办", "主干道", "人民路", "第一轮"]
    reading = read_sheets({"计划": [header, row]})
    (line,) = reading.plan.to_dict("records")
    assert reading.kind == "plan"
    assert line["day"] == date(2026, 12, 1).toordinal()
    assert (line["team"], line["round"], line["site_name"]) == ("一组", "第一轮", "人民路")
    assert (line["street"], line["point_type"]) == (3, 1)
    assert line["site"] == register().sites["site"][1]


def test_a_first_register_of_units():
    rows = [
        ["桥头社区", "社区", "河西街道", None, None, None],
        ["河西街道", "街道", "东湖区", "河西、河西街道办", "5.2万", "2020-01-01"],
        ["东湖区", "区", None, None, None, None],
    ]
    reading = read_sheets({"名册": [_UNIT_HEADER, *rows]}, register=empty_register())
    assert (reading.kind, reading.outcome) == ("units", "共 3 行，3 行可入库。")
    units = build_units(empty_register(), reading.units).units
    assert units["code"].tolist() == ["河西街道/桥头社区", "东湖区/河西街道", "东湖区"]
    assert units["parent"].tolist() == [1, 2, -1]
    assert units["aliases"].tolist() == [[], ["河西", "河西街道办"], []]
    assert units["population"].tolist()[1] == 52000
    assert units["valid_from"].tolist() == [0, date(2020, 1, 1).toordinal(), 0]


def test_units_keep_their_numbers_and_new_ones_are_appended():
    rows = [
        ["南门街道", "街道", "南岭区", "南门", None, None],
        ["北门街道", "街道", "东湖区", None, None, None],
    ]
    reading = read_sheets({"名册": [_UNIT_HEADER, *rows]})
    old, new = register().units, build_units(register(), reading.units).units
    assert new["code"].tolist() == [*old["code"], "东湖区/北门街道"]
    assert new["aliases"][5] == ["南门"]
    assert new["parent"].tolist() == [*old["parent"], 0]
    assert new.loc[:4].equals(old.loc[:4])


def test_a_renamed_unit_keeps_its_old_name_as_alias():
    header = ("单位编号", "单位名称", "单位类别", "上级单位")
    reading = read_sheets({"名册": [header, ["S4", "南门新街道", "街道", "南岭区"]]})
    units = build_units(register(), reading.units).units
    assert (units["name"][5], units["aliases"][5], units["unit"][5]) == (
        "南门新街道",
        ["南门街道"],
        5,
    )


def test_a_row_below_a_held_parent_is_held_as_well():
    rows = [
        ["西街道", "街道", "西区", None, None, None],
        ["西社区", "社区", "西街道", None, None, None],
    ]
    reading = read_sheets({"名册": [_UNIT_HEADER, *rows]})
    assert reading.counts.held == 2


def test_sites_are_read_against_the_units_beside_them():
    sheets = {
        "单位名册": [_UNIT_HEADER, ["北门街道", "街道", "东湖区", None, None, None]],
        "点位名册": [
            ("点位名称", "点位类型", "街道", "别名"),
            ["北门菜场", "菜市场", "北门街道", "北门市场"],
            ["人民东路", "主干道", "河西街道", "人民路"],
        ],
    }
    reading = read_sheets(sheets)
    built = build_sites(build_units(register(), reading.units), reading.registered_sites)
    assert reading.kind == "registers"
    assert built.sites["name"].tolist() == ["东风农贸(集贸)市场", "人民东路", "桂花苑", "北门菜场"]
    assert built.sites["site"].tolist()[:3] == register().sites["site"].tolist()
    assert built.sites["street"].tolist()[3] == 16


def test_everything_is_unknown_to_an_empty_register():
    reading = read_sheets({"检查点位": [VISITS, visit()]}, register=empty_register())
    assert (reading.counts.rows, reading.counts.held) == (1, 1)
    assert context().register.is_empty is False
