"""One sheet whose columns are known: typed look-ups per distinct value, and problems by row.

Columns come dictionary-coded from the child. A value is typed once, however many rows hold it, and
only rows with something to say about them cost Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
import pandas as pd

from wenming_metrics.domain.problems import HOLD, Problem, many, messages
from wenming_metrics.reading.model.grid import GridColumn, SheetGrid, Value, column_letter
from wenming_metrics.reading.model.reading import HELD_COLUMNS
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.values import TOO_FINE, UNREADABLE, spell
from wenming_metrics.vocabulary import INPUT

_DENSE = 4_000_000
_SMALL = 1 << 30
_SHOWN = 80
_NO_COLUMN = (None,)
OF_BROKEN = ("公式-01", "公式-02")
OF_ITEMS = ("item", "item_code", "result", "deduction", "earned", "full_mark", "places")
"""What the cell of an item, or its header, says in a sheet with one column per item."""


@dataclass(frozen=True)
class Table:
    """The data rows of one sheet.

    columns  - name -> the columns that bear it, coded over the data rows only
    excel    - Excel's own row number per data row
    held     - per data row, whether something holds it; grows as problems are reported
    holders  - code of a problem -> the data rows it holds; grows likewise
    problems - what was found so far; grows likewise
    broken   - (name, which of its columns) -> data rows whose cell is an error or a formula without
               a value; nothing else is said about such a cell
    cells    - where a row gives several lines (one per item): per line the column of its item
    met      - what the rows of all tables of the file speak of -> its sheet and row; grows likewise
    """

    sheet: SheetGrid
    header: Header
    columns: Mapping[str, tuple[GridColumn, ...]]
    excel: np.ndarray
    held: np.ndarray
    holders: dict[str, np.ndarray]
    problems: list[Problem]
    broken: dict[tuple[str, int], np.ndarray]
    cells: np.ndarray | None = None
    met: dict[tuple, tuple[str, int]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind of the sheet, a key of model.SHEET_KINDS."""
        return self.header.kind

    @property
    def n_rows(self) -> int:
        """Number of data rows."""
        return len(self.excel)


@dataclass(frozen=True)
class CellFault:
    """What is wrong with one distinct combination of values: message, column to blame, details."""

    code: str
    column: str
    details: Mapping[str, object]


def column(table: Table, name: str, nth: int = 0) -> GridColumn:
    """Give a column over the data rows; one that the sheet lacks is blank throughout."""
    columns = table.columns.get(name)
    return columns[nth] if columns else GridColumn(np.zeros(table.n_rows, np.int32), _NO_COLUMN)


def typed(table: Table, name: str, of: Callable[[Value], int]) -> np.ndarray:
    """Type a column with a function of one value. Returns: an integer per data row."""
    cells = column(table, name)
    table_of = np.fromiter((of(value) for value in cells.values), np.int64, len(cells.values))
    return narrow(table_of)[cells.codes]


def narrow(numbers: Sequence[int] | np.ndarray) -> np.ndarray:
    """Give integers as int32 where they fit with room for sums of two, else as int64.

    Per distinct value it costs nothing, per row it is half the memory.
    """
    wide = np.asarray(numbers, np.int64)
    fits = -_SMALL <= wide.min(initial=0) and wide.max(initial=0) <= _SMALL
    return wide.astype(np.int32) if fits else wide


