"""The program that takes personal data out of a workbook; run isolated by `sandbox`, as the decoder is.

Standard library and our own rules of what is personal only. On standard input comes a task (length as
uint32, JSON: columns - sheet -> [column, first row] to be emptied; uses - sheet -> [column, use] as
`privacy` says), then the file. Every other part keeps its bytes, but for texts that only such
cells showed: they are taken out of the shared strings. At the end it says what it has changed beside cells.
"""

import json
import re
import struct
import sys
from collections.abc import Iterator

from confined import confine, end, send
from container import Part, is_xml, open_parts, unpack
from hide_cells import CELLS, hide_rows, personal_strings
from hide_xml import hide_xml
from look_personal import NO_TEXT
from mark_book import list_sheets, rename_sheets
from mark_package import (
    Package,
    escape,
    leave_out,
    open_package,
    pack,
    put_bytes,
    read_any,
    write_text,
    zip_pieces,
)
from mark_sheet import DATA, STYLE, each_cell, each_row, pieces_of
from privacy import mask_names
from sheet_scan import column_letters

STRINGS = "xl/sharedstrings.xml"
_SHOWN = re.compile(rb"\st\s*=\s*[\"']s[\"'][^>]*>\s*<(?:\w+:)?v>\s*0*(\d+)\s*<")
"""A cell that shows a shared string: the number of that string."""
_PLAINLY = re.compile(rb' t="s"><v>(0|[1-9]\d*)<')
"""The same as most programs write it, which is found sooner."""
_ROW = re.compile(rb'row r="(\d{1,7})"')
_AFTER_TAG = (b" ", b">", b"/", b"\n", b"\r", b"\t")
_EXTERNAL = re.compile(r"<(?:\w+:)?Relationship\s[^>]*TargetMode\s*=\s*[\"']External[^>]*>")
_PARTS = {
    "comments": "批注",
    "docprops/": "文件属性",
    "xl/workbook.xml": "工作表名称",
    "drawing": "图形里的文字",
    "xl/charts": "图表",
    ".rels": "超链接",
    "pivot": "透视表缓存",
    "externallinks": "外部链接缓存",
    "embeddings": "嵌入的文件",
    "media/": "图形里的文字",
}
"""What users call the parts of a workbook, by a word of their names."""
_LONG = 64 << 20
_ITEM = re.compile(rb"<((?:\w+:)?)si(?=[\s/>])[^>]*?(?:/>|>.*?</\1si>)", re.S)


def main() -> None:
    """Take personal data out of the workbook on standard input."""
    limits, stream = confine(), sys.stdin.buffer
    (length,) = struct.unpack("<I", stream.read(4))
    task = json.loads(stream.read(length))
    data = stream.read()
    package = open_package(data, open_parts(data, limits))
    strings = b"".join(unpack(data, package.parts[STRINGS])) if STRINGS in package.parts else b""
    personal = personal_strings(strings)
    gone, still_shown, changed = set(), set(), set()
    sheets = list_sheets(package)
    for name, part_name in sheets.items():
        columns, uses = dict(task["columns"].get(name, ())), dict(task["uses"].get(name, ()))
        sheet_part = package.parts[part_name.lower()]
        words: set[str] = set()
        emptied = empty(pieces_of(unpack(data, sheet_part), part_name), columns, gone, words)
        pieces = hide_rows(emptied, uses, personal, gone, words)
        if _is_long(sheet_part):
            pack(package, sheet_part.name, _noted(pieces, still_shown))
        else:
            rewritten = list(_noted(pieces, still_shown))
            if words:
                pack(package, sheet_part.name, rewritten)
        changed |= words
    numbers = ({int(text) for text in gone} | set(personal)) - {int(text) for text in still_shown}
    if numbers:
        pack(package, package.parts[STRINGS].name, [without_texts(strings, numbers)])
        changed |= {"已删除的文字"} if numbers - {int(text) for text in gone} else set()
    renamed = {old: masked for old, masked in zip(sheets, mask_names(list(sheets)), strict=True)}
    part_names = {part_name.lower() for part_name in sheets.values()}
    changed |= set(_hide_parts(package, part_names, renamed))
    photos = _bare_photos(package)
    is_changed = bool(changed or gone or photos)
    for piece in zip_pieces(package) if is_changed else ():
        send({"type": "piece"}, piece)
    beside = "、".join(sorted(changed - {CELLS}))
    end(changed="1" if is_changed else "", beside=beside, photos=photos)


