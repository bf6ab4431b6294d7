"""The decoder of untrusted spreadsheets: a program of its own that trusts nothing it reads.

Run isolated by `sandbox`, with the standard library and python-calamine only (importing pandas
costs four times the decoding); see `confined` for how it begins and speaks. Its messages are
"sheet" (name and facts), "block" (rows of the last sheet as dictionary codes, as wide as they need,
see `grid.decode_block`), "refusal" and "end".
"""

import io
import itertools
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial

import python_calamine as calamine
from coding import ROWS_PER_BLOCK, code_block
from confined import begin, end, send
from container import Part, Refused, check_plain_part, is_xml, open_parts, unpack, zip_again
from file_kind import TEXT, XLS, XLSX, sniff
from file_tag import CUSTOM, read_tag
from look_personal import NO_TEXT, Looks
from sheet_scan import MOST_AREAS, MOST_STRUCK, column_letters, cut_sheet, scan_sheet, shorten

FEW_STRETCHES = 3
STYLES, STRINGS = "xl/styles.xml", "xl/sharedstrings.xml"
THEME = "xl/theme/theme1.xml"
OWN_NOTE = "【核对】".encode()
"""How the notes of a marked workbook begin that was given back."""
KNOWN_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
KNOWN_ERRORS |= {"#DATA!", "#GETTING_DATA"}

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*?\w+:id=[\"']([^\"']+)")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_SHOWN_OTHERWISE = re.compile(rb"""numFmtId=["'](?:[1-9]|1[0-3]|3[7-9]|4[0-48]|\d{3,})["']""")
"""In a workbook without any of these every number is shown as it is, or is a day."""
_LOOKS = re.compile(
    rb"""strike|patternType=["']solid|<(?:\w+:)?color\s+"""
    rb"""(?!(?:(?:theme|auto)=["']1|indexed=["'](?:8|64)|rgb=["'](?:FF|00)000000)["']\s*/>)"""
)
"""In a workbook without any of these nothing is crossed out, and all ink is seen."""
_MISLEADS = re.compile(rb"rPr>")
"""In texts without any of these no part looks otherwise."""
_UNSEEN = ";;;"
"""The number format that shows nothing."""
_FROM_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\s[^>]*?date1904=["'](?:1|true|on)["']""")
_ID, _TARGET = re.compile(r"\sId=[\"']([^\"']+)"), re.compile(r"\sTarget=[\"']([^\"']+)")


def main() -> None:
    """Decode the file on standard input."""
    data, limits = begin()
    kind = sniff(data)
    if kind == TEXT:
        # Here and not above: every workbook would wait for what only a text needs.
        from text_table import send_table

        send_table(data, limits)
        end()
    parts = open_parts(data, limits) if kind == XLSX else {}
    looks = Looks()
    sheet_parts = _check_parts(data, parts, looks)
    other_parts = [entry for entry in parts.values() if is_xml(entry) and entry not in sheet_parts]
    limits["pictured"] = any(name.startswith("xl/media/") for name in parts)
    limits["shown_codes"], limits["struck"] = _styles(data, parts)
    limits["noted"] = any(name.startswith("xl/comments") for name in parts) and (data, parts)
    limits["is_from_1904"] = _is_from_1904(data, parts)
    limits["looks"] = looks
    if kind == XLS:
        # Workbooks of today wait for nothing.
        from legacy_formats import read_formats
        from look_objects import hides_beside_cells

        limits["legacy"], limits["is_from_1904"] = read_formats(data)
        looks.hides = hides_beside_cells(data)
    with calamine.load_workbook(io.BytesIO(data)) as book:
        picture_cells = _send_sheets(book, data, sheet_parts, other_parts, limits)
        if limits["pictured"]:
            # Most workbooks have none, and wait for nothing.
            from find_pictures import send_pictures
            from look_objects import bare_picture

            send_pictures(data, parts, sheet_parts, picture_cells, limits)
            looks.hides = looks.hides or any(bare_picture(data, entry) for entry in parts.values())
        end(tag=_tag(data, parts), hides="1" if looks.hides else "")


def _tag(data: bytes, parts: dict[str, Part]) -> str:
    """Give the digest of the file that a workbook which was given back was made of."""
    entry = parts.get(CUSTOM.lower())
    return read_tag(check_plain_part(data, entry).decode("utf-8", "replace")) if entry else ""


def _styles(data: bytes, parts: dict[str, Part]) -> tuple[dict[int, str], tuple[set, ...]]:
    """Read the cell styles that may show another number: number -> format code; and what is crossed out:
    numbers of styles, of shared texts; of styles whose ink nobody sees."""
    styles, shared, theme = (
        unpack(data, parts[name]) if name in parts else () for name in (STYLES, STRINGS, THEME)
    )
    styles, shared = b"".join(styles), b"".join(shared)
    # Few workbooks have such cells, and the others wait for nothing.
    codes: dict[int, str] = {}
    if _SHOWN_OTHERWISE.search(styles):
        from shown_numbers import shown_codes

        codes = shown_codes(styles.decode("utf-8", "replace"))
    if not (_LOOKS.search(styles) or _MISLEADS.search(shared)):
        return codes, (set(), set(), set())
    from cell_looks import struck_strings, style_looks

    struck, unseen = style_looks(styles, b"".join(theme))
    return {**codes, **dict.fromkeys(unseen, _UNSEEN)}, (struck, struck_strings(shared), unseen)


def _is_from_1904(data: bytes, parts: dict[str, Part]) -> bool:
    """Say whether the workbook counts its days from 1904, as those of an old Mac do."""
    book = check_plain_part(data, parts["xl/workbook.xml"]) if parts else b""
    return bool(_FROM_1904.search(book))


def _check_parts(data: bytes, parts: dict[str, Part], looks: Looks) -> list[Part | None]:
    """Check every XML part that is no sheet; find those of the sheets, in the workbook's order."""
    if not parts:
        return []
    texts = {}
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        head = check_plain_part(data, parts[name], looks.at_part) if name in parts else b""
        texts[name] = head.decode("utf-8", "replace")
    book, relations = texts.values()
    targets = dict(map(_read_relation, _RELATION.findall(relations)))
    sheets = [parts.get(targets.get(key, "")) for key in _SHEET.findall(book)]
    part_names = [sheet.name for sheet in sheets if sheet]
    if len(part_names) > len(set(part_names)):
        # No program writes that; a few bytes would be as many sheets as one likes.
        raise Refused("unreadable", reason="one part for several sheets")
    for name, entry in parts.items():
        is_sheet = entry in sheets and name.startswith("xl/worksheets/")
        if is_xml(entry) and not is_sheet and name not in texts:
            check_plain_part(data, entry, None if name in NO_TEXT else looks.at_part)
        elif not is_xml(entry) and not looks.hides and _may_be_object(name):
            # Few workbooks have any, and the others wait for nothing.
            from look_objects import hides_in_part, is_object

            looks.hides = is_object(entry) and hides_in_part(data, entry)
    return sheets


def _may_be_object(name: str) -> bool:
    return not name.endswith((".png", ".jpg", ".jpeg", ".gif"))


def _read_relation(tag: str) -> tuple[str, str]:
    key, target = _ID.search(tag), _TARGET.search(tag)
    if not (key and target):
        return "", ""
    return key[1], posixpath.normpath(posixpath.join("/xl", target[1]))[1:].lower()


def _send_sheets(
    book: calamine.CalamineWorkbook, data: bytes, parts: list, others: list[Part], limits: dict
) -> list[tuple[int, int, int, str]]:
    """Send the sheets; gives the cells that show a picture: sheet, row, column, its name."""
    metadata, cells, few = book.sheets_metadata, 0, FEW_STRETCHES * limits["stretch_bytes"]
    picture_cells = []
    # What every stretch reads again may cost no more than the stretch itself.
    again = sum(entry.size for entry in others)
    limits = {**limits, "stretch_bytes": max(limits["stretch_bytes"], again)}
    if len(parts) != len(metadata):
        parts = [None] * len(metadata)
    for index, (sheet_metadata, entry) in enumerate(zip(metadata, parts, strict=True)):
        if sheet_metadata.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        legacy = limits.get("legacy", ())[index : index + 1] or [({}, (), False)]
        runs, struck, without_zeros = legacy[0][0], set(legacy[0][1]), legacy[0][2]
        facts = entry and scan_sheet(
            lambda entry=entry: unpack(data, entry),
            sheet_metadata.name,
            limits,
            pictured=limits["pictured"],
            look=_look_for(limits, runs, struck),
        )
        if facts:
            facts["struck"], facts["noted"] = sorted(struck), _noted(limits, entry)
        picture_cells += ((index, *cell) for cell in facts["shown"]) if facts else ()
        if facts:
            facts["is_from_1904"] = limits["is_from_1904"]
        _refuse_strange_errors(facts, sheet_metadata.name)
        if facts and facts["cuts"] and entry.size > few:
            stretches = _decode_stretches(data, entry, others, index, facts["cuts"])
        else:
            stretches = map(book.get_sheet_by_index, (index,))
        beside = {"is_from_1904": limits["is_from_1904"], "struck": sorted(struck)[:MOST_STRUCK]}
        labelled = (index, sheet_metadata, (runs, without_zeros), beside)
        cells = _send_sheet(stretches, labelled, facts, cells, limits["cells"])
    return picture_cells


def _look_for(
    limits: dict, runs: dict[int, list[list]], struck: set[tuple[int, int]]
) -> Callable[[bytes], None]:
    """Give what is searched for in a piece of XML besides: personal data, cells that show another number,
    cells that are crossed out."""
    codes, looks = limits["shown_codes"], [limits["looks"].at_sheet]
    if codes:
        from shown_numbers import add_runs, cell_pattern

        looks.append(partial(add_runs, pattern=cell_pattern(codes), codes=codes, runs=runs))

    def look_for_strokes(piece: bytes) -> None:
        if any(limits["struck"]) or _MISLEADS.search(piece):
            from cell_looks import struck_cells

            struck.update(struck_cells(piece, *limits["struck"]))

    return lambda piece: [look(piece) for look in (*looks, look_for_strokes)]


def _noted(limits: dict, sheet: Part) -> list[tuple[int, int]]:
    """List the cells with a note of somebody's."""
    if not limits["noted"]:
        return []
    from cell_looks import noted_cells

    return noted_cells(*limits["noted"], sheet, OWN_NOTE)


def _decode_stretches(
    data: bytes, entry: Part, others: list[Part], index: int, cuts: list[int]
) -> Iterator[calamine.CalamineSheet]:
    """Decode a long sheet in stretches of rows: the decoder's cells take twice the room of XML."""
    for pieces in cut_sheet(unpack(data, entry), cuts):
        with zip_again(data, others, entry, pieces) as packed:
            book = calamine.load_workbook(packed)
        with book:
            yield book.get_sheet_by_index(index)


def _refuse_strange_errors(facts: dict | None, name: str) -> None:
    """Name the cell that the decoder would give up on."""
    for row, column, text in facts["errors"] if facts else ():
        if text not in KNOWN_ERRORS:
            cell = column_letters(column) + str(row)
            raise Refused("unreadable", sheet=name, cell=cell, found=text)


def _send_sheet(
    stretches: Iterator[calamine.CalamineSheet],
    labelled: tuple[int, calamine.SheetMetadata, tuple[dict, bool], dict],
    facts: dict | None,
    cells: int,
    most: int,
) -> int:
    """Send a sheet, one stretch of its rows after the other; adds its cells to those so far."""
    index, sheet_metadata, (runs, without_zeros), beside = labelled
    without_zeros |= bool(facts and facts["without_zeros"])
    errors = defaultdict(list)
    for row, column, text in facts["errors"] if facts else ():
        errors[row].append((column, text))
    last_row = None
    for sheet in stretches:
        cells += sheet.height * sheet.width
        if cells > most:
            raise Refused("too_many_cells", sheet=sheet_metadata.name, cells=cells)
        short_facts = shorten(facts) if facts else {**_merged(sheet), **beside}
        if sheet.height:
            if last_row is None:
                last_row, _ = sheet.start
                send(_header(index, sheet_metadata, last_row + 1, short_facts))
            marked = (errors, runs, without_zeros)
            last_row = _send_rows(sheet, last_row, marked, sheet_metadata.name)
        del sheet  # the next stretch needs its room
    if last_row is None:
        send(_header(index, sheet_metadata, 1, short_facts))
    return cells


def _header(index: int, told: calamine.SheetMetadata, first_row: int, facts: dict) -> dict:
    hidden = told.visible != calamine.SheetVisibleEnum.Visible
    header = {"type": "sheet", "name": told.name, "index": index, "hidden": hidden}
    return {**header, "first_row": first_row, "facts": facts}


def _send_rows(sheet: calamine.CalamineSheet, at: int, marked: tuple, name: str) -> int:
    """Send the rows below row `at`, also blank ones; gives the last row that was sent."""
    errors, runs, without_zeros = marked
    marks = runs or without_zeros
    top, left = sheet.start
    if top < at:
        raise Refused("unreadable", sheet=name, reason="rows out of order")
    # The rows come from Excel's first one on, the columns from the first one in use.
    rows, end = itertools.islice(sheet.iter_rows(), at, None), top + sheet.height
    for first in range(at, end, ROWS_PER_BLOCK):
        n_rows = min(ROWS_PER_BLOCK, end - first)
        block = itertools.islice(rows, n_rows)
        rounded: list[tuple[int, int]] = []
        amend = _show(runs, rounded, without_zeros=without_zeros) if marks else None
        body = code_block(block, first + 1, left, left + sheet.width, errors, amend=amend)
        header = {"type": "block", "first_row": first + 1, "n_rows": n_rows}
        send({**header, "rounded": rounded} if rounded else header, body)
    return end


def _show(runs: dict, rounded: list, *, without_zeros: bool) -> Callable[[list, int], None]:
    """Give what puts the shown numbers in place; `rounded` takes the cells that hold more."""
    from cell_looks import hide_zeros
    from shown_numbers import show

    def amend(columns: list, first: int) -> None:
        rounded.extend(show(columns, first, runs))
        if without_zeros:
            rounded.extend(hide_zeros(columns, first))

    return amend


def _merged(sheet: calamine.CalamineSheet) -> dict:
    """The only fact of a sheet whose XML there is none of."""
    ranges = sheet.merged_cell_ranges or []
    areas = [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in ranges]
    return {"merged": areas[:MOST_AREAS], "merged_count": len(areas)}
