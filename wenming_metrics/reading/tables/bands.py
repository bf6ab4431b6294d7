"""Headers of one to three rows as one row: the lowest text of each column, and what stands above.

A header of several rows is told by its merged cells, or, where a file has none (CSV), by a row
whose gaps the next row fills.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wenming_metrics.reading.model.grid import Area, SheetGrid, Value
from wenming_metrics.reading.tables.values import spell

OF_SEVERAL = re.compile(r"\(第\d+列\)$")
"""How a title of several columns is numbered: it says of none of them alone what it is."""
_LONGEST = 20
"""Letters that a title hardly has."""


@dataclass(frozen=True)
class Band:
    """One to three rows read as a header.

    row    - position of the first; depth - how many rows
    typed  - per column its lowest value as it came; texts - the same spelled out
    groups - per column what stands over it, from the top ("" = nothing), joined by a space
    first_texts - texts of the first row alone
    """

    row: int
    depth: int
    typed: tuple[Value, ...]
    texts: tuple[str, ...]
    groups: tuple[str, ...]
    first_texts: tuple[str, ...]


def read_band(sheet: SheetGrid, head: list[list[Value]], row: int) -> Band:
    """Read the header that would begin at a row of the head of a sheet."""
    depth = _depth(sheet, head, row)
    is_alone = depth == 1 and sum(bool(spell(value)) for value in head[row]) > 1
    rows = range(row, row + depth)
    lines = [_laid(sheet, head, header_row, is_alone=is_alone) for header_row in rows]
    texts, typed, groups = [], [], []
    for column in range(len(head[row])):
        words = [line[column] for line in lines]
        lowest = max((level for level, word in enumerate(words) if word), default=0)
        texts.append(words[lowest])
        typed.append(head[row + lowest][column])
        above = dict.fromkeys(word for word in words[:lowest] if word)
        groups.append(" ".join(word for word in above if word != words[lowest]))
    first_texts = tuple(spell(value) for value in head[row])
    return Band(row, depth, tuple(typed), tuple(texts), tuple(groups), first_texts)


def _depth(sheet: SheetGrid, head: list[list[Value]], row: int) -> int:
    """Say how many rows a header has that begins at a row."""
    excel = sheet.first_row + row
    begun = [
        area for area in sheet.facts.merged if area.first_row == excel and _says(area, head[row])
    ]
    down = max((area.last_row - excel + 1 for area in begun), default=1)
    if down > 1:
        return min(down, len(head) - row)
    across = [area for area in begun if area.last_column > area.first_column]
    filled = [position for position, value in enumerate(head[row]) if spell(value)]
    grouped = len(filled) > 1 and (across or _is_filled_below(head, row))
    if grouped and row + 1 < len(head) and not _is_data_below(across, head, row):
        return 2
    return 1


def _is_data_below(across: list[Area], head: list[list[Value]], row: int) -> bool:
    """Say whether the row below is data: a number, or a long text, under a title of one column."""
    grouped = {at for area in across for at in range(area.first_column, area.last_column + 1)}
    below = [
        value
        for position, (over, value) in enumerate(zip(head[row], head[row + 1], strict=True))
        if position not in grouped and spell(over) and spell(value)
    ]
    return bool(across) and any(
        not isinstance(value, str) or value.strip().isdecimal() or len(value) > _LONGEST
        for value in below
    )


def _says(area: Area, values: list[Value]) -> bool:
    return area.first_column < len(values) and bool(spell(values[area.first_column]))


def _is_filled_below(head: list[list[Value]], row: int) -> bool:
    """Say whether the next row has texts only where this one has gaps or begins a group."""
    if row + 1 >= len(head):
        return False
    filled = [bool(spell(value)) for value in head[row]]
    below = [bool(spell(value)) for value in head[row + 1]]
    if not all(isinstance(value, str) for value in head[row + 1] if spell(value)):
        return False
    gaps = sum(under and not over for over, under in zip(filled, below, strict=True))
    alone = sum(over and not under for over, under in zip(filled, below, strict=True))
    first = below.index(True) if any(below) else 0
    return gaps >= 1 and alone >= 2 and not any(below[: max(first, 1)])


def _laid(
    sheet: SheetGrid, head: list[list[Value]], row: int, *, is_alone: bool = False
) -> list[str]:
    """Spell a row with the text of a cell merged across laid over all its columns.

    Takes: is_alone - no other row belongs to the header: one title of several columns is numbered
    """
    words = [spell(value) for value in head[row]]
    for area in sheet.facts.merged:
        if area.first_row != sheet.first_row + row or area.first_column >= len(words):
            continue
        text, last = words[area.first_column], min(area.last_column, len(words) - 1)
        numbered = is_alone and text and last > area.first_column
        for nth, column in enumerate(range(area.first_column, last + 1), 1):
            words[column] = f"{text}(第{nth}列)" if numbered else text
    return _spread(words, head, row) if not sheet.facts.merged else words


def _spread(words: list[str], head: list[list[Value]], row: int) -> list[str]:
    """Lay a group's text over the gaps to its right where the next row speaks; no merges known."""
    if row + 1 >= len(head) or not _is_filled_below(head, row):
        return words
    last, spread_words = "", []
    for text, below in zip(words, head[row + 1], strict=True):
        last = text or (last if spell(below) else "")
        spread_words.append(last)
    return spread_words
