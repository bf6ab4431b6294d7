"""Several tables under one another in a sheet, each as a sheet of its own.

A row of known titles below the first header begins another table, unless it repeats that header.
Excel's row numbers stay; the cells as they came are kept once, with the first piece.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from wenming_metrics.reading.model.grid import GridColumn, SheetGrid
from wenming_metrics.reading.recognise.headers import ALL_TITLES
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.vocabulary import normalise

_LONGEST, _FEWEST, _MOST = 14, 3, 40
"""A title is short; a header has at least three; more headers than that are no tables."""
_NO_TITLE = re.compile(r"[0-9√×]")
"""What no title holds, and most cells of a long sheet do."""


def cut_tables(sheet: SheetGrid, header: Header | None) -> list[SheetGrid]:
    """Cut a sheet before each further header. Returns: its pieces, the sheet itself if it is one."""
    if header is None:
        return [sheet]
    counts = _titles_per_row(sheet)
    below = np.flatnonzero(counts[header.first :] >= _FEWEST) + header.first
    starts = [row for row in below[:_MOST].tolist() if not _repeats(sheet, row, header)]
    if not starts:
        return [sheet]
    filled = _filled(sheet)
    cuts = [0, *(_with_title(filled, row) for row in starts)]
    ends = [*cuts[1:], sheet.n_rows]
    return [_piece(sheet, first, end) for first, end in zip(cuts, ends, strict=True) if end > first]


def _titles_per_row(sheet: SheetGrid) -> np.ndarray:
    counts = np.zeros(sheet.n_rows, np.int16)
    for column in sheet.columns:
        is_title = [isinstance(value, str) and _is_title(value) for value in column.values]
        if any(is_title):
            counts += np.array(is_title)[column.codes]
    return counts


def _is_title(text: str) -> bool:
    """Say whether a text is a known title; those that are none are told without spelling them."""
    return len(text) <= _LONGEST and not _NO_TITLE.search(text) and normalise(text) in ALL_TITLES


def _repeats(sheet: SheetGrid, row: int, header: Header) -> bool:
    """Say whether a row has its titles where the header has them."""
    cells = (column.values[column.codes[row]] for column in sheet.columns)
    words = [normalise(value) if isinstance(value, str) else "" for value in cells]
    pairs = zip(words, map(normalise, header.texts), strict=True)
    return all(word == header_word for word, header_word in pairs if word in ALL_TITLES)


def _filled(sheet: SheetGrid) -> np.ndarray:
    counts = np.zeros(sheet.n_rows, np.int16)
    for column in sheet.columns:
        counts += np.array([value is not None for value in column.values])[column.codes]
    return counts


def _with_title(filled: np.ndarray, row: int) -> int:
    """Give where a table begins: titles (one cell to a row) right above its header belong to it."""
    while row > 0 and filled[row - 1] == 1:
        row -= 1
    return row


def _piece(sheet: SheetGrid, first: int, end: int) -> SheetGrid:
    columns = tuple(GridColumn(column.codes[first:end], column.values) for column in sheet.columns)
    blocks = sheet.blocks if first == 0 else ()
    row_span = {"first_row": sheet.first_row + first, "n_rows": end - first}
    return replace(sheet, columns=columns, blocks=blocks, **row_span)
