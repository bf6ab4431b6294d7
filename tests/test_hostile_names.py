"""Names that would like to be paths, formulas or markup: stored as they are, written as text."""

from datetime import date
from io import BytesIO

import openpyxl
import pandas as pd
import pytest

from tests.builders import xlsx
from tests.offices import CHECK_HEADERS, make_office
from wenming_metrics.decisions import held_rows
from wenming_metrics.domain.problems import problem_frame
from wenming_metrics.export.tables import listing_workbook, problem_workbook
from wenming_metrics.intake import commit
from wenming_metrics.queries.files import batches

NAMES = (
    "../../x.xlsx",
    "..\\..\\x.xlsx",
    "/etc/passwd",
    "=cmd|' /C calc'!A0.xlsx",
    "<b>x</b>.xlsx",
)
EVIL = '=HYPERLINK("http://x.invalid","点这里")'
DAY = date(2026, 11, 16)


@pytest.fixture
def office(tmp_path):
    (tmp_path / "office").mkdir()
    items = [["A", "环境", 10, "*"]]
    made = make_office(
        tmp_path / "office",
        items,
        [{"code": "A", "weight": 100}],
        streets=[("甲街道", "主城区"), ("乙街道", "主城区")],
    )
    return made


def checks(sheet="督查表", header="现场情况", cell=EVIL):
    good = [DAY, "市督查组", "甲街道", "小区", cell, "环境", "不符合", 2]
    bad = [DAY, "市督查组", cell, "小区", "北园", "环境", "符合", None]
    rows = [[*CHECK_HEADERS, header], [*good, cell], [*bad, cell]]
    return xlsx({sheet: rows}, lambda book: _as_text(book[sheet]))


def _as_text(sheet):
    for row in sheet.iter_rows():
        for one in row:
            if isinstance(one.value, str):
                one.data_type = "s"


def formulas(content):
    book = openpyxl.load_workbook(BytesIO(content))
    return [one.value for sheet in book for row in sheet for one in row if one.data_type == "f"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_file_is_data_to_the_end(office, tmp_path, name):
    before = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    content = checks()
    preview = commit.inspect(office, content, name)
    batch = commit.commit(office, preview, "测试")
    listed = batches.batches(office).set_index("batch")
    assert listed.at[batch, "name"] == name
    original = batches.original_file(office, batch)
    assert (original.name, original.content) == (name, content)
    made = problem_workbook(batches.batch_problems(office, batch), f"{name} 的提示")
    assert formulas(made) == []
    assert openpyxl.load_workbook(BytesIO(made)).active["A1"].value == f"{name} 的提示"
    marked, _ = held_rows.marked_file(preview)
    assert "/" not in marked
    after = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert {path for path in after - before if path.suffix not in (".db-wal", ".db-shm")} == set()


def test_names_of_sheets_headers_and_sites_that_are_formulas_are_text(office):
    preview = commit.inspect(office, checks(sheet="=1+1", header="=SUM(A1)"), "表.xlsx")
    assert preview.reading.counts.good == 1
    assert preview.reading.sheets[0].name == "=1+1"
    batch = commit.commit(office, preview, "测试")
    told = batches.batch_problems(office, batch)
    assert set(told["sheet"]) <= {"=1+1", ""}
    assert EVIL in set(told["found"])
    made = problem_workbook(problem_frame(preview.problems), "提示")
    assert formulas(made) == []
    _, marked = held_rows.marked_file(preview)
    assert formulas(marked) == []


def test_names_of_units_that_are_formulas_are_text_in_lists():
    listed = {
        "unit_name": [EVIL],
        "failed": [1],
        "failed_before": [0],
        "places": [1],
        "lost": [1.0],
        **{"in_time": [1], "fell_due": [1], "not_due": [0], "recurred": [0]},
        "as_of": [date(2026, 11, 20)],
    }
    assert formulas(listing_workbook(pd.DataFrame(listed), EVIL, [EVIL])) == []
