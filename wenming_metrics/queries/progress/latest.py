"""The last word on each thing that units are asked for: a list that is sent again stands for the one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.originals import original_cells
from wenming_metrics.queries.scores.records import records
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading
from wenming_metrics.vocabulary import headers, normalise

_CONTACTS = ("chief", "contact", "phone")
SOURCE = ["batch", "file", "sheet", "source_row"]
"""Where a line was read."""


def latest(
    office: Office,
    kind: str,
    key: Sequence[str],
    columns: Sequence[str],
    *,
    contacts: bool = False,
) -> pd.DataFrame:
    """Give the records of a kind, of each key those of the file that came last.

    Takes:   key - what tells two things apart, beside the unit; columns - the other facts;
             contacts - also who is to be reminded (`contact`), for the office alone
    Returns: unit (-1: none), unit_name ("": none), key, columns ("" where a record has none), SOURCE;
             in the order in which they came
    """
    record_lines = records(office, kind, contacts=contacts).reindex(
        columns=["unit", "unit_name", *key, *columns, *SOURCE], fill_value=""
    )
    texts = [*key, *columns]
    record_lines[texts] = record_lines[texts].astype(object).where(record_lines[texts].notna(), "")
    newest = record_lines.groupby([*key, "unit"], sort=False)["batch"].transform("max")
    record_lines = record_lines[record_lines["batch"] == newest]
    return record_lines.drop_duplicates([*key, "unit"], keep="last").reset_index(drop=True)


def original(office: Office, batch: int, sheet: str, source_row: int) -> dict[str, str]:
    """Give the cells of a line as they were sent, by heading; without those that tell of a person."""
    with reading(office.store) as connection:
        sheets = read_sheets(connection, [batch])
        numbers = sheets.loc[sheets["name"] == sheet, "sheet"].head(1)
        rows = pd.DataFrame({"batch": batch, "sheet": numbers, "source_row": source_row})
        cells = original_cells(connection, rows)["cells"].tolist()
    personal = headers(_CONTACTS)
    return {
        header: text
        for line in cells
        for header, text in line.items()
        if normalise(header) not in personal
    }


def ordinals(days: pd.Series) -> np.ndarray:
    """Give ISO days as ordinals; 0 for a text that is no day."""
    return np.array([_ordinal(str(day)) for day in days], np.int64)


def _ordinal(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return 0
