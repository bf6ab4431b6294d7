"""Tables in plain text come in like workbooks: every usual encoding and separator, same limits."""

import csv
import datetime as dt
import io
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import CHECKLIST, check_row, context, xlsx
from wenming_metrics.reading.model.grid import cell, cells, rows_head
from wenming_metrics.reading.read import read
from wenming_metrics.reading.sandbox.process import SandboxLimits, decode

TEXT = '区,街道,得分,"备\n注"\n甲区,乙街道,95.5,"说“好”, 又说""行"""\n\n,丙街道,-2,\n'
ROWS = [
    ["区", "街道", "得分", "备\n注"],
    ["甲区", "乙街道", 95.5, '说“好”, 又说"行"'],
    [None] * 4,
    [None, "丙街道", -2.0, None],
]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_usual_forms_give_the_same_cells(encoding, separator, end):
    text = "\n\n" + TEXT.replace(", 又", "、又") + "\n;;\n"
    data = text.replace(",", separator).replace(";;", separator * 2).replace("\n", end)
    workbook = decode(data.encode(encoding))
    (sheet,) = workbook.sheets
    assert (sheet.name, sheet.first_row, sheet.n_rows, sheet.index) == ("CSV", 3, 4, 0)
    found = [[_plain(value) for value in row] for row in rows_head(sheet, 9)]
    expected = [[_plain(value) for value in row] for row in ROWS]
    assert found == [[v.replace(", ", "、") if v else v for v in row] for row in expected]
    assert (sheet.hidden, sheet.facts.scanned, sheet.facts.merged) == (False, True, ())


def _plain(value):
    return value.replace("\r\n", "\n") if isinstance(value, str) else value and str(value)


WORTH = {
    "7": 7.0,
    "-0.5": -0.5,
    "0": 0.0,
    "123456789012345": 123456789012345.0,
    "13800138000": 13800138000.0,
    "0012": "0012",
    "110101199003078888": "110101199003078888",
    "1234567890.1234567": "1234567890.1234567",
    "1e5": "1e5",
    "+3": "+3",
    "1.": "1.",
    " 8": " 8",
    "12\t": "12\t",
    '"=""0012"""': "0012",
    "95%": "95%",
    "2026-11-13": "2026-11-13",
    "TRUE": "TRUE",
    "NaN": "NaN",
    "٣": "٣",
    "=1+1": "=1+1",
}


def test_codes_stay_texts_and_numbers_are_numbers():
    data = "写法,序号\n" + "".join(f"{text},1\n" for text in WORTH)
    (sheet,) = decode(data.encode()).sheets
    found = cells(sheet.columns[0])[1:]
    assert list(map(repr, found)) == list(map(repr, WORTH.values()))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_is_read_like_the_workbook_it_was_saved_from(encoding):
    rows = [["督查表"], CHECKLIST]
    rows += [check_row(检查结果="×", 扣分=1.5, 问题描述="有,垃圾"), check_row(督查日期="11.13")]
    rows += [check_row(点位名称=f"{n}号店") for n in range(30)]
    text = "\n".join(",".join(map(_field, row)) for row in rows)
    found = read(text.encode(encoding), "督查.csv", context())
    twin = read(xlsx({"CSV": rows}), "督查.xlsx", context())
    assert found.checks.equals(twin.checks)
    assert len(found.checks) == 31
    assert found.problems == twin.problems
    assert found.sites.equals(twin.sites)
    assert found.outcome == twin.outcome


def _field(value):
    text = value.isoformat() if isinstance(value, dt.date) else "" if value is None else str(value)
    return f'"{text}"' if "," in text else text


