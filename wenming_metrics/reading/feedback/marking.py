"""The workbook comes back: the same file with its faulty cells marked and a column of reasons.

An .xlsx is changed in its parts by a program of the sandbox: pictures, formats and everything else
in it stay byte for byte. Other kinds of files are written anew, as a workbook of their values.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from wenming_metrics.reading.feedback.mark_plain import mark_plain
from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.model.marks import (
    AUTHOR,
    MOST_COMMENTS,
    REASON,
    RESULTS,
    Mark,
    gather_marks,
)
from wenming_metrics.reading.sandbox.process import DEFAULT_LIMITS, SandboxLimits, run

_ZIP = b"PK"


def mark(
    content: bytes,
    marks: Sequence[Mark],
    summary: Sequence[Sequence[str]],
    tag: str,
    *,
    header_rows: Mapping[str, int] | None = None,
    limits: SandboxLimits = DEFAULT_LIMITS,
) -> bytes | Refusal:
    """Mark a workbook.

    Takes:   content - the file as it was sent; marks - in any order; summary - lines of the sheet
             of results: sentences of one cell, then a heading and lines as long; tag - the digest
             of the file, by which the corrected one is known; header_rows - row of the headings by
             sheet, without it the row above the first mark
    Returns: an .xlsx, or why there is none
    """
    sheets = gather_marks(marks, header_rows or {})
    lines = [list(line) for line in summary]
    if any(len(sheet_marks.cells) > MOST_COMMENTS for sheet_marks in sheets.values()):
        lines.insert(1, [f"批注最多写 {MOST_COMMENTS:,} 处，其余的见“{REASON}”一列和下面的清单。"])
    if not content.startswith(_ZIP):
        return mark_plain(content, sheets, lines, tag, limits)
    task_texts = {
        "reason": REASON,
        "results": RESULTS,
        "author": AUTHOR,
        "tag": tag,
        "summary": lines,
    }
    task = {
        **task_texts,
        "sheets": {name: asdict(sheet_marks) for name, sheet_marks in sheets.items()},
    }
    packed = json.dumps(task, ensure_ascii=False).encode()
    data = b"".join([struct.pack("<I", len(packed)), packed, content])
    return run("mark_child", data, gather_pieces, limits=limits)


def gather_pieces(messages: Iterator[tuple[dict, bytes]], limits: SandboxLimits) -> bytes:
    """Put together the file that a program of the sandbox sends in pieces."""
    pieces = []
    for header, body in messages:
        if header["type"] == "end":
            return b"".join(pieces)
        if header["type"] != "piece":
            raise ValueError(header["type"])
        pieces.append(body)
    raise EOFError
