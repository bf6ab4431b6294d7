"""One data set in many disguises gives one identical frame: what people do to a table changes
nothing of what it says."""

from datetime import date, datetime

import pandas as pd
import pytest
from openpyxl.utils import get_column_letter

from tests.builders import context, xlsx
from wenming_metrics.reading.read import read

HEADER = [
    "督查日期",
    "街道",
    "社区",
    "点位类型",
    "点位名称",
    "测评项",
    "检查结果",
    "扣分",
    "责任单位",
]
DAY = date(2026, 11, 13)
ITEMS = ["地面无积水垃圾", "公厕干净无异味", "摊位整洁无出店经营"]
PLACES = [
    ("城东街道", "东风社区", "集贸市场", "东风农贸(集贸)市场"),
    ("河西街道", "桥头社区", "集贸市场", "桥头菜市场"),
]
SAID = [
    ("符合", None),
    ("不符合", 2),
    ("不符合", 1.5),
    ("不涉及", None),
    ("未查", None),
    ("符合", 0),
]


def rows() -> list[list]:
    pairs = [(place, item) for place in PLACES for item in ITEMS]
    return [
        [DAY, *place, item, *said, "城管局" if said[1] else None]
        for (place, item), said in zip(pairs, SAID, strict=True)
    ]


def frame(data: bytes, name: str = "2026年督查.xlsx", **changes) -> pd.DataFrame:
    found = read(data, name, context(**changes))
    assert found.counts.held == 0, [one.text for one in found.problems]
    assert found.counts.good, [one.text for one in found.problems]
    named = found.roles.groupby(["seq", "role"])["unit"].agg(tuple).unstack()
    units = found.checks["seq"].map(named[2]) if len(found.roles) else None
    own = found.checks.drop(columns=["seq", "sheet", "source_row"]).assign(units=units)
    return own.sort_values(["site", "item"], ignore_index=True)


@pytest.fixture(scope="module")
def plain():
    return frame(xlsx({"检查表": [HEADER, *rows()]}))


def titles() -> bytes:
    """Titles above, notes and sums below, blank rows between."""
    head = [["演示市督查检查表"], ["督查组:第一组    天气:晴"], []]
    body = rows()
    tail = [["小计", *[None] * 6, 3.5], ["注:√为符合。"], ["检查人签字:"]]
    return xlsx({"检查表": [*head, HEADER, *body[:3], [], *body[3:], [], *tail]})


def merged() -> bytes:
    """Whoever visits a site writes day, street and site once, over all its rows."""

    def change(book):
        sheet = book.active
        for column in range(1, 6):
            for first in (2, 5):
                letter = get_column_letter(column)
                sheet.merge_cells(f"{letter}{first}:{letter}{first + 2}")

    return xlsx({"检查表": [HEADER, *rows()]}, change)


def two_rows() -> bytes:
    """A header of two rows, groups merged across, the others merged down."""
    first = ["督查日期", "属地", None, "点位", None, "测评项", "结果", None, "责任单位"]
    second = [None, "街道", "社区", "点位类型", "点位名称", None, "检查结果", "扣分", None]

    def change(book):
        for area in ("A2:A3", "B2:C2", "D2:E2", "F2:F3", "G2:H2", "I2:I3"):
            book.active.merge_cells(area)

    return xlsx({"检查表": [["演示市督查检查表"], first, second, *rows()]}, change)


def two_rows_without_merges() -> bytes:
    """The same header out of a program that knows no merged cells."""
    first = ["督查日期", "属地", None, "点位", None, "测评项", "结果", None, "责任单位"]
    second = [None, "街道", "社区", "点位类型", "点位名称", None, "检查结果", "扣分", None]
    return xlsx({"检查表": [first, second, *rows()]})


def spaced() -> bytes:
    """Spacer columns and rows, and headers with spaces and line breaks."""
    wide = ["督 查\n日 期", None, "街 道", None, *HEADER[2:]]
    body = [[row[0], None, row[1], None, *row[2:]] for row in rows()]
    return xlsx({"检查表": [[], wide, *(line for row in body for line in (row, []))]})


def turned() -> bytes:
    """Columns in another order under other words, a running number, a column nobody needs."""
    words = [
        "序号",
        "扣分值",
        "是否符合",
        "检查内容",
        "地点",
        "场所类型",
        "村居",
        "镇街",
        "检查时间",
    ]
    body = [
        [at, row[7], row[6], row[5], row[4], row[3], row[2], row[1], row[0], row[8], "晴"]
        for at, row in enumerate(rows(), start=1)
    ]
    return xlsx({"检查表": [[*words, "整改单位", "天气"], *body]})


