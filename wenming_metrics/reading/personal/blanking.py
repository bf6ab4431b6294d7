"""The copy of a file that is kept where it holds personal data: the same file without it."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook as Book
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from wenming_metrics.reading.model.grid import CellError, Refusal, Value, Workbook, cells
from wenming_metrics.reading.personal.columns import PersonalColumn
from wenming_metrics.reading.sandbox.process import DEFAULT_LIMITS, SandboxLimits, run

_ZIP = b"PK"
_MOMENT = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>", re.S)


@dataclass(frozen=True)
class Blanked:
    """A copy without personal data: content - None where the file holds none; beside - where there was
    some beside the cells, in words; photos - how many told where they were taken, or with what."""

    content: bytes | None
    beside: str = ""
    photos: int = 0


def blank(
    content: bytes,
    workbook: Workbook,
    columns: Sequence[PersonalColumn],
    uses: Mapping[str, Mapping[int, str]] | None = None,
    limits: SandboxLimits = DEFAULT_LIMITS,
) -> Blanked | Refusal:
    """Empty some columns and hide what is personal everywhere else, by the sandbox.

    Takes:   content - the file as it was sent; workbook - as it is read, masked
             uses - of the columns in which not every number is somebody's, by the sheet's name in the file
    Returns: an .xlsx: the file with everything else as it was, or, of another kind of file, its
             values; a refusal where that cannot be done
    """
    if not content.startswith(_ZIP):
        # What stands beside the cells of such a file is in no copy of its values.
        beside = "文件属性、批注等单元格以外的地方" if workbook.hides else ""
        return Blanked(_written(workbook, columns), beside)
    gone: dict[str, list[tuple[int, int]]] = {}
    for column in columns:
        gone.setdefault(column.sheet, []).append((column.position, column.first_row))
    task = {
        "columns": gone,
        "uses": {name: list(sheet_uses.items()) for name, sheet_uses in (uses or {}).items()},
    }
    packed = json.dumps(task, ensure_ascii=False).encode()
    message = b"".join([struct.pack("<I", len(packed)), packed, content])
    return run("blank_child", message, _gather, limits=limits)


def _gather(messages: Iterator[tuple[dict, bytes]], limits: SandboxLimits) -> Blanked:
    pieces = []
    for header, body in messages:
        if header["type"] == "end":
            is_changed = bool(header["changed"])
            content = b"".join(pieces) if is_changed else None
            return Blanked(content, str(header["beside"]), int(header["photos"]))
        if header["type"] != "piece":
            raise ValueError(header["type"])
        pieces.append(body)
    raise EOFError


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
    return _timeless(file.getvalue())


def _timeless(content: bytes) -> bytes:
    """Zip a workbook again without the moment it was made: the same file gives the same bytes."""
    copy = BytesIO()
    with ZipFile(BytesIO(content)) as made, ZipFile(copy, "w", ZIP_DEFLATED) as archive:
        for name in made.namelist():
            member = (
                _MOMENT.sub(b"", made.read(name))
                if name == "docProps/core.xml"
                else made.read(name)
            )
            archive.writestr(ZipInfo(name), member, ZIP_DEFLATED)
    return copy.getvalue()


def _cell(page: object, value: Value) -> object:
    """Give a value as it is written; texts stay texts whatever they begin with."""
    if isinstance(value, CellError):
        value = value.text
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub(" ", value))
    cell.data_type = "s"
    return cell
