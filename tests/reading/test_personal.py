"""Personal data of callers never reaches the store: not in cells, not in the file that is kept."""

import importlib
import io
import time
import zipfile
import zlib
from datetime import date

import openpyxl
import pytest
import xlsxwriter
from sqlalchemy import select

from tests.builders import FINDINGS, context, xlsx
from tests.offices import make_office
from tests.store.test_split import INDICATORS, ITEMS
from tests.uploads.case import finding
from wenming_metrics.domain.periods import window
from wenming_metrics.domain.privacy import is_any_personal, mask
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.batches import original_file
from wenming_metrics.queries.scores.details import problem_rows
from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.personal.columns import is_personal
from wenming_metrics.reading.read import read
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading

PHONE, CALLER = "13800138000", "某来电人甲"


def book(**changes) -> bytes:
    """A list of 12345 with a caller's name and number, and a contact of the unit in charge."""
    header = [*FINDINGS, "来电人", "来电号码手机", "责任人电话"]
    rows = [
        [*finding(来源="12345", **changes), CALLER, PHONE, "8000001"],
        [*finding(来源="12345", 问题描述=f"来电{PHONE}催问"), CALLER, PHONE, "8000001"],
    ]
    return shared({"12345": [header, *rows], "说明": [["甲", CALLER], ["乙", "丙"]]})


