"""The component scores of a table of scores: one part per further column that holds numbers.

The header says what a column is: 「公共环境(30分)」 under 「实地考察(85%)」 is a part of 30 points of a
group that weighs 85 %.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

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
class ScoreComponent:
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


def components(table: Table, excluded: Sequence[int]) -> list[ScoreComponent]:
    """Find the columns of components: those with a header, numbers, and no other meaning.

    Takes: excluded - positions of columns that mean something else; what a person said is not to be
           read is none either
    """
    texts, groups = table.header.texts, table.header.groups or ("",) * len(table.header.texts)
    unread = _NUMBERING | table.header.ignored
    score_components = []
    for position, text in enumerate(texts):
        is_excluded = position in excluded or not text or normalise(text) in unread
        if is_excluded or not any(decimal_text(value) for value in cells_of(table, position)):
            continue
        group, _, share = parse_heading(groups[position])
        name, full, weight = parse_heading(text)
        score_components.append(ScoreComponent(position, group, share, name, full, weight))
    return score_components


def cells_of(table: Table, position: int) -> list[Value]:
    """Give the cells of any column of the sheet, one per data row."""
    sheet_column = table.sheet.columns[position]
    return [
        sheet_column.values[code]
        for code in sheet_column.codes[table.excel - table.sheet.first_row].tolist()
    ]


def parse_heading(text: str) -> tuple[str, str, str]:
    """Part a header into name, full mark and weight: 公共环境(30分), 实地考察(85%)."""
    words = unicodedata.normalize("NFKC", text).split()
    match = _MARKED.match("".join(words))
    if not match:
        return _UNIT.sub("", _SPACES.sub("", " ".join(words))), "", ""
    name = match[1] + match[4]
    return (name, match[2], "") if match[3] == "分" else (name, "", match[2])
