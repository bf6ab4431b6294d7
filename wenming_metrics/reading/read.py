"""Read a workbook: untrusted bytes in, rows in the city's own numbers and every problem out.

decode (child process) -> header of each sheet -> data rows -> values and names settled -> frames.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wenming_metrics.domain.problems import Problem, rejected
from wenming_metrics.domain.registers import Register, build_units
from wenming_metrics.reading.inspection.assemble import read_inspection
from wenming_metrics.reading.inspection.plan import read_plan
from wenming_metrics.reading.inspection.registers import read_places, read_units
from wenming_metrics.reading.inspection.wide import find_bare
from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import Refusal, Workbook
from wenming_metrics.reading.model.reading import (
    Context,
    Counts,
    HeaderCell,
    Reading,
    SheetReading,
    Unmapped,
)
from wenming_metrics.reading.personal.blanking import blank
from wenming_metrics.reading.personal.columns import (
    PersonalColumn,
    find_personal,
    find_unread,
    is_personal,
    without_personal,
)
from wenming_metrics.reading.recognise.data_rows import BLANK_ROW, DATA, build_table
from wenming_metrics.reading.recognise.sheets import (
    Found,
    find_sheets,
    list_recognised,
    list_unmapped,
    refusal_problem,
    report_unmapped,
    search_words,
)
from wenming_metrics.reading.records.counted_totals import report_sums
from wenming_metrics.reading.records.kinds import BY_NAME
from wenming_metrics.reading.resolve.names import Names, build_names
from wenming_metrics.reading.sandbox.pictures import pictures_read, report_pictures
from wenming_metrics.reading.sandbox.process import decode
from wenming_metrics.reading.survey.questionnaires import read_survey
from wenming_metrics.reading.tables.sheet_facts import report_facts
from wenming_metrics.reading.tables.table import Table
from wenming_metrics.reading.tables.totals import Total, report_totals
from wenming_metrics.vocabulary import normalise

_HELD = list(reading.HELD_COLUMNS)
_CHECKED = {reading.CHECKLIST, reading.WIDE, reading.FINDINGS, reading.VISITS}


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
    workbook = decode(data, meanwhile=lambda: _names(context, context.register))
    found = read_workbook(workbook, filename, hashlib.sha256(data).hexdigest(), context)
    return _without_personal(found, data, workbook) if found.personal else found


def _without_personal(found: Reading, data: bytes, workbook: Workbook) -> Reading:
    """Keep a copy without personal data in place of the file; it is known by that copy."""
    kept = blank(data, workbook, found.personal)
    if isinstance(kept, Refusal):
        columns = "、".join(one.header for one in found.personal)
        told = [Problem("隐私-02", details={"columns": columns})]
        return _returned(Reading(found.filename, found.sha256), told)
    return replace(found, kept=kept, sha256=hashlib.sha256(kept).hexdigest())


def read_workbook(workbook: Workbook, filename: str, sha256: str, context: Context) -> Reading:
    """Read what the child decoded. Takes and returns as `read`."""
    bare = Reading(filename, sha256)
    if workbook.refusal:
        return _returned(bare, [refusal_problem(workbook.refusal)])
    words = search_words(context, filename)
    found, problems = find_sheets(workbook.sheets, words)
    bare = replace(bare, recognised=tuple(list_recognised(workbook.sheets, found, words)))
    columns = list_unmapped(workbook.sheets, found, words)
    # Nobody is asked what a caller's number is: its samples would be shown.
    unmapped = tuple(
        one
        for one in columns
        if not is_personal(normalise(one.header), of_people=one.kind == reading.SURVEY)
    )
    if rejected(problems):
        return _returned(bare, problems, unmapped)
    personal = _personal(workbook, found)
    taken = [
        _take(replace(one, sheet=without_personal(one.sheet, personal)) if personal else one)
        for one in found
    ]
    frames = _read_frames(taken, context)
    _tell_totals(taken)
    problems += [*report_unmapped(unmapped), *_told(personal)]
    problems += [said for one in taken for said in _ordered(one.table.problems)]
    problems += report_pictures(workbook, {one.table.sheet.index: one.table.sheet for one in taken})
    if rejected(problems):
        return _returned(bare, problems, unmapped)
    return Reading(
        filename,
        sha256,
        kind=_kind(taken),
        sheets=_sheet_readings(taken),
        held=_held(taken),
        bare=tuple(_bare(taken, context)),
        unmapped=unmapped,
        recognised=bare.recognised,
        problems=tuple(problems),
        counts=_counts(taken, frames.get("records")),
        blocks=tuple((one.table.sheet.index, b) for one in taken for b in one.table.sheet.blocks),
        corrects=workbook.tag,
        personal=personal,
        **pictures_read(workbook, {one.table.sheet.index for one in taken}),
        **frames,
    )


def _bare(taken: Sequence[Taken], context: Context) -> Iterator[reading.Bare]:
    """List the sheets with bare numbers in columns of items."""
    for table in (one.table for one in taken if one.table.kind == reading.WIDE):
        found = find_bare(table, reading.bare_meaning(context, table.header.fingerprint))
        if found:
            yield found


def _personal(workbook: Workbook, found: Sequence[Found]) -> tuple[PersonalColumn, ...]:
    """List the columns with personal data, of every sheet: the whole file would be kept."""
    read = {one.sheet.index for one in found}
    beside = (sheet for sheet in workbook.sheets if sheet.index not in read)
    return *find_personal([(one.sheet, one.header) for one in found]), *find_unread(beside)


def _told(personal: Sequence[PersonalColumn]) -> Iterator[Problem]:
    for sheet in dict.fromkeys(one.sheet for one in personal):
        columns = "、".join(one.header for one in personal if one.sheet == sheet)
        yield Problem("隐私-01", sheet, details={"columns": columns})


def _names(context: Context, register: Register) -> Names:
    return build_names(register, context.catalogue, context.choices.names)


def _take(found: Found) -> Taken:
    table, states, totals = build_table(found.sheet, found.header)
    report_facts(table)
    return Taken(table, totals, int(((states != DATA) & (states != BLANK_ROW)).sum()))


def _read_frames(taken: Sequence[Taken], context: Context) -> dict[str, object]:
    """Read the tables by kind; sites of a register are read against the units beside them."""
    kinds = {one.table.kind for one in taken}
    if kinds & {reading.UNITS, reading.SITES}:
        return _read_registers(taken, context)
    names = _names(context, context.register)
    plans = [read_plan(one.table, names) for one in taken if one.table.kind == reading.PLAN]
    records = [_read_records(one, names, context) for one in taken if one.table.kind in BY_NAME]
    asked = [one.table for one in taken if one.table.kind == reading.SURVEY]
    apart = {reading.PLAN, reading.SURVEY, *BY_NAME}
    rest = [(one.table, one.totals) for one in taken if one.table.kind not in apart]
    frames = {"plan": _concat(plans)} if plans else {}
    frames |= {"records": _concat(records)} if records else {}
    frames |= {"answers": read_survey(asked, names, context)} if asked else {}
    return {**frames, **read_inspection(rest, names, context)} if rest else frames


def _read_records(one: Taken, names: Names, context: Context) -> pd.DataFrame:
    return BY_NAME[one.table.kind].read(one.table, names, context)


def _tell_totals(taken: Sequence[Taken]) -> None:
    """Tell of rows of totals where there are no deductions that they could be held against."""
    for one in taken:
        if one.table.kind == reading.COUNTED:
            report_sums(one.table, one.totals)
        elif one.table.kind not in _CHECKED - {reading.VISITS}:
            report_totals(one.table, one.totals, np.zeros(one.table.n_rows, np.int64))


def _read_registers(taken: Sequence[Taken], context: Context) -> dict[str, pd.DataFrame]:
    units = [
        read_units(one.table, context.register) for one in taken if one.table.kind == reading.UNITS
    ]
    frames, register = {}, context.register
    if units:
        frames["units"] = _concat(units)
        register = build_units(register, frames["units"])
    names = _names(context, register)
    places = [read_places(one.table, names) for one in taken if one.table.kind == reading.SITES]
    return {**frames, "places": _concat(places)} if places else frames


def _concat(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def _kind(taken: Sequence[Taken]) -> str:
    """Name the whole file; whatever lies beside checks or problems, it is an inspection."""
    kinds = {one.table.kind for one in taken}
    if {reading.UNITS, reading.SITES} <= kinds:
        return reading.REGISTERS
    if len(kinds) == 1 and not kinds & _CHECKED:
        return kinds.pop()
    return reading.RECORDS if kinds <= {*BY_NAME, reading.SURVEY} else reading.INSPECTION


def _sheet_readings(taken: Sequence[Taken]) -> tuple[SheetReading, ...]:
    """Tell of the sheets; several tables of one are told of together, each header with its row."""
    found: dict[int, SheetReading] = {}
    for table in (one.table for one in taken):
        index, row = table.sheet.index, table.sheet.first_row + table.header.row
        headers = _header_cells(table, row if index in found else 0)
        if index in found:
            first = found[index]
            more = {"headers": (*first.headers, *headers), "n_rows": first.n_rows + table.n_rows}
            found[index] = replace(first, **more)
            continue
        place = (table.sheet.name, index, table.kind, row)
        found[index] = SheetReading(*place, headers, table.n_rows, table.header.titles.sender)
    return tuple(found.values())


def _header_cells(table: Table, row: int) -> tuple[HeaderCell, ...]:
    names = {at: name for name, ats in table.header.columns.items() for at in ats}
    texts = table.header.texts
    return tuple(
        HeaderCell(at, text, names.get(at, ""), row) for at, text in enumerate(texts) if text
    )


def _ordered(problems: list[Problem]) -> list[Problem]:
    """Order the problems of a sheet by row, those of the whole sheet first."""
    rows = np.array([problem.row or 0 for problem in problems], np.int64)
    return [problems[at] for at in np.argsort(rows, kind="stable").tolist()]


def _counts(taken: Sequence[Taken], records: pd.DataFrame | None) -> Counts:
    rows = sum(one.table.n_rows for one in taken)
    held = sum(int(one.table.held.sum()) for one in taken)
    silent = sum(_without_record(one.table, records) for one in taken if one.table.kind in BY_NAME)
    skipped = sum(one.skipped for one in taken) + silent
    return Counts(rows - silent, rows - silent - held, held, skipped)


def _without_record(table: Table, records: pd.DataFrame) -> int:
    """Count the rows that a kind of records takes for bands and sums of its own."""
    own = records.loc[records["sheet"] == table.sheet.index, "source_row"]
    return int((~table.held & ~np.isin(table.excel, own.to_numpy())).sum())


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
    return pd.concat(frames, ignore_index=True).astype(reading.HELD_COLUMNS)


def _returned(
    bare: Reading, problems: Sequence[Problem], unmapped: tuple[Unmapped, ...] = ()
) -> Reading:
    return replace(bare, problems=tuple(problems), unmapped=unmapped)
