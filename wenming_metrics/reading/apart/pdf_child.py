"""The reader of PDF files: their text, line by line, and what stands over it that is no text.

Run isolated by `sandbox`; see `confined`. Messages as those of `document_child`: "line" for each
paragraph, "facts". A PDF knows no paragraphs: a line that is nearly as long as a line of body text
is joined with the one after it. Numbers of pages are not read.
"""

import io
import json
import re
import unicodedata

from confined import begin, end, send
from container import Refused

_MOST_PAGES = 600
_FULL = 22
"""So many signs wide a line is taken for one that goes on: body text has 28, less where a word of many
letters did not fit."""
_ENDS, _BEGINS = (
    ("。", "！", "？"),
    re.compile(r"[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d{1,3}\.(?!\d)"),
)
"""What ends a paragraph, or begins one, however long the line is."""
_PAGE_NUMBER = re.compile(r"^\s*—\s*\d+\s*—\s*$", re.MULTILINE)
_SPREAD = re.compile(r"(?<=[^\x00-\x7f])[ \u200b]+(?=[^\x00-\x7f])|\u200b")
"""Between signs that a justified line draws apart."""
_PLAIN = ("/Link",)
_DRAWN = re.compile(rb"/\S+\s+Do\b")


def main() -> None:
    """Read the PDF on standard input."""
    content, _ = begin()
    # Not above: what refuses the bytes must be in force before anything is loaded.
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        raise Refused("word_password")
    if len(reader.pages) > _MOST_PAGES:
        raise Refused("too_big", pages=len(reader.pages), limit=_MOST_PAGES)
    pictures, over_text, texts = 0, set(), []
    for page in reader.pages:
        texts.append(_PAGE_NUMBER.sub("", page.extract_text()))
        stream = page.get_contents()
        pictures += len(_DRAWN.findall(stream.get_data())) if stream is not None else 0
        kinds = (note.get_object().get("/Subtype") for note in page.get("/Annots", ()))
        over_text |= {str(kind) for kind in kinds if kind not in _PLAIN}
    for line in joined("\n".join(texts).splitlines()):
        send({"type": "line", "where": "body", "kind": "p", "cells": [line]})
    properties = _properties(str((reader.metadata or {}).get("/Keywords", "")))
    facts = {"properties": properties | {"pictures": str(pictures)}, "macros": False}
    send({"type": "facts", **facts, "outside": sorted(over_text)})
    end()


def joined(lines: list[str]) -> list[str]:
    """Join lines that go on in the next one; digits of two lines are never made one number."""
    paragraphs: list[str] = []
    goes_on = False
    for text in filter(None, (_SPREAD.sub("", line).strip() for line in lines)):
        if goes_on and not _BEGINS.match(text):
            apart = paragraphs[-1][-1].isascii() and text[0].isascii()
            paragraphs[-1] += f" {text}" if apart else text
        else:
            paragraphs.append(text)
        goes_on = _width(text) >= _FULL and not text.endswith(_ENDS)
    return paragraphs


def _width(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.5 for sign in text)


def _properties(keywords: str) -> dict[str, str]:
    """Give what the maker of the file wrote into its keywords; nothing of another maker's."""
    try:
        facts = json.loads(keywords)
    except ValueError:
        return {}
    return {str(name): str(text) for name, text in facts.items()} if isinstance(facts, dict) else {}