BIG5 = "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得于著下自之年過發後作里"
REFUSED = {
    "prose": ("今天查了两个街道。\n都很好。\n".encode(), "plain_text"),
    "one word": (b"hello", "plain_text"),
    "only separators": (b",,,\n,,\n", "plain_text"),
    "neither encoding": ("区,街道\n甲,".encode("gb18030") + b"\xff\n", "unknown_text"),
    "another encoding": (f"{BIG5},{BIG5}\n{BIG5},x\n".encode("big5"), "unknown_text"),
    "cut inside of a character": ("区,街道\n甲,乙".encode()[:-1], "truncated"),
    "cut in utf-16": ("区\t街道\n甲\t乙".encode("utf-16")[:-1], "truncated"),
    "NUL further on": ("区,街道\n".encode() * 2_000 + b"\0,\0", "not_workbook"),
    "NUL in utf-16": (("区\t街\n" * 2_000 + "\0\t\n").encode("utf-16"), "not_workbook"),
    "a quote is never closed": (b'a,b\n1,"2\n' + b"3,4\n" * 9, "open_quote"),
    "a huge field": (b"a,b\n1,2\n3," + b"x" * 2_000_000 + b"\n", "open_quote"),
    "a quote swallows megabytes": (b'a,b\n1,2\n3,"' + b"5,6\n" * 500_000, "open_quote"),
    "too many columns": (b"1," * 800 + b"1\n", "too_many_cells"),
    "no table of Excel is so long": (b"a,b\n" + b"\n" * 1_048_576 + b"1,2\n", "too_many_cells"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused(name):
    data, code = REFUSED[name]
    refusal = decode(data).refusal
    assert refusal.code == code
    if code == "open_quote":
        assert refusal.details["row"] == (3 if b"3," in data[:10] else 2)


def test_open_quote_is_told_with_its_row():
    (problem,) = read(b'a,b\n1,"2\n' + b"3,4\n" * 9, "a.csv", context()).problems
    assert problem.code == "文件-16"
    assert "从第 2 行起" in problem.text


def test_encoding_is_told():
    (problem,) = read("区,街\n".encode("gb18030") + b"\xff,\n", "a.csv", context()).problems
    assert problem.code == "文件-15"


def test_lines_of_one_row_count_as_one_row_and_stray_quotes_are_text():
    data = '名称,说明\n一,"两\n行\n"\n二,5" 管\n三,"末\n行"'
    (sheet,) = decode(data.encode()).sheets
    assert (cell(sheet, 3, 0), cell(sheet, 3, 1)) == ("二", '5" 管')
    assert (sheet.n_rows, cell(sheet, 4, 1)) == (4, "末\n行")


def test_title_and_notes_around_the_table():
    data = "督查表\n单位:分\n序号,街道,得分\n1,甲,9\n2,乙,8\n注:略\n".encode()
    (sheet,) = decode(data).sheets
    assert rows_head(sheet, 9)[2] == ["序号", "街道", "得分"]
    assert rows_head(sheet, 9)[0] == ["督查表", None, None]


def test_limit_of_cells_holds_for_texts():
    data = "a,b\n" * 1_000
    assert decode(data.encode(), limits=SandboxLimits(cells=2_000)).refusal is None
    refusal = decode(data.encode(), limits=SandboxLimits(cells=1_999)).refusal
    assert (refusal.code, refusal.details["sheet"]) == ("too_many_cells", "CSV")


def test_a_million_rows_are_read():
    data = b"".join(b"%d,2026-11-13,S%d,%d.5,ok\n" % (n, n % 80, n % 7) for n in range(1_000_000))
    begun = time.perf_counter()
    (sheet,) = decode(data).sheets
    assert time.perf_counter() - begun < 60
    assert (sheet.n_rows, cell(sheet, 1_000_000, 3)) == (1_000_000, 999_999 % 7 + 0.5)


_FIELDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co"), exclude_characters="\ufeff")
    | st.sampled_from('",;\t\n'),
    max_size=8,
)


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(st.tuples(_FIELDS, _FIELDS, _FIELDS), min_size=1, max_size=12))
def test_whatever_a_program_writes_is_read_back(rows):
    target = io.StringIO()
    table = [("一", "二", "三"), *rows, ("末", "末", "末")]
    csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    (sheet,) = decode(target.getvalue().encode()).sheets
    found = [[_spelled(value) for value in row] for row in rows_head(sheet, len(table))]
    assert found == [[_spelled(value_of(text)) for text in row] for row in table]


def _spelled(value):
    return "" if value is None else value if isinstance(value, str) else repr(value)


def value_of(text):
    """What a written field is worth; none here is a long number or kept as text by a formula."""
    kept = re.fullmatch('="([^"]*)"', text)
    is_number = re.fullmatch(r"-?(0|[1-9][0-9]*)([.][0-9]+)?", text, re.ASCII)
    return kept[1] if kept else float(text) if is_number else text
