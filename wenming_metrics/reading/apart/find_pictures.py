"""The pictures of a workbook and the cells they belong to; runs in the child process only.

A picture floats over the cells, anchored to one of them by a drawing, or stands in a cell as WPS
keeps it: the cell's formula names the picture, `xl/cellimages.xml` says which file that is. Targets
are only looked up among the parts of the workbook.
"""

import posixpath
import re
from collections.abc import Iterator
from itertools import chain, islice

from confined import send
from container import Part, Refused, unpack

_CELL_IMAGES = "xl/cellimages.xml"
_MOST_PLACES, _MOST_XML = 20_000, 64 << 20

_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]{0,2000}>")
_ID = re.compile(rb"\sId=[\"']([^\"']{1,200})")
_TARGET = re.compile(rb"\sTarget=[\"']([^\"']{1,500})")
_DRAWING = re.compile(rb"\sType=[\"'][^\"']{0,200}/drawing[\"']")
_ANCHOR = re.compile(rb"<(?:\w+:)?(?:two|one)CellAnchor\b")
_CORNER = rb"<(?:\w+:)?%b>(.{0,600}?)</(?:\w+:)?%b>"
_FROM, _TO = (re.compile(_CORNER % (word, word), re.S) for word in (b"from", b"to"))
_NUMBER = rb"<(?:\w+:)?%b>\s*(\d{1,9})\s*<"
_COL, _ROW, _OFFSET = (re.compile(_NUMBER % word) for word in (b"col", b"row", b"rowOff"))
_HEIGHT = re.compile(rb"<(?:\w+:)?ext\s[^<>]{0,200}?\bcy=[\"'](\d{1,12})")
_EMBED = re.compile(rb"<(?:\w+:)?blip\b[^<>]{0,2000}?\bembed=[\"']([^\"']{1,200})")
_CELL_IMAGE = re.compile(rb"<(?:\w+:)?cellImage\b")
_NAME = re.compile(rb"<(?:\w+:)?cNvPr\b[^<>]{0,2000}?\sname=[\"']([\w-]{1,80})[\"']")


def send_pictures(
    data: bytes,
    parts: dict[str, Part],
    sheets: list[Part | None],
    shown: list[tuple[int, int, int, str]],
    limits: dict,
) -> None:
    """Send where the pictures of a workbook are, then each of them once.

    Takes: the bytes of the zip, its parts; those of the sheets; the cells whose formula names a
        picture (sheet, Excel row, column, name); limits (picture_bytes, pictures_bytes).
    """
    pictures = chain(_floating(data, parts, sheets), _in_cells(data, parts, shown))
    anchors = list(islice(pictures, _MOST_PLACES + 1))
    if len(anchors) > _MOST_PLACES:
        raise Refused("too_big", pictures=len(anchors))
    numbers: dict[str, int] = {}
    numbered = [(*cell, numbers.setdefault(media, len(numbers))) for *cell, media in anchors]
    send({"type": "places", "places": numbered})
    room = limits["pictures_bytes"]
    for media in numbers:
        content, lost = _content(data, parts.get(media), min(room, limits["picture_bytes"]))
        room -= len(content)
        send({"type": "picture", "lost": lost}, content)


def _floating(
    data: bytes, parts: dict[str, Part], sheets: list[Part | None]
) -> Iterator[tuple[int, int, int, str]]:
    """Find the pictures that float over cells: sheet, Excel row, column, name of the file."""
    for index, sheet in enumerate(sheets):
        if sheet is None:
            continue
        drawings = _relations(data, parts, sheet.name, only=_DRAWING).values()
        for drawing in drawings:
            files = _relations(data, parts, drawing)
            for anchor in _ANCHOR.split(_xml(data, parts, drawing))[1:]:
                cell = _cell_of(anchor)
                for key in dict.fromkeys(_EMBED.findall(anchor)) if cell else ():
                    yield index, *cell, files.get(key, "")


def _cell_of(anchor: bytes) -> tuple[int, int] | None:
    """Give Excel's row and the column of a picture: where it begins, or where most of it lies."""
    begin, end = _FROM.search(anchor), _TO.search(anchor)
    row, column = (_number(pattern, begin) for pattern in (_ROW, _COL))
    if row is None or column is None:
        return None
    height, below = _HEIGHT.search(anchor), _number(_OFFSET, end)
    if _number(_ROW, end) == row + 1 and height and below and 2 * below > int(height[1]):
        row += 1
    return row + 1, column


def _number(pattern: re.Pattern, corner: re.Match | None) -> int | None:
    match = pattern.search(corner[1]) if corner else None
    return int(match[1]) if match else None


def _in_cells(
    data: bytes, parts: dict[str, Part], shown: list[tuple[int, int, int, str]]
) -> Iterator[tuple[int, int, int, str]]:
    """Find the files of the pictures that stand in cells."""
    files, file_by_name = _relations(data, parts, _CELL_IMAGES) if shown else {}, {}
    for image in _CELL_IMAGE.split(_xml(data, parts, _CELL_IMAGES))[1:] if shown else ():
        name, key = _NAME.search(image), _EMBED.search(image)
        if name and key:
            file_by_name[name[1].decode()] = files.get(key[1], "")
    for *cell, name in shown:
        yield *cell, file_by_name.get(name, "")


def _relations(
    data: bytes, parts: dict[str, Part], owner: str, only: re.Pattern | None = None
) -> dict[bytes, str]:
    """Give what a part refers to: its own words for it, and the name of the other part."""
    folder, base = posixpath.split(owner.lower())
    targets = {}
    for tag in _RELATION.findall(_xml(data, parts, f"{folder}/_rels/{base}.rels")):
        key, target = _ID.search(tag), _TARGET.search(tag)
        if key and target and (only is None or only.search(tag)):
            path = posixpath.join("/", folder, target[1].decode("utf-8", "replace"))
            targets[key[1]] = posixpath.normpath(path).lstrip("/").lower()
    return targets


def _xml(data: bytes, parts: dict[str, Part], name: str) -> bytes:
    """Give a part of text, b"" where there is none; its entities have been refused before."""
    part = parts.get(name.lower())
    if part is None or part.size > _MOST_XML:
        return b""
    return b"".join(unpack(data, part))


def _content(data: bytes, part: Part | None, most: int) -> tuple[bytearray, str]:
    """Unpack a picture; b"" and the reason where its place is all that can be told."""
    content = bytearray()
    if part is None or part.size > most:
        return content, "too_large" if part else "missing"
    try:
        for piece in unpack(data, part):
            content += piece
    except Refused:
        return bytearray(), "missing"  # the table can be read without it
    return content, ""
