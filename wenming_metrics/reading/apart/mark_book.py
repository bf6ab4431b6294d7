"""What marks add to the workbook as a whole: the sheet of results and the tag; sandbox only."""

import re
from collections.abc import Callable

from file_tag import CUSTOM, TAG
from mark_package import (
    BOOK,
    MAIN,
    OFFICE,
    Package,
    add_part,
    append_to,
    attribute,
    declare,
    escape,
    new_name,
    pack,
    prefix_of,
    read_text,
    relate,
    related,
    unescape,
    write_text,
)
from mark_styles import GRAVE, HEAD, NOTE, PLAIN, Styles, own_style
from sheet_scan import column_letters

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_WIDTHS = (10, 34, 96)
_PROPERTY = re.compile(r"<((?:\w+:)?)property\s[^>]*(?<!/)>.*?</\1property>", re.S)


def list_sheets(package: Package) -> dict[str, str]:
    """Give the sheets of a workbook: name -> part."""
    part_names = {
        key: part_name for key, kind, part_name in related(package, BOOK) if kind == "worksheet"
    }
    sheet_keys = [
        (attribute(tag, "name"), attribute(tag, "id"))
        for tag in _SHEET.findall(read_text(package, BOOK))
    ]
    return {name: part_names[key] for name, key in sheet_keys if key in part_names}


def rename_sheets(book: str, rename: Callable[[list[str]], list[str]]) -> str:
    """Give the sheets in the text of the book other names. Takes: rename - of all of them together"""
    tags = _SHEET.findall(book)
    old_names = [attribute(tag, "name") for tag in tags]
    for tag, old_name, sheet_name in zip(tags, old_names, rename(old_names), strict=True):
        if sheet_name != old_name:
            renamed = re.sub(r"(\sname\s*=\s*)(?:\"[^\"]*\"|'[^']*')", "", tag, count=1)
            name_end = re.match(r"<[\w:]+", renamed).end()
            new_tag = f'{renamed[:name_end]} name="{escape(sheet_name)}"{renamed[name_end:]}'
            book = book.replace(tag, new_tag, 1)
    return book


def write_tag(package: Package, tag: str) -> None:
    """Write the tag among the custom properties of the workbook, in place of an older one."""
    part_by_kind = {kind: part_name for _, kind, part_name in related(package, "")}
    name = part_by_kind.get("custom-properties", CUSTOM)
    if "custom-properties" not in part_by_kind:
        empty = f'<Properties xmlns="{_CUSTOM}" xmlns:vt="{_VALUES}"></Properties>'
        add_part(package, name, "custom-properties", empty)
        relate(package, "", "custom-properties", name)
    text = read_text(package, name)
    text = _PROPERTY.sub(lambda match: "" if attribute(match[0], "name") == TAG else match[0], text)
    p = prefix_of(text, "Properties")
    pid = max([1, *map(int, re.findall(r"\spid=[\"'](\d+)", text))]) + 1
    value = f'<vt:lpwstr xmlns:vt="{_VALUES}">{escape(tag)}</vt:lpwstr>'
    element = f'<{p}property fmtid="{_FORMAT}" pid="{pid}" name="{TAG}">{value}</{p}property>'
    write_text(package, name, append_to(text, "Properties", element))


def put_results(
    package: Package, styles: Styles, title: str, summary: list[list[str]], *, again: bool
) -> None:
    """Add the sheet of results as the last one.

    Takes: summary - lines of cells: sentences of one cell, a heading, then the list;
           again - take the place of the sheet of an earlier round
    """
    sheets = list_sheets(package)
    if title in sheets and again:
        pack(package, sheets[title], _results(styles, summary))
        return
    names = (title, *(f"{title}{number}" for number in range(2, len(sheets) + 3)))
    used_names = {name.casefold() for name in sheets}
    name = next(candidate for candidate in names if candidate.casefold() not in used_names)
    part_name = new_name(package, "xl/worksheets/sheet", ".xml")
    declare(package, part_name, "worksheet")
    pack(package, part_name, _results(styles, summary))
    _list_sheet(package, name, relate(package, BOOK, "worksheet", part_name))


def _list_sheet(package: Package, name: str, key: str) -> None:
    text = read_text(package, BOOK)
    tags = _SHEET.findall(text)
    number = max([0, *(int(attribute(tag, "sheetId", "0")) for tag in tags)]) + 1
    p = prefix_of(text, "sheets")
    element = (
        f'<{p}sheet name="{escape(name)}" sheetId="{number}" xmlns:r="{OFFICE}" r:id="{key}"/>'
    )
    write_text(package, BOOK, append_to(text, "sheets", element))


def _results(styles: Styles, summary: list[list[str]]) -> list[bytes]:
    widest = max(map(len, summary))
    head = next((index for index, line in enumerate(summary) if len(line) == widest), 0)
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(_WIDTHS, 1)
    )
    begin = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">'
        f'<pane ySplit="{head + 1}" topLeftCell="A{head + 2}" activePane="bottomLeft" '
        f'state="frozen"/></sheetView></sheetViews><cols>{columns}</cols><sheetData>'
    )
    rows = [
        _line(styles, number, line, is_head=number == head + 1)
        for number, line in enumerate(summary, 1)
    ]
    merged = [
        f'<mergeCell ref="A{n}:C{n}"/>' for n, line in enumerate(summary, 1) if len(line) == 1
    ]
    areas = f'<mergeCells count="{len(merged)}">{"".join(merged)}</mergeCells>' if merged else ""
    end = (
        f'</sheetData>{areas}<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" '
        'header="0.3" footer="0.3"/><pageSetup paperSize="9" orientation="landscape" '
        'fitToHeight="0"/></worksheet>'
    )
    return [piece.encode() for piece in (begin, *rows, end)]


def _line(styles: Styles, number: int, line: list[str], *, is_head: bool) -> str:
    kind = HEAD if is_head else PLAIN
    graves = {"退回": GRAVE, "待核": GRAVE, "提醒": NOTE}
    cells = []
    for index, text in enumerate(line):
        cell_kind = graves.get(text, kind) if index == 0 else kind
        bold = is_head or len(line) == 1
        style = own_style(
            styles, cell_kind, bold=bold, centred=is_head or cell_kind in graves.values()
        )
        cells.append(
            f'<c r="{column_letters(index)}{number}" s="{style}" t="inlineStr"><is>'
            f'<t xml:space="preserve">{escape(text)}</t></is></c>'
        )
    height = ""
    if len(line) == 1:
        height = f' ht="{18 * (len(line[0]) // 70 + 1)}" customHeight="1"'
    return f'<row r="{number}"{height}>{"".join(cells)}</row>'


def shared_texts(text: str, wanted: str) -> set[str]:
    """Give the numbers of the shared strings that are a text, however it is split and styled."""
    strings = re.findall(r"<((?:\w+:)?)si(?=[\s/>])[^>]*?(?:/>|>(.*?)</\1si>)", text, re.S)
    return {
        str(number) for number, (_, inside) in enumerate(strings) if plain_text(inside) == wanted
    }


def plain_text(xml: str) -> str:
    """Give the text of a string or cell, without what shows how to pronounce it."""
    xml = re.sub(r"<((?:\w+:)?)rPh\s.*?</\1rPh>", "", xml, flags=re.S)
    runs = re.findall(r"<((?:\w+:)?)t(?=[\s>])[^>]*(?<!/)>(.*?)</\1t>", xml, re.S)
    return unescape("".join(run for _, run in runs)).strip()
