"""Comments of a worksheet with those of the marks among them, and the drawing that shows them.

For the sandbox only. Comments of other people stay; a text for a cell that has one is put below it.
"""

import re

from mark_package import (
    CONTENT_TYPES,
    MAIN,
    TYPES,
    Package,
    add_part,
    append_to,
    attribute,
    escape,
    new_name,
    prefix_of,
    read_text,
    relate,
    related,
    write_text,
)
from sheet_scan import column_index, column_letters

_LONGEST, _LINE, _MOST_LINES = 5_000, 18, 16
_SHAPE = re.compile(r"<v:shape\s.*?</v:shape>", re.S)
_ANY_TAG = re.compile(r"<[^>]*>")
_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_NOTE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;visibility:hidden" '
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>'
    "{left}, 12, {row}, 4, {right}, 24, {bottom}, 8</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def put_notes(
    package: Package,
    sheet: str,
    drawing: str,
    notes: dict[tuple[int, int], str],
    author: str,
    *,
    again: bool,
) -> str:
    """Put comments on the cells of a sheet.

    Takes: sheet - name of its part; drawing - id of the drawing that it shows comments by, or "";
           notes - (row, column from 0) -> text; author - of our comments; again - take those of an
           earlier round out first
    Returns: the id of a drawing that the sheet does not point to yet, or ""
    """
    links = related(package, sheet)
    name = next((part_name for _, kind, part_name in links if kind == "comments"), "")
    drawn = next((part_name for key, _, part_name in links if key == drawing), "")
    gone: set[tuple[int, int]] = set()
    if name and again:
        gone = _take_out(package, name, author)
    if not notes and not gone:
        return ""
    if not name:
        name = new_name(package, "xl/comments", ".xml")
        empty = (
            f'<comments xmlns="{MAIN}"><authors></authors><commentList></commentList></comments>'
        )
        add_part(package, name, "comments", empty)
        relate(package, sheet, "comments", name)
    commented = _write_notes(package, name, notes, author)
    key = ""
    if not drawn:
        drawn = new_name(package, "xl/drawings/vmlDrawing", ".vml")
        write_text(package, drawn, _VML)
        _declare_drawings(package)
        key = relate(package, sheet, "vmlDrawing", drawn)
    new = {cell: text for cell, text in notes.items() if cell not in commented}
    _draw_notes(package, drawn, new, gone)
    return key


def _write_notes(
    package: Package, name: str, notes: dict[tuple[int, int], str], author: str
) -> set[tuple[int, int]]:
    """Write comments; gives the cells that have one already, which gets the text below its own."""
    text = read_text(package, name)
    p = prefix_of(text, "comments")
    number = len(re.findall(rf"<{p}author(?=[\s/>])", text))
    text = append_to(text, "authors", f"<{p}author>{escape(author)}</{p}author>")
    commented: set[tuple[int, int]] = set()
    begin = f"{_begin(author)}\n"

    def longer(match: re.Match) -> str:
        cell = _place(match[0])
        note = notes.get(cell)
        if note is None:
            return match[0]
        commented.add(cell)
        return append_to(match[0], "text", _run(f"\n{begin}{note}", p))

    text = _comments(p).sub(longer, text)
    new = [
        f'<{p}comment ref="{column_letters(column)}{row}" authorId="{number}">'
        f"<{p}text>{_run(begin + note, p)}</{p}text></{p}comment>"
        for (row, column), note in sorted(notes.items())
        if (row, column) not in commented
    ]
    write_text(package, name, append_to(text, "commentList", "".join(new)))
    return commented


def _run(text: str, p: str) -> str:
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "……"
    run_style = (
        f'<{p}rPr><{p}sz val="9"/><{p}color indexed="81"/><{p}rFont val="微软雅黑"/></{p}rPr>'
    )
    return f'<{p}r>{run_style}<{p}t xml:space="preserve">{escape(text)}</{p}t></{p}r>'


def _comments(p: str) -> re.Pattern:
    return re.compile(rf"<{p}comment\s[^>]*(?<!/)>.*?</{p}comment>", re.S)


def _place(comment: str) -> tuple[int, int]:
    ref = re.match(r"([A-Z]{1,3})(\d{1,7})", attribute(comment[: comment.index(">")], "ref"))
    return (int(ref[2]), column_index(ref[1].encode())) if ref else (0, 0)


def _take_out(package: Package, name: str, author: str) -> set[tuple[int, int]]:
    """Take the comments of an earlier round out; gives the cells that have none any more.

    They are known by how they begin: not every program keeps the authors.
    """
    text, gone = read_text(package, name), set()
    p, begin = prefix_of(text, "comments"), _begin(author)

    def shorter(match: re.Match) -> str:
        start = match[0].find(begin)
        if start < 0:
            return match[0]
        if not _ANY_TAG.sub("", match[0][:start]).strip():
            gone.add(_place(match[0]))
            return ""
        return _cut(match[0], start, p)

    write_text(package, name, _comments(p).sub(shorter, text))
    return gone


def _cut(comment: str, at: int, p: str) -> str:
    """Cut the text of a comment off at a place in it; what stands before keeps its looks."""
    run, rest = comment.rfind(f"<{p}r>", 0, at), comment[comment.find(f"</{p}text>", at) :]
    if run >= 0 and not _ANY_TAG.sub("", comment[run:at]).strip():
        return comment[:run] + rest
    return comment[:at].rstrip() + f"</{p}t>" + (f"</{p}r>" if run >= 0 else "") + rest


def _begin(author: str) -> str:
    return f"【{author}】"


def _declare_drawings(package: Package) -> None:
    text = read_text(package, CONTENT_TYPES)
    if not re.search(r"<(?:\w+:)?Default\s[^>]*Extension=[\"']vml[\"']", text, re.I):
        p = prefix_of(text, "Types")
        element = f'<{p}Default Extension="vml" ContentType="{TYPES["vmlDrawing"]}"/>'
        write_text(package, CONTENT_TYPES, append_to(text, "Types", element))


def _draw_notes(
    package: Package,
    name: str,
    notes: dict[tuple[int, int], str],
    gone: set[tuple[int, int]],
) -> None:
    text = read_text(package, name)
    if gone:
        text = _SHAPE.sub(lambda match: "" if _drawn(match[0]) in gone else match[0], text)
    first = max([1024, *map(int, re.findall(r"_x0000_s(\d{1,9})", text))]) + 1
    shapes = "" if "_x0000_t202" in text else _SHAPE_TYPE
    shapes += "".join(
        _shape(first + n, *cell, note) for n, (cell, note) in enumerate(sorted(notes.items()))
    )
    write_text(package, name, append_to(text, "xml", shapes))


def _drawn(shape: str) -> tuple[int, int]:
    row, column = (re.search(rf"<x:{name}>\s*(\d+)", shape) for name in ("Row", "Column"))
    is_note = row and column and re.search(r"ObjectType=[\"']Note", shape)
    return (int(row[1]) + 1, int(column[1])) if is_note else (0, 0)


def _shape(number: int, row: int, column: int, text: str) -> str:
    lines = sum(len(line) // _LINE + 1 for line in text.split("\n"))
    height = min(max(lines, 3), _MOST_LINES)
    anchor = {"row": row - 1, "column": column, "left": column + 1, "right": column + 4}
    return _NOTE.format(id=number, bottom=row + height, **anchor)
