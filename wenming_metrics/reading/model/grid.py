"""The cells of a workbook as the sandboxed child decoded them: frozen records and look-ups.

A column is dictionary-coded: a tuple of its distinct values and one small code per row. Later
steps (header, typing, checks) therefore work per distinct value and not per cell. Rows are Excel's
own, counted from 1; columns are counted from 0 and always begin at Excel's column A, whatever the
sheet leaves empty.
"""

import datetime
import itertools
import json
import struct
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value of Excel such as #N/A; a value of the grid in its own right."""

    text: str


Value = (
    None
    | str
    | float
    | bool
    | datetime.date
    | datetime.datetime
    | datetime.time
    | datetime.timedelta
    | CellError
)


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column: `codes` (int16 or int32, one per row) point into distinct `values`; None is a
    blank."""

    codes: np.ndarray
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Up to 8,192 rows, kept as original cells: what the child sent, compressed by `pack_block`."""

    first_row: int
    n_rows: int
    packed: bytes


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells: Excel rows (from 1) and column indexes (from 0), both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What a sheet holds beside its values, found in its XML.

    Lists of cells hold the first 1,000 references such as "N5", areas the first 2,000, `struck` the first 200,000; the counts
    are complete. Ranges are (first, last), both included: Excel rows from 1, column indexes from 0.
    `scanned` is False for a legacy .xls: its formulas, errors and hidden rows stay unknown.
    `is_text` says that there are separators in place of cells (CSV).
    `is_from_1904` says that days are counted from 1904 (a setting of the workbook).
    `rounded` are the cells (row, column) that show fewer digits than they hold, or nothing of it;
    `struck` those that are crossed out or not seen, in part or in full; `noted` those with a note (批注).
    """

    scanned: bool = False
    is_text: bool = False
    unsaved_formulas: tuple[str, ...] = ()
    unsaved_formula_count: int = 0
    errors: tuple[tuple[str, str], ...] = ()
    error_count: int = 0
    hidden_rows: tuple[tuple[int, int], ...] = ()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    merged: tuple[Area, ...] = ()
    merged_count: int = 0
    rounded: tuple[tuple[int, int], ...] = ()
    struck: tuple[tuple[int, int], ...] = ()
    noted: tuple[tuple[int, int], ...] = ()
    is_from_1904: bool = False


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """One worksheet; `first_row` is Excel's row of the first cells, blank rows above left out."""

    name: str
    index: int
    hidden: bool
    first_row: int
    columns: tuple[GridColumn, ...]
    n_rows: int
    facts: SheetFacts
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file was not decoded: a code and what was found, for the wording of the problem."""

    code: str
    details: dict


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in or over a cell: index of its sheet, Excel's row, column index.

    digest - of its bytes; "" when they are not kept, for the reason in `lost`: TOO_LARGE, OTHER
             (no picture that a browser shows) or MISSING
    """

    sheet: int
    row: int
    column: int
    digest: str
    lost: str = ""


TOO_LARGE, OTHER, MISSING = "too_large", "other", "missing"


@dataclass(frozen=True, slots=True)
class Workbook:
    """A decoded file: its worksheets in the file's order, or a refusal and no sheets.

    tag - digest of the file that it was made of, if it is a marked workbook that was given back
    pictures, picture_bytes - where pictures are; their type and bytes by digest, each once
    hides - it may hold personal data beside its cells: in comments, properties, formulas
    """

    sheets: tuple[SheetGrid, ...] = ()
    refusal: Refusal | None = None
    tag: str = ""
    pictures: tuple[Picture, ...] = ()
    picture_bytes: Mapping[str, tuple] = field(default_factory=dict)
    hides: bool = False


_TAGS = {
    "e": CellError,
    "d": datetime.date.fromisoformat,
    "t": datetime.datetime.fromisoformat,
    "h": datetime.time.fromisoformat,
    "u": lambda microseconds: datetime.timedelta(microseconds=microseconds),
}
_CODES = {1: np.dtype("u1"), 2: np.dtype("<u2")}
_FAST = 1
_SMALL = np.iinfo(np.int16).max


def pack_block(payload: bytes) -> bytes:
    """Compress what the child sent of a block: it is kept so, in memory and in the store."""
    return zlib.compress(payload, _FAST)


