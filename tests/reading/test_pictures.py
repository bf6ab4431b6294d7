"""Pictures are found with the rows they belong to; what a drawing claims is never followed."""

import hashlib
import io
import struct
from dataclasses import replace

import pytest
import xlsxwriter

from tests.builders import CHECKLIST, check_row, context
from tests.reading import hostile
from tests.reading.hostile import anchor, drawn, png, relations, shown
from wenming_metrics.reading.model.grid import Picture
from wenming_metrics.reading.read import read
from wenming_metrics.reading.sandbox.pictures import type_of
from wenming_metrics.reading.sandbox.process import SandboxLimits, decode

ROWS = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 9))
MEDIA = {"rId1": "../media/image1.png", "rId2": "/xl/media/image2.jpeg"}
JPEG = b"\xff\xd8\xff\xe0" + b"JFIF" * 9
FILES = {"xl/media/image1.png": png(), "xl/media/image2.jpeg": JPEG}
ID = "ID_0A1B2C3D4E5F60718293A4B5C6D7E8F9"
OTHER_ID = "ID_1B2C3D4E5F60718293A4B5C6D7E8F90A"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def places(workbook) -> list[tuple]:
    assert workbook.refusal is None
    return [(one.sheet, one.row, one.column, one.digest) for one in workbook.pictures]


def test_pictures_over_cells_are_tied_to_their_row():
    anchors = anchor(4, 2, "rId1") + anchor(5, 2, "rId2", "twoCellAnchor") + anchor(5, 2, "rId1")
    workbook = decode(drawn(ROWS, anchors, MEDIA, FILES))
    one, two = digest(png()), digest(JPEG)
    assert places(workbook) == [(0, 5, 2, one), (0, 6, 2, two), (0, 6, 2, one)]
    assert workbook.picture_bytes == {one: ("png", png()), two: ("jpeg", JPEG)}


@pytest.mark.parametrize(("below", "row"), [(40, 5), (60, 6)])
def test_a_picture_that_slips_over_the_line_belongs_where_most_of_it_is(below, row):
    end = (
        f"<xdr:to><xdr:col>3</xdr:col><xdr:row>5</xdr:row><xdr:rowOff>{below}</xdr:rowOff></xdr:to>"
    )
    size = '<a:xfrm><a:ext cx="50" cy="100"/></a:xfrm>'
    workbook = decode(drawn(ROWS, anchor(4, 2, "rId1", "twoCellAnchor", end + size), MEDIA, FILES))
    assert [place[1] for place in places(workbook)] == [row]


def test_what_a_program_writes_is_found():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    book.add_worksheet("空")
    sheet = book.add_worksheet("表")
    sheet.write_column(0, 0, range(9))
    for row, shade in ((2, 10), (3, 20), (7, 10)):
        sheet.insert_image(row, 4, "p.png", {"image_data": io.BytesIO(png(shade))})
    book.close()
    workbook = decode(target.getvalue())
    ten, twenty = digest(png(10)), digest(png(20))
    assert places(workbook) == [(1, 3, 4, ten), (1, 4, 4, twenty), (1, 8, 4, ten)]
    assert set(workbook.picture_bytes) == {ten, twenty}


def test_pictures_in_cells_are_those_that_the_formula_names():
    cells = {"B2": ID, "C3": OTHER_ID, "A4": ID}
    images = {ID: "media/image1.png", OTHER_ID: "media/image2.jpeg"}
    workbook = decode(shown(cells, images, FILES))
    one, two = digest(png()), digest(JPEG)
    assert places(workbook) == [(0, 2, 1, one), (0, 3, 2, two), (0, 4, 0, one)]
    assert workbook.sheets[0].columns[1].values[0] == f'=DISPIMG("{ID}",1)'


def test_a_file_without_pictures_tells_of_none():
    assert decode(hostile.one_cell()).pictures == ()
    assert decode(shown({"B2": ID}, {}, {})).pictures == ()  # as openpyxl saves it: nothing is left


TYPES = {
    "png": png(),
    "jpeg": JPEG,
    "gif": b"GIF89a" + b"\0" * 9,
    "bmp": b"BM" + b"\0" * 9,
    "webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "": b"\x01\0\0\0l\0\0\0 EMF",
}


@pytest.mark.parametrize("kind", TYPES)
def test_types_are_told_by_content(kind):
    assert type_of(TYPES[kind]) == kind
    data = drawn(
        ROWS, anchor(1, 1, "rId1"), {"rId1": "../media/a.png"}, {"xl/media/a.png": TYPES[kind]}
    )
    workbook = decode(data)
    (one,) = workbook.pictures
    assert (one.row, one.lost) == (2, "" if kind else "other")
    assert [told[0] for told in workbook.picture_bytes.values()] == [kind] * bool(kind)


@pytest.mark.parametrize(
    "target",
    [
        "../../etc/passwd",
        "../../../../../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://example.com/a.png",
        "../media/none.png",
        "",
    ],
)
def test_targets_outside_lead_nowhere(target):
    data = drawn(ROWS, anchor(1, 1, "rId1"), {"rId1": target}, {"xl/media/other.png": png()})
    workbook = decode(data)
    assert [(one.row, one.digest, one.lost) for one in workbook.pictures] == [(2, "", "missing")]


