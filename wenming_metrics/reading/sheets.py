"""Which sheets of a workbook are read, and why a file or a sheet is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wenming_metrics.problems import Problem
from wenming_metrics.reading import model
from wenming_metrics.reading.facts import blank_sheet
from wenming_metrics.reading.grid import Refusal, Sheet, column_letter
from wenming_metrics.reading.header import Header
from wenming_metrics.reading.headers import find_header
from wenming_metrics.reading.kinds import SHEET_TITLES
from wenming_metrics.rules.model import Catalogue
from wenming_metrics.vocabulary import normalise

_REFUSALS = {
    "empty": "文件-01",
    "not_workbook": "文件-02",
    "truncated": "文件-03",
    "password": "文件-04",
    "macro": "文件-05",
    "zip_bomb": "文件-06",
    "too_big": "文件-07",
    "too_many_cells": "文件-08",
    "entities": "文件-09",
    "unreadable": "文件-10",
    "too_slow": "文件-11",
    "crashed": "文件-12",
    "html_table": "文件-13",
    "csv_text": "文件-14",
}
_FILE_KINDS = {
    "pdf": "PDF 文档",
    "image": "图片",
    "archive": "压缩包",
    "zip": "压缩包",
    "docx": "Word 文档",
    "pptx": "演示文稿",
    "ods": "ODS 表格",
    "xlsb": "二进制工作簿(xlsb)",
    "ole2": "别的 Office 文档",
}
_REGISTERS = {model.UNITS, model.SITES}


@dataclass(frozen=True)
class Found:
    """A sheet that is read, with its header."""

    sheet: Sheet
    header: Header


def refusal_problem(refusal: Refusal) -> Problem:
    """Word why the child did not decode a file."""
    kind = _FILE_KINDS.get(str(refusal.details.get("found")), "别的文件")
    told = {"kind": kind, "sheet": "", **refusal.details}
    return Problem(_REFUSALS.get(refusal.code, "文件-12"), details=told)


def find_sheets(sheets: Sequence[Sheet], catalogue: Catalogue) -> tuple[list[Found], list[Problem]]:
    """Find the sheets that are read and everything to say about headers.

    Takes: sheets - of one workbook; catalogue - whose items tell a sheet with a column per item
    """
    words = [*catalogue.items["name"], *(a for some in catalogue.items["aliases"] for a in some)]
    items = frozenset(map(normalise, words))
    written = [sheet for sheet in sheets if not blank_sheet(sheet)]
    if not written:
        return [], [Problem("文件-01")]
    headers = [(sheet, find_header(sheet, items)) for sheet in written]
    found = [Found(sheet, header) for sheet, header in headers if header and _is_read(header)]
    problems = [problem for sheet, header in headers for problem in _faults(sheet, header)]
    problems += list(_unread(headers, found))
    kinds = {one.header.kind for one in found}
    if kinds & _REGISTERS and kinds - _REGISTERS:
        names = "、".join(title for kind, title in SHEET_TITLES.items() if kind in kinds)
        problems.append(Problem("表头-05", details={"kinds": names}))
    return found, problems


def _is_read(header: Header) -> bool:
    return bool(header.kind) and not header.wide


def _faults(sheet: Sheet, header: Header | None) -> Iterator[Problem]:
    """Say what is wrong with the header of a sheet whose kind is known."""
    if header is None:
        return
    row = sheet.first_row + header.row
    if header.wide:
        yield Problem("表头-08", sheet.name, row)
        return
    if header.missing:
        told = {"kind": SHEET_TITLES[header.kind], "missing": "、".join(header.missing)}
        yield Problem("表头-04", sheet.name, row, details=told)
    for name, positions in header.doubled:
        texts = [header.texts[at] for at in positions]
        used = header.columns[name][0]
        same = len({normalise(text) for text in texts}) < len(texts)
        told = {
            "headers": "、".join(dict.fromkeys(texts)),
            "columns": "、".join(column_letter(at) for at in positions),
            "used": f"{column_letter(used)} 列“{header.texts[used]}”",
        }
        code = "表头-07" if same else "表头-06"
        yield Problem(code, sheet.name, row, details=told)


def _unread(
    headers: Sequence[tuple[Sheet, Header | None]], found: Sequence[Found]
) -> Iterator[Problem]:
    """Say which sheets are not read: a note beside good sheets, else the reason of the return."""
    others = [
        (sheet, header)
        for sheet, header in headers
        if not (header and (header.kind or header.wide))
    ]
    if found or len(others) < len(headers):
        yield from (Problem("表头-02", sheet.name) for sheet, _ in others)
        return
    known = [(sheet, header) for sheet, header in others if header]
    for sheet, header in known:
        told = {"columns": "、".join(header.known)}
        yield Problem("表头-03", sheet.name, sheet.first_row + header.row, details=told)
    if not known:
        yield Problem("表头-01")
