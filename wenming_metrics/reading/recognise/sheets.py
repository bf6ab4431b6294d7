"""Which sheets of a workbook are read, and why a file or a sheet is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from wenming_metrics.domain.problems import Problem
from wenming_metrics.domain.registers import Register
from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import Refusal, SheetGrid, column_letter
from wenming_metrics.reading.model.reading import ASKED, CONFIRM, Recognised, Unmapped
from wenming_metrics.reading.recognise.headers import Words, find_header, guess_header
from wenming_metrics.reading.recognise.judgement import describe_nearest, judge, same_family
from wenming_metrics.reading.recognise.split_tables import cut_tables
from wenming_metrics.reading.recognise.value_forms import Lexicon, build_lexicon
from wenming_metrics.reading.records.kinds import RECORD_KINDS, SHEET_TITLES
from wenming_metrics.reading.resolve.names import build_names
from wenming_metrics.reading.resolve.periods_and_units import decimal_text
from wenming_metrics.reading.survey.questions import is_beside
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.sheet_facts import blank_sheet
from wenming_metrics.reading.tables.values import spell
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
IGNORED = set(
    "序号 行号 no no. 照片 图片 现场照片 问题照片 现场图片 整改前照片 整改后照片 核对意见 签字 盖章".split()
)
"""Headers (normalised) that nobody misses."""
_OPEN = {kind.name for kind in RECORD_KINDS if kind.open}
_LOOKED, _SAMPLES, _SHOWN, _LISTED = 2_000, 3, 6, 30


@dataclass(frozen=True)
class HeadedSheet:
    """A sheet that is read, with its header."""

    sheet: SheetGrid
    header: Header


def refusal_problem(refusal: Refusal) -> Problem:
    """Word why the child did not decode a file."""
    kind = _FILE_KINDS.get(str(refusal.details.get("found")), "别的文件")
    message_words = {"kind": kind, "sheet": "", "row": "", **refusal.details}
    return Problem(_REFUSALS.get(refusal.code, "文件-12"), details=message_words)


def find_sheets(
    sheets: Sequence[SheetGrid], words: Words
) -> tuple[list[HeadedSheet], list[Recognised], list[Problem]]:
    """Find the sheets that are read, what each is taken for, and everything to say about headers."""
    written = [sheet for sheet in sheets if not blank_sheet(sheet)]
    if not written:
        return [], [], [Problem("文件-01")]
    headers = [headed for sheet in written for headed in _cut(sheet, words)]
    judged = [(sheet, header, judge(sheet, header, words)) for sheet, header in headers]
    judged = [(sheet, _as_judged(header, table), table) for sheet, header, table in judged]
    headed_sheets = [
        HeadedSheet(sheet, header) for sheet, header, _ in judged if header and header.kind
    ]
    if headed_sheets:
        judged = [(sheet, header, _beside(table)) for sheet, header, table in judged]
    numbered = any(
        headed.header.kind == reading.VISITS and "visit_no" in headed.header.columns
        for headed in headed_sheets
    )
    problems = [
        problem
        for sheet, header, table in judged
        for problem in (_to_confirm(table, header) or _faults(sheet, header, numbered))
    ]
    problems += list(_unread(judged, headed_sheets))
    kinds = {headed.header.kind for headed in headed_sheets}
    if kinds & reading.REGISTER_KINDS and kinds - reading.REGISTER_KINDS:
        names = "、".join(title for kind, title in SHEET_TITLES.items() if kind in kinds)
        problems.append(Problem("表头-05", details={"kinds": names}))
    return headed_sheets, [table for _, _, table in judged if table], problems


def _cut(sheet: SheetGrid, words: Words) -> Iterator[tuple[SheetGrid, Header | None]]:
    """Cut a sheet into its tables, each with its header; most are one, whose header is known by then."""
    header = find_header(sheet, words)
    for piece in cut_tables(sheet, header):
        yield piece, header if piece is sheet else find_header(piece, words)


def search_words(context: reading.Context, filename: str) -> Words:
    """Gather what the search for headers knows beside the titles of columns."""
    catalogue, choices = context.catalogue, context.choices
    items = _spelled(catalogue.items) | {
        choice.written for choice in choices.names if choice.kind == "item"
    }
    answers, today = context.answers, context.today.toordinal()
    columns = {normalise(header): name for header, name in answers.columns}
    return Words(
        *(items, _spelled(catalogue.point_types), filename, choices.headers),
        *(dict(answers.kinds), context.survey, _lexicon(context.register, catalogue, today)),
        *(columns, answers.assumed_year),
    )


@lru_cache(maxsize=2)
def _lexicon(register: Register, catalogue: Catalogue, today: int) -> Lexicon:
    return build_lexicon(build_names(register, catalogue), today)


def list_unmapped(
    sheets: Sequence[SheetGrid], headed_sheets: Sequence[HeadedSheet], words: Words
) -> list[Unmapped]:
    """List the columns with values that are not read because their headers are not known.

    Of a workbook of which no sheet is known, every column of its likely headers is listed.
    """
    headers = [(headed.sheet, headed.header) for headed in headed_sheets]
    if not headers:
        guesses = (
            (sheet, guess_header(sheet, words)) for sheet in sheets if not blank_sheet(sheet)
        )
        headers = [(sheet, header) for sheet, header in guesses if header]
    return [column for sheet, header in headers for column in _unmapped(sheet, header)]


def _unmapped(sheet: SheetGrid, header: Header) -> Iterator[Unmapped]:
    mapped = {mapped_position for ats in header.columns.values() for mapped_position in ats} | set(
        header.items
    )
    mapped |= {mapped_position for _, ats in header.doubled for mapped_position in ats}
    for position, text in enumerate(header.texts):
        word = normalise(text)
        if position in mapped or not word or word in IGNORED or word in header.ignored:
            continue
        if header.kind == reading.SURVEY and is_beside(word):
            continue
        column = sheet.columns[position]
        below = column.codes[header.first :]
        values = dict.fromkeys(spell(column.values[code]) for code in below[:_LOOKED].tolist())
        samples = tuple(value for value in values if value)[:_SAMPLES]
        # Component scores are read as they are; a person who named the kind may name them too.
        is_read = header.kind in _OPEN and any(decimal_text(text) for text in samples)
        if samples and not (is_read and not header.is_chosen):
            located_header = (sheet.name, position, text, header.fingerprint, header.kind)
            yield Unmapped(*located_header, samples, is_read)


def report_unmapped(columns: Sequence[Unmapped]) -> Iterator[Problem]:
    """Say, once per sheet, which columns are not read."""
    missed = [column for column in columns if column.kind and not column.is_read]
    for sheet in dict.fromkeys(column.sheet for column in missed):
        texts = [column.header for column in missed if column.sheet == sheet]
        yield Problem("表头-08", sheet, details={"columns": _listed(texts, _LISTED)})


def _listed(headers: Sequence[str], n_named: int) -> str:
    """Name the first of some columns, and how many there are where there are more."""
    return "、".join(headers[:n_named]) + (f"等{len(headers)}列" if len(headers) > n_named else "")


def _spelled(entries: pd.DataFrame) -> frozenset[str]:
    words = [*entries["name"], *(alias for several in entries["aliases"] for alias in several)]
    return frozenset(map(normalise, words))


def _faults(sheet: SheetGrid, header: Header | None, numbered: bool) -> Iterator[Problem]:
    """Say what is wrong with the header of a sheet whose kind is known.

    Takes: numbered - there are visits with numbers, from which problems may take what they lack
    """
    if header is None:
        return
    row = sheet.first_row + header.row
    if header.missing and not (header.joins and numbered):
        message_words = {"kind": SHEET_TITLES[header.kind], "missing": "、".join(header.missing)}
        yield Problem("表头-04", sheet.name, row, details=message_words)
    for name, positions in (*header.doubled, *_same_totals(header)):
        texts = [header.texts[position] for position in positions]
        used = header.columns[name][0]
        same = len({normalise(text) for text in texts}) < len(texts)
        message_words = {
            "headers": "、".join(dict.fromkeys(texts)),
            "columns": "、".join(column_letter(position) for position in positions),
            "used": f"{column_letter(used)} 列“{header.texts[used]}”",
        }
        code = "表头-07" if same else "表头-06"
        yield Problem(code, sheet.name, row, details=message_words)


def _same_totals(header: Header) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Give the totals of one header outside of groups: no answer says which of them counts."""
    positions = header.columns.get("total", ())
    apart = [p for p in positions if not any(header.groups[p : p + 1])]
    words = [normalise(header.texts[position]) for position in apart]
    same = tuple(p for p, word in zip(apart, words, strict=True) if words.count(word) > 1)
    if same:
        yield "total", same


