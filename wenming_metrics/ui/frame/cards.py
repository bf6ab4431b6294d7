"""Small pieces of HTML: the large figures, and lists that a phone can show.

Everything that comes from data passes through `escape`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

import pandas as pd
import streamlit as st

from wenming_metrics.queries.files.pictures import RowPicture
from wenming_metrics.queries.files.pictures import row_pictures as stored_pictures
from wenming_metrics.ui.frame import cache, navigation, words

_KEPT = 32
"""So many rows' pictures are kept: of a site from day to day each row and each answer has its own."""
_LARGEST = 8_000_000
"""Bytes of a picture that is sent along with the page."""


@dataclass(frozen=True)
class Card:
    """One large figure: label, value, its unit, and a line each of what it rests on."""

    label: str
    value: str
    unit: str = ""
    lines: tuple[str, ...] = ()

    def cells(self) -> tuple[str, str, str]:
        """Give what it says on paper: label, value, what it rests on."""
        return self.label, f"{self.value}{self.unit}", "；".join(self.lines)


def draw_cards(cards: Sequence[Card]) -> None:
    """Draw figures side by side; two by two on a phone."""
    look = f"figures of{len(cards)}"
    st.html(f'<div class="{look}">{"".join(map(card_html, cards))}</div>')


def card_html(card: Card, beside: str = "") -> str:
    """Make one large figure. Takes: beside - HTML of a picture that stands with it"""
    lines = "".join(f"<div class='basis'>{escape(line)}</div>" for line in card.lines)
    unit = f"<span class='unit'>{escape(card.unit)}</span>" if card.unit else ""
    return (
        f"<div class='figure'>{beside}<div class='label'>{escape(card.label)}</div>"
        f"<div class='value'>{escape(card.value)}{unit}</div>{lines}</div>"
    )


@dataclass(frozen=True)
class LinkedPiece:
    """A piece of HTML of which every spot leads to a page.

    html - escaped; key - of its container; page, query - where it leads; label - what the link is
    called by those who hear the page; cells - what the piece says, part by part, for paper
    """

    html: str
    key: str
    page: str
    label: str
    query: Mapping[str, str]
    cells: tuple[str, ...]


def linked_card(
    card: Card, key: str, page: str, label: str, query: Mapping[str, str], beside: str = ""
) -> LinkedPiece:
    """Make a large figure that leads to a page. Takes: see `LinkedPiece`; beside - see `card_html`"""
    html = f"<div class='figures of1'>{card_html(card, beside)}</div>"
    return LinkedPiece(html, key, page, label, query, card.cells())


def draw_linked(linked: Iterable[LinkedPiece]) -> None:
    """Draw pieces that lead on; it stays the same session."""
    for piece in linked:
        with st.container(key=f"linked-{piece.key}", gap=None):
            st.html(piece.html)
            label = words.plain(piece.label)
            navigation.link(piece.page, label=label, query_params=dict(piece.query) or None)


def bar_row(name: str, value: str, share: float) -> str:
    """Make one line of a list of bars from zero. Takes: share - of the longest bar, 0 to 1"""
    return (
        f"<div class='bar-row'><span>{escape(name)}</span><span>{escape(value)}</span>"
        f"<i style='width:{min(max(share, 0.0), 1.0):.1%}'></i></div>"
    )


def site_facts(line: tuple) -> tuple[str, str, str]:
    """Say which site comes back, where and with what, how often. Takes: line - of `repeat_sites.returning_sites`"""
    often = f"{line.days}天查出{line.times:,}条问题"
    return line.site_name, f"{line.unit_name} · {line.items}", often


def site_row(facts: tuple[str, str, str]) -> str:
    """Make one line of a site that comes back. Takes: facts - of `site_facts`"""
    site_name, items, often = map(escape, facts)
    return (
        f"<div class='site-row'><b>{site_name}</b><span>{items}</span>"
        f"<span class='number'>{often}</span></div>"
    )


