"""What the XML of a worksheet tells beside its values; runs in the child process only.

The decoder gives a blank for an error and for a formula without a saved value, does not tell what
is hidden, and asks for the memory of the whole rectangle up to the farthest cell. So the XML is
searched first. A clean sheet pays for a few searches of single bytes; regular expressions run only
over pieces that hold something to report.
"""

import re
from collections.abc import Callable, Iterator

from container import Refused, refuse_entities

_MOST_CELLS, MOST_AREAS, _MOST_ROWS = 1_000, 2_000, 1_048_576
MOST_STRUCK = 200_000
"""Of the cells that are crossed out as many as a sheet of years holds: a row whose cell is left out counts."""
_HOLD = 1 << 22

_PREFIX = re.compile(rb"<(\w+):sheetData[\s/>]")
_ROOT = re.compile(rb"<((?:\w+:)?worksheet)[\s>]")
_DATA = re.compile(rb"<((?:\w+:)?sheetData)(?:\s[^>]*)?>")
_REF = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'\sr="(\d{1,7})"')
_WIDE = re.compile(rb' r="[A-Z]{2}')
_LETTERS = re.compile(rb' r="([A-Z]{2,8})')
_FORMULA = rb"\s*(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?\s*"
_VALUED = re.compile(
    rb'<c [^>]*?\br="([A-Z]{1,8})(\d{1,12})"[^>]*(?<!/)>' + _FORMULA + rb"<(?:v|is)\b"
)
_NO_VALUE = rb"\s*(<v\s*/>|<v>\s*</v>)?\s*</c>"
_UNSAVED = (re.compile(rb"</f>" + _NO_VALUE), re.compile(rb"<f [^>]*/>" + _NO_VALUE))
_ERROR = re.compile(rb'\bt="e"[^>]*>' + _FORMULA + rb"<v>\s*([^<]*?)\s*</v>")
_HIDDEN = rb'[^>]*?\b(?:hidden="(?:1|true)"|(?:ht|width)="0(?:\.0+)?")[^>]*>'
_NO_ZEROS = re.compile(rb'<sheetView\s[^>]*?\bshowZeros="(?:0|false)"')
_HIDDEN_ROW = re.compile(rb"<row " + _HIDDEN)
_HIDDEN_COLUMN = re.compile(rb"<col " + _HIDDEN)
_MIN_MAX = (re.compile(rb'\bmin="(\d+)"'), re.compile(rb'\bmax="(\d+)"'))
_SHOWN = re.compile(rb'\bDISPIMG\((?:"|&quot;)([\w-]{1,80})')
_MERGED = re.compile(rb'<mergeCell [^>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


def scan_sheet(
    unpack: Callable[[], Iterator[bytes]],
    name: str,
    limits: dict,
    *,
    pictured: bool = False,
    look: Callable[[bytes], None] | None = None,
) -> dict:
    """Search the XML of one sheet.

    Takes: a function that unpacks the part from its beginning, the sheet's name, limits (columns,
        cells, stretch_bytes); pictured - cells may show pictures; look - what else is searched for.
    Returns: unsaved [ref], errors [(row, column, text)], hidden_rows and hidden_columns [[first,
        last]], merged [[row, column, row, column]], shown [(row, column, name of a picture)];
        lists complete, rows from 1, columns from 0;
        cuts: numbers of the pieces before which `cut_sheet` may cut. Too wide a sheet is Refused.
    """
    kinds = ("unsaved", "errors", "hidden_rows", "hidden_columns", "merged", "cuts", "shown")
    facts = {"is_from_1904": False, "without_zeros": False, **{key: [] for key in kinds}}
    last_row, letters = 0, {b"Z"}
    size, last, plain, data_tags = 0, b"", True, 0
    for number, piece in enumerate(_normal_pieces(unpack())):
        refuse_entities(piece, name)
        data_tags += piece.count(b"sheetData")
        if plain and size >= limits["stretch_bytes"] and _may_cut(last, piece, last_row):
            facts["cuts"].append(number)
            size = 0
        size, last = size + len(piece), piece[-8:]
        plain = plain and _is_plain(piece, number)
        if number == 0:
            head = piece[: piece.find(b"<sheetData")]
            facts["hidden_columns"] = _hidden_columns(head)
            facts["without_zeros"] = bool(_NO_ZEROS.search(head))
        _scan_piece(piece, facts)
        if look:
            look(piece)
        if pictured and b"DISPIMG" in piece:
            facts["shown"] += _shown(piece)
        last_row = max(last_row, _last_row(piece))
        if _WIDE.search(piece):
            letters.update(_LETTERS.findall(piece))
    if data_tags > 2:  # the decoder reads the first of them alone
        raise Refused("unreadable", reason="several tables of cells in one sheet")
    width = max(map(column_index, letters)) + 1
    if width > limits["columns"] or last_row > _MOST_ROWS or last_row * width > limits["cells"]:
        _refuse_spread(unpack, name, limits)
    return facts


def cut_sheet(chunks: Iterator[bytes], cuts: list[int]) -> Iterator[list[bytes]]:
    """Cut the XML of one sheet into stretches of rows, each of them a sheet of its own.

    Takes: the unpacked part; where to cut, as `scan_sheet` found it.
    Returns: the pieces of each stretch, to be used up: nothing else holds them.
    """
    head = end = b""
    piled = []
    for number, piece in enumerate(_whole_rows(chunks)):
        if number == 0:
            head, end = _frame(piece)
        if number in cuts:
            piled.append(end)
            yield piled
            piled = [head]
        piled.append(piece)
    yield piled


def _is_plain(piece: bytes, number: int) -> bool:
    """Say whether no comment or quoted text may hold what looks like rows, nor the head be cut."""
    framed = number > 0 or (_ROOT.search(piece) and _DATA.search(piece))
    return bool(framed) and not (b"!" in piece and b"<!" in piece)


def _may_cut(last: bytes, piece: bytes, last_row: int) -> bool:
    """Say whether a piece begins with a row of its own number, below all rows before it."""
    tag = piece[: piece.find(b">")]
    number = _ROW.search(tag)
    begins = tag.lstrip().startswith(b"<row ") and last.endswith(b"</row>")
    return bool(begins and number and int(number[1]) > last_row)


def _frame(piece: bytes) -> tuple[bytes, bytes]:
    """Give what stands before the rows of a sheet, and the end tags that belong to it."""
    start = _DATA.search(piece)
    root = _ROOT.search(piece)
    return piece[: start.end()], b"</%b></%b>" % (start[1], root[1])


def shorten(facts: dict) -> dict:
    """Cut the lists of facts to what is shown, beside their full counts; keys as `SheetFacts`."""
    return {
        "scanned": True,
        "is_from_1904": facts["is_from_1904"],
        "unsaved_formulas": facts["unsaved"][:_MOST_CELLS],
        "unsaved_formula_count": len(facts["unsaved"]),
        "errors": [
            (column_letters(column) + str(row), text)
            for row, column, text in facts["errors"][:_MOST_CELLS]
        ],
        "error_count": len(facts["errors"]),
        "hidden_rows": facts["hidden_rows"],
        "hidden_columns": facts["hidden_columns"],
        "struck": facts["struck"][:MOST_STRUCK],
        "noted": facts["noted"][:_MOST_CELLS],
        "merged": facts["merged"][:MOST_AREAS],
        "merged_count": len(facts["merged"]),
    }


def column_index(letters: bytes) -> int:
    """Number a column from its letters: A is 0."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def column_letters(index: int) -> str:
    """Name a column from its number: 0 is A."""
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _normal_pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut at ends of rows, so that no cell is split; make quotes double, drop any prefix."""
    prefix = None
    for piece in _whole_rows(chunks):
        if prefix is None:
            match = _PREFIX.search(piece)
            prefix = match[1] + b":" if match else b""
        if prefix:
            piece = piece.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
        yield piece.replace(b"'", b'"') if b"'" in piece else piece


def _whole_rows(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        rest += chunk
        cut = rest.rfind(b"row>") + 4
        if cut == 3:
            # One cell of megabytes, or no sheet at all: do not pile it up.
            cut = len(rest) if len(rest) > _HOLD else 0
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    yield rest


def _scan_piece(piece: bytes, facts: dict) -> None:
    if b"f" in piece and b"<f" in piece:
        facts["unsaved"] += _unsaved(piece)
    if b"#" in piece and b't="e"' in piece:
        facts["errors"] += _errors(piece)
    if b"h" in piece and (b' hidden="' in piece or b' ht="0' in piece):
        _add_hidden_rows(piece, facts["hidden_rows"])
    if not piece.endswith(b"row>"):
        facts["merged"] += [
            [int(top), column_index(left), int(bottom), column_index(right)]
            for left, top, right, bottom in _MERGED.findall(piece)
        ]


def _unsaved(piece: bytes) -> list[str]:
    """Cells whose formula has no saved value; an empty text that a formula gave is a value."""
    located = []
    for pattern in _UNSAVED:
        for match in pattern.finditer(piece):
            tag = _cell_tag(piece, match.start())
            ref = _REF.search(tag)
            if ref and not (match[1] and b't="str"' in tag):
                located.append((match.start(), (ref[1] + ref[2]).decode()))
    return [ref for _, ref in sorted(located)]


def _errors(piece: bytes) -> list[tuple[int, int, str]]:
    errors = []
    for match in _ERROR.finditer(piece):
        tag = _cell_tag(piece, match.start())
        ref = _REF.search(tag)
        if ref and b't="e"' in tag:
            errors.append((int(ref[2]), column_index(ref[1]), match[1].decode("utf-8", "replace")))
    return errors


def _shown(piece: bytes) -> list[tuple[int, int, str]]:
    """Cells whose formula shows a picture, as WPS writes them, with the picture's name."""
    pictures = {}
    for match in _SHOWN.finditer(piece):
        ref = _REF.search(_cell_tag(piece, match.start()))
        if ref:
            pictures[int(ref[2]), column_index(ref[1]), match[1].decode()] = None
    return list(pictures)


def _cell_tag(piece: bytes, at: int) -> bytes:
    """Give the opening tag of the cell that encloses a position."""
    start = piece.rfind(b"<c ", 0, at)
    return b"" if start < 0 else piece[start : piece.find(b">", start)]


def _add_hidden_rows(piece: bytes, ranges: list[list[int]]) -> None:
    for match in _HIDDEN_ROW.finditer(piece):
        number = _ROW.search(match[0])
        if number is None:
            continue
        row = int(number[1])
        if ranges and ranges[-1][1] == row - 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])


