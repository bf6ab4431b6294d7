"""What the XML of a worksheet is like, seen before marks are put in; for the sandbox only."""

import re
from collections import namedtuple
from collections.abc import Callable, Iterator

from container import Refused, refuse_entities
from sheet_scan import column_index

Layout = namedtuple("Layout", "prefix width rows reason merged styles drawing")
"""What a sheet is like: the prefix of its XML, columns in use, which of the wanted rows there are,
its column of reasons (None: none), merged areas, style by columns, id of its drawing of comments."""

_MOST_PIECE, _MOST_BLANK = 64 << 20, 20
DATA = re.compile(rb"<((?:\w+:)?)sheetData(?=[\s/>])[^>]*?(/?)>")
_NUMBER = re.compile(rb"\sr\s*=\s*[\"'](\d{1,7})[\"']")
REF = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{1,3})\d{1,7}[\"']")
STYLE = re.compile(rb"\ss\s*=\s*[\"'](\d{1,6})[\"']")
_VALUED = re.compile(
    rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Z]{1,3})\d{1,7}[\"'][^>]*(?<!/)>\s*<(?:\w+:)?(?:v|is|f)\b"
)
_UNPLACED = re.compile(rb"<(?:\w+:)?c(?![^>]*\sr\s*=)[\s/>]")
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"
)
_DRAWING = re.compile(rb"<(?:\w+:)?legacyDrawing\s[^>]*?\w+:id\s*=\s*[\"']([^\"']+)[\"']")
COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*?/?>(?:</(?:\w+:)?col>)?")


def pieces_of(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Cut a sheet at ends of rows: the first piece holds the head, the last one the tail."""
    rest, end = b"", b""
    for chunk in chunks:
        refuse_entities(rest[-16:] + chunk, name)
        rest += chunk
        if not end:
            begun = DATA.search(rest)
            end = b"</%brow>" % begun[1] if begun else b""
        cut = rest.rfind(end) if end else -1
        if cut >= 0:
            yield rest[: cut + len(end)]
            rest = rest[cut + len(end) :]
        elif len(rest) > _MOST_PIECE:
            raise Refused("too_big", sheet=name)
    if not end:
        raise Refused("unreadable", sheet=name)
    yield rest


def each_row(body: bytes, prefix: bytes, last: int) -> Iterator[tuple[int, int, int, int]]:
    """List the rows of a piece: number, where its tag begins and ends, where the row ends.

    Takes: last - the number of the row before, for rows that do not bear theirs
    """
    offset, start = 0, re.compile(rb"<%brow(?=[\s/>])[^>]*>" % prefix)
    while tag := start.search(body, offset):
        number = _NUMBER.search(tag[0])
        last = int(number[1]) if number else last + 1
        offset = tag.end()
        if not tag[0].endswith(b"/>"):
            end = body.find(b"</%brow>" % prefix, offset)
            if end < 0:
                raise Refused("unreadable", row=last)
            offset = end + len(prefix) + 6
        yield last, tag.start(), tag.end(), offset


def each_cell(row: bytes, prefix: bytes) -> Iterator[tuple[int, re.Match]]:
    """List the cells of a row: column (from 0) and what was found: (attributes, content)."""
    column = -1
    pattern = rb"<%bc(?=[\s/>])([^>]*?)(?:/>|>(.*?)</%bc>)" % (prefix, prefix)
    for match in re.finditer(pattern, row, re.S):
        ref = REF.search(match[1])
        column = column_index(ref[1]) if ref else column + 1
        yield column, match


def survey(
    pieces: Iterator[bytes], rows: set[int], header: int, is_reason: Callable[[bytes], bool]
) -> Layout:
    """Look through a sheet before it is changed.

    Takes: rows - those that will be marked; header - the row of the headings;
           is_reason - says of a cell whether it heads the column of reasons of an earlier round
    """
    prefix, head, width, present_rows, reason, last, piece = b"", b"", 0, set(), None, 0, b""
    for number, piece in enumerate(pieces):
        if number == 0:
            begun = DATA.search(piece)
            head, prefix = piece[: begun.start()], begun[1]
        for row, start, _, end in each_row(piece, prefix, last):
            last = row
            if row in rows:
                present_rows.add(row)
            if row == header:
                cells = each_cell(piece[start:end], prefix)
                reason = next((column for column, cell in cells if is_reason(cell[0])), reason)
        width = max(width, _width(piece, prefix))
    tail = piece[piece.rfind(b"</%bsheetData>" % prefix) + 1 :]
    merged = [
        (int(top), column_index(left), int(bottom), column_index(right))
        for left, top, right, bottom in _MERGED.findall(tail)
    ]
    # A title is often merged over more columns than there are, but not to the edge of the sheet.
    right = max([width, *(area[3] + 1 for area in merged if area[3] <= width + _MOST_BLANK)])
    drawing = _DRAWING.search(tail)
    drawn = drawing[1].decode() if drawing else ""
    return Layout(prefix, right, present_rows, reason, merged, _column_styles(head), drawn)


def _width(piece: bytes, prefix: bytes) -> int:
    """Count the columns that hold something in a piece."""
    letters = set(_VALUED.findall(piece))
    width = max(map(column_index, letters)) + 1 if letters else 0
    if not _UNPLACED.search(piece):
        return width
    cells = [
        column
        for _, start, _, end in each_row(piece, prefix, 0)
        for column, cell in each_cell(piece[start:end], prefix)
        if cell[2]
    ]
    return max([width, *(column + 1 for column in cells)])


def _column_styles(head: bytes) -> dict[range, int]:
    styles = {}
    for tag in COLUMN.findall(head):
        numbers = {name: whole(tag, name) for name in (b"min", b"max", b"style")}
        if numbers[b"min"] and numbers[b"max"] and numbers[b"style"]:
            styles[range(numbers[b"min"] - 1, numbers[b"max"])] = numbers[b"style"]
    return styles


def whole(tag: bytes, name: bytes) -> int:
    """Give a whole number that a tag tells, 0 where it does not."""
    match = re.search(rb"\s%b=[\"'](\d{1,7})" % name, tag)
    return int(match[1]) if match else 0
