"""Cells of a decoded workbook as a person put them right; all else stays as it was sent."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from wenming_metrics.reading.model.grid import (
    Block,
    GridColumn,
    SheetFacts,
    SheetGrid,
    Workbook,
    column_letter,
    pack_block,
)

_BLANK = GridColumn(np.zeros(0, np.int32), (None,))


def put_cells(workbook: Workbook, cells: Mapping[tuple[int, int, int], str]) -> Workbook:
    """Put texts in place of some cells; blocks stay, see `row_block`.

    Takes: cells - (index of the sheet, Excel's row, column index) -> text, "": the cell is blank
    """
    sheets = tuple(
        _put_on_sheet(
            sheet,
            {address[1:]: text for address, text in cells.items() if address[0] == sheet.index},
        )
        for sheet in workbook.sheets
    )
    return replace(workbook, sheets=sheets)


def _put_on_sheet(sheet: SheetGrid, cells: Mapping[tuple[int, int], str]) -> SheetGrid:
    if not cells:
        return sheet
    width = max(len(sheet.columns), *(position + 1 for _, position in cells))
    blank_column = replace(_BLANK, codes=np.zeros(sheet.n_rows, np.int32))
    columns = [*sheet.columns, *[blank_column] * (width - len(sheet.columns))]
    for (row, position), text in cells.items():
        columns[position] = _put_in_column(columns[position], row - sheet.first_row, text)
    facts = _told_of_others(sheet.facts, cells)
    return replace(sheet, columns=tuple(columns), facts=facts)


def _put_in_column(column: GridColumn, row_index: int, text: str) -> GridColumn:
    """Give a column with one cell changed; each distinct value stands once in its dictionary."""
    cell_text = text or None
    same_cell = [
        type(same_cell) is type(cell_text) and same_cell == cell_text for same_cell in column.values
    ]
    values = column.values if any(same_cell) else (*column.values, cell_text)
    codes = column.codes.astype(np.int32)
    codes[row_index] = same_cell.index(True) if any(same_cell) else len(values) - 1
    return GridColumn(codes, values)


def _told_of_others(facts: SheetFacts, cells: Mapping[tuple[int, int], str]) -> SheetFacts:
    """Leave out what the file says of cells that are others now: errors, formulas, percents."""
    addresses = {f"{column_letter(position)}{row}" for row, position in cells}
    formulas = tuple(place for place in facts.unsaved_formulas if place not in addresses)
    errors = tuple(error for error in facts.errors if error[0] not in addresses)
    return replace(
        facts,
        unsaved_formulas=formulas,
        unsaved_formula_count=facts.unsaved_formula_count
        - (len(facts.unsaved_formulas) - len(formulas)),
        errors=errors,
        error_count=facts.error_count - (len(facts.errors) - len(errors)),
        rounded=tuple(place for place in facts.rounded if place not in cells),
    )


def row_block(block: Block, row: int, cells: Mapping[int, str]) -> Block:
    """Cut one row out of a block, with some of its cells changed.

    Takes: row - Excel's, within the block; cells - column index -> text, "": the cell is blank
    """
    payload = zlib.decompress(block.packed)
    (length,) = struct.unpack_from("<I", payload)
    n_rows, dictionaries = json.loads(payload[4 : 4 + length])
    row_index, start, row_values = row - block.first_row, 4 + length, []
    for width, values in dictionaries:
        code = int.from_bytes(
            payload[start + row_index * width : start + (row_index + 1) * width], "little"
        )
        row_values.append(values[code])
        start += width * n_rows
    row_values += [None] * (max(cells, default=-1) + 1 - len(row_values))
    for position, text in cells.items():
        row_values[position] = text or None
    text = json.dumps([1, [[1, [value]] for value in row_values]], ensure_ascii=False).encode()
    body = bytes(len(row_values))
    return Block(row, 1, pack_block(struct.pack("<I", len(text)) + text + body))
