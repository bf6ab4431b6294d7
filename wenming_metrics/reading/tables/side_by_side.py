"""Several tables beside one another under the same titles, each as a sheet of its own.

A long list is often printed in two blocks: 名次, 单位, 得分 and again 名次, 单位, 得分. Each block keeps its
place in the sheet, with the cells of the others blank; what stands above belongs to all of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wenming_metrics.reading.model.grid import GridColumn, SheetGrid, Value, rows_head
from wenming_metrics.vocabulary import INPUT, headers, normalise

_SEARCHED = 30
_NAMES = headers(tuple(name for name, column in INPUT.items() if column.type == "单位"))
_NAMES |= headers(("site", "unit_name", "problem_no"))
"""Titles of what a row speaks of: without one, titles that come again are parts of one table."""
Span = tuple[int, int]


def part_beside(sheet: SheetGrid) -> list[SheetGrid]:
    """Part a sheet whose header repeats. Returns: its blocks, the sheet itself if it is one."""
    for row, cells in enumerate(rows_head(sheet, _SEARCHED)):
        spans = _blocks(cells)
        if spans:
            first = _block(sheet, row, spans[0])
            return [first, *(_beside(_block(sheet, row, span)) for span in spans[1:])]
    return [sheet]


def _blocks(cells: list[Value]) -> list[Span]:
    """Give the columns (first, last) of each block of the same titles; [] where there are none."""
    titles = [
        (position, normalise(cell))
        for position, cell in enumerate(cells)
        if cell is not None and isinstance(cell, str)
    ]
    titles = [(position, title) for position, title in titles if title]
    if len(titles) < sum(cell is not None for cell in cells):
        return []
    words = [title for _, title in titles]
    for size in range(2, len(words) // 2 + 1):
        block = words[:size]
        is_whole = len(words) % size == 0 and words == block * (len(words) // size)
        if is_whole and len(set(block)) == size and set(block) & set(_NAMES):
            positions = [position for position, _ in titles]
            spans = [positions[start : start + size] for start in range(0, len(positions), size)]
            alike = all(np.array_equal(np.diff(span), np.diff(spans[0])) for span in spans)
            return [(span[0], span[-1]) for span in spans] if alike else []
    return []


def _block(sheet: SheetGrid, row: int, span: Span) -> SheetGrid:
    columns = [
        column if span[0] <= position <= span[1] else _blank_from(column, row)
        for position, column in enumerate(sheet.columns)
    ]
    return replace(sheet, columns=tuple(columns))


def _blank_from(column: GridColumn, row: int) -> GridColumn:
    values = column.values if None in column.values else (*column.values, None)
    codes = column.codes.astype(np.int32)
    codes[row:] = values.index(None)
    return GridColumn(codes, values)


def _beside(block: SheetGrid) -> SheetGrid:
    """Take from a further block what is kept, or told, of the whole sheet once."""
    facts = replace(block.facts, hidden_rows=(), hidden_columns=(), rounded=())
    return replace(block, blocks=(), hidden=False, facts=facts)
