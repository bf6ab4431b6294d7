"""The program that puts marks into a workbook; run isolated by `sandbox`, as the decoder is.

Standard library only. On standard input comes a task (length as uint32, JSON), then the file.
Messages go out as `confined.send` writes them: "piece" (bytes of the marked workbook, in order) and
"end", or "refusal".
"""

import json
import re
import struct
import sys
from bisect import bisect
from collections import defaultdict, namedtuple
from collections.abc import Callable, Iterator

from confined import confine, end, send
from container import Refused, open_parts, unpack
from file_tag import CUSTOM, read_tag
from mark_book import (
    list_sheets,
    plain_text,
    put_results,
    shared_texts,
    write_tag,
)
from mark_notes import put_notes
from mark_package import BOOK, open_package, pack, read_text, zip_pieces
from mark_rows import change
from mark_sheet import Layout, pieces_of, survey
from mark_styles import (
    GRAVE,
    HEAD,
    NOTE,
    clone_style,
    close_styles,
    open_styles,
    own_style,
    unmarked,
)
from sheet_scan import column_letters

Round = namedtuple("Round", "package styles task again plain heads")
"""What one run works on; again - the file bears marks of an earlier round; plain - its formats with
our fill and the same without; heads - shared strings that head a column of reasons."""

_STYLE = re.compile(rb"(<(?:\w+:)?c\s(?:[^>]*?\s)?s=[\"'])(\d+)([\"'])")
_MOST_COLUMNS = 16_384
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml"


def main() -> None:
    """Mark the workbook on standard input."""
    limits, stream = confine(), sys.stdin.buffer
    (length,) = struct.unpack("<I", stream.read(4))
    task = json.loads(stream.read(length))
    work = _open(stream.read(), task, limits)
    package, styles = work.package, work.styles
    for name, part_name in list_sheets(package).items():
        marks = task["sheets"].get(name)
        if marks:
            _mark_sheet(work, part_name, marks)
        elif work.again and name != task["results"] and part_name.lower() in package.parts:
            _mark_sheet(work, part_name, {"header": 0, "cells": [], "reasons": []})
    put_results(package, styles, task["results"], task["summary"], again=work.again)
    close_styles(package, styles)
    write_tag(package, task["tag"])
    for piece in zip_pieces(package):
        send({"type": "piece"}, piece)
    end()


def _open(data: bytes, task: dict, limits: dict) -> Round:
    package = open_package(data, open_parts(data, limits))
    if _STRICT in read_text(package, BOOK):
        raise Refused("strict")
    styles = open_styles(package)
    if not read_tag(read_text(package, CUSTOM)):
        return Round(package, styles, task, False, {}, set())
    heads = shared_texts(read_text(package, "xl/sharedStrings.xml"), task["reason"])
    return Round(package, styles, task, True, unmarked(styles), heads)


def _mark_sheet(work: Round, place: str, told: dict) -> None:
    package, styles, task = work.package, work.styles, work.task
    part = package.parts.get(place.lower())
    if part is None:
        raise Refused("unreadable", part=place)
    header = told["header"]
    reasons = {row: (grave, text) for row, grave, text in told["reasons"]}
    wanted = {header, *reasons, *(row for row, *_ in told["cells"])}
    layout = survey(_pieces(work, place), wanted, header, _heads_reasons(work))
    edits, notes = _edits(told["cells"], layout)
    reason_column = layout.width if layout.reason is None else layout.reason
    if header and reason_column < _MOST_COLUMNS:
        if header in reasons:
            notes[header, reason_column] = reasons.pop(header)[1]
        # In one line: rows keep their height, and to the right there is room for all of it.
        kinds = {kind: own_style(styles, kind, wrapped=False) for kind in (GRAVE, NOTE)}
        for row, (grave, text) in reasons.items():
            edits.setdefault(row, {})[reason_column] = (kinds[GRAVE if grave else NOTE], text)
        head = own_style(styles, HEAD, bold=True, centred=True)
        edits.setdefault(header, {})[reason_column] = (head, task["reason"])
    key = put_notes(package, place, layout.drawing, notes, task["author"], again=work.again)

    def restyle(base: int, kind: str) -> int:
        return clone_style(styles, work.plain.get(base, base), kind)

    clean = _cleaner(work.plain, layout)
    pack(package, part.name, change(_pieces(work, place), layout, edits, restyle, clean, key))


def _pieces(work: Round, place: str) -> Iterator[bytes]:
    package = work.package
    return pieces_of(unpack(package.data, package.parts[place.lower()]), place)


def _heads_reasons(work: Round) -> Callable[[bytes], bool]:
    """Give what says of a cell whether it heads the column of reasons of an earlier round."""

    def is_reason(written: bytes) -> bool:
        if not work.again:
            return False
        cell = written.decode("utf-8", "replace")
        if not re.search(r"\st=[\"']s[\"']", cell[: cell.index(">") + 1]):
            return plain_text(cell) == work.task["reason"]
        match = re.search(r"<(?:\w+:)?v>\s*(\d+)\s*<", cell)
        return bool(match) and match[1] in work.heads

    return is_reason


def _edits(
    cells: list, layout: Layout
) -> tuple[dict[int, dict[int, tuple]], dict[tuple[int, int], str]]:
    """Say what each marked cell gets; the marks of a merged area go to the cell that is seen."""
    edits: dict[int, dict[int, tuple]] = {}
    notes: dict[tuple[int, int], str] = {}
    seen = _seen(layout.merged, {column for _, column, *_ in cells})
    for row, column, grave, text in cells:
        position = seen(row, column)
        note = text
        if position != (row, column):
            note = f"第 {row} 行：{text}" if text else ""
            layout.rows.add(position[0])  # it is there, for it holds the text of the area
        edit = edits.setdefault(position[0], {}).get(position[1], (NOTE, ""))
        edits[position[0]][position[1]] = (GRAVE if grave or edit[0] == GRAVE else NOTE, "")
        if note:
            notes[position] = f"{notes[position]}\n{note}" if position in notes else note
    return edits, notes


def _seen(merged: list[tuple], columns: set[int]) -> Callable[[int, int], tuple[int, int]]:
    """Give what finds the cell that shows itself for a cell; merged areas do not overlap."""
    areas = defaultdict(list)
    for top, left, bottom, right in sorted(merged):
        for column in columns:
            if left <= column <= right:
                areas[column].append((top, left, bottom))

    def seen(row: int, column: int) -> tuple[int, int]:
        column_areas = areas[column]
        index = bisect(column_areas, row, key=lambda area: area[0]) - 1
        if index >= 0 and row <= column_areas[index][2]:
            return column_areas[index][:2]
        return row, column

    return seen


def _cleaner(plain: dict[int, int], layout: Layout) -> Callable[[bytes], bytes]:
    """Give what takes the fills and the reasons of an earlier round out of rows."""
    numbers = {str(old).encode(): str(new).encode() for old, new in plain.items()}
    letters = column_letters(layout.reason).encode() if layout.reason is not None else b"-"
    p = layout.prefix
    reasons = re.compile(
        rb"<%bc\s(?:[^>]*?\s)?r=[\"']%b\d+[\"'][^>]*?(?:/>|>.*?</%bc>)" % (p, letters, p), re.S
    )

    def clean(body: bytes) -> bytes:
        if numbers:
            body = _STYLE.sub(
                lambda match: match[1] + numbers.get(match[2], match[2]) + match[3], body
            )
        return body if layout.reason is None else reasons.sub(b"", body)

    return clean
