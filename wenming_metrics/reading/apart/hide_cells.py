"""Stars in place of personal data in the cells of a sheet, what stands around them, and shared strings; sandbox only.

As `personal.masking` does with the values that were read: a cell that shows the same as others gets a
text of its own.
"""

import re
from collections.abc import Iterator

from hide_xml import escape_text, hide_xml
from mark_package import unescape
from mark_sheet import DATA, STYLE, each_cell, each_row
from privacy import STAR, has_hint, mask, mask_cell

_SHOWN = re.compile(rb"<(?:\w+:)?v>\s*(\d+)\s*<")
_RAW = re.compile(rb"[1-9]\d{10}|[eE]\+?1\d|inlineStr|[\"']str[\"']|<(?:\w+:)?f[\s>]")
_TYPE = re.compile(rb"\st\s*=\s*[\"'](\w+)[\"']")
_REF = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{1,3}\d{1,7})[\"']")
_FORMULA = re.compile(rb"<((?:\w+:)?)f(?=[\s/>])[^>]*?(?:/>|>(.*?)</\1f>)", re.S)
_VALUE = re.compile(rb"<((?:\w+:)?)v(?=[\s>])[^>]*>(.*?)</\1v>", re.S)
_ITEM = re.compile(r"<((?:\w+:)?)si(?=[\s/>])[^>]*?(?:/>|>(.*?)</\1si>)", re.S)
_PRONOUNCED = re.compile(r"<((?:\w+:)?)rPh\s.*?</\1rPh>", re.S)
_RUN = re.compile(r"<((?:\w+:)?)t(?=[\s>])[^>]*(?<!/)>(.*?)</\1t>", re.S)
_PLACED = re.compile(r"&[LCRlcr]")
_LEAST, _MOST = 10**10, 10**18
CELLS, FORMULAS, AROUND = "单元格", "公式", "页眉页脚、提示文字"
"""Where something was hidden, as users say it."""


def personal_strings(content: bytes) -> dict[int, str]:
    """Find the shared strings that hold personal data: number -> text."""
    strings = {}
    for number, match in enumerate(_ITEM.finditer(content.decode("utf-8", "replace"))):
        text = _text(match[2] or "")
        if has_hint(text) and mask(text) != text:
            strings[number] = text
    return strings


def _text(xml: str) -> str:
    """Give the text of a string or cell, without what shows how to pronounce it."""
    return unescape("".join(run for _, run in _RUN.findall(_PRONOUNCED.sub("", xml))))


def hide_rows(
    pieces: Iterator[bytes],
    uses: dict[int, str],
    strings: dict[int, str],
    replaced: set[bytes],
    kinds: set[str],
) -> Iterator[bytes]:
    """Write a sheet again with what is personal hidden.

    Takes: uses - of columns, where not every number is somebody's; strings - as `personal_strings`
           replaced, kinds - the shared strings that cells show no more, where something was hidden; they grow
    """
    prefix = None
    for piece in pieces:
        if prefix is None:
            start = DATA.search(piece)
            prefix = start[1]
            piece = _around(piece[: start.end()], kinds) + piece[start.end() :]
        end = piece.rfind(b"</%bsheetData>" % prefix)
        if end < 0:  # what stands behind the rows comes in a piece of its own
            end = len(piece) if re.search(rb"<%brow[\s/>]" % prefix, piece) else 0
        body = piece[:end]
        if _may_hold(body, strings):
            body = _hide_body(body, prefix, uses, strings, (replaced, kinds))
        yield body + _around(piece[end:], kinds)


def _around(xml: bytes, kinds: set[str]) -> bytes:
    text = xml.decode("utf-8", "surrogateescape")
    hidden = hide_xml(text, _hide_placed) if has_hint(text) else text
    if hidden == text:
        return xml
    kinds.add(AROUND)
    return hidden.encode("utf-8", "surrogateescape")