def ranked_cards(lines: pd.DataFrame, address: str) -> str:
    """Make the HTML of a ranked list for a phone, a card a unit; groups fold, the first stands open.

    Takes: lines - of `tables.ranked_lines`; address - that a card opens, the unit's name is put behind it
    """
    groups = []
    for number, (group, units) in enumerate(lines.groupby("group", sort=False)):
        mean = units.loc[units["is_mean"], "score"]
        average = f"，平均{mean.iloc[0]:.2f}" if len(mean) else ""
        placed = units[~units["is_mean"]]
        rows = "".join(_ranked_card(line, address) for line in placed.itertuples())
        is_open = "" if number else " open"
        heading = f"{escape(str(group))} <span>{len(placed)}个单位{average}</span>"
        groups.append(
            f"<details class='group'{is_open}><summary>{heading}</summary>{rows}</details>"
        )
    return f"<div class='phone-only'>{''.join(groups)}</div>"


def _ranked_card(line: tuple, address: str) -> str:
    moved_by = f"较上期{line.change}" if line.change else ""
    facts = [line.moved, moved_by, f"{line.sites}个点位，检查{line.checks}项，问题{line.failed}项"]
    return (
        f"<a class='ranked' href='{escape(address + quote(line.unit_name), quote=True)}' target='_self'>"
        f"<b>{escape(line.place)}</b><span>{escape(line.unit_name)}</span><b>{line.score:.2f}</b>"
        f"<span class='quiet'>{escape('　'.join(filter(None, facts)))}</span></a>"
    )


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
    return cache.ask(stored_pictures, int(batch), str(sheet), int(row), shared=True, most=_KEPT)


def pictures(photos: Sequence[RowPicture]) -> None:
    """Draw the pictures of a row side by side under the names of their columns.

    The browser takes them apart, not this server: nobody knows what they are made of.
    """
    if photos:
        st.html(f"<div class='photos'>{''.join(_picture(photo) for photo in photos)}</div>")


def inline(content: bytes, mime: str, caption: str, width: int) -> None:
    """Draw a picture of our own making inside the page.

    A file of the server's has an owner where there are accounts, and this one would have none.
    """
    st.html(
        _image(content, mime, escape(caption), f" style='width:{width}px;max-width:100%'")
        + (f"<p class='quiet'>{escape(caption)}</p>" if caption else "")
    )


def _image(content: bytes, mime: str, title: str, look: str = "") -> str:
    return f"<img src='data:{mime};base64,{b64encode(content).decode()}' alt='{title}'{look}>"


def strip(steps: Iterable[tuple[str, str, Sequence[RowPicture]]]) -> str:
    """Put side by side what was seen from day to day: heading, words, pictures of each step; gives HTML."""
    sections = [
        f"<section><b>{escape(heading)}</b><p>{escape(text)}</p>"
        + ("".join(map(_picture, photos)) or "<p class='quiet'>没有照片</p>")
        + "</section>"
        for heading, text, photos in steps
    ]
    return f"<div class='days'>{''.join(sections)}</div>"


def _picture(picture: RowPicture) -> str:
    title = escape(picture.title)
    if picture.content is None:
        return f"<figure><figcaption>{title}：图片没有留存，请看原文件。</figcaption></figure>"
    if len(picture.content) > _LARGEST:
        size = f"{len(picture.content) / 1e6:.0f} MB"
        return (
            f"<figure><figcaption>{title}：图片太大（{size}），请看原文件。</figcaption></figure>"
        )
    image = _image(picture.content, f"image/{picture.type}", title)
    return f"<figure>{image}<figcaption>{title}</figcaption></figure>"


def sentences(texts: Iterable[str]) -> None:
    """Draw whole sentences one below the other; long ones wrap."""
    st.html("<ul class='sentences'>" + "".join(f"<li>{escape(t)}</li>" for t in texts) + "</ul>")
