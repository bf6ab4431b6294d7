"""Back to the file: the cells of a stored row as the sender wrote them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.privacy import mask
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.grid import CellError, Value, decode_block
from wenming_metrics.store.cells import read_all_blocks, read_blocks, read_sheets
from wenming_metrics.store.database import reading

_SHOWN = re.compile(r"=(?:_xlfn\.)?DISPIMG\(", re.IGNORECASE)
"""What WPS leaves in a cell that shows a picture."""


def original_cells(connection: Connection, rows: pd.DataFrame) -> pd.DataFrame:
    """Find the original cells of stored rows.

    Takes:   rows - batch, sheet, source_row
    Returns: same index: file, sheet (its name), description (text of 问题描述, "" without),
             cells (dict of header as typed -> text)
    """
    sheets = read_sheets(connection, rows["batch"].unique()).set_index(["batch", "sheet"])
    spelled: dict[int, tuple] = {}
    for (batch, sheet), sheet_rows in rows.groupby(["batch", "sheet"], sort=False):
        facts = sheets.loc[(batch, sheet)]
        wanted = sheet_rows["source_row"].tolist()
        lines = _lines(connection, int(batch), int(sheet), sorted(set(wanted)))
        for index, number in zip(sheet_rows.index, wanted, strict=True):
            spelled[index] = _spell(facts, number, lines.get(number, []))
    names = ["file", "sheet", "description", "cells"]
    return pd.DataFrame([spelled[index] for index in rows.index], rows.index, names)


def descriptions(connection: Connection, rows: pd.DataFrame) -> list[str]:
    """Read the text of 问题描述 of many stored rows, as it was sent; "" without.

    Takes: rows - batch, sheet, source_row
    """
    return texts_of(connection, rows, ("description",))["description"].tolist()


def texts_of(connection: Connection, rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Read the cells of some columns of many stored rows as texts; a column that lacks gives "".

    Takes:   rows - batch, sheet, source_row; names - of columns, as they are in code
    Returns: one row each, numbered from 0, and one column per name
    """
    sheets = read_sheets(connection, rows["batch"].unique()).set_index(["batch", "sheet"])
    texts = {name: np.full(len(rows), "", object) for name in names}
    numbered_rows = rows.reset_index(drop=True)
    for (batch, sheet), sheet_rows in numbered_rows.groupby(["batch", "sheet"], sort=False):
        headers = sheets.loc[(batch, sheet), "headers"]
        numbers = sheet_rows["source_row"].to_numpy(np.int64)
        rows_of_sheet = sheet_rows.index.to_numpy()
        positions = {name: _stands_at(headers, numbers.tolist(), name) for name in names}
        positions = {
            name: np.array([position_of[number] for number in numbers.tolist()])
            for name, position_of in positions.items()
        }
        for first, payload in read_all_blocks(connection, int(batch), int(sheet)):
            columns = decode_block(payload)
            size = len(columns[0].codes) if columns else 0
            in_block = (numbers >= first) & (numbers < first + size)
            for name, row_positions in positions.items():
                for position in np.unique(row_positions[in_block]):
                    if not 0 <= position < len(columns):
                        continue
                    column, hits = columns[position], in_block & (row_positions == position)
                    cell_texts = np.array(list(map(as_text, column.values)), object)
                    codes = column.codes[numbers[hits] - first]
                    texts[name][rows_of_sheet[hits]] = cell_texts[codes]
    return pd.DataFrame(texts, columns=list(names))


def _stands_at(headers: list[list], numbers: list[int], name: str) -> dict[int, int]:
    """Say in which place the column of a name is in each row of Excel; -1: there is none."""
    one_table = all(len(cell) <= 3 or not cell[3] for cell in headers)
    place_of_row: dict[int, int] = {}
    for number in numbers:
        if one_table and place_of_row:
            place_of_row[number] = next(iter(place_of_row.values()))
            continue
        columns = (
            column
            for column, _, column_name in headers_over(headers, number)
            if column_name == name
        )
        place_of_row[number] = next(columns, -1)
    return place_of_row


def row_cells(office: Office, batch: int, sheet: str, row: int) -> dict[str, str]:
    """Give one row of a file as it was sent: header as typed -> text; empty where it is not kept.

    Takes: sheet - its name; row - Excel's
    """
    with reading(office.store) as connection:
        sheets = read_sheets(connection, [batch])
        number = sheets.loc[sheets["name"] == sheet, "sheet"].head(1)
        rows = pd.DataFrame({"batch": batch, "sheet": number, "source_row": row})
        return original_cells(connection, rows)["cells"].iloc[0] if len(rows) else {}


def _lines(
    connection: Connection, batch: int, sheet: int, wanted: list[int]
) -> dict[int, list[Value]]:
    """Read some rows of a sheet: Excel's row -> values from column A on."""
    row_values = {}
    for first, count, payload in read_blocks(connection, batch, sheet, wanted):
        columns = decode_block(payload)
        for number in wanted:
            if first <= number < first + count:
                row_values[number] = [
                    column.values[column.codes[number - first]] for column in columns
                ]
    return row_values


def row_values(connection: Connection, batch: int, sheet: int, row: int) -> list[Value]:
    """Give the values of one row of Excel, from column A on; [] where it is not kept."""
    return _lines(connection, batch, sheet, [row]).get(row, [])


def _spell(
    facts: pd.Series, number: int, values: list[Value]
) -> tuple[str, str, str, dict[str, str]]:
    cells, description = {}, ""
    for position, header, name in headers_over(facts["headers"], number):
        text = mask(as_text(values[position])) if position < len(values) else ""
        cells[header] = text
        if name == "description":
            description = text
    return facts["file"], facts["name"], description, cells


def headers_over(headers: list[list], number: int) -> list[tuple[int, str, str]]:
    """Give the headers of the table that a row of Excel lies in: the last ones above it."""
    begins = [cell[3] if len(cell) > 3 else 0 for cell in headers]  # older stores tell of one table
    table_begin = max((row for row in begins if row < number), default=0)
    return [
        tuple(cell[:3]) for cell, row in zip(headers, begins, strict=True) if row == table_begin
    ]


def as_text(value: Value) -> str:
    """Spell one original cell as people see it; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, str) and _SHOWN.match(value):
        return "（图片）"
    if isinstance(value, CellError):
        return value.text
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return value.isoformat(sep=" ") if isinstance(value, datetime) else _plain(value)


def _plain(value: Value) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
