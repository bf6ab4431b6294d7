"""Builders of spreadsheets, good ones and hostile ones, byte by byte where no program writes them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

import xlsxwriter

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SECTOR = 512
_NONE, _CHAIN_END, _FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def written(fill: Callable) -> bytes:
    """A workbook that xlsxwriter writes."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    fill(book)
    book.close()
    return target.getvalue()


def table(n_rows: int, n_columns: int = 4) -> bytes:
    """A table of the given size, as an office would send it."""

    def fill(book):
        sheet = book.add_worksheet("数据")
        for row in range(n_rows):
            sheet.write_row(row, 0, [row, f"街道{row % 80}", row % 2, f"问题{row}"][:n_columns])

    return written(fill)


def sheet(rows: str, head: str = "", tail: str = "", prefix: str = "") -> str:
    """A worksheet's XML around its rows."""
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    data = f"<{prefix}sheetData>{rows}</{prefix}sheetData>"
    return f'<{prefix}worksheet {name}="{_MAIN}">{head}{data}{tail}</{prefix}worksheet>'


def xlsx(
    sheets: Mapping[str, str], extra: Mapping[str, str | bytes] | None = None, state: str = ""
) -> bytes:
    """A workbook of the given sheets (name: XML) and further parts; `state` is the last sheet's."""
    numbered = list(enumerate(sheets, 1))
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"'
        + (f' state="{state}"/>' if state and n == len(numbered) else "/>")
        for n, name in numbered
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in numbered
    )
    start = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    relations = f'<Relationships xmlns="{_PACKAGE}/relationships">'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f"{relations}{start}</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"{relations}{related}</Relationships>",
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": sheets[name] for n, name in numbered}
    return zipped(parts | dict(extra or {}))


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of the given parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def one_cell(extra: Mapping[str, str | bytes] | None = None) -> bytes:
    """The smallest good workbook: A1 holds 1."""
    return xlsx({"甲": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')}, extra)


def sparse(far: str = "XFD1048576") -> bytes:
    """Two cells, as far apart as asked."""
    row = far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    near = '<row r="1"><c r="A1"><v>1</v></c></row>'
    return xlsx({"甲": sheet(f'{near}<row r="{row}"><c r="{far}"><v>1</v></c></row>')})


def understated(size: int) -> bytes:
    """A workbook with a part that unpacks to far more than the archive declares."""
    data = bytearray(one_cell({"xl/styles.xml": b" " * size}))
    entry = data.index(b"PK\1\2")
    while data[entry + 46 : entry + 59] != b"xl/styles.xml":
        entry = data.index(b"PK\1\2", entry + 4)
    data[entry + 24 : entry + 28] = struct.pack("<L", 1_000)
    return bytes(data)


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file, as old Office wrote, of a few streams."""
    body, fat, entries = b"", [], [_ole_entry("Root Entry", 5, _CHAIN_END, 0, child=1)]
    for number, (name, content) in enumerate(streams.items(), 1):
        content = content.ljust(4096, b"\0")
        content += b"\0" * (-len(content) % _SECTOR)
        start, count = len(fat), len(content) // _SECTOR
        fat += [*range(start + 1, start + count), _CHAIN_END]
        right = number + 1 if number < len(streams) else _NONE
        entries.append(_ole_entry(name, 2, start, len(content), right=right))
        body += content
    directory = b"".join(entries)
    directory += b"\0" * (-len(directory) % _SECTOR)
    first = len(fat)
    count = len(directory) // _SECTOR
    fat += [*range(first + 1, first + count), _CHAIN_END, _FAT_SECTOR]
    table = struct.pack(f"<{_SECTOR // 4}L", *fat, *[_NONE] * (_SECTOR // 4 - len(fat)))
    return _ole_header(first, len(fat) - 1) + body + directory + table


def xls(
    rows: Mapping[tuple[int, int], float | str | bool],
    forms: Mapping[tuple[int, int], str] | None = None,
    *,
    from_1904: bool = False,
    footer: str = "",
    streams: Mapping[str, bytes] | None = None,
) -> bytes:
    """A legacy workbook (BIFF8) of one sheet; keys are row and column, from 0.

    Takes: forms - number formats of some cells; from_1904 - days are counted from 1904; footer - of its
    pages; streams - what lies beside the workbook in the file
    """
    forms = forms or {}
    codes = list(dict.fromkeys(forms.values()))
    start = _record(0x0809, struct.pack("<4H2L", 0x0600, 5, 0, 0, 0, 0))
    start += _record(0x0042, struct.pack("<H", 1200))
    start += _record(0x0022, struct.pack("<H", from_1904))
    for number, code in enumerate(codes, 164):
        text = struct.pack("<HHB", number, len(code), 1) + code.encode("utf-16-le")
        start += _record(0x041E, text)
    for number in (0, *range(164, 164 + len(codes))):
        start += _record(0x00E0, struct.pack("<2H16x", 0, number))
    styles = {cell: codes.index(code) + 1 for cell, code in forms.items()}
    name = "旧表".encode("utf-16-le")
    bound = struct.pack("<LBBBB", len(start) + 4 + 8 + len(name) + 4, 0, 0, 2, 1) + name
    cells = b"".join(_biff_cell(*cell, value, styles.get(cell, 0)) for cell, value in rows.items())
    book = start + _record(0x0085, bound) + _record(0x000A, b"")
    book += _record(0x0809, struct.pack("<4H2L", 0x0600, 0x10, 0, 0, 0, 0)) + cells
    if footer:
        text = struct.pack("<HB", len(footer), 1) + footer.encode("utf-16-le")
        book += _record(0x0015, text)
    return ole({"Workbook": book + _record(0x000A, b""), **(streams or {})})


def _biff_cell(row: int, column: int, value: float | str | bool, style: int) -> bytes:
    place = struct.pack("<3H", row, column, style)
    if isinstance(value, bool):
        return _record(0x0205, place + struct.pack("<BB", value, 0))
    if isinstance(value, str):
        text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
        return _record(0x0204, place + text)
    return _record(0x0203, place + struct.pack("<d", value))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<2H", kind, len(content)) + content


def _ole_entry(
    name: str, kind: int, start: int, size: int, child: int = _NONE, right: int = _NONE
) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB3L", len(text), kind, 1, _NONE, right, child)
    return head + b"\0" * 36 + struct.pack("<LQ", start, size)


def _ole_header(directory: int, fat: int) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9L", 0, 1, directory, 0, 4096, _CHAIN_END, 0, _CHAIN_END, 0)
    return head + struct.pack("<109L", fat, *[_NONE] * 108)


def png(shade: int = 0, size: int = 4) -> bytes:
    """A small grey picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">L", zlib.crc32(kind + content))
        return struct.pack(">L", len(content)) + kind + content + check

    lines = (b"\0" + bytes([shade]) * size) * size
    head = struct.pack(">2L5B", size, size, 8, 0, 0, 0, 0)
    packed = chunk(b"IDAT", zlib.compress(lines))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + packed + chunk(b"IEND", b"")


def relations(targets: Mapping[str, str], kind: str = "image") -> str:
    """The relations of a part: key -> target."""
    tags = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, target in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{tags}</Relationships>'


def anchor(row: int, column: int, key: str, kind: str = "oneCellAnchor", more: str = "") -> str:
    """A picture in a drawing; row and column from 0, as drawings count them."""
    start = f"<xdr:from><xdr:col>{column}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row}</xdr:row></xdr:from>"
    blip = f'<xdr:pic><xdr:blipFill><a:blip r:embed="{key}"/></xdr:blipFill></xdr:pic>'
    return f"<xdr:{kind}>{start}{more}{blip}</xdr:{kind}>"


def drawn(rows: str, anchors: str, media: Mapping[str, str], extra: Mapping[str, bytes]) -> bytes:
    """A workbook of one sheet with a drawing.

    Takes: rows; anchors; media - key -> target, as seen from the drawing; extra - further parts
    """
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            {"rId1": "../drawings/drawing1.xml"}, "drawing"
        ),
        "xl/drawings/drawing1.xml": f'<xdr:wsDr xmlns:xdr="x">{anchors}</xdr:wsDr>',
        "xl/drawings/_rels/drawing1.xml.rels": relations(media),
    }
    return xlsx({"甲": sheet(rows)}, {**parts, **extra})