def _bare_photos(package: Package) -> int:
    """Take out of photos where and with what they were taken; gives how many told it."""
    if not any(key.startswith("xl/media/") for key in package.parts):
        return 0
    from look_objects import bare_picture

    count = 0
    for sheet_part in list(package.parts.values()):
        if bare := bare_picture(package.data, sheet_part):
            put_bytes(package, sheet_part.name, bare)
            count += 1
    return count


def _is_long(sheet_part: tuple) -> bool:
    """Say whether a sheet is packed again piece by piece, whatever is in it: it is too much to keep."""
    return sheet_part.size > _LONG


def _noted(pieces: Iterator[bytes], shown: set[bytes]) -> Iterator[bytes]:
    """Note which shared strings the cells still show."""
    for piece in pieces:
        shown.update(_shown(piece))
        yield piece


def _hide_parts(package: Package, sheets: set[str], renamed: dict[str, str]) -> Iterator[str]:
    """Hide what is personal in everything that is no sheet; tells where something was.

    Takes: sheets - their parts; renamed - what the sheets are called from now on, also in references
    """
    for key, sheet_part in list(package.parts.items()):
        if _is_left_out(package, sheet_part):
            leave_out(package, sheet_part.name)
            yield next((word for begin, word in _PARTS.items() if begin in key), "其他部分")
            continue
        if not is_xml(sheet_part) or key in sheets | NO_TEXT | {STRINGS}:
            continue
        xml = renaming = read_any(package, sheet_part)
        for old_name, sheet_name in renamed.items():
            if old_name != sheet_name:
                renaming = renaming.replace(escape(old_name), escape(sheet_name))
        numbers = key.startswith(("xl/charts/", "xl/pivotcache/"))
        if key == "xl/workbook.xml":
            hidden = hide_xml(rename_sheets(renaming, mask_names))
        elif key.endswith(".rels"):
            hidden = _EXTERNAL.sub(lambda match: hide_xml(match[0]), xml)
        else:
            hidden = hide_xml(renaming, numbers=numbers)
        if hidden != xml:
            write_text(package, sheet_part.name, hidden)
            yield next((word for begin, word in _PARTS.items() if begin in key), "其他部分")


def _is_left_out(package: Package, sheet_part: Part) -> bool:
    """Say whether a part that is no XML is left out: what is in it cannot be hidden in its place."""
    if is_xml(sheet_part) or sheet_part.name.lower().endswith((".png", ".jpg", ".jpeg", ".gif")):
        return False
    # Few workbooks have any, and the others wait for nothing.
    from look_objects import hides_in_part, is_object

    return is_object(sheet_part) and hides_in_part(package.data, sheet_part)


def empty(
    pieces: Iterator[bytes], columns: dict[int, int], emptied: set[bytes], kinds: set[str]
) -> Iterator[bytes]:
    """Write a sheet again with some columns empty from a row on.

    Takes: emptied - the shared strings that emptied cells showed; kinds - gets CELLS where any was;
           they grow
    """
    prefix, last = None, 0
    for piece in pieces:
        if prefix is None:
            prefix = DATA.search(piece)[1]
        if not columns:
            yield piece
            continue
        if not _is_plain(piece, prefix):
            rewritten, last = _by_cell(piece, prefix, last, columns, emptied)
        else:
            rows = _ROW.findall(piece, max(piece.rfind(b"<%brow " % prefix), 0))
            last = int(rows[0]) if rows else last
            rewritten = _by_column(piece, prefix, columns, emptied)
        if rewritten != piece:
            kinds.add(CELLS)
        yield rewritten


