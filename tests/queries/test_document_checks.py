"""台账材料 one by one: the rounds of five materials worked out by hand, from the table to what is flagged."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office, register_units
from wenming_metrics.queries.progress.document_checks import (
    deadline_calendar,
    document_doubts,
    kinds_asked,
)
from wenming_metrics.queries.progress.documents import document_rates, documents

CASE = tomllib.loads(
    (Path(__file__).parent.parent / "cases" / "progress" / "台账材料.toml").read_text(
        encoding="utf-8"
    )
)


@pytest.fixture(scope="module")
def materials(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    office = make_office(folder, [["A", "环境", 10, "*"]], [{"code": "A", "weight": 100}])
    register_units(office, [(f"{name}街道", "主城区") for name in ("河西", "城东")])
    sheet = [["台账材料进度"], *CASE["header"], *CASE["rows"]]
    ingest(office, xlsx({"台账": sheet}), "台账.xlsx")
    return documents(office, date.fromisoformat(str(CASE["as_of"])))


def test_states_rounds_and_doubts_are_those_worked_by_hand(materials):
    doubts = document_doubts(materials, date.fromisoformat(str(CASE["test_day"])))
    lines = [
        {
            **{"document": line.document, "unit": line.unit_name, "state": line.state},
            **{"kind": line.kind, "rounds": line.rounds_text, "doubts": doubt},
        }
        for line, doubt in zip(materials.itertuples(), doubts, strict=True)
    ]
    assert lines == CASE["expect"]


def test_the_rates_are_those_worked_by_hand(materials):
    city = document_rates(materials).iloc[0]
    assert {name: city[name] for name in CASE["rates"]} == pytest.approx(CASE["rates"])


def test_the_calendar_lists_what_is_still_to_come(materials):
    coming = deadline_calendar(materials, date(2026, 11, 1))
    assert coming[["due", "documents", "units", "days_left"]].values.tolist() == [
        ["2026-11-30", 1, "城东街道", 29]
    ]


@pytest.mark.parametrize(
    ("requirement", "kinds"),
    [
        ("管理办法1份（有文号）", "规范文件"),
        ("说明报告1份(≤500字);图片3张", "情况说明、实景图片"),
        ("志愿服务活动统计表", "统计表"),
        ("佐证", ""),
    ],
)
def test_kinds_are_told_by_words_and_never_guessed(requirement, kinds):
    assert kinds_asked(requirement) == kinds
