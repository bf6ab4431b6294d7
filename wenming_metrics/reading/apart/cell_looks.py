"""What a reader sees of the cells of a workbook beside their values: text that is crossed out, ink that
nobody sees, notes; for the child only.

A row that is crossed out is one that its sender took back; a note may take a row back in words.
"""

import re
from collections.abc import Iterator
from html import unescape

from colours import WHITE, are_alike, colour_of, theme_colours
from container import Part, unpack
from sheet_scan import column_index

_FONTS = re.compile(rb"<(?:\w+:)?fonts\b.*?</(?:\w+:)?fonts>", re.DOTALL)
_FONT = re.compile(rb"<(?:\w+:)?font(?:\s*/>|>(.*?)</(?:\w+:)?font>)", re.DOTALL)
_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_FORMAT = re.compile(rb"<(?:\w+:)?xf\b([^>]*)>")
_STRIKE = re.compile(rb'<(?:\w+:)?strike(?:\s+val="(?:1|true)")?\s*/>')
_RUN = re.compile(
    rb"<(?:\w+:)?r>\s*(?:<(?:\w+:)?rPr>(.*?)</(?:\w+:)?rPr>)?(.*?)</(?:\w+:)?r>", re.DOTALL
)
_RAISED = re.compile(rb'<(?:\w+:)?vertAlign\s+val="(?:super|sub)script"')
_JOINED = re.compile(r"\d[\d.]|\.\d")
_DIGITS = re.compile(r"\s*\d[\d.,\s]*")
_FILLS = re.compile(rb"<(?:\w+:)?fills\b.*?</(?:\w+:)?fills>", re.DOTALL)
_FILL = re.compile(rb"<(?:\w+:)?fill(?:\s*/>|>(.*?)</(?:\w+:)?fill>)", re.DOTALL)
_INK = re.compile(rb"<(?:\w+:)?color\s+([^>]*?)\s*/>")
_SOLID = re.compile(rb'patternType="solid"[^>]*>\s*<(?:\w+:)?fgColor\s+([^>]*?)\s*/>')
_PATTERN = re.compile(rb'patternType="(?!none)')
_FONT_ID, _FILL_ID = re.compile(rb'\bfontId="(\d+)"'), re.compile(rb'\bfillId="(\d+)"')
_STRING = re.compile(rb"<(?:\w+:)?si>.*?</(?:\w+:)?si>|<(?:\w+:)?si\s*/>", re.DOTALL)
_SHARED = re.compile(
    rb'<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*?\bt="s"[^>]*>\s*<v>\s*(\d{1,9})\s*</v>'
)
_STYLED = re.compile(rb'<c (?=[^>]*?\bs="(\d{1,6})")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_TEXT = re.compile(
    rb'<c (?=[^>]*?\bs="(\d{1,6})")(?=[^>]*?\bt="(?:s|str|inlineStr)")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"'
)
_INLINE = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*?>\s*<is>(.*?)</is>', re.DOTALL)
_NOTE = re.compile(
    rb'<(?:\w+:)?comment\s[^>]*?\bref="([A-Z]{1,3})(\d{1,7})".*?</(?:\w+:)?comment>', re.DOTALL
)
_TAG = re.compile(rb"<[^>]*>")
_OF_NOTES = re.compile(r"^xl/comments[^/]*\.xml$|^xl/comments/[^/]+\.xml$")
_TARGET = re.compile(rb'\sTarget="[^"]*?(comments?/?[^/"]*\.xml)"')


def style_looks(styles: bytes, theme: bytes = b"") -> tuple[set[int], set[int]]:
    """Give the numbers of the cell styles whose text is crossed out, and of those whose ink nobody sees:
    white on nothing, or nearly of the colour that the cell is filled with."""
    styles, palette = styles.replace(b"'", b'"'), theme_colours(theme.replace(b"'", b'"'))
    fonts, formats, fills = (part.search(styles) for part in (_FONTS, _FORMATS, _FILLS))
    texts = [match[1] or b"" for match in _FONT.finditer(fonts[0])] if fonts else []
    inks = [colour_of(_INK.search(text), palette) for text in texts]
    areas = [match[1] or b"" for match in _FILL.finditer(fills[0])] if fills else []
    grounds = [
        colour_of(_SOLID.search(area), palette, None if _PATTERN.search(area) else WHITE)
        for area in areas
    ]
    looks: tuple[set[int], set[int]] = (set(), set())
    for number, attributes in enumerate(_FORMAT.findall(formats[0]) if formats else ()):
        font, fill = (_number(pattern, attributes) for pattern in (_FONT_ID, _FILL_ID))
        if font < len(texts) and _STRIKE.search(texts[font]):
            looks[0].add(number)
        ground = grounds[fill] if fill < len(grounds) else WHITE
        if font < len(inks) and are_alike(inks[font], ground):
            looks[1].add(number)
    return looks


