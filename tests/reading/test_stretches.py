"""A long sheet is decoded in stretches of rows: nothing tells it from one decoded whole."""

import datetime as dt

import pytest

from tests.reading import hostile
from tests.reading.hostile import sheet
from wenming_metrics.reading.model.grid import Workbook, cells
from wenming_metrics.reading.sandbox.process import SandboxLimits, decode

WHOLE, SHORT = SandboxLimits(stretch_bytes=1 << 30), SandboxLimits(stretch_bytes=1 << 20)
MERGED = '<mergeCells count="1"><mergeCell ref="C6:C7"/></mergeCells>'
LAST = sheet('<row r="2"><c r="B2"><v>2</v></c></row>')


def _row(at: int) -> str:
    """A row with what a cut might lose: blank ones, errors, cells to the left and to the right."""
    if at % 9_000 < 40:
        return f'<row r="{at}"/>'
    said = f"it's {at % 300} &lt;/row> {'问题' * (at % 40)}"
    found = f'<c r="C{at}"><v>{at % 7}</v></c><c r="D{at}" t="str"><v>{said}</v></c>'
    if at % 5_000 == 77:
        found += f'<c r="E{at}" t="e"><v>#N/A</v></c>'
    if at > 12_000:
        found += f'<c r="F{at}" t="b"><v>{at % 2}</v></c>'
    if at == 20_001:
        found = f'<c r="A{at}"><v>0.5</v></c>{found}'
    return f'<row r="{at}" hidden="{int(at % 4_000 == 3)}">{found}</row>'


def _bare(first: int, last: int) -> str:
    """Rows that are formatted and hold nothing."""
    return "".join(f'<row r="{at}"><c r="B{at}" s="0"/></row>' for at in range(first, last))


ROWS = "".join(_row(at) for at in range(1, 24_000) if at % 11_000 > 30)
PLAIN = sheet(ROWS, "<cols/>", MERGED)
LONG = {
    "plain": PLAIN,
    "with a prefix": PLAIN.replace("</", "<\0").replace("<", "<x:").replace("<x:\0", "</x:"),
    "single quotes": PLAIN.replace("it's", "it is").replace('"', "'"),
    "blank rows first": sheet(_bare(1, 85_000) + '<row r="85000"><c r="B85000"><v>1</v></c></row>'),
    "blank throughout": sheet(_bare(1, 85_000)),
    "rows without numbers": sheet(ROWS.replace(" r=", " q=")),
    "a comment": sheet("<!-- </row> -->" + ROWS),
}


def _seen(book: Workbook) -> list[tuple]:
    """Everything that later steps see of a workbook."""
    assert book.refusal is None
    return [
        (one.name, one.index, one.first_row, one.n_rows, one.facts, [*map(cells, one.columns)])
        for one in book.sheets
    ]


@pytest.mark.parametrize("name", LONG)
def test_stretches_equal_the_whole(name):
    xml = LONG[name].replace("xmlns=", "xmlns:x=") if "prefix" in name else LONG[name]
    data = hostile.xlsx({"前": sheet(""), "长": xml, "后": LAST})
    assert _seen(decode(data, limits=SHORT)) == _seen(decode(data, limits=WHOLE))


def test_stretches_know_texts_and_formats_of_the_workbook():
    def fill(book):
        one, two = book.add_worksheet("一"), book.add_worksheet("二")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for row in range(25_000):
            one.write_row(row, 1, [f"街道{row % 80}", row % 3 / 2, f"问题{row % 900}"])
            one.write_datetime(row, 5, dt.datetime(2026, 1, 1 + row % 28), day)
        two.write_row(3, 0, ["街道3", 1])

    data = hostile.written(fill)
    short = decode(data, limits=SHORT)
    assert _seen(short) == _seen(decode(data, limits=WHOLE))
    assert max(block.n_rows for block in short.sheets[0].blocks) < 25_000 / 3


def test_a_stretch_that_belongs_further_up_is_refused():
    late = f'<row r="90000"/>{_bare(90_001, 90_002)}<row r="9"><c r="A9"><v>1</v></c></row>'
    xml = sheet(_bare(1, 100) + ROWS + _bare(24_000, 60_000) + late)
    refusal = decode(hostile.xlsx({"长": xml}), limits=SHORT).refusal
    assert (refusal.code, refusal.details["sheet"]) == ("unreadable", "长")
