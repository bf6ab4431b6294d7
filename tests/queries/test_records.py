"""Stored records come back with names, told apart into columns, down to file and row."""

import io
import re
from datetime import date

import pytest
import xlsxwriter

from tests.builders import xlsx
from tests.offices import ingest, make_office
from tests.pages.test_pages import drawn_alike, sound, texts, visit
from tests.reading.hostile import png
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import commit
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.details import leaf_rows, problem_rows
from wenming_metrics.queries.scores.records import answers_to, records
from wenming_metrics.reading.model.reading import SenderAnswers

pytestmark = pytest.mark.store

HEADER = ("问题编号", "存在问题", "整改情况", "完成时间", "责任人及电话")


@pytest.fixture
def office(tmp_path):
    made = make_office(
        tmp_path,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100}],
        streets=[("甲街道", "主城区"), ("乙街道", "主城区")],
    )
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


def test_an_answer_stands_beside_the_problem_it_answers(office):
    header = ("日期", "街道", "点位类型", "点位名称", "测评项", "问题描述", "编号", "整改时限")
    row = ("2026-11-16", "甲街道", "小区", "一号", "环境", "乱停放", "DC-1", "2个工作日")
    data = xlsx({"清单": [["督查问题清单"], header, row]})
    ingest(office, data, "清单.xlsx", answers=SenderAnswers(confirm_visits=True))
    ingest(office, answers("已整改"), "反馈.xlsx")
    assert records(office, "rectification")["finding"].tolist() == ["反馈已整改"]
    other = xlsx({"反馈": [["整改反馈"], HEADER, ["DC-9", "乱停放", "已整改", "2026-11-17", ""]]})
    ingest(office, other, "又一份.xlsx")
    assert records(office, "rectification")["finding"].tolist() == ["反馈已整改", "未找到编号"]


def test_contacts_are_given_only_when_asked_for(office):
    ingest(office, answers("已整改"), "反馈.xlsx")
    assert "contact" not in records(office, "rectification")
    listed = records(office, "rectification", contacts=True)
    assert listed["contact"].tolist() == ["责任人：李某 8000000"]


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
    commit.withdraw(office, batch, "测试", "发错了")
    assert records(office, "rectification").empty
    assert records(office, "metric").empty


LISTED = ("日期", "街道", "点位类型", "点位名称", "测评项", "问题描述", "编号", "扣分", "现场照片")


def photographed(rows, at):
    """Write rows with a picture in some cells."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    page = book.add_worksheet("表")
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    for cell in at:
        page.insert_image(cell, "p.png", {"image_data": io.BytesIO(png())})
    book.close()
    return file.getvalue()


@pytest.fixture
def answered_office(office):
    """A problem with its photo, answered with photos of before and after."""
    row = ["2026-11-16", "甲街道", "小区", "一号", "环境", "乱停放", "DC-1", 2, ""]
    other = [*row[:6], "DC-2", 1, ""]
    listed = photographed([["督查问题清单"], LISTED, row, other], ["I3"])
    ingest(office, listed, "清单.xlsx", answers=SenderAnswers(confirm_visits=True))
    header = [*HEADER, "整改措施", "整改前", "整改后"]
    row = ["DC-1", "乱停放", "已整改", "2026-11-17", "", "划线归位"]
    given = photographed([["填报单位:甲街道"], header, row], ["G3", "H3"])
    ingest(office, given, "反馈.xlsx")
    return office


def test_a_problem_has_its_answers(answered_office):
    rows = problem_rows(answered_office, window("day", date(2026, 11, 16)))
    told = {
        line.source_row: answers_to(answered_office, line.day, line.batch, line.seq)
        for line in rows.itertuples()
    }
    assert told[4].empty
    (one,) = told[3].to_dict("records")
    assert (one["state"], one["on"]) == ("反馈已整改", date(2026, 11, 17))
    assert (one["unit_name"], one["measure"]) == ("甲街道", "划线归位")
    assert (one["file"], one["sheet"], one["source_row"]) == ("反馈.xlsx", "表", 3)


@drawn_alike
def test_photos_of_the_answer_stand_beside_that_of_the_problem(
    answered_office, monkeypatch, tmp_path
):
    monkeypatch.setenv("WENMING_STORE", answered_office.store.url)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    week = window("week", date(2026, 11, 16))
    unit = ranking(answered_office, week).set_index("unit_name").loc["甲街道", "unit"]
    rows = leaf_rows(answered_office, week, unit, None).reset_index(drop=True)
    at = int(rows.index[rows["source_row"] == 3][0])
    app = visit("ranking", period="周", unit="甲街道")
    picked = {"selection": {"rows": [at], "columns": [], "cells": []}}
    app.session_state[f"rows-{unit}-street-{week.key}-None"] = picked
    told = texts(sound(app.run()))
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", told)
    assert captions == ["现场照片", "整改前", "整改后"]
    assert "划线归位" in told
    assert "见 反馈" in told
