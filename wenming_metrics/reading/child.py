"""The decoder of untrusted spreadsheets: a program of its own that trusts nothing it reads.

Run isolated by `sandbox.py`, with the standard library and python-calamine only (importing pandas
costs four times the decoding). The file comes on standard input. Messages go to standard output:
two lengths (uint32, little-endian), a JSON header, raw bytes. Their types are "sheet" (name and
facts), "block" (rows of the last sheet as dictionary codes, as wide as they need, see
`grid.decode_block`), "refusal" (code, details) and "end". Any failure is a refusal, never a
traceback.
"""

import datetime
import gc
import io
import itertools
import json
import os
import posixpath
import re
import struct
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterator
from types import TracebackType

import python_calamine as calamine
from container import Part, Refused, check_plain_part, is_xml, open_parts, sniff, unpack, zip_again
from sheet_scan import MOST_AREAS, column_letters, cut_sheet, scan_sheet, shorten

ROWS_PER_BLOCK, ROWS_AT_ONCE, FEW_STRETCHES = 8_192, 512, 3
TRUTH = (b"\0", b"\1")
LONGEST_TEXT = 100_000
KNOWN_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
KNOWN_ERRORS |= {"#DATA!", "#GETTING_DATA"}

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*?\w+:id=[\"']([^\"']+)")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ID, _TARGET = re.compile(r"\sId=[\"']([^\"']+)"), re.compile(r"\sTarget=[\"']([^\"']+)")


def main() -> None:
    """Decode the workbook on standard input; the limits are the last argument, as JSON."""
    sys.excepthook = _refuse_failure
    gc.disable()
    limits = json.loads(sys.argv[-1])
    _limit_resources(limits)
    data = sys.stdin.buffer.read()
    parts = open_parts(data, limits) if sniff(data) == "xlsx" else {}
    sheet_parts = _check_parts(data, parts)
    others = [part for part in parts.values() if is_xml(part) and part not in sheet_parts]
    with calamine.load_workbook(io.BytesIO(data)) as book:
        _send_sheets(book, data, sheet_parts, others, limits)
        _send({"type": "end"})
        sys.stdout.flush()
        # The memory goes at once with the process; to free it piece by piece takes longer.
        os._exit(0)


def _limit_resources(limits: dict) -> None:
    try:
        import resource
    except ImportError:
        # Windows has no such limits; the parent's clock and the checks of size remain.
        return
    seconds = limits["cpu_seconds"]
    wanted = {
        resource.RLIMIT_AS: (limits["memory_bytes"], limits["memory_bytes"]),
        resource.RLIMIT_CPU: (seconds, seconds + 1),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_FSIZE: (1 << 20, 1 << 20),
    }
    for kind, (soft, hard) in wanted.items():
        ceiling = resource.getrlimit(kind)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(kind, (soft, hard))


def _check_parts(data: bytes, parts: dict[str, Part]) -> list[Part | None]:
    """Check every XML part that is no sheet; find those of the sheets, in the workbook's order."""
    if not parts:
        return []
    texts = {}
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        head = check_plain_part(data, parts[name]) if name in parts else b""
        texts[name] = head.decode("utf-8", "replace")
    book, relations = texts.values()
    targets = dict(map(_read_relation, _RELATION.findall(relations)))
    sheets = [parts.get(targets.get(key, "")) for key in _SHEET.findall(book)]
    for name, part in parts.items():
        if is_xml(part) and part not in sheets and name not in texts:
            check_plain_part(data, part)
    return sheets


def _read_relation(tag: str) -> tuple[str, str]:
    key, target = _ID.search(tag), _TARGET.search(tag)
    if not (key and target):
        return "", ""
    return key[1], posixpath.normpath(posixpath.join("/xl", target[1]))[1:].lower()


