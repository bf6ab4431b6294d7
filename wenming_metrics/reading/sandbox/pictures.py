"""The pictures of a workbook in the parent: what the child found is checked, and made part of a reading.

Bytes are kept of pictures that a browser shows, told by their first bytes and never by a name;
of all others only the place is kept, and said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import MISSING, OTHER, TOO_LARGE, Picture, Sheet, Workbook

_MAGIC = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}
_MAGIC |= {b"BM": "bmp"}
_NOTES = {TOO_LARGE: "图片-01", OTHER: "图片-02", MISSING: "图片-03"}
_MOST_ROWS = 10


def gather_pictures(
    header: dict, messages: Iterator[tuple[dict, bytes]]
) -> tuple[tuple[Picture, ...], dict[str, tuple[str, bytes]], dict]:
    """Gather what the child sent of pictures; see `find_pictures`.

    Takes:   header - of the message behind the sheets; messages - those that follow
    Returns: the pictures, their type and bytes by digest, the header of the next message
    """
    if header["type"] != "places":
        return (), {}, header
    places, kept, found = header["places"], {}, []
    for header, body in messages:
        if header["type"] != "picture":
            break
        found.append(_keep(body, str(header["lost"]), kept))
    pictures = [
        Picture(int(sheet), int(row), int(column), *found[number])
        for sheet, row, column, number in places
    ]
    return tuple(pictures), kept, header


def _keep(body: bytes, lost: str, kept: dict[str, tuple[str, bytes]]) -> tuple[str, str]:
    """Keep the bytes of a picture once; gives its digest and why there is none."""
    if lost:
        return "", lost if lost in _NOTES else MISSING
    kind = type_of(body)
    if not kind:
        return "", OTHER
    digest = hashlib.sha256(body).hexdigest()
    kept[digest] = (kind, body)
    return digest, ""


def type_of(content: bytes) -> str:
    """Tell the type of a picture: png, jpeg, gif, bmp, webp; "" for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), "")


def pictures_read(workbook: Workbook, sheets: Collection[int]) -> dict[str, object]:
    """Give the fields of a reading that tell of pictures.

    Takes: workbook; sheets - indexes of those whose rows are read
    """
    places = [one for one in workbook.pictures if one.sheet in sheets]
    columns = {
        "sheet": [one.sheet for one in places],
        "source_row": [one.row for one in places],
        "position": [one.column for one in places],
        "n": list(_counted(places)),
        "digest": [one.digest for one in places],
    }
    wanted = {one.digest for one in places}
    kept = {key: told for key, told in workbook.picture_bytes.items() if key in wanted}
    frame = pd.DataFrame(columns).astype(reading.PICTURE_COLUMNS)
    return {"pictures": frame, "picture_bytes": kept} if places else {}


def _counted(places: Collection[Picture]) -> Iterator[int]:
    """Number the pictures of each cell from 0."""
    counts: dict[tuple, int] = {}
    for one in places:
        cell = (one.sheet, one.row, one.column)
        counts[cell] = counts.get(cell, -1) + 1
        yield counts[cell]


def report_pictures(workbook: Workbook, sheets: Mapping[int, Sheet]) -> Iterator[Problem]:
    """Say of each sheet of which pictures only the place is kept. Takes: sheets by their index."""
    for index, sheet in sheets.items():
        for lost, code in _NOTES.items():
            found = [one for one in workbook.pictures if (one.sheet, one.lost) == (index, lost)]
            if found:
                rows = sorted({one.row for one in found})
                said = "、".join(map(str, rows[:_MOST_ROWS]))
                said += f" 等 {len(rows)}" if len(rows) > _MOST_ROWS else ""
                yield Problem(code, sheet.name, details={"count": len(found), "rows": said})
