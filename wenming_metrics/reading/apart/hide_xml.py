"""Stars in place of personal data in the XML of any part, whose tags and other texts stay; sandbox only."""

import re
from collections.abc import Callable

from mark_package import unescape
from privacy import STAR, has_hint, mask

_TOKEN = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[^>]*>|[^<]+", re.S)
_SIGN = re.compile(r"&[^;&\s]{1,10};|.", re.S)
_ATTRIBUTE = re.compile(r"([\w:.-]+)(\s*=\s*)(\"[^\"]*\"|'[^']*')")
_NAME = re.compile(r"</?(?:[\w.-]+:)?([\w.-]+)")
_WITHIN = {
    "t",
    "r",
    "rpr",
    "solidfill",
    "srgbclr",
    "schemeclr",
    "latin",
    "ea",
    "cs",
    "span",
    "font",
    "b",
    "i",
    "u",
}
"""Elements whose end does not end a text: what is written in several styles is one text."""
_NO_TEXT = {"id", "uid", "guid", "val", "r", "s", "ref", "sqref", "xmlns"}
"""Attributes that hold no words of anybody."""
_NUMBER = re.compile(r"[\d.Ee+-]+")
_ZERO = "0"
"""What stands for a hidden digit where only a number may stand."""


def hide_xml(xml: str, hide: Callable[[str], str] = mask, *, numbers: bool = False) -> str:
    """Hide what is personal in all texts and attributes of some XML; gives the same where nothing is.

    Takes: hide - of the same length as what it is given; numbers - bare numbers stay numbers
    """
    tokens = _TOKEN.findall(xml)
    run: list[int] = []
    for index, token in enumerate(tokens):
        if not token.startswith("<"):
            run.append(index)
        elif token.startswith("<!"):
            tokens[index] = _kept_frame(token, hide)
        elif token.startswith("</"):
            if _element(token) not in _WITHIN:
                _hide_run(tokens, run, hide, numbers)
                run = []
        else:
            tokens[index] = _hide_attributes(token, hide)
    _hide_run(tokens, run, hide, numbers)
    return "".join(tokens)


def _element(tag: str) -> str:
    name = _NAME.match(tag)
    return name[1].lower() if name else ""


def _kept_frame(token: str, hide: Callable[[str], str]) -> str:
    return hide(token) if has_hint(token) else token


def _hide_run(tokens: list[str], run: list[int], hide: Callable[[str], str], numbers: bool) -> None:
    """Hide in the pieces of one text together, and put each back where it was."""
    signs = [char for index in run for char in _SIGN.findall(tokens[index])]
    text = "".join(unescape(char)[:1] or char[:1] for char in signs)
    if not has_hint(text):
        return
    hidden = hide(text)
    if hidden == text:
        return
    star = _ZERO if numbers and _NUMBER.fullmatch(text) else STAR
    rewritten = iter(
        star if masked != old else char
        for char, old, masked in zip(signs, text, hidden, strict=True)
    )
    for index in run:
        count = len(_SIGN.findall(tokens[index]))
        tokens[index] = "".join(next(rewritten) for _ in range(count))


def _hide_attributes(tag: str, hide: Callable[[str], str]) -> str:
    if not has_hint(unescape(tag)):
        return tag
    return _ATTRIBUTE.sub(lambda match: _hide_attribute(tag, match, hide), tag)


def _hide_attribute(tag: str, match: re.Match, hide: Callable[[str], str]) -> str:
    name, equals, quoted = match.groups()
    text = unescape(quoted[1:-1])
    if (
        name.rsplit(":", 1)[-1].lower() in _NO_TEXT
        or text.startswith("{")
        or name.startswith("xmlns")
    ):
        return match[0]
    hidden = hide(text)
    if hidden == text:
        return match[0]
    if name == "v" and _element(tag) in ("n", "d"):
        hidden = hidden.replace(STAR, _ZERO)
    return f'{name}{equals}"{escape_text(hidden)}"'


def escape_text(text: str) -> str:
    """Write a text as the content of an element or attribute, otherwise as it is."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;")
