"""A score worked out: every step by a calculator, and the last one is that of the ranking."""

from datetime import date

import pytest

from tests.builders import xlsx
from tests.offices import checklist, ingest, make_office, register_units
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.framework import items_of, search, tree
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.ranking.score_steps import working
from wenming_metrics.ui.rules import worked_example

ITEMS = [[code, f"项{code}", 10, "*"] for code in ("A1", "A2", "B1", "B2", "X")]
TREE = [
    {"code": "A", "name": "环境", "weight": 60},
    {"code": "A1", "name": "道路", "parent": "A", "weight": 50, "responsible": "城管局"},
    {"code": "A2", "name": "公厕", "parent": "A", "weight": 50, "average": "visit"},
    {"code": "B", "name": "秩序", "weight": 40, "mode": "deduct", "settlement": "window"}
    | {"full_mark": 5},
    {"code": "B1", "name": "停车", "parent": "B", "weight": 50},
    {"code": "B2", "name": "摊点", "parent": "B", "weight": 50},
]
DAY = date(2026, 11, 18)
WEEK = window("week", DAY)
FOUND = [
    ("甲街道", "一号", "项A1", 2),
    ("甲街道", "一号", "项A2", 5),
    ("甲街道", "二号", "项A2", 0),
    ("甲街道", "一号", "项B1", 3),
    ("甲街道", "二号", "项B2", 1),
    ("乙街道", "三号", "项A1", 0),
]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    mapping = [[code, "", code] for code in ("A1", "A2", "B1", "B2")]
    made = make_office(tmp_path_factory.mktemp("working"), ITEMS, TREE, mapping=mapping)
    register_units(made, [("甲街道", "主城区"), ("乙街道", "主城区"), ("丙街道", "主城区")])
    rows = [
        [DAY, "市督查组", street, "小区", site, item, "不符合" if lost else "符合", lost or ""]
        for street, site, item, lost in FOUND
    ]
    ingest(made, checklist(rows), "表.xlsx")
    return made


def steps_of(office, name):
    units = ranking(office, WEEK).set_index("unit_name")
    found = working(office, WEEK, int(units.loc[name, "unit"]))
    return found, found.version_steps[0].nodes.set_index("code"), units.loc[name]


def test_every_step_is_that_of_a_calculator(office):
    """道路 8/10; 公厕 mean of 0.5 and 1; 秩序 1 - 4/5: 60 x (0.8 + 0.75)/2 + 40 x 0.2 = 54.5."""
    found, nodes, line = steps_of(office, "甲街道")
    assert nodes.loc["A1", ["checks", "lost", "possible", "rate"]].tolist() == [1, 2, 10, 0.8]
    assert nodes.loc["A2", ["checks", "mean_rate", "rate"]].tolist() == [2, 0.75, 0.75]
    assert nodes.loc["B", ["periods", "taken", "full"]].tolist() == [1, 4, 5]
    assert nodes.loc["B", "rate"] == pytest.approx(0.2)
    assert nodes.loc["A", "points"] == pytest.approx(46.5)
    assert nodes["inside"].tolist() == [code in ("B1", "B2") for code in nodes.index]
    own = nodes[(nodes["mode"] != "") & ~nodes["inside"]]
    assert own["points"].sum() == pytest.approx(found.exact, abs=1e-9)
    assert (found.score, found.added) == (line["score"], 0)
    assert found.score == 54.5


def test_what_nobody_looked_at_gives_its_weight_away(office):
    found, nodes, line = steps_of(office, "乙街道")
    assert found.score == line["score"] == 100
    assert nodes.loc["A1", "effective"] == 1
    assert nodes.loc[["A2", "B"], "rate"].isna().all()
    assert worked_example.rate_formula(
        nodes.loc["B"].to_dict(), found.version_steps[0].nodes
    ).startswith("没有查到，不计")


def test_the_steps_in_words(office):
    found, nodes, _ = steps_of(office, "甲街道")
    part = found.version_steps[0]
    told = {
        code: worked_example.rate_formula(line, part.nodes)
        for code, line in nodes.to_dict("index").items()
    }
    assert told["A1"] == "实得 8 ÷ 满分 10（1 项，扣 2）"
    assert told["A2"] == "2 次检查的得分率平均"
    assert told["B"] == "整个时段结算，共 1 期，扣 4：1 − 4 ÷（满分 5 × 1）"
    assert told["A"] == "50.00%×0.8000 + 50.00%×0.7500"
    assert (
        worked_example.total_formula(part) == "100 ×（60.00% × 0.7750 + 40.00% × 0.2000）= 54.5000"
    )
    assert "得分 **54.50**" in worked_example.conclusion(found, WEEK.title)


