"""Rows of cells as the parent reads them: blocks of dictionary codes; for the child only."""

import datetime
import itertools
import json
import struct
import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator

from container import Refused
from sheet_scan import column_letters

ROWS_PER_BLOCK = 8_192
LONGEST_TEXT = 100_000
_ROWS_AT_ONCE = 512
_TRUTH = (b"\0", b"\1")


def code_block(
    rows: Iterator[list],
    first: int,
    left: int,
    width: int,
    errors: dict | None = None,
    typed: Callable[[str], object] | None = None,
    amend: Callable[[list, int], None] | None = None,
) -> bytes:
    """Code each column of a block by its own dictionary: JSON of the dictionaries, then codes.

    Takes: rows of equal length; Excel's number of the first one; columns that are left out before
        them and all columns; errors - [(column, text)] by row; typed - what a distinct text is
        worth, where all cells are texts; amend - changes cells: columns of some rows, first row
    """
    code_of = [_new_dictionary() for _ in range(width)]
    codes: list[list[int]] = [[] for _ in range(width)]
    # A few rows at a time stay in the processor's cache: a fifth less time than the whole block.
    while slab := list(itertools.islice(rows, _ROWS_AT_ONCE)):
        columns = [("",) * len(slab)] * left + list(zip(*slab, strict=True))
        if errors:
            _put_errors(columns, errors, first + len(codes[0]))
        if amend:
            amend(columns, first + len(codes[0]))
        for index, column in enumerate(columns):
            code_of[index] = _code_column(column, code_of[index], codes[index])
    values = [[None if value == "" else value for value in dictionary] for dictionary in code_of]
    if typed:
        values = [[value and typed(value) for value in column_values] for column_values in values]
    widths = [1 if len(column_values) <= 256 else 2 for column_values in values]
    block_head = (len(codes[0]), list(zip(widths, values, strict=True)))
    text = json.dumps(block_head, ensure_ascii=False, check_circular=False, default=_tag).encode()
    if len(text) > LONGEST_TEXT:
        _refuse_long_text(values, first)
    bodies = [
        bytes(column_codes) if width == 1 else _two_bytes(column_codes)
        for width, column_codes in zip(widths, codes, strict=True)
    ]
    return b"".join((struct.pack("<I", len(text)), text, *bodies))


def _new_dictionary(known: dict | None = None) -> defaultdict:
    """Make a dictionary that numbers each new key after those known; all of it runs in C."""
    known = known or {}
    return defaultdict(itertools.count(len(known)).__next__, known)


def _code_column(column: tuple, code_of: defaultdict, codes: list[int]) -> defaultdict:
    """Append the codes of some cells; gives the dictionary to go on with."""
    known_count = len(code_of)
    new = list(map(code_of.__getitem__, column))
    if (0 in code_of or 1 in code_of) and bool in set(map(type, column)):
        # True == 1.0 as a key. Forget these cells, code them again with stand-ins for the truth.
        code_of = _new_dictionary(dict(itertools.islice(code_of.items(), known_count)))
        new = [code_of[_TRUTH[cell] if type(cell) is bool else cell] for cell in column]
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
        return value == _TRUTH[True] if value in _TRUTH else {"e": value.decode()}
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
