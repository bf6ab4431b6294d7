"""An edited workbook back to the files of a rule set; every fault by sheet, row and column.

Reading goes by headings, wherever they stand: columns may be moved and further ones added.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from wenming_metrics.rules.faults import Fault, FaultsError, RuleSetError
from wenming_metrics.rules.load import COMPOSITE, load_files
from wenming_metrics.rules.model import Catalogue, RuleSet
from wenming_metrics.rules.paths import enclosing, parse, split_path, unflatten
from wenming_metrics.rules.settings_table import RULES
from wenming_metrics.rules.survey.model import FILE as SURVEY
from wenming_metrics.rules.workbook import convert
from wenming_metrics.rules.workbook.convert import Heading
from wenming_metrics.rules.workbook.pages import SHEETS, VALUE
from wenming_metrics.rules.workbook.parts import SETTINGS, Line, Parts, files_of

_BY_PATH = (SETTINGS, COMPOSITE, SURVEY)
"""Sheets of lines with a path and a value."""


@dataclass(frozen=True)
class SheetFault:
    """One fault of a workbook: sheet, Excel's row, heading of the column, what and how to mend."""

    sheet: str
    row: int | None
    column: str
    message: str

    def __str__(self) -> str:
        """The fault as one line: 「指标体系」第 5 行「权重」:权重应为大于 0 的数。"""
        row = f"第 {self.row} 行" if self.row else ""
        column = f"“{self.column}”" if self.column else ""
        return f"“{self.sheet}”{row}{column}：{self.message}"


class WorkbookError(FaultsError):
    """An edited workbook makes no rule set; its faults are of sheets."""


@dataclass(frozen=True)
class WorkbookTable:
    """The rows of a sheet that were read: Excel's row of its headings and of each line.

    columns - name of a column -> its heading, as far as they are there
    """

    head: int
    columns: Mapping[str, str]
    lines: list[tuple[int, Line]]


def rules_of(
    sheets: Mapping[str, Sequence[Sequence[str]]], catalogue: Catalogue
) -> tuple[dict[str, bytes], RuleSet]:
    """Make the files of a rule set from the sheets of a workbook, and read them.

    Takes: sheets - title -> rows of texts from Excel's row 1 on, blanks as ""
    Raises WorkbookError with everything that is wrong, by sheet, row and column.
    """
    faults: list[SheetFault] = []
    tables = {file: _table(file, sheets, faults) for file in SHEETS}
    by_path = {file: _read_paths(file, tables[file], faults) for file in _BY_PATH}
    lines = {
        file: convert.coded(file, table.lines, SHEETS[file][2], catalogue)
        for file, table in tables.items()
        if file not in _BY_PATH
    }
    plain = {file: [line for _, line in numbered] for file, numbered in lines.items()}
    parts = Parts(by_path[SETTINGS], plain, by_path[COMPOSITE], by_path[SURVEY])
    files, positions = files_of(parts)
    rows = {(file, line): lines[file][position][0] for (file, line), position in positions.items()}
    try:
        rules = load_files(files, catalogue)
    except RuleSetError as error:
        seen = {(f.sheet, f.row) for f in faults}
        unread = {SHEETS[file][0] for file, table in tables.items() if not table.columns}
        located = [_located(fault, tables, rows) for fault in error.faults]
        faults += [
            fault
            for fault in located
            if fault.sheet not in unread
            and (fault.row is None or (fault.sheet, fault.row) not in seen)
        ]
    if faults:
        order = {title: number for number, (title, _, _) in enumerate(SHEETS.values())}
        raise WorkbookError(sorted(faults, key=lambda f: (order.get(f.sheet, -1), f.row or 0)))
    return files, rules


def _table(
    file: str, sheets: Mapping[str, Sequence[Sequence[str]]], faults: list[SheetFault]
) -> WorkbookTable:
    title, _, headings = SHEETS[file]
    if title not in sheets and file in (SETTINGS, "indicators.csv", "items.csv"):
        faults.append(SheetFault(title, None, "", "缺少这张工作表。"))
    needed = {"path", "value", *convert.NEEDED.get(file, ())}
    return read_table(title, headings, needed, sheets, faults)


