"""The styles that marks need: a cell's own style with a light fill, and those of what is written.

For the sandbox only. Styles are only ever added, so every other cell looks as before.
"""

import re
from collections import namedtuple
from collections.abc import Callable

from container import Refused
from mark_package import (
    BOOK,
    MAIN,
    STYLES,
    Package,
    add_part,
    attribute,
    prefix_of,
    read_text,
    relate,
    write_text,
)

Styles = namedtuple("Styles", "text prefix xfs fills fonts known own")
"""The part, its prefix; formats and fills of old; what was added: fonts, format by what it is."""

NOTE, GRAVE, HEAD, PLAIN = "note", "grave", "head", "plain"
COLOURS = {NOTE: "FFFFF1C9", GRAVE: "FFF6CFCD", HEAD: "FFE8EDF3"}
"""Light enough to read and to print upon; our own shades, so that a later round finds them."""
_SECTIONS = {
    "fonts": '<{p}font><{p}sz val="11"/><{p}name val="Calibri"/></{p}font>',
    "fills": '<{p}fill><{p}patternFill patternType="none"/></{p}fill>'
    '<{p}fill><{p}patternFill patternType="gray125"/></{p}fill>',
    "borders": "<{p}border><{p}left/><{p}right/><{p}top/><{p}bottom/><{p}diagonal/></{p}border>",
    "cellStyleXfs": '<{p}xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',
    "cellXfs": '<{p}xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
    "cellStyles": '<{p}cellStyle name="Normal" xfId="0" builtinId="0"/>',
}
_AFTER = ("dxfs", "tableStyles", "colors", "extLst")
_MOST = 64_000
_LINE = "".join(f'<{{p}}{side} style="thin"><{{p}}color rgb="FFC5CCD4"/></{{p}}{side}>'
                for side in ("left", "right", "top", "bottom"))  # fmt: skip
_FONT = '<{p}font>{bold}<{p}sz val="10"/><{p}name val="微软雅黑"/><{p}charset val="134"/></{p}font>'


def open_styles(package: Package) -> Styles:
    """Read the styles of a workbook; one without styles gets the plainest ones."""
    text = read_text(package, STYLES)
    if not text:
        add_part(package, STYLES, "styles", f'<styleSheet xmlns="{MAIN}"></styleSheet>')
        relate(package, BOOK, "styles", STYLES)
        text = read_text(package, STYLES)
    p = prefix_of(text, "styleSheet")
    for name in _SECTIONS:
        text = _with_section(text, name, p)
    return Styles(text, p, _items(text, "cellXfs", p, "xf"), _items(text, "fills", p, "fill"),
                  [], {}, [])  # fmt: skip


def clone_style(styles: Styles, base: int, kind: str) -> int:
    """Give the number of a cell's own style with the light fill of a kind."""
    if not 0 <= base < len(styles.xfs):
        base = 0
    return _known(styles, (base, kind), lambda: _filled(styles, styles.xfs[base], kind))


def own_style(
    styles: Styles, kind: str, *, bold: bool = False, centred: bool = False, wrapped: bool = True
) -> int:
    """Give the number of a style of our own: thin lines and the fill of a kind."""
    across = f'horizontal="{"center" if centred else "left"}" wrapText="{int(wrapped)}"'
    key = (kind, bold, across)
    return _known(styles, key, lambda: _made(styles, kind, across, bold=bold))


def unmarked(styles: Styles) -> dict[int, int]:
    """Give the formats that bear a fill of an earlier round, and the same formats without it."""
    shades = tuple(f'"{COLOURS[kind]}"' for kind in (NOTE, GRAVE))
    ours = [
        number for number, fill in enumerate(styles.fills) if any(shade in fill for shade in shades)
    ]
    marked = [
        number for number, xf in enumerate(styles.xfs) if int(attribute(xf, "fillId", "0")) in ours
    ]
    return {
        number: _known(
            styles, (number, ""), lambda number=number: _with(styles.xfs[number], "fillId", "0")
        )
        for number in marked
    }


