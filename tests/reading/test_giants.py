"""Files as large as the format allows: read within bounds, or refused in words, never a hang."""

from xml.sax.saxutils import escape

import numpy as np
import pytest

from tests.reading import hostile
from wenming_metrics.reading.model.grid import cell
from wenming_metrics.reading.sandbox.process import SandboxLimits, decode

pytestmark = pytest.mark.children
ROWS = 1_048_576
_STRINGS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def full_column():
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n % 7}</v></c></row>' for n in range(1, ROWS + 1))
    return hostile.xlsx({"甲": hostile.sheet(rows)})


def of_strings(texts, cells):
    listed = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{at}</v></c></row>' for n, at in enumerate(cells, 1)
    )
    table = f'<sst xmlns="{_STRINGS}" uniqueCount="{len(texts)}">{listed}</sst>'
    return hostile.xlsx({"甲": hostile.sheet(rows)}, {"xl/sharedStrings.xml": table})


def test_a_sheet_filled_to_its_last_row_is_read():
    workbook = decode(full_column())
    (sheet,) = workbook.sheets
    assert (workbook.refusal, sheet.n_rows) == (None, ROWS)
    (column,) = sheet.columns
    assert sorted(column.values) == [0, 1, 2, 3, 4, 5, 6]
    assert np.array(column.values)[column.codes[-1]] == ROWS % 7


def test_two_cells_in_the_corners_of_a_long_sheet_are_two_cells():
    (sheet,) = decode(hostile.sparse("Z1000000")).sheets
    assert (sheet.n_rows, len(sheet.columns)) == (1_000_000, 26)
    assert [cell(sheet, 1, 0), cell(sheet, 2, 3), cell(sheet, 1_000_000, 25)] == [1.0, None, 1.0]


def test_one_shared_text_of_megabytes_is_refused():
    refusal = decode(of_strings(["长" * 3_000_000], [0])).refusal
    assert refusal.code == "too_big"


def test_a_long_text_that_many_cells_share_is_refused_before_it_fills_the_memory():
    data = of_strings(["长" * 30_000], [0] * 20_000)  # 100 kB, and 2 GB once every cell has its own
    assert len(data) < 200_000
    refusal = decode(data, limits=SandboxLimits(memory_bytes=400 << 20)).refusal
    assert refusal.code == "too_big"
    (sheet,) = decode(of_strings(["长" * 3_000], [0] * 20_000)).sheets
    assert (sheet.n_rows, sheet.columns[0].values) == (20_000, ("长" * 3_000,))