def _number(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    match = pattern.search(attributes)
    return int(match[1]) if match else 0


def struck_strings(shared: bytes) -> set[int]:
    """Give the numbers of the shared texts that are not what they spell, see `_misleads`."""
    shared = shared.replace(b"'", b'"')
    if b"rPr>" not in shared:
        return set()
    texts = enumerate(match[0] for match in _STRING.finditer(shared))
    return {number for number, text in texts if _misleads(text)}


def _misleads(text: bytes) -> bool:
    """Say whether a part of a text is crossed out or in white, or a digit stands raised beside another:
    2 and the mark of a footnote are no 21, a day of the 1st and one no 11th. 20m² misleads nobody."""
    if b"rPr>" not in text:
        return False
    if _STRIKE.search(text):
        return True
    spelled, raised, white = "", [], []
    for look, element in _RUN.findall(text):
        signs = unescape(_TAG.sub(b"", element).decode("utf-8", "replace")).strip()
        if not signs:
            continue
        is_raised = bool(_RAISED.search(look))
        if raised and is_raised != raised[-1] and _JOINED.fullmatch(spelled[-1] + signs[0]):
            return True
        spelled, raised = spelled + signs, [*raised, is_raised]
        white.append(are_alike(colour_of(_INK.search(look)), WHITE))
    is_number = bool(_DIGITS.fullmatch(spelled))
    return any(white) and (is_number or not all(white)) or any(raised) and is_number


def struck_cells(
    rows: bytes, styles: set[int], strings: set[int], unseen: set[int]
) -> Iterator[tuple[int, int]]:
    """Find the cells of a piece of a sheet's XML that are crossed out, or texts nobody sees: Excel's row,
    column from 0. Numbers nobody sees are blank, see `child`."""
    for pattern, odd_styles in ((_STYLED, styles), (_TEXT, unseen)):
        for style, letters, digits in pattern.findall(rows) if odd_styles else ():
            if int(style) in odd_styles:
                yield int(digits), column_index(letters)
    for letters, digits, number in _SHARED.findall(rows) if strings else ():
        if int(number) in strings:
            yield int(digits), column_index(letters)
    for letters, digits, text in _INLINE.findall(rows) if b"rPr" in rows else ():
        if _misleads(text):
            yield int(digits), column_index(letters)


def noted_cells(
    archive: bytes, members: dict[str, Part], sheet: Part, author: bytes
) -> list[tuple[int, int]]:
    """List the cells of a sheet that people wrote a note on. Takes: author - how ours begin"""
    home, _, name = sheet.name.lower().rpartition("/")
    links = members.get(f"{home}/_rels/{name}.rels")
    if not links:
        return []
    relations = b"".join(unpack(archive, links)).replace(b"'", b'"')
    targets = {b"xl/" + target.lower() for target in _TARGET.findall(relations)}
    cells = []
    for name, member in members.items():
        if _OF_NOTES.match(name) and name.encode() in targets:
            text = b"".join(unpack(archive, member)).replace(b"'", b'"')
            cells += [
                (int(match[2]), column_index(match[1]))
                for match in _NOTE.finditer(text)
                if not _TAG.sub(b"", match[0]).lstrip().startswith(author)
            ]
    return sorted(cells)


def hide_zeros(columns: list, first: int) -> list[tuple[int, int]]:
    """Take every 0 out of a sheet that is set to show none. Takes and returns as `shown_numbers.show`"""
    hidden = []
    for position, cells in enumerate(columns):
        rows = [n for n, value in enumerate(cells) if type(value) in (float, int) and not value]
        if rows:
            columns[position] = cells = list(cells)
            for row in rows:
                cells[row] = None
            hidden += [(first + row, position) for row in rows]
    return hidden
