"""The pictures that stand in a row of a workbook, beside its original cells."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select

from wenming_metrics.access.viewer import knows_scope
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.originals import headers_over
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading
from wenming_metrics.store.pictures import pictures_of, read_pictures

_UNNAMED = "图片"
"""What a picture is called whose column has no header."""


@dataclass(frozen=True)
class RowPicture:
    """One picture of a row: the header of its column, type, bytes; None: only its place is kept."""

    title: str
    type: str
    content: bytes | None


@knows_scope
def row_pictures(office: Office, batch: int, sheet: str, row: int) -> list[RowPicture]:
    """List the pictures of one row of a file, from left to right.

    Takes: sheet - its name; row - Excel's
    """
    table = schema.sheet
    query = select(table.c.sheet, table.c.headers).where(
        table.c.batch == batch, table.c.name == sheet
    )
    with reading(office.store) as connection:
        sheet_row = connection.execute(query).first()
        if sheet_row is None:
            return []
        pictures = read_pictures(connection, batch, sheet_row.sheet, row)
    headers = headers_over(json.loads(sheet_row.headers), row)
    titles = {position: " ".join(text.split()) for position, text, *_ in headers}
    return [
        RowPicture(titles.get(picture.position) or _UNNAMED, picture.type, picture.content)
        for picture in pictures
    ]


@knows_scope
def move_pictures(office: Office, digests: tuple[str, ...], title: str) -> list[RowPicture]:
    """List the pictures that were given with a move of a problem. Takes: title - what they are called"""
    with reading(office.store) as connection:
        pictures = pictures_of(connection, digests)
    return [RowPicture(title, picture.type, picture.content) for picture in pictures]
