"""A version of the rules as a workbook to be edited, and an edited workbook back to its files.

The bytes of an upload are decoded in the sandboxed child like those of any other file.
"""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

from wenming_metrics.export.rules_book import rules_workbook
from wenming_metrics.reading.model.grid import CellError, SheetGrid, Value, cells
from wenming_metrics.reading.recognise.sheets import refusal_problem
from wenming_metrics.reading.sandbox.process import decode
from wenming_metrics.rules.faults import Fault, RuleSetError
from wenming_metrics.rules.load import load_files, read_files
from wenming_metrics.rules.model import Catalogue, RuleSet
from wenming_metrics.rules.workbook.pages import pages_of
from wenming_metrics.rules.workbook.parts import parts_of
from wenming_metrics.rules.workbook.workbook import SheetFault, WorkbookError, rules_of

_MOST_ROWS = 20_000


def files_of_version(data: Path, rules_id: str) -> dict[str, bytes]:
    """Read the files of a published version by its id. Raises RuleSetError without it."""
    for toml_path in sorted((data / "rules").glob("*/rules.toml")):
        files = read_files(toml_path.parent)
        if str(parts_of(files).settings.get("id")) == rules_id:
            return files
    raise RuleSetError([Fault("rules", None, f"没有编号为“{rules_id}”的测评办法。")])


def book_of(files: dict[str, bytes], catalogue: Catalogue) -> bytes:
    """Make the workbook of a sound rule set."""
    rule_parts = parts_of(files)
    return rules_workbook(
        pages_of(rule_parts, catalogue), str(rule_parts.settings.get("title", ""))
    )


def read_book(content: bytes, catalogue: Catalogue) -> tuple[dict[str, bytes], RuleSet]:
    """Make a rule set of an edited workbook: its files, and what they say.

    Raises WorkbookError with every fault, by sheet, row and column.
    """
    return rules_of(sheets_of(content), catalogue)


def sheets_of(content: bytes) -> dict[str, list[list[str]]]:
    """Decode a workbook that people edited: title -> rows of texts from Excel's row 1 on.

    Raises WorkbookError for what is no workbook, or has far too many rows.
    """
    decoded = decode(content)
    if decoded.refusal:
        message = refusal_problem(decoded.refusal).text
        raise WorkbookError([SheetFault("整个文件", None, "", message)])
    sheets, faults = {}, []
    for sheet in decoded.sheets:
        if sheet.n_rows > _MOST_ROWS:
            message = f"有 {sheet.n_rows:,} 行，太多了。一套办法的一张表最多 {_MOST_ROWS:,} 行。"
            faults.append(SheetFault(sheet.name, None, "", message))
        else:
            sheets[sheet.name.strip()] = _texts(sheet)
    if faults:
        raise WorkbookError(faults)
    return sheets


def read_any(source: Path, catalogue: Catalogue) -> tuple[dict[str, bytes], RuleSet]:
    """Read a rule set from a folder of files or from a workbook.

    Raises RuleSetError or WorkbookError with every fault.
    """
    if source.is_dir():
        files = read_files(source)
        return files, load_files(files, catalogue)
    return read_book(source.read_bytes(), catalogue)


def _texts(sheet: SheetGrid) -> list[list[str]]:
    """Spell a sheet out as texts, from Excel's row 1 on."""
    columns = [[_text(value) for value in cells(column)] for column in sheet.columns]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return [[] for _ in range(sheet.first_row - 1)] + rows


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, CellError):
        return value.text
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value).strip()