def _send_sheets(
    book: calamine.CalamineWorkbook, data: bytes, parts: list, others: list[Part], limits: dict
) -> None:
    metadata, cells, few = book.sheets_metadata, 0, FEW_STRETCHES * limits["stretch_bytes"]
    # What every stretch reads again may cost no more than the stretch itself.
    again = sum(part.size for part in others)
    limits = {**limits, "stretch_bytes": max(limits["stretch_bytes"], again)}
    if len(parts) != len(metadata):
        parts = [None] * len(metadata)
    for index, (told, part) in enumerate(zip(metadata, parts, strict=True)):
        if told.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        facts = part and scan_sheet(lambda part=part: unpack(data, part), told.name, limits)
        _refuse_strange_errors(facts, told.name)
        if facts and facts["cuts"] and part.size > few:
            stretches = _decode_stretches(data, part, others, index, facts["cuts"])
        else:
            stretches = map(book.get_sheet_by_index, (index,))
        cells = _send_sheet(stretches, (index, told), facts, cells, limits["cells"])


def _decode_stretches(
    data: bytes, part: Part, others: list[Part], index: int, cuts: list[int]
) -> Iterator[calamine.CalamineSheet]:
    """Decode a long sheet in stretches of rows: the decoder's cells take twice the room of XML."""
    for pieces in cut_sheet(unpack(data, part), cuts):
        with zip_again(data, others, part, pieces) as packed:
            book = calamine.load_workbook(packed)
        with book:
            yield book.get_sheet_by_index(index)


def _refuse_strange_errors(facts: dict | None, name: str) -> None:
    """Name the cell that the decoder would give up on."""
    for row, column, text in facts["errors"] if facts else ():
        if text not in KNOWN_ERRORS:
            cell = column_letters(column) + str(row)
            raise Refused("unreadable", sheet=name, cell=cell, found=text)


def _send_sheet(
    stretches: Iterator[calamine.CalamineSheet],
    place: tuple[int, calamine.SheetMetadata],
    facts: dict | None,
    cells: int,
    most: int,
) -> int:
    """Send a sheet, one stretch of its rows after the other; adds its cells to those so far."""
    index, told = place
    errors = defaultdict(list)
    for row, column, text in facts["errors"] if facts else ():
        errors[row].append((column, text))
    at = None
    for sheet in stretches:
        cells += sheet.height * sheet.width
        if cells > most:
            raise Refused("too_many_cells", sheet=told.name, cells=cells)
        known = shorten(facts) if facts else _merged(sheet)
        if sheet.height:
            if at is None:
                at, _ = sheet.start
                _send(_header(index, told, at + 1, known))
            at = _send_rows(sheet, at, errors, told.name)
        del sheet  # the next stretch needs its room
    if at is None:
        _send(_header(index, told, 1, known))
    return cells


def _header(index: int, told: calamine.SheetMetadata, first_row: int, facts: dict) -> dict:
    hidden = told.visible != calamine.SheetVisibleEnum.Visible
    header = {"type": "sheet", "name": told.name, "index": index, "hidden": hidden}
    return {**header, "first_row": first_row, "facts": facts}


def _send_rows(sheet: calamine.CalamineSheet, at: int, errors: dict, name: str) -> int:
    """Send the rows below row `at`, also blank ones; gives the last row that was sent."""
    top, left = sheet.start
    if top < at:
        raise Refused("unreadable", sheet=name, reason="rows out of order")
    # The rows come from Excel's first one on, the columns from the first one in use.
    rows, end = itertools.islice(sheet.iter_rows(), at, None), top + sheet.height
    for first in range(at, end, ROWS_PER_BLOCK):
        n_rows = min(ROWS_PER_BLOCK, end - first)
        block = itertools.islice(rows, n_rows)
        body = _code_block(block, first + 1, left, left + sheet.width, errors)
        _send({"type": "block", "first_row": first + 1, "n_rows": n_rows}, body)
    return end


def _merged(sheet: calamine.CalamineSheet) -> dict:
    """The only fact of a sheet whose XML there is none of."""
    found = sheet.merged_cell_ranges or []
    areas = [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in found]
    return {"merged": areas[:MOST_AREAS], "merged_count": len(areas)}


