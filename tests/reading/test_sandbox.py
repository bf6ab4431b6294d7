"""The sandbox: a hostile file ends as a verdict, whatever it does to the child."""

import gzip
import subprocess

import numpy as np
import pytest

from tests.reading import hostile
from tests.reading.hostile import table
from wenming_metrics.reading.model.grid import cell
from wenming_metrics.reading.sandbox import process
from wenming_metrics.reading.sandbox.process import SandboxLimits, decode

pytestmark = pytest.mark.children
SMALL = SandboxLimits(xml_bytes=1 << 20)
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><styleSheet/>'

HOSTILE = {
    "empty": (b"", "empty"),
    "only blanks": (b" \r\n\0" * 9, "empty"),
    "html": ("<html><table><tr><td>分数</td></tr></table>".encode(), "html_table"),
    "html with a mark": (b"\xef\xbb\xbf \n<TABLE>", "html_table"),
    "web archive": (b"MIME-Version: 1.0\r\n", "html_table"),
    "xml of 2003": (b'<?xml version="1.0"?><Workbook/>', "html_table"),
    "prose": ("今天检查了两个街道。\n都很好。\n".encode(), "plain_text"),
    "pdf": (b"%PDF-1.7 ...", "pdf"),
    "ofd": (hostile.zipped({"OFD.xml": "<ofd/>"}), "pdf"),
    "picture": (b"\xff\xd8\xff\xe0 JFIF", "image"),
    "bitmap": (b"BM" + (20).to_bytes(4, "little") + b"\0" * 14, "image"),
    "webp": (b"RIFF\x20\0\0\0WEBPVP8 ", "image"),
    "rar": (b"Rar!\x1a\x07\x01\0", "archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "archive"),
    "binary": (bytes(range(256)) * 20, "not_workbook"),
    "gzip": (gzip.compress(b"x" * 99), "archive"),
    "a document": (hostile.zipped({"word/document.xml": "<a/>"}), "document"),
    "rich text": (rb"{\rtf1\ansi ", "document"),
    "an open document": (hostile.zipped({"content.xml": "<a/>"}), "ods"),
    "a binary workbook": (hostile.zipped({"xl/workbook.bin": b"\x83"}), "xlsb"),
    "slides": (hostile.zipped({"ppt/presentation.xml": "<a/>"}), "not_workbook"),
    "a zip of files": (hostile.zipped({"表.xlsx": b""}), "archive"),
    "an empty zip": (hostile.zipped({}), "archive"),
    "old document": (hostile.ole({"WordDocument": b""}), "document"),
    "other compound file": (hostile.ole({"Contents": b""}), "not_workbook"),
    "truncated": (table(500)[:-400], "truncated"),
    "only two letters": (b"PK", "truncated"),
    "directory cut out": (table(500)[:3000] + table(500)[-22:], "truncated"),
    "password": (hostile.ole({"EncryptedPackage": b"", "EncryptionInfo": b""}), "password"),
    "macro": (hostile.one_cell({"xl/vbaProject.bin": b"x"}), "macro"),
    "macro in xls": (hostile.ole({"Workbook": b"", "_VBA_PROJECT_CUR": b""}), "macro"),
    "bomb that lies": (hostile.understated(9_000_000), "zip_bomb"),
    "document type": (hostile.one_cell({"xl/styles.xml": DOCTYPE}), "entities"),
    "document type in a sheet": (
        hostile.xlsx({"甲": DOCTYPE.decode() + hostile.sheet("")}),
        "entities",
    ),
    "two tables of cells in one sheet": (
        hostile.xlsx({"甲": hostile.sheet("<row/></sheetData><sheetData><row/>")}),
        "unreadable",
    ),
    "too many parts": (hostile.one_cell({f"a{i}": "" for i in range(2_000)}), "too_big"),
    "one text of megabytes": (
        hostile.xlsx(
            {
                "甲": hostile.sheet(
                    f'<row r="1"><c r="A1" t="str"><v>{"a" * 2_000_000}</v></c></row>'
                )
            }
        ),
        "too_big",
    ),
    "malformed XML": (hostile.xlsx({"甲": '<worksheet><sheetData><row r="1"><c'}), "unreadable"),
    "row 0": (
        hostile.xlsx({"甲": hostile.sheet('<row r="0"><c r="A0"><v>1</v></c></row>')}),
        "unreadable",
    ),
    "xls without a book": (hostile.ole({"Workbook": b"\xff" * 5000}), "unreadable"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refuses_hostile_file_with_its_code(name):
    data, code = HOSTILE[name]
    workbook = decode(data)
    assert (workbook.refusal and workbook.refusal.code) == code
    assert workbook.sheets == ()


def test_refuses_bomb_that_declares_its_size():
    data = hostile.one_cell({"xl/styles.xml": b" " * 5_000_000})
    assert decode(data, limits=SMALL).refusal.code == "zip_bomb"


def test_refuses_honest_file_over_the_limit_as_too_big():
    noise = np.random.default_rng(1).bytes(2_000_000)
    data = hostile.one_cell({"xl/comments1.xml": noise})
    assert decode(data, limits=SMALL).refusal.code == "too_big"


@pytest.mark.parametrize("far", ["XFD1048576", "AAA1", "XFD5", "ZZ1048576", "A1048577"])
def test_names_the_far_cell_before_it_is_decoded(far):
    refusal = decode(hostile.sparse(far)).refusal
    assert refusal.code == "too_many_cells"
    assert refusal.details["cell"] == far
    assert refusal.details["sheet"] == "甲"


def test_formats_out_to_the_last_column_are_no_cells():
    rows = '<row r="2"><c r="B2"><v>7</v></c><c r="XFD2" s="0"/><c r="XFC2" s="0"></c></row>'
    rows += '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    (sheet,) = decode(hostile.xlsx({"甲": hostile.sheet(rows)})).sheets
    assert (sheet.first_row, sheet.n_rows, len(sheet.columns)) == (2, 1, 2)
    assert cell(sheet, 2, 1) == 7.0


def test_memory_limit_is_a_verdict():
    limits = SandboxLimits(memory_bytes=300 << 20)
    assert decode(hostile.sparse("Z1000000"), limits=limits).refusal.code == "too_big"


def test_many_sparse_sheets_are_counted_together():
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="200"><c r="Z200"><v>1</v></c></row>'
    data = hostile.xlsx({f"表{i}": hostile.sheet(rows) for i in range(5)})
    assert decode(data, limits=SandboxLimits(cells=20_000)).refusal.code == "too_many_cells"
    assert decode(data, limits=SandboxLimits(cells=26_000)).refusal is None


def test_time_limit_is_a_verdict():
    assert decode(table(5_000), limits=SandboxLimits(wall_seconds=0.02)).refusal.code == "too_slow"


@pytest.mark.parametrize(
    "program",
    ["import os; os.abort()", "pass", "print('x' * 99)", "import time; print(end='', flush=1)"],
)
def test_child_that_fails_is_a_verdict(program, monkeypatch):
    monkeypatch.setattr(process, "_START", program)
    assert decode(table(10)).refusal.code in {"crashed", "too_big"}


def test_child_that_never_reads_is_ended(monkeypatch):
    monkeypatch.setattr(process, "_START", "import time; time.sleep(60)")
    limits = SandboxLimits(wall_seconds=0.3)
    assert decode(b"x" * 5_000_000, limits=limits).refusal.code == "too_slow"


def test_child_sees_no_environment_of_the_server(monkeypatch):
    seen = {}
    start = subprocess.Popen

    def spy(command, **options):
        seen.update(options["env"])
        return start(command, **options)

    monkeypatch.setenv("DATABASE_URL", "x")
    monkeypatch.setattr(process.subprocess, "Popen", spy)
    assert decode(table(3)).refusal is None
    assert "DATABASE_URL" not in seen


@pytest.mark.parametrize("seed", range(12))
def test_damaged_bytes_never_raise(seed):
    chance = np.random.default_rng(seed)
    data = np.frombuffer(table(40), np.uint8).copy()
    places = chance.integers(0, len(data), 8)
    data[places] = chance.integers(0, 256, 8)
    workbook = decode(data.tobytes())
    assert (workbook.refusal is None) or workbook.sheets == ()
