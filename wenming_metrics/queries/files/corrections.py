"""What was put right of held rows on the page: every cell, who wrote it, who confirmed it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.office import Office
from wenming_metrics.store import schema
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.corrections import REFUSED, Cell, read_corrections
from wenming_metrics.store.database import reading
from wenming_metrics.store.days import among
from wenming_metrics.store.frames import read_frame
from wenming_metrics.store.registers import read_register

WAITS, DONE, BACK, GONE = "待复核", "已入库", "已退回", "已撤回"
_NAMES = ["correction", "batch", "file", "sheet", "source_row", "header", "old", "new", "reason"]
_NAMES += ["who", "at", "state", "ended_by", "ended_at", "end_reason", "by_batch"]


def corrected_cells(office: Office) -> pd.DataFrame:
    """List the cells that people put right, the last one first.

    Returns: correction, batch, file, sheet (its name), source_row, header, old, new (texts), reason,
             who, at, state (待复核, 已入库, 已退回, 已撤回), ended_by, ended_at, end_reason, by_batch
             (0: none); a row that was only read anew has one line without header and texts
    """
    with reading(office.store) as connection:
        return corrections_in(connection)


def corrections_in(connection: Connection) -> pd.DataFrame:
    """Do what `corrected_cells` does on a connection."""
    corrections = read_corrections(connection)
    frames = []
    for line in corrections.to_dict("records"):
        key = (line["batch"], line["sheet"], line["source_row"])
        texts = {name: line[name] for name in ("correction", "reason", "who", "at", "by_batch")}
        texts |= {name: line[name] for name in ("ended_by", "ended_at", "end_reason")}
        frames.append(lines_of(connection, key, line["cells"]).assign(**texts, state=_state(line)))
    if not frames:
        return pd.DataFrame(columns=_NAMES)
    return pd.concat(frames[::-1], ignore_index=True)[_NAMES]


def _state(line: dict) -> str:
    if not line["act"]:
        return WAITS
    if line["act"] == REFUSED:
        return BACK
    return DONE if line["counts"] else GONE


def lines_of(
    connection: Connection, key: tuple[int, int, int], cells: Sequence[Cell]
) -> pd.DataFrame:
    """Give the changed cells of a row: batch, file, sheet (its name), source_row, header, old, new."""
    batch, sheet, row = key
    sheets = read_sheets(connection, [batch])
    facts = sheets[sheets["sheet"] == sheet].iloc[0]
    cell_lines = [(cell[1], cell[3], cell[4]) for cell in cells] or [("", "", "")]
    lines = pd.DataFrame(cell_lines, columns=["header", "old", "new"], dtype=object)
    return lines.assign(batch=batch, file=facts["file"], sheet=facts["name"], source_row=row)


def corrections_counted(connection: Connection, window: Window, kind: str) -> pd.DataFrame:
    """List the corrections that count in a window, with the units of a board that they count at.

    Takes:   kind - of the board
    Returns: the columns of `corrected_cells`, and unit; of columns that take a second person, what
             that person saw stands beside it (ended_by)
    """
    cells = corrections_in(connection)
    cells = cells[cells["state"] == DONE]
    row = schema.row
    query = select(row.c.batch, row.c.source_row, row.c.unit).distinct()
    batches = sorted(set(cells["by_batch"].tolist()))
    query = query.where(among(row.c.day, window.days), row.c.batch.in_(batches))
    rows = read_frame(connection, query).rename(columns={"batch": "by_batch"})
    board_unit = ancestors(read_register(connection), kind)
    rows = rows.assign(unit=board_unit[rows["unit"].to_numpy(np.int64)])
    return cells.merge(rows, on=["by_batch", "source_row"]).reset_index(drop=True)
