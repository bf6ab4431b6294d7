"""What was answered to each question (各题作答): a bar an option, and apart what is no answer.

As many columns of questions as the screen has room for: only the browser knows how wide it is. So
these are plain bars in a page, not figures of plotly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Bar:
    """One option: its words, how many gave it, its share (per cent); None = not told."""

    title: str
    count: int | None
    share: float | None = None


@dataclass(frozen=True)
class QuestionBars:
    """One question: its words, what its shares rest on, its options, and what is no answer."""

    title: str
    basis: str
    options: tuple[Bar, ...]
    apart: tuple[Bar, ...] = ()


def option_bars(questions: Iterable[QuestionBars]) -> str:
    """Draw questions as a grid of cards, each with its bars from zero to 100 %.

    Returns: HTML; texts are escaped. What is no answer (不了解, 拒答, 空白, 未问) stands below a line,
             in grey, with its count
    """
    cards = [
        f"<div class='asked'><div class='name'>{escape(question.title)}</div>"
        f"<div class='said'>{escape(question.basis)}</div>"
        f"{_rows(question.options, 'bar')}{_apart(question.apart)}</div>"
        for question in questions
    ]
    return f"<div class='questions'>{''.join(cards)}</div>"


def _apart(bars: Sequence[Bar]) -> str:
    if not bars:
        return ""
    return f"<div class='apart'>{_rows(bars, 'bar grey')}</div>"


def _rows(bars: Sequence[Bar], look: str) -> str:
    return "".join(
        f"<div class='option'><span class='words'>{escape(bar.title)}</span>"
        f"<span class='track'>{_bar(bar, look)}</span>"
        f"<span class='share'>{_share(bar)}</span>"
        f"<span class='count'>{_count(bar)}</span></div>"
        for bar in bars
    )


def _bar(bar: Bar, look: str) -> str:
    if bar.share is None:
        return ""
    return f"<span class='{look}' style='width:{min(max(bar.share, 0), 100):.2f}%'></span>"


def _share(bar: Bar) -> str:
    return "" if bar.share is None else f"{bar.share:.1f}%"


def _count(bar: Bar) -> str:
    return "" if bar.count is None else f"{bar.count:,} 份"