def shared(sheets) -> bytes:
    """Write a workbook as Excel does: its texts in one part that all sheets share."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return file.getvalue()


def test_the_columns_are_told_and_left_out():
    content = book()
    found = read(content, "12345.xlsx", context())
    assert found.counts.good == 2
    (told,) = [one for one in found.problems if one.code == "隐私-01"]
    assert "来电人、来电号码手机" in told.text
    assert "责任人电话" not in told.text
    for _, block in found.blocks:
        assert CALLER not in zlib.decompress(block.packed).decode("utf-8", "replace")


def test_the_kept_file_is_the_same_but_for_those_cells():
    content = book()
    kept = read(content, "12345.xlsx", context()).stored_copy
    before, after = (openpyxl.load_workbook(io.BytesIO(one)) for one in (content, kept))
    assert [sheet.title for sheet in after] == [sheet.title for sheet in before]
    gone = {"J2", "K2", "J3", "K3"}
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                value = after[sheet.title][cell.coordinate].value
                is_gone = sheet.title == "12345" and cell.coordinate in gone
                expected = None if is_gone else cell.value
                if cell.coordinate == "G3" and sheet.title == "12345":
                    expected = "来电138****8000催问"
                assert value == expected, cell.coordinate
    with zipfile.ZipFile(io.BytesIO(kept)) as parts:
        strings = parts.read("xl/sharedStrings.xml").decode()
    assert f">{PHONE}<" not in strings
    assert CALLER in strings  # another sheet shows it too: that sheet is nobody's list of callers


def test_a_file_that_cannot_be_emptied_is_returned(monkeypatch):
    module = importlib.import_module("wenming_metrics.reading.personal.copies")
    monkeypatch.setattr(module, "blank", lambda *_: Refusal("too_big", {}))
    found = read(book(), "12345.xlsx", context())
    assert [one.code for one in found.problems] == ["隐私-02"]
    assert found.is_rejected
    assert not found.blocks


def test_a_text_file_is_kept_as_a_workbook_without_them(monkeypatch):
    lines = [",".join([*FINDINGS, "来电人"])]
    lines.append(",".join(str(cell or "") for cell in [*finding(来源="12345"), CALLER]))
    content = "\n".join(lines).encode("gb18030")
    found = read(content, "12345.csv", context())
    assert found.counts.good == 1
    later = monkeypatch.context()
    with later as patch:
        patch.setattr("time.localtime", lambda *_: time.struct_time((2030, 1, 1, 0, 0, 0, 0, 1, 0)))
        assert read(content, "12345.csv", context()).sha256 == found.sha256
    sheet = openpyxl.load_workbook(io.BytesIO(found.stored_copy)).active
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values[0][-1] == "来电人"
    assert values[1][-1] is None
    assert CALLER.encode("gb18030") not in found.stored_copy


@pytest.fixture
def office(tmp_path):
    office = make_office(tmp_path, ITEMS, INDICATORS, streets=[("甲街道", "主城区")])
    return office


def test_nothing_of_it_is_in_the_store(office):
    header = [
        "督查日期",
        "来源",
        "街道",
        "点位类型",
        "点位名称",
        "测评项",
        "问题描述",
        "扣分",
        "投诉人姓名",
        "投诉人电话",
    ]
    row = [
        "2026-11-03",
        "12345",
        "甲街道",
        "小区",
        "一号点",
        "环境",
        f"请回电{PHONE}",
        1,
        CALLER,
        PHONE,
    ]
    content = xlsx({"12345": [header, row]})
    preview = commit.inspect(office, content, "12345.xlsx")
    batch = commit.commit(office, preview, "测试")
    assert commit.inspect(office, content, "12345.xlsx").is_known  # the same file again
    kept = original_file(office, batch).content
    assert CALLER not in str(openpyxl.load_workbook(io.BytesIO(kept)).active["I2"].value)
    with reading(office.store) as connection:
        for payload in connection.execute(select(schema.block.c.payload)).scalars():
            assert CALLER.encode() not in zlib.decompress(payload)
    week = window("month", date(2026, 11, 3))
    cells = problem_rows(office, week)["cells"].iloc[0]
    assert cells["问题描述"] == "请回电138****8000"
    assert cells["投诉人电话"] == ""


@pytest.mark.parametrize(
    ("header", "personal"),
    [
        ("来自ip", True),
        ("您的手机号(抽奖用)", True),
        ("微信昵称", True),
        ("投诉人", True),
        ("责任人及电话", False),
        ("联络员电话", False),
        ("单位电话", False),
        ("点位名称", False),
    ],
)
def test_which_headers_are_personal(header, personal):
    assert is_personal(header) == personal


def test_numbers_in_running_text_are_masked():
    assert mask("请打13800138000或110101199001011234") == "请打138****8000或110101********1234"
    assert mask("编号202611150001") == "编号202611150001"
    assert mask("DC1115-001") == "DC1115-001"


LOG = [["热线登记"], ["序号", "姓名", "手机", "内容"], [1, CALLER, PHONE, "反映积水"]]
CONTACTS = [["单位", "联络员", "手机"], ["城东街道", "某联络员", "8000001"]]


def test_sheets_that_are_not_read_are_emptied_as_well():
    answers = [["问题编号", "存在问题", "整改情况", "责任人电话", "投诉人电话"]]
    answers += [["DC-1", "乱停放", "已整改", "8000001", PHONE]]
    content = shared({"反馈": answers, "登记": LOG, "通讯录": CONTACTS})
    found = read(content, "反馈.xlsx", context())
    assert {(one.sheet, one.header) for one in found.personal} == {
        *(("反馈", "投诉人电话"), ("登记", "姓名"), ("登记", "手机")),
    }
    told = {one.sheet: one.text for one in found.problems if one.code == "隐私-01"}
    assert "姓名、手机" in told["登记"]
    after = openpyxl.load_workbook(io.BytesIO(found.stored_copy))
    assert [cell.value for cell in after["登记"][3]] == [1, None, None, "反映积水"]
    assert [cell.value for cell in after["登记"][2]] == LOG[1]
    assert [cell.value for cell in after["通讯录"][2]] == CONTACTS[1]
    assert [after["反馈"][place].value for place in ("D2", "E2")] == ["8000001", None]


@pytest.mark.parametrize(
    ("texts", "is_personal_data"),
    [
        (["abc", "13800138000"], True),
        (["负责人", "13800138000"], True),
        (["１３８００１３８０００", "—"], True),
        # A full-width sign in one cell changes nothing of how the others are read.
        (["1．13800138000来电", "路面　破损"], True),
        (["负责人张某13800138000"], False),
        (["电话", "83456789"], False),
        (["1380013", "8000"], False),
    ],
)
def test_values_of_a_column_are_each_looked_at_alone(texts, is_personal_data):
    """A number is no office's because of the cell above it, nor somebody's with the one below."""
    assert is_any_personal(texts) is is_personal_data
