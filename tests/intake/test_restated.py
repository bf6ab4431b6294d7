"""A second figure of one unit for one period is told before it is stored."""

import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office
from tests.store.test_split import INDICATORS, ITEMS, STREETS
from wenming_metrics.intake import commit


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = make_office(tmp_path_factory.mktemp("restated"), ITEMS, INDICATORS, streets=STREETS)
    ingest(made, scores("2026年10月第三方测评得分", 94.7, 90), "一.xlsx")
    return made


def scores(title, *totals):
    lines = [[street, total] for street, total in zip(("甲街道", "乙街道"), totals, strict=False)]
    return xlsx({"得分": [[title], ["街道", "总得分"], *lines]})


def notes(office, data):
    preview = commit.inspect(office, data, "二.xlsx")
    return [problem.details for problem in preview.problems if problem.code == "入库-12"]


def test_another_figure_of_the_same_period_is_told(office):
    (note,) = notes(office, scores("2026年10月第三方测评得分", 88.5, 90))
    assert (note["count"], note["unit"], note["period"]) == (1, "甲街道", "2026年10月")


@pytest.mark.parametrize(
    "title", ["2026年9月第三方测评得分", "2026年10月第3周第三方测评得分", "2026年10月省测得分"]
)
def test_other_periods_and_tests_are_no_second_figure(office, title):
    assert notes(office, scores(title, 88.5, 90)) == []


def test_the_same_figures_again_are_none(office):
    assert notes(office, scores("2026年10月第三方测评得分 ", 94.7)) == []


def test_two_sheets_that_speak_of_one_period_are_told(office):
    tables = {
        sheet: [["2026年8月第三方测评得分"], ["街道", "总得分"], ["甲街道", total]]
        for sheet, total in (("初稿", 90), ("定稿", 91))
    }
    preview = commit.inspect(office, xlsx(tables), "三.xlsx")
    (note,) = [problem.details for problem in preview.problems if problem.code == "入库-13"]
    assert note == {"count": 1, "unit": "甲街道", "period": "2026年8月"}
