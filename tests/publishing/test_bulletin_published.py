"""Figures that cities printed in their own 通报, made again from rows and counts."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from tests.builders import xlsx
from tests.offices import checklist, ingest, make_office
from tests.publishing.bulletin_city import HEADERS
from tests.publishing.city import open_city, put, row
from wenming_metrics.domain.periods import window
from wenming_metrics.export.word.blocks import Grid, Paragraph
from wenming_metrics.intake import commit
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.bulletin.layout import Layout
from wenming_metrics.publishing.bulletin.material import issue_of_window, material_of_issue
from wenming_metrics.publishing.bulletin.phrases import percent
from wenming_metrics.publishing.bulletin.sections import make_content
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.store.database import reading

SHARES = {"A": "24.52", "B": "22.44", "C": "21.91", "D": "13.56", "E": "9.95", "F": "7.62"}
"""梅州, May: shares of six classes of loss; they add up to 100.00."""


def material_of(office, issue):
    with reading(office.store) as connection:
        return material_of_issue(connection, office, issue)


def texts_of(content):
    return [block.text for block in content.body if isinstance(block, Paragraph)]


def grid_of(content, title):
    return next(block for block in content.body if isinstance(block, Grid) and block.title == title)


def test_meizhou_score_movement_and_shares(tmp_path):
    """93.07 in May, 88.93 in March: issues of two months, each class with its share of the losses."""
    towns = [(f"{name}镇", "市区") for name in "甲乙"]
    office = make_office(
        tmp_path,
        [[code, f"类别{code}", 10_000, "*"] for code in SHARES],
        [{"code": c, "name": f"类别{c}", "weight": float(share)} for c, share in SHARES.items()],
        streets=towns,
        extra="[issues]\nname = '测评通报'\nkind = 'span'\ndays = 61\nbegins = 2025-03-01\n",
    )
    for day, lost in ((date(2025, 3, 10), 1_107), (date(2025, 5, 10), 693)):
        rows = [
            [day, "第三方", town, "小区", f"{town}一号", f"类别{code}", "不符合", lost]
            for town, _ in towns
            for code in SHARES
        ]
        ingest(office, checklist(rows), f"{day}.xlsx")
        issue = signing.draft(office, day, "张三")
        issue = signing.sign(office, issue.key, "王五", f"第{issue.number}号")
    content = make_content(material_of(office, issue), Layout())
    assert "全市得分93.07分，较上期上升4.14分。" in texts_of(content)
    rows = grid_of(content, "各类失分").rows
    assert [cells[2] for cells in rows] == [f"{share}%" for share in SHARES.values()]
    assert (
        "全市失分6.93分，主要集中在类别A（占24.52%）、类别B（占22.44%）、类别C（占21.91%），合计占68.87%。"
    ) in texts_of(content)


def test_chuxiong_rate_as_of_a_day(tmp_path):
    """楚雄 2022 no. 9: 57 handed out, 28 put right by 10 October: 49.12 %."""
    office, day = open_city(tmp_path), date(2022, 10, 3)
    rows = [
        [
            day,
            "市督查组",
            "甲街道",
            "小区",
            f"{n}号点",
            "环境",
            f"问题{n}",
            1,
            1,
            f"{n}",
            day + timedelta(20),
        ]
        for n in range(1, 58)
    ]
    sheets = {"问题清单": [["督查问题清单"], HEADERS, *rows]}
    ingest(office, xlsx(sheets), "清单.xlsx", answers=SenderAnswers(confirm_visits=True))
    answers = [[f"{n}", f"问题{n}", "已整改", day + timedelta(2)] for n in range(1, 29)]
    head = [
        ["填报单位:甲街道  填报日期:2022.10.09"],
        ["问题编号", "存在问题", "整改情况", "完成时间"],
    ]
    preview = commit.inspect(office, xlsx({"整改反馈": [*head, *answers]}), "反馈.xlsx")
    commit.commit(office, preview, "测试")
    with reading(office.store) as connection:
        issue = issue_of_window(connection, office, window("week", day))
    texts = texts_of(make_content(material_of(office, issue), Layout()))
    assert (
        "截至2022年10月9日，本期发现的57条问题中，反馈已整改28条，整改率49.12%（28/57）。" in texts
    )


@pytest.mark.parametrize(
    ("count", "base", "printed"),
    # 宁国 2022-04: unhappy answers of those that the hotline itself dealt with.
    [(8, 87, "9%"), (6, 70, "9%"), (5, 66, "8%"), (3, 63, "5%"), (5, 39, "13%")],
)
def test_ningguo_shares_on_their_own_base(count, base, printed):
    assert percent(count, base, 0) == printed


@pytest.mark.parametrize(
    ("count", "base", "printed"),
    # 台山 2021-11; 南通, December; 长子.
    [(963, 1_032, "93.31%"), (12_461, 12_806, "97.31%"), (38, 54, "70.37%")],
)
def test_rates_that_cities_printed(count, base, printed):
    assert percent(count, base, 2) == printed


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    office = open_city(tmp_path_factory.mktemp("published"))
    put(office, "周一", row("甲街道", 2), row("乙街道", 1))
    with reading(office.store) as connection:
        issue = issue_of_window(connection, office, window("week", date(2025, 3, 3)))
        return material_of_issue(connection, office, issue)


def test_rates_of_a_survey_stand_with_their_base_and_definition(material):
    survey = pd.DataFrame(
        [
            ("a", "满意度", 89.09, 87.72, 90.34, 2_200, "", "满意度 = 满意的 ÷ 全部有效回答"),
            ("b", "知晓率", 95.0, 76.4, 99.1, 20, "small", "知晓率 = 知道的 ÷ 全部有效回答"),
            ("c", "参与率", float("nan"), float("nan"), float("nan"), 4, "hidden", "参与率"),
        ],
        columns=["code", "title", "shown", "low", "high", "n", "state", "definition"],
    )
    facts = replace(material.facts, survey=survey, wave="2025年5月")
    content = make_content(replace(material, facts=facts), Layout(sections=("survey",)))
    assert texts_of(content)[2:] == [
        "2025年5月问卷调查：满意度89.09%（有效回答2200份，95%置信区间87.7%至90.3%）；"
        "知晓率95%（有效回答20份，95%置信区间76.4%至99.1%，样本较少，仅供参考）；"
        "参与率样本不足，不公布（有效回答4份）。",
        "满意度 = 满意的 ÷ 全部有效回答。",
        "知晓率 = 知道的 ÷ 全部有效回答。",
        "参与率。",
    ]


def test_departments_are_listed_by_problems_with_bases(material):
    columns = ["unit", "unit_name", "checks", "failed", "places", "lost", "failed_before"]
    columns += ["fell_due", "in_time", "not_due", "recurred", "as_of"]
    lines = [(7, "城管局", 80, 57, 60, 12.5, 40, 57, 28, 3, 1, date(2022, 10, 10))]
    lines += [(8, "教育局", 9, 0, 0, 0.0, 0, 0, 0, 0, 0, date(2022, 10, 10))]
    boards = {**material.lists.boards, "department": pd.DataFrame(lines, columns=columns)}
    changed = replace(
        material,
        lists=replace(material.lists, boards=boards),
        boards={**material.boards, "department": "部门"},
    )
    content = make_content(changed, Layout(sections=("ranking",)))
    assert "（二）部门" in texts_of(content)
    assert grid_of(content, "").rows == (
        ("城管局", "57", "+17", "60", "12.50", "49.12%（28/57）", "3", "1"),
    )


def test_what_needs_the_long_term_is_in_no_base(material):
    """东方 2020: 1,223 found, 1,218 done, 5 need the long term; nothing is late."""
    line = material.facts.problems.iloc[0].to_dict() | {"due": "2020-11-01", "late": False}
    done = line | {"closed": "2020-10-30", "excuse": "", "set_aside": False}
    left = line | {"closed": "", "excuse": "长期整改", "set_aside": True}
    problems = pd.DataFrame([done] * 1_218 + [left] * 5)
    facts = replace(material.facts, problems=problems, as_of="2020-12-31")
    changed = replace(material, facts=facts)
    texts = texts_of(make_content(changed, Layout(sections=("rectification",))))
    assert texts[2:4] == [
        "截至2020年12月31日，本期发现的1223条问题中，长期整改5条，应整改1218条，"
        "反馈已整改1218条，整改率100.00%（1218/1218）。",
        "整改期限已过的1218条中，按期整改1218条，按期整改率100.00%（1218/1218）。",
    ]
    checked = make_content(
        replace(changed, facts=replace(facts, closes="check")), Layout(sections=("rectification",))
    )
    assert "核查销号1218条" in texts_of(checked)[2]