def _code_block(rows: Iterator[list], first: int, left: int, width: int, errors: dict) -> bytes:
    """Code each column of a block by its own dictionary: JSON of the dictionaries, then codes."""
    code_of = [_new_dictionary() for _ in range(width)]
    codes: list[list[int]] = [[] for _ in range(width)]
    # A few rows at a time stay in the processor's cache: a fifth less time than the whole block.
    while slab := list(itertools.islice(rows, ROWS_AT_ONCE)):
        columns = [("",) * len(slab)] * left + list(zip(*slab, strict=True))
        if errors:
            _put_errors(columns, errors, first + len(codes[0]))
        for index, column in enumerate(columns):
            code_of[index] = _code_column(column, code_of[index], codes[index])
    values = [[None if value == "" else value for value in known] for known in code_of]
    widths = [1 if len(known) <= 256 else 2 for known in values]
    told = (len(codes[0]), list(zip(widths, values, strict=True)))
    text = json.dumps(told, ensure_ascii=False, check_circular=False, default=_tag).encode()
    if len(text) > LONGEST_TEXT:
        _refuse_long_text(values, first)
    bodies = [
        bytes(part) if width == 1 else _two_bytes(part)
        for width, part in zip(widths, codes, strict=True)
    ]
    return b"".join((struct.pack("<I", len(text)), text, *bodies))


def _new_dictionary(known: dict | None = None) -> defaultdict:
    """Make a dictionary that numbers each new key after those known; all of it runs in C."""
    known = known or {}
    return defaultdict(itertools.count(len(known)).__next__, known)


def _code_column(column: tuple, code_of: defaultdict, codes: list[int]) -> defaultdict:
    """Append the codes of some cells; gives the dictionary to go on with."""
    known = len(code_of)
    new = list(map(code_of.__getitem__, column))
    if (0 in code_of or 1 in code_of) and bool in set(map(type, column)):
        # True == 1.0 as a key. Forget these cells, code them again with stand-ins for the truth.
        code_of = _new_dictionary(dict(itertools.islice(code_of.items(), known)))
        new = [code_of[TRUTH[cell] if type(cell) is bool else cell] for cell in column]
    codes += new
    return code_of


def _put_errors(columns: list, errors: dict[int, list], first: int) -> None:
    """Put error values where the decoder left blanks; bytes stand for them, no cell holds any."""
    for offset in range(len(columns[0])):
        for column, text in errors.get(first + offset, ()):
            if column < len(columns) and columns[column][offset] == "":
                columns[column] = list(columns[column])
                columns[column][offset] = text.encode()


def _two_bytes(codes: list[int]) -> bytes:
    packed = array("H", codes)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _tag(value: object) -> dict | bool:
    """Write a value that JSON does not know as an object of one key; see `grid.decode_block`."""
    if isinstance(value, bytes):
        return value == TRUTH[True] if value in TRUTH else {"e": value.decode()}
    if isinstance(value, datetime.datetime):
        return {"t": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"d": value.isoformat()}
    if isinstance(value, datetime.time):
        return {"h": value.isoformat()}
    return {"u": value // datetime.timedelta(microseconds=1)}


def _refuse_long_text(dictionaries: list[list], first: int) -> None:
    for index, values in enumerate(dictionaries):
        longest = max((len(value) for value in values if type(value) is str), default=0)
        if longest > LONGEST_TEXT:
            column = column_letters(index)
            raise Refused("too_big", column=column, from_row=first, characters=longest)


def _refuse_failure(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Turn whatever stopped the program into a refusal; the trace goes to the parent's log."""
    if isinstance(error, Refused):
        code, details = error.code, error.details
    elif issubclass(kind, MemoryError):
        code, details = "too_big", {}
    elif issubclass(kind, calamine.PasswordError):
        code, details = "password", {}
    else:
        code, details = "unreadable", {"reason": f"{kind.__name__}: {error}"[:300]}
        sys.__excepthook__(kind, error, trace)
    _send({"type": "refusal", "code": code, "details": details})
    sys.stdout.flush()


def _send(header: dict, body: bytes = b"") -> None:
    text = json.dumps(header).encode()
    sys.stdout.buffer.write(struct.pack("<II", len(text), len(body)) + text)
    sys.stdout.buffer.write(body)
