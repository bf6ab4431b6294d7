"""The sentences on top of the pages are true in every case."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from markdown_it import MarkdownIt

from wenming_metrics.domain.periods import custom, window
from wenming_metrics.queries.ranking.overview import CityOverview
from wenming_metrics.queries.scores.deductions import PricedFinding
from wenming_metrics.scoring.ranking.ranking import RANKED, THIN, UNVISITED
from wenming_metrics.ui import accounts
from wenming_metrics.ui.frame import words

CLOSED = date(2026, 11, 19)


def city(**given):
    told = {"score": 88.0, "score_change": None, "target": 90.0, "scored": 2, "units": 3}
    told |= {"sites": 43, "visits": 44, "checks": 500, "failed": 40, "places": 57}
    return CityOverview(**(told | given))


def units(*lines):
    names = ["unit_name", "group", "status", "rank", "rank_change", "score", "visits"]
    frame = pd.DataFrame(lines, columns=names)
    return frame.astype({"rank": "Int64", "rank_change": "Int64"})


SHARES = pd.DataFrame({"name": ["公共环境", "公共秩序"], "loss": [3.1, 1.0], "share": [0.31, 0.1]})
VISITED = units(
    ("甲街道", "城区", RANKED, 1, None, 90.0, 3), ("乙街道", "城区", RANKED, 2, 0, 80.0, 1)
)


def test_overview_tells_what_was_seen_found_and_lost():
    said = words.overview(city(), VISITED, SHARES, "今日")
    told = "今日督查 2 个街道 43 个点位，发现问题 **57 处**；失分最多的是**公共环境**（占 31%）。"
    assert said == told


@pytest.mark.parametrize(
    ("given", "shares", "told"),
    [
        ({"visits": 0}, SHARES, "没有督查数据"),
        ({"failed": 0, "places": 0}, SHARES, "没有发现问题"),
        ({"score": None}, SHARES[:0], "暂不评分"),
        ({}, SHARES.assign(loss=0.0), "不计分"),
    ],
)
def test_overview_claims_nothing_that_the_figures_do_not_hold(given, shares, told):
    said = words.overview(city(**given), VISITED, shares, "今日")
    assert told in said
    assert "失分最多" not in said


def test_ranking_names_leaders_risers_and_those_without_a_place():
    ranked = units(
        ("甲街道", "城区", RANKED, 1, 2, 95.5, 1),
        ("乙街道", "城区", RANKED, 1, 2, 95.5, 1),
        ("丙街道", "郊区", RANKED, 1, -1, 90.0, 1),
        ("丁街道", "郊区", THIN, None, None, None, 1),
        ("戊街道", "郊区", UNVISITED, None, None, None, 0),
    )
    assert words.ranking(ranked) == (
        "城区并列第一：**甲街道、乙街道** 95.50 分；郊区第一：**丙街道** 90.00 分；"
        "上升最多的是甲街道、乙街道（↑2）；1 个未督查，1 个检查项不足。"
    )


def test_ranking_without_any_place():
    ranked = units(("丁街道", "郊区", UNVISITED, None, None, None, 0))
    assert words.ranking(ranked) == "本期没有可以排名的街道：1 个未督查。"


def test_nobody_rose_is_not_said():
    assert "上升" not in words.ranking(VISITED)


def test_a_listing_without_problems():
    nothing = pd.DataFrame({"unit_name": ["甲局"], "failed": [0]})
    assert "没有" in words.listing(nothing)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {},
            "编号 DC\\-1 · 期限 2026\\-11\\-18 · 截至 2026\\-11\\-20 **未及时整改**"
            " · 行内 0\\.5，按表 0\\.3",
        ),
        (
            {"number": "", "due": None, "state": "已发现", "by_table": None},
            "截至 2026\\-11\\-20 **已发现**",
        ),
        (
            {"number": "", "due": None, "state": "已发现", "by_row": None, "closed": CLOSED},
            "截至 2026\\-11\\-20 **2026\\-11\\-19 整改完**",
        ),
        (
            {"number": "", "due": None, "by_row": None, "closed": CLOSED},
            "截至 2026\\-11\\-20 **未及时整改，2026\\-11\\-19 整改完**",
        ),
    ],
)
def test_a_problem_in_one_line(changed, said):
    one = PricedFinding(
        "DC-1", date(2026, 11, 18), "未及时整改", None, 0.5, 0.3, date(2026, 11, 20)
    )
    assert words.problem(replace(one, **changed)) == said


@pytest.mark.parametrize(("value", "told"), [(0.5, "▲0.50"), (-1.2, "▼1.20"), (0.0, "持平")])
def test_signed(value, told):
    assert words.signed(value) == told


def test_pass_rate():
    assert words.pass_rate(1000, 36) == "96.4%"
    assert words.pass_rate(0, 0) == "—"


def test_when_names_the_present_only_when_it_is():
    on = date(2026, 11, 20)
    assert words.when(window("day", on), on).startswith("今日")
    assert words.when(window("day", on), date(2026, 11, 21)) == "2026年11月20日"
    assert words.when(custom(on, on), on) == "2026年11月20日"


def test_names_from_files_are_shown_as_they_are():
    assert words.plain("[甲](http://x)*") == "\\[甲\\]\\(http\\:/\u2060/x\\)\\*"


def test_bold_is_bold_wherever_it_stands():
    marks = MarkdownIt()
    for name in ("市场", "公园(含绿道)", "“三小”行业", "A*级", "(空)"):
        html = marks.render(f"全在{words.bold(name)}这一项")
        shown = html.replace("\u2060", "").strip()
        assert shown == f"<p>全在<strong>{name}</strong>这一项</p>"


def test_who_signed_in_at_two_places_is_one_person():
    lines = pd.DataFrame({"login": ["甲", "乙", "丙"], "signed_in": [2, 0, 1]})
    assert accounts._spell_presence(lines) == "共 3 个账号，2 人已登录。"
