"""Decisions on units the whole way: workbook, rules, score, place, page, composite score."""

import json
from datetime import date

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from tests.builders import xlsx
from tests.offices import checklist, ingest, make_office, register_units
from wenming_metrics.__main__ import FAILED, OK, main
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.ranking.composite import composite, known_profiles
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.ranking.shortlists import named_units
from wenming_metrics.queries.scores.details import unit_ledger
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.scoring.ranking.ranking import VETOED

pytestmark = pytest.mark.store

WEEK = window("week", date(2026, 11, 16))
RULES = """
[adjustments]
bonus_cap = 2
penalty_cap = 5
veto = true
[adjustments.difficulty]
"其他" = 1.1
[lists]
front = "红榜"
back = "黑榜"
line = 75
[[lists.group]]
group = "*"
front = 1
back = 1
"""
COMPOSITE = """
[[profile]]
id = "own"
title = "本市方案"
source = "演文明办〔2026〕5号(虚构文号)"
effective_from = 2026-01-01
period = "month"
[[profile.component]]
name = "督查"
from = "inspection"
weight = 100
"""
DOCUMENT = "演文明办〔2026〕9号"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("decisions")


@pytest.fixture(scope="module")
def office(folder):
    rules = folder / "data" / "rules" / "tiny"
    rules.mkdir(parents=True)
    (rules / "composite.toml").write_text(COMPOSITE, encoding="utf-8")
    made = make_office(
        folder, [["A", "环境", 10, "*"]], [{"code": "A", "weight": 100}], extra=RULES
    )
    streets = [("甲街道", "主城区"), ("乙街道", "主城区"), ("丙街道", "主城区"), ("丁镇", "其他")]
    register_units(made, streets)
    lost = {"甲街道": 2, "乙街道": 1, "丙街道": 3, "丁镇": 4}  # 80、90、70、60
    rows = [
        [day, "市督查组", name, "小区", f"{name}一号", "环境", "不符合", points]
        for day in ("2026-11-09", "2026-11-16")
        for name, points in lost.items()
    ]
    ingest(made, checklist(rows), "督查表.xlsx")
    header = ["单位", "加减分日期", "加减分类型", "加减分值", "事由", "文号"]
    decided = [
        ["甲街道", "2026-11-17", "加分", 5, "市级表彰", ""],
        ["丙街道", "2026-11-17", "减分", 1.5, "迟报材料", ""],
        ["乙街道", "2026-11-18", "一票否决", "", "安全事故", DOCUMENT],
    ]
    ingest(made, xlsx({"加减分": [["加减分表"], header, *decided]}), "加减分.xlsx")
    return made


def test_scores_places_and_ledgers(office):
    """甲 80+5 capped at 2 = 82; 丙 70-1.5 = 68.5; 丁 60×1.1 = 66; 乙 keeps 90 and has no place."""
    found = ranking(office, WEEK).set_index("unit_name")
    assert found["score"].to_dict() == {"甲街道": 82, "丙街道": 68.5, "乙街道": 90, "丁镇": 66}
    assert found["rank"].dropna().to_dict() == {"甲街道": 1, "丙街道": 2, "丁镇": 1}
    assert (found.at["乙街道", "status"], found.at["乙街道", "document_no"]) == (VETOED, DOCUMENT)
    for name, tree in (("甲街道", 80), ("乙街道", 90), ("丙街道", 70), ("丁镇", 60)):
        lines = unit_ledger(office, WEEK, int(found.at[name, "unit"]))
        assert tree + lines["counted"].sum() == pytest.approx(found.at[name, "score"], abs=1e-9)
    (line,) = unit_ledger(office, WEEK, int(found.at["甲街道", "unit"])).to_dict("records")
    assert (line["file"], line["sheet"], line["source_row"]) == ("加减分.xlsx", "加减分", 3)
    assert line["remark"] == "超过上限的部分不计"