def read_table(
    title: str,
    headings: Sequence[Heading],
    needed: Collection[str],
    sheets: Mapping[str, Sequence[Sequence[str]]],
    faults: list[SheetFault],
) -> WorkbookTable:
    """Find the headings of a sheet and its lines; blank lines and sections are left out.

    Takes: needed - names of columns without which the sheet is not read; faults - grows
    """
    wanted = {h.title: h.name for h in headings if h.name}
    if title not in sheets:
        return WorkbookTable(0, {}, [])
    rows = sheets[title]
    head = max(
        range(min(len(rows), 20)), key=lambda n: len(wanted.keys() & set(rows[n])), default=0
    )
    column_index = {
        wanted[text]: n for n, text in enumerate(rows[head] if rows else ()) if text in wanted
    }
    lacking = [text for text, name in wanted.items() if name in needed and name not in column_index]
    for text in lacking:
        faults.append(SheetFault(title, head + 1, text, "缺少这一列。列名请不要改。"))
    if lacking:
        return WorkbookTable(head + 1, {}, [])
    lines = []
    for number, row in enumerate(rows[head + 1 :], head + 2):
        line = {name: row[n].strip() if n < len(row) else "" for name, n in column_index.items()}
        if any(line.values()):
            lines.append((number, line))
    columns = {name: text for text, name in wanted.items()}
    return WorkbookTable(head + 1, columns, lines)


def _read_paths(file: str, table: WorkbookTable, faults: list[SheetFault]) -> dict:
    """Read path and value of each line; what cannot be read is a fault and left out."""
    pairs, seen = [], {}

    def refuse(row: int | None, column: str, text: str) -> None:
        faults.append(SheetFault(SHEETS[file][0], row, column, text))

    for row, line in table.lines:
        path, text = line.get("path", ""), line.get("value", "")
        if not text:
            continue
        try:
            split_path(path)
        except ValueError:
            refuse(row, table.columns["path"], f"“{path}”不是一个代号。")
            continue
        if path in seen:
            refuse(row, table.columns["path"], f"“{path}”在第 {seen[path]} 行已经写过。")
            continue
        seen[path] = row
        setting = RULES.find(path) if file == SETTINGS else None
        try:
            pairs.append((path, convert.value_of(text, setting) if setting else parse(text)))
        except ValueError as error:
            refuse(row, VALUE, str(error))
    try:
        return unflatten(pairs)
    except ValueError as error:
        text = f"“{error}”与别的行合不到一起：序号要从 [1] 起连着写，同一代号只写一次。"
        refuse(seen.get(str(error)), table.columns["path"], text)
        return {}


def _located(
    fault: Fault, tables: Mapping[str, WorkbookTable], rows: Mapping[tuple[str, int], int]
) -> SheetFault:
    """Say of a fault of a file where it stands in the workbook, in the workbook's words."""
    if fault.file not in SHEETS:
        return SheetFault(fault.file, fault.line, fault.column, fault.message)
    title, table = SHEETS[fault.file][0], tables[fault.file]
    # Of 综合考核 and 两率一度 the codes themselves are written in the workbook.
    message = fault.message if fault.file in (COMPOSITE, SURVEY) else convert.worded(fault)
    message = re.sub(
        r"第 (\d+) 行",
        lambda match: f"第 {rows.get((fault.file, int(match[1])), match[1])} 行",
        message,
    )
    if fault.file in _BY_PATH:
        row = _row_of(fault.column, table)
        return SheetFault(title, row, VALUE if row else "", message)
    row = rows.get((fault.file, fault.line))
    return SheetFault(
        title, row or table.head or None, table.columns.get(fault.column, ""), message
    )


def _row_of(path: str, table: WorkbookTable) -> int | None:
    """Find the row of a setting, else the first one of what it is, or stands, in."""
    for step in enclosing(path):
        inside = (step, f"{step}.", f"{step}[")
        for row, line in table.lines:
            written = line.get("path", "")
            if written == step or written.startswith(inside[1:]):
                return row
    return None
