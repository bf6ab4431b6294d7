"""The colours of a workbook's styles as they are seen; for the child only.

A colour is red, green and blue from 0 to 1, or, where nobody says which it is, the bytes that name it.
"""

import colorsys
import re

WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
_NEAR = 13 / 255
"""How far two colours that are seen as one may lie apart: 5 %, which Excel's lightest grey does."""
_THEMED = re.compile(
    rb"<(?:\w+:)?(lt1|dk1|lt2|dk2|accent[1-6]|hlink|folHlink)>\s*"
    rb'<[^>]*?\b(?:lastClr|val)="([0-9A-Fa-f]{6})"'
)
_PLACES = (
    b"lt1 dk1 lt2 dk2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink"
).split()
"""The colours of a theme in the order in which styles number them."""
_INDEXED = (BLACK, WHITE, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 1.0, 0.0),
            (1.0, 0.0, 1.0), (0.0, 1.0, 1.0))  # fmt: skip
_RGB = re.compile(rb'\brgb="(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})"')
_NUMBERED = re.compile(rb'\b(theme|indexed)="(\d{1,2})"')
_TINT = re.compile(rb'\btint="(-?[\d.]+(?:[eE]-?\d+)?)"')

Colour = tuple[float, float, float] | bytes | None


def theme_colours(theme: bytes) -> dict[int, Colour]:
    """Read the colours of a theme by number; white and black are where one says nothing."""
    named = {match[1]: _rgb(match[2]) for match in _THEMED.finditer(theme)}
    usual: dict[int, Colour] = {0: WHITE, 1: BLACK}
    return usual | {_PLACES.index(name): colour for name, colour in named.items()}


_USUAL = theme_colours(b"")


def colour_of(
    match: re.Match[bytes] | None, palette: dict[int, Colour] = _USUAL, absent: Colour = BLACK
) -> Colour:
    """Read a colour from the attributes that a pattern found; how opaque it is Excel takes no note of."""
    if not match:
        return absent
    attributes = match[1]
    figures, numbered = _RGB.search(attributes), _NUMBERED.search(attributes)
    colour: Colour = _rgb(figures[1]) if figures else None
    if numbered and not figures:
        number = int(numbered[2])
        is_theme, is_usual = numbered[1] == b"theme", number < 2 * len(_INDEXED)
        colour = palette.get(number) if is_theme else is_usual and _INDEXED[number % 8] or None
    tint = _TINT.search(attributes)
    if isinstance(colour, tuple) and tint:
        return _tinted(colour, max(-1.0, min(1.0, float(tint[1]))))
    return colour or attributes


def are_alike(ink: Colour, ground: Colour) -> bool:
    """Say whether nobody tells two colours apart; None is like nothing."""
    if isinstance(ink, tuple) and isinstance(ground, tuple):
        return all(abs(a - b) <= _NEAR for a, b in zip(ink, ground, strict=True))
    return ink is not None and ink == ground


def _rgb(figures: bytes) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(figures.decode())
    return red / 255, green / 255, blue / 255


def _tinted(colour: tuple[float, float, float], tint: float) -> tuple[float, float, float]:
    """Darken (below 0) or lighten a colour as Excel does."""
    hue, light, strength = colorsys.rgb_to_hls(*colour)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return colorsys.hls_to_rgb(hue, light, strength)
