"""Forms that people fill in: what is chosen from their own lists reads without a word."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest

from tests.builders import catalogue, context, empty_register, register
from tests.questionnaires import survey
from wenming_metrics.domain.registers import Register
from wenming_metrics.export.templates import (
    FIRST_ROW,
    template_workbook,
    templates,
)
from wenming_metrics.reading.read import read as reading_of
from wenming_metrics.reading.records.kinds import SHEET_TITLES
from wenming_metrics.vocabulary import EXAMPLE, FORM_MARK

SECOND = {
    "单位名称": "河西街道",
    "单位编号": "S2",
    "别名": "河西街道办",
    "单位": "河西街道",
    "问题编号": "DC0105-002",
    "测评项": "公厕干净无异味",
    "点位名称": "人民路",
    "街道": "河西街道",
    "社区": "桥头社区",
    "点位类型": "主次干道",
    "督查日期": date(2026, 1, 6),
    "计划日期": date(2026, 1, 6),
}
"""What differs in the second row."""


def form(kind, known=None):
    known = known or register()
    return openpyxl.load_workbook(BytesIO(template_workbook(kind, known, catalogue(), survey())))


def filled(kind):
    """Fill a second row below the example."""
    book = form(kind)
    for page in book.worksheets:
        if page.title == "选项":
            continue
        for column in range(1, page.max_column + 1):
            title, above = page.cell(2, column).value, page.cell(FIRST_ROW, column).value
            told = SECOND.get(title, above)
            if kind in ("checklist", "findings") and title == "测评项":
                told = "非机动车停放有序"
            real = [None if value == EXAMPLE else value for value in (above, told)]
            page.cell(FIRST_ROW, column).value, page.cell(FIRST_ROW + 1, column).value = real
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def read(data, **changes):
    return reading_of(data, "表.xlsx", context(**{"survey": survey(), **changes}))


@pytest.mark.parametrize("kind", sorted(templates()))
def test_an_example_that_was_left_is_no_data(kind):
    reading = read(template_workbook(kind, register(), catalogue(), survey()))
    assert {(one.code, one.row) for one in reading.problems} == {("行-04", FIRST_ROW)}
    assert (reading.counts.good, reading.counts.held) == (0, 0)
    assert reading.sheets[0].kind == kind


@pytest.mark.parametrize("kind", sorted(templates()))
def test_two_rows_filled_in_read_without_a_word(kind):
    reading = read(filled(kind))
    # A register is held against the one in force, of which two rows leave the others out.
    expected = ["名册-19"] if kind == "units" else []
    assert [problem.code for problem in reading.problems] == expected
    assert reading.counts.good == 2 * len(reading.sheets)


def test_there_is_a_form_for_every_kind_of_sheet():
    assert templates() == {kind: SHEET_TITLES[kind] for kind in templates()}
    assert set(SHEET_TITLES) - set(templates()) <= {"wide"}


def test_lists_offer_the_names_of_the_register():
    book = form("checklist")
    options = book["选项"]
    assert options.sheet_state == "hidden"
    lists = {
        column[1].value: [cell.value for cell in column[2:] if cell.value]
        for column in options.iter_cols()
    }
    assert lists["街道"] == ["城东街道", "河西街道", "云山镇", "南门街道"]
    assert lists["检查结果"] == ["符合", "不符合", "不涉及", "未查", "未开门"]
    page = book["检查表"]
    offers = {str(offer.sqref): offer for offer in page.data_validations.dataValidation}
    street = [cell.value for cell in page[2]].index("街道")
    letter = openpyxl.utils.get_column_letter(street + 1)
    offer = next(one for place, one in offers.items() if place.startswith(f"{letter}3:"))
    assert offer.formula1 == "='选项'!$A$3:$A$6"
    assert offer.errorStyle == "warning"


def test_units_that_have_ended_are_not_offered():
    units = register().units.copy()
    units.loc[units["name"] == "南门街道", "valid_to"] = date(2025, 1, 1).toordinal()
    book = form("checklist", Register(units, register().sites))
    first = [cell.value for cell in next(book["选项"].iter_cols())]
    assert "南门街道" not in first
    assert "云山镇" in first


def test_a_form_tells_which_it_is():
    book = form("metric")
    assert book.custom_doc_props[FORM_MARK].value == "metric 1"
    assert book["选项"]["A1"].value == "wenming-template metric 1"


def test_forms_of_an_office_without_register():
    for kind in templates():
        book = form(kind, empty_register())
        assert book[templates()[kind]].cell(2, 1).value
    reading = read(
        template_workbook("units", empty_register(), catalogue()), register=empty_register()
    )
    assert [problem.code for problem in reading.problems] == ["行-04"]


def test_another_sheet_of_that_name_is_told_of_as_any_other():
    book = form("checklist")
    book["选项"].sheet_state = "visible"
    file = BytesIO()
    book.save(file)
    assert [problem.code for problem in read(file.getvalue()).problems] == ["行-04"]
    book["选项"].delete_rows(1, 99)
    book["选项"]["A1"] = "随手记"
    file = BytesIO()
    book.save(file)
    assert [problem.code for problem in read(file.getvalue()).problems] == ["表头-02", "行-04"]
