"""What is marked in a workbook that comes back: cells with their comments, rows with their reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wenming_metrics.domain.problems import NOTE, SEVERITIES

REASON, RESULTS = "核对意见", "核对结果"
"""Heading of the column and name of the sheet that a marked workbook has more than its original."""
RESULT_HEADINGS = ("处理", "位置", "说明和改法")
AUTHOR = "核对"
MOST_COMMENTS = 5_000
"""Comments on one sheet beyond which a workbook opens slowly; further marks go without one."""


@dataclass(frozen=True)
class Mark:
    """What is said of one cell: Excel's row, letters of the column ("": of the whole row)."""

    sheet: str
    row: int
    column: str
    severity: str
    text: str


@dataclass(frozen=True)
class SheetMarks:
    """The marks of one sheet, put together: what the sandbox is told of it.

    header  - Excel's row of the headings
    cells   - (row, column from 0, is it grave, text of the comment or "") per cell
    reasons - (row, is it grave, text) per row
    """

    header: int
    cells: tuple[tuple[int, int, bool, str], ...]
    reasons: tuple[tuple[int, bool, str], ...]


def gather_marks(marks: Sequence[Mark], header_rows: Mapping[str, int]) -> dict[str, SheetMarks]:
    """Put marks together by sheet: one comment per cell, one text per row."""
    by_sheet: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_sheet[mark.sheet].append(mark)
    return {
        name: _gather_sheet(sheet_marks, header_rows.get(name))
        for name, sheet_marks in by_sheet.items()
    }


def _gather_sheet(marks: list[Mark], header: int | None) -> SheetMarks:
    cells: dict[tuple[int, str], list[Mark]] = defaultdict(list)
    rows: dict[int, list[Mark]] = defaultdict(list)
    for mark in sorted(marks, key=lambda mark: (mark.row, SEVERITIES.index(mark.severity))):
        rows[mark.row].append(mark)
        if mark.column:
            cells[mark.row, mark.column].append(mark)
    graves = {cell: _is_grave(cell_marks) for cell, cell_marks in cells.items()}
    # Where not every cell may have a comment, the grave ones come first.
    first = sorted(cells, key=lambda cell: not graves[cell])[:MOST_COMMENTS]
    comments = {
        cell: "\n".join(f"{mark.severity}：{mark.text}" for mark in cells[cell]) for cell in first
    }
    return SheetMarks(
        header if header is not None else max(min(rows) - 1, 1),
        tuple((row, column_number(letters), graves[row, letters], comments.get((row, letters), ""))
              for row, letters in cells),
        tuple((row, _is_grave(row_marks), _reasons(row_marks)) for row, row_marks in rows.items()),
    )  # fmt: skip


def _is_grave(marks: Iterable[Mark]) -> bool:
    return any(mark.severity != NOTE for mark in marks)


def _reasons(marks: Iterable[Mark]) -> str:
    return " ".join(dict.fromkeys(f"{mark.severity}：{mark.text}" for mark in marks))


def column_number(letters: str) -> int:
    """Number a column from its letters: A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
