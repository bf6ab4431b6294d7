"""A file without personal data: what is hidden in its sheets, and the copy of it that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model.grid import Refusal, SheetGrid, Workbook
from wenming_metrics.reading.model.reading import Context, Recognised
from wenming_metrics.reading.personal.blanking import Blanked, blank
from wenming_metrics.reading.personal.columns import PersonalColumn, find_personal, find_unread
from wenming_metrics.reading.personal.masking import Masked, mask_workbook
from wenming_metrics.reading.recognise.headers import Words
from wenming_metrics.reading.recognise.sheets import HeadedSheet, find_sheets, search_words
from wenming_metrics.reading.sandbox.process import decode
from wenming_metrics.reading.tables.side_by_side import part_beside

Tables = tuple[list[HeadedSheet], list[Recognised], list[Problem]]
"""What `find_sheets` gives."""


def find_masked(workbook: Workbook, words: Words) -> tuple[list[SheetGrid], Tables, Masked]:
    """Find the tables of a workbook as it was sent, and mask it. Returns: sheets, tables, the masked workbook"""
    sheets, sheet_tables = find_tables(workbook, words)
    return (
        sheets,
        sheet_tables,
        mask_workbook(workbook, sheet_tables[0], list_personal(workbook, sheet_tables[0])),
    )


def find_tables(workbook: Workbook, words: Words) -> tuple[list[SheetGrid], Tables]:
    """Find the tables of a workbook; those that stand side by side are parted first."""
    sheets = [block for sheet in workbook.sheets for block in part_beside(sheet)]
    return sheets, find_sheets(sheets, words)


def list_personal(
    workbook: Workbook, headed_sheets: Sequence[HeadedSheet]
) -> tuple[PersonalColumn, ...]:
    """List the columns with personal data, of every sheet: the whole file would be kept."""
    read = {headed.sheet.index for headed in headed_sheets}
    beside = (sheet for sheet in workbook.sheets if sheet.index not in read)
    return *find_personal(
        [(headed.sheet, headed.header) for headed in headed_sheets]
    ), *find_unread(beside)


def make_copy(
    data: bytes, workbook: Workbook, masked: Masked, personal: Sequence[PersonalColumn]
) -> Blanked | Refusal:
    """Make the copy. Takes: workbook - as it was sent: the program finds its sheets by their names"""
    names = {sheet.index: sheet.name for sheet in workbook.sheets}
    columns = [replace(column, sheet=names[column.index]) for column in personal]
    uses = {names[index]: sheet_uses for index, sheet_uses in masked.uses.items()}
    return blank(data, masked.workbook, columns, uses)


@dataclass(frozen=True)
class CleanCopy:
    """A file as it would be kept today: content - None: as it is; masked - its sheets and the uses of
    their columns; emptied - columns of people by header: (number of the sheet, position)."""

    content: bytes | None
    masked: Masked
    emptied: frozenset[tuple[int, int]] = frozenset()


def clean_copy(data: bytes, filename: str, context: Context) -> CleanCopy | Refusal:
    """Take personal data out of a file that was stored before it was looked for as it is today."""
    workbook = decode(data)
    if workbook.refusal:
        return workbook.refusal
    _, sheet_tables, masked = find_masked(workbook, search_words(context, filename))
    personal = list_personal(workbook, sheet_tables[0])
    emptied = frozenset((column.index, column.position) for column in personal)
    if not (personal or masked.workbook is not workbook or workbook.hides):
        return CleanCopy(None, masked)
    blanked = make_copy(data, workbook, masked, personal)
    if isinstance(blanked, Refusal):
        return blanked
    return CleanCopy(blanked.content, masked, emptied)
