"""What is told of a file that was read: its kind, its sheets, how many rows, which are held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.reading import Counts, HeaderCell, SheetReading
from wenming_metrics.reading.records.kinds import BY_NAME
from wenming_metrics.reading.tables.table import Table, held_rows
from wenming_metrics.reading.tables.totals import Total

CHECKED = {reading.CHECKLIST, reading.WIDE, reading.FINDINGS, reading.VISITS}
"""Kinds of sheets that together are an inspection."""


@dataclass(frozen=True)
class ParsedSheet:
    """One sheet whose rows were taken: its table, rows of totals, rows that are no data."""

    table: Table
    totals: list[Total]
    skipped: int


def name_kind(parsed_sheets: Sequence[ParsedSheet]) -> str:
    """Name the whole file; whatever lies beside checks or problems, it is an inspection."""
    kinds = {parsed.table.kind for parsed in parsed_sheets}
    if len(kinds) > 1 and kinds <= reading.REGISTER_KINDS:
        return reading.REGISTERS
    if len(kinds) == 1 and not kinds & CHECKED:
        return kinds.pop()
    return reading.RECORDS if kinds <= {*BY_NAME, reading.SURVEY} else reading.INSPECTION


def describe_sheets(parsed_sheets: Sequence[ParsedSheet]) -> tuple[SheetReading, ...]:
    """Tell of the sheets; several tables of one are told of together, each header with its row."""
    by_index: dict[int, SheetReading] = {}
    for table in (parsed.table for parsed in parsed_sheets):
        index, row = table.sheet.index, table.sheet.first_row + table.header.row
        headers = _header_cells(table, row if index in by_index else 0)
        if index in by_index:
            first = by_index[index]
            more = {"headers": (*first.headers, *headers), "n_rows": first.n_rows + table.n_rows}
            by_index[index] = replace(first, **more)
            continue
        identity = (table.sheet.name, index, table.kind, row)
        by_index[index] = SheetReading(*identity, headers, table.n_rows, table.header.titles.sender)
    return tuple(by_index.values())


def _header_cells(table: Table, row: int) -> tuple[HeaderCell, ...]:
    names = {position: name for name, ats in table.header.columns.items() for position in ats}
    texts = table.header.texts
    return tuple(
        HeaderCell(position, text, names.get(position, ""), row)
        for position, text in enumerate(texts)
        if text
    )


def order_problems(problems: list[Problem]) -> list[Problem]:
    """Order the problems of a sheet by row, those of the whole sheet first."""
    rows = np.array([problem.row or 0 for problem in problems], np.int64)
    return [problems[index] for index in np.argsort(rows, kind="stable").tolist()]


def count_rows(parsed_sheets: Sequence[ParsedSheet], records: pd.DataFrame | None) -> Counts:
    """Count the rows of data: all, those that count, those held, those left out."""
    rows = sum(parsed.table.n_rows for parsed in parsed_sheets)
    n_held = sum(int(parsed.table.held.sum()) for parsed in parsed_sheets)
    silent = sum(
        _without_record(parsed.table, records)
        for parsed in parsed_sheets
        if parsed.table.kind in BY_NAME
    )
    skipped = sum(parsed.skipped for parsed in parsed_sheets) + silent
    return Counts(rows - silent, rows - silent - n_held, n_held, skipped)


def _without_record(table: Table, records: pd.DataFrame) -> int:
    """Count the rows that a kind of records takes for bands and sums of its own."""
    record_rows = records.loc[records["sheet"] == table.sheet.index, "source_row"]
    return int((~table.held & ~np.isin(table.excel, record_rows.to_numpy())).sum())


def list_held(parsed_sheets: Sequence[ParsedSheet]) -> pd.DataFrame:
    """List the rows that are held with the codes of everything that holds them."""
    frames = [held_rows(parsed.table) for parsed in parsed_sheets]
    held_lines = pd.concat(frames, ignore_index=True)
    if held_lines.duplicated(["sheet", "source_row"]).any():  # tables that stand side by side
        joined = held_lines.groupby(["sheet", "source_row"], sort=False)["codes"].agg(_united)
        held_lines = joined.reset_index()
    return held_lines.astype(reading.HELD_COLUMNS)


def _united(code_sets: pd.Series) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for codes in code_sets for code in codes))
