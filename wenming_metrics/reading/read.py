"""Read a workbook: untrusted bytes in, rows in the city's own numbers and every problem out.

decode (child process) -> header of each sheet -> data rows -> values and names settled -> frames.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from wenming_metrics.domain.privacy import mask_name
from wenming_metrics.domain.problems import Problem, rejected
from wenming_metrics.domain.registers import Register, build_units
from wenming_metrics.reading.equal_rows import settle_equal_rows
from wenming_metrics.reading.inspection.assemble import read_inspection
from wenming_metrics.reading.inspection.plan import read_plan
from wenming_metrics.reading.inspection.registers import read_units
from wenming_metrics.reading.inspection.site_register import read_site_register
from wenming_metrics.reading.inspection.wide import find_bare
from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import Refusal, SheetGrid, Workbook
from wenming_metrics.reading.model.reading import (
    Context,
    Reading,
    Recognised,
    SeenColumn,
    Unmapped,
)
from wenming_metrics.reading.model.remembered import bare_meaning
from wenming_metrics.reading.personal.columns import (
    PersonalColumn,
    is_personal,
    without_personal,
)
from wenming_metrics.reading.personal.copies import (
    Tables,
    find_masked,
    find_tables,
    list_personal,
    make_copy,
)
from wenming_metrics.reading.personal.masking import Masked
from wenming_metrics.reading.printed.totals import report_totals
from wenming_metrics.reading.recognise.data_rows import BLANK_ROW, DATA, build_table
from wenming_metrics.reading.recognise.headers import Words
from wenming_metrics.reading.recognise.sheets import (
    HeadedSheet,
    list_unmapped,
    refusal_problem,
    report_unmapped,
    search_words,
)
from wenming_metrics.reading.records.kinds import BY_NAME
from wenming_metrics.reading.resolve.names import Names, build_names
from wenming_metrics.reading.sandbox.pictures import pictures_read, report_pictures
from wenming_metrics.reading.sandbox.process import decode
from wenming_metrics.reading.summary import (
    CHECKED,
    ParsedSheet,
    count_rows,
    describe_sheets,
    list_held,
    name_kind,
    order_problems,
)
from wenming_metrics.reading.survey.questionnaires import read_survey
from wenming_metrics.reading.tables.sheet_facts import report_facts
from wenming_metrics.reading.tables.stored_forms import put_right
from wenming_metrics.reading.tables.table import Table
from wenming_metrics.vocabulary import normalise, visible

PROGRAM_NAME = re.compile(
    r"\.(?:exe|com|scr|pif|bat|cmd|ps[cdm]?1|vb[se]?|jse?|ws[cfh]?|sct|hta|ms[cipt]|dll|ocx|cpl|lnk|url"
    r"|scf|reg|inf|chm|hlp|jar|jnlp|sh|gadget|application|appref-ms|appx|msix|library-ms|search-ms)"
    r"(?=\W*$)",
    re.IGNORECASE,
)
"""Names that computers of offices run; they pass over dots, blanks and unseen signs that follow."""


def open_workbook(data: bytes, context: Context) -> Workbook:
    """Decode a file; it may be read by it several times, see `read`."""
    # The maps of names are made while the child decodes; they are kept, and asked for later.
    return decode(data, meanwhile=lambda: _names(context, context.register))


def read(data: bytes, filename: str, context: Context, workbook: Workbook | None = None) -> Reading:
    """Read a workbook.

    Takes:   data - all bytes of the file, whatever it is; filename - only told again; workbook - what
             `open_workbook` made of the data, None: that is done here
    Returns: a reading; a file that is returned (退回) has problems and no rows
    """
    digest = hashlib.sha256(data).hexdigest()
    if ending := PROGRAM_NAME.search(visible(filename)):
        # Whatever is inside: it is kept and given back under its name, and a double click would run it.
        is_program = Problem("文件-29", details={"ending": ending[0]})
        return _returned(Reading(mask_name(filename), digest), [is_program])
    workbook = workbook or open_workbook(data, context)
    masked, file_reading = _read_masked(workbook, mask_name(filename), digest, context)
    if file_reading.filename != filename:
        problems = (Problem("隐私-06"), *file_reading.problems)
        file_reading = replace(file_reading, problems=problems)
    if workbook.refusal:
        return file_reading
    # Of one that is returned as well: it is given back with marks.
    if file_reading.personal or masked.workbook is not workbook or workbook.hides:
        return _without_personal(file_reading, data, workbook, masked)
    return file_reading


def _without_personal(
    file_reading: Reading, data: bytes, workbook: Workbook, masked: Masked
) -> Reading:
    """Keep a copy without personal data in place of the file; it is known by that copy."""
    blanked = make_copy(data, workbook, masked, file_reading.personal)
    if isinstance(blanked, Refusal):
        headers = "、".join(column.header for column in file_reading.personal)
        problem = Problem("隐私-02", details={"columns": headers or "电话号码等"})
        returned_for = file_reading.problems if file_reading.is_rejected else ()
        bare = Reading(file_reading.filename, file_reading.sha256)
        return _returned(bare, [*returned_for, problem])
    if blanked.content is None:
        return file_reading
    digest = hashlib.sha256(blanked.content).hexdigest()
    beside = [Problem("隐私-04", details={"where": blanked.beside})] if blanked.beside else []
    photos = [Problem("隐私-07", details={"count": blanked.photos})] if blanked.photos else []
    problems = (*file_reading.problems, *beside, *photos)
    return replace(file_reading, stored_copy=blanked.content, sha256=digest, problems=problems)


def read_workbook(workbook: Workbook, filename: str, sha256: str, context: Context) -> Reading:
    """Read what the child decoded. Takes and returns as `read`."""
    return _read_masked(workbook, filename, sha256, context)[1]


def _read_masked(
    workbook: Workbook, filename: str, sha256: str, context: Context
) -> tuple[Masked, Reading]:
    """Read what the child decoded, without personal data; gives also the workbook as it was read."""
    bare = Reading(filename, sha256)
    if workbook.refusal:
        return Masked(workbook, {}), _returned(bare, [refusal_problem(workbook.refusal)])
    words = search_words(context, filename)
    sheets, sheet_tables, masked = find_masked(workbook, words)
    if masked.workbook is not workbook:
        # Headers and titles as they are from now on.
        sheets, sheet_tables = find_tables(masked.workbook, words)
    return masked, _read_tables(masked, sheets, sheet_tables, bare, context, words)


def _read_tables(
    masked: Masked,
    sheets: list[SheetGrid],
    sheet_tables: Tables,
    bare: Reading,
    context: Context,
    words: Words,
) -> Reading:
    """Read the tables that were found. Takes: bare - with the name and the digest of the file"""
    workbook, (headed_sheets, recognised, problems) = masked.workbook, sheet_tables
    bare = replace(bare, recognised=tuple(map(_without_people, recognised)))
    # Nobody is asked what a caller's number is: its samples would be shown.
    unmapped = tuple(
        column
        for column in list_unmapped(sheets, headed_sheets, words)
        if not _is_of_people(column, column.kind)
    )
    problems = [*problems, *masked.problems]
    personal = list_personal(workbook, headed_sheets)
    bare = replace(bare, personal=personal)
    if rejected(problems):
        return _returned(bare, [*problems, *_report_personal(personal)], unmapped)
    parsed_sheets, equal = _parse_sheets(headed_sheets, personal, context)
    frames = _read_frames(parsed_sheets, context)
    _tell_totals(parsed_sheets)
    problems += [*report_unmapped(unmapped), *_report_personal(personal), *equal]
    # Where equal rows wait for a word on them, those that differ are not told as well.
    unsaid = {"重复-06"} if "重复-03" in {problem.code for problem in equal} else set()
    problems += [
        problem
        for parsed in parsed_sheets
        for problem in order_problems(parsed.table.problems)
        if problem.code not in unsaid
    ]
    problems += report_pictures(
        workbook, {parsed.table.sheet.index: parsed.table.sheet for parsed in parsed_sheets}
    )
    if rejected(problems):
        return _returned(bare, problems, unmapped)
    return replace(
        bare,
        kind=name_kind(parsed_sheets),
        sheets=describe_sheets(parsed_sheets),
        held=list_held(parsed_sheets),
        bare=tuple(_bare(parsed_sheets, context)),
        unmapped=unmapped,
        problems=tuple(problems),
        counts=count_rows(parsed_sheets, frames.get("records")),
        blocks=tuple(
            (parsed.table.sheet.index, b)
            for parsed in parsed_sheets
            for b in parsed.table.sheet.blocks
        ),
        corrects=workbook.tag,
        said=context.answers,
        **pictures_read(workbook, {parsed.table.sheet.index for parsed in parsed_sheets}),
        **frames,
    )


def _without_people(table: Recognised) -> Recognised:
    """Leave out the values of columns with people's own data: nobody is shown them."""
    columns = (
        replace(column, samples=()) if _is_of_people(column, table.kind, table.proposed) else column
        for column in table.columns
    )
    return replace(table, columns=tuple(columns))


