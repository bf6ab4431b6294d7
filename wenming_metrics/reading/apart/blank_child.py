"""The program that empties columns of a workbook; run isolated by `sandbox`, as the decoder is.

Standard library only. On standard input comes a task (length as uint32, JSON: sheet -> [column,
first row]), then the file. Every other part keeps its bytes, but for texts that only the emptied
cells showed: they are taken out of the shared strings.
"""

import json
import re
import struct
import sys
from collections.abc import Iterator

from confined import confine, end, send
from container import open_parts, unpack
from mark_book import list_sheets
from mark_package import open_package, pack, zip_pieces
from mark_sheet import DATA, STYLE, each_cell, each_row, pieces_of
from sheet_scan import column_letters

STRINGS = "xl/sharedstrings.xml"
_SHOWN = re.compile(rb"\st\s*=\s*[\"']s[\"'][^>]*>\s*<(?:\w+:)?v>\s*0*(\d+)\s*<")
"""A cell that shows a shared string: the number of that string."""
_PLAINLY = re.compile(rb' t="s"><v>(0|[1-9]\d*)<')
"""The same as most programs write it, which is found sooner."""
_ROW = re.compile(rb'row r="(\d{1,7})"')
_AFTER_TAG = (b" ", b">", b"/", b"\n", b"\r", b"\t")
_ITEM = re.compile(rb"<((?:\w+:)?)si(?=[\s/>])[^>]*?(?:/>|>.*?</\1si>)", re.S)


def main() -> None:
    """Empty the columns of the workbook on standard input."""
    limits, stream = confine(), sys.stdin.buffer
    (length,) = struct.unpack("<I", stream.read(4))
    task = json.loads(stream.read(length))
    data = stream.read()
    package = open_package(data, open_parts(data, limits))
    emptied, still_shown = set(), set()
    for name, part_name in list_sheets(package).items():
        part = package.parts[part_name.lower()]
        pieces = pieces_of(unpack(data, part), part_name)
        changed = empty(pieces, dict(task.get(name, ())), emptied, still_shown)
        if name in task:
            pack(package, part.name, changed)
        else:
            for _ in changed:
                continue  # which texts the other sheets show
    gone = {int(text) for text in emptied - still_shown}
    if gone and STRINGS in package.parts:
        part = package.parts[STRINGS]
        content = b"".join(unpack(data, part))
        pack(package, part.name, [without_texts(content, gone)])
    for piece in zip_pieces(package):
        send({"type": "piece"}, piece)
    end()


def empty(
    pieces: Iterator[bytes],
    columns: dict[int, int],
    emptied: set[bytes],
    shown: set[bytes],
) -> Iterator[bytes]:
    """Write a sheet again with some columns empty from a row on.

    Takes: emptied, shown - the shared strings that emptied cells showed, and that cells still show;
           they grow
    """
    prefix, last = None, 0
    for piece in pieces:
        if prefix is None:
            prefix = DATA.search(piece)[1]
        if not _is_plain(piece, prefix):
            piece, last = _by_cell(piece, prefix, last, columns, emptied)
        elif columns:
            rows = _ROW.findall(piece, max(piece.rfind(b"<%brow " % prefix), 0))
            last = int(rows[0]) if rows else last
            piece = _by_column(piece, prefix, columns, emptied)
        shown.update(_shown(piece))
        yield piece


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
        if column in columns and number >= columns[column] and cell[2] is not None:
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