def _hide_placed(text: str) -> str:
    """Hide in a text whose head and foot may bear signs of where they stand: &C13800138000."""
    hidden = mask(_PLACED.sub("&,", text))
    return "".join(
        STAR if hidden_sign == STAR else char
        for char, hidden_sign in zip(text, hidden, strict=True)
    )


def _may_hold(piece: bytes, strings: dict[int, str]) -> bool:
    if _RAW.search(piece):
        return True
    return bool(strings) and any(int(number) in strings for number in _SHOWN.findall(piece))


def _hide_body(
    body: bytes,
    prefix: bytes,
    uses: dict[int, str],
    strings: dict[int, str],
    grown: tuple[set, set],
) -> bytes:
    rewritten, copied_to = [], 0
    for _, _, begin, stop in each_row(body, prefix, 0):
        row = body[begin:stop]
        if _may_hold(row, strings):
            rewritten += [body[copied_to:begin], _hide_row(row, prefix, uses, strings, grown)]
            copied_to = stop
    return b"".join([*rewritten, body[copied_to:]])


def _hide_row(
    row: bytes,
    prefix: bytes,
    uses: dict[int, str],
    strings: dict[int, str],
    grown: tuple[set, set],
) -> bytes:
    rewritten, copied_to = [], 0
    for column, cell in each_cell(row, prefix):
        if cell[2] is None:
            continue
        cell_xml = _hide_cell(cell, prefix, uses.get(column, ""), strings, grown)
        if cell_xml is not None:
            rewritten += [row[copied_to : cell.start()], cell_xml]
            copied_to = cell.end()
    return b"".join([*rewritten, row[copied_to:]])


def _hide_cell(
    cell: re.Match, prefix: bytes, use: str, strings: dict[int, str], grown: tuple[set, set]
) -> bytes | None:
    """Give a cell as it is from now on, None: as it was."""
    replaced, kinds = grown
    attributes, content = cell[1], cell[2]
    type_match = _TYPE.search(attributes)
    kind = type_match[1] if type_match else b"n"
    value = _VALUE.search(content)
    text = _cell_text(kind, content, value[2] if value else b"", strings)
    hidden = mask_cell(text, use)
    if hidden != text:
        if kind == b"s":
            replaced.add(value[2].strip())
        kinds.add(CELLS)
        return _inline(attributes, prefix, hidden)
    formula = _FORMULA.search(content)
    written_formula = unescape((formula[2] or b"").decode("utf-8", "replace")) if formula else ""
    if not has_hint(written_formula) or mask_cell(written_formula, use) == written_formula:
        return None
    kinds.add(FORMULAS)
    whole = cell[0]
    start = whole.index(content, cell.start(2) - cell.start())
    bare = content[: formula.start()] + content[formula.end() :]
    return whole[:start] + bare + whole[start + len(content) :]


def _cell_text(kind: bytes, content: bytes, value: bytes, strings: dict[int, str]) -> str:
    """Give what a cell shows, so far as it may be personal."""
    if kind == b"s":
        return strings.get(int(value), "") if value.strip().isdigit() else ""
    if kind == b"inlineStr":
        return _text(content.decode("utf-8", "replace"))
    text = unescape(value.decode("utf-8", "replace"))
    if kind != b"n":
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    is_long = _LEAST <= number < _MOST and number == int(number)
    return str(int(number)) if is_long else ""


def _inline(attributes: bytes, prefix: bytes, text: str) -> bytes:
    """Write a cell with a text of its own, styled as it was."""
    ref, style = _REF.search(attributes), STYLE.search(attributes)
    where = b' r="%b"' % ref[1] if ref else b""
    body = escape_text(text).encode("utf-8", "replace")
    tag = b'<%bc%b%b t="inlineStr">' % (prefix, where, style[0] if style else b"")
    texts = b'<%bis><%bt xml:space="preserve">%b</%bt></%bis>' % (
        prefix,
        prefix,
        body,
        prefix,
        prefix,
    )
    return b"%b%b</%bc>" % (tag, texts, prefix)