def _hidden_columns(head: bytes) -> list[list[int]]:
    ranges = []
    for match in _HIDDEN_COLUMN.finditer(head):
        first, last = (pattern.search(match[0]) for pattern in _MIN_MAX)
        if first and last:
            ranges.append([int(first[1]) - 1, int(last[1]) - 1])
    return ranges


def _last_row(piece: bytes) -> int:
    """Row of the last cell that is not empty; rows stand in order in what any program writes."""
    end = piece.rfind(b"</c>")
    ref = _REF.search(_cell_tag(piece, end)) if end >= 0 else None
    return int(ref[2]) if ref else 0


def _refuse_spread(unpack: Callable[[], Iterator[bytes]], name: str, limits: dict) -> None:
    """Look exactly: only values count, for whole rows are often formatted out to XFD."""
    far, rows, columns = ("", 0), 0, 0
    for piece in _normal_pieces(unpack()):
        for letters, digits in _VALUED.findall(piece):
            position = (column_index(letters), int(digits))
            rows, columns = max(rows, position[1]), max(columns, position[0] + 1)
            far = max(far, position) if far[1] else position
    if columns > limits["columns"] or rows > _MOST_ROWS or rows * columns > limits["cells"]:
        cell = column_letters(far[0]) + str(far[1])
        raise Refused("too_many_cells", sheet=name, cell=cell, rows=rows, columns=columns)
