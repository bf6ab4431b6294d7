"""Small pieces of HTML: the large figures, and lists that a phone can show.

Everything that comes from data passes through `escape`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
import streamlit as st

from wenming_metrics.queries.files.pictures import RowPicture
from wenming_metrics.queries.files.pictures import row_pictures as stored_pictures
from wenming_metrics.queries.ranking.overview import CityOverview
from wenming_metrics.ui.frame import cache, words

_LARGEST = 8_000_000
"""Bytes of a picture that is sent along with the page."""


@dataclass(frozen=True)
class Card:
    """One large figure: label, value, its unit, and a line each of what it rests on."""

    label: str
    value: str
    unit: str = ""
    lines: tuple[str, ...] = ()


def city_cards(city: CityOverview, ranked: pd.DataFrame, compared: str) -> list[Card]:
    """Make the four figures of the city.

    Takes: ranked - units with `score_change`: where none was scored in both windows, the city's
           means are those of different units and are not compared; compared - name of the window
           before (上周)
    """
    same = bool(ranked["score_change"].notna().any())
    looked = f"检查 {city.checks:,} 项次"
    return [
        Card("全市得分", _score(city), "", _score_lines(city, compared, same=same)),
        Card("督查点位", f"{city.sites:,}", "个", (f"到访 {city.visits:,} 次", looked)),
        Card("发现问题", f"{city.places:,}", "处", (f"涉及 {city.failed:,} 项检查",)),
        Card(
            "合格率",
            words.pass_rate(city.checks, city.failed),
            "",
            (f"{city.checks - city.failed:,} 项合格 ÷ {city.checks:,} 项检查",),
        ),
    ]


def _score(city: CityOverview) -> str:
    return "—" if city.score is None else f"{city.score:.2f}"


def _score_lines(city: CityOverview, compared: str, *, same: bool) -> tuple[str, ...]:
    if city.score is None:
        return ("暂不评分",)
    lines = []
    if city.target is not None:
        gap = city.score - city.target
        target = f"{city.target:g}"
        lines.append(
            f"达到目标 {target}（高 {gap:.2f}）" if gap >= 0 else f"距目标 {target} 差 {-gap:.2f}"
        )
    change = words.signed(city.score_change)
    if not change:
        lines.append(f"{compared}没有得分，不比较")
    else:
        lines.append(f"较{compared} {change}" if same else f"{compared}查的是别的街道，不比较")
    return (*lines, f"{city.scored} 个街道的平均")


def draw_cards(cards: Sequence[Card]) -> None:
    """Draw figures side by side; two by two on a phone."""
    look = f"figures of{len(cards)}"
    st.html(f'<div class="{look}">{"".join(_card(card) for card in cards)}</div>')


def _card(card: Card) -> str:
    lines = "".join(f"<div class='basis'>{escape(line)}</div>" for line in card.lines)
    unit = f"<span class='unit'>{escape(card.unit)}</span>" if card.unit else ""
    return (
        f"<div class='figure'><div class='label'>{escape(card.label)}</div>"
        f"<div class='value'>{escape(card.value)}{unit}</div>{lines}</div>"
    )


def repeat_list(sites: pd.DataFrame) -> None:
    """Draw sites that keep coming back. Takes: sites - `queries.losses.repeat_sites.returning_sites`"""
    rows = "".join(
        f"<tr><td><b>{escape(line.site_name)}</b>"
        f"<span class='quiet'>{escape(line.unit_name)} · {escape(line.point_type_name)}</span></td>"
        f"<td class='number'>{line.days} 天查出<span class='quiet'>{line.times:,} 条问题</span></td></tr>"
        for line in sites.itertuples()
    )
    st.html(f"<table class='short'>{rows}</table>")


def cells(original: dict[str, str]) -> None:
    """Draw one row of a workbook as its sender wrote it, heading beside content."""
    rows = "".join(
        f"<tr><th>{escape(header) or '（无列名）'}</th><td>{escape(text)}</td></tr>"
        for header, text in original.items()
    )
    st.html(f"<table class='cells'>{rows}</table>")


def row_pictures(line: pd.Series | tuple) -> list[RowPicture]:
    """List the pictures of a row; too large to be kept. Takes: line - batch, sheet, source_row"""
    batch, sheet, row = line.batch, line.sheet, line.source_row
    return stored_pictures(cache.office(), int(batch), str(sheet), int(row))


def pictures(photos: Sequence[RowPicture]) -> None:
    """Draw the pictures of a row side by side under the names of their columns.

    The browser takes them apart, not this server: nobody knows what they are made of.
    """
    if photos:
        st.html(f"<div class='photos'>{''.join(_picture(photo) for photo in photos)}</div>")


def strip(steps: Iterable[tuple[str, str, Sequence[RowPicture]]]) -> None:
    """Draw side by side what was seen from day to day: heading, words, pictures of each step."""
    sections = [
        f"<section><b>{escape(heading)}</b><p>{escape(text)}</p>"
        + ("".join(map(_picture, photos)) or "<p class='quiet'>没有照片</p>")
        + "</section>"
        for heading, text, photos in steps
    ]
    st.html(f"<div class='days'>{''.join(sections)}</div>")


def _picture(picture: RowPicture) -> str:
    title = escape(picture.title)
    if picture.content is None:
        return f"<figure><figcaption>{title}：图片没有留存，请看原文件。</figcaption></figure>"
    if len(picture.content) > _LARGEST:
        size = f"{len(picture.content) / 1e6:.0f} MB"
        return (
            f"<figure><figcaption>{title}：图片太大（{size}），请看原文件。</figcaption></figure>"
        )
    source = f"data:image/{picture.type};base64,{b64encode(picture.content).decode()}"
    return f"<figure><img src='{source}' alt='{title}'><figcaption>{title}</figcaption></figure>"


def sentences(texts: Iterable[str]) -> None:
    """Draw whole sentences one below the other; long ones wrap."""
    st.html("<ul class='sentences'>" + "".join(f"<li>{escape(t)}</li>" for t in texts) + "</ul>")