def photographed(data: bytes, pictures: Mapping[tuple[int, int], bytes]) -> bytes:
    """Lay pictures over cells of a workbook's first sheet: (Excel row, column from 0) -> bytes."""
    anchors = "".join(
        anchor(row - 1, column, f"rId{n}") for n, (row, column) in enumerate(pictures)
    )
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            {"rId1": "../drawings/drawing1.xml"}, "drawing"
        ),
        "xl/drawings/drawing1.xml": f'<xdr:wsDr xmlns:xdr="x" xmlns:a="y" xmlns:r="z">{anchors}</xdr:wsDr>',
        "xl/drawings/_rels/drawing1.xml.rels": relations(
            {f"rId{n}": f"../media/image{n}.png" for n in range(len(pictures))}
        ),
        **{f"xl/media/image{n}.png": one for n, one in enumerate(pictures.values())},
    }
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def shown(cells: Mapping[str, str], images: Mapping[str, str], extra: Mapping[str, bytes]) -> bytes:
    """A workbook of WPS with pictures in cells.

    Takes: cells - reference -> name of a picture; images - name -> target; extra - further parts
    """
    rows = "".join(
        f'<row r="{ref[1:]}"><c r="{ref}" t="str"><f>{word}DISPIMG(&quot;{name}&quot;,1)</f>'
        f"<v>=DISPIMG(&quot;{name}&quot;,1)</v></c></row>"
        for ref, name in cells.items()
        for word in ("_xlfn." if ref == "B2" else "",)
    )
    listed = "".join(
        f'<etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="{name}"/></xdr:nvPicPr>'
        f'<xdr:blipFill><a:blip r:embed="rId{n}"/></xdr:blipFill></xdr:pic></etc:cellImage>'
        for n, name in enumerate(images)
    )
    parts = {
        "xl/cellimages.xml": f'<etc:cellImages xmlns:etc="w">{listed}</etc:cellImages>',
        "xl/_rels/cellimages.xml.rels": relations(
            {f"rId{n}": target for n, target in enumerate(images.values())}
        ),
    }
    return xlsx({"甲": sheet(rows)}, {**parts, **extra})
