"""The pictures that stand in a row of a workbook, beside its original cells."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import select

from wenming_metrics.access.viewer import knows_scope
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import problem_story
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


def move_pictures(office: Office, digests: tuple[str, ...], title: str) -> list[RowPicture]:
    """List the pictures that were given with a move of a problem. Takes: title - what they are called"""
    with reading(office.store) as connection:
        pictures = pictures_of(connection, digests)
    return [RowPicture(title, picture.type, picture.content) for picture in pictures]


@knows_scope
def story_pictures(office: Office, day: int, batch: int, seq: int) -> dict[int, list[RowPicture]]:
    """Give the pictures of one problem: -1 -> those of its row, number of a step -> those of the step.

    A problem that the viewer does not see has none: whoever asks by the number of a row, or by the digest of a
    picture, is asked for the problem that it belongs to.

    Takes: as `problem_story`
    """
    story = problem_story(office, day, batch, seq)
    if story is None:
        return {}
    pictures = {} if story.row is None else {-1: _of_row(office, story.row)}
    for index, event in story.steps.iterrows():
        filed = _of_row(office, event) if event["batch"] > 0 else []
        pictures[index] = filed + move_pictures(office, event["pictures"], event["act"])
    return {key: photos for key, photos in pictures.items() if photos}


def _of_row(office: Office, line: pd.Series) -> list[RowPicture]:
    return row_pictures(office, int(line["batch"]), str(line["sheet"]), int(line["source_row"]))