def close_styles(package: Package, styles: Styles) -> None:
    """Write the styles with all that was added."""
    p, text = styles.prefix, styles.text
    fills = [_fill(kind, p) for kind in COLOURS]
    fonts = [_FONT.format(p=p, bold=bold) for bold in ("", f"<{p}b/>")]
    border = _LINE.format(p=p) + f"<{p}diagonal/>"
    text = _extended(text, "fonts", p, "font", fonts)
    text = _extended(text, "fills", p, "fill", fills)
    text = _extended(text, "borders", p, "border", [f"<{p}border>{border}</{p}border>"])
    write_text(package, STYLES, _extended(text, "cellXfs", p, "xf", styles.own))


def _known(styles: Styles, key: tuple, make: Callable[[], str]) -> int:
    if key not in styles.known:
        number = len(styles.xfs) + len(styles.own)
        if number >= _MOST:
            raise Refused("too_big", reason="styles")
        styles.own.append(make())
        styles.known[key] = number
    return styles.known[key]


def _filled(styles: Styles, xf: str, kind: str) -> str:
    number = len(styles.fills) + list(COLOURS).index(kind)
    return _with(_with(xf, "fillId", str(number)), "applyFill", "1")


def _made(styles: Styles, kind: str, across: str, *, bold: bool) -> str:
    p, font = styles.prefix, len(_items(styles.text, "fonts", styles.prefix, "font")) + bold
    border = len(_items(styles.text, "borders", styles.prefix, "border"))
    fill = 0 if kind == PLAIN else len(styles.fills) + list(COLOURS).index(kind)
    attributes = f'numFmtId="0" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"'
    applied = " ".join(f'apply{what}="1"' for what in ("Font", "Fill", "Border", "Alignment"))
    inside = f'<{p}alignment {across} vertical="center"/>'
    return f"<{p}xf {attributes} {applied}>{inside}</{p}xf>"


def _fill(kind: str, p: str) -> str:
    colours = f'<{p}fgColor rgb="{COLOURS[kind]}"/><{p}bgColor indexed="64"/>'
    return f'<{p}fill><{p}patternFill patternType="solid">{colours}</{p}patternFill></{p}fill>'


def _with(element: str, name: str, value: str) -> str:
    """Set an attribute in the first tag of an element."""
    end = element.index(">")
    end -= element[end - 1] == "/"
    tag, rest = element[:end], element[end:]
    bare = re.sub(rf"\s{name}\s*=\s*(?:\"[^\"]*\"|'[^']*')", "", tag)
    return f'{bare.rstrip()} {name}="{value}"{rest}'


def _section(text: str, name: str, p: str) -> re.Match | None:
    return re.search(rf"<{p}{name}(?=[\s>])[^>]*(?<!/)>(.*?)</{p}{name}>", text, re.S)


def _items(text: str, name: str, p: str, item: str) -> list[str]:
    match = _section(text, name, p)
    pattern = rf"<{p}{item}(?=[\s/>])[^>]*?(?:/>|>.*?</{p}{item}>)"
    return re.findall(pattern, match[1], re.S) if match else []


def _with_section(text: str, name: str, p: str) -> str:
    """Give styles that have a section, in its place among the others."""
    if _section(text, name, p):
        return text
    text = re.sub(rf"<{p}{name}(?=[\s/])[^>]*/>", "", text)
    inside = _SECTIONS[name].format(p=p)
    section = f"<{p}{name}>{inside}</{p}{name}>"
    names = list(_SECTIONS)
    later = "|".join([*names[names.index(name) + 1 :], *_AFTER])
    later_section = re.search(rf"<{p}(?:{later})[\s/>]|</{p}styleSheet>", text)
    if not later_section:
        raise Refused("unreadable", part=STYLES)
    return text[: later_section.start()] + section + text[later_section.start() :]


def _extended(text: str, name: str, p: str, item: str, added: list[str]) -> str:
    match = _section(text, name, p)
    count = len(_items(text, name, p, item)) + len(added)
    start = text[match.start() : match.start(1)]
    body = match[1] + "".join(added)
    return (
        text[: match.start()] + _with(start, "count", str(count)) + body
        + text[match.end(1) :]
    )  # fmt: skip
