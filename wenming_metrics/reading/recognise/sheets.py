"""Which sheets of a workbook are read, and why a file or a sheet is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import Refusal, Sheet, column_letter
from wenming_metrics.reading.model.reading import Recognised, Unmapped
from wenming_metrics.reading.recognise.headers import Words, find_header, guess_header
from wenming_metrics.reading.recognise.split_tables import cut_tables
from wenming_metrics.reading.records.kinds import RECORD_KINDS, SHEET_TITLES
from wenming_metrics.reading.resolve.periods_and_units import decimal_text
from wenming_metrics.reading.survey.questions import is_beside
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.sheet_facts import blank_sheet
from wenming_metrics.reading.tables.values import spell
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
    "plain_text": "文件-14",
    "unknown_text": "文件-15",
    "open_quote": "文件-16",
    "document": "文件-17",
    "pdf": "文件-18",
    "image": "文件-19",
    "archive": "文件-20",
    "ods": "文件-21",
    "xlsb": "文件-22",
    "many_members": "文件-23",
    "archive_too_big": "文件-24",
    "archive_password": "文件-25",
    "archive_broken": "文件-26",
    "archive_empty": "文件-27",
}
_FILE_KINDS = {
    "ppt": "演示文稿",
    "pptx": "演示文稿",
    "ole2": "别的 Office 文档",
    "pdf": "PDF 文件",
    "ofd": "OFD 文件",
    "rar": "RAR 压缩包",
    "7z": "7z 压缩包",
    "zip": "压缩包",
    "gz": "压缩包",
    "bz2": "压缩包",
    "xz": "压缩包",
}
_REGISTERS = {reading.UNITS, reading.SITES}
IGNORED = set(
    "序号 行号 no no. 照片 图片 现场照片 问题照片 现场图片 整改前照片 整改后照片 核对意见 签字 盖章".split()
)
"""Headers (normalised) that nobody misses."""
_OPEN = {kind.name for kind in RECORD_KINDS if kind.open}
_LOOKED, _SAMPLES = 2_000, 3


@dataclass(frozen=True)
class Found:
    """A sheet that is read, with its header."""

    sheet: Sheet
    header: Header


def refusal_problem(refusal: Refusal) -> Problem:
    """Word why the child did not decode a file."""
    kind = _FILE_KINDS.get(str(refusal.details.get("found")), "别的文件")
    told = {"kind": kind, "sheet": "", "row": "", **refusal.details}
    return Problem(_REFUSALS.get(refusal.code, "文件-12"), details=told)


def find_sheets(sheets: Sequence[Sheet], words: Words) -> tuple[list[Found], list[Problem]]:
    """Find the sheets that are read and everything to say about headers."""
    written = [sheet for sheet in sheets if not blank_sheet(sheet)]
    if not written:
        return [], [Problem("文件-01")]
    pieces = [piece for sheet in written for piece in cut_tables(sheet, find_header(sheet, words))]
    headers = [(piece, find_header(piece, words)) for piece in pieces]
    found = [Found(sheet, header) for sheet, header in headers if header and header.kind]
    numbered = any(
        one.header.kind == reading.VISITS and "visit_no" in one.header.columns for one in found
    )
    problems = [
        problem for sheet, header in headers for problem in _faults(sheet, header, numbered)
    ]
    problems += list(_unread(headers, found))
    kinds = {one.header.kind for one in found}
    if kinds & _REGISTERS and kinds - _REGISTERS:
        names = "、".join(title for kind, title in SHEET_TITLES.items() if kind in kinds)
        problems.append(Problem("表头-05", details={"kinds": names}))
    return found, problems


def search_words(context: reading.Context, filename: str) -> Words:
    """Gather what the search for headers knows beside the titles of columns."""
    catalogue, choices = context.catalogue, context.choices
    items = _spelled(catalogue.items) | {one.written for one in choices.names if one.kind == "item"}
    said = (choices.headers, dict(context.answers.kinds))
    return Words(items, _spelled(catalogue.point_types), filename, *said, context.survey)


def list_recognised(
    sheets: Sequence[Sheet], found: Sequence[Found], words: Words
) -> Iterator[Recognised]:
    """List what each table was taken for; a sheet without a known header by its likely one."""
    for header, name in ((one.header, one.sheet.name) for one in found):
        yield Recognised(name, header.kind, header.fingerprint, header.is_chosen)
    read = {one.sheet.index for one in found}
    for sheet in (one for one in sheets if one.index not in read and not blank_sheet(one)):
        header = find_header(sheet, words) or guess_header(sheet, words)
        if header:
            yield Recognised(sheet.name, "", header.fingerprint, header.is_chosen)


def list_unmapped(sheets: Sequence[Sheet], found: Sequence[Found], words: Words) -> list[Unmapped]:
    """List the columns with values that are not read because their headers are not known.

    Of a workbook of which no sheet is known, every column of its likely headers is listed.
    """
    headers = [(one.sheet, one.header) for one in found]
    if not headers:
        guesses = (
            (sheet, guess_header(sheet, words)) for sheet in sheets if not blank_sheet(sheet)
        )
        headers = [(sheet, header) for sheet, header in guesses if header]
    return [one for sheet, header in headers for one in _unmapped(sheet, header)]


def _unmapped(sheet: Sheet, header: Header) -> Iterator[Unmapped]:
    known = {at for ats in header.columns.values() for at in ats} | set(header.items)
    known |= {at for _, ats in header.doubled for at in ats}
    for at, text in enumerate(header.texts):
        word = normalise(text)
        if at in known or not word or word in IGNORED or word in header.ignored:
            continue
        if header.kind == reading.SURVEY and is_beside(word):
            continue
        column = sheet.columns[at]
        below = column.codes[header.first :]
        values = dict.fromkeys(spell(column.values[code]) for code in below[:_LOOKED].tolist())
        samples = tuple(value for value in values if value)[:_SAMPLES]
        # Component scores are read as they are; a person who named the kind may name them too.
        is_read = header.kind in _OPEN and any(decimal_text(text) for text in samples)
        if samples and not (is_read and not header.is_chosen):
            place = (sheet.name, at, text, header.fingerprint, header.kind)
            yield Unmapped(*place, samples, is_read)


def report_unmapped(columns: Sequence[Unmapped]) -> Iterator[Problem]:
    """Say, once per sheet, which columns are not read."""
    missed = [one for one in columns if one.kind and not one.is_read]
    for sheet in dict.fromkeys(one.sheet for one in missed):
        texts = [one.header for one in missed if one.sheet == sheet]
        yield Problem("表头-08", sheet, details={"columns": "、".join(texts)})


def _spelled(entries: pd.DataFrame) -> frozenset[str]:
    words = [*entries["name"], *(alias for several in entries["aliases"] for alias in several)]
    return frozenset(map(normalise, words))


def _faults(sheet: Sheet, header: Header | None, numbered: bool) -> Iterator[Problem]:
    """Say what is wrong with the header of a sheet whose kind is known.

    Takes: numbered - there are visits with numbers, from which problems may take what they lack
    """
    if header is None:
        return
    row = sheet.first_row + header.row
    if header.missing and not (header.joins and numbered):
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
    others = [(sheet, header) for sheet, header in headers if not (header and header.kind)]
    if found or len(others) < len(headers):
        yield from (Problem("表头-02", sheet.name) for sheet, _ in others)
        return
    known = [(sheet, header) for sheet, header in others if header]
    for sheet, header in known:
        told = {"columns": "、".join(header.known)}
        yield Problem("表头-03", sheet.name, sheet.first_row + header.row, details=told)
    if not known:
        yield Problem("表头-01")
