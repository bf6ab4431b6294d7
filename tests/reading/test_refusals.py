"""What the child refuses is told in plain words; whatever it sends, no row is lost or invented."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import CHECKLIST, FINDINGS, VISITS, check_row, context, xlsx
from wenming_metrics.domain.problems import REJECT, Problem
from wenming_metrics.reading.model.grid import (
    CellError,
    GridColumn,
    Refusal,
    SheetFacts,
    SheetGrid,
    Workbook,
)
from wenming_metrics.reading.read import read, read_workbook

_REFUSALS = {
    "empty": "文件-01",
    "not_workbook": "文件-02",
    "truncated": "文件-03",
    "password": "文件-04",
    "macro": "文件-05",
    "zip_bomb": "文件-06",
    "too_big": "文件-07",
    "too_many_cells": "文件-08",
    "entities": "文件-09",
    "unreadable": "文件-10",
    "too_slow": "文件-11",
    "crashed": "文件-12",
    "html_table": "文件-13",
    "plain_text": "文件-14",
    "unknown_text": "文件-15",
    "open_quote": "文件-16",
    "document": "文件-17",
    "pdf": "文件-18",
    "image": "文件-19",
    "archive": "文件-20",
    "ods": "文件-21",
    "xlsb": "文件-22",
    "many_members": "文件-23",
    "archive_too_big": "文件-24",
    "archive_password": "文件-25",
    "archive_broken": "文件-26",
    "archive_empty": "文件-27",
    "something the child made up": "文件-12",
}


@pytest.mark.parametrize(("code", "message"), _REFUSALS.items())
def test_every_refusal_is_worded(code, message):
    reading = read_workbook(Workbook(refusal=Refusal(code, {})), "a.xlsx", "0" * 64, context())
    (problem,) = reading.problems
    assert (problem.code, problem.severity) == (message, REJECT)
    assert problem.text.endswith(f"[{message}]")
    assert reading.checks.empty
    assert reading.outcome == "这个文件没有读入，请按下面的说明修改后再上传。"


@pytest.mark.parametrize(
    ("code", "found", "said"),
    [
        ("not_workbook", "pptx", "这是演示文稿，不是 Excel 工作簿。"),
        ("not_workbook", "something the child made up", "这是别的文件，不是 Excel 工作簿。"),
        ("pdf", "ofd", "这是OFD 文件，版面固定，读不出表格。"),
        ("archive", "rar", "这是RAR 压缩包，不能当作一个表格读取。"),
    ],
)
def test_other_kinds_of_file_are_named(code, found, said):
    refused = Workbook(refusal=Refusal(code, {"found": found}))
    (problem,) = read_workbook(refused, "a.pdf", "0" * 64, context()).problems
    assert problem.text.startswith(said)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("入库-01", {"batch": 7, "at": "2026-11-16 09:30"}),
        ("入库-02", {"batch": 7}),
        ("入库-03", {}),
        ("入库-04", {}),
    ],
)
def test_messages_of_the_intake_can_be_said(code, told):
    text = Problem(code, details=told).text
    assert "{" not in text
    assert text.endswith(f"。[{code}]")


_CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        ["符合", "×", "/", "—", "合计", "城东街道", "花园社区", "各街道", "小区", "A01", "公共环境"]
    ),
    st.text(max_size=6),
    st.floats(allow_nan=True),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.builds(CellError, st.sampled_from(["#N/A", "#DIV/0!"])),
)


def _sheet(header, rows):
    columns = []
    for values in zip(header, *rows, strict=True):
        known = {}
        codes = [known.setdefault((type(v), str(v)), (len(known), v))[0] for v in values]
        columns.append(GridColumn(np.array(codes, np.int32), tuple(v for _, v in known.values())))
    return SheetGrid("检查表", 0, False, 1, tuple(columns), len(rows) + 1, SheetFacts(), ())


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_the_cells_every_row_is_good_held_or_skipped(data):
    header = data.draw(st.sampled_from([CHECKLIST, FINDINGS, VISITS]))
    usual = dict(zip(CHECKLIST, check_row(), strict=True))
    good = [usual.get(name, date(2026, 11, 16) if "日" in name else None) for name in header]
    cells = st.tuples(*(st.one_of(st.just(value), _CELLS) for value in good))
    rows = data.draw(st.lists(cells, min_size=1, max_size=12))
    told = Workbook((_sheet(header, rows),))
    reading = read_workbook(told, "a.xlsx", "0" * 64, context(confirm_visits=True))
    counts, checks = reading.counts, reading.checks
    assert counts.rows == counts.good + counts.held
    assert len(reading.held) == counts.held
    assert all(reading.held["codes"])
    assert (checks[["day", "unit", "item", "point_type", "site", "result"]] >= 0).all(axis=None)
    assert ((0 <= checks["lost"]) & (checks["lost"] <= checks["possible"])).all()
    assert not set(checks["source_row"]) & set(reading.held["source_row"])
    assert all(problem.text for problem in reading.problems)


@pytest.mark.parametrize(
    "name",
    [
        *("督查.xlsx.exe", "督查.BAT", "督查.xlsx.scr ", "a.exe.", "a.exe\u200b", "a.js . \ufeff."),
        *("a.e\u200bxe", *(f"a.{end}" for end in "cpl msc reg chm url msp jnlp scf".split())),
    ],
)
def test_a_table_named_like_a_program_is_returned(name):
    file_reading = read(xlsx({"督查": [CHECKLIST, check_row()]}), name, context())
    (problem,) = file_reading.problems
    assert (problem.code, file_reading.is_rejected) == ("文件-29", True)
    assert file_reading.kind == ""