def decode_block(payload: bytes) -> list[GridColumn]:
    """Read the payload of a block back into its columns, from column A on.

    Takes: the bytes that the child sent; the store gives them back unpacked.
    Returns: one Column per column, with the dictionary of this block only.
    """
    (length,) = struct.unpack_from("<I", payload)
    n_rows, dictionaries = _read_json(payload[4 : 4 + length])
    columns, start = [], 4 + length
    for width, values in dictionaries:
        codes = np.frombuffer(payload, _CODES[int(width)], int(n_rows), start)
        columns.append(GridColumn(codes, tuple(values)))
        start += codes.nbytes
    return columns


def blank_columns(block: Block, positions: set[int]) -> Block:
    """Empty some columns of a block; nothing of what they held is left in it."""
    return change_values(block, lambda position, value: None if position in positions else value)


def change_values(block: Block, change: Callable[[int, object], object]) -> Block:
    """Write a block again with other values.

    Takes: change - gives the new value for a column's position and each of its values, as the child
           sent them; the rows keep pointing where they did
    """
    payload = zlib.decompress(block.packed)
    (length,) = struct.unpack_from("<I", payload)
    n_rows, dictionaries = json.loads(payload[4 : 4 + length])
    new_dictionaries = [
        [width, [change(position, value) for value in values]]
        for position, (width, values) in enumerate(dictionaries)
    ]
    text = json.dumps([n_rows, new_dictionaries], ensure_ascii=False).encode()
    packed = pack_block(struct.pack("<I", len(text)) + text + payload[4 + length :])
    return Block(block.first_row, block.n_rows, packed)


def new_dictionary() -> dict:
    """Make an empty dictionary for `merge_codes`; it numbers its keys as they are asked for."""
    return defaultdict(itertools.count().__next__)


def merge_codes(dictionary: dict, block_column: GridColumn) -> np.ndarray:
    """Recode one block's column to the dictionary of the whole column, which grows.

    Takes: the dictionary so far (see `new_dictionary`) and the column of the next block.
    Returns: the codes of the block in that dictionary, in the narrower type that holds them; see
        `dictionary_values`.
    """
    keys = block_column.values
    if bool in set(map(type, keys)):
        # True == 1.0 and False == 0.0 would share a key.
        keys = [(bool, value) if type(value) is bool else value for value in keys]
    block_codes = np.fromiter(map(dictionary.__getitem__, keys), np.int32, len(keys))
    return (block_codes.astype(np.int16) if len(dictionary) <= _SMALL else block_codes)[
        block_column.codes
    ]


def dictionary_values(dictionary: dict) -> tuple[Value, ...]:
    """Give the values of a dictionary of `merge_codes` in the order of their codes."""
    return tuple(key[1] if type(key) is tuple else key for key in dictionary)


def cells(column: GridColumn) -> list[Value]:
    """Spell a column out: its value in every row.

    Takes: a Column.
    Returns: one value per row; None is blank.
    """
    return list(map(column.values.__getitem__, column.codes.tolist()))


def rows_head(sheet: SheetGrid, n: int) -> list[list[Value]]:
    """Give the first rows of a sheet as values, for the search of a header.

    Takes: a sheet and a number of rows.
    Returns: at most n rows of equal length; item i is Excel's row `sheet.first_row + i`; None is
        blank.
    """
    head = [cells(GridColumn(column.codes[:n], column.values)) for column in sheet.columns]
    return [list(row) for row in zip(*head, strict=True)]


def cell(sheet: SheetGrid, row: int, column: int) -> Value:
    """Look up one cell.

    Takes: Excel's row number (from 1) and a column index (from 0).
    Returns: its value; None where it is blank or outside of the sheet's cells.
    """
    position = row - sheet.first_row
    if not (0 <= position < sheet.n_rows and 0 <= column < len(sheet.columns)):
        return None
    cell_column = sheet.columns[column]
    return cell_column.values[cell_column.codes[position]]


def column_letter(index: int) -> str:
    """Name a column as Excel does.

    Takes: an index from 0.
    Returns: its letters: 0 is "A", 26 is "AA".
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _read_json(text: bytes) -> list:
    return json.loads(text, object_hook=_untag, parse_int=float, parse_constant=_no_number)


def _untag(tagged: dict) -> Value:
    ((tag, text),) = tagged.items()
    return _TAGS[tag](text)


def _no_number(_: str) -> CellError:
    """Infinity or "not a number" out of a damaged file; no spreadsheet shows them."""
    return CellError("#NUM!")