def _beside(table: Recognised | None) -> Recognised | None:
    """Leave a sheet beside good ones unread, as its note says, unless it is clearly a table."""
    is_weak = table and not table.kind and table.is_open
    is_weak = is_weak and (bool(table.missing) or table.certainty == ASKED)
    return replace(table, certainty="") if is_weak else table


def _as_judged(header: Header | None, table: Recognised | None) -> Header | None:
    """Take its kind from a header whose table is of none by all that it says."""
    is_none = header and table and header.kind and not table.kind and not table.is_open
    return replace(header, kind="", missing=(), doubled=()) if is_none else header


def _to_confirm(table: Recognised | None, header: Header | None) -> list[Problem]:
    """Say that a table is filled in and waits for a person's word; nothing where it does not."""
    if table is None or not table.is_open:
        return []
    doubtful = [column.header for column in table.columns if column.is_doubtful]
    is_lacking = bool(header and header.kind and header.missing)
    is_other = bool(table.missing) or table.proposed != (header.kind if header else "")
    if is_lacking and is_other and not doubtful and same_family(header.kind, table.proposed):
        return []  # what its known titles lack is said, which no confirmation can mend
    details = {
        "kind": SHEET_TITLES[table.proposed],
        "reason": table.reason,
        "open": f"要特别看一看：{_listed(doubtful, _LISTED)}。" if doubtful else "",
        "missing": f"还没有认出：{'、'.join(table.missing)}。" if table.missing else "",
    }
    return [Problem(CONFIRM, table.sheet, details=details)]


