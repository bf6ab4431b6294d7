"""Rows of a worksheet with marks in them: fills, texts of the column of reasons.

For the sandbox only. Rows that bear no mark are passed on as they are, byte for byte.
"""

import re
from collections.abc import Callable, Iterator

from mark_package import OFFICE, escape
from mark_sheet import COLUMN, DATA, REF, STYLE, Layout, each_cell, each_row, whole
from sheet_scan import column_index, column_letters

_SPANS = re.compile(rb"\sspans\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_COLUMNS = re.compile(rb"<((?:\w+:)?)cols(?=[\s/>])[^>]*?(?:/>|>(.*?)</(?:\w+:)?cols>)", re.S)
_AFTER_NOTES = (
    "legacyDrawingHF|drawingHF|picture|oleObjects|controls|webPublishItems|tableParts|extLst"
)


def change(
    pieces: Iterator[bytes],
    layout: Layout,
    edits: dict[int, dict[int, tuple]],
    restyle: Callable[[int, str], int],
    clean: Callable[[bytes], bytes],
    notes: str,
) -> Iterator[bytes]:
    """Write a sheet again with its marks.

    Takes: edits - row -> column -> (kind of fill, "") or (number of a style, text);
           restyle - gives a style's number with a fill; clean - takes the marks of an earlier
           round from rows; notes - id of the drawing of comments ("": nothing to add)
    """
    missing = sorted(set(edits) - layout.rows)
    p, last, begun = layout.prefix, 0, False
    for piece in pieces:
        if not begun:
            start = DATA.search(piece)
            yield _head(piece[: start.start()], layout, edits)
            yield b"<%bsheetData>" % p
            piece = b"</%bsheetData>" % p + piece[start.end() :] if start[2] else piece[start.end():]  # fmt: skip
            begun = True
        end = piece.rfind(b"</%bsheetData>" % p)
        body, tail = (piece, b"") if end < 0 else (piece[:end], piece[end:])
        copied_to, body = 0, clean(body)
        for number, begin, inside, stop in each_row(body, p, last):
            last = number
            while missing and missing[0] < last:
                yield body[copied_to:begin] + _new_row(
                    missing[0], edits[missing.pop(0)], layout, restyle
                )
                copied_to = begin
            if last in edits:
                row = (last, body[begin:inside], body[inside:stop])
                yield body[copied_to:begin] + _row(row, edits[last], layout, restyle)
                copied_to = stop
        yield body[copied_to:]
        if end >= 0:
            yield from (_new_row(number, edits[number], layout, restyle) for number in missing)
            yield _tail(tail, layout, notes)


def _row(
    row: tuple[int, bytes, bytes], wanted: dict[int, tuple], layout: Layout, restyle: Callable
) -> bytes:
    """Write one row with its marks; its other cells stay as they are, in their order."""
    number, tag, inside = row
    p, ending = layout.prefix, b"</%brow>" % layout.prefix
    if tag.endswith(b"/>"):
        tag, inside = tag[:-2] + b">", ending
    tag = _SPANS.sub(b"", tag)
    row_style = STYLE.search(tag) if b"customFormat" in tag else None
    left = sorted(wanted)
    rewritten, copied_to = [tag], 0
    for column, cell in each_cell(inside, p):
        while left and left[0] < column:
            rewritten += [inside[copied_to : cell.start()], _new_cell(number, left[0], wanted, layout, restyle, row_style)]  # fmt: skip
            copied_to = cell.start()
            left.pop(0)
        if left and left[0] == column:
            rewritten += [inside[copied_to : cell.start()], _cell(number, cell, wanted[column], column, p, restyle)]  # fmt: skip
            copied_to = cell.end()
            left.pop(0)
        elif not REF.search(cell[1]):
            ref = b'<%bc r="%b"' % (p, (column_letters(column) + str(number)).encode())
            rewritten += [inside[copied_to : cell.start()], ref + cell[0][len(p) + 2 :]]
            copied_to = cell.end()
    end = inside.rfind(ending)
    rewritten.append(inside[copied_to:end])
    rewritten += [_new_cell(number, column, wanted, layout, restyle, row_style) for column in left]
    return b"".join([*rewritten, inside[end:]])


def _cell(
    number: int, cell: re.Match, edit: tuple, column: int, p: bytes, restyle: Callable
) -> bytes:
    kind, text = edit
    if text:
        return _written(number, column, kind, text, p)
    style = STYLE.search(cell[1])
    attributes = STYLE.sub(b"", cell[1], count=1)
    if not REF.search(attributes):
        attributes += b' r="%b"' % (column_letters(column) + str(number)).encode()
    new = restyle(int(style[1]) if style else 0, kind)
    content = cell[0][cell[0].index(b">") + 1 :] if cell[2] is not None else b""
    close = b">" if cell[2] is not None else b"/>"
    return b'<%bc%b s="%d"%b' % (p, attributes.rstrip(), new, close) + content


def _new_cell(
    number: int, column: int, wanted: dict, layout: Layout, restyle: Callable, own: re.Match | None
) -> bytes:
    kind, text = wanted[column]
    if text:
        return _written(number, column, kind, text, layout.prefix)
    base = int(own[1]) if own else _style_of(layout, column)
    ref = (column_letters(column) + str(number)).encode()
    return b'<%bc r="%b" s="%d"/>' % (layout.prefix, ref, restyle(base, kind))


def _style_of(layout: Layout, column: int) -> int:
    return next((style for span, style in layout.styles.items() if column in span), 0)


def _written(number: int, column: int, style: int, text: str, p: bytes) -> bytes:
    """Write a text as an inline string: never a formula, and no shared string is touched."""
    ref = (column_letters(column) + str(number)).encode()
    start = b'<%bc r="%b" s="%d" t="inlineStr"><%bis><%bt xml:space="preserve">'
    end = b"</%bt></%bis></%bc>" % (p, p, p)
    return start % (p, ref, style, p, p) + escape(text).encode() + end


def _new_row(number: int, wanted: dict, layout: Layout, restyle: Callable) -> bytes:
    p = layout.prefix
    cells = [_new_cell(number, column, wanted, layout, restyle, None) for column in sorted(wanted)]
    return b'<%brow r="%d">' % (p, number) + b"".join(cells) + b"</%brow>" % p


def _head(head: bytes, layout: Layout, edits: dict[int, dict[int, tuple]]) -> bytes:
    """Give the column of reasons its width; say how far the sheet reaches now."""
    columns = [column for row in edits.values() for column, edit in row.items() if edit[1]]
    if not columns:
        return head
    head = _reaching(head, max(columns), max(edits))
    p, column_number = layout.prefix, columns[0] + 1
    column_element = b'<%bcol min="%d" max="%d" width="72" customWidth="1"/>' % (
        p,
        column_number,
        column_number,
    )
    match = _COLUMNS.search(head)
    if not match:
        return head + b"<%bcols>" % p + column_element + b"</%bcols>" % p
    spans = [
        span for tag in COLUMN.findall(match[2] or b"") for span in _without(tag, column_number)
    ]
    elements = b"".join(tag for _, tag in sorted([*spans, (column_number, column_element)]))
    return (
        head[: match.start()] + b"<%bcols>" % p + elements + b"</%bcols>" % p + head[match.end() :]
    )


def _without(tag: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Split what is said of some columns so that it says nothing of one of them."""
    low, high = whole(tag, b"min"), whole(tag, b"max")
    for first, last in ((low, min(high, at - 1)), (max(low, at + 1), high)):
        if first <= last:
            narrowed = re.sub(rb"\smin=[\"']\d+[\"']", b' min="%d"' % first, tag)
            yield first, re.sub(rb"\smax=[\"']\d+[\"']", b' max="%d"' % last, narrowed)


def _reaching(head: bytes, column: int, row: int) -> bytes:
    match = re.search(
        rb"(<(?:\w+:)?dimension\s[^>]*?ref=[\"'])([A-Z]{1,3}\d+:)?([A-Z]{1,3})(\d+)([\"'])", head
    )
    if not match:
        return head
    right = max(column, column_index(match[3]))
    first = match[2] or match[3] + match[4] + b":"
    last = (column_letters(right) + str(max(row, int(match[4])))).encode()
    dimension = match[1] + first + last + match[5]
    return head[: match.start()] + dimension + head[match.end() :]


def _tail(tail: bytes, layout: Layout, notes: str) -> bytes:
    """Point to the drawing of comments, in its place after the drawing of pictures."""
    if not notes:
        return tail
    p = layout.prefix.decode()
    element = f'<{p}legacyDrawing xmlns:r="{OFFICE}" r:id="{notes}"/>'.encode()
    drawing = re.search(rb"<%bdrawing\s[^>]*/>" % layout.prefix, tail)
    later = re.compile(rf"<(?:{p}(?:{_AFTER_NOTES})|mc:AlternateContent)[\s/>]".encode())
    next_element = later.search(tail)
    position = (
        drawing.end() if drawing else next_element.start() if next_element else tail.rfind(b"</")
    )
    return tail[:position] + element + tail[position:]
