"""Names that would like to be paths, formulas or markup: stored as they are, written as text."""

import os
import re
from datetime import date
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
from markdown_it import MarkdownIt

from tests.builders import xlsx
from tests.offices import CHECK_HEADERS, make_office
from tests.reading.hostile import zipped
from wenming_metrics.__main__ import FAILED, main
from wenming_metrics.decisions import held_rows
from wenming_metrics.domain.problems import problem_frame
from wenming_metrics.export.tables import listing_workbook, problem_workbook
from wenming_metrics.intake import commit
from wenming_metrics.intake.bulk import BulkChoices, ingest_many
from wenming_metrics.queries.files import batches
from wenming_metrics.ui.frame import words

NAMES = (
    "../../x.xlsx",
    "..\\..\\x.xlsx",
    "/etc/passwd",
    "=cmd|' /C calc'!A0.xlsx",
    "<b>x</b>.xlsx",
)
EVIL = '=HYPERLINK("http://x.invalid","点这里")'
DAY = date(2026, 11, 16)
BARE = re.compile(r"https?://[-.\w]+|www\.|[-.\w+]+@[-\w]+\.[-\w]+", re.IGNORECASE)
"""What the Markdown of the pages takes for a link: the patterns of mdast-util-gfm-autolink-literal."""


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


UNSEEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)
ODD = {
    b"\xb6\xbd\xb2\xe9.xlsx": "督查.xlsx",  # GB18030, as old archives carry it
    b"\xff\xfe.xlsx": "□□.xlsx",
    "督查\u202exslx.\u2066甲".encode() + b".xlsx": "督查□xslx.□甲.xlsx",
    b"\x1b]0;x\x07\x1b[2J\n.xlsx": "□]0;x□□[2J .xlsx",
}


def test_names_with_signs_that_nobody_sees_are_told_safely(office, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "office" / "data"))
    folder = tmp_path / "in"
    folder.mkdir()
    paths = [folder / os.fsdecode(raw) for raw in ODD]
    for number, path in enumerate(paths):
        path.write_bytes(checks(sheet=f"表{number}"))
    marked = tmp_path / "marked"
    main(["check", *map(str, paths), "--marked", str(marked)])
    printed = capsys.readouterr()
    assert not UNSEEN.search((printed.out + printed.err).replace("\n", ""))
    assert all(f"{name}（" in printed.out for name in ODD.values())
    assert {path.name for path in marked.iterdir()} == {
        f"{name.removesuffix('.xlsx')}_核对.xlsx" for name in ODD.values()
    }
    main(["check", *map(str, paths), "--json"])
    assert not UNSEEN.search(capsys.readouterr().out.replace("\n", ""))
    list(ingest_many(office, paths, "测试", BulkChoices(count_again=True)))
    assert set(ODD.values()) <= set(batches.batches(office)["name"])
    assert main(["check", str(folder / os.fsdecode(b"\xff\x1b[2J.xlsx"))]) == FAILED
    assert not UNSEEN.search(capsys.readouterr().out.replace("\n", ""))


def test_cells_move_no_cursor(office, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "office" / "data"))
    rows = [
        CHECK_HEADERS,
        [DAY, "市督查组", "甲\u202e街\x9b", "小区", "北园", "环境", "符合", ""],
    ]
    path = tmp_path / "表.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    main(["check", str(path)])
    printed = capsys.readouterr().out
    assert "甲街□" in printed
    assert not UNSEEN.search(printed.replace("\n", ""))


def test_the_longest_names_can_be_marked(office, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "office" / "data"))
    path = tmp_path / f"{'督' * 60}.zip"
    path.write_bytes(zipped({f"{'查' * 150}.xlsx": checks()}))
    main(["check", str(path), "--marked", str(tmp_path / "marked")])
    (marked,) = (tmp_path / "marked").iterdir()
    assert str(marked) in capsys.readouterr().out


@pytest.mark.parametrize("text", ["http://x.cn/a", "HTTPS://x.cn", "看 www.x.cn", "a@x.cn"])
def test_an_address_in_a_name_is_no_link(text):
    """Markdown makes links of bare addresses, and takes escaped signs for themselves."""
    parser = MarkdownIt("gfm-like", {"linkify": False}).enable("strikethrough")
    (paragraph,) = [block for block in parser.parse(words.plain(text)) if block.type == "inline"]
    shown = "".join(piece.content for piece in paragraph.children)
    assert shown.replace("\u2060", "") == text
    assert not BARE.search(shown)


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
