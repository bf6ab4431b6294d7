"""The skeleton of kinds whose rows are facts of their own: 整改, 台账, 指标, 上级测评, 专项行动, 加减分.

Such a kind is one module that declares a `RecordKind`, listed in `kinds`. Its rows are stored as
they are read: a day, a unit, and what the kind tells of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import RECORD_COLUMNS, Context
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.tables.table import Table

Reader = Callable[[Table, Names, Context], pd.DataFrame]


@dataclass(frozen=True)
class RecordKind:
    """One kind of sheet.

    name     - in code; title - as users know it
    columns  - what its headers may mean, names of `vocabulary.INPUT`
    required - of each group one column is enough
    is_kind  - (names of columns found, text of sheet name and titles) -> whether it is this kind
    read     - reads a sheet; gives `Reading.records`, see `make_records`
    open     - columns with numbers are read also where no title is known (component scores)
    """

    name: str
    title: str
    columns: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    is_kind: Callable[[frozenset[str], str], bool]
    read: Reader
    open: bool = False


def make_records(
    table: Table,
    kind: str,
    day: np.ndarray,
    unit: np.ndarray,
    fact_columns: Mapping[str, Sequence[object]],
    rows: np.ndarray | None = None,
) -> pd.DataFrame:
    """Make the records of the rows that nothing holds.

    Takes: kind - its name in code; day - ordinals, 0 where a record has none; unit - -1: none;
           fact_columns - name -> one value per line that JSON holds (text, number, list)
           rows - the data row of each line; None: one line per data row
    """
    rows = np.arange(table.n_rows) if rows is None else rows
    free_lines = np.flatnonzero(~table.held[rows])
    names, columns = list(fact_columns), [list(values) for values in fact_columns.values()]
    facts = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
    frame = pd.DataFrame(
        {
            **{
                "kind": kind,
                "day": np.asarray(day)[free_lines],
                "unit": np.asarray(unit)[free_lines],
            },
            **{"sheet": table.sheet.index, "source_row": table.excel[rows[free_lines]]},
            "told": pd.Series([facts[line] for line in free_lines.tolist()], dtype=object),
        }
    )
    return frame[list(RECORD_COLUMNS)].astype(RECORD_COLUMNS)
