"""The ledger of a window: decisions, what did not count, who is responsible, what to put right."""

from datetime import date

import pytest

from tests.builders import xlsx
from tests.offices import CHECK_HEADERS, ingest, make_office
from wenming_metrics.domain import periods
from wenming_metrics.queries.losses.ledger import ADJUSTED, SILENT, ledger
from wenming_metrics.queries.losses.ledger_rows import loss_rows, responsible_units
from wenming_metrics.queries.losses.what_if import candidates, gains, labels
from wenming_metrics.queries.scores.details import unit_leaves

DAY = date(2026, 11, 16)
WEEK = periods.window("week", DAY)
HEADERS = [*CHECK_HEADERS, "问题描述", "责任单位"]
EXTRA = "[adjustments]\nbonus_cap = 5\n"
INDICATORS = [
    {"code": "E", "name": "环境", "weight": 60, "mode": "deduct", "settlement": "week", "full_mark": 5},
    {"code": "A", "name": "地面", "parent": "E", "weight": 50},
    {"code": "B", "name": "墙面", "parent": "E", "weight": 50},
    {"code": "C", "name": "秩序", "weight": 30},
    {"code": "D", "name": "市场", "weight": 10, "missing": "zero"},
]  # fmt: skip
ITEMS = [["A", "地面干净", 4, "*"], ["B", "墙面干净", 4, "*"], ["C", "停车有序", 10, "*"]]
ITEMS += [["D", "摊位整齐", 10, "T2"]]


def row(item, result, lost, name="一号", street="甲街道", responsible=""):
    return [DAY, "市督查组", street, "小区", name, item, result, lost, item, responsible]


ROWS = [
    row("地面干净", "不符合", 4, responsible="城管局、甲街道"),
    row("墙面干净", "不符合", 4, "二号", responsible="城管局"),
    row("停车有序", "不符合", 2),
    row("停车有序", "符合", "", "二号"),
    row("地面干净", "符合", "", "三号", "乙街道"),
    row("停车有序", "符合", "", "三号", "乙街道"),
]
DECISIONS = [
    ["单位", "加减分日期", "加减分类型", "加减分值", "事由", "文号"],
    ["甲街道", DAY, "加分", 1, "市级表彰", "某发〔2026〕1号"],
]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """甲: 环境 takes 5 of 8, so nothing of its 60 is left; 秩序 2 of 20; 市场 was not looked at."""
    made = make_office(
        tmp_path_factory.mktemp("ledger"),
        ITEMS,
        INDICATORS,
        extra=EXTRA,
        streets=[("甲街道", "主城区"), ("乙街道", "主城区")],
        sites=[["大市场", "市场", "甲街道"], ["三号", "小区", "乙街道"]],
    )
    ingest(made, xlsx({"督查表": [HEADERS, *ROWS]}), "督查表.xlsx")
    ingest(made, xlsx({"加减分": [["加减分表"], *DECISIONS]}), "加减分.xlsx")
    return made


@pytest.fixture(scope="module")
def told(office):
    return ledger(office, WEEK)


def of(told, unit="甲街道"):
    return told.lines[told.lines["unit_name"] == unit]


def test_every_kind_of_loss_is_a_line_and_they_add_up(told):
    lines = of(told)
    by_top = lines.groupby("level1", observed=True)["points"].sum()
    assert by_top.to_dict() == pytest.approx({"环境": 60, "秩序": 3, "市场": 10, "加减分": -1})
    unit = told.units.set_index("name").loc["甲街道"]
    assert unit["score"] == 28  # 100 - 60 - 3 - 10 + 1
    assert lines["points"].sum() == pytest.approx(unit["full"] - unit["total"], abs=1e-9)
    silent = lines[lines["kind"] == SILENT].iloc[0]
    assert (silent["level2"], silent["site_name"]) == ("（未查，按 0 分计）", "不在某一行上")
    assert lines.loc[lines["kind"] == ADJUSTED, "reason"].tolist() == ["市级表彰"]


def test_what_was_taken_beyond_the_cap_stands_apart(told):
    lines = of(told)
    capped = lines[lines["level1"] == "环境"]
    assert capped["points"].tolist() == pytest.approx([30, 30])
    assert capped["uncounted"].tolist() == pytest.approx([1.5, 1.5])  # 8 written, 5 count
    assert lines.loc[lines["level1"] != "环境", "uncounted"].eq(0).all()


def test_the_city_is_its_units_by_what_they_weigh(told):
    assert told.units["weight"].tolist() == [0.5, 0.5]
    assert told.city_score == 64  # (28 + 100) / 2
    assert told.lines["city"].sum() == pytest.approx(36, abs=1e-9)


def test_rows_carry_their_line_and_what_of_them_did_not_count(office, told):
    lines = of(told)
    checks = lines[(lines["kind"] == "row") & (lines["points"] > 0)]
    rows = loss_rows(office, WEEK, checks).set_index("source_row").sort_index()
    assert rows["loss"].to_dict() == pytest.approx({2: 30, 3: 30, 4: 3})
    assert rows["uncounted"].to_dict() == pytest.approx({2: 1.5, 3: 1.5, 4: 0})
    assert rows["leaf_name"].tolist() == ["地面", "墙面", "秩序"]


