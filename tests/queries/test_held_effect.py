"""Rows that do not count yet beside every figure: whose, of how many points, and which cannot matter."""

import io
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pandas as pd
import pytest

from tests.builders import xlsx as workbook
from tests.offices import CHECK_HEADERS
from tests.publishing.city import MONDAY, NEXT, open_city, row
from wenming_metrics import commands
from wenming_metrics.__main__ import main
from wenming_metrics.commands import appraisal, figures
from wenming_metrics.domain.periods import window
from wenming_metrics.export.tables import ranking_workbook
from wenming_metrics.intake import commit
from wenming_metrics.publishing.bulletin.material import issue_of_window, material_of_issue
from wenming_metrics.publishing.bulletin.sections import standing
from wenming_metrics.queries.files.held_effect import (
    held_counts,
    held_in,
    held_sentence,
    with_held,
)
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.ranking.shortlists import named_units
from wenming_metrics.store.database import reading
from wenming_metrics.ui.frame import tables, words

pytestmark = pytest.mark.store

WEEK = window("week", MONDAY)
SENTENCE = (
    "另有2条待核，暂不计分：甲街道1条（写明扣1.5分）、看不出单位的1条（1条没有可读的扣分）。"
    "核实后得分和名次可能变化。"
)


def put(office, *held, name="督查"):
    rows = [row("甲街道", 2), row("乙街道", 3), *held]
    preview = commit.inspect(office, workbook({"督查表": [CHECK_HEADERS, *rows]}), f"{name}.xlsx")
    assert preview.reading.counts.held == len(held)
    return commit.commit(office, preview, "测试")


def bad(street="甲街道", item="不知道是什么", lost=1.5, day=MONDAY):
    return [day, "市督查组", street, "小区", "一号点", item, "不符合", lost]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = open_city(tmp_path_factory.mktemp("held"))
    next_week = bad(day=NEXT)
    put(made, bad(), bad("没有这条街", "环境", "很多", MONDAY + timedelta(1)), next_week)
    return made


def test_held_rows_are_told_with_their_units_and_points(office):
    rows = held_in(office, WEEK)
    assert rows["source_row"].tolist() == [4, 5]  # the third says that it is of another week
    assert held_sentence(rows) == SENTENCE
    assert "1条待核" in held_sentence(rows, "乙街道")  # it may be of any unit
    assert held_in(office, window("week", NEXT))["source_row"].tolist() == [6]
    assert held_sentence(held_in(office, window("week", MONDAY - timedelta(7)))) == ""


def test_a_row_is_told_on_the_page_of_everyone_it_names():
    """Of a community: beside its street; of a section that is responsible: beside the department."""
    concerned = ("红星社区", "甲街道", "市容科", "城管局")
    rows = pd.DataFrame({"unit_name": ["甲街道"], "concerned": [concerned], "lost": [2.0]})
    for name in concerned:
        assert "甲街道1条（写明扣2分）" in held_sentence(rows, name)
    assert held_sentence(rows, "乙街道") == ""


def test_no_list_shows_a_unit_without_the_rows_that_wait(office):
    counts = held_counts(office, WEEK, "street")
    ranked = with_held(ranking(office, WEEK, "street"), counts)
    assert dict(zip(ranked["unit_name"], ranked["held"], strict=True)) == {"甲街道": 1, "乙街道": 0}
    # 甲街道 leads with 80 of 100; what would take it down is told wherever it is named.
    assert "（有1条待核，名次可能变化）" in words.ranking(ranked)
    lines = tables.ranked_lines(ranked).set_index("unit_name")
    assert lines.loc["甲街道", "held"] == 1
    assert "held" in tables.ranking_columns(lines)
    shortlists = with_held(named_units(office, WEEK, "street"), counts)
    assert "1条待核" in shortlists.set_index("unit_name").loc["甲街道", "remark"]
    data = ranking_workbook(ranked, "排名", [held_sentence(held_in(office, WEEK))], shortlists)
    texts = [c.value for line in openpyxl.load_workbook(io.BytesIO(data))["排名"] for c in line]
    assert {"1条待核", SENTENCE} <= set(texts)


def test_a_draft_says_what_waits_and_a_unit_only_what_is_its_own(office):
    with reading(office.store) as connection:
        material = material_of_issue(connection, office, issue_of_window(connection, office, WEEK))
    assert [block.text for block in standing(material)][1:] == [SENTENCE]
    (told,) = [block.text for block in standing(material, "乙街道")][1:]
    assert told.startswith("另有1条待核，暂不计分：看不出单位的1条")
    signed = replace(material, issue=replace(material.issue, signed_at="2025-03-11"))
    assert standing(signed) == []


@pytest.mark.parametrize(
    "command", [f"problems --as-of {MONDAY}", "repeats --week", "ranking --week"]
)
def test_the_terminal_says_it_beside_every_figure(office, command, monkeypatch, capsys):
    for module in (commands, figures, appraisal):
        monkeypatch.setattr(module, "open_office", lambda _: office)
    words_of = command.replace("--week", f"--week {MONDAY}").split()
    for form in ([], ["--json"]):
        main([*words_of, *form])
        text = capsys.readouterr().out.replace("\n", "")
        assert "条待核，暂不计分：甲街道" in text, text


def test_without_held_rows_nothing_is_said(tmp_path):
    office = open_city(tmp_path)
    put(office)
    counts = held_counts(office, WEEK, "street")
    ranked = with_held(ranking(office, WEEK, "street"), counts)
    assert ranked["held"].tolist() == [0, 0]
    assert "held" not in tables.ranked_lines(ranked)
    assert "待核" not in words.ranking(ranked)
