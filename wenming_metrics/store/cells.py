"""The cells as they came, in compressed blocks, so that any figure opens to its original row."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.store import schema
from wenming_metrics.store.frames import add_rows, read_frame


def add_sheet(
    connection: Connection, batch: int, facts: Mapping[str, object], headers: Sequence[tuple]
) -> None:
    """Record one sheet of a batch.

    Takes: facts - sheet (number), name, kind, header_row (0: none);
           headers - (position, text as typed, column name or "", row of the header of a further
           table in the sheet, else 0) per column
    """
    columns = {**facts, "batch": batch, "headers": json.dumps(list(headers), ensure_ascii=False)}
    add_rows(connection, schema.sheet, {name: [value] for name, value in columns.items()})


def add_blocks(
    connection: Connection, batch: int, blocks: Sequence[tuple[int, int, int, bytes]]
) -> None:
    """Store blocks of original cells: (sheet, first Excel row, rows, payload packed by zlib)."""
    columns = {
        "batch": batch,
        "sheet": [block[0] for block in blocks],
        "first_row": [block[1] for block in blocks],
        "rows": [block[2] for block in blocks],
        "payload": [block[3] for block in blocks],
    }
    add_rows(connection, schema.block, columns)


def read_sheets(connection: Connection, batches: Iterable[int]) -> pd.DataFrame:
    """Read the sheets of some batches: batch, file, sheet, name, kind, header_row, headers."""
    table = schema.sheet
    query = (
        select(table, schema.batch.c.name.label("file"))
        .join(schema.batch, schema.batch.c.batch == table.c.batch)
        .where(table.c.batch.in_([int(number) for number in batches]))
    )
    sheets = read_frame(connection, query)
    return sheets.assign(headers=sheets["headers"].map(json.loads))


def read_blocks(
    connection: Connection, batch: int, sheet: int, rows: Sequence[int]
) -> list[tuple[int, int, bytes]]:
    """Read the blocks of a sheet that hold some of Excel's rows: (first row, rows, payload)."""
    table = schema.block
    query = (
        select(table.c.first_row, table.c.rows, table.c.payload)
        .where(table.c.batch == batch, table.c.sheet == sheet)
        .where(table.c.first_row <= max(rows), table.c.first_row + table.c.rows > min(rows))
        .order_by(table.c.first_row)
    )
    wanted = sorted(rows)
    return [
        (first, count, zlib.decompress(payload))
        for first, count, payload in connection.execute(query)
        if any(first <= row < first + count for row in wanted)
    ]


def read_all_blocks(connection: Connection, batch: int, sheet: int) -> list[tuple[int, bytes]]:
    """Read every block of a sheet: (first row, payload)."""
    table = schema.block
    query = (
        select(table.c.first_row, table.c.payload)
        .where(table.c.batch == batch, table.c.sheet == sheet)
        .order_by(table.c.first_row)
    )
    return [(first, zlib.decompress(payload)) for first, payload in connection.execute(query)]


def add_held(connection: Connection, columns: Mapping[str, object]) -> None:
    """Note the rows that are kept but not counted: batch, sheet, source_row, codes."""
    add_rows(connection, schema.held_row, columns)
