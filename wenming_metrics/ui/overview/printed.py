"""总览 on paper: one A4 page in black and white, and one long picture for those whose phone cannot reach the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
from wenming_metrics.ui.frame.words import unmarked
from wenming_metrics.ui.overview.view import CityView, GroupEnds, PlacedUnit
from wenming_metrics.vocabulary import file_name

_SCREEN = 144.0
"""Dots per inch of a picture that is read on a phone."""


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
        yield body(unmarked(alert.text))
    yield body(unmarked(view.sentence))
    # A day has figures of its own.
    cards = [card.cells() for card in view.of_day] or [line.cells for line in view.figures]
    if cards:
        yield Grid("", ("指标", "数值", "说明"), tuple(cards), (20, 20, 60), frozenset([2]))
    yield from _groups(view.groups)
    for heading, linked in (("失分主要在", view.losses), ("反复点位", view.sites)):
        if linked:
            # In one paragraph: a leader's page is one.
            yield body(f"{heading}：{'；'.join(' '.join(line.cells) for line in linked)}。")
    if view.survey is not None:
        yield body(unmarked(view.survey.text))


def _groups(groups: Sequence[GroupEnds]) -> Iterator[Block]:
    """Lay the ends of all groups into one table: it must leave room on one page."""
    titles = list(dict.fromkeys(title for group in groups for _, title, *_ in group.ends))
    rows = []
    for group in groups:
        cells = dict.fromkeys(titles, "—")
        for _, title, units, left_out in group.ends:
            cells[title] = "；".join([*map(_spell, units), *left_out])
        rows.append((f"{group.group}（{group.placed}/{group.total}）", *cells.values()))
    if titles:
        heads = ("分组（有名次/单位数）", *titles)
        widths = (22, *(78 // len(titles) for _ in titles))
        yield Grid("", heads, tuple(rows), widths, frozenset(range(1, len(heads))))


def _spell(unit: PlacedUnit) -> str:
    return " ".join(filter(None, (unit.rank, unit.name, unit.score, unit.moved)))
