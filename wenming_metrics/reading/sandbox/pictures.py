"""The pictures of a workbook in the parent: what the child found is checked, and made part of a reading.

Bytes are kept of pictures that a browser shows, told by their first bytes and never by a name;
of all others only the place is kept, and said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from wenming_metrics.domain.photo_facts import without_facts
from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import (
    MISSING,
    OTHER,
    TOO_LARGE,
    Picture,
    SheetGrid,
    Workbook,
)

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
    anchors, contents, digests = header["places"], {}, []
    for header, body in messages:
        if header["type"] != "picture":
            break
        digests.append(_keep(body, str(header["lost"]), contents))
    pictures = [
        Picture(int(sheet), int(row), int(column), *digests[number])
        for sheet, row, column, number in anchors
    ]
    return tuple(pictures), contents, header


def _keep(body: bytes, lost: str, contents: dict[str, tuple[str, bytes]]) -> tuple[str, str]:
    """Keep the bytes of a picture once, without what they tell; gives its digest and why there is none."""
    if lost:
        return "", lost if lost in _NOTES else MISSING
    kind = type_of(body)
    if not kind:
        return "", OTHER
    digest, content = bare_content(kind, body)
    contents[digest] = content
    return digest, ""


def bare_content(kind: str, content: bytes) -> tuple[str, tuple]:
    """Give the digest and content that a picture is kept by: without what it tells.

    The content is its type and bytes and, where it told something, the digest it was sent under, by
    which earlier versions kept it.
    """
    bare = without_facts(content)
    digest, sent = (hashlib.sha256(version).hexdigest() for version in (bare, content))
    return digest, (kind, bare) if digest == sent else (kind, bare, sent)


def type_of(content: bytes) -> str:
    """Tell the type of a picture: png, jpeg, gif, bmp, webp; "" for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), "")


def pictures_read(workbook: Workbook, sheets: Collection[int]) -> dict[str, object]:
    """Give the fields of a reading that tell of pictures.

    Takes: workbook; sheets - indexes of those whose rows are read
    """
    pictures = [picture for picture in workbook.pictures if picture.sheet in sheets]
    if not pictures:
        return {}
    columns = {
        "sheet": [picture.sheet for picture in pictures],
        "source_row": [picture.row for picture in pictures],
        "position": [picture.column for picture in pictures],
        "n": list(_counted(pictures)),
        "digest": [picture.digest for picture in pictures],
    }
    wanted = {picture.digest for picture in pictures}
    contents = {key: content for key, content in workbook.picture_bytes.items() if key in wanted}
    frame = pd.DataFrame(columns).astype(reading.PICTURE_COLUMNS)
    return {"pictures": frame, "picture_bytes": contents}


def _counted(pictures: Collection[Picture]) -> Iterator[int]:
    """Number the pictures of each cell from 0."""
    counts: dict[tuple, int] = {}
    for picture in pictures:
        cell = (picture.sheet, picture.row, picture.column)
        counts[cell] = counts.get(cell, -1) + 1
        yield counts[cell]


def report_pictures(workbook: Workbook, sheets: Mapping[int, SheetGrid]) -> Iterator[Problem]:
    """Say of each sheet of which pictures only the place is kept. Takes: sheets by their index."""
    for index, sheet in sheets.items():
        for lost, code in _NOTES.items():
            lost_pictures = [
                picture
                for picture in workbook.pictures
                if (picture.sheet, picture.lost) == (index, lost)
            ]
            if lost_pictures:
                rows = sorted({picture.row for picture in lost_pictures})
                row_list = "、".join(map(str, rows[:_MOST_ROWS]))
                row_list += f" 等 {len(rows)}" if len(rows) > _MOST_ROWS else ""
                yield Problem(
                    code, sheet.name, details={"count": len(lost_pictures), "rows": row_list}
                )
