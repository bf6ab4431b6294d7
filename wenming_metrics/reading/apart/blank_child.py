"""The program that empties columns of a workbook; run isolated by `sandbox.py`, as the decoder is.

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
_SHARED = re.compile(rb"\st\s*=\s*[\"']s[\"']")
_NUMBER = re.compile(rb"<(?:\w+:)?v>\s*(\d+)\s*<")
_ITEM = re.compile(rb"<((?:\w+:)?)si(?=[\s/>])[^>]*?(?:/>|>.*?</\1si>)", re.S)


def main() -> None:
    """Empty the columns of the workbook on standard input."""
    limits, given = confine(), sys.stdin.buffer
    (length,) = struct.unpack("<I", given.read(4))
    task = json.loads(given.read(length))
    data = given.read()
    package = open_package(data, open_parts(data, limits))
    emptied, used = set(), set()
    for name, place in list_sheets(package).items():
        part = package.parts[place.lower()]
        pieces = pieces_of(unpack(data, part), place)
        changed = empty(pieces, dict(task.get(name, ())), emptied, used)
        if name in task:
            pack(package, part.name, changed)
        else:
            for _ in changed:
                continue  # which texts the other sheets show
    if emptied - used and STRINGS in package.parts:
        part = package.parts[STRINGS]
        content = b"".join(unpack(data, part))
        pack(package, part.name, [without_texts(content, emptied - used)])
    for piece in zip_pieces(package):
        send({"type": "piece"}, piece)
    end()


def empty(
    pieces: Iterator[bytes], columns: dict[int, int], emptied: set[int], used: set[int]
) -> Iterator[bytes]:
    """Write a sheet again with some columns empty from a row on.

    Takes: emptied, used - numbers of shared strings that emptied cells, and others, show; they grow
    """
    prefix, last, at = None, 0, 0
    for piece in pieces:
        if prefix is None:
            prefix = DATA.search(piece)[1]
        made, at = [], 0
        for number, _, inside, stop in each_row(piece, prefix, last):
            last = number
            row = piece[inside:stop]
            made += [piece[at:inside], _row(number, row, prefix, columns, emptied, used)]
            at = stop
        yield b"".join([*made, piece[at:]])


def _row(
    number: int,
    row: bytes,
    prefix: bytes,
    columns: dict[int, int],
    emptied: set[int],
    used: set[int],
) -> bytes:
    made, at = [], 0
    for column, cell in each_cell(row, prefix):
        gone = column in columns and number >= columns[column]
        if cell[2] is not None and _SHARED.search(cell[1]):
            shown = _NUMBER.search(cell[2])
            if shown:
                (emptied if gone else used).add(int(shown[1]))
        if gone and cell[2] is not None:
            style = STYLE.search(cell[1])
            ref = (column_letters(column) + str(number)).encode()
            bare = b'<%bc r="%b"%b/>' % (prefix, ref, style[0] if style else b"")
            made += [row[at : cell.start()], bare]
            at = cell.end()
    return b"".join([*made, row[at:]])


def without_texts(content: bytes, numbers: set[int]) -> bytes:
    """Empty some shared strings; the others keep their numbers."""
    made, at = [], 0
    for number, found in enumerate(_ITEM.finditer(content)):
        if number in numbers:
            prefix = found[1]
            bare = b"<%bsi><%bt></%bt></%bsi>" % (prefix, prefix, prefix, prefix)
            made += [content[at : found.start()], bare]
            at = found.end()
    return b"".join([*made, content[at:]])