def _is_of_people(column: Unmapped | SeenColumn, *kinds: str) -> bool:
    """Say whether a column of a sheet of one of some kinds holds people's own data."""
    of_people = reading.SURVEY in kinds
    return is_personal(normalise(column.header), column.samples, of_people=of_people)


def _bare(parsed_sheets: Sequence[ParsedSheet], context: Context) -> Iterator[reading.Bare]:
    """List the sheets with bare numbers in columns of items."""
    for table in (parsed.table for parsed in parsed_sheets if parsed.table.kind == reading.WIDE):
        bare_sheet = find_bare(table, bare_meaning(context, table.header.fingerprint))
        if bare_sheet:
            yield bare_sheet


def _report_personal(personal: Sequence[PersonalColumn]) -> Iterator[Problem]:
    for sheet in dict.fromkeys(column.sheet for column in personal):
        columns = "、".join(column.header for column in personal if column.sheet == sheet)
        yield Problem("隐私-01", sheet, details={"columns": columns})


def _names(context: Context, register: Register) -> Names:
    return build_names(register, context.catalogue, context.choices.names)


def _parse_sheets(
    headed_sheets: Sequence[HeadedSheet], personal: Sequence[PersonalColumn], context: Context
) -> tuple[list[ParsedSheet], list[Problem]]:
    """Take the rows of all sheets, those once that stand in two; gives what is to be told of these."""
    if personal:
        headed_sheets = [
            replace(headed, sheet=without_personal(headed.sheet, personal))
            for headed in headed_sheets
        ]
    parsed_sheets = list(map(_parse_sheet, headed_sheets))
    counted_tables, equal = settle_equal_rows(
        [parsed.table for parsed in parsed_sheets], context.answers.equal_rows
    )
    met: dict[tuple, tuple[str, int]] = {}
    counted_tables = [replace(table, met=met) for table in counted_tables]
    return list(map(_with_table, parsed_sheets, counted_tables)), equal


