"""What is known of one column."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column, wherever it stands: `name` in code, `title` as people read it.

    aliases - as senders write the title; type - 文字 and the like, which says how it is drawn
    width, form, align, explain - on a page: pixels (0: as wide as it needs), how figures are
    spelled (%.2f; "": whole, with a comma at thousands), the side of texts, whether the title explains
    itself by the meaning
    sheet_width, sheet_form, sheet_align - in a workbook: characters, Excel's format of numbers ("":
    the column is text), the side of texts
    """

    name: str
    title: str
    type: str = "文字"
    unit: str = ""
    meaning: str = ""
    aliases: tuple[str, ...] = ()
    width: int = 0
    form: str = ""
    align: str = ""
    explain: bool = False
    sheet_width: int = 14
    sheet_form: str = ""
    sheet_align: str = "general"
