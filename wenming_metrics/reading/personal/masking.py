"""Personal data by its form: numbers in cells, titles and names of sheets are hidden before rows are read.

So what is stored, compared, told and printed is what was read without them. In contacts of offices
numbers stay. Where a column is read as numbers or identifiers nothing is changed: what looks like a
person's number there is asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from wenming_metrics.domain.privacy import (
    FREE,
    KEPT,
    NUMBERS,
    WORK,
    is_any_personal,
    is_prose,
    mask,
    mask_cell,
    mask_names,
)
from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model.grid import (
    Block,
    GridColumn,
    SheetGrid,
    Value,
    Workbook,
    change_values,
    column_letter,
)
from wenming_metrics.reading.personal.columns import PersonalColumn, uses_of, uses_of_unread
from wenming_metrics.reading.recognise.sheets import HeadedSheet

_LEAST, _MOST = 10**10, 10**18
"""Numbers of as many digits as a mobile or an identity number has."""
_CELLS = 5
"""Cells that are named in a message; their count is complete."""
Uses = Mapping[int, str]


@dataclass(frozen=True)
class Masked:
    """A workbook as it is read, the same object where nothing is hidden; uses - of its columns that
    are not free, by number of the sheet; problems - what is told."""

    workbook: Workbook
    uses: Mapping[int, Uses]
    problems: tuple[Problem, ...] = ()


def mask_workbook(
    workbook: Workbook,
    headed_sheets: Sequence[HeadedSheet],
    personal: Sequence[PersonalColumn] = (),
) -> Masked:
    """Mask every sheet of a workbook.

    Takes: headed_sheets - those that are read, with their headers; personal - the columns that will be
           emptied: below their headers they stay, for doubles are found by them before they go
    """
    emptied: dict[int, dict[int, int]] = {}
    for column in personal:
        emptied.setdefault(column.index, {})[column.position] = column.first_row
    uses: dict[int, dict[int, str]] = {}
    for headed in headed_sheets:
        uses.setdefault(headed.sheet.index, {}).update(uses_of(headed.header))
    names = mask_names([sheet.name for sheet in workbook.sheets])
    sheets, problems = [], []
    for sheet, name in zip(workbook.sheets, names, strict=True):
        sheet_uses = uses.get(sheet.index) or dict(uses_of_unread(sheet))
        masked, doubtful = _mask_sheet(sheet, sheet_uses, emptied.get(sheet.index, {}))
        uses[sheet.index] = {**sheet_uses, **dict.fromkeys(doubtful, NUMBERS)}
        problems += _tell(sheet, masked, name, doubtful)
        sheets.append(masked if name == sheet.name else replace(masked, name=name))
    if all(masked is old for masked, old in zip(sheets, workbook.sheets, strict=True)):
        return Masked(workbook, uses, tuple(problems))
    return Masked(replace(workbook, sheets=tuple(sheets)), uses, tuple(problems))


def _mask_sheet(
    sheet: SheetGrid, uses: Uses, emptied: Mapping[int, int]
) -> tuple[SheetGrid, dict[int, list[int]]]:
    """Mask a sheet; also gives the columns whose numbers are asked about, with their codes."""
    columns, changed, doubtful = [], {}, {}
    for position, column in enumerate(sheet.columns):
        use = uses.get(position, FREE)
        alike = _look_personal(column, use) if use != WORK else []
        if alike and (use == NUMBERS or _is_of_numbers(column, alike)):
            doubtful[position] = alike
            use = NUMBERS
        masked_column = _mask_column(column, use)
        if masked_column is not column and position in emptied:
            above = _changed_rows(column, masked_column) < emptied[position] - sheet.first_row
            masked_column = masked_column if above.any() else column
        if masked_column is not column:
            changed[position] = use
        columns.append(masked_column)
    if not changed:
        return sheet, doubtful
    as_masked = {**dict.fromkeys(range(len(columns)), KEPT), **changed}
    blocks = tuple(mask_block(block, as_masked) for block in sheet.blocks)
    return replace(sheet, columns=tuple(columns), blocks=blocks), doubtful


def _mask_column(column: GridColumn, use: str) -> GridColumn:
    if use == KEPT or not _may_hide(column):
        return column
    values = [_mask_value(value, use) for value in column.values]
    if all(masked is old for masked, old in zip(values, column.values, strict=True)):
        return column
    codes: dict[tuple, int] = {}
    recoded = [codes.setdefault((type(value), value), len(codes)) for value in values]
    return GridColumn(
        np.array(recoded, column.codes.dtype)[column.codes], tuple(value for _, value in codes)
    )


def _may_hide(column: GridColumn) -> bool:
    """Say whether any value of a column may be somebody's: all at once, for most columns hold none."""
    texts = (value if isinstance(value, str) else _digits(value) for value in column.values)
    return is_any_personal(texts)


