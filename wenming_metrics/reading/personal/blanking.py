"""The copy of a file that is kept where it holds personal data: the same file, those cells empty."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook as Book
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from wenming_metrics.reading.feedback.marking import gather_pieces
from wenming_metrics.reading.model.grid import CellError, Refusal, Value, Workbook, cells
from wenming_metrics.reading.personal.columns import PersonalColumn
from wenming_metrics.reading.sandbox.process import DEFAULT_LIMITS, SandboxLimits, run

_ZIP = b"PK"


def blank(
    content: bytes,
    workbook: Workbook,
    columns: Sequence[PersonalColumn],
    limits: SandboxLimits = DEFAULT_LIMITS,
) -> bytes | Refusal:
    """Empty the cells of some columns, by the sandbox.

    Takes:   content - the file as it was sent; workbook - as it was decoded
    Returns: an .xlsx: the file with everything else as it was, or, of another kind of file, its
             values; a refusal where that cannot be done
    """
    if not content.startswith(_ZIP):
        return _written(workbook, columns)
    task: dict[str, list[tuple[int, int]]] = {}
    for column in columns:
        task.setdefault(column.sheet, []).append((column.position, column.first_row))
    packed = json.dumps(task, ensure_ascii=False).encode()
    data = b"".join([struct.pack("<I", len(packed)), packed, content])
    return run("blank_child", data, gather_pieces, limits=limits)


def _written(workbook: Workbook, columns: Sequence[PersonalColumn]) -> bytes:
    """Write the values of a file that is no .xlsx anew, without those columns."""
    book = Book(write_only=True)
    for sheet in workbook.sheets:
        page = book.create_sheet(sheet.name[:31])
        gone = {
            column.position: column.first_row for column in columns if column.index == sheet.index
        }
        for _ in range(sheet.first_row - 1):
            page.append([])
        rows = zip(*(cells(column) for column in sheet.columns), strict=True)
        for number, row in enumerate(rows, start=sheet.first_row):
            page.append(
                [
                    None if number >= gone.get(position, number + 1) else _cell(page, value)
                    for position, value in enumerate(row)
                ]
            )
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(page: object, value: Value) -> object:
    """Give a value as it is written; texts stay texts whatever they begin with."""
    if isinstance(value, CellError):
        value = value.text
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub(" ", value))
    cell.data_type = "s"
    return cell
