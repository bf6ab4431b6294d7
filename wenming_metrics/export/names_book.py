"""Unknown names as a workbook to be filled in: what each stands for, chosen from a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.vocabulary import Column, columns

NAMES, OFFERED = "名称", "可选名称"
"""Its sheets: what is asked, and what may be chosen, a column per kind of name."""
_COLUMNS = columns("kind=name_kind", "written", "means", "count=name_count", "first=met_first")
_FIRST = 3
"""Row of the first name; a title and the headings stand above."""


def names_book(lines: pd.DataFrame, offered: Mapping[str, Sequence[str]]) -> bytes:
    """Make the workbook.

    Takes: lines - kind (as people read it), written, means ("": to be filled in), count, first;
           offered - kind -> the names that may be chosen
    """
    notes = [
        "“就是”一列从下拉框里选，不清楚的空着。填好后放回【不认识的名称】，或用 ingest --names。"
    ]
    asked_sheet = ExportSheet(NAMES, "不认识的名称", lines, _COLUMNS, notes)
    height = max(map(len, offered.values()), default=0)
    padded = {kind: [*names, *[""] * (height - len(names))] for kind, names in offered.items()}
    headings = [Column(kind, kind, width=200, meaning="可以选的名称") for kind in padded]
    offered_sheet = ExportSheet(OFFERED, OFFERED, pd.DataFrame(padded, dtype=object), headings)
    book = load_workbook(BytesIO(write_book(asked_sheet, offered_sheet)))
    kinds = list(padded)
    for row, kind in enumerate(lines["kind"], _FIRST):
        letter = get_column_letter(kinds.index(kind) + 1)
        last = _FIRST - 1 + len(offered[kind])
        offer = DataValidation(
            type="list",
            formula1=f"={OFFERED}!${letter}${_FIRST}:${letter}${last}",
            allow_blank=True,
        )
        offer.add(f"C{row}")
        book[NAMES].add_data_validation(offer)
    out = BytesIO()
    book.save(out)
    return out.getvalue()