def _mask_value(value: Value, use: str) -> Value:
    """Mask a text, or a number that is somebody's; gives the same object where nothing is hidden."""
    if isinstance(value, str):
        text = mask_cell(value, use)
        return value if text == value else text
    digits = _digits(value)
    masked = mask_cell(digits, use) if digits else digits
    return value if masked == digits else masked


def _digits(value: Value) -> str:
    """Spell a number that is long enough to be somebody's, "": it is not."""
    is_long = type(value) in (int, float) and _LEAST <= value < _MOST and value == int(value)
    return str(int(value)) if is_long else ""


def mask_block(block: Block, uses: Uses, emptied: Collection[int] = ()) -> Block:
    """Mask the cells of a block as they are kept. Takes: emptied - the positions of columns that go"""

    def change(position: int, value: object) -> object:
        if position in emptied:
            return None
        return _mask_value(value, uses.get(position, FREE))

    return change_values(block, change)


def _look_personal(column: GridColumn, use: str) -> list[int]:
    """List the codes of numbers that look like somebody's, also written as texts where a use is given."""
    if not _may_hide(column):
        return []
    digits = (
        value if use and isinstance(value, str) and not is_prose(value) else _digits(value)
        for value in column.values
    )
    return [code for code, text in enumerate(digits) if text and mask(text) != text]


def _is_of_numbers(column: GridColumn, alike: Sequence[int]) -> bool:
    """Say whether a column holds mostly other numbers than those that look like somebody's."""
    numbers = sum(type(value) in (int, float) for value in column.values)
    return numbers > 2 * len(alike)


def _changed_rows(old: GridColumn, masked: GridColumn) -> np.ndarray:
    """List the rows (from 0) in which a column was changed."""
    kept_values = set(map(id, masked.values))
    gone = [code for code, value in enumerate(old.values) if id(value) not in kept_values]
    return np.flatnonzero(np.isin(old.codes, gone))


def _tell(
    sheet: SheetGrid, masked: SheetGrid, name: str, doubtful: Mapping[int, Sequence[int]]
) -> Iterator[Problem]:
    changed = [
        (position, _changed_rows(old, changed_column))
        for position, (old, changed_column) in enumerate(
            zip(sheet.columns, masked.columns, strict=True)
        )
        if old is not changed_column
    ]
    if changed:
        cells = [
            f"{column_letter(position)}{sheet.first_row + row}"
            for position, rows in changed
            for row in rows[:_CELLS].tolist()
        ]
        details = {
            "count": sum(len(rows) for _, rows in changed),
            "cells": "、".join(cells[:_CELLS]),
        }
        yield Problem("隐私-03", name, details=details)
    for position, codes in doubtful.items():
        rows = np.flatnonzero(np.isin(sheet.columns[position].codes, codes))
        row, count = sheet.first_row + int(rows[0]), len(rows)
        details = {"letter": column_letter(position), "count": count}
        yield Problem("隐私-05", name, row, column_letter(position), details=details)
