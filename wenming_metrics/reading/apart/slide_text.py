"""The text of slides (.pptx): paragraphs, tables and the figures of charts, slide by slide.

Of `document_child`, loaded for slides alone. Notes of the speaker stand beside the slide.
"""

import posixpath
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

BODY = "ppt/presentation.xml"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Line = tuple[str, str, list[str]]
"""Where (body, beside), kind (p, h, r), cells."""


def slide_lines(entries: dict, parse: Callable[..., Element]) -> Iterator[Line]:
    """Give the lines of all slides in the order in which they are shown.

    Takes: entries - by lower-case name; parse - gives the root of a part
    """
    links = _links(entries, parse, BODY)
    for entry in parse(entries[BODY]).iter(f"{_P}sldId"):
        slide = links.get(entry.get(_ID, ""), "")
        if slide in entries:
            yield from _lines_of(entries, parse, slide, "body")


def _lines_of(
    entries: dict, parse: Callable[..., Element], slide: str, side: str
) -> Iterator[Line]:
    root = parse(entries[slide])
    if root.get("show") in ("0", "false"):
        return
    links = _links(entries, parse, slide)
    for kind, cells in _walk(root, entries, parse, links):
        yield side, kind, cells
    for note in links.values():
        if note.startswith("ppt/notesslides/") and note in entries and side == "body":
            yield from _lines_of(entries, parse, note, "beside")


def _links(entries: dict, parse: Callable[..., Element], name: str) -> dict[str, str]:
    """Give the entries that one refers to, by the number of the reference."""
    folder, file = posixpath.split(name)
    relations = f"{folder}/_rels/{file}.rels"
    if relations not in entries:
        return {}
    return {
        entry.get("Id", ""): posixpath.normpath(
            posixpath.join(folder, entry.get("Target", ""))
        ).lower()
        for entry in parse(entries[relations])
        if entry.get("TargetMode") != "External"
    }


def _walk(
    root: Element, entries: dict, parse: Callable[..., Element], links: dict[str, str]
) -> Iterator[tuple[str, list[str]]]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag == f"{_A}tbl":
            for number, row in enumerate(element.iter(f"{_A}tr")):
                yield "r" if number else "h", [_text(cell) for cell in row.iter(f"{_A}tc")]
        elif element.tag == f"{_A}p":
            yield "p", [_paragraph(element)]
        elif element.tag == f"{_C}chart" and element.get(_ID):
            chart = links.get(element.get(_ID), "")
            if chart in entries:
                yield from _chart(parse(entries[chart]))
        else:
            waiting += reversed(element)


def _text(cell: Element) -> str:
    return "\n".join(filter(None, map(_paragraph, cell.iter(f"{_A}p"))))


def _paragraph(paragraph: Element) -> str:
    # A number of the page is a field of its own, which is not read.
    runs = (run for run in paragraph if run.tag in (f"{_A}r", f"{_A}br"))
    words = (
        "\n" if run.tag == f"{_A}br" else "".join(text.text or "" for text in run.iter(f"{_A}t"))
        for run in runs
    )
    return "".join(words).strip()


def _chart(root: Element) -> Iterator[tuple[str, list[str]]]:
    """Give the title of a chart, and a row for each of its categories."""
    for title in root.iter(f"{_C}title"):
        yield from (("p", [_paragraph(paragraph)]) for paragraph in title.iter(f"{_A}p"))
    for series in root.iter(f"{_C}ser"):
        names, figures = _points(series, "cat"), _points(series, "val")
        for index in sorted({*names, *figures}):
            yield "r", [names.get(index, ""), figures.get(index, "")]


def _points(series: Element, what: str) -> dict[int, str]:
    points = {}
    for group in series.iter(f"{_C}{what}"):
        for point in group.iter(f"{_C}pt"):
            index = point.get("idx", "")
            if index.isdecimal() and len(index) < 6:
                points[int(index)] = "".join(text.text or "" for text in point.iter(f"{_C}v"))
    return points
