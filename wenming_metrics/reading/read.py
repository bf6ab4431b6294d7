"""Read a workbook: untrusted bytes in, rows in the city's own numbers and every problem out.

decode (child process) -> header of each sheet -> data rows -> values and names settled -> frames.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.problems import Problem, rejected
from wenming_metrics.reading import model
from wenming_metrics.reading.assemble import read_inspection
from wenming_metrics.reading.facts import report_facts
from wenming_metrics.reading.grid import Workbook
from wenming_metrics.reading.kinds import BY_NAME
from wenming_metrics.reading.model import (
    Context,
    Counts,
    HeaderCell,
    Reading,
    SheetReading,
)
from wenming_metrics.reading.names import build_names
from wenming_metrics.reading.plan import read_plan
from wenming_metrics.reading.registers import read_places, read_units
from wenming_metrics.reading.rows import BLANK_ROW, DATA, Total, build_table
from wenming_metrics.reading.sandbox import decode
from wenming_metrics.reading.sheets import Found, find_sheets, refusal_problem
from wenming_metrics.reading.table import Table
from wenming_metrics.units import build_units

_HELD = list(model.HELD_COLUMNS)
_CHECKED = {model.CHECKLIST, model.FINDINGS, model.VISITS}


@dataclass(frozen=True)
class Taken:
    """One sheet whose rows were taken: its table, rows of totals, rows that are no data."""

    table: Table
    totals: list[Total]
    skipped: int


def read(data: bytes, filename: str, context: Context) -> Reading:
    """Read a workbook.

    Takes:   data - all bytes of the file, whatever it is; filename - only told again
    Returns: a reading; a file that is returned (退回) has problems and no rows
    """
    # The maps of names are made while the child decodes; they are kept, and asked for later.
    workbook = decode(data, meanwhile=lambda: build_names(context.register, context.catalogue))
    return read_workbook(workbook, filename, hashlib.sha256(data).hexdigest(), context)


def read_workbook(workbook: Workbook, filename: str, sha256: str, context: Context) -> Reading:
    """Read what the child decoded. Takes and returns as `read`."""
    bare = Reading(filename, sha256)
    if workbook.refusal:
        return _returned(bare, [refusal_problem(workbook.refusal)])
    found, problems = find_sheets(workbook.sheets, context.catalogue)
    if rejected(problems):
        return _returned(bare, problems)
    taken = [_take(sheet) for sheet in found]
    frames = _read_frames(taken, context)
    problems += [said for one in taken for said in _ordered(one.table.problems)]
    if rejected(problems):
        return _returned(bare, problems)
    return Reading(
        filename,
        sha256,
        kind=_kind(taken),
        sheets=tuple(_sheet_reading(one.table) for one in taken),
        held=_held(taken),
        problems=tuple(problems),
        counts=_counts(taken),
        blocks=tuple((one.table.sheet.index, b) for one in taken for b in one.table.sheet.blocks),
        **frames,
    )


def _take(found: Found) -> Taken:
    table, states, totals = build_table(found.sheet, found.header)
    report_facts(table)
    return Taken(table, totals, int(((states != DATA) & (states != BLANK_ROW)).sum()))


def _read_frames(taken: Sequence[Taken], context: Context) -> dict[str, pd.DataFrame]:
    """Read the tables by kind; sites of a register are read against the units beside them."""
    kinds = {one.table.kind for one in taken}
    if kinds & {model.UNITS, model.SITES}:
        return _read_registers(taken, context)
    names = build_names(context.register, context.catalogue)
    plans = [read_plan(one.table, names) for one in taken if one.table.kind == model.PLAN]
    records = [
        BY_NAME[one.table.kind].read(one.table, names, context)
        for one in taken
        if one.table.kind in BY_NAME
    ]
    apart = {model.PLAN, *BY_NAME}
    rest = [(one.table, one.totals) for one in taken if one.table.kind not in apart]
    frames = {"plan": _concat(plans)} if plans else {}
    frames |= {"records": _concat(records)} if records else {}
    return {**frames, **read_inspection(rest, names, context)} if rest else frames


def _read_registers(taken: Sequence[Taken], context: Context) -> dict[str, pd.DataFrame]:
    units = [
        read_units(one.table, context.register) for one in taken if one.table.kind == model.UNITS
    ]
    frames, register = {}, context.register
    if units:
        frames["units"] = _concat(units)
        register = build_units(register, frames["units"])
    names = build_names(register, context.catalogue)
    places = [read_places(one.table, names) for one in taken if one.table.kind == model.SITES]
    return {**frames, "places": _concat(places)} if places else frames


def _concat(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def _kind(taken: Sequence[Taken]) -> str:
    """Name the whole file; whatever lies beside checks or problems, it is an inspection."""
    kinds = {one.table.kind for one in taken}
    if {model.UNITS, model.SITES} <= kinds:
        return model.REGISTERS
    if len(kinds) == 1 and not kinds & _CHECKED:
        return kinds.pop()
    return model.RECORDS if kinds <= set(BY_NAME) else model.INSPECTION


def _sheet_reading(table: Table) -> SheetReading:
    names = {at: name for name, ats in table.header.columns.items() for at in ats}
    headers = tuple(
        HeaderCell(at, text, names.get(at, ""))
        for at, text in enumerate(table.header.texts)
        if text
    )
    row = table.sheet.first_row + table.header.row
    return SheetReading(table.sheet.name, table.sheet.index, table.kind, row, headers, table.n_rows)


def _ordered(problems: list[Problem]) -> list[Problem]:
    """Order the problems of a sheet by row, those of the whole sheet first."""
    rows = np.array([problem.row or 0 for problem in problems], np.int64)
    return [problems[at] for at in np.argsort(rows, kind="stable").tolist()]


def _counts(taken: Sequence[Taken]) -> Counts:
    rows = sum(one.table.n_rows for one in taken)
    held = sum(int(one.table.held.sum()) for one in taken)
    return Counts(rows, rows - held, held, sum(one.skipped for one in taken))


def _held(taken: Sequence[Taken]) -> pd.DataFrame:
    """List the rows that are held with the codes of everything that holds them."""
    frames = []
    for table in (one.table for one in taken):
        rows = np.flatnonzero(table.held)
        codes = list(table.holders)
        bits = sum(
            (mask[rows].astype(np.int64) << at for at, mask in enumerate(table.holders.values())),
            start=np.zeros(len(rows), np.int64),
        )
        kinds, number = np.unique(bits, return_inverse=True)
        said = np.empty(len(kinds), object)
        said[:] = [
            tuple(code for at, code in enumerate(codes) if kind >> at & 1)
            for kind in kinds.tolist()
        ]
        columns = {"sheet": table.sheet.index, "source_row": table.excel[rows]}
        frames.append(pd.DataFrame({**columns, "codes": said[number]}, columns=_HELD))
    return pd.concat(frames, ignore_index=True).astype(model.HELD_COLUMNS)


def _returned(bare: Reading, problems: Sequence[Problem]) -> Reading:
    return Reading(bare.filename, bare.sha256, problems=tuple(problems))
