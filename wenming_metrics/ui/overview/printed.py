"""总览 on paper: one A4 page in black and white, and one long picture for those whose phone cannot reach the server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

from wenming_metrics.export.typeset import (
    LEADER,
    MISSING,
    PDF,
    PHONE,
    PNG,
    Print,
    is_installed,
    print_pdf,
    print_pictures,
)
from wenming_metrics.export.word.blocks import NOTE, Block, Grid, Paragraph, body
from wenming_metrics.ui.frame import page
from wenming_metrics.ui.overview.view import CityView, GroupEnds
from wenming_metrics.vocabulary import file_name

_SCREEN = 144.0
"""Dots per inch of a picture that is read on a phone."""
_LABEL = re.compile(
    r"\*\*(?P<rank>.+?)\*\* (?P<name>.+?) :gray\[(?P<score>.+?)\] :blue\[(?P<moved>.*?)\]$"
)


def offer(view: CityView, title: str, standing: str, foot: str) -> None:
    """Offer both files, where what lays them out is installed. Takes: see `printed`"""
    if not is_installed():
        return  # `say_missing` tells it, where there is room for a sentence
    name = file_name(f"总览 {title}")
    page.download(
        "打印一页",
        lambda: print_pdf(printed(view, title, standing, foot, LEADER)),
        f"{name}.pdf",
        PDF,
        "home-pdf",
    )
    page.download(
        "长图",
        lambda: print_pictures(printed(view, title, standing, foot, PHONE), _SCREEN)[0],
        f"{name}.png",
        PNG,
        "home-png",
    )


def say_missing() -> None:
    """Say why neither file is offered, and what to install."""
    if not is_installed():
        page.note(f"【打印一页】【长图】：{MISSING}")


def printed(view: CityView, title: str, standing: str, foot: str, form: str) -> Print:
    """Lay out what the page shows, in its order.

    Takes: standing - signed or not; foot - what the figures rest on; form - LEADER or PHONE
    """
    content = (Paragraph(NOTE, standing), *_body(view))
    return Print(form, f"总览　{title}", content, annexes=(Paragraph(NOTE, foot),))


def _body(view: CityView) -> Iterator[Block]:
    for alert in view.alerts:
        yield body(_text(alert.text))
    yield body(_text(view.sentence))
    cards = [
        (card.label, f"{card.value}{card.unit}", "；".join(card.lines)) for card in view.of_day
    ]
    cards += [_card(line.html) for line in view.figures if not view.of_day]
    if cards:
        yield Grid("", ("指标", "数值", "说明"), tuple(cards), (20, 20, 60), frozenset([2]))
    yield from _groups(view.groups)
    for heading, linked in (("失分主要在", view.losses), ("反复点位", view.sites)):
        if linked:
            # In one paragraph: a leader's page is one.
            yield body(f"{heading}：{'；'.join(_text(line.html) for line in linked)}。")
    if view.survey is not None:
        yield body(_text(view.survey.text))


def _groups(groups: Sequence[GroupEnds]) -> Iterator[Block]:
    """Lay the ends of all groups into one table: it must leave room on one page."""
    titles = list(dict.fromkeys(title for group in groups for _, title, *_ in group.ends))
    rows = []
    for group in groups:
        cells = dict.fromkeys(titles, "—")
        for _, title, units, left_out in group.ends:
            cells[title] = "；".join([*(_spell(label, name) for label, name in units), *left_out])
        rows.append((f"{group.group}（{group.placed}/{group.total}）", *cells.values()))
    if titles:
        heads = ("分组（有名次/单位数）", *titles)
        widths = (22, *(78 // len(titles) for _ in titles))
        yield Grid("", heads, tuple(rows), widths, frozenset(range(1, len(heads))))


def _spell(label: str, name: str) -> str:
    match = _LABEL.fullmatch(label)
    if not match:
        return name
    return " ".join(filter(None, (match["rank"], name, match["score"], match["moved"].strip())))


def _card(html: str) -> tuple[str, str, str]:
    """Take a figure of `cards.card_html` apart into label, value and what it rests on."""
    label, value = (
        _text(re.search(rf"class='{name}'>(.*?)</div>", html).group(1))
        for name in ("label", "value")
    )
    basis = "；".join(map(_text, re.findall(r"class='basis'>(.*?)</div>", html)))
    return label, value, basis


def _text(marked: str) -> str:
    """Take the marks of Markdown and HTML out of a text."""
    text = re.sub(r"<svg.*?</svg>", "", marked, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]+>", " ", text))
    text = re.sub(r":\w+\[([^\]]*)\]", r"\1", text).replace("**", "")
    return " ".join(re.sub(r"\\(.)", r"\1", text).replace("*", "").split())
