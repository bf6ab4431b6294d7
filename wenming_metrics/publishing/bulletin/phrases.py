"""How a 通报 words figures: numbers, changes, shares, lists of names, the numerals of headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.vocabulary import titles

_DIGITS = "零一二三四五六七八九"
_CLIPPED = 60
"""Signs of a description that stand in running text; the annex has all of it."""


def heads(*names: str) -> tuple[str, ...]:
    """Give the headings of a table by the names of its columns in the registry."""
    return tuple(titles(*names).values())


def numeral(number: int) -> str:
    """Spell a number as headings do; from 100 on in digits.

    >>> numeral(3), numeral(10), numeral(21)
    ('三', '十', '二十一')
    """
    tens, ones = divmod(number, 10)
    if tens > 9:
        return str(number)
    front = "" if tens == 0 else ("十" if tens == 1 else f"{_DIGITS[tens]}十")
    return front + (_DIGITS[ones] if ones or not tens else "")


def points(value: float, decimals: int) -> str:
    """Spell points with all their decimals; "—" for none."""
    return "—" if pd.isna(value) else f"{float(half_up(value, decimals)):.{decimals}f}"


def signed(value: float, decimals: int) -> str:
    """Spell a change of points in a table.

    >>> signed(2.94, 2), signed(-0.5, 2), signed(0.0, 2), signed(float("nan"), 2)
    ('+2.94', '-0.50', '0.00', '—')
    """
    if pd.isna(value):
        return "—"
    return f"{'+' if value > 0 else '-' if value < 0 else ''}{points(abs(value), decimals)}"


def change(value: float | None, decimals: int) -> str:
    """Say how points have changed since the issue before; "" where that is not known.

    >>> change(2.94, 2), change(-0.5, 2), change(0.0, 2), change(None, 2)
    ('较上期上升2.94分', '较上期下降0.50分', '与上期持平', '')
    """
    if value is None or pd.isna(value):
        return ""
    if float(half_up(value, decimals)) == 0:
        return "与上期持平"
    return f"较上期{'上升' if value > 0 else '下降'}{points(abs(value), decimals)}分"


def percent(count: float, base: float, decimals: int = 1) -> str:
    """Spell a share; "—" of nothing.

    >>> percent(963, 1032, 2), percent(0, 0)
    ('93.31%', '—')
    """
    return f"{points(100 * count / base, decimals)}%" if base else "—"


def rate(count: int, base: int) -> str:
    """Spell a share with what it is a share of."""
    return f"{percent(count, base, 2)}（{count}/{base}）"


def join(names: Iterable[str]) -> str:
    """Join names as a list in a sentence."""
    return "、".join(names)


def clip(text: str) -> str:
    """Give what of a description stands in running text."""
    return text if len(text) <= _CLIPPED else f"{text[:_CLIPPED]}……"


def long_day(day: date | str) -> str:
    """Spell a day with its year, without leading zeros; "" for none."""
    if not day:
        return ""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day.year}年{day.month}月{day.day}日"


def short_day(day: str) -> str:
    """Spell an ISO day without its year, for tables; "" for none."""
    return long_day(day).partition("年")[2]


def sentence(clauses: Sequence[str]) -> str:
    """Join what is to be said to one sentence; empty ones are left out, nothing gives ""."""
    text = "，".join(clause for clause in clauses if clause)
    return f"{text}。" if text else ""
