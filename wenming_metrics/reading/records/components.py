"""The component scores of a table of scores: one part per further column that holds numbers.

The header says what a column is: 「公共环境(30分)」 under 「实地考察(85%)」 is a part of 30 points of a
group that weighs 85 %.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from wenming_metrics.reading.model.grid import Value
from wenming_metrics.reading.resolve.periods_and_units import decimal_text
from wenming_metrics.reading.tables.table import Table
from wenming_metrics.vocabulary import normalise

_MARKED = re.compile(r"^(.*?)\((\d+(?:\.\d+)?)(分|%)\)(.*)$")
_UNIT = re.compile(r"\((?:%|分|份|个|人|名)\)$")
_WEIGHTED = re.compile("加权|折算|折合")
_SPACES = re.compile(r" (?![!-~])|(?<![!-~]) ")
"""Spaces that part no foreign words."""
_NUMBERING = {"序号", "编号", "代码", "行号"}


@dataclass(frozen=True)
class Component:
    """One column: where, its group and what that weighs (%), its name, full mark, weight (%)."""

    position: int
    group: str
    share: str
    name: str
    full: str
    weight: str

    @property
    def is_weighted(self) -> bool:
        """Say whether the column holds what counts for the total (加权得分)."""
        return bool(_WEIGHTED.search(self.name))


def components(table: Table, taken: Sequence[int]) -> list[Component]:
    """Find the columns of components: those with a header, numbers, and no other meaning.

    Takes: taken - positions of columns that mean something else; what a person said is not to be
           read is none either
    """
    texts, groups = table.header.texts, table.header.groups or ("",) * len(table.header.texts)
    unread = _NUMBERING | table.header.ignored
    found = []
    for position, text in enumerate(texts):
        known = position in taken or not text or normalise(text) in unread
        if known or not any(decimal_text(value) for value in cells_of(table, position)):
            continue
        group, _, share = _parse(groups[position])
        name, full, weight = _parse(text)
        found.append(Component(position, group, share, name, full, weight))
    return found


def cells_of(table: Table, position: int) -> list[Value]:
    """Give the cells of any column of the sheet, one per data row."""
    one = table.sheet.columns[position]
    return [one.values[code] for code in one.codes[table.excel - table.sheet.first_row].tolist()]


def _parse(text: str) -> tuple[str, str, str]:
    """Part a header into name, full mark and weight: 公共环境(30分), 实地考察(85%)."""
    words = unicodedata.normalize("NFKC", text).split()
    found = _MARKED.match("".join(words))
    if not found:
        return _UNIT.sub("", _SPACES.sub("", " ".join(words))), "", ""
    name = found[1] + found[4]
    return (name, found[2], "") if found[3] == "分" else (name, "", found[2])


def weighted_sum(kept: Sequence[Component], printed: Sequence[str]) -> Decimal | None:
    """Add up what the columns of weighted scores say; None where one of them is missing."""
    told = [text for one, text in zip(kept, printed, strict=True) if one.is_weighted]
    return sum(map(Decimal, told), Decimal(0)) if told and all(told) else None


def raw_columns(
    kept: Sequence[Component], rows: Sequence[Sequence[str]]
) -> list[tuple[int, Decimal]]:
    """Find of each weighted column the score it was made from: the one that times the group's
    weight gives what is printed, on every row.

    Takes:   rows - per data row the printed numbers, "" where there is none
    Returns: per weighted column (which column it was made from, weight); empty where one is not
             found
    """
    found = []
    for at, one in enumerate(kept):
        if not one.is_weighted:
            continue
        mates = [n for n, o in enumerate(kept) if o.group == one.group and not o.is_weighted]
        fitting = [n for n in mates if one.share and _is_made_of(rows, at, n, one.share)]
        if not fitting:
            return []
        found.append((fitting[0], Decimal(one.share) / 100))
    return found


def _is_made_of(rows: Sequence[Sequence[str]], weighted: int, raw: int, share: str) -> bool:
    pairs = [(row[raw], row[weighted]) for row in rows if row[raw] and row[weighted]]
    return bool(pairs) and all(
        rounded(Decimal(a) * Decimal(share) / 100, b) == Decimal(b) for a, b in pairs
    )


def exact_sum(raw: Sequence[tuple[int, Decimal]], printed: Sequence[str]) -> Decimal | None:
    """Add up raw scores times their weights without rounding; None where one is missing."""
    told = [(printed[at], weight) for at, weight in raw]
    if not told or not all(text for text, _ in told):
        return None
    return sum((Decimal(text) * weight for text, weight in told), Decimal(0))


def rounded(number: Decimal, like: str) -> Decimal:
    """Round half up to as many decimals as another number is printed with."""
    return number.quantize(Decimal(1).scaleb(-len(like.partition(".")[2])), ROUND_HALF_UP)
