"""督查计划: which sites a round is to look at, one row per site and day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import PLAN_COLUMNS
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.where import report_sites, settle_days, settle_where
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, column, report_each


def read_plan(table: Table, names: Names) -> pd.DataFrame:
    """Read a sheet of a plan; days to come are what it is for.

    Returns: `Reading.plan`: rows that nothing holds
    """
    name = "planned_day" if "planned_day" in table.columns else "day"
    day = settle_days(table, name, None)
    where = settle_where(table, names, day, {})
    report_sites(table, names, where)
    _report_repeated(table, day, where.site)
    rows = np.flatnonzero(~table.held)
    columns = {
        **{"day": day[rows], "team": texts(table, "team")[rows], "street": where.street[rows]},
        **{"point_type": where.point_type[rows], "site": where.site[rows]},
        **{"site_name": where.names[where.site_number[rows]]},
        **{"round": texts(table, "round")[rows]},
        **{"sheet": np.full(len(rows), table.sheet.index), "source_row": table.excel[rows]},
    }
    return pd.DataFrame(columns).astype(PLAN_COLUMNS)


def texts(table: Table, name: str) -> np.ndarray:
    """Spell a column of free text, "" where it is blank."""
    text_column = column(table, name)
    return np.array([values.spell(value) for value in text_column.values], object)[
        text_column.codes
    ]


def _report_repeated(table: Table, day: np.ndarray, site: np.ndarray) -> None:
    """Tell of rows that plan the same site on the same day again."""
    rows = np.flatnonzero(~table.held)
    seen: dict[tuple[int, int], int] = {}
    again, first_rows = [], []
    for row in rows.tolist():
        first = seen.setdefault((int(day[row]), int(site[row])), row)
        if first != row:
            again.append(row)
            first_rows.append({"first": int(table.excel[first])})
    report_each(table, np.array(again, np.int64), "计划-01", "site", first_rows)