def _unread(
    judged: Sequence[tuple[SheetGrid, Header | None, Recognised | None]],
    headed_sheets: Sequence[HeadedSheet],
) -> Iterator[Problem]:
    """Say which sheets are not read: a note beside good sheets, else the reason of the return."""
    without_kind = [entry for entry in judged if not (entry[1] and entry[1].kind)]
    silent = [entry for entry in without_kind if not (entry[2] and entry[2].is_open)]
    if headed_sheets or len(silent) < len(judged):
        yield from (Problem("表头-02", sheet.name) for sheet, _, _ in silent)
        return
    with_header = [entry for entry in silent if entry[1]]
    for sheet, header, table in with_header:
        details = {
            "columns": "、".join(header.known_titles),
            "nearest": describe_nearest(table),
        }
        yield Problem("表头-03", sheet.name, sheet.first_row + header.row, details=details)
    if not with_header:
        yield next(
            (_strange(sheet, table) for sheet, _, table in silent if table), Problem("表头-01")
        )


def _strange(sheet: SheetGrid, table: Recognised) -> Problem:
    """Say which row looks like a header of which not one word is known."""
    texts = [column.header for column in table.columns if column.header]
    names = _listed(texts, _SHOWN)
    row = sheet.first_row + sheet.n_rows - table.n_rows - 1
    return Problem("表头-19", sheet.name, row, details={"columns": names})