def _parse_sheet(headed: HeadedSheet) -> ParsedSheet:
    table, states, totals = build_table(headed.sheet, headed.header)
    report_facts(table)
    return ParsedSheet(
        put_right(table), totals, int(((states != DATA) & (states != BLANK_ROW)).sum())
    )


def _with_table(parsed: ParsedSheet, table: Table) -> ParsedSheet:
    """Put a table of fewer rows in place; those that are left out are skipped."""
    left_out = parsed.table.n_rows - table.n_rows
    return replace(parsed, table=table, skipped=parsed.skipped + left_out)


def _read_frames(parsed_sheets: Sequence[ParsedSheet], context: Context) -> dict[str, object]:
    """Read the tables by kind; sites of a register are read against the units beside them."""
    kinds = {parsed.table.kind for parsed in parsed_sheets}
    is_register = bool(kinds & {reading.UNITS, reading.SITES})
    frames = _read_registers(parsed_sheets, context) if is_register else {}
    names = _names(context, context.register)
    plans = [
        read_plan(parsed.table, names)
        for parsed in parsed_sheets
        if parsed.table.kind == reading.PLAN
    ]
    records = [
        _read_records(parsed, names, context)
        for parsed in parsed_sheets
        if parsed.table.kind in BY_NAME
    ]
    survey_tables = [
        parsed.table for parsed in parsed_sheets if parsed.table.kind == reading.SURVEY
    ]
    apart = {reading.PLAN, reading.SURVEY, *reading.REGISTER_KINDS, *BY_NAME}
    rest = [
        (parsed.table, parsed.totals) for parsed in parsed_sheets if parsed.table.kind not in apart
    ]
    frames |= {"plan": _concat(plans)} if plans else {}
    frames |= {"records": _concat(records)} if records else {}
    frames |= {"answers": read_survey(survey_tables, names, context)} if survey_tables else {}
    return {**frames, **read_inspection(rest, names, context)} if rest else frames


def _read_records(parsed: ParsedSheet, names: Names, context: Context) -> pd.DataFrame:
    return BY_NAME[parsed.table.kind].read(parsed.table, names, context)


def _tell_totals(parsed_sheets: Sequence[ParsedSheet]) -> None:
    """Tell of rows of totals where rows have no deductions; with those they are told by their kind."""
    for parsed in parsed_sheets:
        if parsed.table.kind not in CHECKED - {reading.VISITS}:
            report_totals(parsed.table, parsed.totals)


def _read_registers(parsed_sheets: Sequence[ParsedSheet], context: Context) -> dict[str, object]:
    units = [
        read_units(parsed.table, context.register, context.answers.same_units)
        for parsed in parsed_sheets
        if parsed.table.kind == reading.UNITS
    ]
    frames, register = {}, context.register
    if units:
        frames["units"] = _concat([frame for frame, _ in units])
        frames["unit_changes"] = tuple(change for _, changes in units for change in changes)
        register = build_units(register, frames["units"])
    names = _names(context, register)
    site_frames = [
        read_site_register(parsed.table, names)
        for parsed in parsed_sheets
        if parsed.table.kind == reading.SITES
    ]
    return {**frames, "registered_sites": _concat(site_frames)} if site_frames else frames


def _concat(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def _returned(
    bare: Reading, problems: Sequence[Problem], unmapped: tuple[Unmapped, ...] = ()
) -> Reading:
    return replace(bare, problems=tuple(problems), unmapped=unmapped)