def _shown(piece: bytes) -> list[bytes]:
    """List the shared strings that the cells of a piece show."""
    numbers = _PLAINLY.findall(piece)
    # Whatever else may be such a cell has an s in quotes too.
    if len(numbers) == piece.count(b'"s"') + piece.count(b"'s'"):
        return numbers
    return _SHOWN.findall(piece)


def _is_plain(piece: bytes, prefix: bytes) -> bool:
    """Say whether each row and each cell begins with its place, as programs write them."""
    for tag in (b"%brow" % prefix, b"%bc" % prefix):
        if piece.count(b'<%b r="' % tag) == piece.count(b"<" + tag):
            continue  # the head and the tail have other tags that begin like it
        begun = sum(piece.count(b"<%b%b" % (tag, end)) for end in _AFTER_TAG)
        if piece.count(b'<%b r="' % tag) != begun:
            return False
    return True


def _by_column(piece: bytes, prefix: bytes, columns: dict[int, int], emptied: set[bytes]) -> bytes:
    """Empty columns of a plain piece: only their cells are looked at."""
    firsts = {column_letters(column).encode(): first for column, first in columns.items()}
    letters = b"|".join(firsts)
    cell = rb'<%bc r="(%b)(\d{1,7})"[^>]*?(?:/>|>.*?</%bc>)'

    def bare(match: re.Match) -> bytes:
        cell_xml = match[0]
        if (
            int(match[2]) < firsts[match[1]]
            or cell_xml.endswith(b"/>")
            and cell_xml.count(b"<") == 1
        ):
            return cell_xml
        emptied.update(_SHOWN.findall(cell_xml))
        return _bare(prefix, match[1] + match[2], cell_xml)

    return re.sub(cell % (prefix, letters, prefix), bare, piece, flags=re.S)


def _by_cell(
    piece: bytes, prefix: bytes, last: int, columns: dict[int, int], emptied: set[bytes]
) -> tuple[bytes, int]:
    """Empty columns where places are to be counted. Returns: the piece, number of its last row"""
    rewritten, copied_to = [], 0
    for number, _, inside, stop in each_row(piece, prefix, last):
        last = number
        row = piece[inside:stop]
        rewritten += [piece[copied_to:inside], _row(number, row, prefix, columns, emptied)]
        copied_to = stop
    return b"".join([*rewritten, piece[copied_to:]]), last


def _row(
    number: int, row: bytes, prefix: bytes, columns: dict[int, int], emptied: set[bytes]
) -> bytes:
    rewritten, copied_to = [], 0
    for column, cell in each_cell(row, prefix):
        if column in columns and number >= columns[column] and cell[2]:
            emptied.update(_SHOWN.findall(cell[0]))
            ref = (column_letters(column) + str(number)).encode()
            rewritten += [row[copied_to : cell.start()], _bare(prefix, ref, cell[1])]
            copied_to = cell.end()
    return b"".join([*rewritten, row[copied_to:]])


def _bare(prefix: bytes, ref: bytes, cell: bytes) -> bytes:
    """Write an empty cell in place of one, as it is styled."""
    style = STYLE.search(cell[: cell.find(b">") + 1] or cell)
    return b'<%bc r="%b"%b/>' % (prefix, ref, style[0] if style else b"")


def without_texts(content: bytes, numbers: set[int]) -> bytes:
    """Empty some shared strings; the others keep their numbers."""
    rewritten, copied_to = [], 0
    for number, match in enumerate(_ITEM.finditer(content)):
        if number in numbers:
            prefix = match[1]
            bare = b"<%bsi><%bt></%bt></%bsi>" % (prefix, prefix, prefix, prefix)
            rewritten += [content[copied_to : match.start()], bare]
            copied_to = match.end()
    return b"".join([*rewritten, content[copied_to:]])
