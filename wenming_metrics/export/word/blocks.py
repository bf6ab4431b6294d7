"""What the body of a document is made of: paragraphs of a few kinds, tables, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wenming_metrics.vocabulary import printable

TITLE, HEADING, SUBHEADING, BODY, CAPTION, NOTE, ANNEX = (
    "通报标题",
    "通报一级标题",
    "通报二级标题",
    "通报正文",
    "通报表题",
    "通报说明",
    "通报附件",
)
"""Kinds of paragraphs: names of styles, which a shell may set as it likes."""
ADDRESSEE, MARK, IMPRINT = "通报主送", "通报标识", "通报版记"
"""Whom it is for, what stands above the head (密级, 内部资料), what stands at the very end (抄送, 印发)."""
CELL, CELL_HEAD = "通报表格", "通报表头"
"""Styles of the paragraphs in tables."""


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; an ANNEX begins a page."""

    kind: str
    text: str


@dataclass(frozen=True)
class Grid:
    """One table: title above it, heads that repeat on each page, rows of texts.

    widths - of the columns, in any unit; wordy - columns whose text runs over lines (left-aligned)
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    wordy: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Pictures:
    """Pictures that stand side by side: (bytes of a JPEG, width, height, what stands below it) each."""

    pictures: tuple[tuple[bytes, int, int, str], ...]


Block = Paragraph | Grid | Pictures


def body(text: str) -> Paragraph:
    """Give a paragraph of running text."""
    return Paragraph(BODY, text)


def length(blocks: Sequence[Block]) -> int:
    """Count the signs of running text as an office counts the words of a document: not of tables."""
    return sum(len(block.text) for block in blocks if isinstance(block, Paragraph))


def plain_text(text: str) -> str:
    """Give a text on one line, with a mark for each sign that no document can hold or show.

    >>> plain_text("墙面\\x0b破损\\n未修")
    '墙面□破损 未修'
    """
    return " ".join(printable(text).translate(_NO_SIGNS).split())


_NO_SIGNS = dict.fromkeys((0xFFFE, 0xFFFF))
"""Numbers that are no signs; XML does not hold them."""
