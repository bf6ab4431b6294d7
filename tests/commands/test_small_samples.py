"""Samples that say little: the page and the terminal tell it in words, and no figure is a blank or a NaN."""

import json
import re

import pandas as pd
import pytest

from tests.offices import checklist, ingest, make_office, register_units
from tests.pages.test_pages import sound, texts, visit
from wenming_metrics.__main__ import OK, main
from wenming_metrics.queries.ranking.weights import WeightInfluence, influence_sentence
from wenming_metrics.rules.faults import RuleSetError

pytestmark = pytest.mark.store

NOTHING = re.compile(r"\bnan\b|<NA>|\bNone\b|\binf\b", re.IGNORECASE)
ITEMS = [["A", "环境", 10, "*"]]
DAY = "2026-11-16"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("small-samples")


@pytest.fixture(scope="module")
def office(folder):
    """Open an office with a group of one, one site seen day after day, one site, full marks, nothing."""
    rules = "[sampling]\nsites = 3\nrevisits = 0.1\n"
    made = make_office(folder, ITEMS, [{"code": "A", "weight": 100}], extra=rules)
    streets = {"甲街道": "主城区", "乙街道": "主城区", "丙街道": "主城区", "丁街道": "主城区"}
    register_units(
        made, [*streets.items(), ("戊镇", "其他"), ("己街道", "满分组"), ("庚街道", "满分组")]
    )
    lines = [_check("甲街道", "一号点", 2, day) for day in range(16, 23)]
    lines += [_check("乙街道", f"{number}号点", number, 16) for number in range(4)]
    lines += [_check("丙街道", "三号点", 0, 16), _check("戊镇", "四号点", 3, 16)]
    lines += [
        _check(street, f"{street}{number}", 0, 17)
        for street in ("己街道", "庚街道")
        for number in range(4)
    ]
    ingest(made, checklist(lines), "督查表.xlsx")
    return made


def _check(street, site, lost, day):
    result = "不符合" if lost else "符合"
    return [f"2026-11-{day}", "市督查组", street, "小区", site, "环境", result, lost]


@pytest.fixture(autouse=True)
def opened(office, folder, monkeypatch):
    monkeypatch.setenv("WENMING_DATA", str(folder / "data"))
    monkeypatch.setenv("WENMING_STORE", office.store.url)


def test_weights_of_zero_are_refused(tmp_path):
    tree = [{"code": "A", "weight": 100}, {"code": "B", "weight": 0}]
    with pytest.raises(RuleSetError, match="权重应为大于 0 的数"):
        make_office(tmp_path, [*ITEMS, ["B", "秩序", 10, "*"]], tree)


def test_the_terminal_says_in_words_what_cannot_be_said(capsys):
    told = []
    for more in ([], ["--sampling"], ["--visits"]):
        assert main(["ranking", "--week", DAY, *more]) == OK, more
        told.append(capsys.readouterr().out)
    assert not NOTHING.search("".join(told))
    for words in (
        "主城区误差估得出的只有乙街道，无从比较。丙街道、甲街道点位不足，不估计。",
        "其他只有1个单位有名次，无从比较。戊镇点位不足，不估计。",
        "满分组得分都没有误差可估，名次只供参考。",
    ):
        assert f"名次的把握：{words}" in told[0]
    assert "本期未督查（1 个）：丁街道" in told[0]
    assert "本期没有督查计划，覆盖对照名册里的点位；" in told[0]
    assert "抽样要求未达到的有6个" in told[1]
    assert main(["ranking", "--week", DAY, "--json"]) == OK
    units = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["units"]
    assert len(units) == 7


def test_the_terminal_has_words_for_weights_and_days_without_rows(capsys):
    assert main(["ranking", "--week", "2026-11-09"]) == OK
    told = capsys.readouterr().out
    assert "本期未督查（7 个）" in told
    assert not NOTHING.search(told)


@pytest.mark.parametrize(
    ("page", "choice", "words"),
    [
        ("ranking", {"period": "周"}, "**其他** 只有1个单位有名次，无从比较。戊镇点位不足"),
        ("portrait", {"unit_who": "丙街道"}, "没有整改以后可挽回失分的问题。"),
    ],
)
def test_the_page_says_in_words_what_cannot_be_said(page, choice, words):
    shown = texts(sound(visit(page, **choice))).replace("\\", "")
    assert words in shown
    assert not NOTHING.search(shown.split("<style", 1)[0])


def test_weights_move_nothing_where_each_group_has_one_place():
    units = pd.DataFrame({"group": ["主城区", "其他"], "kept": [1.0, 1.0]})
    told = influence_sentence(WeightInfluence(units, pd.DataFrame()))
    assert told == "各组都只有1个单位有名次，权重再变也无从比较。"