def combine(arrays: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Number the distinct combinations of some integer arrays of one length.

    Returns: the row where each combination comes first, and the number of each row's combination
    """
    size, key = 1, np.zeros(len(arrays[0]), np.int64)
    for array in arrays:
        low = int(array.min(initial=0))
        width = int(array.max(initial=0)) - low + 1
        if size > np.iinfo(np.int64).max // width:
            size, key = len(key), np.unique(key, return_inverse=True)[1].astype(np.int64)
        size, key = size * width, key * width + (array - low)
    if size > _DENSE:
        _, first, number = np.unique(key, return_index=True, return_inverse=True)
        return first, number
    first_row = np.full(size, -1, np.int32)
    first_row[key[::-1]] = np.arange(len(key), dtype=np.int32)[::-1]
    met = np.flatnonzero(first_row >= 0)
    numbers = np.zeros(size, np.int32)
    numbers[met] = np.arange(len(met), dtype=np.int32)
    return first_row[met], numbers[key]


def spelled(table: Table, name: str, rows: np.ndarray, nth: int = 0) -> list[str]:
    """Spell the cells of a column in some data rows, as their sender sees them, long ones cut."""
    cells = column(table, name, nth)
    codes = cells.codes[rows].tolist()
    words = {code: spell(cells.values[code]) for code in set(codes)}
    words = {code: f"{w[:_SHOWN]}…" if len(w) > _SHOWN else w for code, w in words.items()}
    return [words[code] for code in codes]


def column_location(table: Table, name: str, nth: int = 0) -> tuple[str, str]:
    """Give letter and header of a column, ("", title) where the sheet lacks it."""
    positions = table.header.columns.get(name)
    if not positions:
        return "", INPUT[name].title if name in INPUT else ""
    return column_letter(positions[nth]), table.header.texts[positions[nth]]


def report(table: Table, where: np.ndarray, code: str, name: str = "", **details: object) -> None:
    """Report one problem for each row of a mask, located at the column `name`."""
    rows = np.flatnonzero(where)
    if len(rows):
        report_each(table, rows, code, name, [details] * len(rows))


def report_each(
    table: Table,
    rows: np.ndarray,
    code: str,
    name: str,
    details: Sequence[Mapping[str, object]] | None = None,
    nth: int = 0,
) -> None:
    """Report one problem for each of some data rows, with its own details where there are any."""
    details = [{}] * len(rows) if details is None else details
    broken = table.broken.get((name, nth))
    if broken is not None and code not in OF_BROKEN:
        details = [
            row_details for row_details, out in zip(details, broken[rows], strict=True) if not out
        ]
        rows = rows[~broken[rows]]
    if messages()[code].severity == HOLD:
        hold(table, code, rows)
    if table.cells is not None and name not in OF_ITEMS:
        rows, details = _once(table, rows, details)
    letters, headers = _locations(table, rows, name, nth)
    cells = spelled(table, name, rows, nth) if name else repeat("")
    where = (repeat(table.sheet.name), table.excel[rows].tolist(), letters, headers)
    table.problems.extend(many(len(rows), repeat(code), *where, cells, details))


def report_rows(
    table: Table,
    rows: Iterable[int],
    code: str,
    name: str,
    message_words: list[dict] | None = None,
) -> None:
    """Report one problem for each of some rows; nothing where there are none."""
    row_numbers = np.array(list(rows), np.int64)
    if len(row_numbers):
        report_each(table, row_numbers, code, name, message_words)


def _once(
    table: Table, rows: np.ndarray, details: Sequence[Mapping[str, object]]
) -> tuple[np.ndarray, list[Mapping[str, object]]]:
    """Keep the first line of each row of Excel: what is said of the row is said once."""
    _, first = np.unique(table.excel[rows], return_index=True)
    return rows[first], [details[line] for line in first.tolist()]


def _locations(
    table: Table, rows: np.ndarray, name: str, nth: int
) -> tuple[Iterable[str], Iterable[str]]:
    """Give letter and header of the cell to blame in each row."""
    if table.cells is not None and name in OF_ITEMS:
        positions = table.cells[rows].tolist()
        return map(column_letter, positions), map(table.header.texts.__getitem__, positions)
    letter, header = column_location(table, name, nth) if name else ("", "")
    return repeat(letter), repeat(header)


def hold(table: Table, code: str, rows: np.ndarray) -> None:
    """Hold some data rows because of a problem."""
    table.held[rows] = True
    if code not in table.holders:
        table.holders[code] = np.zeros(table.n_rows, bool)
    table.holders[code][rows] = True


def held_rows(table: Table) -> pd.DataFrame:
    """List the rows that are held: sheet, source_row, codes of all that holds them (a tuple)."""
    rows = np.flatnonzero(table.held)
    codes = list(table.holders)
    bits = sum(
        (mask[rows].astype(np.int64) << bit for bit, mask in enumerate(table.holders.values())),
        start=np.zeros(len(rows), np.int64),
    )
    kinds, number = np.unique(bits, return_inverse=True)
    code_sets = np.empty(len(kinds), object)
    code_sets[:] = [
        tuple(code for bit, code in enumerate(codes) if kind >> bit & 1) for kind in kinds.tolist()
    ]
    columns = {"sheet": table.sheet.index, "source_row": table.excel[rows]}
    return pd.DataFrame({**columns, "codes": code_sets[number]}, columns=list(HELD_COLUMNS))


def report_sheet(table: Table, code: str, name: str = "", **details: object) -> None:
    """Report one problem of the whole sheet, or of one of its columns."""
    letter, header = column_location(table, name) if name else ("", "")
    table.problems.append(Problem(code, table.sheet.name, None, letter, header, "", details))


def report_faults(
    table: Table, faults: Sequence[CellFault | None], number: np.ndarray, nth: int = 0
) -> None:
    """Report what is wrong with distinct combinations, once for each row that has them.

    Takes: faults - per combination; number - the combination of each data row
    """
    kinds = sorted({(fault.code, fault.column) for fault in faults if fault})
    if not kinds:
        return
    index = {kind: kind_number for kind_number, kind in enumerate(kinds)}
    kind_of = np.array([index[fault.code, fault.column] if fault else -1 for fault in faults])
    for kind_number, (code, name) in enumerate(kinds):
        rows = np.flatnonzero(kind_of[number] == kind_number)
        row_details = [faults[of].details for of in number[rows].tolist()]
        report_each(table, rows, code, name, row_details, nth)


def report_unreadable(table: Table, values: np.ndarray, code: str, name: str) -> None:
    """Report the cells of a typed column that could not be read, and those with too many decimals."""
    report(table, values == UNREADABLE, code, name)
    report(table, values == TOO_FINE, "数值-02", name)
