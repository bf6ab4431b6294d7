"""责任分解: from indicators and sites to who answers and back; what nobody has is found."""

from datetime import date, timedelta

import pandas as pd
import pytest

from tests.builders import xlsx
from tests.offices import checklist, ingest, make_office
from wenming_metrics.domain.periods import today
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.progress.duties import (
    duties,
    duty_counts,
    duty_form,
    leaf_duties,
    site_duties,
)

DAY = date(2026, 11, 20)
HEAD = ["测评项目", "测评标准", "点位类型", "点位名称", "任务", "牵头市领导", "责任单位", "联络员"]
HEAD += ["办公电话", "完成时限", "进展"]


def duty_office(folder):
    items = [["A", "路面", 10, "*"], ["B", "摊位", 5, "T2"], ["C", "绿化", 5, "T1"]]
    tree = [
        {"code": "P", "name": "公共环境", "weight": 60},
        {"code": "A", "parent": "P", "name": "路面整洁", "weight": 50},
        {"code": "B", "parent": "P", "name": "摊位规范", "weight": 50, "lead": "城管局"},
        {"code": "C", "name": "绿化完好", "weight": 40},
    ]
    streets = [("河西街道", "主城区"), ("城东街道", "主城区")]
    sites = [["大市场", "市场", "河西街道"], ["一小区", "小区", "河西街道"]]
    sites += [["二小区", "小区", "城东街道"], ["三市场", "市场", "城东街道"]]
    office = make_office(folder, items, tree, streets=streets, sites=sites)
    day = (today() - timedelta(days=3)).isoformat()
    failed = [day, "市", "城东街道", "小区", "二小区", "路面", "不符合", 10]
    ingest(office, checklist([failed]), "督查.xlsx")
    rows = [
        ["公共环境", "", "", "", "", "", "城管局", "丙某", "8000001", "", ""],
        ["", "", "市场", "", "管好市场", "", "城管局", "", "", "2026-11-10", "50%"],
        ["", "", "", "大市场", "包保", "甲某", "河西街道", "丁某", "", "", "正常"],
        ["", "", "", "", "挂钩联系", "乙某", "城东街道", "", "", "", ""],
    ]
    ingest(office, xlsx({"分解": [["责任分解表"], HEAD, *rows]}), "分解.xlsx")
    return office


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return duty_office(tmp_path_factory.mktemp("duties"))


def test_each_duty_says_which_of_the_five_it_lacks(office):
    lines = duties(office, DAY).set_index("matter")
    assert lines["sort"].to_dict() == {
        **{"公共环境": "职责", "管好市场": "任务", "包保": "职责", "挂钩联系": "职责"},
    }
    assert lines.loc["管好市场", ["overdue", "days_late", "lacking"]].tolist() == [True, 10, "人员"]
    assert lines.loc["公共环境", "lacking"] == "任务、进度、时限"
    counts = duty_counts(duties(office, DAY)).set_index("unit_name")
    assert counts.loc["城管局"].to_dict() == {
        **{"standing": 1, "dated": 1, "overdue": 1, "incomplete": 2},
    }
    assert counts[["standing", "dated"]].to_numpy().sum() == len(lines)


def test_a_duty_of_a_branch_counts_for_its_leaves_and_what_nobody_has_is_found(office):
    leaves = leaf_duties(office, DAY).set_index("name")
    assert leaves.loc["路面整洁", ["lead", "duty_units", "duties", "nobody"]].tolist() == [
        *("", "城管局", 1, False),
    ]
    assert leaves.loc["摊位规范", "lead"] == "城管局"
    assert leaves["nobody"].to_dict() == {"路面整洁": False, "摊位规范": False, "绿化完好": True}


def test_the_worst_site_comes_first_with_who_answers_for_it(office):
    sites = site_duties(office, today()).set_index("site_name")
    assert sites.index[0] == "二小区"
    # Nobody has 小区; its street is linked to a leader, though.
    assert sites.loc["二小区", ["site_units", "type_units", "leaders", "nobody"]].tolist() == [
        *("", "", "乙某", True),
    ]
    assert sites.loc["大市场", ["site_units", "type_units", "leaders"]].tolist() == [
        *("河西街道", "城管局", "甲某"),
    ]
    assert sites["loss"].notna().tolist() == [True, False, False, False]
    assert sites["nobody"].sum() == 2


def test_the_list_comes_back_the_same_with_its_contacts(office):
    before = duties(office, DAY, contacts=True)
    content = filled_file(office, "duty", duty_form(office, DAY, duties(office, DAY)))
    returned = commit.inspect(office, content, "责任分解.xlsx").reading
    assert (returned.kind, returned.counts.held) == ("duty", 0)
    told = pd.DataFrame(returned.records["told"].tolist())
    for name in ("project", "site", "point_type", "task", "leader", "due", "progress"):
        assert told[name].tolist() == before[name].tolist(), name
    assert [cell["phone"] for cell in told["contact"]] == before["phone"].tolist()
    assert returned.records["unit"].tolist() == before["unit"].tolist()