def test_lists_by_setting_with_weeks_running(office):
    named = named_units(office, WEEK)
    lines = named[["group", "title", "unit_name", "running", "remark"]].values.tolist()
    assert lines == [  # the week before: 乙 90 in front; 丙 and 丁 at the back as well
        ["主城区", "红榜", "甲街道", 1, ""],
        ["主城区", "黑榜", "丙街道", 2, "低于 75 分，连续 2 期"],
        ["其他", "黑榜", "丁镇", 2, "低于 75 分，连续 2 期"],
    ]


def test_the_offices_own_profile_weighs_the_adjusted_score(office):
    (own, *_) = known_profiles(office, ROOT / "data")
    found = composite(office, own, window("month", date(2026, 11, 30))).units
    scores = found.set_index("unit_name")["score"].dropna().to_dict()
    assert scores == {"甲街道": 82, "乙街道": 90, "丙街道": 68.5, "丁镇": 66}
    struck = found.set_index("unit_name").loc["乙街道"]
    assert (struck["status"], struck["document_no"]) == (VETOED, DOCUMENT)
    assert found["rank"].notna().tolist() == [True, True, False, True]


@pytest.mark.only("sqlite")
def test_pages_show_lists_ledger_and_composite(folder, office, monkeypatch):
    monkeypatch.setenv("WENMING_DATA", str(folder / "data"))
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    query = {"period": "周", "date": "2026-11-16", "unit": "甲街道"}
    said = visited(app, "ranking", **query)
    assert (
        "红榜：甲街道 82\\.00（点位不足） · 黑榜：丙街道 68\\.50（低于 75 分，连续 2 期，点位不足）"
        in said
    )
    assert "失 **20.00** 分（100 − 82.00 + 2.00 加减分）" in said
    assert "**加减分账**：得分里加减了 +2.00 分" in said
    said = visited(app, "appraisal", appraised="甲街道")
    assert "本单位的方案。来源：演文明办〔2026〕5号" in said
    assert "主城区第一：**甲街道** 82.00 分" in said
    assert "1 × 82 = 82\\.00" in said


def visited(app, page, **query):
    """Go to a page and give all that it says."""
    app.switch_page(f"pages/{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert not app.error, [error.value for error in app.error]
    return "\n".join(str(part.value) for part in [*app.markdown, *app.caption])


def run(folder, monkeypatch, office, capsys, *arguments):
    monkeypatch.setenv("WENMING_DATA", str(folder / "data"))
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_the_command_line_says_the_same(folder, office, monkeypatch, capsys, tmp_path):
    asked = (folder, monkeypatch, office, capsys)
    code, said = run(*asked, "ranking", "--week", "2026-W47")
    assert code == OK
    assert "主城区 黑榜：丙街道 68.50（低于 75 分，连续 2 期，点位不足）" in said
    code, said = run(*asked, "composite")
    assert (code, "本市方案" in said) == (OK, True)
    out = tmp_path / "综合.xlsx"
    code, said = run(
        *asked, *("composite", "own", "--date", "2026-11-16", "--unit", "甲街道", "--out", out)
    )
    assert code == OK
    for word in ("2026年11月 综合考核：本市方案（本单位）", "1 × 82 = 82.00"):
        assert word in said
    sheet = openpyxl.load_workbook(out).active
    assert [cell.value for cell in sheet[2]][:7] == [
        *("分组", "名次", "单位", "综合分", "督查", "权重", "计分"),
    ]
    assert [cell.value for cell in sheet[3]][:7] == ["主城区", 1, "甲街道", 82, 82, 100, 82]
    code, said = run(*asked, "composite", "own", "--json")
    units = {unit["unit_name"]: unit for unit in json.loads(said)["units"]}
    assert units["乙街道"]["status"] == VETOED
    code, said = run(*asked, "composite", "没有")
    assert (code, "没有方案“没有”，可以用：own" in said) == (FAILED, True)
    code, said = run(*asked, "composite", "own", "--unit", "没有街道")
    assert (code, "没有单位“没有街道”" in said) == (FAILED, True)