def test_limits_keep_the_place_without_the_bytes():
    data = drawn(ROWS, anchor(1, 1, "rId1") + anchor(2, 1, "rId2"), MEDIA, FILES)
    large = len(png())
    for limits in (
        SandboxLimits(picture_bytes=large - 1),
        SandboxLimits(pictures_bytes=large - 1),
    ):
        workbook = decode(data, limits=limits)
        assert [(one.row, one.lost) for one in workbook.pictures] == [(2, "too_large"), (3, "")]


def test_a_picture_that_lies_about_its_size_is_left_out():
    data = bytearray(
        drawn(ROWS, anchor(1, 1, "rId1"), MEDIA, {"xl/media/image1.png": b"\0" * 9_000_000})
    )
    entry = data.index(b"PK\1\2")
    while data[entry + 46 : entry + 65] != b"xl/media/image1.png":
        entry = data.index(b"PK\1\2", entry + 4)
    data[entry + 24 : entry + 28] = struct.pack("<L", 1_000)
    workbook = decode(bytes(data))
    assert [(one.row, one.lost) for one in workbook.pictures] == [(2, "missing")]
    assert workbook.sheets[0].n_rows == 8


HOSTILE = {
    "no end": "<xdr:oneCellAnchor>" * 200_000,
    "blips without end": "<xdr:oneCellAnchor><xdr:from><xdr:col>1</xdr:col><xdr:row>1</xdr:row></xdr:from>"
    + "<a:blip " * 200_000,
    "corners without end": "<xdr:oneCellAnchor>" + "<xdr:from>" * 200_000,
    "rows beyond numbers": anchor(10**12, 1, "rId1"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_drawings_end_in_time(name):
    workbook = decode(
        drawn(ROWS, HOSTILE[name], MEDIA, FILES), limits=SandboxLimits(cpu_seconds=20)
    )
    assert workbook.refusal is None
    assert workbook.pictures == ()


def test_more_pictures_than_anyone_looks_at_are_refused():
    data = drawn(ROWS, anchor(1, 1, "rId1") * 20_000, MEDIA, FILES)
    assert len(decode(data).pictures) == 20_000
    data = drawn(ROWS, anchor(1, 1, "rId1") * 20_001, MEDIA, FILES)
    assert decode(data).refusal.code == "too_big"


def test_entities_in_a_drawing_are_refused():
    data = drawn(ROWS, '<!DOCTYPE x [<!ENTITY a "b">]>', MEDIA, FILES)
    assert decode(data).refusal.code == "entities"


def test_damaged_cell_images_leave_the_places():
    workbook = decode(shown({"B2": ID}, {OTHER_ID: "media/image1.png"}, FILES))
    assert [(one.row, one.lost) for one in workbook.pictures] == [(2, "missing")]
    extra = {**FILES, "xl/cellimages.xml": b"\xff<", "xl/_rels/cellimages.xml.rels": relations({})}
    assert decode(shown({"B2": ID}, {}, extra)).refusal is None


def test_reading_keeps_pictures_of_sheets_that_are_read_and_says_what_is_not_kept():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    draft, sheet = book.add_worksheet("草稿"), book.add_worksheet("检查表")
    draft.insert_image(2, 2, "p.png", {"image_data": io.BytesIO(png(1))})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, CHECKLIST)
    for row in range(1, 4):
        for column, value in enumerate(check_row(点位名称=f"{row}号店")):
            if value is not None:
                sheet.write(row, column, value, day if hasattr(value, "year") else None)
        for shade in range(row):
            sheet.insert_image(row, 20, "p.png", {"image_data": io.BytesIO(png(shade))})
    book.close()
    found = read(target.getvalue(), "督查.xlsx", context())
    told = found.pictures[["sheet", "source_row", "position", "n"]].to_numpy().tolist()
    rows = [[1, 2, 20, 0], [1, 3, 20, 0], [1, 3, 20, 1]]
    assert told == [*rows, *([1, 4, 20, n] for n in range(3))]
    assert set(found.picture_bytes) == {digest(png(shade)) for shade in range(3)}
    assert found.pictures["digest"].isin(set(found.picture_bytes)).all()


@pytest.mark.parametrize(
    ("lost", "code"), [("too_large", "图片-01"), ("other", "图片-02"), ("missing", "图片-03")]
)
def test_lost_pictures_are_noted(lost, code, monkeypatch):
    decoded = decode(hostile.written(_checklist))
    pictures = tuple(Picture(0, row, 3, "", lost) for row in (2, 2, *range(5, 16)))
    monkeypatch.setattr(
        "wenming_metrics.reading.read.decode", lambda *_, **__: replace(decoded, pictures=pictures)
    )
    found = read(b"", "督查.xlsx", context())
    (problem,) = (one for one in found.problems if one.code.startswith("图片"))
    assert (problem.code, problem.severity) == (code, "提醒")
    assert "13 张图片" in problem.text
    assert "第 2、5、6、7、8、9、10、11、12、13 等 12 行" in problem.text
    assert len(found.pictures) == 13


def _checklist(book):
    sheet = book.add_worksheet("检查表")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, CHECKLIST)
    for column, value in enumerate(check_row()):
        if value is not None:
            sheet.write(1, column, value, day if hasattr(value, "year") else None)