def test_prices_of_the_table_are_in_the_steps(tmp_path):
    """Two problems of 0.3 points each out of 10: 100 x (1 - 0.6/10) = 94."""
    leaf = {"code": "A", "weight": 100, "mode": "deduct", "settlement": "window", "full_mark": 10}
    office = make_office(
        tmp_path,
        [["A", "环境", 5, "*"]],
        [leaf],
        extra='[deductions]\nfirst = "table"',
        files={"deductions.csv": "source,state,severity,points\ncity,已发现,,0.3\n"},
        streets=[("甲街道", "主城区")],
    )
    place = ["督查日期", "来源", "街道", "点位类型", "点位名称"]
    rows = [
        [DAY, "市督查组", "甲街道", "小区", site, "环境", "有垃圾", 1, 2] for site in ("一", "二")
    ]
    sheets = {"检查点位": [place, *(row[:5] for row in rows)]}
    sheets["问题清单"] = [[*place, "测评项", "问题描述", "处数", "扣分"], *rows]
    ingest(office, xlsx(sheets), "清单.xlsx")
    found, nodes, line = steps_of(office, "甲街道")
    assert found.score == line["score"] == 94
    assert nodes.loc["A", ["periods", "taken", "full"]].tolist() == [1, 0.6, 10]


def test_a_leaf_that_a_fact_feeds_shows_the_fact(tmp_path):
    """环境 8/10; 志愿 87.5 of 100: 50 x 0.8 + 50 x 0.875 = 83.75."""
    fact = {"code": "V", "name": "志愿", "weight": 50, "mode": "value", "full_mark": 100}
    office = make_office(
        tmp_path,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 50}, {**fact, "fact": "metric:活跃度"}],
        mapping=[["A", "", "A"]],
        streets=[("甲街道", "主城区")],
    )
    rows = [[DAY, "市督查组", "甲街道", "小区", "一号", "环境", "不符合", 2]]
    ingest(office, checklist(rows), "表.xlsx")
    sheet = [["单位", "指标", "统计期", "数值"], ["甲街道", "活跃度", "2026年10月", 87.5]]
    ingest(office, xlsx({"量化指标": sheet}), "指标.xlsx")
    found, nodes, line = steps_of(office, "甲街道")
    assert found.score == line["score"] == 83.75
    assert nodes.loc["V", ["value", "rate"]].tolist() == [87.5, 0.875]
    assert (
        worked_example.rate_formula(nodes.loc["V"].to_dict(), found.version_steps[0].nodes)
        == "报送的数 87.5 ÷ 满分"
    )


def test_a_week_over_two_versions_by_days_or_under_one_of_them(tmp_path):
    """60 : 40 until Tuesday, then 40 : 60; 甲 loses a fifth of A on Monday and on Wednesday."""
    tree = [{"code": "A", "weight": 60}, {"code": "B", "weight": 40}]
    other = [{"code": "A", "weight": 40}, {"code": "B", "weight": 60}]
    office = make_office(
        tmp_path,
        [["A", "环境", 10, "*"], ["B", "秩序", 10, "*"]],
        tree,
        streets=[("甲街道", "主城区")],
        later=[{"effective_from": "2026-11-18", "indicators": other}],
    )
    rows = [
        [date(2026, 11, day), "市督查组", "甲街道", "小区", "一号", item, result, lost]
        for day in (16, 18)
        for item, result, lost in (("环境", "不符合", 2), ("秩序", "符合", ""))
    ]
    ingest(office, checklist(rows), "表.xlsx")
    found, _, line = steps_of(office, "甲街道")
    assert [(one.share, one.score) for one in found.version_steps] == [
        (pytest.approx(2 / 7), pytest.approx(88)),
        (pytest.approx(5 / 7), pytest.approx(92)),
    ]
    assert found.score == line["score"] == 90.86
    for number, score in enumerate((88, 92)):
        whole = working(office, WEEK, int(line["unit"]), rules_id=office.rule_sets[number].id)
        assert (len(whole.version_steps), whole.score) == (1, score)


def test_the_tree_with_shares_methods_and_items(office):
    lines, items = tree(office.rules), items_of(office.rules, office.catalogue)
    shares = dict(zip(lines["code"], lines["share"], strict=True))
    assert shares["A2"] == pytest.approx(0.3)
    assert lines["code"].tolist() == ["A", "A1", "A2", "B", "B1", "B2"]
    how = dict(zip(lines["code"], lines["how"], strict=True))
    assert how["A"] == "下级按权重平均"
    assert how["A2"] == "得分率，按次逐项平均"
    assert how["B"] == "扣完为止，整个时段结算，满分 5"
    assert items.loc[items["node"] < 0, "code"].tolist() == ["X"]
    for word, codes in (("停车", ["B", "B1"]), ("项A2", ["A", "A2"]), ("城管", ["A", "A1"])):
        assert search(lines, items, word)["code"].tolist() == codes
    assert search(lines, items, "没有的词").empty
