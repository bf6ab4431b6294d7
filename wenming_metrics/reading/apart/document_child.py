"""The reader of documents (.docx, .pptx): their text, line by line, and what must not be in one.

Run isolated by `sandbox`; see `confined`. Standard library only. Messages: "line" (where, kind,
cells) for each paragraph and each row of a table that holds text, in the order of the document,
then those of headers, footers and notes; "facts" (properties, macros, outside); "end", or "refusal".
What a reader of the printed page does not see is not read: deleted and hidden text, instructions
of fields, numbers of pages.
"""

from collections.abc import Callable, Iterator
from functools import partial
from xml.etree.ElementTree import Element, ParseError, fromstring

from confined import begin, end, send
from container import Part, Refused, is_xml, read_directory, unpack
from slide_text import BODY as SLIDES
from slide_text import slide_lines

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PROPERTY = "{http://schemas.openxmlformats.org/officeDocument/2006/custom-properties}property"
_OLE = b"\xd0\xcf\x11\xe0"
_BODY = "word/document.xml"
_BESIDE = ("word/header", "word/footer", "word/footnotes", "word/endnotes")
_UNSEEN = {f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText")} | {_FALLBACK}
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_PAGES = ("PAGE", "NUMPAGES", "SECTIONPAGES")
_PROPERTIES = "docprops/custom.xml"
_DEEPEST = 400


def main() -> None:
    """Read the document on standard input."""
    content, bounds = begin()
    word_parts = _open(content, bounds)
    lines = _word_lines if _BODY in word_parts else slide_lines
    for side, kind, cells in lines(word_parts, partial(_parse, content)):
        if any(cells):
            send({"type": "line", "where": side, "kind": kind, "cells": cells})
    macros = any("vbaproject" in name for name in word_parts)
    outside = sorted(_outside(content, word_parts))
    properties = _properties(content, word_parts)
    send({"type": "facts", "properties": properties, "macros": macros, "outside": outside})
    end()


def _word_lines(
    word_parts: dict[str, Part], parse: Callable[[Part], Element]
) -> Iterator[tuple[str, str, list[str]]]:
    for name in [_BODY, *sorted(name for name in word_parts if name.startswith(_BESIDE))]:
        side = "body" if name == _BODY else "beside"
        for kind, cells in _lines(parse(word_parts[name])):
            yield side, kind, cells


def _open(content: bytes, bounds: dict) -> dict[str, Part]:
    """List the word_parts by lower-case name; refuse what is no document of this kind."""
    if content.startswith(_OLE):
        raise Refused("word_password")
    if not content.startswith(b"PK"):
        raise Refused("not_word")
    word_parts = {
        word_part.name.lower(): word_part
        for word_part in read_directory(content, bounds["entries"])
    }
    if any(word_part.flags & 1 for word_part in word_parts.values()):
        raise Refused("word_password")
    if _BODY not in word_parts and SLIDES not in word_parts:
        raise Refused("not_word")
    size = sum(word_part.size for word_part in word_parts.values() if is_xml(word_part))
    if size > bounds["xml_bytes"]:
        raise Refused("too_big", xml_bytes=size, limit=bounds["xml_bytes"])
    # Who goes on with a document unpacks all of it, its pictures too.
    whole_size = sum(word_part.size for word_part in word_parts.values())
    if whole_size > bounds["unpacked_bytes"]:
        raise Refused("too_big", bytes=whole_size, limit=bounds["unpacked_bytes"])
    return word_parts


def _parse(content: bytes, word_part: Part) -> Element:
    """Parse a word_part; one that declares entities or is nested beyond reason is no word_part of Word's."""
    text = b"".join(unpack(content, word_part))
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused("not_word")
    try:
        root = fromstring(text)
    except ParseError as error:
        raise Refused("not_word") from error
    return root


def _lines(root: Element) -> Iterator[tuple[str, list[str]]]:
    """Give the lines of a word_part: ("p", [text]) and ("r", cells), "h" for the first row of a table."""
    waiting = [(root, 0)]
    while waiting:
        element, depth = waiting.pop()
        if depth > _DEEPEST:
            raise Refused("not_word")
        if element.tag in _UNSEEN:
            continue
        if element.tag == f"{_W}tbl":
            yield from _rows(element)
        elif element.tag == f"{_W}p":
            yield "p", [_text(element)]
            # Boxes stand within a paragraph, but are read as paragraphs of their own.
            boxes = [box for box in _seen(element) if box.tag == f"{_W}txbxContent"]
            waiting += [(box, depth + 1) for box in reversed(boxes)]
        else:
            waiting += [(child, depth + 1) for child in reversed(element)]


def _rows(table: Element) -> Iterator[tuple[str, list[str]]]:
    first = True
    for row in _within(table, f"{_W}tr"):
        cells = [_cell(cell) for cell in _within(row, f"{_W}tc")]
        yield "h" if first else "r", cells
        first = False


def _cell(cell: Element) -> str:
    paragraphs = [child for child in _seen(cell) if child.tag == f"{_W}p"]
    return "\n".join(filter(None, map(_text, paragraphs)))


def _within(element: Element, tag: str) -> Iterator[Element]:
    """Give the nearest elements of a kind below one; those inside of them are theirs."""
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        if child.tag == tag:
            yield child
        elif child.tag not in _UNSEEN:
            waiting += reversed(child)


def _seen(element: Element) -> Iterator[Element]:
    """Give what is below an element and not hidden, in order."""
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        if child.tag not in _UNSEEN:
            yield child
            waiting += reversed(child)


def _text(paragraph: Element) -> str:
    """Give the text of a paragraph, without that of boxes and of fields that number pages."""
    words, field, waiting = [], [], list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        if element.tag == f"{_W}fldChar":
            _follow(field, element.get(f"{_W}fldCharType"))
        elif element.tag == f"{_W}instrText" and field:
            field[-1][0] += element.text or ""
        elif element.tag in _UNSEEN or element.tag == f"{_W}txbxContent" or _is_hidden(element):
            continue
        elif element.tag == f"{_W}fldSimple" and _is_page(element.get(f"{_W}instr", "")):
            continue
        elif element.tag == f"{_W}t":
            if not any(shown and _is_page(code) for code, shown in field):
                words.append(element.text or "")
        elif element.tag in _SIGNS:
            words.append(_SIGNS[element.tag])
        else:
            waiting += reversed(element)
    return "".join(words).strip()


def _follow(field: list, step: str) -> None:
    """Note where in a field the reader is: its instruction, then what it shows."""
    if step == "begin":
        field.append(["", False])
    elif field and step == "separate":
        field[-1][1] = True
    elif field and step == "end":
        field.pop()


def _is_page(instruction: str) -> bool:
    words = instruction.split()
    return bool(words) and words[0].upper() in _PAGES


def _is_hidden(element: Element) -> bool:
    if element.tag != f"{_W}r":
        return False
    vanish = element.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val") not in ("0", "false")


def _outside(content: bytes, word_parts: dict[str, Part]) -> set[str]:
    """List what the document would fetch from elsewhere when it is opened; links are not."""
    fetched = set()
    for name, word_part in word_parts.items():
        if name.endswith(".rels"):
            for relation in _parse(content, word_part).iter(_RELATION):
                kind = relation.get("Type", "").rsplit("/", 1)[-1]
                if relation.get("TargetMode") == "External" and kind != "hyperlink":
                    fetched.add(kind)
    return fetched


def _properties(content: bytes, word_parts: dict[str, Part]) -> dict[str, str]:
    """Give the document's own properties (文件属性, 自定义) by name."""
    if _PROPERTIES not in word_parts:
        return {}
    root = _parse(content, word_parts[_PROPERTIES])
    return {
        entry.get("name", ""): "".join(entry.itertext()).strip() for entry in root.iter(_PROPERTY)
    }
