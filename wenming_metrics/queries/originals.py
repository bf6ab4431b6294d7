"""Back to the file: the cells of a stored row as the sender wrote them."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.reading.grid import CellError, Value, decode_block
from wenming_metrics.store.cells import read_blocks, read_sheets


def original_cells(connection: Connection, rows: pd.DataFrame) -> pd.DataFrame:
    """Find the original cells of stored rows.

    Takes:   rows - batch, sheet, source_row
    Returns: same index: file, sheet (its name), description (text of 问题描述, "" without),
             cells (dict of header as typed -> text)
    """
    sheets = read_sheets(connection, rows["batch"].unique()).set_index(["batch", "sheet"])
    told: dict[int, tuple] = {}
    for (batch, sheet), part in rows.groupby(["batch", "sheet"], sort=False):
        facts = sheets.loc[(batch, sheet)]
        wanted = part["source_row"].tolist()
        lines = _lines(connection, int(batch), int(sheet), sorted(set(wanted)))
        for index, number in zip(part.index, wanted, strict=True):
            told[index] = _spell(facts, lines.get(number, []))
    names = ["file", "sheet", "description", "cells"]
    return pd.DataFrame([told[index] for index in rows.index], rows.index, names)


def _lines(
    connection: Connection, batch: int, sheet: int, wanted: list[int]
) -> dict[int, list[Value]]:
    """Read some rows of a sheet: Excel's row -> values from column A on."""
    found = {}
    for first, count, payload in read_blocks(connection, batch, sheet, wanted):
        columns = decode_block(payload)
        for number in wanted:
            if first <= number < first + count:
                found[number] = [column.values[column.codes[number - first]] for column in columns]
    return found


def _spell(facts: pd.Series, values: list[Value]) -> tuple[str, str, str, dict[str, str]]:
    cells, description = {}, ""
    for position, header, name in facts["headers"]:
        text = as_text(values[position]) if position < len(values) else ""
        cells[header] = text
        if name == "description":
            description = text
    return facts["file"], facts["name"], description, cells


def as_text(value: Value) -> str:
    """Spell one original cell as people see it; whole numbers without a decimal point."""
    if value is None:
        return ""
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
