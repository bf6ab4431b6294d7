"""Rows that are held (暂不计) and still wait for somebody to put them right."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from wenming_metrics.domain.problems import HOLD
from wenming_metrics.queries.files.batches import problems_of
from wenming_metrics.queries.office import Office
from wenming_metrics.store.batches import list_batches
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading
from wenming_metrics.store.held import waiting

_NAMES = ["batch", "file", "sheet", "source_row", "codes", "sentences", "who", "at"]


def waiting_rows(office: Office) -> pd.DataFrame:
    """List the held rows that wait, newest file first, in the order of the sheet.

    Returns: batch, file, sheet (its name), source_row (Excel's), codes (of the problems, joined by
             ","), sentences (what is wrong with the row, one per line), who and at (of 入库)
    """
    with reading(office.store) as connection:
        rows = waiting(connection)
        if rows.empty:
            return pd.DataFrame(columns=_NAMES)
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
    return lines.sort_values("batch", ascending=False, kind="stable")[_NAMES].reset_index(drop=True)


def _sentences(problems: list) -> dict[tuple[str, int], list[str]]:
    by_row: dict[tuple[str, int], list[str]] = defaultdict(list)
    for problem in problems:
        if problem.row is not None and problem.severity == HOLD:
            by_row[problem.sheet, problem.row].append(problem.sentence)
    return by_row