def as_text() -> bytes:
    """Everything as text, in full-width digits and with words around numbers."""
    body = [
        [
            *("2026年11月13日", f" {row[1]}", row[2], row[3], row[4].replace("(", "( ")),
            *(row[5], {"符合": "√", "不符合": "×", "不涉及": "/", "未查": "—"}[row[6]]),
            {None: "", 0: "不扣分", 2: "扣2分", 1.5: "-１.５"}[row[7]],
            row[8] and "市城管局",
        ]
        for row in rows()
    ]
    return xlsx({"检查表": [HEADER, *body]})


def short_days() -> bytes:
    """Days without a year, which stands in the title."""
    body = [["11.13", *row[1:]] for row in rows()]
    return xlsx({"检查表": [["演示市2026年11月督查检查表"], HEADER, *body]})


def serial_days() -> bytes:
    """Days as Excel's numbers, or with a time of day."""
    days = [
        46339,
        "46339.4",
        datetime(2026, 11, 13, 9, 40),
        "2026/11/13 9:40",
        20261113,
        "11月13日",
    ]
    body = [[day, *row[1:]] for day, row in zip(days, rows(), strict=True)]
    return xlsx({"检查表": [["2026年"], HEADER, *body]})


def two_tables() -> bytes:
    """A table per site under one another, each with its own title and columns."""
    body = rows()
    cut = [row[:2] + row[3:] for row in body[3:]]
    short = HEADER[:2] + HEADER[3:]
    first = [["一、东风农贸市场"], HEADER, *body[:3], [], ["二、桥头菜市场"]]
    return xlsx({"检查表": [*first, short, *cut]})


def two_sheets() -> bytes:
    body = rows()
    return xlsx({"城东": [HEADER, *body[:3]], "空": [], "河西": [HEADER, *body[3:]]})


def wide() -> bytes:
    """A row per site, a column per item, full marks behind the items."""
    head = [*HEADER[:5], *(f"{item}(5分)" for item in ITEMS)]
    cells = [["√", "-2", "-1.5(两处)"], ["/", "未查", "√"]]
    body = [[DAY, *place, *own] for place, own in zip(PLACES, cells, strict=True)]
    return xlsx({"检查表": [head, *body]})


def hidden() -> bytes:
    """Hidden rows, columns and a hidden sheet are read, and told."""

    def change(book):
        sheet = book["检查表"]
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True

    return xlsx({"检查表": [HEADER, *rows()]}, change)


def text_file(encoding: str) -> bytes:
    lines = [HEADER, *rows()]
    return "\r\n".join(
        ",".join("" if cell is None else str(cell) for cell in line) for line in lines
    ).encode(encoding)


DISGUISES = {
    **{made.__name__: made for made in (titles, merged, two_rows, two_rows_without_merges)},
    **{made.__name__: made for made in (spaced, turned, as_text, short_days, serial_days)},
    **{made.__name__: made for made in (two_sheets, hidden)},
    "csv_gb18030": lambda: text_file("gb18030"),
    "csv_utf8": lambda: text_file("utf-8"),
    "csv_utf8_bom": lambda: text_file("utf-8-sig"),
}


@pytest.mark.parametrize("name", sorted(DISGUISES))
def test_one_frame(name, plain):
    pd.testing.assert_frame_equal(frame(DISGUISES[name]()), plain)


def test_tables_under_one_another(plain):
    """The second table leaves the community out: its site counts for the street."""
    found = frame(two_tables())
    same = [name for name in plain if name != "unit"]
    pd.testing.assert_frame_equal(found[same], plain[same])
    assert found["unit"].nunique() == 2


def test_one_column_per_item(plain):
    """The wide form names no responsible units; all else is the same."""
    pd.testing.assert_frame_equal(
        frame(wide()).drop(columns="units"), plain.drop(columns="units"), check_like=True
    )


def test_the_rows_of_a_second_table_keep_their_own_numbers_and_headers():
    found = read(two_tables(), "x.xlsx", context())
    assert found.checks["source_row"].tolist() == [3, 4, 5, 9, 10, 11]
    (sheet,) = found.sheets
    assert sheet.n_rows == 6
    assert {cell.row for cell in sheet.headers} == {0, 8}
    assert [one.row for one in found.problems if one.code == "行-05"] == []