def test_a_line_counts_in_full_for_each_responsible_unit(office, told):
    named = responsible_units(office, WEEK, told.lines)
    points = named.join(told.lines["points"], on="line").groupby("name")["points"].sum()
    assert points.to_dict() == pytest.approx({"城管局": 60, "甲街道": 30})


def test_putting_one_capped_problem_right_gives_back_less_than_it_costs(told):
    named = labels(told.lines, "class")
    ground = (named == "地面干净（小区）").to_numpy()
    # 4 of the 8 gone: 4 of 5 are taken still, so 60 / 5 come back rather than 30.
    assert gains(told, ground).tolist() == pytest.approx([12, 0])
    both = named.isin(["地面干净（小区）", "墙面干净（小区）"]).to_numpy()
    assert gains(told, both).tolist() == pytest.approx([60, 0])
    everything = (told.lines["kind"] == "row").to_numpy()
    assert gains(told, everything).tolist() == pytest.approx([63, 0])  # 91: 市场 is still missing


def test_candidates_tell_the_gain_of_each_alone(told):
    found = candidates(told, (told.lines["unit_name"] == "甲街道").to_numpy(), "class")
    found = found.set_index("name")
    assert found["loss"].to_dict() == pytest.approx(
        {"地面干净（小区）": 30, "墙面干净（小区）": 30, "停车有序（小区）": 3}
    )
    assert found["gain"].to_dict() == pytest.approx(
        {"地面干净（小区）": 12, "墙面干净（小区）": 12, "停车有序（小区）": 3}
    )
    sites = candidates(told, (told.lines["unit_name"] == "甲街道").to_numpy(), "site")
    assert sites.set_index("name")["count"].to_dict() == {"一号": 2, "二号": 1}


TREE = [("A1", "A", 60, 1), ("A2", "A", 40, 2), ("B1", "B", 100, 3), ("C1", "C", 50, 0)]
TREE += [("C2", "C", 50, 4)]
"""Leaf, its parent, its weight there, points lost of 10; A, B and C weigh 50, 30 and 20."""


@pytest.mark.parametrize(("missing", "score", "lost"), [("local", 76, 8), ("global", 77.78, 4.44)])
def test_a_leaf_that_was_not_looked_at_gives_its_weight_away(tmp_path, missing, score, lost):
    tops = [{"code": c, "weight": w} for c, w in (("A", 50), ("B", 30), ("C", 20))]
    leaves = [{"code": leaf, "parent": top, "weight": weight} for leaf, top, weight, _ in TREE]
    made = make_office(
        tmp_path,
        [[leaf, leaf, 10, "*"] for leaf, *_ in TREE],
        [*tops, *leaves],
        extra=f'[missing]\nrule = "renormalise_{missing}"',
        streets=[("甲街道", "主城区"), ("乙街道", "主城区"), ("丙街道", "主城区")],
    )
    rows = [
        row(leaf, "不符合" if points else "符合", points or "", f"{street}点", street)
        for street, without in (("甲街道", ""), ("乙街道", "C1"), ("丙街道", "B1"))
        for leaf, _, _, points in TREE
        if leaf != without
    ]
    ingest(made, xlsx({"督查表": [HEADERS, *rows]}), "督查表.xlsx")
    told = ledger(made, WEEK)
    assert told.units["score"].tolist() == [80, score, 84.29]
    points = of(told, "乙街道").groupby("level2", observed=True)["points"].sum()
    assert points["C2"] == pytest.approx(lost, abs=0.005)
    for unit in told.units.itertuples():
        assert of(told, unit.name)["points"].sum() == pytest.approx(100 - unit.total, abs=1e-9)


def test_a_loss_to_which_the_weight_of_others_came_is_marked(tmp_path):
    """秩序 has 10 of 100 by the rules; with 环境 (70) not looked at it weighs 10 of 30, so 3.33 times."""
    weights = {"A": 70, "C": 10, "D": 20}
    leaves = [{"code": code, "name": code, "weight": weight} for code, weight in weights.items()]
    made = make_office(
        tmp_path,
        [ITEMS[0], *ITEMS[2:]],
        leaves,
        streets=[("甲街道", "主城区"), ("乙街道", "主城区")],
    )
    market = [DAY, "市督查组", "甲街道", "市场", "大市场", "摊位整齐", "不符合", 5]
    rows = [
        row("停车有序", "不符合", 2),
        [*market, "摊位", ""],
        row("地面干净", "不符合", 1, street="乙街道"),
    ]
    ingest(made, xlsx({"督查表": [HEADERS, *rows]}), "督查表.xlsx")
    lines = ledger(made, WEEK).lines.set_index(["unit_name", "level1"])["multiple"]
    assert lines["甲街道", "C"] == pytest.approx((10 / 30) / 0.10)
    assert lines["甲街道", "D"] == pytest.approx((20 / 30) / 0.20)
    assert lines.isna()["乙街道", "A"]  # 1 of 0.7 is less than twice
    unit = int(ledger(made, WEEK).units.set_index("name")["unit"]["甲街道"])
    leaves = unit_leaves(made, WEEK, unit).set_index("code")["multiple"]
    assert leaves.to_dict() == {"C": pytest.approx(10 / 3), "D": pytest.approx(10 / 3)}
