"""Rows that are held (暂不计) and still wait for somebody to put them right."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.privacy import mask
from wenming_metrics.domain.problems import HOLD
from wenming_metrics.queries.files.batches import problems_of
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.originals import as_text, headers_over, row_values, texts_of
from wenming_metrics.reading.model.reading import CHECKLIST, FINDINGS, PLAN, VISITS
from wenming_metrics.reading.personal.columns import is_personal
from wenming_metrics.reading.recognise.special_columns import is_idle
from wenming_metrics.store.batches import list_batches
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading
from wenming_metrics.store.held import waiting
from wenming_metrics.vocabulary import normalise

_NAMES = ["batch", "file", "sheet", "source_row", "codes", "sentences", "who", "at"]
_CELLS = ("day", "street", "subject", "community", "site", "item", "description", "deduction")
_SHOWN = ["day", "street", "site", "item", "description", "points"]


@dataclass(frozen=True)
class HeldCell:
    """A cell of a held row: its column index, header as typed, name of the column, its text, whether
    something is said to be wrong with it."""

    position: int
    header: str
    name: str
    text: str
    is_wrong: bool


def held_rows(office: Office) -> int:
    """Count the held rows that wait."""
    with reading(office.store) as connection:
        return len(waiting(connection))


def waiting_rows(office: Office) -> pd.DataFrame:
    """List the held rows that wait, newest file first, in the order of the sheet.

    Returns: batch, file, sheet (its name), source_row (Excel's), codes (of the problems, joined by
             ","), sentences (what is wrong with the row, one per line), who and at (of 入库); as they
             are cell_texts, "" without: day, street (or the unit that the row is of), site, item,
             description, points
    """
    with reading(office.store) as connection:
        rows = waiting(connection)
        if rows.empty:
            return pd.DataFrame(columns=[*_NAMES, *_SHOWN])
        cell_texts = texts_of(connection, rows, _CELLS).map(mask)
        rows = rows.assign(**_shown(cell_texts))
        numbers = rows["batch"].unique().tolist()
        sheets = read_sheets(connection, numbers)[["batch", "sheet", "name"]]
        sentences = {number: _sentences(problems_of(connection, number)) for number in numbers}
        batches = list_batches(connection)[["batch", "name", "who", "at"]]
    lines = rows.merge(sheets, on=["batch", "sheet"], how="left").drop(columns="sheet")
    lines = lines.rename(columns={"name": "sheet"}).merge(
        batches.rename(columns={"name": "file"}), on="batch"
    )
    lines["sentences"] = [
        "\n".join(sentences[batch][sheet, row])
        for batch, sheet, row in zip(
            lines["batch"], lines["sheet"], lines["source_row"], strict=True
        )
    ]
    return lines.sort_values("batch", ascending=False, kind="stable")[
        [*_NAMES, *_SHOWN]
    ].reset_index(drop=True)


def _shown(cell_texts: pd.DataFrame) -> dict[str, np.ndarray]:
    unit = np.select(
        [cell_texts[name] != "" for name in ("street", "subject")],
        [cell_texts["street"], cell_texts["subject"]],
        cell_texts["community"],
    )
    shown_columns = {"day": "day", "site": "site", "item": "item", "description": "description"}
    texts_by_name = {
        name: cell_texts[column].to_numpy(object) for name, column in shown_columns.items()
    }
    return {**texts_by_name, "street": unit, "points": cell_texts["deduction"].to_numpy(object)}


def sheet_number(connection: Connection, batch: int, name: str) -> int:
    """Give the number of a sheet of a batch; -1: there is none of that name."""
    sheets = read_sheets(connection, [batch])
    return int(next(iter(sheets.loc[sheets["name"] == name, "sheet"]), -1))


def held_cells(connection: Connection, batch: int, sheet: str, row: int) -> list[HeldCell]:
    """Give the cells of a held row that can be put right: those under headers that are read.

    Takes: sheet - its name; row - Excel's
    """
    sheets = read_sheets(connection, [batch])
    facts = sheets[sheets["name"] == sheet]
    if facts.empty:
        return []
    number, headers = int(facts["sheet"].iloc[0]), facts["headers"].iloc[0]
    values = row_values(connection, batch, number, row)
    # In a sheet with one column per item, these columns have no name of their own.
    is_wide = facts["kind"].iloc[0] not in (CHECKLIST, FINDINGS, VISITS, PLAN)
    blamed = {
        problem.header
        for problem in problems_of(connection, batch)
        if (problem.sheet, problem.row, problem.severity) == (sheet, row, HOLD)
    }
    cells = []
    for position, header, name in headers_over(headers, row):
        if (name or is_wide) and not is_idle(header) and not is_personal(normalise(header), ()):
            text = mask(as_text(values[position])) if position < len(values) else ""
            cells.append(HeldCell(position, header, name, text, header in blamed))
    return cells


def cells_of(office: Office, batch: int, sheet: str, row: int) -> list[HeldCell]:
    """Do what `held_cells` does on the office's store."""
    with reading(office.store) as connection:
        return held_cells(connection, batch, sheet, row)


def _sentences(problems: list) -> dict[tuple[str, int], list[str]]:
    by_row: dict[tuple[str, int], list[str]] = defaultdict(list)
    for problem in problems:
        if problem.row is not None and problem.severity == HOLD:
            by_row[problem.sheet, problem.row].append(problem.sentence)
    return by_row
