"""Stored records come back with names, told apart into columns, down to file and row."""

from datetime import date

import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office, register_units
from wenming_metrics import intake
from wenming_metrics.queries.records import records

HEADER = ("问题编号", "存在问题", "整改情况", "完成时间", "责任人及电话")


@pytest.fixture
def office(tmp_path):
    made = make_office(tmp_path, [["A", "环境", 10, "*"]], [{"code": "A", "weight": 100}])
    register_units(made, [("甲街道", "主城区"), ("乙街道", "主城区")])
    return made


def answers(state):
    title = ["填报单位:甲街道  填报日期:2026.11.18"]
    return xlsx({"反馈": [title, HEADER, ["DC-1", "乱停放", state, "2026-11-17", "李某 8000000"]]})


def test_answers_with_names_and_rows(office):
    ingest(office, answers("已整改"), "甲街道整改反馈.xlsx")
    (line,) = records(office, "rectification").to_dict("records")
    assert (line["day"], line["unit_name"]) == (date(2026, 11, 18), "甲街道")
    assert (line["problem_no"], line["state"]) == ("DC-1", "反馈已整改")
    assert (line["file"], line["sheet"], line["source_row"]) == ("甲街道整改反馈.xlsx", "反馈", 3)


def test_contacts_are_given_only_when_asked_for(office):
    ingest(office, answers("已整改"), "反馈.xlsx")
    assert "contact" not in records(office, "rectification")
    listed = records(office, "rectification", contacts=True)
    assert listed["contact"].tolist() == ["责任人:李某 8000000"]


def test_units_in_a_role_are_named(office):
    header = ("任务", "牵头单位", "责任单位", "完成时限")
    rows = [["2026年专项行动"], header, ["清理小巷", "城管局", "各街道", "2026-11-30"]]
    ingest(office, xlsx({"行动": rows}), "行动.xlsx")
    listed = records(office, "campaign")
    assert listed["unit_name"].tolist() == ["甲街道", "乙街道"]
    assert listed["lead"].tolist() == ["城管局", "城管局"]
    assert listed["day"].tolist() == [date(2026, 11, 30)] * 2


def test_a_withdrawn_file_counts_no_more(office):
    batch = ingest(office, answers("整改中"), "反馈.xlsx")
    intake.withdraw(office, batch, "测试", "发错了")
    assert records(office, "rectification").empty
    assert records(office, "metric").empty
