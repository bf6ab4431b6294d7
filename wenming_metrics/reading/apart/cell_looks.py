"""What a reader sees of the cells of a workbook beside their values: text that is crossed out, ink that
nobody sees, notes; for the child only.

A row that is crossed out is one that its sender took back; a note may take a row back in words.
"""

import re
from collections.abc import Iterator

from container import Part, unpack
from sheet_scan import column_index

_FONTS = re.compile(rb"<(?:\w+:)?fonts\b.*?</(?:\w+:)?fonts>", re.DOTALL)
_FONT = re.compile(rb"<(?:\w+:)?font(?:\s*/>|>(.*?)</(?:\w+:)?font>)", re.DOTALL)
_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_FORMAT = re.compile(rb"<(?:\w+:)?xf\b([^>]*)>")
_STRIKE = re.compile(rb'<(?:\w+:)?strike(?:\s+val="(?:1|true)")?\s*/>')
_WHITE = re.compile(rb'<(?:\w+:)?color\s+(?:rgb="(?:FF|00)FFFFFF"|theme="0"|indexed="[19]")\s*/>')
_RAISED = re.compile(rb'<(?:\w+:)?vertAlign\s+val="(?:super|sub)script"')
_DIGITS = re.compile(rb"\s*\d[\d.,\s]*")
_FILLS = re.compile(rb"<(?:\w+:)?fills\b.*?</(?:\w+:)?fills>", re.DOTALL)
_FILL = re.compile(rb"<(?:\w+:)?fill(?:\s*/>|>(.*?)</(?:\w+:)?fill>)", re.DOTALL)
_INK = re.compile(rb"<(?:\w+:)?color\s+([^>]*?)\s*/>")
_SOLID = re.compile(rb'patternType="solid"[^>]*>\s*<(?:\w+:)?fgColor\s+([^>]*?)\s*/>')
_FONT_ID, _FILL_ID = re.compile(rb'\bfontId="(\d+)"'), re.compile(rb'\bfillId="(\d+)"')
_STRING = re.compile(rb"<(?:\w+:)?si>.*?</(?:\w+:)?si>|<(?:\w+:)?si\s*/>", re.DOTALL)
_SHARED = re.compile(
    rb'<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*?\bt="s"[^>]*>\s*<v>\s*(\d{1,9})\s*</v>'
)
_STYLED = re.compile(rb'<c (?=[^>]*?\bs="(\d{1,6})")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_INLINE = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*?>\s*<is>(.*?)</is>', re.DOTALL)
_NOTE = re.compile(
    rb'<(?:\w+:)?comment\s[^>]*?\bref="([A-Z]{1,3})(\d{1,7})".*?</(?:\w+:)?comment>', re.DOTALL
)
_TAG = re.compile(rb"<[^>]*>")
_OF_NOTES = re.compile(r"^xl/comments[^/]*\.xml$|^xl/comments/[^/]+\.xml$")
_TARGET = re.compile(rb'\sTarget="[^"]*?(comments?/?[^/"]*\.xml)"')


def style_looks(styles: bytes) -> tuple[set[int], set[int]]:
    """Give the numbers of the cell styles whose text is crossed out, and of those whose ink nobody sees:
    white on nothing, or of the colour that the cell is filled with."""
    styles = styles.replace(b"'", b'"')
    fonts, formats = _FONTS.search(styles), _FORMATS.search(styles)
    inks = [match[1] or b"" for match in _FONT.finditer(fonts[0])] if fonts else []
    areas = _FILLS.search(styles)
    colours = (
        [_SOLID.search(match[1] or b"") for match in _FILL.finditer(areas[0])] if areas else []
    )
    filled = {n: match[1] for n, match in enumerate(colours) if match}
    struck = {n for n, ink in enumerate(inks) if _STRIKE.search(ink)}
    white = {n for n, ink in enumerate(inks) if _WHITE.search(ink)}
    looks: tuple[set[int], set[int]] = (set(), set())
    for number, attributes in enumerate(_FORMAT.findall(formats[0]) if formats else ()):
        font, fill = (_number(pattern, attributes) for pattern in (_FONT_ID, _FILL_ID))
        if font in struck:
            looks[0].add(number)
        ink = _INK.search(inks[font]) if font < len(inks) else None
        if (font in white and not fill) or (ink and ink[1] == filled.get(fill)):
            looks[1].add(number)
    return looks


def _number(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    match = pattern.search(attributes)
    return int(match[1]) if match else 0


def struck_strings(shared: bytes) -> set[int]:
    """Give the numbers of the shared texts that are not what they spell, see `_misleads`."""
    shared = shared.replace(b"'", b'"')
    if not any(pattern.search(shared) for pattern in (_STRIKE, _RAISED, _WHITE)):
        return set()
    texts = enumerate(match[0] for match in _STRING.finditer(shared))
    return {number for number, text in texts if _misleads(text)}


def _misleads(text: bytes) -> bool:
    """Say whether a part of a text is crossed out, or one of a number is raised or in white: 2 and a mark
    of a footnote are no 21."""
    if _STRIKE.search(text):
        return True
    odd = _RAISED.search(text) or _WHITE.search(text)
    return bool(odd and _DIGITS.fullmatch(_TAG.sub(b"", text)))


def struck_cells(rows: bytes, styles: set[int], strings: set[int]) -> Iterator[tuple[int, int]]:
    """Find the cells of a piece of a sheet's XML that are crossed out: Excel's row, column from 0."""
    for style, letters, digits in _STYLED.findall(rows) if styles else ():
        if int(style) in styles:
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
